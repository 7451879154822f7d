// SPDX-License-Identifier: Apache-2.0
// Stand-in: what this project uses of ESP-IDF's error codes.
#ifndef STANDIN_ESP_ERR_H
#define STANDIN_ESP_ERR_H

typedef int esp_err_t;

#define ESP_OK 0
#define ESP_FAIL (-1)
#define ESP_ERR_NO_MEM 0x101
#define ESP_ERR_INVALID_ARG 0x102
#define ESP_ERR_INVALID_STATE 0x103
#define ESP_ERR_NOT_SUPPORTED 0x106
#define ESP_ERR_TIMEOUT 0x107

#endif
