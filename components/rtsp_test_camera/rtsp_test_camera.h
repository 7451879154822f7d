// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "esphome/components/rtsp_server/video_source.h"
#include "esphome/core/component.h"

struct x264_t;

namespace esphome::rtsp_test_camera {

/// A moving picture, encoded by x264 in a thread of its own.
class TestCamera final : public Component, public rtsp_server::VideoSource {
 public:
  void dump_config() override;

  void set_size(int width, int height) {
    this->width_ = width;
    this->height_ = height;
  }
  void set_framerate(int framerate) { this->framerate_ = framerate; }

  ocel_ring_config ring(const rtsp_server::VideoSettings &most) override;
  const char *start(ocel_ring *ring, const rtsp_server::VideoSettings &settings, void (*wake)(void *ctx),
                    void *ctx) override;
  void stop() override;
  void request_keyframe() override { this->key_wanted_ = true; }
  void tune(const rtsp_server::VideoSettings &settings) override;
  void set_watched(bool watched) override {}
  rtsp_server::VideoStats stats() const override { return {this->errors_, this->encode_us_}; }

 protected:
  void run_();
  void draw_(uint32_t picture);
  bool encode_(uint32_t picture);
  void reconfigure_();

  int width_{0}, height_{0}, framerate_{0};
  ocel_ring *ring_{nullptr};
  void (*wake_)(void *ctx){nullptr};
  void *wake_ctx_{nullptr};
  x264_t *encoder_{nullptr};
  std::vector<uint8_t> picture_;  // Y, U, V
  std::thread thread_;
  std::atomic<bool> running_{false}, key_wanted_{false}, tuned_{false};
  std::atomic<uint32_t> errors_{0}, encode_us_{0};
  std::mutex mutex_;  // Guards settings_.
  rtsp_server::VideoSettings settings_{};
};

}  // namespace esphome::rtsp_test_camera
