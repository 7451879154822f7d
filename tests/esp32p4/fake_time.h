// SPDX-License-Identifier: Apache-2.0
// esp_timer's clock: stands still, and is moved by the test and by the fakes' work.
#ifndef FAKE_TIME_H
#define FAKE_TIME_H

#include <stdint.h>

int64_t fake_time_now(void);
void fake_time_pass(int64_t microseconds);

#endif
