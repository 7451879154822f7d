// SPDX-License-Identifier: Apache-2.0
#include "h264_device.h"

static esp_h264_err_t open_encoder(ocel_h264_device *d) {
  const esp_h264_err_t rc = esp_h264_enc_open(d->encoder);
  d->is_open = rc == ESP_H264_ERR_OK;
  return rc;
}

esp_h264_err_t ocel_h264_create(ocel_h264_device *d, const esp_h264_enc_cfg_t *cfg) {
  *d = (ocel_h264_device){0};
  esp_h264_err_t rc = esp_h264_enc_hw_new(cfg, &d->encoder);
  if (rc != ESP_H264_ERR_OK) {
    d->encoder = NULL;
    return rc;
  }
  rc = esp_h264_enc_hw_get_param_hd(d->encoder, &d->settings);
  if (rc == ESP_H264_ERR_OK) rc = open_encoder(d);
  if (rc != ESP_H264_ERR_OK) ocel_h264_destroy(d);
  return rc;
}

void ocel_h264_sleep(ocel_h264_device *d) {
  if (d->is_open) (void)esp_h264_enc_close(d->encoder);
  d->is_open = false;
}

void ocel_h264_destroy(ocel_h264_device *d) {
  if (d->encoder == NULL) return;
  ocel_h264_sleep(d);
  (void)esp_h264_enc_del(d->encoder);
  *d = (ocel_h264_device){0};
}

#if OCEL_ESP_H264_MINOR >= 3

esp_h264_err_t ocel_h264_force_key(ocel_h264_device *d) {
  return esp_h264_enc_force_idr(&d->settings->base);
}

esp_h264_err_t ocel_h264_wake(ocel_h264_device *d) {
  const esp_h264_err_t rc = open_encoder(d);
  return rc == ESP_H264_ERR_OK ? ocel_h264_force_key(d) : rc;
}

#else

esp_h264_err_t ocel_h264_wake(ocel_h264_device *d) { return open_encoder(d); }

esp_h264_err_t ocel_h264_force_key(ocel_h264_device *d) {
  ocel_h264_sleep(d);
  return open_encoder(d);
}

#endif

esp_h264_err_t ocel_h264_set_bitrate(ocel_h264_device *d, uint32_t bitrate) {
  return esp_h264_enc_set_bitrate(&d->settings->base, bitrate);
}

esp_h264_err_t ocel_h264_set_fps(ocel_h264_device *d, uint8_t fps) {
  return esp_h264_enc_set_fps(&d->settings->base, fps);
}

esp_h264_err_t ocel_h264_set_gop(ocel_h264_device *d, uint8_t gop) {
  return esp_h264_enc_set_gop(&d->settings->base, gop);
}

esp_h264_err_t ocel_h264_encode(ocel_h264_device *d, esp_h264_pkt_t in,
                                esp_h264_enc_out_frame_t *out) {
  esp_h264_enc_in_frame_t frame = {.raw_data = in};
  return esp_h264_enc_process(d->encoder, &frame, out);
}
