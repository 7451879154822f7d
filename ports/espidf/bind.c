// SPDX-License-Identifier: Apache-2.0
#include "bind.h"

#include <errno.h>

#include "sys.h"

enum {
  BACKLOG = 4,
  KEEPALIVE_IDLE = 30,  // Seconds; with interval and count a vanished peer is known in a minute.
  KEEPALIVE_INTERVAL = 10,
  KEEPALIVE_COUNT = 3,
  // lwIP waits when it has no memory for the last segment, for 20 s unless it is told this.
  CLOSE_WAIT_US = 100000,
};

typedef struct {
  int level, name, value;
} option;

// None of them is vital.
static void set_options(int fd, const option *o, size_t n) {
  for (size_t i = 0; i < n; i++) {
    (void)ocel__sys.setsockopt(fd, o[i].level, o[i].name, &o[i].value, sizeof o[i].value);
  }
}

bool ocel__prepare_accepted(int fd) {
  const option o[] = {
      {SOL_SOCKET,  SO_KEEPALIVE,  1                 },
      {IPPROTO_TCP, TCP_NODELAY,   1                 },
      {IPPROTO_TCP, TCP_KEEPIDLE,  KEEPALIVE_IDLE    },
      {IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL},
      {IPPROTO_TCP, TCP_KEEPCNT,   KEEPALIVE_COUNT   },
  };
  const struct timeval wait = {.tv_usec = CLOSE_WAIT_US};
  set_options(fd, o, sizeof o / sizeof o[0]);
  (void)ocel__sys.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  return fd < FD_SETSIZE && ocel__sys.nonblocking(fd);
}

static bool take_both_families(int fd, const ocel_sockaddr *where) {
#if LWIP_IPV6
  const int off = 0;
  if (where->any.sa_family == AF_INET6) {
    return ocel__sys.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0;
  }
#endif
  (void)fd;
  (void)where;
  return true;
}

// No SO_REUSEADDR for datagrams: two parts of a firmware could then share the port.
static bool prepare(int fd, int type, const ocel_sockaddr *where) {
  const option reuse = {SOL_SOCKET, SO_REUSEADDR, 1};
  if (type == SOCK_STREAM) set_options(fd, &reuse, 1);
  if (!take_both_families(fd, where)) return false;
  if (ocel__sys.bind(fd, &where->any, ocel__addr_size(where)) < 0) return false;
  if (!ocel__sys.nonblocking(fd)) return false;
  return type != SOCK_STREAM || ocel__sys.listen(fd, BACKLOG) == 0;
}

int ocel__open_bound(int type, const ocel_sockaddr *where) {
  const int fd = ocel__sys.socket(where->any.sa_family, type, 0);
  if (fd < 0 || prepare(fd, type, where)) return fd;
  const int why = errno;
  (void)ocel__sys.close(fd);
  errno = why;
  return -1;
}

void ocel__mark(int fd, uint8_t dscp) {
  const option o = {IPPROTO_IP, IP_TOS, dscp << 2};
  if (dscp != 0) set_options(fd, &o, 1);
}

ocel_addr ocel__local_of(int fd) {
  ocel_sockaddr s;
  socklen_t n = sizeof s;
  ocel__addr_any(AF_UNSPEC, &s);
  if (ocel__sys.getsockname(fd, &s.any, &n) < 0) return (ocel_addr){.port = 0};
  return ocel__addr_from(&s);
}
