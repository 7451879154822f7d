// SPDX-License-Identifier: Apache-2.0
// FreeRTOS's tasks and semaphores on threads. A limited wait passes time on the fake clock; one
// without a limit waits until it is woken.
#ifndef FAKE_FREERTOS_H
#define FAKE_FREERTOS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  bool fail_create;  ///< There is no memory for a task.
  uint32_t stack;    ///< Of the last task created,
  unsigned priority;
  int core;
} fake_freertos_state;

extern fake_freertos_state fake_freertos;

/// Waits until every task has deleted itself.
void fake_freertos_join(void);

#endif
