// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame_source_camera.h"

#ifdef USE_ESP32_VARIANT_ESP32P4

#include <esp_timer.h>

namespace esphome::rtsp_server {

/// The project's own mipi_dsi_cam, which has a frame source by itself.
template<typename Camera>
class DirectCamera final : public FrameSourceCamera {
 public:
  explicit DirectCamera(Camera *camera) : camera_(camera) {}
  ocel_frame_source frame_source() override { return this->camera_->frame_source(); }

 protected:
  Camera *camera_;
};

/// The third-party mipi_dsi_cam, by its public methods alone. It is polled, hands out RGB565, may
/// overwrite a picture while it is read, knows its size only once it is started, and waits for
/// ever when the sensor is dead.
template<typename Camera>
class RGB565Camera final : public FrameSourceCamera {
 public:
  explicit RGB565Camera(Camera *camera) : camera_(camera) {}

  ocel_frame_source frame_source() override {
    ocel_frame_source source{};
    source.ctx = this;
    source.open = [](void *) { return OCEL_SOURCE_OK; };
    source.start = [](void *self, ocel_frame_format *format) {
      return static_cast<RGB565Camera *>(self)->start_(format);
    };
    source.acquire = [](void *self, ocel_us, ocel_frame *frame) {
      return static_cast<RGB565Camera *>(self)->acquire_(frame);
    };
    source.release = [](void *, const ocel_frame *) {};
    source.stop = [](void *self) { static_cast<RGB565Camera *>(self)->stop_(); };
    source.close = [](void *) {};
    source.volatile_frames = true;
    source.may_block = true;
    return source;
  }

 protected:
  ocel_source_result start_(ocel_frame_format *format) {
    // A display may have started it already; then it is left running.
    this->started_ = !this->camera_->is_streaming();
    if (this->started_ && !this->camera_->start_streaming())
      return OCEL_SOURCE_FAILED;
    *format = {};
    format->width = this->camera_->get_image_width();
    format->height = this->camera_->get_image_height();
    format->stride = 2u * format->width;
    format->pixels = OCEL_PIXELS_RGB565;
    const bool usable = format->width > 0 && format->height > 0 && (format->width | format->height) % 2 == 0;
    return usable ? OCEL_SOURCE_OK : OCEL_SOURCE_UNSUPPORTED;
  }

  ocel_source_result acquire_(ocel_frame *frame) {
    if (!this->camera_->capture_frame())
      return OCEL_SOURCE_FAILED;
    *frame = {};
    frame->data = this->camera_->get_image_data();
    frame->size = this->camera_->get_image_size();
    frame->captured_at = esp_timer_get_time();
    return frame->data != nullptr ? OCEL_SOURCE_OK : OCEL_SOURCE_FAILED;
  }

  void stop_() {
    if (this->started_)
      this->camera_->stop_streaming();
    this->started_ = false;
  }

  Camera *camera_;
  bool started_{false};
};

/// What the generated code calls, once.
template<typename Camera>
FrameSourceCamera *direct_camera(Camera *camera) {
  return new DirectCamera<Camera>(camera);
}
template<typename Camera>
FrameSourceCamera *rgb565_camera(Camera *camera) {
  return new RGB565Camera<Camera>(camera);
}

}  // namespace esphome::rtsp_server

#endif
