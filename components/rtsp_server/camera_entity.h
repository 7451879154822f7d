// SPDX-License-Identifier: Apache-2.0
#pragma once
// The camera as an entity, which Home Assistant shows through the native API.

#include "esphome/core/defines.h"

#ifdef USE_RTSP_SERVER_CAMERA

#include <atomic>
#include <memory>
#include <vector>

#include "esphome/components/camera/camera.h"
#include "esphome/core/helpers.h"

#include "jpeg_source.h"

namespace esphome::rtsp_server {

/// One picture on its way to the clients of the API.
class EntityImage final : public camera::CameraImage {
 public:
  EntityImage(std::shared_ptr<JpegPicture> picture, uint8_t requesters)
      : picture_(std::move(picture)), requesters_(requesters) {}
  uint8_t *get_data_buffer() override { return this->picture_->data(); }
  size_t get_data_length() override { return this->picture_->size(); }
  bool was_requested_by(camera::CameraRequester requester) const override {
    return (this->requesters_ & (1U << requester)) != 0;
  }

 protected:
  std::shared_ptr<JpegPicture> picture_;
  uint8_t requesters_;
};

class EntityImageReader final : public camera::CameraImageReader {
 public:
  void set_image(std::shared_ptr<camera::CameraImage> image) override;
  size_t available() const override;
  uint8_t *peek_data_buffer() override { return this->image_->get_data_buffer() + this->offset_; }
  void consume_data(size_t consumed) override { this->offset_ += consumed; }
  void return_image() override { this->image_.reset(); }

 protected:
  std::shared_ptr<camera::CameraImage> image_;
  size_t offset_{0};
};

/// Asks the camera for a picture when a client does, and hands it to all of them. The camera makes
/// no JPEG as long as nobody asks.
class CameraEntity final : public camera::Camera, public JpegTaker {
 public:
  void setup() override { this->source_->set_jpeg_taker(this); }
  void loop() override;
  void dump_config() override;

  void set_source(JpegSource *source) { this->source_ = source; }
  /// The least time between two pictures of a client that watches.
  void set_update_interval(uint32_t milliseconds) { this->interval_ms_ = milliseconds; }

  void add_listener(camera::CameraListener *listener) override { this->listeners_.push_back(listener); }
  camera::CameraImageReader *create_image_reader() override { return new EntityImageReader; }  // NOLINT
  void request_image(camera::CameraRequester requester) override { this->single_ |= 1U << requester; }
  void start_stream(camera::CameraRequester requester) override;
  void stop_stream(camera::CameraRequester requester) override;

  void take_jpeg(std::shared_ptr<JpegPicture> picture) override;

 protected:
  void ask_(uint32_t now);
  void hand_out_(std::shared_ptr<JpegPicture> picture);

  JpegSource *source_{nullptr};
  std::vector<camera::CameraListener *> listeners_;
  uint32_t interval_ms_{100};
  uint32_t asked_at_{0};
  bool asked_{false};              // The camera has been asked, and nothing has come.
  uint8_t single_{0}, stream_{0};  // Who wants one picture, and who all; bits of CameraRequester.
  std::atomic<bool> there_{false};
  Mutex mutex_;  // Guards what follows.
  std::shared_ptr<JpegPicture> picture_;
};

}  // namespace esphome::rtsp_server

#endif
