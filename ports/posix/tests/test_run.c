// SPDX-License-Identifier: Apache-2.0
#include "loop_test.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "fake_engine.h"

static void wakes_at_once_and_by_itself(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  for (unsigned i = 0; i < 1000; i++) {
    const unsigned before = r.wakes;
    ocel_loop_wake(r.loop);
    wait_for(&r.wakes, before + 1);
  }
  const unsigned before = r.wakes;
  wait_for(&r.wakes, before + 2);  // without anybody's doing
  rig_stop(&r);
}

enum { PRODUCERS = 4, COMMITS = 20000 };

static struct {
  rig rig;
  atomic_uint committed, seen;
} shared;

static void look(void *ctx, ocel_us now) {
  (void)ctx;
  (void)now;
  shared.seen = shared.committed;
}

static void *produce(void *arg) {
  (void)arg;
  for (int i = 0; i < COMMITS; i++) {
    shared.committed++;
    ocel_loop_wake(shared.rig.loop);
  }
  return NULL;
}

static void *run_loop(void *arg) {
  rig *const r = arg;
  r->result = ocel_loop_run(r->loop);
  return NULL;
}

// However wakes and turns interleave: after the last wake comes a turn that sees everything.
static void no_wake_is_lost(void **state) {
  (void)state;
  char error[256];
  pthread_t t[PRODUCERS];
  rig *const r = &shared.rig;
  ocel_server_defaults(&r->server);
  r->cfg = (ocel_loop_config){.bind = "127.0.0.1", .server = &r->server, .on_wake = look};
  r->loop = ocel_loop_open(&r->cfg, error, sizeof error);
  assert_non_null(r->loop);
  r->ended = false;
  assert_int_equal(pthread_create(&r->thread, NULL, run_loop, r), 0);
  for (int i = 0; i < PRODUCERS; i++) {
    assert_int_equal(pthread_create(&t[i], NULL, produce, NULL), 0);
  }
  for (int i = 0; i < PRODUCERS; i++) assert_int_equal(pthread_join(t[i], NULL), 0);
  wait_for(&shared.seen, PRODUCERS * COMMITS);
  rig_stop(r);
}

static struct {
  ocel_loop *loop;
  ocel_us asked;
  atomic_uint calls, early;
} alarm_clock;

static void ask_again(void *ctx, ocel_us now) {
  (void)ctx;
  alarm_clock.calls++;
  alarm_clock.early += now < alarm_clock.asked;
  if (alarm_clock.calls == 1000) ocel_loop_stop(alarm_clock.loop);
  alarm_clock.asked = now + 200;
  ocel_loop_wake_at(alarm_clock.loop, OCEL_NEVER);
  ocel_loop_wake_at(alarm_clock.loop, alarm_clock.asked);
  ocel_loop_wake_at(alarm_clock.loop, now + OCEL_SECOND);
}

// A source in the loop's own thread is called when it asked to be, and not before.
static void wakes_when_asked(void **state) {
  (void)state;
  char error[256];
  ocel_server_config server;
  ocel_server_defaults(&server);
  const ocel_loop_config cfg = {.bind = "127.0.0.1", .server = &server, .on_wake = ask_again};
  alarm_clock.loop = ocel_loop_open(&cfg, error, sizeof error);
  assert_non_null(alarm_clock.loop);
  assert_int_equal(ocel_loop_run(alarm_clock.loop), 0);
  assert_true(alarm_clock.calls >= 1000);
  assert_int_equal(alarm_clock.early, 0);
  ocel_loop_close(alarm_clock.loop);
}

static void ticks_at_the_deadline(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  fake.deadline = 0;  // always due: the loop goes round without sleeping
  rig_start(&r, NULL);
  wait_for(&fake.ticks, 10000);
  fake.deadline = OCEL_NEVER;
  rig_stop(&r);
}

