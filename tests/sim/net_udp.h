// SPDX-License-Identifier: Apache-2.0
// Virtual datagrams: lost, doubled, delayed and so reordered.
#ifndef SIM_NET_UDP_H
#define SIM_NET_UDP_H

#include "clock.h"
#include "rng.h"

#include "ocel/addr.h"
#include "ocel/span.h"

typedef struct {
  uint32_t loss, duplicate;  ///< Of 1000.
  ocel_us delay, jitter;     ///< A packet takes delay .. delay + jitter.
} udp_profile;

extern const udp_profile UDP_GOOD;

struct udp_packet;

/// Who receives on an address. `fn` NULL: nobody.
typedef struct {
  void *ctx;
  void (*fn)(void *ctx, const struct udp_packet *packet);
  udp_profile profile;
} udp_sink;

typedef struct udp_packet {
  void *ctx;
  void (*fn)(void *ctx, const struct udp_packet *packet);
  void *sender;    ///< For the receiver's use.
  bool rtcp;       ///< To or from the RTCP port.
  ocel_addr from;  ///< On the way to the server; on the way back, whom it is for.
  size_t n;
  uint8_t data[];
} udp_packet;

/// What is to be sent, and between whom.
typedef struct {
  void *sender;
  bool rtcp;
  ocel_addr from;
  ocel_span bytes;
} udp_send_args;

void udp_send(sim_clock *clock, rng *r, const udp_sink *to, const udp_send_args *args);

#endif
