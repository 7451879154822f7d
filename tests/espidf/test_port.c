// SPDX-License-Identifier: Apache-2.0
// What this port does when memory and sockets run out, with the real engine.
#include "loop_test.h"

#include <unistd.h>

#include "esp_heap_caps.h"
#include "loop_state.h"
#include "lwip_standin.h"

enum { MANY = 1000000, SELECTS_MAX = 500, UNIX_2026 = 1767225600 };

void port_setup(void) {
  standin.max_sockets = 64;
  standin.sockets_most = 0;
}

static int all_given_back(void **state) {
  (void)state;
  assert_int_equal(standin.sockets, 0);
  assert_int_equal(standin.pieces, 0);
  return 0;
}

// ---- opening ----

static char error[256];

static ocel_loop *try_open(ocel_loop_config cfg) {
  ocel_server_config server;
  ocel_server_defaults(&server);
  if (cfg.server == NULL) cfg.server = &server;
  error[0] = '\0';
  return ocel_loop_open(&cfg, error, sizeof error);
}

static void check_said(ocel_loop_config cfg, const char *says) {
  assert_null(try_open(cfg));
  print_message("    %s\n", error);
  if (strstr(error, says) == NULL) fail_msg("it should say \"%s\"", says);
}

static bool is_external[2];
static unsigned reserved;

static void *note_where(size_t bytes, bool external) {
  assert_in_range(reserved, 0, 1);
  is_external[reserved++] = external;
  void *const p = real_sys->reserve(bytes, external);
  assert_int_equal((standin.caps & MALLOC_CAP_SPIRAM) != 0, external);
  assert_int_equal((standin.caps & MALLOC_CAP_INTERNAL) != 0, !external);
  return p;
}

// The loop's atomic flags stay in internal RAM; the server goes where it was asked for.
static void memory_is_where_it_was_asked_for(void **state) {
  (void)state;
  ocel__sys.reserve = note_where;
  for (int external = 0; external < 2; external++) {
    reserved = 0;
    ocel_loop *const l = try_open((ocel_loop_config){.external_memory = external == 1});
    assert_non_null(l);
    assert_int_equal(reserved, 2);
    assert_false(is_external[0]);
    assert_int_equal(is_external[1], external);
    ocel_loop_close(l);
  }
}

static void *no_psram(size_t bytes, bool external) {
  return external ? NULL : real_sys->reserve(bytes, external);
}

static void *no_memory(size_t bytes, bool external) {
  (void)bytes;
  (void)external;
  return NULL;
}

static void says_what_to_do(void **state) {
  (void)state;
  ocel_loop *const l = try_open((ocel_loop_config){.bind = "127.0.0.1"});
  assert_non_null(l);
  const uint16_t tcp = ocel_loop_port(l), rtp = ocel_loop_rtp_port(l);
  check_said((ocel_loop_config){.bind = "127.0.0.1", .port = tcp}, "another port");
  check_said((ocel_loop_config){.port = tcp}, "another port");
  check_said((ocel_loop_config){.bind = "127.0.0.1", .rtp_port = rtp, .rtcp_port = 1}, "UDP port");
  ocel_loop_close(l);
  check_said((ocel_loop_config){.bind = "192.0.2.77"}, "no address 192.0.2.77");
  check_said((ocel_loop_config){.bind = "camera.local"}, "numeric address");
  ocel_server_config server;
  ocel_server_defaults(&server);
  server.max_connections = 0;
  check_said((ocel_loop_config){.server = &server}, "out of range");
  standin.max_sockets = 2;
  check_said((ocel_loop_config){.port = 0}, "CONFIG_LWIP_MAX_SOCKETS");
  ocel__sys.reserve = no_memory;
  check_said((ocel_loop_config){.port = 0}, "external_memory");
  standin.max_sockets = 64;
  ocel__sys.reserve = no_psram;
  check_said((ocel_loop_config){.external_memory = true}, "bytes of PSRAM");
}

// ---- multicast ----

static struct {
  unsigned joined, others;  // Calls.
  int fd;                   // That joined last.
  struct in_addr v4;
  struct in6_addr v6;
} membership;

static int note_membership(int fd, int level, int name, const void *value, socklen_t size) {
  if (level == IPPROTO_IP && name == IP_ADD_MEMBERSHIP) {
    assert_int_equal(size, sizeof(struct ip_mreq));
    membership.v4 = ((const struct ip_mreq *)value)->imr_multiaddr;
  } else if (level == IPPROTO_IPV6 && name == IPV6_JOIN_GROUP) {
    assert_int_equal(size, sizeof(struct ipv6_mreq));
    membership.v6 = ((const struct ipv6_mreq *)value)->ipv6mr_multiaddr;
  } else {
    membership.others++;
    if (name == IP_MULTICAST_LOOP && level == IPPROTO_IP) assert_int_equal(size, 1);
    return real_sys->setsockopt(fd, level, name, value, size);
  }
  membership.joined++;
  membership.fd = fd;
  errno = ENODEV;  // A device without a network yet; the server opens all the same.
  return -1;
}

