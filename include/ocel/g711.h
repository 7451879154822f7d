// SPDX-License-Identifier: Apache-2.0
// G.711: 16-bit samples to and from one byte, by mu-law and A-law (ITU-T G.711; RFC 3551 4.5.14).
// Pure. A code stands for an interval of samples, and gives back its middle.
#ifndef OCEL_G711_H
#define OCEL_G711_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint8_t ocel_g711_to_ulaw(int16_t sample);
uint8_t ocel_g711_to_alaw(int16_t sample);
int16_t ocel_g711_from_ulaw(uint8_t code);
int16_t ocel_g711_from_alaw(uint8_t code);

#ifdef __cplusplus
}
#endif
#endif
