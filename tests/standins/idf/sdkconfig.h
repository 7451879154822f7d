// SPDX-License-Identifier: Apache-2.0
// Stand-in for the file that ESP-IDF's configuration generates: an ESP32-P4 with PSRAM.
#ifndef STANDIN_SDKCONFIG_H
#define STANDIN_SDKCONFIG_H

#define CONFIG_IDF_TARGET_ESP32P4 1
#define CONFIG_FREERTOS_HZ 1000
#define CONFIG_SPIRAM 1
#define CONFIG_CACHE_L1_CACHE_LINE_SIZE 64
#define CONFIG_CACHE_L2_CACHE_LINE_SIZE 128
#define CONFIG_LWIP_MAX_SOCKETS 12
#define CONFIG_LWIP_TCP_SND_BUF_DEFAULT 32768
#ifndef STANDIN_PLAIN_ESP_VIDEO  // an sdkconfig that nobody has made for this project
#define CONFIG_ESP_VIDEO_ENABLE_ISP_PIPELINE_CONTROLLER 1
#endif

#endif
