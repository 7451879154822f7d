// SPDX-License-Identifier: Apache-2.0
#include "loop_test.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake_engine.h"
#include "feign_room.h"

static void echoes_over_both_families(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  rig_start(&r, "");
  const int v4 = client_open(&r, "127.0.0.1"), v6 = client_open(&r, "::1");
  for (int i = 0; i < 3; i++) {
    check_echo(v4, "one");
    check_echo(v6, "another");
  }
  close(v4);
  close(v6);
  wait_for(&fake.closed, 2);
  rig_stop(&r);
}

static void closes_after_the_last_byte(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  check_echo(fd, "bye Q");
  check_end(fd);
  close(fd);
  rig_stop(&r);
}

// close() with unread bytes would send a reset, which can overtake what was written before.
static void last_reply_survives_unread_bytes(void **state) {
  (void)state;
  char flood[60000], back[2];
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  for (int i = 0; i < 20; i++) {
    const int fd = client_open(&r, "127.0.0.1");
    memset(flood, 'x', sizeof flood);
    flood[0] = 'y';
    flood[1] = 'Q';
    send_all(fd, flood, sizeof flood);
    read_all(fd, back, sizeof back);
    check_end(fd);
    close(fd);
  }
  rig_stop(&r);
}

static void half_closed_peer_gets_its_answer(void **state) {
  (void)state;
  char back[4];
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  send_all(fd, "last", 4);
  assert_int_equal(shutdown(fd, SHUT_WR), 0);
  read_all(fd, back, sizeof back);
  check_end(fd);
  close(fd);
  wait_for(&fake.closed, 1);
  rig_stop(&r);
}

static void reset_frees_the_connection(void **state) {
  (void)state;
  const struct linger abort_it = {1, 0};
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  check_echo(fd, "here");
  assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort_it, sizeof abort_it), 0);
  close(fd);
  wait_for(&fake.closed, 1);
  rig_stop(&r);
}

enum { FLOOD = 16 << 20 };

typedef struct {
  int fd;
  size_t n;
} sender;

static void *send_pattern(void *arg) {
  const sender *const s = arg;
  uint8_t block[4096];
  for (size_t at = 0; at < s->n; at += sizeof block) {
    for (size_t i = 0; i < sizeof block; i++) block[i] = (uint8_t)('a' + (at + i) % 23 % 16);
    send_all(s->fd, block, sizeof block);
  }
  return NULL;
}

static void check_pattern(int fd, size_t n) {
  uint8_t block[4096];
  for (size_t at = 0; at < n; at += sizeof block) {
    read_all(fd, block, sizeof block);
    for (size_t i = 0; i < sizeof block; i++) {
      if (block[i] != 'a' + (at + i) % 23 % 16) fail_msg("byte %zu is wrong", at + i);
    }
  }
}

static void exchange_pattern(int fd, size_t n) {
  sender s = {fd, n};
  pthread_t t;
  assert_int_equal(pthread_create(&t, NULL, send_pattern, &s), 0);
  check_pattern(fd, n);
  assert_int_equal(pthread_join(t, NULL), 0);
}

// The engine's room is 256 KiB, the kernel's about as much: a peer that sends and does not
// read stops the flow, and others notice nothing. When it reads, every byte is there.
static void stopped_reader_holds_nobody_up(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  const int slow = client_open(&r, "127.0.0.1"), quick = client_open(&r, "127.0.0.1");
  sender s = {slow, FLOOD};
  pthread_t t;
  assert_int_equal(pthread_create(&t, NULL, send_pattern, &s), 0);
  wait_for(&fake.blocked, 1);
  for (int i = 0; i < 100; i++) check_echo(quick, "quick");
  check_pattern(slow, FLOOD);
  assert_int_equal(pthread_join(t, NULL), 0);
  close(slow);
  close(quick);
  rig_stop(&r);
}

// ---- a kernel that is unwilling ----

static atomic_uint calls;

static ssize_t send_one_byte(int fd, const struct msghdr *msg, int flags) {
  calls++;
  const struct msghdr one = {
      .msg_iov = &(struct iovec){msg->msg_iov[0].iov_base, 1},
         .msg_iovlen = 1
  };
  const ssize_t n = real_sys->sendmsg(fd, &one, flags);
  feign_room(fd);
  return n;
}

static ssize_t send_every_third(int fd, const struct msghdr *msg, int flags) {
  const unsigned n = calls++;
  if (n % 3 == 2) return real_sys->sendmsg(fd, msg, flags);
  if (n % 3 == 0) feign_room(fd);
  errno = n % 3 == 0 ? EAGAIN : EINTR;
  return -1;
}

static ssize_t send_without_memory(int fd, const struct msghdr *msg, int flags) {
  const unsigned n = calls++;
  if (n % 4 == 3) return real_sys->sendmsg(fd, msg, flags);
  errno = n % 2 == 0 ? ENOBUFS : ENOMEM;
  return -1;
}

