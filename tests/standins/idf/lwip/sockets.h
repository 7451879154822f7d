// SPDX-License-Identifier: Apache-2.0
// Stand-in: what this project uses of lwIP's sockets, with lwIP's own names and numbers.
#ifndef STANDIN_LWIP_SOCKETS_H
#define STANDIN_LWIP_SOCKETS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/types.h>

#ifndef LWIP_IPV6
#define LWIP_IPV6 0
#endif

typedef uint8_t sa_family_t;
typedef uint16_t in_port_t;
typedef uint32_t socklen_t;

struct in_addr {
  uint32_t s_addr;
};

struct sockaddr {
  uint8_t sa_len;
  sa_family_t sa_family;
  char sa_data[14];
};

struct sockaddr_in {
  uint8_t sin_len;
  sa_family_t sin_family;
  in_port_t sin_port;
  struct in_addr sin_addr;
  char sin_zero[8];
};

#if LWIP_IPV6
struct in6_addr {
  uint32_t words[4];
};

struct sockaddr_in6 {
  uint8_t sin6_len;
  sa_family_t sin6_family;
  in_port_t sin6_port;
  uint32_t sin6_flowinfo;
  struct in6_addr sin6_addr;
  uint32_t sin6_scope_id;
};
#endif

struct iovec {
  void *iov_base;
  size_t iov_len;
};

struct msghdr {
  void *msg_name;
  socklen_t msg_namelen;
  struct iovec *msg_iov;
  int msg_iovlen;
  void *msg_control;
  socklen_t msg_controllen;
  int msg_flags;
};

#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOL_SOCKET 0xfff
#define SO_REUSEADDR 0x0004
#define SO_KEEPALIVE 0x0008
#define SO_SNDTIMEO 0x1005
#define IPPROTO_TCP 6
#define IPPROTO_IPV6 41
#define IPV6_V6ONLY 27
#define TCP_NODELAY 0x01
#define TCP_KEEPIDLE 0x03
#define TCP_KEEPINTVL 0x04
#define TCP_KEEPCNT 0x05
#define MSG_DONTWAIT 0x08
#define MSG_MORE 0x10
#define MSG_NOSIGNAL 0x20
#define SHUT_WR 1
#define F_SETFL 4
#define O_NONBLOCK 1

#define htons(x) __builtin_bswap16(x)
#define ntohs(x) __builtin_bswap16(x)

int lwip_socket(int domain, int type, int protocol);
int lwip_fcntl(int fd, int command, int value);
int lwip_setsockopt(int fd, int level, int name, const void *value, socklen_t size);
int lwip_bind(int fd, const struct sockaddr *address, socklen_t size);
int lwip_connect(int fd, const struct sockaddr *address, socklen_t size);
int lwip_listen(int fd, int backlog);
int lwip_getsockname(int fd, struct sockaddr *address, socklen_t *size);
int lwip_accept(int fd, struct sockaddr *address, socklen_t *size);
int lwip_shutdown(int fd, int how);
int lwip_close(int fd);
ssize_t lwip_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
                      socklen_t *from_size);
ssize_t lwip_sendmsg(int fd, const struct msghdr *msg, int flags);
int lwip_select(int count, fd_set *readable, fd_set *writable, fd_set *failed,
                struct timeval *timeout);
int lwip_inet_pton(int family, const char *text, void *out);

#endif
