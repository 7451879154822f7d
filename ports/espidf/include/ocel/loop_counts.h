// SPDX-License-Identifier: Apache-2.0
// What this port had to give up or put off for want of memory or sockets.
#ifndef OCEL_ESPIDF_LOOP_COUNTS_H
#define OCEL_ESPIDF_LOOP_COUNTS_H

#include "ocel/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint32_t accept_failed;      ///< Newcomers lost, or looked at later.
  uint32_t refused;            ///< Newcomers who were told that there is no room.
  uint32_t stream_starved;     ///< Writes to connections put off for want of memory.
  uint32_t datagram_starved;   ///< Datagrams put off for want of memory: the Wi-Fi queue is full.
  uint32_t datagram_given_up;  ///< Datagrams that then were not sent after all.
  uint32_t wake_failed;        ///< Wakes that could not be sent; the next one is.
} ocel_loop_counts;

/// Only in the loop's task.
ocel_loop_counts ocel_loop_get_counts(const ocel_loop *loop);

#ifdef __cplusplus
}
#endif
#endif
