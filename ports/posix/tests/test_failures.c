// SPDX-License-Identifier: Apache-2.0
// Each call that a running loop makes fails in turn: whoever it was for may lose, nobody else
// does, and nothing is left behind.
#include <unistd.h>

#include "fake_engine.h"
#include "loop_test.h"

static atomic_uint calls, failing;  // `failing` 0: none.

static bool fails(void) {
  if (failing == 0 || ++calls != failing) return false;
  errno = ENOMEM;
  return true;
}

static int f_accept4(int a, struct sockaddr *b, socklen_t *c, int d) {
  return fails() ? -1 : real_sys->accept4(a, b, c, d);
}
static int f_getsockname(int a, struct sockaddr *b, socklen_t *c) {
  return fails() ? -1 : real_sys->getsockname(a, b, c);
}
static int f_shutdown(int a, int b) { return fails() ? -1 : real_sys->shutdown(a, b); }
static ssize_t f_recv(int a, void *b, size_t c, int d) {
  return fails() ? -1 : real_sys->recv(a, b, c, d);
}
static ssize_t f_sendmsg(int a, const struct msghdr *b, int c) {
  return fails() ? -1 : real_sys->sendmsg(a, b, c);
}
static int f_recvmmsg(int a, struct mmsghdr *b, unsigned c, int d) {
  return fails() ? -1 : real_sys->recvmmsg(a, b, c, d);
}
static int f_sendmmsg(int a, struct mmsghdr *b, unsigned c, int d) {
  return fails() ? -1 : real_sys->sendmmsg(a, b, c, d);
}
static int f_epoll_ctl(int a, int b, int c, struct epoll_event *d) {
  return fails() ? -1 : real_sys->epoll_ctl(a, b, c, d);
}

static void install_failures(void) {
  ocel__sys.accept4 = f_accept4;
  ocel__sys.getsockname = f_getsockname;
  ocel__sys.shutdown = f_shutdown;
  ocel__sys.recv = f_recv;
  ocel__sys.sendmsg = f_sendmsg;
  ocel__sys.recvmmsg = f_recvmmsg;
  ocel__sys.sendmmsg = f_sendmmsg;
  ocel__sys.epoll_ctl = f_epoll_ctl;
}

// Comes, says something, and leaves when told to. It may be cut off, but not left waiting.
static void visit(const rig *r) {
  char text[5];
  const int udp = client_udp(r, "127.0.0.1", OCEL_PORT_RTP);
  (void)send(udp, "x", 1, 0);
  const int fd = client_open(r, "127.0.0.1");
  (void)send(fd, "hello", 5, MSG_NOSIGNAL);
  if (recv(fd, text, sizeof text, MSG_WAITALL) == sizeof text) {
    (void)send(fd, "Q", 1, MSG_NOSIGNAL);
  }
  read_to_end(fd);
  close(fd);
  close(udp);
}

// @return False when the loop has made fewer calls than that.
static bool serves_though_call_fails(unsigned number, bool full) {
  rig r = {.loop = NULL};
  int held[FAKE_CONNS];
  rig_start(&r, "127.0.0.1");
  for (size_t i = 0; full && i < ARRAY_LEN(held); i++) {
    held[i] = client_open(&r, "127.0.0.1");
    check_echo(held[i], "in");
  }
  calls = 0;
  failing = number;
  visit(&r);
  const bool happened = calls >= number;
  failing = 0;
  for (size_t i = 0; full && i < ARRAY_LEN(held); i++) {
    check_echo(held[i], "still in");
    close(held[i]);
  }
  if (full) wait_for(&fake.closed, FAKE_CONNS);
  const int fd = client_open(&r, "127.0.0.1");
  check_echo(fd, "lucky");
  close(fd);
  rig_stop(&r);
  return happened;
}

static void each_failing_call_costs_one_client_at_most(void **state) {
  for (int full = 0; full < 2; full++) {
    unsigned n = 1;
    CASE(full ? "a newcomer is refused" : "a newcomer is served");
    do {
      (void)fake_setup(state);
      install_failures();
    } while (serves_though_call_fails(n++, full != 0));
    assert_in_range(n, 5, 200);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(each_failing_call_costs_one_client_at_most, fake_setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
