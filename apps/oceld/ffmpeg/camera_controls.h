// SPDX-License-Identifier: Apache-2.0
// The encoder inside a V4L2 camera, as far as its driver lets itself be told.
#ifndef OCELD_CAMERA_CONTROLS_H
#define OCELD_CAMERA_CONTROLS_H

#include "source.h"

/// `fd` is -1 while it is closed.
typedef struct {
  int fd;
} oceld_controls;

/// Opens the device a second time, for its controls only, and tunes its encoder. What the driver
/// does not know is passed over.
/// @return True if the camera makes a key picture on request.
bool oceld_controls_open(oceld_controls *c, const char *device, const oceld_tuning *tuning);

void oceld_controls_tune(const oceld_controls *c, const oceld_tuning *tuning);

void oceld_controls_ask_key(const oceld_controls *c);

void oceld_controls_close(oceld_controls *c);

#endif
