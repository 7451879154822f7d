// SPDX-License-Identifier: Apache-2.0
#include "loop_test.h"

#include <netinet/udp.h>
#include <unistd.h>

#include "fake_engine.h"

static void check_udp_echo(int fd, const char *text) {
  char back[64] = "";
  assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
  assert_int_equal(recv(fd, back, sizeof back, 0), strlen(text));
  assert_string_equal(back, text);
}

// The fake engine sends from the address that the last stream connection came in on.
static int say_local(const rig *r, const char *host) {
  const int fd = client_open(r, host);
  check_echo(fd, "x");
  return fd;
}

static void echoes_on_both_ports(void **state) {
  (void)state;
  static const struct {
    const char *name, *bind, *host;
  } cases[] = {
      {"IPv4 socket",      "127.0.0.1", "127.0.0.1"},
      {"IPv4 on IPv6",     "",          "127.0.0.1"},
      {"IPv6",             "",          "::1"      },
      {"one IPv6 address", "::1",       "::1"      },
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    rig r = {.loop = NULL};
    CASE(cases[i].name);
    rig_start(&r, cases[i].bind);
    const int tcp = say_local(&r, cases[i].host);
    for (int port = OCEL_PORT_RTP; port <= OCEL_PORT_RTCP; port++) {
      const int udp = client_udp(&r, cases[i].host, (ocel_port)port);
      check_udp_echo(udp, "one");
      check_udp_echo(udp, "another");
      close(udp);
    }
    close(tcp);
    rig_stop(&r);
  }
}

// A connected socket takes only what comes from the address it asked: here not the one that the
// kernel would choose by itself.
static void answers_from_the_address_that_was_asked(void **state) {
  (void)state;
  static const char *const hosts[] = {"127.0.0.1", "127.0.0.77"};
  for (size_t i = 0; i < 4; i++) {
    rig r = {.loop = NULL};
    CASE(hosts[i % 2]);
    rig_start(&r, i < 2 ? "" : "0.0.0.0");
    const int tcp = say_local(&r, hosts[i % 2]);
    const int udp = client_udp(&r, hosts[i % 2], OCEL_PORT_RTP);
    check_udp_echo(udp, "from where");
    close(tcp);
    close(udp);
    rig_stop(&r);
  }
}

static void check_batch(int fd, uint8_t count, uint8_t eighths) {
  const uint8_t ask[3] = {'B', count, eighths};
  const ssize_t segment = (ssize_t)eighths * 8;
  uint8_t got[2048];
  assert_int_equal(send(fd, ask, sizeof ask, 0), sizeof ask);
  for (unsigned i = 0; i < count; i++) {
    const ssize_t n = recv(fd, got, sizeof got, 0);
    assert_int_equal(n, i + 1u < count ? segment : segment - 1);
    for (ssize_t k = 0; k < n; k++) assert_int_equal(got[k], i);
  }
}

// ---- a kernel that is unwilling ----

static atomic_uint calls, messages, failures_left;
static int failing_errno;

static bool has_segment_size(const struct msghdr *m) {
  return m->msg_controllen > CMSG_SPACE(sizeof(struct in6_pktinfo));
}

static int count_sendmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags) {
  calls++;
  messages += count;
  return real_sys->sendmmsg(fd, msgs, count, flags);
}

// As on a way without checksum offload (EIO), or with an MTU smaller than a segment.
static int refuse_segments(int fd, struct mmsghdr *msgs, unsigned count, int flags) {
  calls++;
  if (has_segment_size(&msgs[0].msg_hdr)) {
    messages++;
    errno = failing_errno;
    return -1;
  }
  return real_sys->sendmmsg(fd, msgs, count, flags);
}

static int sendmmsg_fails(int fd, struct mmsghdr *msgs, unsigned count, int flags) {
  calls++;
  if (failures_left == 0) return real_sys->sendmmsg(fd, msgs, count, flags);
  failures_left--;
  errno = failing_errno;
  return -1;
}

static int no_gso(int fd, int level, int name, const void *value, socklen_t size) {
  if (level != SOL_UDP || name != UDP_SEGMENT) {
    return real_sys->setsockopt(fd, level, name, value, size);
  }
  errno = ENOPROTOOPT;
  return -1;
}

static void batch_is_one_message(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  ocel__sys.sendmmsg = count_sendmmsg;
  rig_start(&r, "");
  const int tcp = say_local(&r, "127.0.0.1");
  const int udp = client_udp(&r, "127.0.0.1", OCEL_PORT_RTP);
  calls = messages = 0;
  check_batch(udp, 40, 170);
  assert_int_equal(calls, 1);
  assert_int_equal(messages, 1);
  close(tcp);
  close(udp);
  rig_stop(&r);
}

static void without_gso_every_datagram_goes_alone(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  ocel__sys.setsockopt = no_gso;
  rig_start(&r, "");
  const int tcp = say_local(&r, "127.0.0.1");
  const int udp = client_udp(&r, "127.0.0.1", OCEL_PORT_RTP);
  check_batch(udp, 40, 170);
  check_batch(udp, 2, 1);
  close(tcp);
  close(udp);
  rig_stop(&r);
}

