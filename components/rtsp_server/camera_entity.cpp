// SPDX-License-Identifier: Apache-2.0
#include "camera_entity.h"

#ifdef USE_RTSP_SERVER_CAMERA

#include <utility>

#include "esphome/core/hal.h"
#include "esphome/core/log.h"

namespace esphome::rtsp_server {

static const char *const TAG = "rtsp_server.camera";

// A camera that rests when it is asked gives nothing: it is asked again.
static const uint32_t PATIENCE_MS = 1000;

void EntityImageReader::set_image(std::shared_ptr<camera::CameraImage> image) {
  this->image_ = std::move(image);
  this->offset_ = 0;
}

size_t EntityImageReader::available() const {
  return this->image_ == nullptr ? 0 : this->image_->get_data_length() - this->offset_;
}

void CameraEntity::start_stream(camera::CameraRequester requester) {
  this->stream_ |= 1U << requester;
  for (auto *listener : this->listeners_)
    listener->on_stream_start();
}

void CameraEntity::stop_stream(camera::CameraRequester requester) {
  this->stream_ &= ~(1U << requester);
  for (auto *listener : this->listeners_)
    listener->on_stream_stop();
}

void CameraEntity::take_jpeg(std::shared_ptr<JpegPicture> picture) {
  LockGuard guard(this->mutex_);
  this->picture_ = std::move(picture);
  this->there_ = true;
}

void CameraEntity::ask_(uint32_t now) {
  const uint32_t wait = this->asked_ ? PATIENCE_MS : this->interval_ms_;
  if (now - this->asked_at_ < wait)
    return;
  this->asked_at_ = now;
  this->asked_ = true;
  this->source_->request_jpeg();
}

void CameraEntity::hand_out_(std::shared_ptr<JpegPicture> picture) {
  const auto image = std::make_shared<EntityImage>(std::move(picture), this->single_ | this->stream_);
  this->single_ = 0;
  this->asked_ = false;
  for (auto *listener : this->listeners_)
    listener->on_camera_image(image);
}

void CameraEntity::loop() {
  if (this->there_.exchange(false)) {
    std::shared_ptr<JpegPicture> picture;
    {
      LockGuard guard(this->mutex_);
      picture = std::exchange(this->picture_, nullptr);
    }
    if (picture != nullptr)
      this->hand_out_(std::move(picture));
  }
  if ((this->single_ | this->stream_) != 0)
    this->ask_(millis());
}

void CameraEntity::dump_config() {
  ESP_LOGCONFIG(TAG,
                "Camera '%s':\n"
                "  Update interval: %u ms",
                this->get_name().c_str(), static_cast<unsigned>(this->interval_ms_));
}

}  // namespace esphome::rtsp_server

#endif
