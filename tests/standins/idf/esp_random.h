// SPDX-License-Identifier: Apache-2.0
// Stand-in: the generator of random numbers.
#ifndef STANDIN_ESP_RANDOM_H
#define STANDIN_ESP_RANDOM_H

#include <stddef.h>

void esp_fill_random(void *bytes, size_t size);

#endif
