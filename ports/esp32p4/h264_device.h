// SPDX-License-Identifier: Apache-2.0
// One hardware encoder of Espressif's esp_h264, whatever its version: 1.1 or 1.3, which the build
// says by OCEL_ESP_H264_MINOR.
//
// A key picture on request: 1.3 has a call for it. On 1.1 the encoder is closed and opened, which
// sets its picture number to 0 and keeps its memory and its rate control. The other way, deleting
// and making it, gives back 138 KB of internal memory (1080p) that must be found in one piece
// again, and codes the next picture at qp_min.
#ifndef OCEL_P4_H264_DEVICE_H
#define OCEL_P4_H264_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_h264_enc_single_hw.h"

#ifndef OCEL_ESP_H264_MINOR
#define OCEL_ESP_H264_MINOR 3
#endif

/// Plain data, zero at first. All calls from one task.
typedef struct {
  esp_h264_enc_handle_t encoder;
  esp_h264_enc_param_hw_handle_t settings;
  bool is_open;
} ocel_h264_device;

/// Makes the encoder and opens it; nothing is left after an error. ESP_H264_ERR_MEM when internal
/// memory is short or in pieces: worth trying again later.
esp_h264_err_t ocel_h264_create(ocel_h264_device *d, const esp_h264_enc_cfg_t *cfg);

/// Closes it but keeps its memory: nothing runs. Any state.
void ocel_h264_sleep(ocel_h264_device *d);

/// Opens it after that; the first picture is a key picture.
esp_h264_err_t ocel_h264_wake(ocel_h264_device *d);

/// Gives everything back. Any state.
void ocel_h264_destroy(ocel_h264_device *d);

/// Makes the next picture a key picture. After an error the device must be destroyed.
esp_h264_err_t ocel_h264_force_key(ocel_h264_device *d);

esp_h264_err_t ocel_h264_set_bitrate(ocel_h264_device *d, uint32_t bitrate);
esp_h264_err_t ocel_h264_set_fps(ocel_h264_device *d, uint8_t fps);

/// Used from the next key picture on.
esp_h264_err_t ocel_h264_set_gop(ocel_h264_device *d, uint8_t gop);

/// Encodes and waits. `in` and `out` lie on cache lines. After an error the device must be
/// destroyed: what it would make next refers to a picture that nobody has.
esp_h264_err_t ocel_h264_encode(ocel_h264_device *d, esp_h264_pkt_t in,
                                esp_h264_enc_out_frame_t *out);

#endif
