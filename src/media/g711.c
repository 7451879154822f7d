// SPDX-License-Identifier: Apache-2.0
#include "ocel/g711.h"

#include <stdbool.h>

enum {
  SIGN = 0x80,
  MANTISSA = 0x0f,
  SEGMENT = 0x70,
  SEGMENT_SHIFT = 4,
  ULAW_BIAS = 0x84,     // 33 in units of 14 bits
  ULAW_CLIP = 32635,    // the largest that has a code, with the bias
  ALAW_TOGGLED = 0x55,  // even bits are inverted on the line
};

// Position of the highest bit that is set, counted from bit 8; 0 below.
static unsigned segment_of(unsigned magnitude) {
  unsigned segment = 0;
  while (segment < 7 && magnitude >> (segment + 8) != 0) segment++;
  return segment;
}

uint8_t ocel_g711_to_ulaw(int16_t sample) {
  const bool negative = sample < 0;
  unsigned magnitude = (unsigned)(negative ? -(int)sample : sample);
  if (magnitude > ULAW_CLIP) magnitude = ULAW_CLIP;
  magnitude += ULAW_BIAS;
  const unsigned segment = segment_of(magnitude);
  const unsigned code = segment << SEGMENT_SHIFT | (magnitude >> (segment + 3) & MANTISSA);
  return (uint8_t) ~(code | (negative ? SIGN : 0u));
}

int16_t ocel_g711_from_ulaw(uint8_t code) {
  const unsigned u = (uint8_t)~code;
  const unsigned segment = (u & SEGMENT) >> SEGMENT_SHIFT;
  const int magnitude = (int)((((u & MANTISSA) << 3) + ULAW_BIAS) << segment) - ULAW_BIAS;
  return (int16_t)(u & SIGN ? -magnitude : magnitude);
}

uint8_t ocel_g711_to_alaw(int16_t sample) {
  const bool negative = sample < 0;
  const unsigned magnitude = (unsigned)(negative ? -(int)sample - 1 : sample);
  const unsigned segment = segment_of(magnitude);
  const unsigned shift = segment < 2 ? 4 : segment + 3;
  const unsigned code = segment << SEGMENT_SHIFT | (magnitude >> shift & MANTISSA);
  return (uint8_t)((code | (negative ? 0u : SIGN)) ^ ALAW_TOGGLED);
}

int16_t ocel_g711_from_alaw(uint8_t code) {
  const unsigned a = code ^ ALAW_TOGGLED;
  const unsigned segment = (a & SEGMENT) >> SEGMENT_SHIFT;
  int magnitude = (int)((a & MANTISSA) << 4) + 8;
  if (segment > 0) magnitude += 0x100;
  if (segment > 1) magnitude <<= segment - 1;
  return (int16_t)(a & SIGN ? magnitude : -magnitude);
}