static ssize_t recv_by_one(int fd, void *buffer, size_t size, int flags) {
  const unsigned n = calls++;
  if (n % 2 == 0) {
    errno = EINTR;
    return -1;
  }
  return real_sys->recv(fd, buffer, size > 1 ? 1 : size, flags);
}

static void short_and_refused_writes_lose_nothing(void **state) {
  (void)state;
  static const struct {
    const char *name;
    ssize_t (*sendmsg)(int, const struct msghdr *, int);
    size_t bytes;
  } cases[] = {
      {"one byte at a time",   send_one_byte,       1 << 15},
      {"EAGAIN and EINTR",     send_every_third,    1 << 20},
      {"no memory for a time", send_without_memory, 1 << 14},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    rig r = {.loop = NULL};
    CASE(cases[i].name);
    calls = 0;
    ocel__sys.sendmsg = cases[i].sendmsg;
    rig_start(&r, NULL);
    const int fd = client_open(&r, "127.0.0.1");
    exchange_pattern(fd, cases[i].bytes);
    close(fd);
    rig_stop(&r);
    assert_true(calls > 3);
  }
}

static void short_and_interrupted_reads_lose_nothing(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  ocel__sys.recv = recv_by_one;
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  // A short read counts as the last one; the end of the peer brings the rest to light.
  send_all(fd, "12345678", 8);
  assert_int_equal(shutdown(fd, SHUT_WR), 0);
  char back[8];
  read_all(fd, back, sizeof back);
  assert_memory_equal(back, "12345678", 8);
  close(fd);
  rig_stop(&r);
}

static int failing_errno;

static ssize_t recv_fails(int fd, void *buffer, size_t size, int flags) {
  (void)fd;
  (void)buffer;
  (void)size;
  (void)flags;
  errno = failing_errno;
  return -1;
}

static ssize_t sendmsg_fails(int fd, const struct msghdr *msg, int flags) {
  (void)fd;
  (void)msg;
  (void)flags;
  errno = failing_errno;
  return -1;
}

// The client pays, the server goes on.
static void broken_connection_is_closed(void **state) {
  (void)state;
  static const int reasons[] = {ECONNRESET, EPIPE, ETIMEDOUT, EHOSTUNREACH, EBADF, EFAULT};
  for (size_t i = 0; i < 2 * ARRAY_LEN(reasons); i++) {
    rig r = {.loop = NULL};
    failing_errno = reasons[i / 2];
    CASE(strerror(failing_errno));
    if (i % 2 == 0) ocel__sys.recv = recv_fails;
    if (i % 2 == 1) ocel__sys.sendmsg = sendmsg_fails;
    rig_start(&r, NULL);
    const int fd = client_open(&r, "127.0.0.1");
    send_all(fd, "x", 1);
    wait_for(&fake.closed, 1);
    close(fd);
    rig_stop(&r);
    (void)fake_setup(NULL);
  }
}

static atomic_int accepted_fd;

static int note_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags) {
  const int got = real_sys->accept4(fd, address, size, flags);
  if (got >= 0) accepted_fd = got;
  return got;
}

// So that accepting costs no call per option.
static void accepted_sockets_inherit_options(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int level, option, at_least;
  } cases[] = {
      {"TCP_NODELAY",       IPPROTO_TCP, TCP_NODELAY,       1   },
      {"SO_KEEPALIVE",      SOL_SOCKET,  SO_KEEPALIVE,      1   },
      {"TCP_KEEPIDLE",      IPPROTO_TCP, TCP_KEEPIDLE,      10  },
      {"TCP_USER_TIMEOUT",  IPPROTO_TCP, TCP_USER_TIMEOUT,  1000},
      {"TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT, 4096},
  };
  rig r = {.loop = NULL};
  ocel__sys.accept4 = note_accept4;
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  check_echo(fd, "x");
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    int value = 0;
    socklen_t n = sizeof value;
    CASE(cases[i].name);
    assert_int_equal(getsockopt(accepted_fd, cases[i].level, cases[i].option, &value, &n), 0);
    assert_true(value >= cases[i].at_least && value < 1 << 20);
  }
  close(fd);
  rig_stop(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(echoes_over_both_families, fake_setup),
      cmocka_unit_test_setup(closes_after_the_last_byte, fake_setup),
      cmocka_unit_test_setup(last_reply_survives_unread_bytes, fake_setup),
      cmocka_unit_test_setup(half_closed_peer_gets_its_answer, fake_setup),
      cmocka_unit_test_setup(reset_frees_the_connection, fake_setup),
      cmocka_unit_test_setup(stopped_reader_holds_nobody_up, fake_setup),
      cmocka_unit_test_setup(short_and_refused_writes_lose_nothing, fake_setup),
      cmocka_unit_test_setup(short_and_interrupted_reads_lose_nothing, fake_setup),
      cmocka_unit_test_setup(broken_connection_is_closed, fake_setup),
      cmocka_unit_test_setup(accepted_sockets_inherit_options, fake_setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
