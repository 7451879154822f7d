// SPDX-License-Identifier: Apache-2.0
#pragma once
typedef enum { GPIO_NUM_NC = -1 } gpio_num_t;
