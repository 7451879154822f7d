// SPDX-License-Identifier: Apache-2.0
#include "fake_time.h"

#include <stdatomic.h>

#include "esp_timer.h"

static _Atomic int64_t now = 1000000;

int64_t fake_time_now(void) { return atomic_load(&now); }

void fake_time_pass(int64_t microseconds) { atomic_fetch_add(&now, microseconds); }

int64_t esp_timer_get_time(void) { return fake_time_now(); }
