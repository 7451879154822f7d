// SPDX-License-Identifier: Apache-2.0
// Prints what a server, a stream, a client and a request buffer cost in bytes of memory on this
// machine: "name bytes" lines for tools/sizes, which runs it on 32-bit RISC-V.
#include <stdio.h>

#include "ocel/server.h"

enum { MORE = 64, MORE_STREAMS = 15 };

static void no_random(void *ctx, uint8_t *out, size_t n) {
  (void)ctx;
  for (size_t i = 0; i < n; i++) out[i] = 0;
}

static ocel_ntp no_clock(void *ctx) {
  (void)ctx;
  return 0;
}

static ocel_server_config defaults(void) {
  ocel_server_config cfg;
  ocel_server_defaults(&cfg);
  cfg.platform = (ocel_platform){NULL, no_random, no_clock, NULL, NULL};
  cfg.rtp_port = 5004;
  cfg.rtcp_port = 5005;
  return cfg;
}

// Every client with a connection of its own.
static size_t size_of(unsigned clients, unsigned streams, unsigned buffers) {
  ocel_server_config cfg = defaults();
  cfg.max_clients = (uint16_t)clients;
  cfg.max_connections = (uint16_t)clients;
  cfg.max_streams = (uint16_t)streams;
  cfg.request_buffers = (uint16_t)buffers;
  return ocel_server_size(&cfg);
}

static void put(const char *name, size_t bytes) {
  (void)printf("%s %lu\n", name, (unsigned long)bytes);
}

int main(void) {
  const ocel_server_config cfg = defaults();
  const size_t least = size_of(1, 1, 2);
  const size_t client = (size_of(1 + MORE, 1, 2) - least) / MORE;
  const size_t stream = (size_of(1, 1 + MORE_STREAMS, 2) - least) / MORE_STREAMS;
  const size_t buffer = (size_of(1, 1, 2 + MORE) - least) / MORE;
  if (least == 0 || client == 0 || stream == 0 || buffer == 0) return 1;
  put("server", least - client - stream - 2 * buffer);
  put("stream", stream);
  put("client", client);
  put("request_buffer", buffer);
  put("default", ocel_server_size(&cfg));
  return 0;
}
