// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "video_source.h"

#include <ocel/loop.h>
#include <ocel/server.h>

namespace esphome::rtsp_server {

enum class Start : uint8_t { AUTO, GOP, IDR, LIVE };

/// Where readers begin, as the engine says it.
ocel_start start_of(Start start);

/// Memory for a planned ring, for good: its pictures in PSRAM, the ring itself, which is accessed
/// atomically, in internal memory. nullptr if there is none.
void *reserve_ring(ocel_ring_config &cfg);

/// A stream beside the first: the camera's picture, scaled, with an encoder of its own.
class FurtherStream {
 public:
  FurtherStream(const char *path, uint16_t width, uint16_t height) : path_(path), width_(width), height_(height) {}
  void set_settings(uint32_t bitrate, uint32_t gop, uint32_t qp_min, uint32_t qp_max) {
    this->settings_ = {bitrate, gop, qp_min, qp_max};
  }
  void set_start(Start start) { this->start_ = start; }

  /// Finds its source, and its memory. Main loop, once.
  bool reserve(VideoSource *camera);

  // The server's task.
  /// Joins the server. @return nullptr, or what is wrong (static).
  const char *open(ocel_loop *loop, void (*wake)(void *ctx));
  void stop();
  void want_key(ocel_us now);
  /// It rests when nobody has watched it for ten seconds.
  void look(const ocel_stream_stats &stats, ocel_us now);

  const char *path() const { return this->path_; }
  VideoStats stats() const { return this->source_->stats(); }
  void dump_config() const;

 protected:
  const char *path_;
  uint16_t width_, height_;
  VideoSettings settings_{};
  Start start_{Start::AUTO};
  VideoSource *source_{nullptr};
  ocel_ring_config ring_cfg_{};
  void *ring_memory_{nullptr};
  ocel_us watched_at_{0};
};

}  // namespace esphome::rtsp_server