static void check_joined(const ocel_addr *group, uint16_t rtp, bool joins) {
  ocel_server_config server;
  ocel_server_defaults(&server);
  server.multicast = *group;
  memset(&membership, 0, sizeof membership);
  ocel__sys.setsockopt = note_membership;
  ocel_loop *const l =
      try_open((ocel_loop_config){.server = &server, .rtp_port = rtp, .rtcp_port = rtp + 1});
  if (l == NULL) fail_msg("%s", error);
  assert_int_equal(membership.joined, joins);
  if (joins) assert_int_equal(membership.fd, l->udp[OCEL_PORT_RTCP]);
  ocel_loop_close(l);
}

// An even port that was free a moment ago, as the next one.
static uint16_t free_pair(void) {
  ocel_loop *const l = try_open((ocel_loop_config){.port = 0});
  assert_non_null(l);
  const uint16_t port = ocel_loop_rtp_port(l);
  ocel_loop_close(l);
  return port;
}

static void hears_the_group_at_its_own_port(void **state) {
  (void)state;
  const uint16_t rtp = free_pair();
  const ocel_addr v4 = ocel_addr_ipv4(239, 255, 12, 42, rtp);
  const ocel_addr elsewhere = ocel_addr_ipv4(239, 255, 12, 42, (uint16_t)(rtp + 2));
  const ocel_addr v6 = {
      .ip = {0xff, 0x15, [15] = 7},
        .port = rtp
  };
  const ocel_addr none = {.port = 0};
  check_joined(&v4, rtp, true);
  assert_memory_equal(&membership.v4, v4.ip + 12, 4);
  check_joined(&v6, rtp, true);
  assert_memory_equal(&membership.v6, v6.ip, 16);
  check_joined(&elsewhere, rtp, false);
  check_joined(&none, rtp, false);
}

// ---- every call fails in turn ----

static unsigned call, failing_call;

static bool fails(void) {
  errno = ENOMEM;
  return ++call == failing_call;
}

static int f_socket(int a, int b, int c) { return fails() ? -1 : real_sys->socket(a, b, c); }
static bool f_nonblocking(int a) { return !fails() && real_sys->nonblocking(a); }
static int f_bind(int a, const struct sockaddr *b, socklen_t c) {
  return fails() ? -1 : real_sys->bind(a, b, c);
}
static int f_connect(int a, const struct sockaddr *b, socklen_t c) {
  return fails() ? -1 : real_sys->connect(a, b, c);
}
static int f_listen(int a, int b) { return fails() ? -1 : real_sys->listen(a, b); }
static int f_setsockopt(int a, int b, int c, const void *d, socklen_t e) {
  return fails() ? -1 : real_sys->setsockopt(a, b, c, d, e);
}
static void *f_reserve(size_t n, bool external) {
  return fails() ? NULL : real_sys->reserve(n, external);
}

static void each_failing_call_is_survived(void **state) {
  (void)state;
  ocel__sys.socket = f_socket;
  ocel__sys.nonblocking = f_nonblocking;
  ocel__sys.bind = f_bind;
  ocel__sys.connect = f_connect;
  ocel__sys.listen = f_listen;
  ocel__sys.setsockopt = f_setsockopt;
  ocel__sys.reserve = f_reserve;
  unsigned refused = 0;
  call = 1;
  for (failing_call = 1; call >= failing_call - 1; failing_call++) {
    call = 0;
    ocel_loop *const l = try_open((ocel_loop_config){.no_udp = true, .bind = "127.0.0.1"});
    assert_int_equal(l == NULL, error[0] != '\0');
    refused += l == NULL;
    ocel_loop_close(l);
    (void)all_given_back(NULL);
  }
  // Memory twice; a listener takes four calls beside its option, and so does the bell.
  assert_int_equal(refused, 10);
}

// ---- newcomers ----

static void check_served(int fd) {
  static const char ASK[] = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", OK[] = "RTSP/1.0 200";
  char back[sizeof OK] = "", byte;
  send_all(fd, ASK, sizeof ASK - 1);
  read_all(fd, back, sizeof OK - 1);
  assert_string_equal(back, OK);
  for (unsigned ends = 0; ends < 4;) {
    read_all(fd, &byte, 1);
    ends = byte == '\r' || byte == '\n' ? ends + 1 : 0;
  }
}

