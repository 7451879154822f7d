// SPDX-License-Identifier: Apache-2.0
#include "signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

static const struct {
  int signal;
  oceld_wake wake;
} TABLE[] = {
    {SIGHUP,  OCELD_WAKE_RELOAD},
    {SIGINT,  OCELD_WAKE_STOP  },
    {SIGTERM, OCELD_WAKE_STOP  },
    {SIGUSR2, OCELD_WAKE_ENDED },
};

// Somebody else may send that signal, too.
static atomic_bool ended;

enum { COUNT = sizeof TABLE / sizeof TABLE[0] };

static sigset_t watched(void) {
  sigset_t set;
  (void)sigemptyset(&set);
  for (size_t i = 0; i < COUNT; i++) (void)sigaddset(&set, TABLE[i].signal);
  return set;
}

void oceld_signals_block(void) {
  const sigset_t set = watched();
  (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
  (void)signal(SIGPIPE, SIG_IGN);
}

void oceld_signals_unblock(void) {
  sigset_t set;
  (void)sigemptyset(&set);
  (void)sigaddset(&set, SIGINT);
  (void)sigaddset(&set, SIGTERM);
  (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

oceld_wake oceld_signals_wait(void) {
  const sigset_t set = watched();
  const struct timespec second = {1, 0};
  const int got = sigtimedwait(&set, NULL, &second);
  for (size_t i = 0; i < COUNT; i++) {
    if (TABLE[i].signal != got) continue;
    if (TABLE[i].wake != OCELD_WAKE_ENDED || atomic_load(&ended)) return TABLE[i].wake;
  }
  return OCELD_WAKE_TICK;
}

void oceld_signals_tell_ended(pthread_t first_thread) {
  atomic_store(&ended, true);
  (void)pthread_kill(first_thread, SIGUSR2);
}
