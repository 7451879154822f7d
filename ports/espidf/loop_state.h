// SPDX-License-Identifier: Apache-2.0
// What the files of the loop share. Private to ports/espidf.
#ifndef OCEL_ESPIDF_LOOP_STATE_H
#define OCEL_ESPIDF_LOOP_STATE_H

#include <errno.h>
#include <stdatomic.h>

#include "addr.h"
#include "ocel/loop_counts.h"
#include "ocel/loop.h"
#include "sdkconfig.h"
#include "sys.h"

#include "../loop/spans.h"  // struct iovec is known now

enum {
  SPANS_MAX = 96,    // One write's worth.
  BATCHES_MAX = 16,  // Datagrams asked of the engine at once.
  READ_BYTES = 2048,
  LINGER_MAX = 2,  // Sockets are scarce.
  // Beside the connections: those, listener, UDP pair, bell, one newcomer that is refused.
  OTHER_SOCKETS = LINGER_MAX + 5,
  // What one connection may write before the others have their turn, so that a large picture
  // goes out bit by bit.
  TURN_BYTES = CONFIG_LWIP_TCP_SND_BUF_DEFAULT / 2,
  TURN_DATAGRAMS = 32,
  TASKS_PER_CLOCK = 1,  // Done between two looks at the clock: a write takes long.
};

#define LINGER_TIME OCEL_SECOND
/// Between two tries where lwIP has no memory.
#define RETRY_TIME (5 * OCEL_MILLISECOND)

/// Flags of a connection. All zero: the number is not in use.
enum {
  CONN_OPEN = 1,
  CONN_BLOCKED = 2,  // The engine was told so; it will be told when there is room.
  CONN_ENDED = 4,    // The peer has sent its last byte, or is gone.
};

/// The listeners; DOOR_HTTP serves what DOOR_PLAIN does.
typedef enum { DOOR_PLAIN, DOOR_TLS, DOOR_HTTP, DOOR_COUNT } ocel__door;

typedef struct {
  int fd;
  uint8_t flags;
  uint16_t tls_plus_1;  // 0: plain; else the TLS session that carries it.
  uint32_t turn_bytes;  // Written in this turn.
  ocel_us retry_at;     // While blocked: when it is looked at again.
  ocel_addr peer;
} ocel__conn;

/// A socket that is closed on our side and waits for the peer's end, so that a reset does not
/// overtake the last reply.
typedef struct {
  bool used;
  uint16_t tls_plus_1;  // Not 0: the session has still something to say.
  int fd;
  ocel_us until;
} ocel__linger;

/// What select is asked, and what it answered.
typedef struct {
  fd_set readable, writable;
  int count;
  bool at_once;  // A TLS session has bytes of which no socket tells.
} ocel__watch;

struct ocel_loop {
  ocel_loop_config cfg;
  ocel_server_config server_cfg;
  ocel_server *server;
  void *server_mem;
  ocel_us now;  // As the engine was last told.

  int door[DOOR_COUNT], udp[2], bell;
  int family;
  uint16_t port[DOOR_COUNT], udp_port[2];

  atomic_bool woken;  // on_wake is to be called.
  atomic_bool rung;   // A datagram is on its way to the bell.
  atomic_bool stop;
  atomic_uint wake_failed;
  bool stopping;
  ocel_us stop_at, next_wake, wake_at;

  ocel_us accept_at;  // Not to be looked at before.
  const ocel_addr *arriving;

  ocel__conn *conns;
  uint16_t open_count, linger_count;
  ocel__linger linger[LINGER_MAX];

  ocel_us udp_retry_at;    // OCEL_NEVER: nothing is put off.
  ocel_us udp_give_up_at;  // OCEL_NEVER: the last one went.
  bool udp_more;           // The engine may have datagrams for another turn.

  ocel_loop_counts counts;
  ocel_datagrams batches[BATCHES_MAX];
  ocel_span spans[SPANS_MAX];
  uint8_t bytes[READ_BYTES];
};

/// No memory just now: worth another try.
bool ocel__starved(int why);

// ---- clock.c ----
ocel_ntp ocel__wall_clock(void *loop);
void ocel__random(void *loop, uint8_t *out, size_t n);

// ---- listen.c, bell.c ----
/// Opens listener and UDP pair; false with a sentence in `error`.
bool ocel__listen(ocel_loop *l, char *error, size_t size);
/// Opens the socket that wakes the loop; false with errno.
bool ocel__bell_open(ocel_loop *l);
void ocel__bell_heard(ocel_loop *l);

// ---- watch.c ----
void ocel__watch_fill(ocel_loop *l, ocel__watch *w);
/// Tells what select has found.
void ocel__watch_dispatch(ocel_loop *l, const ocel__watch *w);

// ---- accept.c ----
void ocel__accept(ocel_loop *l, ocel__door door);
/// Offers a connection to the engine.
void ocel__admit(ocel_loop *l, const ocel__conn *newcomer);

// ---- linger.c ----
/// Takes a socket over: says that nothing more is coming, and closes it when the peer has, or
/// after LINGER_TIME. `tls_plus_1`: as of a connection; the session ends with it.
void ocel__linger_begin(ocel_loop *l, int fd, uint16_t tls_plus_1);
void ocel__linger_read(ocel_loop *l, ocel__linger *slot);
void ocel__linger_expire(ocel_loop *l);
ocel_us ocel__linger_deadline(const ocel_loop *l);

// ---- tls.c ----
/// How TLS sessions reach their sockets.
extern const ocel_tls_socket ocel__tls_socket;
/// A connection came to the TLS port.
void ocel__tls_arrive(ocel_loop *l, int fd, const ocel_addr *peer);
/// Goes on with one handshake.
void ocel__tls_shake(ocel_loop *l);
ocel_us ocel__tls_deadline(const ocel_loop *l);
/// The socket of a handshake, or -1; `*write`: it waits for room. `session` < ocel__tls_sessions.
int ocel__tls_waiting(const ocel_loop *l, unsigned session, bool *write);
unsigned ocel__tls_sessions(const ocel_loop *l);
void ocel__tls_end(ocel_loop *l, uint16_t tls_plus_1);
/// The calls of ocel/tls.h.
ssize_t ocel__tls_recv(ocel_loop *l, const ocel__conn *c, size_t n);
bool ocel__tls_buffered(const ocel_loop *l, const ocel__conn *c);
int ocel__tls_send(ocel_loop *l, const ocel__conn *c, size_t n, size_t *went);
/// True when all has been said, or cannot be.
bool ocel__tls_goodbye(ocel_loop *l, uint16_t tls_plus_1);

// ---- stream_io.c ----
void ocel__conn_read(ocel_loop *l, unsigned conn);
void ocel__conn_writable(ocel_loop *l, unsigned conn);
void ocel__conn_write(ocel_loop *l, unsigned conn);
void ocel__conn_shut(ocel_loop *l, unsigned conn);
/// After the tasks: tells the engine of peers that are gone.
void ocel__conns_settle(ocel_loop *l);
/// When a connection that was put off is due; OCEL_NEVER: none is.
ocel_us ocel__conns_deadline(const ocel_loop *l);

// ---- datagrams.c ----
void ocel__datagrams_read(ocel_loop *l, ocel_port port);
void ocel__datagrams_write(ocel_loop *l);

#endif