static void stop_before_run_returns_at_once(void **state) {
  (void)state;
  char error[256];
  ocel_server_config server;
  ocel_server_defaults(&server);
  const ocel_loop_config cfg = {.bind = "127.0.0.1", .server = &server};
  ocel_loop *const l = ocel_loop_open(&cfg, error, sizeof error);
  assert_non_null(l);
  ocel_loop_stop(l);
  assert_int_equal(ocel_loop_run(l), 0);
  ocel_loop_close(l);
}

static ocel_loop *to_stop;

static void on_signal(int number) {
  (void)number;
  ocel_loop_stop(to_stop);
}

static void signal_handler_may_stop(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  to_stop = r.loop;
  const struct sigaction action = {.sa_handler = on_signal};
  assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
  assert_int_equal(pthread_kill(r.thread, SIGUSR1), 0);
  rig_stop(&r);
}

static void stop_flushes_what_is_pending(void **state) {
  (void)state;
  static char bytes[200000], back[sizeof bytes];
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  memset(bytes, 'x', sizeof bytes);
  send_all(fd, bytes, sizeof bytes);
  wait_for(&fake.received, sizeof bytes);
  ocel_loop_stop(r.loop);
  read_all(fd, back, sizeof back);
  check_end(fd);
  close(fd);
  rig_stop(&r);
}

// The flush is bounded: a peer that takes nothing does not hold up the end.
static void stop_does_not_wait_for_a_stopped_reader(void **state) {
  (void)state;
  static char bytes[1 << 16];
  rig r = {.loop = NULL};
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  memset(bytes, 'x', sizeof bytes);
  while (fake.blocked == 0) (void)send(fd, bytes, sizeof bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
  rig_end(&r);
  close(fd);
  rig_stop(&r);
}

static int epoll_breaks(int epoll, struct epoll_event *events, int max, ocel_us timeout) {
  (void)epoll;
  (void)events;
  (void)max;
  (void)timeout;
  errno = EBADF;
  return -1;
}

static void reports_a_broken_epoll(void **state) {
  (void)state;
  char error[256];
  ocel_server_config server;
  ocel_server_defaults(&server);
  const ocel_loop_config cfg = {.bind = "127.0.0.1", .server = &server};
  ocel_loop *const l = ocel_loop_open(&cfg, error, sizeof error);
  assert_non_null(l);
  ocel__sys.epoll_wait = epoll_breaks;
  assert_int_equal(ocel_loop_run(l), EBADF);
  ocel_loop_close(l);
}

static atomic_uint waits;

static int epoll_interrupted(int epoll, struct epoll_event *events, int max, ocel_us timeout) {
  if (waits++ % 2 == 1) return real_sys->epoll_wait(epoll, events, max, timeout);
  errno = EINTR;
  return -1;
}

static void goes_on_after_signals(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  ocel__sys.epoll_wait = epoll_interrupted;
  rig_start(&r, NULL);
  const int fd = client_open(&r, "127.0.0.1");
  for (int i = 0; i < 10; i++) check_echo(fd, "x");
  close(fd);
  rig_stop(&r);
}

static void clock_runs_forward(void **state) {
  (void)state;
  ocel_us last = ocel_loop_now();
  for (int i = 0; i < 1000; i++) {
    const ocel_us now = ocel_loop_now();
    assert_true(now >= last);
    last = now;
  }
  assert_true(last > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(wakes_at_once_and_by_itself, fake_setup),
      cmocka_unit_test_setup(no_wake_is_lost, fake_setup),
      cmocka_unit_test_setup(wakes_when_asked, fake_setup),
      cmocka_unit_test_setup(ticks_at_the_deadline, fake_setup),
      cmocka_unit_test_setup(stop_before_run_returns_at_once, fake_setup),
      cmocka_unit_test_setup(signal_handler_may_stop, fake_setup),
      cmocka_unit_test_setup(stop_flushes_what_is_pending, fake_setup),
      cmocka_unit_test_setup(stop_does_not_wait_for_a_stopped_reader, fake_setup),
      cmocka_unit_test_setup(reports_a_broken_epoll, fake_setup),
      cmocka_unit_test_setup(goes_on_after_signals, fake_setup),
      cmocka_unit_test_setup(clock_runs_forward, fake_setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
