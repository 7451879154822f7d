// SPDX-License-Identifier: Apache-2.0
// A program of somebody else, who has only the installed files: opens a loop on free ports.
#include <ocel/loop.h>
#include <ocel/server.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char error[256] = "";
  ocel_server_config server;
  ocel_loop_config cfg;
  memset(&cfg, 0, sizeof cfg);
  ocel_server_defaults(&server);
  cfg.server = &server;
  cfg.bind = "127.0.0.1";
  ocel_loop *loop = ocel_loop_open(&cfg, error, sizeof error);
  if (loop == NULL) {
    (void)fprintf(stderr, "%s\n", error);
    return 1;
  }
  const int ok = ocel_loop_port(loop) != 0 && ocel_loop_server(loop) != NULL;
  ocel_loop_close(loop);
  return ok ? 0 : 1;
}
