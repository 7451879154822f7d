// SPDX-License-Identifier: Apache-2.0
// File descriptors: how many there may be, and what epoll is to say about them.
#include <stdio.h>

#include "loop_state.h"

enum { OTHER_FILES = 64 };  // Besides connections: the loop's own, and the program's.

bool ocel__raise_limit(unsigned connections, char *error, size_t size) {
  const rlim_t need = (rlim_t)connections + OTHER_FILES;
  struct rlimit limit;
  if (ocel__sys.getrlimit(&limit) < 0 || limit.rlim_cur >= need) return true;

  const struct rlimit wanted = {need, limit.rlim_max > need ? limit.rlim_max : need};
  if (ocel__sys.setrlimit(&wanted) == 0) return true;
  (void)snprintf(error, size,
                 "%u connections need %llu open files but only %llu are allowed; lower "
                 "--max-clients, or raise the limit (ulimit -n, LimitNOFILE= of systemd)",
                 connections, (unsigned long long)need, (unsigned long long)limit.rlim_max);
  return false;
}

void ocel__close(ocel_loop *l, int fd) {
  if (fd < 0) return;
  (void)ocel__sys.close(fd);
  if (l->spare < 0) l->spare = ocel__sys.spare();
}

bool ocel__watch(ocel_loop *l, int op, int fd, uint32_t events, uint64_t data) {
  struct epoll_event e = {.events = events | EPOLLET, .data.u64 = data};
  return ocel__sys.epoll_ctl(l->epoll, op, fd, &e) == 0;
}
