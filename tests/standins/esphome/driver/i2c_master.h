// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "esp_err.h"
typedef int i2c_port_num_t;
typedef i2c_port_num_t i2c_port_t;
typedef struct i2c_bus *i2c_master_bus_handle_t;
typedef struct i2c_dev *i2c_master_dev_handle_t;
#ifdef __cplusplus
extern "C" {
#endif
esp_err_t i2c_master_get_bus_handle(i2c_port_num_t port, i2c_master_bus_handle_t *bus);
#ifdef __cplusplus
}
#endif
