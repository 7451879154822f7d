// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "esphome/components/i2c/i2c_bus.h"
#include "esphome/core/component.h"

#include <source_esp_video.h>

namespace esphome::mipi_dsi_cam {

/// A MIPI-CSI camera through Espressif's esp_video. It prepares the hardware; whoever takes
/// frame_source() starts and stops the sensor.
class MipiDSICamComponent final : public Component {
 public:
  void setup() override;
  void dump_config() override;
  float get_setup_priority() const override { return setup_priority::DATA; }

  void set_i2c_bus(i2c::InternalI2CBus *bus) { this->bus_ = bus; }
  void set_sensor_type(const char *sensor_type) { this->sensor_type_ = sensor_type; }
  void set_xclk(int pin, uint32_t hertz) {
    this->xclk_pin_ = pin;
    this->xclk_hz_ = hertz;
  }
  void set_resolution(uint16_t width, uint16_t height) {
    this->width_ = width;
    this->height_ = height;
  }
  /// The part of the sensor's picture that is shown, and its scale in eighths.
  void set_block(uint16_t width, uint16_t height, uint8_t eighths) {
    this->shape_.block_width = width;
    this->shape_.block_height = height;
    this->shape_.eighths = eighths;
  }
  /// 90 or 270 degrees clockwise; width and height change places.
  void set_quarter_turn(uint16_t degrees) { this->shape_.turn = degrees; }
  void set_framerate(uint8_t framerate) { this->framerate_ = framerate; }
  void set_buffers(uint8_t buffers) { this->buffers_ = buffers; }
  void set_mirror(bool x, bool y) {
    this->mirror_x_ = x;
    this->mirror_y_ = y;
  }

  /// Whether the sensor was found: pictures can be had.
  bool is_pipeline_ready() const { return this->ready_; }
  /// Whether it sends pictures now. From any task.
  bool is_streaming() const { return this->streaming_; }
  /// Of the configuration, known at any time.
  uint16_t get_image_width() const { return this->shape_.turn == 0 ? this->width_ : this->height_; }
  uint16_t get_image_height() const { return this->shape_.turn == 0 ? this->height_ : this->width_; }

  /// The pictures, in the layout that the H.264 encoder reads, for one task.
  ocel_frame_source frame_source();

 protected:
  bool start_clock_();

  i2c::InternalI2CBus *bus_{nullptr};
  const char *sensor_type_{""};
  uint32_t xclk_hz_{0};
  int xclk_pin_{-1};
  uint16_t width_{0}, height_{0};
  uint8_t framerate_{0}, buffers_{0};
  ocel_reshape shape_{};
  bool mirror_x_{false}, mirror_y_{false};
  bool ready_{false};
  std::atomic<bool> streaming_{false};
  ocel_source_esp_video state_{};
  ocel_frame_source source_{};
};

}  // namespace esphome::mipi_dsi_cam
