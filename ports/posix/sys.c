// SPDX-License-Identifier: Apache-2.0
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/time_types.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

// The wrappers give the socket calls plain types: the C library declares some of them with
// transparent unions, whose addresses fit no function pointer.

static int sys_bind(int fd, const struct sockaddr *address, socklen_t size) {
  return bind(fd, address, size);
}

static int sys_getsockname(int fd, struct sockaddr *address, socklen_t *size) {
  return getsockname(fd, address, size);
}

static int sys_accept4(int fd, struct sockaddr *address, socklen_t *size, int flags) {
  return accept4(fd, address, size, flags);
}

static int sys_recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags) {
  return recvmmsg(fd, msgs, count, flags, NULL);
}

static int sys_spare(void) { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

static int wait_milliseconds(int epoll, struct epoll_event *events, int max, ocel_us timeout) {
  if (timeout == OCEL_NEVER) return epoll_wait(epoll, events, max, -1);
  const ocel_us ms = timeout / 1000 + (timeout % 1000 != 0);
  return epoll_wait(epoll, events, max, ms > INT_MAX ? INT_MAX : (int)ms);
}

static int sys_epoll_wait(int epoll, struct epoll_event *events, int max, ocel_us timeout) {
#ifdef SYS_epoll_pwait2
  static atomic_bool missing;
  if (!atomic_load_explicit(&missing, memory_order_relaxed)) {
    const struct __kernel_timespec t = {timeout / OCEL_SECOND, timeout % OCEL_SECOND * 1000};
    const long n = syscall(SYS_epoll_pwait2, epoll, events, max, timeout == OCEL_NEVER ? NULL : &t,
                           NULL, (size_t)0);
    // Linux before 5.11; some containers' filters answer EPERM to calls they do not know.
    if (n >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)n;
    atomic_store_explicit(&missing, true, memory_order_relaxed);
  }
#endif
  return wait_milliseconds(epoll, events, max, timeout);
}

static void *sys_reserve(size_t size) {
  void *const p =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return NULL;
  // Huge pages would make memory resident that nobody touched.
  (void)madvise(p, size, MADV_NOHUGEPAGE);
  return p;
}

static void sys_release(void *memory, size_t size) { (void)munmap(memory, size); }

static int sys_getrlimit(struct rlimit *limit) { return getrlimit(RLIMIT_NOFILE, limit); }

static int sys_setrlimit(const struct rlimit *limit) { return setrlimit(RLIMIT_NOFILE, limit); }

static ssize_t sys_getrandom(void *bytes, size_t size) { return getrandom(bytes, size, 0); }

ocel_loop_sys ocel__sys = {
    .socket = socket,
    .setsockopt = setsockopt,
    .bind = sys_bind,
    .listen = listen,
    .getsockname = sys_getsockname,
    .accept4 = sys_accept4,
    .shutdown = shutdown,
    .close = close,
    .recv = recv,
    .sendmsg = sendmsg,
    .recvmmsg = sys_recvmmsg,
    .sendmmsg = sendmmsg,
    .eventfd = eventfd,
    .spare = sys_spare,
    .write = write,
    .epoll_create1 = epoll_create1,
    .epoll_ctl = epoll_ctl,
    .epoll_wait = sys_epoll_wait,
    .reserve = sys_reserve,
    .release = sys_release,
    .getrlimit = sys_getrlimit,
    .setrlimit = sys_setrlimit,
    .getrandom = sys_getrandom,
    .clock_gettime = clock_gettime,
};
