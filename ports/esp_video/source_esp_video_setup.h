// SPDX-License-Identifier: Apache-2.0
// Private to source_esp_video.c and source_esp_video_setup.c.
#ifndef OCEL_P4_SOURCE_ESP_VIDEO_SETUP_H
#define OCEL_P4_SOURCE_ESP_VIDEO_SETUP_H

#include "source_esp_video.h"

/// ioctl; -1 with errno.
int ocel__video_control(const ocel_source_esp_video *s, long request, void *argument);

/// What errno says after that.
ocel_source_result ocel__video_error(void);

/// Format, rate, orientation and buffers; the buffers are queued.
ocel_source_result ocel__video_setup(ocel_source_esp_video *s);

/// Mirror and flip, as configured.
void ocel__video_orient(ocel_source_esp_video *s);

/// Gives a buffer to the camera.
bool ocel__video_queue(const ocel_source_esp_video *s, uint32_t index);

/// Frees the buffers. The camera has none.
void ocel__video_free(ocel_source_esp_video *s);

#endif
