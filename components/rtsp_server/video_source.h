// SPDX-License-Identifier: Apache-2.0
#pragma once
// What rtsp_server asks of a camera: H.264 in a media ring. A camera component that implements
// this can stand behind `camera_id`.

#include <cstdint>

#include <ocel/ring.h>

namespace esphome::rtsp_server {

/// What the encoder aims at; may change at any time.
struct VideoSettings {
  uint32_t bitrate;  ///< Bits per second.
  uint32_t gop;      ///< Pictures from one key picture to the next.
  uint32_t qp_min, qp_max;
};

struct VideoStats {
  uint32_t errors;     ///< Pictures lost to the sensor or the encoder.
  uint32_t encode_us;  ///< What the newest picture took, microseconds.
};

class VideoSource {
 public:
  /// The ring that is needed, without memory. `most` has the largest bitrate that will be asked
  /// for. Called before the first start.
  virtual ocel_ring_config ring(const VideoSettings &most) = 0;

  /// A further stream of the same pictures, scaled down to so many; nullptr if this source makes none. Asked for before
  /// the first start; such a stream is started after this one, and stopped before it.
  virtual VideoSource *scaled(uint16_t width, uint16_t height) { return nullptr; }

  /// Begins to commit access units to `ring`; `wake(ctx)` follows each, from the source's own
  /// task. Called again after stop, with the same ring or another.
  /// @return nullptr, or what is wrong and what to do about it (static).
  virtual const char *start(ocel_ring *ring, const VideoSettings &settings, void (*wake)(void *ctx), void *ctx) = 0;

  /// Returns when nothing is committed any more.
  virtual void stop() = 0;

  /// The rest may be called from any task while the source runs; none of it waits.
  virtual void request_keyframe() = 0;
  virtual void tune(const VideoSettings &settings) = 0;
  /// Whether anybody watches: without, sensor and encoder may rest.
  virtual void set_watched(bool watched) = 0;
  virtual VideoStats stats() const = 0;

 protected:
  ~VideoSource() = default;
};

}  // namespace esphome::rtsp_server
