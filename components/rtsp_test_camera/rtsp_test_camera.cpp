// SPDX-License-Identifier: Apache-2.0
#include "rtsp_test_camera.h"

#include <algorithm>
#include <chrono>

#include "esphome/core/log.h"

namespace esphome::rtsp_test_camera {

static const char *const TAG = "rtsp_test_camera";

TestStream *TestCamera::own_() {
  if (this->stream_ == nullptr)
    this->stream_ = std::make_unique<TestStream>(this, this->picture_.width, this->picture_.height);
  return this->stream_.get();
}

rtsp_server::VideoSource *TestCamera::scaled(uint16_t width, uint16_t height) {
  this->further_.push_back(std::make_unique<TestStream>(this, width, height));
  return this->further_.back().get();
}

void TestCamera::attach(TestStream *stream) {
  {
    std::lock_guard<std::mutex> guard(this->mutex_);
    this->taking_.push_back(stream);
  }
  if (this->running_.exchange(true))
    return;
  this->picture_.bytes.assign(this->picture_.width * this->picture_.height * 3 / 2, 128);
  this->thread_ = std::thread([this] { this->run_(); });
}

void TestCamera::detach(TestStream *stream) {
  bool last;
  {
    std::lock_guard<std::mutex> guard(this->mutex_);
    this->taking_.erase(std::remove(this->taking_.begin(), this->taking_.end(), stream), this->taking_.end());
    last = this->taking_.empty();
  }
  if (!last)
    return;
  this->running_ = false;
  if (this->thread_.joinable())
    this->thread_.join();
}

// A slope that moves, a square that goes round, and a bar for each second of the minute.
void TestCamera::draw_(uint32_t number) {
  const int w = this->picture_.width, h = this->picture_.height;
  const int second = static_cast<int>(number / this->framerate_ % 60);
  const int at = static_cast<int>(number * 4 % (w - w / 8));
  for (int y = 0; y < h; y++) {
    uint8_t *row = &this->picture_.bytes[y * w];
    for (int x = 0; x < w; x++)
      row[x] = static_cast<uint8_t>(16 + (x / 4 + y / 4 + number) % 200);
    if (y >= h / 3 && y < h / 3 + w / 8)
      std::fill_n(row + at, w / 8, 235);
    if (y >= h - h / 10)
      std::fill_n(row, w * (second + 1) / 60, 16);
  }
}

void TestCamera::run_() {
  auto next = std::chrono::steady_clock::now();
  for (uint32_t number = 0; this->running_; number++) {
    this->draw_(number);
    this->jpeg_.show(this->picture_.bytes, this->picture_.width, this->picture_.height);
    {
      std::lock_guard<std::mutex> guard(this->mutex_);
      for (TestStream *stream : this->taking_)
        stream->take(this->picture_, number);
    }
    next += std::chrono::microseconds(1000000 / this->framerate_);
    std::this_thread::sleep_until(next);
  }
}

void TestCamera::dump_config() {
  ESP_LOGCONFIG(TAG,
                "RTSP test camera (no hardware):\n"
                "  Resolution: %dx%d\n"
                "  Framerate: %d fps",
                this->picture_.width, this->picture_.height, this->framerate_);
}

}  // namespace esphome::rtsp_test_camera
