// SPDX-License-Identifier: Apache-2.0
// Signals are waited for by the first thread and interrupt nobody.
#ifndef OCELD_SIGNALS_H
#define OCELD_SIGNALS_H

#include <pthread.h>

/// What the first thread is woken for.
typedef enum {
  OCELD_WAKE_TICK,    ///< A second has passed.
  OCELD_WAKE_RELOAD,  ///< SIGHUP.
  OCELD_WAKE_STOP,    ///< SIGINT or SIGTERM.
  OCELD_WAKE_ENDED,   ///< oceld_signals_tell_ended was called.
} oceld_wake;

/// Call before any other thread is started: they inherit it.
void oceld_signals_block(void);

oceld_wake oceld_signals_wait(void);

/// From now on SIGINT and SIGTERM end the program at once, even if something in it hangs.
void oceld_signals_unblock(void);

/// From another thread: its work has ended.
void oceld_signals_tell_ended(pthread_t first_thread);

#endif
