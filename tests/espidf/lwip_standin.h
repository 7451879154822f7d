// SPDX-License-Identifier: Apache-2.0
// What a test may set and see of the stand-in for lwIP and ESP-IDF on a PC. It ends the program
// when the port breaks a rule: a flag that lwIP refuses, or a call that could wait.
#ifndef LWIP_STANDIN_H
#define LWIP_STANDIN_H

#include <stdatomic.h>
#include <stdint.h>

enum { STANDIN_SEND_BUFFER = 16 << 10 };

typedef struct {
  atomic_int sockets;       ///< Open ones.
  atomic_int sockets_most;  ///< As many were open at the same time.
  atomic_int max_sockets;   ///< Then ENFILE; lwIP resets who would have been accepted.
  atomic_int pieces;        ///< Of memory that are not freed.
  atomic_uint caps;         ///< Of the memory that was asked for last.
  atomic_uint selects;      ///< Calls of select.
} lwip_standin;

extern lwip_standin standin;

#endif
