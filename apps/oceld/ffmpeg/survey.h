// SPDX-License-Identifier: Apache-2.0
// A look at the packets of a file before it is served: how large do they get, where are the IDR
// pictures, how many bits a second?
#ifndef OCELD_SURVEY_H
#define OCELD_SURVEY_H

#include "input.h"
#include "passthrough.h"

typedef struct {
  uint32_t unit_max;
  uint32_t gop_bytes, gop_units;  ///< The largest group of pictures.
  uint32_t keys;                  ///< IDR pictures.
  uint32_t bitrate;
} oceld_survey;

/// Reads up to 64 MB and goes back to the beginning; guesses if the input cannot go back.
bool oceld_survey_take(oceld_survey *v, oceld_input *in, oceld_passthrough *pass,
                       const oceld_source_config *cfg, oceld_failure *why);

#endif
