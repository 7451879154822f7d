// SPDX-License-Identifier: Apache-2.0
#include "loop_test.h"

#include <stdlib.h>
#include <unistd.h>

#include "fake_engine.h"

static char error[256];

static ocel_loop *try_open(ocel_loop_config cfg) {
  ocel_server_config server;
  ocel_server_defaults(&server);
  if (cfg.server == NULL) cfg.server = &server;
  error[0] = '\0';
  return ocel_loop_open(&cfg, error, sizeof error);
}

static void check_refused(ocel_loop_config cfg, const char *says) {
  const unsigned before = open_files();
  assert_null(try_open(cfg));
  print_message("    %s\n", error);
  if (strstr(error, says) == NULL) fail_msg("it should say \"%s\"", says);
  assert_int_equal(open_files(), before);
}

static void finds_free_ports(void **state) {
  (void)state;
  ocel_loop *const l = try_open((ocel_loop_config){.bind = "127.0.0.1"});
  assert_non_null(l);
  assert_int_not_equal(ocel_loop_port(l), 0);
  assert_int_equal(ocel_loop_rtp_port(l) % 2, 0);
  assert_int_equal(ocel_loop_rtcp_port(l), ocel_loop_rtp_port(l) + 1);
  ocel_loop_close(l);
}

static void opens_without_udp(void **state) {
  (void)state;
  ocel_loop *const l = try_open((ocel_loop_config){.no_udp = true, .rtp_port = 1});
  assert_non_null(l);
  assert_int_equal(ocel_loop_rtp_port(l), 0);
  assert_int_equal(ocel_loop_rtcp_port(l), 0);
  ocel_loop_close(l);
}

static void closing_nothing_is_allowed(void **state) {
  (void)state;
  ocel_loop_close(NULL);
}

static void says_what_to_do_about_ports(void **state) {
  (void)state;
  ocel_loop *const l = try_open((ocel_loop_config){.bind = "127.0.0.1"});
  assert_non_null(l);
  const uint16_t tcp = ocel_loop_port(l), rtp = ocel_loop_rtp_port(l);
  CASE("stream port taken");
  check_refused((ocel_loop_config){.bind = "127.0.0.1", .port = tcp}, "use another --port");
  CASE("the same, everywhere");
  check_refused((ocel_loop_config){.port = tcp}, "use another --port");
  CASE("RTP port taken");
  check_refused((ocel_loop_config){.bind = "127.0.0.1", .rtp_port = rtp, .rtcp_port = 0},
                "--rtp-port");
  CASE("RTCP port taken");
  check_refused((ocel_loop_config){.bind = "127.0.0.1", .rtcp_port = rtp}, "--rtcp-port");
  ocel_loop_close(l);
}

static void says_what_to_do_about_addresses(void **state) {
  (void)state;
  CASE("not of this machine");
  check_refused((ocel_loop_config){.bind = "192.0.2.77"}, "this machine has no address 192.0.2.77");
  CASE("a name");
  check_refused((ocel_loop_config){.bind = "localhost"}, "numeric address");
  CASE("too long");
  check_refused((ocel_loop_config){.bind = "1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19:20:21"},
                "numeric address");
  CASE("no such interface");
  check_refused((ocel_loop_config){.bind = "fe80::1%nowhere0"}, "numeric address");
}

static int bind_needs_right(int fd, const struct sockaddr *address, socklen_t size) {
  (void)fd;
  (void)address;
  (void)size;
  errno = EACCES;
  return -1;
}

static void says_what_to_do_about_privileges(void **state) {
  (void)state;
  ocel__sys.bind = bind_needs_right;
  check_refused((ocel_loop_config){.port = 554},
                "port 554 needs root or CAP_NET_BIND_SERVICE; use --port 8554");
}

static void refuses_server_out_of_range(void **state) {
  (void)state;
  ocel_server_config server;
  ocel_server_defaults(&server);
  server.max_connections = 0;
  check_refused((ocel_loop_config){.server = &server}, "out of range");
}

static int few_files(struct rlimit *limit) {
  *limit = (struct rlimit){20, 30};
  return 0;
}

static struct rlimit asked;

static int note_setrlimit(const struct rlimit *limit) {
  asked = *limit;
  return 0;
}

static int no_setrlimit(const struct rlimit *limit) {
  (void)limit;
  errno = EPERM;
  return -1;
}

static void raises_the_limit_of_files(void **state) {
  (void)state;
  ocel__sys.getrlimit = few_files;
  ocel__sys.setrlimit = note_setrlimit;
  ocel_loop *const l = try_open((ocel_loop_config){.port = 0});
  assert_non_null(l);
  assert_true(asked.rlim_cur > FAKE_CONNS + 20 && asked.rlim_cur < 1000);
  assert_true(asked.rlim_max >= asked.rlim_cur);
  ocel_loop_close(l);

  ocel__sys.setrlimit = no_setrlimit;
  check_refused((ocel_loop_config){.port = 0}, "ulimit -n");
}

