// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "esphome/components/rtsp_server/jpeg_source.h"
#include "esphome/core/component.h"

#include "jpeg_maker.h"
#include "test_stream.h"

namespace esphome::rtsp_test_camera {

/// A moving picture, drawn and encoded in a thread of its own: at its own size, and at others.
class TestCamera final : public Component, public rtsp_server::VideoSource, public rtsp_server::JpegSource {
 public:
  void dump_config() override;

  void set_size(int width, int height) { this->picture_ = {width, height, {}}; }
  void set_framerate(int framerate) { this->framerate_ = framerate; }
  int framerate() const { return this->framerate_; }

  ocel_ring_config ring(const rtsp_server::VideoSettings &most) override { return this->own_()->ring(most); }
  VideoSource *scaled(uint16_t width, uint16_t height) override;
  const char *start(ocel_ring *ring, const rtsp_server::VideoSettings &settings, void (*wake)(void *ctx),
                    void *ctx) override {
    return this->own_()->start(ring, settings, wake, ctx);
  }
  void stop() override { this->own_()->stop(); }
  void request_keyframe() override { this->own_()->request_keyframe(); }
  void tune(const rtsp_server::VideoSettings &settings) override { this->own_()->tune(settings); }
  void set_watched(bool watched) override {}
  void set_jpeg_taker(rtsp_server::JpegTaker *taker) override { this->jpeg_.set_taker(taker); }
  void request_jpeg() override { this->jpeg_.request(); }
  rtsp_server::VideoStats stats() const override {
    return this->stream_ ? this->stream_->stats() : rtsp_server::VideoStats{};
  }

  /// The thread runs while there are streams that take its pictures.
  void attach(TestStream *stream);
  /// Returns when the thread uses the stream no more.
  void detach(TestStream *stream);

 protected:
  TestStream *own_();
  void run_();
  void draw_(uint32_t number);

  Picture picture_{};
  int framerate_{0};
  std::unique_ptr<TestStream> stream_;
  std::vector<std::unique_ptr<TestStream>> further_;
  JpegMaker jpeg_;
  std::thread thread_;
  std::atomic<bool> running_{false};
  std::mutex mutex_;  // Guards taking_.
  std::vector<TestStream *> taking_;
};

}  // namespace esphome::rtsp_test_camera
