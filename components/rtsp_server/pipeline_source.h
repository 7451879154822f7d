// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame_source_camera.h"
#include "video_source.h"

#ifdef USE_ESP32_VARIANT_ESP32P4

#include <atomic>

#include <pipeline.h>

namespace esphome::rtsp_server {

/// A camera's pictures through the ESP32-P4's hardware encoder.
class PipelineSource final : public VideoSource {
 public:
  void set_camera(FrameSourceCamera *camera) { this->camera_ = camera; }
  void set_framerate(uint8_t framerate) { this->framerate_ = framerate; }

  ocel_ring_config ring(const VideoSettings &most) override;
  const char *start(ocel_ring *ring, const VideoSettings &settings, void (*wake)(void *ctx), void *ctx) override;
  void stop() override;
  void request_keyframe() override;
  void tune(const VideoSettings &settings) override;
  void set_watched(bool watched) override;
  VideoStats stats() const override;

 protected:
  FrameSourceCamera *camera_{nullptr};
  uint8_t framerate_{0};
  uint32_t unit_max_{0};
  uint8_t *memory_{nullptr};
  std::atomic<ocel_pipeline *> pipeline_{nullptr};  // Not null while it runs.
};

}  // namespace esphome::rtsp_server

#endif
