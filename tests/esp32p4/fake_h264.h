// SPDX-License-Identifier: Apache-2.0
// esp_h264's hardware encoder, 1.1 or 1.3: one instance, used by one task, with its rules for
// buffers and its ways to fail. Its stream has parameter sets, IDR and P slices.
#ifndef FAKE_H264_H
#define FAKE_H264_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_h264_enc_single_hw.h"

typedef struct {
  size_t internal_block;      ///< Largest free piece of internal memory, bytes.
  esp_h264_err_t new_result;  ///< Answers of the next calls; OK: they work.
  esp_h264_err_t open_result;
  esp_h264_err_t process_result;
  unsigned failures;  ///< That many calls of process answer process_result.
  esp_h264_err_t set_result;
  esp_h264_err_t force_result;
  uint32_t picture_bytes;  ///< Size of a P slice; key pictures are four times as big.
  bool empty;              ///< process says OK and writes nothing.
  bool garbage;            ///< process says OK and writes no start code.
  int64_t takes;           ///< Microseconds a picture.

  // What was seen.
  unsigned instances, created, opened, pictures, keys, forced, set_calls;
  bool is_open;
  esp_h264_enc_cfg_t cfg;  ///< With what setters changed since.
  const uint8_t *last_in, *last_out;
  uint32_t last_in_len, last_out_len;
} fake_h264_state;

extern fake_h264_state fake_h264;

/// No instance must be left.
void fake_h264_reset(void);

#endif
