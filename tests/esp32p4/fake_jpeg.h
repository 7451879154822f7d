// SPDX-License-Identifier: Apache-2.0
// The JPEG encoder: sees to its driver's rules, and writes no more than the frame of a JPEG file.
#ifndef FAKE_JPEG_H
#define FAKE_JPEG_H

#include <stdbool.h>

#include "esp_err.h"

typedef struct {
  esp_err_t new_result, result;  ///< What the next calls answer.
  unsigned engines, pictures, quality;
} fake_jpeg_state;

extern fake_jpeg_state fake_jpeg;

#endif
