// SPDX-License-Identifier: Apache-2.0
// A TLS server of ocel and a client of mbedTLS, with a pair of sockets between them that can be
// made to fail.
#ifndef PAIR_H
#define PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <mbedtls/ssl.h>

#include "ocel/tls_mbedtls.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CASE(name) print_message("  case: %s\n", (name))

/// One client.
typedef struct {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config conf;
  int fd, server_fd;
  int session;  ///< The server's.
  bool shaken;
  const mbedtls_ssl_session *resumed;  ///< Offered to the server; NULL: none.
} client;

/// What the server's sockets do; all zero: what they are asked.
typedef struct {
  unsigned send_calls, recv_calls;
  unsigned fail_send_at, fail_recv_at;  ///< The call that fails, from 1; 0: none.
  int fail_errno;
  bool forever;       ///< Not only that call but all after it.
  bool server;        ///< The server has the word: see test_failures.c.
  size_t send_bytes;  ///< At most so many at once; 0: any number.
} socket_faults;

extern socket_faults faults;

/// A certificate for all tests of one program.
const char *pair_pem(void);

/// Opens a server for `sessions` of which `handshakes` may shake at once; 1 s for a handshake.
ocel_tls *pair_open(unsigned sessions, unsigned handshakes);

/// The server's sockets with their faults; pair_open sets them.
const ocel_tls_socket *pair_socket(void);

/// Connects a client from `host` of 192.0.2.0/24; no byte is exchanged yet. `session` is -1 if the
/// server has refused it.
client pair_connect(ocel_tls *tls, uint8_t host, ocel_us now, int *yielded);

/// Shakes hands with one client; the outcome that the server tells at last, or OCEL_TLS_NOTHING if
/// the client gives up first.
ocel_tls_progress pair_shake(ocel_tls *tls, client *c, ocel_us now);

/// Both: the server's side is done.
void pair_talk(ocel_tls *tls, client *c);

/// Ends the server's session, if there is one, and frees the client.
void pair_end(ocel_tls *tls, client *c);

/// Frees the client and closes both sockets.
void pair_drop(client *c);

/// Reads exactly `n` bytes of what the server has sent.
void pair_expect(client *c, const void *bytes, size_t n);

/// The server's side: one span.
int pair_write(ocel_tls *tls, const client *c, const void *bytes, size_t n, size_t *taken);

#endif
