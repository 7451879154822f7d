// SPDX-License-Identifier: Apache-2.0
#include "fake_freertos.h"

#include <pthread.h>
#include <stddef.h>
#include <time.h>

#include "fake_rules.h"
#include "fake_time.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

enum { TASKS = 8 };

struct QueueDefinition {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool given;
};

_Static_assert(sizeof(struct QueueDefinition) <= sizeof(StaticSemaphore_t), "room for the fake's");

typedef struct {
  TaskFunction_t run;
  void *arg;
} job;

fake_freertos_state fake_freertos;
static pthread_t threads[TASKS];
static job jobs[TASKS];
static unsigned n_threads;
static _Thread_local bool is_task;

static void *thread_main(void *argument) {
  const job *j = argument;
  is_task = true;
  j->run(j->arg);
  RULE("freertos: a task deletes itself, it does not return", false);
  return NULL;
}

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t run, const char *name, uint32_t stack_bytes,
                                   void *arg, UBaseType_t priority, TaskHandle_t *out,
                                   BaseType_t core) {
  RULE("freertos: a task has a name", name != NULL);
  RULE("freertos: a stack is bytes, not words, and enough", stack_bytes >= 2048);
  RULE("freertos: a priority that exists", priority < configMAX_PRIORITIES);
  RULE("freertos: a core that exists", core == 0 || core == 1 || core == tskNO_AFFINITY);
  RULE("freertos: the fake has a task left", n_threads < TASKS);
  if (fake_freertos.fail_create) return pdFAIL;
  fake_freertos.stack = stack_bytes;
  fake_freertos.priority = priority;
  fake_freertos.core = core;
  if (out != NULL) *out = NULL;
  jobs[n_threads] = (job){run, arg};
  RULE("freertos: the fake gets a thread",
       pthread_create(&threads[n_threads], NULL, thread_main, &jobs[n_threads]) == 0);
  n_threads++;
  return pdPASS;
}

void vTaskDelete(TaskHandle_t task) {
  RULE("freertos: a task deletes only itself", task == NULL && is_task);
  pthread_exit(NULL);
}

void fake_freertos_join(void) {
  for (unsigned i = 0; i < n_threads; i++) pthread_join(threads[i], NULL);
  n_threads = 0;
}

UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t task) {
  RULE("freertos: a task asks for itself", task == NULL && is_task);
  return fake_freertos.stack / 2;
}

SemaphoreHandle_t xSemaphoreCreateBinaryStatic(StaticSemaphore_t *memory) {
  SemaphoreHandle_t s = (SemaphoreHandle_t)(void *)memory;
  pthread_mutex_init(&s->lock, NULL);
  pthread_cond_init(&s->changed, NULL);
  s->given = false;
  return s;
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t s) {
  pthread_mutex_lock(&s->lock);
  const BaseType_t fresh = !s->given;
  s->given = true;
  pthread_cond_broadcast(&s->changed);
  pthread_mutex_unlock(&s->lock);
  return fresh;
}

// Gives other threads a moment, so that a limited wait is not over before anybody could act.
static void wait_a_moment(SemaphoreHandle_t s) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += 20000000;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  (void)pthread_cond_timedwait(&s->changed, &s->lock, &until);
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t s, TickType_t ticks) {
  pthread_mutex_lock(&s->lock);
  if (ticks == portMAX_DELAY) {
    while (!s->given) pthread_cond_wait(&s->changed, &s->lock);
  } else if (!s->given && ticks > 0) {
    wait_a_moment(s);
    if (!s->given) fake_time_pass((int64_t)ticks * 1000000 / configTICK_RATE_HZ);
  }
  const BaseType_t taken = s->given;
  s->given = false;
  pthread_mutex_unlock(&s->lock);
  return taken;
}
