// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "freertos/FreeRTOS.h"
#ifdef __cplusplus
extern "C" {
#endif
BaseType_t xTaskCreate(TaskFunction_t fn, const char *name, uint32_t stack, void *arg,
                       UBaseType_t prio, TaskHandle_t *out);
BaseType_t xTaskCreatePinnedToCore(TaskFunction_t fn, const char *name, uint32_t stack, void *arg,
                                   UBaseType_t prio, TaskHandle_t *out, BaseType_t core);
TaskHandle_t xTaskCreateStatic(TaskFunction_t fn, const char *name, uint32_t stack, void *arg,
                               UBaseType_t prio, StackType_t *buf, StaticTask_t *tcb);
TaskHandle_t xTaskCreateStaticPinnedToCore(TaskFunction_t fn, const char *name, uint32_t stack,
                                           void *arg, UBaseType_t prio, StackType_t *buf,
                                           StaticTask_t *tcb, BaseType_t core);
void vTaskDelete(TaskHandle_t t);
void vTaskDelay(TickType_t t);
void vTaskSuspend(TaskHandle_t t);
TickType_t xTaskGetTickCount(void);
TaskHandle_t xTaskGetCurrentTaskHandle(void);
BaseType_t xTaskNotifyGiveIndexed(TaskHandle_t t, UBaseType_t i);
void vTaskNotifyGiveIndexedFromISR(TaskHandle_t t, UBaseType_t i, BaseType_t *woken);
uint32_t ulTaskNotifyTakeIndexed(UBaseType_t i, BaseType_t clear, TickType_t wait);
BaseType_t xTaskNotifyGive(TaskHandle_t t);
void vTaskNotifyGiveFromISR(TaskHandle_t t, BaseType_t *woken);
uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t wait);
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t t);
#ifdef __cplusplus
}
#endif
