// SPDX-License-Identifier: Apache-2.0
#include "bind.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "sys.h"

enum {
  BACKLOG = 1024,
  KEEPALIVE_IDLE = 30,  // Seconds; with interval and count a vanished peer is known in a minute.
  KEEPALIVE_INTERVAL = 10,
  KEEPALIVE_COUNT = 3,
  UDP_SEND_BUFFER = 4 << 20,
  // Unsent bytes in the kernel from which on a connection counts as blocked: what a slow reader
  // has not got waits in the ring, where it can be skipped. Measured with 4 Mbit/s: a reader at
  // 3 Mbit/s is 0.1 s nearer than with 128 KiB; one at 5 Mbit/s or more still gets each picture
  // in one write, as with no limit.
  NOT_SENT_MAX = 32 << 10,
};

typedef struct {
  int level, name, value;
} option;

// None of them is vital: a kernel that lacks one serves all the same.
static void set_options(int fd, const option *o, size_t n) {
  for (size_t i = 0; i < n; i++) {
    (void)ocel__sys.setsockopt(fd, o[i].level, o[i].name, &o[i].value, sizeof o[i].value);
  }
}

static void set_stream_options(int fd, ocel_us patience) {
  const option o[] = {
      {SOL_SOCKET,  SO_REUSEADDR,      1                                 },
      {SOL_SOCKET,  SO_KEEPALIVE,      1                                 },
      {IPPROTO_TCP, TCP_NODELAY,       1                                 },
      {IPPROTO_TCP, TCP_KEEPIDLE,      KEEPALIVE_IDLE                    },
      {IPPROTO_TCP, TCP_KEEPINTVL,     KEEPALIVE_INTERVAL                },
      {IPPROTO_TCP, TCP_KEEPCNT,       KEEPALIVE_COUNT                   },
      {IPPROTO_TCP, TCP_USER_TIMEOUT,  (int)(patience / OCEL_MILLISECOND)},
      {IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_MAX                      },
  };
  set_options(fd, o, sizeof o / sizeof o[0]);
}

// No SO_REUSEADDR here: with it two programs could share the port and steal each other's packets.
static void set_datagram_options(int fd) {
  const option o[] = {
      {SOL_SOCKET, SO_SNDBUF,      UDP_SEND_BUFFER},
      {SOL_SOCKET, SO_SNDBUFFORCE, UDP_SEND_BUFFER}, // Past net.core.wmem_max, given the right.
  };
  set_options(fd, o, sizeof o / sizeof o[0]);
}

static bool take_both_families(int fd, const ocel_sockaddr *where) {
  const int off = 0;
  return where->any.sa_family != AF_INET6 ||
         ocel__sys.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0;
}

static bool prepare(int fd, int type, const ocel_sockaddr *where, ocel_us patience) {
  if (type == SOCK_STREAM) set_stream_options(fd, patience);
  if (type == SOCK_DGRAM) set_datagram_options(fd);
  if (!take_both_families(fd, where)) return false;
  if (ocel__sys.bind(fd, &where->any, ocel__addr_size(where)) < 0) return false;
  return type != SOCK_STREAM || ocel__sys.listen(fd, BACKLOG) == 0;
}

int ocel__open_bound(int type, const ocel_sockaddr *where, ocel_us patience) {
  const int fd = ocel__sys.socket(where->any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || prepare(fd, type, where, patience)) return fd;
  const int why = errno;
  (void)ocel__sys.close(fd);
  errno = why;
  return -1;
}

// An IPv6 socket that takes IPv4 as well has both marks, an IPv4 one refuses the second. What is
// accepted inherits them. The lowest two bits of the byte are the kernel's (ECN, RFC 3168).
void ocel__mark(int fd, uint8_t dscp) {
  const option o[] = {
      {IPPROTO_IP,   IP_TOS,      dscp << 2},
      {IPPROTO_IPV6, IPV6_TCLASS, dscp << 2},
  };
  if (dscp != 0) set_options(fd, o, sizeof o / sizeof o[0]);
}

// TCP paces by itself, without a queueing discipline (Linux 4.13 on); what is accepted inherits the
// rate.
void ocel__pace(int fd, uint32_t rate) {
  if (rate == 0) return;
  (void)ocel__sys.setsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, sizeof rate);
}

uint16_t ocel__port_of(int fd) {
  ocel_sockaddr s;
  socklen_t n = sizeof s;
  memset(&s, 0, sizeof s);
  if (ocel__sys.getsockname(fd, &s.any, &n) < 0) return 0;
  return ocel__addr_from(&s).port;
}
