// SPDX-License-Identifier: Apache-2.0
// What the files of the loop share. Private to ports/posix.
#ifndef OCEL_POSIX_LOOP_STATE_H
#define OCEL_POSIX_LOOP_STATE_H

#include <errno.h>
#include <stdatomic.h>
#include <sys/uio.h>

#include "addr.h"
#include "ocel/loop.h"
#include "sys.h"

#include "../loop/spans.h"  // struct iovec is known now

enum {
  EVENTS_MAX = 128,    // Taken from epoll at once.
  SPANS_MAX = 1024,    // One writev's worth (UIO_MAXIOV).
  BATCHES_MAX = 64,    // One sendmmsg's worth.
  DATAGRAMS_MAX = 16,  // One recvmmsg's worth.
  DATAGRAM_BYTES = 2048,
  READ_BYTES = DATAGRAMS_MAX * DATAGRAM_BYTES,
  LINGER_MAX = 32,
  NO_GSO_SLOTS = 64,
  TASKS_PER_CLOCK = 16,  // Done between two looks at the clock.
  CONTROL_BYTES = 64,    // Source address and segment size of a datagram batch.
};

#define LINGER_TIME OCEL_SECOND
#define RETRY_TIME (20 * OCEL_MILLISECOND)
/// The kernel gives a silent peer up so much later than the engine would.
#define DEAD_PEER_EXTRA (10 * OCEL_SECOND)

/// What an epoll event is about; the upper half of its data, the lower half is the index.
typedef enum { ON_WAKE, ON_DOOR, ON_RTP, ON_RTCP, ON_CONN, ON_LINGER, ON_HANDSHAKE } ocel__tag;

/// The listeners.
typedef enum { DOOR_PLAIN, DOOR_TLS, DOOR_HTTP, DOOR_COUNT } ocel__door;

/// Flags of a connection. All zero: the number is not in use.
enum {
  CONN_OPEN = 1,
  CONN_READABLE = 2,  // Bytes may wait that have not been read.
  CONN_BLOCKED = 4,   // The engine was told so; the next EPOLLOUT is passed on.
  CONN_ENDED = 8,     // The peer has sent its last byte.
  CONN_LISTED = 16,   // In ocel_loop.todo.
  CONN_STARVED = 32,  // Blocked for want of kernel memory: no EPOLLOUT will tell.
};

typedef struct {
  int fd;
  uint8_t flags;
  uint16_t tls_plus_1;  // 0: plain; else the TLS session that carries it.
  ocel_addr peer;
} ocel__conn;

/// A socket that is closed on our side and waits for the peer's end, so that a reset does not
/// overtake the last reply.
typedef struct {
  int fd_plus_1;        // 0: free.
  uint16_t tls_plus_1;  // Not 0: the session has still something to say.
  ocel_us until;
} ocel__linger;

typedef struct {
  _Alignas(struct cmsghdr) uint8_t bytes[CONTROL_BYTES];
} ocel__control;

struct ocel_loop {
  ocel_loop_config cfg;
  ocel_server_config server_cfg;
  ocel_server *server;
  void *server_mem;
  size_t server_size, reserved;
  ocel_us now;  // As the engine was last told.

  int epoll, eventfd, door[DOOR_COUNT], udp[2], spare;
  sa_family_t family;
  uint16_t port[DOOR_COUNT], udp_port[2];

  atomic_bool woken;  // An eventfd write is on its way or has been seen.
  atomic_bool stop;
  bool stopping;
  ocel_us stop_at, next_wake, wake_at;

  bool accept_again[DOOR_COUNT];  // The backlog may hold more.
  ocel_us accept_at;              // Not to be looked at before; OCEL_NEVER: not paused.
  const ocel_addr *arriving;
  ocel_us starved_at;  // When starved connections are tried again; OCEL_NEVER: none.

  ocel__conn *conns;
  uint16_t *todo;  // Connections to look at again without an event.
  uint16_t todo_count, open_count, linger_count;
  ocel__linger linger[LINGER_MAX];

  bool gso, udp_again[2], udp_blocked[2];
  uint32_t no_gso[NO_GSO_SLOTS];  // Hashes of peers to whom the kernel refuses it.

