// SPDX-License-Identifier: Apache-2.0
// Keeps the rate control of esp_h264 within bounds.
//
// That rate control adds up, in 32 bits and for ever, how far the pictures are from the bit rate.
// A scene that needs less than the bit rate even at qp_min saves up minutes of bits: what comes
// after it is far too big for as long, and after 2^31 bits the sum changes its sign and the
// picture becomes coarse for minutes. A scene that needs more even at qp_max does the reverse.
// So the sum is mirrored here, and once per group of pictures the encoder is told a bit rate
// just beside the measured one while the sum is over one second's worth of bits.
#ifndef OCEL_P4_GOVERNOR_H
#define OCEL_P4_GOVERNOR_H

#include <stdbool.h>
#include <stdint.h>

/// Plain data.
typedef struct {
  uint32_t target;   ///< Bits per second that are wanted.
  uint32_t applied;  ///< Bits per second that the encoder has been told.
  uint8_t fps;
  uint16_t frames;  ///< In this group.
  int64_t bits;     ///< In this group.
  int64_t debt;     ///< The sum: bits beyond the bit rate since the encoder was created.
} ocel_governor;

/// With a new encoder, which was told `bitrate`. `fps` is not 0.
void ocel_governor_start(ocel_governor *g, uint32_t bitrate, uint8_t fps);

/// The wish has changed; the encoder must be told `bitrate` and `fps` now.
void ocel_governor_change(ocel_governor *g, uint32_t bitrate, uint8_t fps);

/// A picture was encoded. True if the encoder must be told a new bit rate, `applied`.
bool ocel_governor_frame(ocel_governor *g, uint32_t bytes, bool key);

#endif
