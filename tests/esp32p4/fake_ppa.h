// SPDX-License-Identifier: Apache-2.0
// The PPA: converts RGB565 to YUV 4:2:0 with its own arithmetic, cuts, scales and turns YUV 4:2:0,
// and sees to its driver's rules.
#ifndef FAKE_PPA_H
#define FAKE_PPA_H

#include <stdbool.h>

#include "esp_err.h"

typedef struct {
  esp_err_t register_result;  ///< What the next registrations answer.
  esp_err_t result;           ///< What the next operations answer; not OK: nothing is written.
  unsigned clients;
  unsigned operations;
} fake_ppa_state;

extern fake_ppa_state fake_ppa;

#endif
