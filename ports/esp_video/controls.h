// SPDX-License-Identifier: Apache-2.0
// What can be set of the picture while it runs: by the sensor, by the ISP, or by Espressif's
// algorithms of exposure.
#ifndef OCEL_P4_CONTROLS_H
#define OCEL_P4_CONTROLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  OCEL_CONTROL_AUTO_EXPOSURE,    ///< 0 or 1: the algorithms choose exposure and gain.
  OCEL_CONTROL_EXPOSURE,         ///< Microseconds, in steps of 100; while AUTO_EXPOSURE is 0.
  OCEL_CONTROL_GAIN,             ///< Thousandths; the nearest that the sensor has; as EXPOSURE.
  OCEL_CONTROL_EXPOSURE_TARGET,  ///< 2..235: how bright a sensor with an own control makes it.
  OCEL_CONTROL_BRIGHTNESS,       ///< -128..127; 0 changes nothing.
  OCEL_CONTROL_CONTRAST,         ///< 0..255; 128 changes nothing.
  OCEL_CONTROL_SATURATION,       ///< 0..255; 128 changes nothing, 0 is grey.
  OCEL_CONTROL_RED_BALANCE,      ///< Thousandths, 1..3999; 1000 changes nothing.
  OCEL_CONTROL_BLUE_BALANCE,     ///< The same.
  OCEL_CONTROLS
} ocel_control;

/// What is wished for. What was never set is left to the sensor and the algorithms.
typedef struct ocel_camera_controls ocel_camera_controls;

/// Bytes that `init` needs.
size_t ocel_controls_size(void);

/// NULL if `size` is too small. `mem` must outlive every source that has it.
ocel_camera_controls *ocel_controls_init(void *mem, size_t size);

/// Sets a control from the next picture on, and whenever the sensor starts. From any task.
void ocel_controls_set(ocel_camera_controls *c, ocel_control control, int32_t value);

/// Bit `1 << control` is set if the hardware refused the value that was set last. From any task.
uint32_t ocel_controls_refused(const ocel_camera_controls *c);

#ifdef __cplusplus
}
#endif
#endif
