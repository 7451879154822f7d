// SPDX-License-Identifier: Apache-2.0
#include "loop_test.h"

#include <unistd.h>

#include "fake_engine.h"

enum { CROWD = 3 * FAKE_CONNS };

static void check_refused(const rig *r) {
  char text[5];
  const int fd = client_open(r, "127.0.0.1");
  // A peer that speaks first must get the refusal all the same, and no reset.
  (void)send(fd, "request", 7, MSG_NOSIGNAL);
  read_all(fd, text, sizeof text);
  assert_memory_equal(text, "full\n", sizeof text);
  check_end(fd);
  close(fd);
}

static void full_server_refuses_politely(void **state) {
  (void)state;
  int fds[FAKE_CONNS];
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  for (int i = 0; i < FAKE_CONNS; i++) {
    fds[i] = client_open(&r, "127.0.0.1");
    check_echo(fds[i], "in");
  }
  for (int i = 0; i < CROWD; i++) check_refused(&r);
  assert_int_equal(fake.refused, CROWD);

  close(fds[0]);
  wait_for(&fake.closed, 1);
  fds[0] = client_open(&r, "127.0.0.1");
  check_echo(fds[0], "in again");
  for (int i = 0; i < FAKE_CONNS; i++) close(fds[i]);
  rig_stop(&r);
}

// More refused connections than are lingered for, none of which goes away by itself.
static void refused_peers_that_stay_are_closed(void **state) {
  (void)state;
  int fds[100];
  char text[5];
  rig r = {.loop = NULL};
  ocel_server_defaults(&r.server);
  r.server.max_connections = 1;
  rig_start(&r, NULL);
  const int inside = client_open(&r, "127.0.0.1");
  check_echo(inside, "in");
  for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
    fds[i] = client_open(&r, "127.0.0.1");
    read_all(fds[i], text, sizeof text);
    check_end(fds[i]);
  }
  check_echo(inside, "still in");
  for (size_t i = 0; i < ARRAY_LEN(fds); i++) close(fds[i]);
  close(inside);
  rig_stop(&r);
}

// Without a word, and without a descriptor left.
static void who_is_not_admitted_is_closed_at_once(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  fake.shut = true;
  for (unsigned i = 1; i <= 10; i++) {
    const int fd = client_open(&r, "127.0.0.1");
    check_end(fd);
    close(fd);
    wait_for(&fake.turned_away, i);
  }
  assert_int_equal(fake.accepted, 0);
  assert_int_equal(fake.refused, 0);
  assert_int_not_equal(r.last_peer_port, 0);
  fake.shut = false;
  const int fd = client_open(&r, "127.0.0.1");
  check_echo(fd, "in");
  close(fd);
  rig_stop(&r);
}

static void tells_events_with_the_peer(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  ocel_sockaddr own;
  socklen_t n = sizeof own;
  assert_int_equal(getsockname(fd, &own.any, &n), 0);
  check_echo(fd, "x");
  assert_int_equal(r.last_peer_port, ocel__addr_from(&own).port);
  r.last_peer_port = 0;
  close(fd);
  wait_for(&fake.closed, 1);
  wait_for(&r.events, 2);
  assert_int_equal(r.last_peer_port, ocel__addr_from(&own).port);
  rig_stop(&r);
}

// ---- a kernel that is unwilling ----

static atomic_int failures_left;
static atomic_uint accept_calls;
static int failing_errno;

static int accept_fails(int fd, struct sockaddr *address, socklen_t *size, int flags) {
  accept_calls++;
  if (failures_left-- <= 0) return real_sys->accept4(fd, address, size, flags);
  errno = failing_errno;
  return -1;
}

static void survives_failures_of_accept(void **state) {
  (void)state;
  static const int reasons[] = {EINTR,  ECONNABORTED, EPROTO, ENETDOWN, EPERM,
                                ENOMEM, ENOBUFS,      EMFILE, ENFILE,   EBADF};
  for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
    rig r = {.loop = NULL};
    failing_errno = reasons[i];
    failures_left = 3;
    accept_calls = 0;
    CASE(strerror(failing_errno));
    ocel__sys.accept4 = accept_fails;
    rig_start(&r, NULL);
    int fd = client_open(&r, "127.0.0.1");
    if (failing_errno == EMFILE || failing_errno == ENFILE) {
      // Whoever is accepted with the last descriptor is refused.
      char text[5];
      read_all(fd, text, sizeof text);
      close(fd);
      fd = client_open(&r, "127.0.0.1");
    }
    check_echo(fd, "in the end");
    close(fd);
    rig_stop(&r);
    (void)fake_setup(NULL);
  }
}

// A condition that lasts must not keep the processor busy: a hundred milliseconds lie between
// two looks, so that a second sees about ten; a loop that spins would see many thousands.
static void does_not_spin_when_accept_keeps_failing(void **state) {
  (void)state;
  static const int reasons[] = {ENOMEM, EMFILE, EBADF};
  for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
    rig r = {.loop = NULL};
    failing_errno = reasons[i];
    failures_left = 1000000;
    accept_calls = 0;
    CASE(strerror(failing_errno));
    ocel__sys.accept4 = accept_fails;
    rig_start(&r, NULL);
    const int fd = client_open(&r, "127.0.0.1");
    wait_for(&r.wakes, 2);
    assert_in_range(accept_calls, 1, 20000);
    failures_left = 0;
    check_echo(fd, "in the end");
    close(fd);
    rig_stop(&r);
    (void)fake_setup(NULL);
  }
}

static int getsockname_fails(int fd, struct sockaddr *address, socklen_t *size) {
  if (failures_left-- <= 0) return real_sys->getsockname(fd, address, size);
  errno = ENOBUFS;
  return -1;
}

static int epoll_ctl_fails(int epoll, int op, int fd, struct epoll_event *event) {
  if (failures_left-- <= 0) return real_sys->epoll_ctl(epoll, op, fd, event);
  errno = ENOSPC;
  return -1;
}

static void newcomer_pays_for_other_failures(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    rig r = {.loop = NULL};
    CASE(i == 0 ? "getsockname" : "epoll_ctl");
    failures_left = 0;
    if (i == 0) ocel__sys.getsockname = getsockname_fails;
    if (i == 1) ocel__sys.epoll_ctl = epoll_ctl_fails;
    rig_start(&r, NULL);
    failures_left = 1;
    const int unlucky = client_open(&r, "127.0.0.1");
    read_to_end(unlucky);
    close(unlucky);
    const int fd = client_open(&r, "127.0.0.1");
    check_echo(fd, "lucky");
    close(fd);
    rig_stop(&r);
    (void)fake_setup(NULL);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(full_server_refuses_politely, fake_setup),
      cmocka_unit_test_setup(refused_peers_that_stay_are_closed, fake_setup),
      cmocka_unit_test_setup(who_is_not_admitted_is_closed_at_once, fake_setup),
      cmocka_unit_test_setup(tells_events_with_the_peer, fake_setup),
      cmocka_unit_test_setup(survives_failures_of_accept, fake_setup),
      cmocka_unit_test_setup(does_not_spin_when_accept_keeps_failing, fake_setup),
      cmocka_unit_test_setup(newcomer_pays_for_other_failures, fake_setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
