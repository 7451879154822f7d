// SPDX-License-Identifier: Apache-2.0
#include "feign_room.h"

#include "loop_test.h"

enum { WATCHED_MAX = 1024 };

static struct {
  int epoll;
  struct epoll_event event;
} watched[WATCHED_MAX];

static int note_epoll_ctl(int epoll, int op, int fd, struct epoll_event *event) {
  watched[fd].epoll = epoll;
  watched[fd].event = *event;
  return real_sys->epoll_ctl(epoll, op, fd, event);
}

void feign_room(int fd) {
  (void)real_sys->epoll_ctl(watched[fd].epoll, EPOLL_CTL_MOD, fd, &watched[fd].event);
}

void port_setup(void) { ocel__sys.epoll_ctl = note_epoll_ctl; }
