// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "esphome/core/defines.h"

#ifdef USE_ESP32_VARIANT_ESP32P4

#include <frame_source.h>

namespace esphome::rtsp_server {

/// A camera whose pictures the hardware encoder takes.
class FrameSourceCamera {
 public:
  /// For one user at a time.
  virtual ocel_frame_source frame_source() = 0;

 protected:
  ~FrameSourceCamera() = default;
};

}  // namespace esphome::rtsp_server

#endif
