// SPDX-License-Identifier: Apache-2.0
// Stand-in for lwIP's sockets on a PC: the system's own, behind lwIP's names and rules
// (lwip_standin.c).
#ifndef STANDIN_PC_LWIP_SOCKETS_H
#define STANDIN_PC_LWIP_SOCKETS_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

#define LWIP_IPV6 1

/// lwIP's: it counts its parts with an int.
struct lwip_msghdr {
  void *msg_name;
  socklen_t msg_namelen;
  struct iovec *msg_iov;
  int msg_iovlen;
  void *msg_control;
  socklen_t msg_controllen;
  int msg_flags;
};
#define msghdr lwip_msghdr

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
