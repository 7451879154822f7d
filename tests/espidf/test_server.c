// SPDX-License-Identifier: Apache-2.0
// The loop with the real engine: each byte of each picture arrives, also with a network stack
// that is unwilling.
#include "viewing.h"

#include "loop_state.h"
#include "lwip_standin.h"

void port_setup(void) {}

static int all_given_back(void **state) {
  (void)state;
  assert_int_equal(standin.sockets, 0);
  assert_int_equal(standin.pieces, 0);
  return 0;
}

static atomic_uint calls;

static ssize_t send_little(int fd, const struct msghdr *msg) {
  static const size_t sizes[] = {1, 3, 17, 700, 1500, 4000};
  size_t left = sizes[calls++ % ARRAY_LEN(sizes)];
  struct iovec iov[64];
  struct msghdr some = {.msg_iov = iov};
  if (msg->msg_name != NULL || msg->msg_iov[0].iov_len == 1) return real_sys->sendmsg(fd, msg);
  for (int i = 0; i < msg->msg_iovlen && i < (int)ARRAY_LEN(iov) && left > 0; i++) {
    iov[i] = msg->msg_iov[i];
    if (iov[i].iov_len > left) iov[i].iov_len = left;
    left -= iov[i].iov_len;
    some.msg_iovlen++;
  }
  return real_sys->sendmsg(fd, &some);
}

static int failing_errno;

static ssize_t send_sometimes(int fd, const struct msghdr *msg) {
  if (calls++ % 3 != 0) return real_sys->sendmsg(fd, msg);
  errno = failing_errno;
  return -1;
}

static void every_byte_arrives_in_the_end(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool udp;
    ssize_t (*sendmsg)(int, const struct msghdr *);
    int why;
  } cases[] = {
      {"TCP, little at a time", false, send_little,    0      },
      {"TCP, now and then",     false, send_sometimes, EAGAIN },
      {"TCP, without memory",   false, send_sometimes, ENOMEM },
      {"TCP, without buffers",  false, send_sometimes, ENOBUFS},
      {"TCP, interrupted",      false, send_sometimes, EINTR  },
      {"UDP, now and then",     true,  send_sometimes, EAGAIN },
      {"UDP, without memory",   true,  send_sometimes, ENOMEM },
      {"UDP, interrupted",      true,  send_sometimes, EINTR  },
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    (void)rig_setup(NULL);
    CASE(cases[i].name);
    calls = 0;
    failing_errno = cases[i].why;
    ocel__sys.sendmsg = cases[i].sendmsg;
    check_viewing(cases[i].udp, "127.0.0.1");
    assert_true(calls > 1);
  }
}

static atomic_size_t turn_bytes, turn_most;

static ssize_t add_to_turn(int fd, const struct msghdr *msg) {
  const ssize_t n = real_sys->sendmsg(fd, msg);
  if (n > 1) turn_bytes += (size_t)n;  // One byte rings the bell.
  if (turn_bytes > turn_most) turn_most = turn_bytes;
  return n;
}

static int begin_turn(int count, fd_set *readable, fd_set *writable, ocel_us timeout) {
  turn_bytes = 0;
  return real_sys->select(count, readable, writable, timeout);
}

// A key picture is larger than what one viewer may be sent before the others have their turn.
static void large_picture_takes_turns(void **state) {
  (void)state;
  turn_bytes = turn_most = 0;
  ocel__sys.sendmsg = add_to_turn;
  ocel__sys.select = begin_turn;
  check_viewing(false, "127.0.0.1");
  assert_in_range(turn_most, 1000, TURN_BYTES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_byte_arrives, rig_setup, all_given_back),
      cmocka_unit_test_setup_teardown(many_at_once, rig_setup, all_given_back),
      cmocka_unit_test_setup_teardown(every_byte_arrives_in_the_end, rig_setup, all_given_back),
      cmocka_unit_test_setup_teardown(stopped_viewer_resumes_with_a_key_picture, rig_setup,
                                      all_given_back),
      cmocka_unit_test_setup_teardown(large_picture_takes_turns, rig_setup, all_given_back),
      cmocka_unit_test_setup_teardown(stop_ends_every_session, rig_setup, all_given_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
