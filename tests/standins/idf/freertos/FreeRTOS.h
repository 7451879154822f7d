// SPDX-License-Identifier: Apache-2.0
// Stand-in: FreeRTOS as ESP-IDF configures it, with a tick of 1 ms.
#ifndef STANDIN_FREERTOS_H
#define STANDIN_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

#include "sdkconfig.h"

typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;

#define pdTRUE ((BaseType_t)1)
#define pdFALSE ((BaseType_t)0)
#define pdPASS pdTRUE
#define pdFAIL pdFALSE
#define portMAX_DELAY ((TickType_t)0xffffffffu)
#define configTICK_RATE_HZ CONFIG_FREERTOS_HZ
#define portTICK_PERIOD_MS ((TickType_t)1000 / configTICK_RATE_HZ)
#define pdMS_TO_TICKS(ms) ((TickType_t)((TickType_t)(ms)*configTICK_RATE_HZ / 1000u))
#define tskNO_AFFINITY ((BaseType_t)0x7fffffff)
#define configMAX_PRIORITIES 25

#endif
