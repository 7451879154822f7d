// SPDX-License-Identifier: Apache-2.0
// Every call that the port makes to the kernel, as a table, so that a test can make any of them
// fail. Programs leave it alone.
#ifndef OCEL_POSIX_SYS_H
#define OCEL_POSIX_SYS_H

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>

#include "ocel/time.h"

/// Each does what the call of that name does, `errno` included; these differ:
///   reserve     zeroed memory that becomes resident page by page when touched, or NULL
///   epoll_wait  takes its timeout in microseconds; OCEL_NEVER waits for ever
///   spare       opens a descriptor that serves no purpose but to be closed
typedef struct {
  int (*socket)(int domain, int type, int protocol);
  int (*setsockopt)(int fd, int level, int name, const void *value, socklen_t size);
  int (*bind)(int fd, const struct sockaddr *address, socklen_t size);
  int (*listen)(int fd, int backlog);
  int (*getsockname)(int fd, struct sockaddr *address, socklen_t *size);
  int (*accept4)(int fd, struct sockaddr *address, socklen_t *size, int flags);
  int (*shutdown)(int fd, int how);
  int (*close)(int fd);
  ssize_t (*recv)(int fd, void *buffer, size_t size, int flags);
  ssize_t (*sendmsg)(int fd, const struct msghdr *msg, int flags);
  int (*recvmmsg)(int fd, struct mmsghdr *msgs, unsigned count, int flags);
  int (*sendmmsg)(int fd, struct mmsghdr *msgs, unsigned count, int flags);
  int (*eventfd)(unsigned value, int flags);
  int (*spare)(void);
  ssize_t (*write)(int fd, const void *bytes, size_t size);
  int (*epoll_create1)(int flags);
  int (*epoll_ctl)(int epoll, int op, int fd, struct epoll_event *event);
  int (*epoll_wait)(int epoll, struct epoll_event *events, int max, ocel_us timeout);
  void *(*reserve)(size_t size);
  void (*release)(void *memory, size_t size);
  int (*getrlimit)(struct rlimit *limit);
  int (*setrlimit)(const struct rlimit *limit);
  ssize_t (*getrandom)(void *bytes, size_t size);
  int (*clock_gettime)(clockid_t clock, struct timespec *out);
} ocel_loop_sys;

extern ocel_loop_sys ocel__sys;

#endif
