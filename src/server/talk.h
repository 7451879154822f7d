// SPDX-License-Identifier: Apache-2.0
// Who talks to a camera, and by which way.
#ifndef OCEL_TALK_H
#define OCEL_TALK_H

#include "ocel/backchannel.h"

// A session's way to the stream's loudspeaker.
typedef struct {
  bool set_up, tcp, begun;
  uint8_t rtp_channel, rtcp_channel;
  uint16_t rtp_port, rtcp_port;
  uint16_t next;  // sequence number, once `begun`
} ocel__talk;

// What a stream with a backchannel has.
typedef struct {
  ocel_voice_fn *fn;  // NULL: no backchannel
  void *ctx;
  int16_t talker;  // the connection that talks, until it has been silent since `talked_at`
  bool talked;
  ocel_us talked_at;
} ocel__loudspeaker;

#endif
