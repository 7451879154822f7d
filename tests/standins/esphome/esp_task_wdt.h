// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "esp_err.h"
#ifdef __cplusplus
extern "C" {
#endif
esp_err_t esp_task_wdt_reset(void);
#ifdef __cplusplus
}
#endif