  ocel_datagrams batches[BATCHES_MAX];
  struct mmsghdr msgs[BATCHES_MAX];
  ocel_sockaddr names[BATCHES_MAX];
  ocel__control controls[BATCHES_MAX];
  struct epoll_event events[EVENTS_MAX];
  ocel_span spans[SPANS_MAX];
  uint8_t bytes[READ_BYTES];
};

// ---- clock.c ----
ocel_ntp ocel__wall_clock(void *loop);
void ocel__random(void *loop, uint8_t *out, size_t n);

// ---- listen.c ----
/// Opens listeners and UDP pair; false with a sentence in `error`.
bool ocel__listen(ocel_loop *l, char *error, size_t size);

// ---- descriptors.c ----
/// Makes sure that so many connections can be open at once.
bool ocel__raise_limit(unsigned connections, char *error, size_t size);
/// Closes `fd`, and takes a lost spare descriptor back.
void ocel__close(ocel_loop *l, int fd);
/// Adds to or changes in epoll, edge-triggered; false on failure.
bool ocel__watch(ocel_loop *l, int op, int fd, uint32_t events, uint64_t data);
static inline uint64_t ocel__data(ocel__tag tag, unsigned index) {
  return (uint64_t)tag << 32 | index;
}

// ---- accept.c ----
void ocel__accept(ocel_loop *l, ocel__door door);
/// Offers a connection to the engine; epoll has it already if `op` is EPOLL_CTL_MOD.
void ocel__admit(ocel_loop *l, const ocel__conn *newcomer, int op);

// ---- linger.c ----
/// Takes a socket over: says that nothing more is coming, and closes it when the peer has, or
/// after LINGER_TIME. `op` is EPOLL_CTL_MOD if epoll has it already. `tls_plus_1`: as of a
/// connection; the session ends with it.
void ocel__linger_begin(ocel_loop *l, int fd, uint16_t tls_plus_1, int op);
void ocel__linger_event(ocel_loop *l, unsigned index);
void ocel__linger_expire(ocel_loop *l);
ocel_us ocel__linger_deadline(const ocel_loop *l);

// ---- tls.c ----
/// How TLS sessions reach their sockets.
extern const ocel_tls_socket ocel__tls_socket;
/// A connection came to the TLS port.
void ocel__tls_arrive(ocel_loop *l, int fd, const ocel_addr *peer);
void ocel__tls_event(ocel_loop *l, unsigned session);
/// Goes on with one handshake.
void ocel__tls_shake(ocel_loop *l);
ocel_us ocel__tls_deadline(const ocel_loop *l);
/// Gives up every handshake.
void ocel__tls_give_up(ocel_loop *l);
void ocel__tls_end(ocel_loop *l, uint16_t tls_plus_1);
/// The calls of ocel/tls.h.
ssize_t ocel__tls_recv(ocel_loop *l, const ocel__conn *c, size_t n);
int ocel__tls_send(ocel_loop *l, const ocel__conn *c, size_t n, size_t *went);
/// True when all has been said, or cannot be.
bool ocel__tls_goodbye(ocel_loop *l, uint16_t tls_plus_1);
/// Whether another try may help after that errno value.
static inline bool ocel__passes(int why) {
  return why == EAGAIN || why == ENOMEM || why == ENOBUFS;
}

// ---- stream_io.c ----
void ocel__conn_event(ocel_loop *l, unsigned conn, uint32_t events);
void ocel__conn_write(ocel_loop *l, unsigned conn);
void ocel__conn_shut(ocel_loop *l, unsigned conn);
/// Reads on where reading was put off.
void ocel__conns_read_on(ocel_loop *l);
/// After the tasks: tells the engine of peers that are gone; todo keeps those to read on from.
void ocel__conns_settle(ocel_loop *l);
/// Lets connections try again that the kernel had no memory for.
void ocel__conns_unstarve(ocel_loop *l);

// ---- datagram_in.c, datagram_out.c, datagram_split.c ----
void ocel__datagrams_read(ocel_loop *l, ocel_port port);
void ocel__datagrams_event(ocel_loop *l, ocel_port port, uint32_t events);
void ocel__datagrams_write(ocel_loop *l);
/// Sends a batch datagram by datagram. @return 0, or an errno value: EAGAIN, or the last failure.
int ocel__datagrams_split(ocel_loop *l, const ocel_datagrams *d, const struct msghdr *whole);

#endif
