// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "esphome/components/rtsp_server/video_source.h"

struct x264_t;

namespace esphome::rtsp_test_camera {

class TestCamera;

/// A picture: Y, U, V one behind the other.
struct Picture {
  int width, height;
  std::vector<uint8_t> bytes;
};

/// One stream of the camera: its picture, scaled if need be, encoded by an x264 of its own in the camera's thread.
class TestStream final : public rtsp_server::VideoSource {
 public:
  TestStream(TestCamera *camera, int width, int height) : camera_(camera), scaled_{width, height, {}} {}

  ocel_ring_config ring(const rtsp_server::VideoSettings &most) override;
  const char *start(ocel_ring *ring, const rtsp_server::VideoSettings &settings, void (*wake)(void *ctx),
                    void *ctx) override;
  void stop() override;
  void request_keyframe() override { this->key_wanted_ = true; }
  void tune(const rtsp_server::VideoSettings &settings) override;
  void set_watched(bool watched) override { this->watched_ = watched; }
  rtsp_server::VideoStats stats() const override { return {this->errors_, this->encode_us_}; }

  /// The camera's thread has the next picture.
  void take(const Picture &picture, uint32_t number);

 protected:
  bool rests_();
  bool encode_(const Picture &picture, uint32_t number);
  bool commit_(const uint8_t *bytes, uint32_t size, ocel_us captured_at);
  void reconfigure_();

  TestCamera *camera_;
  Picture scaled_;
  ocel_ring *ring_{nullptr};
  void (*wake_)(void *ctx){nullptr};
  void *wake_ctx_{nullptr};
  x264_t *encoder_{nullptr};
  bool known_{false};  // Parameter sets have gone out.
  std::atomic<bool> key_wanted_{false}, tuned_{false}, watched_{true};
  std::atomic<uint32_t> errors_{0}, encode_us_{0};
  std::mutex mutex_;  // Guards settings_.
  rtsp_server::VideoSettings settings_{};
};

}  // namespace esphome::rtsp_test_camera
