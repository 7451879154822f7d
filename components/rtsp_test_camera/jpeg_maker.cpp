// SPDX-License-Identifier: Apache-2.0
#include "jpeg_maker.h"

#include <algorithm>

#include "esphome/core/log.h"

#include <turbojpeg.h>

namespace esphome::rtsp_test_camera {

static const char *const TAG = "rtsp_test_camera.jpeg";
static const int QUALITY = 85;

namespace {

class TurboPicture final : public rtsp_server::JpegPicture {
 public:
  ~TurboPicture() override { tjFree(this->bytes_); }
  uint8_t *data() override { return this->bytes_; }
  size_t size() const override { return this->size_; }

  bool encode(const uint8_t *planes, int width, int height) {
    const tjhandle turbo = tjInitCompress();
    const bool done = turbo != nullptr && tjCompressFromYUV(turbo, planes, width, 1, height, TJSAMP_420, &this->bytes_,
                                                            &this->size_, QUALITY, 0) == 0;
    if (turbo != nullptr)
      tjDestroy(turbo);
    return done;
  }

 protected:
  unsigned char *bytes_{nullptr};
  unsigned long size_{0};  // NOLINT(google-runtime-int)
};

// A JPEG file has the full range (T.871).
uint8_t full_range(uint8_t y) { return static_cast<uint8_t>(std::clamp((y - 16) * 255 / 219, 0, 255)); }

}  // namespace

void JpegMaker::show(const std::vector<uint8_t> &picture, int width, int height) {
  rtsp_server::JpegTaker *taker = this->taker_;
  if (taker == nullptr || !this->wanted_.exchange(false))
    return;
  std::vector<uint8_t> planes(picture);
  std::transform(planes.begin(), planes.begin() + width * height, planes.begin(), full_range);
  auto jpeg = std::make_shared<TurboPicture>();
  if (jpeg->encode(planes.data(), width, height)) {
    taker->take_jpeg(jpeg);
  } else {
    ESP_LOGW(TAG, "No JPEG could be made: %s", tjGetErrorStr());
  }
}

}  // namespace esphome::rtsp_test_camera