// It is tried once, and then not again with this peer.
static void refused_gso_is_split_and_remembered(void **state) {
  (void)state;
  static const int reasons[] = {EIO, EINVAL, EMSGSIZE};
  for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
    rig r = {.loop = NULL};
    (void)fake_setup(NULL);
    failing_errno = reasons[i];
    CASE(strerror(failing_errno));
    messages = 0;
    ocel__sys.sendmmsg = refuse_segments;
    rig_start(&r, "");
    const int tcp = say_local(&r, "127.0.0.1");
    const int udp = client_udp(&r, "127.0.0.1", OCEL_PORT_RTCP);
    check_batch(udp, 40, 170);
    check_batch(udp, 3, 100);
    assert_int_equal(messages, 1);
    wait_for(&fake.sent, 2);
    assert_int_equal(fake.failed, 0);
    close(tcp);
    close(udp);
    rig_stop(&r);
  }
}

static void failed_datagram_is_counted_and_others_go_on(void **state) {
  (void)state;
  static const int reasons[] = {ENETUNREACH, EHOSTUNREACH, ECONNREFUSED, EPERM,
                                ENOBUFS,     ENOMEM,       EACCES,       EINVAL};
  for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
    rig r = {.loop = NULL};
    (void)fake_setup(NULL);
    failing_errno = reasons[i];
    CASE(strerror(failing_errno));
    failures_left = 1;
    ocel__sys.sendmmsg = sendmmsg_fails;
    rig_start(&r, "");
    const int tcp = say_local(&r, "127.0.0.1");
    const int udp = client_udp(&r, "127.0.0.1", OCEL_PORT_RTP);
    assert_int_equal(send(udp, "lost", 4, 0), 4);
    wait_for(&fake.failed, 1);
    check_udp_echo(udp, "arrived");
    assert_int_equal(fake.failed, 1);
    close(tcp);
    close(udp);
    rig_stop(&r);
  }
}

// A full socket is waited for: nothing is lost, nothing counted as failed.
static void full_socket_is_waited_for(void **state) {
  (void)state;
  static const int reasons[] = {EAGAIN, EINTR};
  for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
    rig r = {.loop = NULL};
    (void)fake_setup(NULL);
    failing_errno = reasons[i];
    CASE(strerror(failing_errno));
    failures_left = 5;
    ocel__sys.sendmmsg = sendmmsg_fails;
    rig_start(&r, "");
    const int tcp = say_local(&r, "127.0.0.1");
    const int udp = client_udp(&r, "127.0.0.1", OCEL_PORT_RTP);
    check_udp_echo(udp, "late");
    check_batch(udp, 4, 100);
    wait_for(&fake.sent, 2);
    assert_int_equal(failures_left, 0);
    assert_int_equal(fake.failed, 0);
    close(tcp);
    close(udp);
    rig_stop(&r);
  }
}

// The largest datagrams there are, and empty ones: strays, and nothing else happens.
static void strays_do_no_harm(void **state) {
  (void)state;
  static char big[65507];
  rig r = {.loop = NULL};
  rig_start(&r, "");
  const int tcp = say_local(&r, "127.0.0.1");
  const int udp = client_udp(&r, "127.0.0.1", OCEL_PORT_RTCP);
  for (unsigned i = 1; i <= 50; i++) {
    assert_int_equal(send(udp, big, i % 2 == 0 ? 0 : sizeof big, 0), i % 2 == 0 ? 0 : sizeof big);
    wait_for(&fake.strays, i);
  }
  check_udp_echo(udp, "still here");
  assert_int_equal(fake.datagrams, 51);
  close(tcp);
  close(udp);
  rig_stop(&r);
}

static int recvmmsg_fails(int fd, struct mmsghdr *msgs, unsigned count, int flags) {
  calls++;
  if (failures_left == 0) return real_sys->recvmmsg(fd, msgs, count, flags);
  failures_left--;
  errno = failing_errno;
  return -1;
}

static void failed_receive_does_no_harm(void **state) {
  (void)state;
  static const int reasons[] = {EINTR, ENOMEM, ECONNREFUSED};
  for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
    rig r = {.loop = NULL};
    (void)fake_setup(NULL);
    failing_errno = reasons[i];
    CASE(strerror(failing_errno));
    failures_left = 1;
    ocel__sys.recvmmsg = recvmmsg_fails;
    rig_start(&r, "");
    const int tcp = say_local(&r, "127.0.0.1");
    const int udp = client_udp(&r, "127.0.0.1", OCEL_PORT_RTCP);
    assert_int_equal(send(udp, "one", 3, 0), 3);
    assert_int_equal(send(udp, "two", 3, 0), 3);
    wait_for(&fake.datagrams, 2);
    close(tcp);
    close(udp);
    rig_stop(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(echoes_on_both_ports, fake_setup),
      cmocka_unit_test_setup(answers_from_the_address_that_was_asked, fake_setup),
      cmocka_unit_test_setup(batch_is_one_message, fake_setup),
      cmocka_unit_test_setup(without_gso_every_datagram_goes_alone, fake_setup),
      cmocka_unit_test_setup(refused_gso_is_split_and_remembered, fake_setup),
      cmocka_unit_test_setup(failed_datagram_is_counted_and_others_go_on, fake_setup),
      cmocka_unit_test_setup(full_socket_is_waited_for, fake_setup),
      cmocka_unit_test_setup(strays_do_no_harm, fake_setup),
      cmocka_unit_test_setup(failed_receive_does_no_harm, fake_setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
