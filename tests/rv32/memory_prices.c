// SPDX-License-Identifier: Apache-2.0
// Prints what a server, a stream, a client and a request buffer cost in bytes of memory on this
// machine: "name bytes" lines for tools/sizes, which runs it on 32-bit RISC-V.
#include <stdio.h>

#include "ocel/ring.h"
#include "ocel/server.h"

enum { MORE = 64 };

static size_t size_of(uint16_t clients, uint16_t streams, uint16_t buffers) {
  ocel_server_config cfg;
  ocel_server_defaults(&cfg);
  cfg.max_clients = clients;
  cfg.max_connections = (uint16_t)(clients + 1);
  cfg.max_streams = streams;
  cfg.request_buffers = buffers;
  return ocel_server_size(&cfg);
}

int main(void) {
  const size_t least = size_of(1, 1, 2);
  const size_t client = (size_of(1 + MORE, 1, 2) - least) / MORE;
  const size_t stream = (size_of(1, 1 + 15, 2) - least) / 15;
  const size_t buffer = (size_of(1, 1, 2 + MORE) - least) / MORE;
  if (least == 0 || client == 0) return 1;
  (void)printf("server %lu\n", (unsigned long)(least - client - stream - 2 * buffer));
  (void)printf("stream %lu\n", (unsigned long)stream);
  (void)printf("client %lu\n", (unsigned long)client);
  (void)printf("request_buffer %lu\n", (unsigned long)buffer);
  (void)printf("default %lu\n", (unsigned long)size_of(3, 1, 2));
  return 0;
}
