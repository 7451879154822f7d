// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <vector>

#include "esphome/components/rtsp_server/jpeg_source.h"

namespace esphome::rtsp_test_camera {

/// Makes JPEG files of the test picture, when one has been asked for.
class JpegMaker {
 public:
  void set_taker(rtsp_server::JpegTaker *taker) { this->taker_ = taker; }
  void request() { this->wanted_ = true; }

  /// The newest picture: Y, U and V of the limited range, 4:2:0. In the camera's thread.
  void show(const std::vector<uint8_t> &picture, int width, int height);

 protected:
  std::atomic<rtsp_server::JpegTaker *> taker_{nullptr};
  std::atomic<bool> wanted_{false};
};

}  // namespace esphome::rtsp_test_camera
