// SPDX-License-Identifier: Apache-2.0
// Private to the source and controls.c: the side of the task that has the sensor.
#ifndef OCEL_P4_CONTROLS_APPLY_H
#define OCEL_P4_CONTROLS_APPLY_H

#include "controls.h"
#include "ocel/time.h"

/// The sensor has been started or restarted: everything that was ever set is set again.
void ocel__controls_begin(ocel_camera_controls *c);

/// Sets what is waiting; once a second also what the algorithms may have changed. `camera` is the
/// file descriptor of the capture device.
void ocel__controls_follow(ocel_camera_controls *c, int camera, ocel_us now);

/// Lets the ISP go.
void ocel__controls_end(ocel_camera_controls *c);

#endif
