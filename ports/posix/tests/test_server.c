// SPDX-License-Identifier: Apache-2.0
// The loop with the real engine: each byte of each picture arrives, also with a kernel that is
// unwilling.
#include "viewing.h"

#include "feign_room.h"

static atomic_uint calls;

static ssize_t send_little(int fd, const struct msghdr *msg, int flags) {
  static const size_t sizes[] = {1, 3, 17, 700, 1500, 4000};
  size_t left = sizes[calls++ % ARRAY_LEN(sizes)];
  struct iovec iov[64];
  struct msghdr some = {.msg_iov = iov};
  for (size_t i = 0; i < msg->msg_iovlen && i < ARRAY_LEN(iov) && left > 0; i++) {
    iov[i] = msg->msg_iov[i];
    if (iov[i].iov_len > left) iov[i].iov_len = left;
    left -= iov[i].iov_len;
    some.msg_iovlen++;
  }
  const ssize_t n = real_sys->sendmsg(fd, &some, flags);
  feign_room(fd);
  return n;
}

static ssize_t send_sometimes(int fd, const struct msghdr *msg, int flags) {
  if (calls++ % 3 != 0) return real_sys->sendmsg(fd, msg, flags);
  feign_room(fd);
  errno = EAGAIN;
  return -1;
}

static int sendmmsg_sometimes(int fd, struct mmsghdr *msgs, unsigned count, int flags) {
  if (calls++ % 3 != 0) return real_sys->sendmmsg(fd, msgs, 1, flags);
  errno = count % 2 == 0 ? EAGAIN : EINTR;
  return -1;
}

static int sendmmsg_without_gso(int fd, struct mmsghdr *msgs, unsigned count, int flags) {
  calls++;
  for (unsigned i = 0; i < count; i++) {
    if (msgs[i].msg_hdr.msg_controllen <= CMSG_SPACE(sizeof(struct in6_pktinfo))) continue;
    if (i > 0) return real_sys->sendmmsg(fd, msgs, i, flags);
    errno = EIO;
    return -1;
  }
  return real_sys->sendmmsg(fd, msgs, count, flags);
}

static void every_byte_arrives_in_the_end(void **state) {
  (void)state;
  static const struct {
    const char *name;
    bool udp;
    ssize_t (*sendmsg)(int, const struct msghdr *, int);
    int (*sendmmsg)(int, struct mmsghdr *, unsigned, int);
  } cases[] = {
      {"TCP, little at a time", false, send_little,    NULL                },
      {"TCP, now and then",     false, send_sometimes, NULL                },
      {"UDP, now and then",     true,  NULL,           sendmmsg_sometimes  },
      {"UDP, without GSO",      true,  NULL,           sendmmsg_without_gso},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    (void)rig_setup(NULL);
    CASE(cases[i].name);
    calls = 0;
    if (cases[i].sendmsg != NULL) ocel__sys.sendmsg = cases[i].sendmsg;
    if (cases[i].sendmmsg != NULL) ocel__sys.sendmmsg = cases[i].sendmmsg;
    check_viewing(cases[i].udp, "127.0.0.1");
    assert_true(calls > 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_byte_arrives, rig_setup),
      cmocka_unit_test_setup(many_at_once, rig_setup),
      cmocka_unit_test_setup(every_byte_arrives_in_the_end, rig_setup),
      cmocka_unit_test_setup(stopped_viewer_resumes_with_a_key_picture, rig_setup),
      cmocka_unit_test_setup(stop_ends_every_session, rig_setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