static void check_refused(const rig *r) {
  static const char NO[] = "RTSP/1.0 503";
  char back[sizeof NO] = "";
  const int fd = client_open(r, "127.0.0.1");
  // A peer that speaks first must get the refusal all the same, and no reset.
  (void)send(fd, "request", 7, MSG_NOSIGNAL);
  read_all(fd, back, sizeof NO - 1);
  assert_string_equal(back, NO);
  while (recv(fd, back, 1, 0) > 0) continue;
  check_end(fd);
  close(fd);
}

static void open_for(rig *r, uint16_t connections) {
  memset(r, 0, sizeof *r);
  ocel_server_defaults(&r->server);
  r->server.max_clients = 1;
  r->server.max_connections = connections;
  rig_start(r, NULL);
}

static void full_server_refuses_politely(void **state) {
  (void)state;
  rig r;
  open_for(&r, 1);
  int fd = client_open(&r, "127.0.0.1");
  check_served(fd);
  for (int i = 0; i < 10; i++) check_refused(&r);
  const unsigned before = r.events;
  close(fd);
  wait_for(&r.events, before + 1);
  fd = client_open(&r, "127.0.0.1");
  check_served(fd);
  close(fd);
  rig_end(&r);
  assert_int_equal(ocel_loop_get_counts(r.loop).refused, 10);
  rig_stop(&r);
}

// A TCP port that was free a moment ago.
static uint16_t free_port(void) {
  ocel_loop *const l = try_open((ocel_loop_config){.port = 0});
  assert_non_null(l);
  const uint16_t port = ocel_loop_port(l);
  ocel_loop_close(l);
  return port;
}

static void both_doors_serve(void **state) {
  (void)state;
  rig r = {.cfg = {.http_port = free_port()}};
  rig_start(&r, NULL);
  const int first = client_open(&r, "127.0.0.1");
  const int second = client_tcp("127.0.0.1", r.cfg.http_port);
  check_served(first);
  check_served(second);
  close(first);
  close(second);
  rig_stop(&r);
}

// The second door's port is told of as the first one's is, and nothing stays open.
static void a_taken_second_door_is_told(void **state) {
  (void)state;
  ocel_loop *const l = try_open((ocel_loop_config){.bind = "127.0.0.1"});
  assert_non_null(l);
  const uint16_t taken = ocel_loop_port(l);
  check_said((ocel_loop_config){.bind = "127.0.0.1", .http_port = taken}, "another port");
  ocel_loop_close(l);
}

// More refused connections than are lingered for, none of which goes away by itself.
static void refused_peers_that_stay_are_closed(void **state) {
  (void)state;
  rig r;
  int fd[12];
  char byte;
  open_for(&r, 1);
  for (size_t i = 0; i < ARRAY_LEN(fd); i++) {
    fd[i] = client_open(&r, "127.0.0.1");
    if (i == 0) check_served(fd[i]);
    while (i > 0 && recv(fd[i], &byte, 1, 0) > 0) continue;
  }
  check_served(fd[0]);
  // What an sdkconfig must have room for; rtsp_server reserves as many.
  assert_int_equal(standin.sockets_most, 1 + OTHER_SOCKETS);
  for (size_t i = 0; i < ARRAY_LEN(fd); i++) close(fd[i]);
  rig_stop(&r);
}

static void no_socket_left_for_a_newcomer(void **state) {
  (void)state;
  rig r;
  char byte;
  open_for(&r, 8);
  const int inside = client_open(&r, "127.0.0.1");
  check_served(inside);
  standin.max_sockets = (int)standin.sockets;
  for (int i = 0; i < 3; i++) {  // lwIP resets them.
    const int fd = client_open(&r, "127.0.0.1");
    assert_true(recv(fd, &byte, 1, 0) < 0);
    assert_int_equal(errno, ECONNRESET);
    close(fd);
  }
  check_served(inside);
  standin.max_sockets = 64;
  const int fd = client_open(&r, "127.0.0.1");
  check_served(fd);
  close(fd);
  close(inside);
  rig_end(&r);
  assert_int_equal(ocel_loop_get_counts(r.loop).accept_failed, 3);
  rig_stop(&r);
}

static atomic_int failures_left;
static int failing_errno;

static int accept_fails(int fd, struct sockaddr *address, socklen_t *size) {
  if (failures_left-- <= 0) return real_sys->accept(fd, address, size);
  errno = failing_errno;
  return -1;
}

