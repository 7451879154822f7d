// SPDX-License-Identifier: Apache-2.0
// Packets over UDP that are sent again when a viewer says that it misses them: NACK (RFC 4585
// 6.2.1) in, retransmission packets (RFC 4588, SSRC-multiplexed) out. Of all tracks: GStreamer 1.22
// complains of a presentation that has it for one alone.
//
// No packet is kept: it is made once more from the ring, as long as its access unit is there. A
// viewer gets no more than a quarter of its stream's octets again, and only if its RTCP comes from
// where its session says.
#ifndef OCEL_RETRANSMISSION_H
#define OCEL_RETRANSMISSION_H

#include "ocel/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Whose session descriptions offer it. It takes the profile RTP/AVPF, which some players do not
/// read (live555, so VLC), and others have no use for.
typedef enum {
  OCEL_RETRANSMISSION_KNOWN,  ///< Those of players that are known to ask: GStreamer. The default.
  OCEL_RETRANSMISSION_OFF,    ///< Nobody's.
  OCEL_RETRANSMISSION_ALL,    ///< All that can get UDP.
} ocel_retransmission;

/// Takes effect with the next DESCRIBE.
void ocel_server_set_retransmission(ocel_server *srv, ocel_retransmission whose);

#ifdef __cplusplus
}
#endif
#endif
