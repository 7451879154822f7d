// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "esphome/components/rtsp_server/video_source.h"
#include "esphome/core/component.h"

namespace esphome::fake_stuck_camera {

/// Fake of a sensor that is dead and of an encoder that hangs: start() and stop() return only when
/// the main loop has gone round so many times more, and no picture ever comes.
class StuckCamera final : public Component, public rtsp_server::VideoSource {
 public:
  void loop() override { this->rounds_++; }
  void on_shutdown() override { this->ending_ = true; }

  ocel_ring_config ring(const rtsp_server::VideoSettings &most) override;
  const char *start(ocel_ring *ring, const rtsp_server::VideoSettings &settings,
                    void (*wake)(void *ctx), void *ctx) override;
  void stop() override { this->hang_("stop"); }
  void request_keyframe() override {}
  void tune(const rtsp_server::VideoSettings &settings) override {}
  void set_watched(bool watched) override {}
  rtsp_server::VideoStats stats() const override { return {}; }

 protected:
  void hang_(const char *where);

  std::atomic<uint32_t> rounds_{0};
  std::atomic<bool> ending_{false};
};

}  // namespace esphome::fake_stuck_camera
