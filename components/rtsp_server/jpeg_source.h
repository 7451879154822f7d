// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a camera offers that can give single pictures as JPEG, beside its stream.

#include <cstddef>
#include <cstdint>
#include <memory>

namespace esphome::rtsp_server {

/// A JPEG file in memory, freed with its last user.
class JpegPicture {
 public:
  virtual ~JpegPicture() = default;
  virtual uint8_t *data() = 0;
  virtual size_t size() const = 0;
};

class JpegTaker {
 public:
  /// In the camera's own task; must not wait.
  virtual void take_jpeg(std::shared_ptr<JpegPicture> picture) = 0;

 protected:
  ~JpegTaker() = default;
};

class JpegSource {
 public:
  /// Who gets the pictures that are asked for. Before the first request.
  virtual void set_jpeg_taker(JpegTaker *taker) = 0;

  /// The next picture is wanted as JPEG. From any task; does not wait. None comes while the camera
  /// rests.
  virtual void request_jpeg() = 0;

 protected:
  ~JpegSource() = default;
};

}  // namespace esphome::rtsp_server