static int no_ipv6(int domain, int type, int protocol) {
  if (domain != AF_INET6) return real_sys->socket(domain, type, protocol);
  errno = EAFNOSUPPORT;
  return -1;
}

static void serves_ipv4_where_there_is_no_ipv6(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  ocel__sys.socket = no_ipv6;
  rig_start(&r, "");
  const int fd = client_open(&r, "127.0.0.1");
  check_echo(fd, "x");
  close(fd);
  rig_stop(&r);
}

// ---- every call fails in turn ----

static unsigned call, failing_call, reserved;

static bool fails(void) {
  errno = ENOMEM;
  return ++call == failing_call;
}

static int f_socket(int a, int b, int c) { return fails() ? -1 : real_sys->socket(a, b, c); }
static int f_bind(int a, const struct sockaddr *b, socklen_t c) {
  return fails() ? -1 : real_sys->bind(a, b, c);
}
static int f_listen(int a, int b) { return fails() ? -1 : real_sys->listen(a, b); }
static int f_setsockopt(int a, int b, int c, const void *d, socklen_t e) {
  return fails() ? -1 : real_sys->setsockopt(a, b, c, d, e);
}
static int f_eventfd(unsigned a, int b) { return fails() ? -1 : real_sys->eventfd(a, b); }
static int f_spare(void) { return fails() ? -1 : real_sys->spare(); }
static int f_epoll_create1(int a) { return fails() ? -1 : real_sys->epoll_create1(a); }
static int f_epoll_ctl(int a, int b, int c, struct epoll_event *d) {
  return fails() ? -1 : real_sys->epoll_ctl(a, b, c, d);
}
static ssize_t f_getrandom(void *a, size_t b) { return fails() ? -1 : real_sys->getrandom(a, b); }
static int f_getrlimit(struct rlimit *a) { return fails() ? -1 : real_sys->getrlimit(a); }
static void *f_reserve(size_t n) {
  if (fails()) return NULL;
  reserved++;
  return real_sys->reserve(n);
}
static void f_release(void *p, size_t n) {
  reserved--;
  real_sys->release(p, n);
}

static void install_failures(void) {
  ocel__sys.socket = f_socket;
  ocel__sys.bind = f_bind;
  ocel__sys.listen = f_listen;
  ocel__sys.setsockopt = f_setsockopt;
  ocel__sys.eventfd = f_eventfd;
  ocel__sys.spare = f_spare;
  ocel__sys.epoll_create1 = f_epoll_create1;
  ocel__sys.epoll_ctl = f_epoll_ctl;
  ocel__sys.getrandom = f_getrandom;
  ocel__sys.getrlimit = f_getrlimit;
  ocel__sys.reserve = f_reserve;
  ocel__sys.release = f_release;
}

// It opens all the same, or it says why not; nothing is left behind.
// @return How many calls it cannot do without.
static unsigned fail_each_call(bool no_udp) {
  const unsigned before = open_files();
  unsigned refused = 0;
  for (failing_call = 1;; failing_call++) {
    call = 0;
    ocel_loop *const l = try_open((ocel_loop_config){.no_udp = no_udp});
    assert_int_equal(l == NULL, error[0] != '\0');
    refused += l == NULL;
    ocel_loop_close(l);
    assert_int_equal(open_files(), before);
    assert_int_equal(reserved, 0);
    if (call < failing_call) return refused;
  }
}

static void each_failing_call_is_survived(void **state) {
  (void)state;
  install_failures();
  // Two pieces of memory, randomness, epoll, eventfd and two descriptors to watch. For all else
  // there is another way, or it goes without.
  assert_int_equal(fail_each_call(true), 7);
  // With UDP there are more calls, but how many depends on the ports that happen to be free.
  assert_true(fail_each_call(false) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(finds_free_ports, fake_setup),
      cmocka_unit_test_setup(opens_without_udp, fake_setup),
      cmocka_unit_test_setup(closing_nothing_is_allowed, fake_setup),
      cmocka_unit_test_setup(says_what_to_do_about_ports, fake_setup),
      cmocka_unit_test_setup(says_what_to_do_about_addresses, fake_setup),
      cmocka_unit_test_setup(says_what_to_do_about_privileges, fake_setup),
      cmocka_unit_test_setup(refuses_server_out_of_range, fake_setup),
      cmocka_unit_test_setup(raises_the_limit_of_files, fake_setup),
      cmocka_unit_test_setup(serves_ipv4_where_there_is_no_ipv6, fake_setup),
      cmocka_unit_test_setup(each_failing_call_is_survived, fake_setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
