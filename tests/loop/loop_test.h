// SPDX-License-Identifier: Apache-2.0
// A port's loop in a thread of its own, clients with a time limit, and a kernel that can be made to
// fail.
#ifndef LOOP_TEST_H
#define LOOP_TEST_H

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "addr.h"
#include "ocel/loop.h"
#include "sys.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define CASE(name) print_message("  case: %s\n", (name))

/// One loop under test.
typedef struct {
  ocel_loop *loop;
  ocel_loop_config cfg;
  ocel_server_config server;
  pthread_t thread;
  int result;
  bool ended;
  atomic_uint wakes, events, last_peer_port;
} rig;

/// While it is not NULL, loops are opened with this TLS, and client_open is what rig_connect does.
extern ocel_tls *rig_tls;
extern int (*rig_connect)(const rig *r, const char *host);
/// Called when a loop has been closed; may be NULL.
extern void (*rig_stopped)(void);

/// Puts the kernel's own calls back.
int rig_setup(void **state);

/// Opens on a free port of 127.0.0.1, or of `bind`.
void rig_open(rig *r, const char *bind);

/// Runs the loop in its thread.
void rig_run(rig *r);

/// Both.
void rig_start(rig *r, const char *bind);

/// Stops and waits for the end of ocel_loop_run, which must return 0.
void rig_end(rig *r);

/// Stops, waits, closes; checks that no descriptor is left.
void rig_stop(rig *r);

/// A connected, blocking socket that gives up after ten seconds of waiting.
int client_open(const rig *r, const char *host);
/// The same, to any port.
int client_tcp(const char *host, uint16_t port);
int client_udp(const rig *r, const char *host, ocel_port port);

void send_all(int fd, const void *bytes, size_t n);

/// Reads until `n` bytes are there; fails the test on an end or a timeout.
void read_all(int fd, void *bytes, size_t n);

/// Reads and throws away until the peer's end, or a reset.
void read_to_end(int fd);

/// Sends and expects the same back.
void check_echo(int fd, const char *text);

/// The peer's end comes next, without a reset.
void check_end(int fd);

/// Waits until `*counter` is at least `n`; fails the test after ten seconds.
void wait_for(const atomic_uint *counter, unsigned n);

/// Descriptors this process has open.
unsigned open_files(void);

// ---- a kernel that fails ----

/// The calls as they were.
extern const ocel_loop_sys *const real_sys;

/// What the tests of one port replace from the beginning; each port's tests have their own.
void port_setup(void);

#endif
