// SPDX-License-Identifier: Apache-2.0
// Stand-in: binary semaphores.
#ifndef STANDIN_FREERTOS_SEMPHR_H
#define STANDIN_FREERTOS_SEMPHR_H

#ifndef STANDIN_FREERTOS_H
#error "FreeRTOS.h comes first, as the real header says"
#endif

typedef struct QueueDefinition *SemaphoreHandle_t;

typedef struct {
  void *opaque[24];
} StaticSemaphore_t;

SemaphoreHandle_t xSemaphoreCreateBinary(void);
SemaphoreHandle_t xSemaphoreCreateBinaryStatic(StaticSemaphore_t *memory);
BaseType_t xSemaphoreTake(SemaphoreHandle_t s, TickType_t ticks);
BaseType_t xSemaphoreGive(SemaphoreHandle_t s);
void vSemaphoreDelete(SemaphoreHandle_t s);

#endif
