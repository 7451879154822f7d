// SPDX-License-Identifier: Apache-2.0
/* lwIP's view of the BSD socket names (values as in lwIP, sizes as on the P4). */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>
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
#define AF_UNSPEC 0
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOL_SOCKET 0xfff
#define SO_REUSEADDR 0x0004
#define SO_KEEPALIVE 0x0008
#define SO_BROADCAST 0x0020
#define SO_SNDTIMEO 0x1005
#define SO_RCVTIMEO 0x1006
#define SO_ERROR 0x1007
#define SO_RCVBUF 0x1002
#define IPPROTO_IP 0
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define TCP_NODELAY 0x01
#define IP_TOS 1
#define IP_MULTICAST_TTL 5
#define IP_MULTICAST_IF 6
#define IP_MULTICAST_LOOP 7
#define IP_ADD_MEMBERSHIP 3
#define MSG_PEEK 0x01
#define MSG_DONTWAIT 0x08
#define MSG_MORE 0x10
#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2
#define INADDR_ANY ((uint32_t)0)
#define INADDR_NONE ((uint32_t)0xffffffff)
#define INET_ADDRSTRLEN 16
#ifdef __cplusplus
extern "C" {
#endif
int lwip_socket(int d, int t, int p);
int lwip_accept(int s, struct sockaddr *a, socklen_t *l);
int lwip_bind(int s, const struct sockaddr *a, socklen_t l);
int lwip_connect(int s, const struct sockaddr *a, socklen_t l);
int lwip_listen(int s, int backlog);
int lwip_close(int s);
int lwip_shutdown(int s, int how);
int lwip_getpeername(int s, struct sockaddr *a, socklen_t *l);
int lwip_getsockname(int s, struct sockaddr *a, socklen_t *l);
int lwip_getsockopt(int s, int level, int name, void *v, socklen_t *l);
int lwip_setsockopt(int s, int level, int name, const void *v, socklen_t l);
int lwip_fcntl(int s, int cmd, int val);
int lwip_ioctl(int s, long cmd, void *arg);
ssize_t lwip_recv(int s, void *m, size_t n, int f);
ssize_t lwip_recvfrom(int s, void *m, size_t n, int f, struct sockaddr *a, socklen_t *l);
ssize_t lwip_read(int s, void *m, size_t n);
ssize_t lwip_readv(int s, const struct iovec *v, int n);
ssize_t lwip_send(int s, const void *m, size_t n, int f);
ssize_t lwip_sendto(int s, const void *m, size_t n, int f, const struct sockaddr *a, socklen_t l);
ssize_t lwip_sendmsg(int s, const struct msghdr *m, int f);
ssize_t lwip_write(int s, const void *m, size_t n);
ssize_t lwip_writev(int s, const struct iovec *v, int n);
static inline int socket(int d, int t, int p) { return lwip_socket(d, t, p); }
static inline int accept(int s, struct sockaddr *a, socklen_t *l) { return lwip_accept(s, a, l); }
static inline int bind(int s, const struct sockaddr *a, socklen_t l) { return lwip_bind(s, a, l); }
static inline int connect(int s, const struct sockaddr *a, socklen_t l) {
  return lwip_connect(s, a, l);
}
static inline int listen(int s, int b) { return lwip_listen(s, b); }
static inline int shutdown(int s, int h) { return lwip_shutdown(s, h); }
static inline int getpeername(int s, struct sockaddr *a, socklen_t *l) {
  return lwip_getpeername(s, a, l);
}
static inline int getsockname(int s, struct sockaddr *a, socklen_t *l) {
  return lwip_getsockname(s, a, l);
}
static inline int getsockopt(int s, int lv, int n, void *v, socklen_t *l) {
  return lwip_getsockopt(s, lv, n, v, l);
}
static inline int setsockopt(int s, int lv, int n, const void *v, socklen_t l) {
  return lwip_setsockopt(s, lv, n, v, l);
}
static inline ssize_t recv(int s, void *m, size_t n, int f) { return lwip_recv(s, m, n, f); }
static inline ssize_t recvfrom(int s, void *m, size_t n, int f, struct sockaddr *a, socklen_t *l) {
  return lwip_recvfrom(s, m, n, f, a, l);
}
static inline ssize_t send(int s, const void *m, size_t n, int f) { return lwip_send(s, m, n, f); }
static inline ssize_t sendto(int s, const void *m, size_t n, int f, const struct sockaddr *a,
                             socklen_t l) {
  return lwip_sendto(s, m, n, f, a, l);
}
static inline ssize_t sendmsg(int s, const struct msghdr *m, int f) {
  return lwip_sendmsg(s, m, f);
}
uint16_t htons(uint16_t v);
uint16_t ntohs(uint16_t v);
uint32_t htonl(uint32_t v);
uint32_t ntohl(uint32_t v);
#ifdef __cplusplus
}
#endif