// A condition that lasts must not keep the processor busy: a hundred milliseconds lie between
// two looks; a loop that spins would call select many thousand times.
static void failing_accept_is_survived_without_spinning(void **state) {
  (void)state;
  static const int reasons[] = {ENOMEM, ENOBUFS, ENFILE, EMFILE, EBADF};
  for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
    rig r;
    failing_errno = reasons[i];
    failures_left = MANY;
    CASE(strerror(failing_errno));
    ocel__sys.accept = accept_fails;
    open_for(&r, 8);
    standin.selects = 0;
    const int fd = client_open(&r, "127.0.0.1");
    wait_for(&r.wakes, 2);
    assert_true(standin.selects < SELECTS_MAX);
    failures_left = 1;
    check_served(fd);
    close(fd);
    rig_stop(&r);
  }
}

// ---- waiting and waking ----

static int select_fails(int count, fd_set *readable, fd_set *writable, ocel_us timeout) {
  if (failures_left-- <= 0) return real_sys->select(count, readable, writable, timeout);
  errno = failing_errno;
  return -1;
}

static atomic_uint pauses;

static void note_pause(ocel_us time) {
  pauses++;
  real_sys->pause(time);
}

static void select_without_memory_is_tried_again(void **state) {
  (void)state;
  rig r;
  failing_errno = ENOMEM;
  failures_left = 3;
  pauses = 0;
  ocel__sys.select = select_fails;
  ocel__sys.pause = note_pause;
  open_for(&r, 8);
  const int fd = client_open(&r, "127.0.0.1");
  check_served(fd);
  assert_int_equal(pauses, 3);
  close(fd);
  rig_stop(&r);
}

static void hopeless_select_ends_the_loop(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  failing_errno = EBADF;
  failures_left = MANY;
  ocel__sys.select = select_fails;
  rig_open(&r, NULL);
  assert_int_equal(ocel_loop_run(r.loop), EBADF);
  ocel_loop_close(r.loop);
}

static ssize_t bell_fails(int fd, const struct msghdr *msg) {
  if (failures_left-- <= 0) return real_sys->sendmsg(fd, msg);
  errno = ENOMEM;
  return -1;
}

static void lost_wake_is_made_up_for(void **state) {
  (void)state;
  rig r;
  ocel__sys.sendmsg = bell_fails;
  failures_left = 0;
  open_for(&r, 8);
  wait_for(&r.wakes, 1);
  failures_left = 1;
  ocel_loop_wake(r.loop);
  ocel_loop_wake(r.loop);
  assert_true(failures_left < 0);  // The second rang, though the first was still unheard.
  wait_for(&r.wakes, 2);
  rig_end(&r);
  assert_int_equal(ocel_loop_get_counts(r.loop).wake_failed, 1);
  rig_stop(&r);
}

// ---- the date ----

static struct timeval wall;

static int given_date(struct timeval *out) {
  *out = wall;
  return 0;
}

static void date_looks_like_one_and_never_goes_back(void **state) {
  (void)state;
  ocel__sys.date = given_date;
  ocel_loop *const l = try_open((ocel_loop_config){.port = 0});
  assert_non_null(l);
  wall = (struct timeval){.tv_sec = 5};
  const ocel_ntp early = ocel__wall_clock(l);
  assert_true(early >> 32 > UINT64_C(2208988800) + UNIX_2026);
  wall.tv_sec = 90;
  const ocel_ntp later = ocel__wall_clock(l);
  assert_true(later >> 32 >= (early >> 32) + 84);
  wall = (struct timeval){.tv_sec = 1900000000};  // 2030; NTP starts anew in 2036.
  assert_true(ocel__wall_clock(l) > later);
  ocel_loop_close(l);
}

#define CASE_OF(f) cmocka_unit_test_setup_teardown(f, rig_setup, all_given_back)

int main(void) {
  const struct CMUnitTest tests[] = {
      CASE_OF(memory_is_where_it_was_asked_for),
      CASE_OF(says_what_to_do),
      CASE_OF(hears_the_group_at_its_own_port),
      CASE_OF(each_failing_call_is_survived),
      CASE_OF(full_server_refuses_politely),
      CASE_OF(both_doors_serve),
      CASE_OF(a_taken_second_door_is_told),
      CASE_OF(refused_peers_that_stay_are_closed),
      CASE_OF(no_socket_left_for_a_newcomer),
      CASE_OF(failing_accept_is_survived_without_spinning),
      CASE_OF(select_without_memory_is_tried_again),
      CASE_OF(hopeless_select_ends_the_loop),
      CASE_OF(lost_wake_is_made_up_for),
      CASE_OF(date_looks_like_one_and_never_goes_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
