// SPDX-License-Identifier: Apache-2.0
#include "lwip_standin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "lwip/sockets.h"
#include "esp_heap_caps.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

enum { MAX_SOCKETS = 64, NS_PER_TICK = 1000000 };

lwip_standin standin = {.max_sockets = MAX_SOCKETS};

static void rule(int kept, const char *text) {
  if (kept) return;
  (void)fprintf(stderr, "rule of lwIP or ESP-IDF broken: %s\n", text);
  abort();
}

static void must_not_wait(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  rule(flags < 0 || (flags & O_NONBLOCK) != 0, "the socket is non-blocking");
}

static void count_socket(void) {
  if (++standin.sockets > standin.sockets_most) standin.sockets_most = (int)standin.sockets;
}

int lwip_socket(int domain, int type, int protocol) {
  rule(type == SOCK_STREAM || type == SOCK_DGRAM, "a type has no flags");
  if (standin.sockets >= standin.max_sockets) {
    errno = ENFILE;
    return -1;
  }
  const int fd = socket(domain, type | SOCK_CLOEXEC, protocol);
  if (fd >= 0) count_socket();
  return fd;
}

int lwip_fcntl(int fd, int command, int value) {
  rule(command == F_SETFL && value == O_NONBLOCK, "fcntl sets O_NONBLOCK");
  return fcntl(fd, F_SETFL, value);
}

int lwip_setsockopt(int fd, int level, int name, const void *value, socklen_t size) {
  return setsockopt(fd, level, name, value, size);
}

int lwip_bind(int fd, const struct sockaddr *address, socklen_t size) {
  return bind(fd, address, size);
}

int lwip_connect(int fd, const struct sockaddr *address, socklen_t size) {
  return connect(fd, address, size);
}

int lwip_listen(int fd, int backlog) { return listen(fd, backlog); }

int lwip_getsockname(int fd, struct sockaddr *address, socklen_t *size) {
  return getsockname(fd, address, size);
}

// Without inheritance of non-blocking mode, and with a buffer as small as lwIP's.
int lwip_accept(int fd, struct sockaddr *address, socklen_t *size) {
  const int small = STANDIN_SEND_BUFFER / 2;  // The system doubles it.
  must_not_wait(fd);
  const int accepted = accept(fd, address, size);
  if (accepted < 0) return -1;
  if (standin.sockets >= standin.max_sockets) {
    const struct linger reset = {1, 0};
    (void)setsockopt(accepted, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    (void)close(accepted);
    errno = ENFILE;
    return -1;
  }
  count_socket();
  (void)setsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  return accepted;
}

int lwip_shutdown(int fd, int how) { return shutdown(fd, how); }

int lwip_close(int fd) {
  standin.sockets--;
  return close(fd);
}

ssize_t lwip_recvfrom(int fd, void *buffer, size_t size, int flags, struct sockaddr *from,
                      socklen_t *from_size) {
  must_not_wait(fd);
  return recvfrom(fd, buffer, size, flags, from, from_size);
}

#undef msghdr

ssize_t lwip_sendmsg(int fd, const struct lwip_msghdr *msg, int flags) {
  rule((flags & ~(MSG_DONTWAIT | MSG_MORE)) == 0, "sendmsg takes MSG_DONTWAIT and MSG_MORE only");
  rule(msg->msg_iovlen > 0 && msg->msg_iovlen <= UINT16_MAX, "sendmsg takes 1 to 65535 parts");
  rule(msg->msg_controllen == 0, "sendmsg takes no control data");
  must_not_wait(fd);
  const struct msghdr m = {
      .msg_name = msg->msg_name,
      .msg_namelen = msg->msg_namelen,
      .msg_iov = msg->msg_iov,
      .msg_iovlen = (size_t)msg->msg_iovlen,
  };
  return sendmsg(fd, &m, MSG_NOSIGNAL);  // lwIP has no signals.
}

int lwip_select(int count, fd_set *readable, fd_set *writable, fd_set *failed,
                struct timeval *timeout) {
  rule(count <= FD_SETSIZE, "select takes FD_SETSIZE sockets");
  standin.selects++;
  return select(count, readable, writable, failed, timeout);
}

int lwip_inet_pton(int family, const char *text, void *out) { return inet_pton(family, text, out); }

void *heap_caps_aligned_calloc(size_t alignment, size_t n, size_t size, uint32_t caps) {
  const size_t bytes = (n * size + alignment - 1) / alignment * alignment;
  void *const p = aligned_alloc(alignment, bytes);
  if (p == NULL) return NULL;
  memset(p, 0, bytes);
  standin.caps = caps;
  standin.pieces++;
  return p;
}

void heap_caps_free(void *p) {
  standin.pieces -= p != NULL;
  free(p);
}

void esp_fill_random(void *bytes, size_t size) {
  rule(getrandom(bytes, size, 0) == (ssize_t)size, "there is randomness");
}

int64_t esp_timer_get_time(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void vTaskDelay(TickType_t ticks) {
  const struct timespec t = {ticks / 1000, (long)(ticks % 1000) * NS_PER_TICK};
  (void)nanosleep(&t, NULL);
}
