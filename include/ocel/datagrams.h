// SPDX-License-Identifier: Apache-2.0
// Datagrams on their way out: what ocel_server_datagrams fills and a port sends, in batches that
// fit sendmmsg and UDP segmentation offload.
#ifndef OCEL_DATAGRAMS_H
#define OCEL_DATAGRAMS_H

#include "ocel/addr.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The server's two UDP ports.
typedef enum { OCEL_PORT_RTP, OCEL_PORT_RTCP } ocel_port;

/// Packets for one UDP peer: `parts` make up one or more datagrams of `segment` bytes each, the
/// last possibly shorter, to be sent in order from the server's RTP or RTCP port.
typedef struct {
  ocel_addr to;
  ocel_port port;
  uint16_t segment;  ///< Bytes of each datagram.
  uint16_t part_count;
  uint32_t size;  ///< Bytes of all parts.
  const ocel_span *parts;
  const ocel_addr *local;  ///< The address the client spoke to; send from it.
} ocel_datagrams;

/// The caller's memory for batches and their parts.
typedef struct {
  ocel_datagrams *batches;
  size_t max;  ///< Batches there is room for.
  ocel_span *spans;
  size_t max_spans;  ///< Parts there is room for, of all batches together; >= 8.
} ocel_datagram_room;

#ifdef __cplusplus
}
#endif
#endif
