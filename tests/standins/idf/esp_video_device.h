// SPDX-License-Identifier: Apache-2.0
// Stand-in: names of devices.
#ifndef STANDIN_ESP_VIDEO_DEVICE_H
#define STANDIN_ESP_VIDEO_DEVICE_H

#define ESP_VIDEO_MIPI_CSI_DEVICE_NAME "/dev/video0"
#define ESP_VIDEO_ISP1_DEVICE_NAME "/dev/video20"

#endif
