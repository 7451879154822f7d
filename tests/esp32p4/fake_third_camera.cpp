// SPDX-License-Identifier: Apache-2.0
#include "fake_third_camera.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

extern "C" {
#include "esp_timer.h"
#include "fake_rules.h"
#include "fake_time.h"
}

#include "camera_adapters.h"

fake_third_camera_state fake_third_camera;

namespace {

class ThirdCamera {
 public:
  bool is_streaming() const {
    by_owner();
    return fake_third_camera.is_running;
  }

  bool start_streaming() {
    by_owner();
    if (fake_third_camera.fails_to_start) return false;
    begin();
    return true;
  }

  void stop_streaming() {
    by_owner();
    end();
  }

  bool capture_frame() {
    by_owner();
    RULE("third: it runs", fake_third_camera.is_running);
    if (fake_third_camera.fails_to_capture) return false;
    catch_up();
    if (done_ == 0) {
      fake_time_pass(next_at_ - fake_time_now());
      catch_up();
    }
    current_ = first_;
    first_ = (first_ + 1) % FAKE_THIRD_BUFFERS;
    done_--;  // queued again at once
    fake_third_camera.captured++;
    return true;
  }

  uint8_t *get_image_data() {
    by_owner();
    return fake_third_camera.has_no_data ? nullptr : buffer_[current_];
  }
  uint16_t get_image_width() const { return width_; }
  uint16_t get_image_height() const { return height_; }
  size_t get_image_size() const { return 2u * width_ * height_; }

  void begin() {
    width_ = fake_third_camera.width;
    height_ = fake_third_camera.height;
    first_ = write_ = done_ = 0;
    next_at_ = fake_time_now() + fake_third_camera.period;
    for (uint8_t *&b : buffer_) b = static_cast<uint8_t *>(calloc(1, get_image_size() + 1));
    fake_third_camera.is_running = true;
    fake_third_camera.started++;
  }

  void end() {
    for (uint8_t *&b : buffer_) {
      free(b);
      b = nullptr;
    }
    width_ = height_ = 0;
    fake_third_camera.is_running = false;
    fake_third_camera.stopped++;
  }

  // Grey of the number of the picture, in the upper bits of each colour.
  void catch_up() {
    for (; fake_third_camera.is_running && next_at_ <= fake_time_now();
         next_at_ += fake_third_camera.period) {
      if (done_ == FAKE_THIRD_BUFFERS) continue;  // lost
      const unsigned grey = ++fake_third_camera.written % 31;
      const unsigned pixel = grey << 11 | grey << 6 | grey;
      for (size_t i = 0; i < get_image_size(); i += 2) {
        buffer_[write_][i] = static_cast<uint8_t>(pixel);
        buffer_[write_][i + 1] = static_cast<uint8_t>(pixel >> 8);
      }
      write_ = (write_ + 1) % FAKE_THIRD_BUFFERS;
      done_++;
    }
  }

  void own() { owner_ = pthread_self(); }

 private:
  void by_owner() const {
    RULE("third: one task makes all calls", pthread_equal(owner_, pthread_self()) != 0);
  }

  pthread_t owner_;
  uint16_t width_, height_;
  unsigned first_, write_, done_, current_;
  int64_t next_at_;
  uint8_t *buffer_[FAKE_THIRD_BUFFERS];
};

ThirdCamera camera;
esphome::rtsp_server::RGB565Camera<ThirdCamera> adapter(&camera);

}  // namespace

void fake_third_camera_reset() {
  RULE("third: it is stopped", !fake_third_camera.is_running);
  fake_third_camera = fake_third_camera_state{};
  fake_third_camera.width = 160;
  fake_third_camera.height = 96;
  fake_third_camera.period = 33333;
  camera.own();
}

void fake_third_camera_display(bool on) {
  if (on) {
    camera.begin();
  } else {
    camera.end();
  }
}

void fake_third_camera_catch_up() { camera.catch_up(); }

ocel_frame_source fake_third_camera_source() { return adapter.frame_source(); }
