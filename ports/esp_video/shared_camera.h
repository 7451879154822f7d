// SPDX-License-Identifier: Apache-2.0
// One camera for two: the encoder gets its pictures without a copy, and whoever shows or sends
// single pictures gets RGB565, made by the PPA when it is asked for and only then.
//
// The sensor runs while either wants it. While the encoder runs, its task takes the pictures, and
// makes the RGB565 copy after a picture was encoded, so that the stream is not late by it. Else a
// task of the camera's own does. Neither starts the sensor anew for the other.
#ifndef OCEL_P4_SHARED_CAMERA_H
#define OCEL_P4_SHARED_CAMERA_H

#include "frame_source.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ocel_shared_camera ocel_shared_camera;

typedef struct {
  const uint8_t *data;  ///< RGB565, little-endian, without gaps; good until the next one is taken.
  size_t size;
  uint16_t width, height;
  ocel_us captured_at;  ///< esp_timer's clock.
} ocel_rgb_picture;

/// Bytes that `init` needs.
size_t ocel_shared_camera_size(void);

/// Builds a camera in `mem`, which must outlive everything made of it. `inner` is copied; it gives
/// frames in the encoder's layout that stay while they are held.
/// @return NULL if `size` is too small or `inner` gives something else.
ocel_shared_camera *ocel_shared_camera_init(void *mem, size_t size, const ocel_frame_source *inner);

/// For the encoder's pipeline; one task at a time, as frame_source.h says.
ocel_frame_source ocel_shared_camera_source(ocel_shared_camera *c);

/// Lets the sensor run for pictures. The first call makes the task: 4096 bytes of stack, priority
/// 3, below the encoder's. From any task, never at the same time twice.
/// @return false if there is no memory for it.
bool ocel_shared_camera_start(ocel_shared_camera *c);

/// Takes that back; returns at once. Pictures can still be had while the encoder runs.
void ocel_shared_camera_stop(ocel_shared_camera *c);

/// Whether the sensor is running, for whomever. From any task.
bool ocel_shared_camera_runs(const ocel_shared_camera *c);

/// Takes a picture no older than half a second, and asks for the next. It waits at most `wait`
/// microseconds; with 0 it does not, and the first call of several is false. From any task; where
/// two do it, they share the picture, and must agree on who has it how long.
bool ocel_shared_camera_picture(ocel_shared_camera *c, ocel_us wait, ocel_rgb_picture *out);

#ifdef __cplusplus
}
#endif
#endif
