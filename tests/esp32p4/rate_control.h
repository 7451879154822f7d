// SPDX-License-Identifier: Apache-2.0
// A model, after its description, of esp_h264 1.1's rate control, and of a scene: a picture's
// bits halve with every 6 steps of the quantiser.
#ifndef RATE_CONTROL_H
#define RATE_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int qp_min, qp_max, gop, fps;
  uint32_t bits_per_frame;
  int32_t debt;   ///< Adds up for ever, and wraps.
  int qp;         ///< Of the last picture.
  int frame_num;  ///< In the group; 0 is an IDR picture.
} rate_control;

void rate_control_start(rate_control *r, uint32_t bitrate);
void rate_control_set(rate_control *r, uint32_t bitrate);

/// Encodes one picture of a scene that needs `rate_at_24` bits per second at QP 24, and returns
/// its bits. `key` says whether it was an IDR picture.
uint32_t rate_control_frame(rate_control *r, double rate_at_24, bool *key);

#endif
