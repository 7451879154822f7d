// SPDX-License-Identifier: Apache-2.0
// Stand-in: microseconds since the start.
#ifndef STANDIN_ESP_TIMER_H
#define STANDIN_ESP_TIMER_H

#include <stdint.h>

int64_t esp_timer_get_time(void);

#endif
