// SPDX-License-Identifier: Apache-2.0
// A batch of datagrams one by one, where the kernel does not take it as a whole.
#include <errno.h>
#include <string.h>

#include "loop_state.h"

// Copies the next `n` bytes of the parts; `*part` and `*offset` say where they begin.
static void copy_next(const ocel_datagrams *d, size_t *part, size_t *offset, uint8_t *out,
                      size_t n) {
  while (n > 0) {
    const ocel_span s = d->parts[*part];
    const size_t left = s.n - *offset;
    const size_t take = left < n ? left : n;
    memcpy(out, s.p + *offset, take);
    out += take;
    n -= take;
    *offset += take;
    if (*offset == s.n) {
      *part += 1;
      *offset = 0;
    }
  }
}

// The source address stays, the segment size goes.
static size_t source_only(const struct msghdr *whole) {
  struct cmsghdr first;
  memcpy(&first, whole->msg_control, sizeof first);
  return CMSG_ALIGN(first.cmsg_len);
}

static int send_one(int fd, const struct msghdr *msg) {
  ssize_t sent;
  do {
    sent = ocel__sys.sendmsg(fd, msg, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

int ocel__datagrams_split(ocel_loop *l, const ocel_datagrams *d, const struct msghdr *whole) {
  struct iovec iov = {l->bytes, 0};
  struct msghdr msg = *whole;
  msg.msg_controllen = source_only(whole);
  msg.msg_iov = &iov;
  msg.msg_iovlen = 1;

  size_t part = 0, offset = 0;
  int last = 0;
  for (size_t sent = 0; sent < d->size; sent += iov.iov_len) {
    iov.iov_len = d->size - sent < d->segment ? d->size - sent : d->segment;
    if (iov.iov_len > sizeof l->bytes) return EMSGSIZE;
    copy_next(d, &part, &offset, l->bytes, iov.iov_len);
    const int why = send_one(l->udp[d->port], &msg);
    if (why == EAGAIN && sent == 0) return EAGAIN;
    if (why != 0) last = why == EAGAIN ? ENOBUFS : why;
  }
  return last;
}
