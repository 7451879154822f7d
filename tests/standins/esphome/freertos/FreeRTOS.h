// SPDX-License-Identifier: Apache-2.0
/* Hand-written stand-in: only what the component and ESPHome's headers name. Layouts are invented;
 * never link or run this. */
#pragma once
#include "sdkconfig.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "esp_heap_caps.h"
#ifdef __cplusplus
extern "C" {
#endif
typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
typedef uint8_t StackType_t;
typedef struct {
  uint8_t dummy[352];
} StaticTask_t;
typedef struct {
  uint8_t dummy[84];
} StaticSemaphore_t;
typedef struct tskTaskControlBlock *TaskHandle_t;
typedef struct QueueDefinition *QueueHandle_t;
typedef QueueHandle_t SemaphoreHandle_t;
typedef struct EventGroupDef_t *EventGroupHandle_t;
typedef struct {
  uint32_t owner, count;
} portMUX_TYPE;
typedef void (*TaskFunction_t)(void *);
typedef enum {
  eNoAction = 0,
  eSetBits,
  eIncrement,
  eSetValueWithOverwrite,
  eSetValueWithoutOverwrite
} eNotifyAction;
#define portMUX_INITIALIZER_UNLOCKED \
  { 0, 0 }
#define configTASK_NOTIFICATION_ARRAY_ENTRIES CONFIG_FREERTOS_TASK_NOTIFICATION_ARRAY_ENTRIES
#define configTICK_RATE_HZ 1000
#define configMAX_PRIORITIES 25
#define portTICK_PERIOD_MS 1
#define pdMS_TO_TICKS(ms) ((TickType_t)(ms))
#define portMAX_DELAY ((TickType_t)0xffffffffUL)
#define pdTRUE 1
#define pdFALSE 0
#define pdPASS 1
#define tskNO_AFFINITY 0x7fffffff
void vPortEnterCritical(void);
void portENTER_CRITICAL(portMUX_TYPE *mux);
void portEXIT_CRITICAL(portMUX_TYPE *mux);
#define portYIELD_FROM_ISR(x) ((void)(x))
BaseType_t xPortInIsrContext(void);
void vPortYield(void);
BaseType_t xPortGetCoreID(void);
#ifdef __cplusplus
}
#endif
