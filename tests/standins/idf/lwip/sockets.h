// SPDX-License-Identifier: Apache-2.0
// Stand-in: what this project and ESPHome's headers use of lwIP's sockets, with lwIP's own names
// and numbers.
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
typedef uint32_t in_addr_t;
typedef uint32_t socklen_t;

struct in_addr {
  in_addr_t s_addr;
};

struct in6_addr {
  union {
    uint32_t u32_addr[4];
    uint8_t u8_addr[16];
  } un;
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

struct sockaddr_in6 {
  uint8_t sin6_len;
  sa_family_t sin6_family;
  in_port_t sin6_port;
  uint32_t sin6_flowinfo;
  struct in6_addr sin6_addr;
  uint32_t sin6_scope_id;
};

struct sockaddr_storage {
  uint8_t s2_len;
  sa_family_t ss_family;
  char s2_data1[2];
  uint32_t s2_data2[3];
  uint32_t s2_data3[3];
};

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

struct ip_mreq {
  struct in_addr imr_multiaddr, imr_interface;
};

struct ipv6_mreq {
  struct in6_addr ipv6mr_multiaddr;
  unsigned int ipv6mr_interface;
};

#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOL_SOCKET 0xfff
#define SO_REUSEADDR 0x0004
#define SO_KEEPALIVE 0x0008
#define SO_BROADCAST 0x0020
#define SO_RCVBUF 0x1002
#define SO_SNDTIMEO 0x1005
#define SO_RCVTIMEO 0x1006
#define SO_ERROR 0x1007
#define IPPROTO_IP 0
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41
#define IP_TOS 1
#define IP_ADD_MEMBERSHIP 3
#define IP_MULTICAST_TTL 5
#define IP_MULTICAST_IF 6
#define IP_MULTICAST_LOOP 7
#define IPV6_JOIN_GROUP 12
#define IPV6_V6ONLY 27
#define TCP_NODELAY 0x01
#define TCP_KEEPIDLE 0x03
#define TCP_KEEPINTVL 0x04
#define TCP_KEEPCNT 0x05
#define MSG_PEEK 0x01
#define MSG_DONTWAIT 0x08
#define MSG_MORE 0x10
#define MSG_NOSIGNAL 0x20
#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2
#define INADDR_ANY ((uint32_t)0)
#define INADDR_NONE ((uint32_t)0xffffffff)
#define INET_ADDRSTRLEN 16
#ifndef O_NONBLOCK
#define F_SETFL 4
#define O_NONBLOCK 1
#endif

#define htons(x) __builtin_bswap16(x)
#define ntohs(x) __builtin_bswap16(x)
#define htonl(x) __builtin_bswap32(x)
#define ntohl(x) __builtin_bswap32(x)

#ifdef __cplusplus
extern "C" {
#endif

int lwip_socket(int domain, int type, int protocol);
int lwip_fcntl(int fd, int command, int value);
int lwip_ioctl(int fd, long command, void *argument);
int lwip_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
int lwip_setsockopt(int fd, int level, int name, const void *value, socklen_t size);
int lwip_bind(int fd, const struct sockaddr *address, socklen_t size);
int lwip_connect(int fd, const struct sockaddr *address, socklen_t size);
int lwip_listen(int fd, int backlog);
int lwip_getpeername(int fd, struct sockaddr *address, socklen_t *size);
int lwip_getsockname(int fd, struct sockaddr *address, socklen_t *size);
int lwip_accept(int fd, struct sockaddr *address, socklen_t *size);
int lwip_shutdown(int fd, int how);
int lwip_close(int fd);
ssize_t lwip_read(int fd, void *buffer, size_t size);
ssize_t lwip_readv(int fd, const struct iovec *parts, int count);
ssize_t lwip_recv(int fd, void *buffer, size_t size, int flags);
ssize_t lwip_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
                      socklen_t *from_size);
ssize_t lwip_write(int fd, const void *bytes, size_t size);
ssize_t lwip_writev(int fd, const struct iovec *parts, int count);
ssize_t lwip_send(int fd, const void *bytes, size_t size, int flags);
ssize_t lwip_sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
                    socklen_t to_size);
ssize_t lwip_sendmsg(int fd, const struct msghdr *msg, int flags);
int lwip_select(int count, fd_set *readable, fd_set *writable, fd_set *failed,
                struct timeval *timeout);
int lwip_inet_pton(int family, const char *text, void *out);

#ifdef __cplusplus
}
#endif

#endif
