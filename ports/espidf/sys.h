// SPDX-License-Identifier: Apache-2.0
// Every call that the port makes to lwIP and ESP-IDF, as a table, so that a test can make any of
// them fail. Programs leave it alone.
#ifndef OCEL_ESPIDF_SYS_H
#define OCEL_ESPIDF_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/time.h>

#include "lwip/sockets.h"
#include "ocel/time.h"

/// Each does what lwIP's call of that name does, `errno` included; these differ:
///   nonblocking  makes a socket so; false on failure
///   sendmsg      without flags, since lwIP refuses all that a server could want
///   select       takes its timeout in microseconds
///   reserve      zeroed memory, aligned to 64, from PSRAM or internal RAM; NULL if there is none
///   uptime       microseconds since the start
///   pause        lets other tasks run for so long
typedef struct {
  int (*socket)(int domain, int type, int protocol);
  bool (*nonblocking)(int fd);
  int (*setsockopt)(int fd, int level, int name, const void *value, socklen_t size);
  int (*bind)(int fd, const struct sockaddr *address, socklen_t size);
  int (*connect)(int fd, const struct sockaddr *address, socklen_t size);
  int (*listen)(int fd, int backlog);
  int (*getsockname)(int fd, struct sockaddr *address, socklen_t *size);
  int (*accept)(int fd, struct sockaddr *address, socklen_t *size);
  int (*shutdown)(int fd, int how);
  int (*close)(int fd);
  ssize_t (*recvfrom)(int fd, void *buffer, size_t size, struct sockaddr *from,
                      socklen_t *from_size);
  ssize_t (*sendmsg)(int fd, const struct msghdr *msg);
  int (*select)(int count, fd_set *readable, fd_set *writable, ocel_us timeout);
  void *(*reserve)(size_t size, bool external);
  void (*release)(void *memory);
  void (*random)(void *bytes, size_t size);
  int64_t (*uptime)(void);
  int (*date)(struct timeval *out);
  void (*pause)(ocel_us time);
} ocel_loop_sys;

extern ocel_loop_sys ocel__sys;

#endif
