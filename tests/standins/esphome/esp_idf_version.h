// SPDX-License-Identifier: Apache-2.0
#pragma once
#define ESP_IDF_VERSION_VAL(a, b, c) ((a) << 16 | (b) << 8 | (c))
#define ESP_IDF_VERSION ESP_IDF_VERSION_VAL(5, 5, 6)
