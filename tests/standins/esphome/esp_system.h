// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "esp_err.h"
#ifdef __cplusplus
extern "C" {
#endif
uint32_t esp_get_free_heap_size(void);
void esp_system_abort(const char *details) __attribute__((noreturn));
void esp_restart(void) __attribute__((noreturn));
#ifdef __cplusplus
}
#endif
