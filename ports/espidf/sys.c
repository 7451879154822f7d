// SPDX-License-Identifier: Apache-2.0
// lwIP's own names are called: they need no virtual file system, whose select() a firmware may
// have left out.
#include "sys.h"

#include "esp_heap_caps.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

enum { ALIGN = 64, MICROSECONDS_PER_MS = 1000 };

static bool sys_nonblocking(int fd) { return lwip_fcntl(fd, F_SETFL, O_NONBLOCK) == 0; }

static ssize_t sys_recvfrom(int fd, void *buffer, size_t size, struct sockaddr *from,
                            socklen_t *from_size) {
  return lwip_recvfrom(fd, buffer, size, 0, from, from_size);
}

static ssize_t sys_sendmsg(int fd, const struct msghdr *msg) { return lwip_sendmsg(fd, msg, 0); }

static int sys_select(int count, fd_set *readable, fd_set *writable, ocel_us timeout) {
  struct timeval t = {.tv_sec = (time_t)(timeout / OCEL_SECOND),
                      .tv_usec = (suseconds_t)(timeout % OCEL_SECOND)};
  return lwip_select(count, readable, writable, NULL, &t);
}

static void *sys_reserve(size_t size, bool external) {
  const uint32_t where = external ? MALLOC_CAP_SPIRAM : MALLOC_CAP_INTERNAL;
  return heap_caps_aligned_calloc(ALIGN, 1, size, where | MALLOC_CAP_8BIT);
}

static int sys_date(struct timeval *out) { return gettimeofday(out, NULL); }

static void sys_pause(ocel_us time) {
  vTaskDelay(pdMS_TO_TICKS((uint32_t)(time / MICROSECONDS_PER_MS)) + 1);
}

ocel_loop_sys ocel__sys = {
    .socket = lwip_socket,
    .nonblocking = sys_nonblocking,
    .setsockopt = lwip_setsockopt,
    .bind = lwip_bind,
    .connect = lwip_connect,
    .listen = lwip_listen,
    .getsockname = lwip_getsockname,
    .accept = lwip_accept,
    .shutdown = lwip_shutdown,
    .close = lwip_close,
    .recvfrom = sys_recvfrom,
    .sendmsg = sys_sendmsg,
    .select = sys_select,
    .reserve = sys_reserve,
    .release = heap_caps_free,
    .random = esp_fill_random,
    .uptime = esp_timer_get_time,
    .date = sys_date,
    .pause = sys_pause,
};
