// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>

#include "esphome/components/i2c/i2c_bus.h"
#include "esphome/core/component.h"
#include "esphome/core/helpers.h"

#include <shared_camera.h>
#include <source_esp_video.h>

namespace esphome::mipi_dsi_cam {

/// A picture that was handed out; the third-party component calls it so.
struct SimpleBufferElement {
  uint8_t *data;
  bool allocated;
  uint32_t index;
};

/// What can be set of the picture; units as in controls.h.
enum class Control : uint8_t {
  AUTO_EXPOSURE = OCEL_CONTROL_AUTO_EXPOSURE,
  EXPOSURE = OCEL_CONTROL_EXPOSURE,
  GAIN = OCEL_CONTROL_GAIN,
  EXPOSURE_TARGET = OCEL_CONTROL_EXPOSURE_TARGET,
  BRIGHTNESS = OCEL_CONTROL_BRIGHTNESS,
  CONTRAST = OCEL_CONTROL_CONTRAST,
  SATURATION = OCEL_CONTROL_SATURATION,
  RED_BALANCE = OCEL_CONTROL_RED_BALANCE,
  BLUE_BALANCE = OCEL_CONTROL_BLUE_BALANCE,
};

/// A MIPI-CSI camera through Espressif's esp_video. The sensor runs while rtsp_server or a caller
/// of start_streaming() wants it. The stream's pictures are not copied; the methods that displays
/// and web servers call give RGB565 copies, made by the PPA when they are asked for.
class MipiDSICamComponent final : public Component {
 public:
  void setup() override;
  void loop() override;
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
    this->config_.shape.block_width = width;
    this->config_.shape.block_height = height;
    this->config_.shape.eighths = eighths;
  }
  /// 90 or 270 degrees clockwise; width and height change places.
  void set_quarter_turn(uint16_t degrees) { this->config_.shape.turn = degrees; }
  void set_framerate(uint8_t framerate) { this->config_.fps = framerate; }
  void set_buffers(uint8_t buffers) { this->config_.buffers = buffers; }
  void set_mirror(bool x, bool y) {
    this->config_.mirror = x;
    this->config_.flip = y;
  }
  void set_jpeg_quality(uint8_t quality) { this->jpeg_quality_ = quality; }

  /// White balance of a sensor whose algorithm does not set it.
  void set_rgb_gains_config(float red, float green, float blue);

  /// From the next picture on. From any task.
  bool set_control(Control control, int32_t value);
  /// Under the names of the third-party component. 0 microseconds: automatic.
  bool set_exposure(int microseconds);
  bool set_gain(int thousandths) { return this->set_control(Control::GAIN, thousandths); }
  bool set_brightness(int value) { return this->set_control(Control::BRIGHTNESS, value); }
  bool set_contrast(int value) { return this->set_control(Control::CONTRAST, value); }
  bool set_saturation(int value) { return this->set_control(Control::SATURATION, value); }

  /// Whether the sensor was found: pictures can be had.
  bool is_pipeline_ready() const { return this->ready_; }
  /// Whether it sends pictures, for whomever, or will at once. From any task.
  bool is_streaming() const { return this->streaming_ || ocel_shared_camera_runs(this->camera_); }

  /// Lets the sensor run for capture_frame(). From the main loop.
  bool start_streaming();
  /// Takes that back; the sensor runs on while rtsp_server streams.
  void stop_streaming();

  /// Whether there is a new picture for the methods below. In the main loop it does not wait, so
  /// the first call is false; in another task it waits for one, a second at most.
  bool capture_frame();
  /// The picture of the last capture_frame(), RGB565, little-endian; nullptr before the first. It
  /// is whole until the capture_frame() after the next.
  uint8_t *get_image_data() { return this->buffer_.data; }
  size_t get_image_size() const { return this->picture_.size; }
  /// Of the configuration, known at any time.
  uint16_t get_image_width() const { return this->is_turned_() ? this->height_ : this->width_; }
  uint16_t get_image_height() const { return this->is_turned_() ? this->width_ : this->height_; }

  /// The same picture as a buffer; nullptr before the first.
  SimpleBufferElement *acquire_buffer();
  void release_buffer(SimpleBufferElement *buffer);
  uint8_t *get_buffer_data(SimpleBufferElement *buffer) { return buffer != nullptr ? buffer->data : nullptr; }
  uint32_t get_buffer_index(SimpleBufferElement *buffer) { return buffer != nullptr ? buffer->index : 0; }
  /// Captures if there is a new picture, and gives the last one; false before the first.
  bool get_current_rgb_frame(SimpleBufferElement **buffer, uint8_t **data, int *width, int *height);

  /// Writes a JPEG file. In the main loop it only begins, and on_snapshot tells the end; false if
  /// one is being taken already. In another task it waits for the end.
  bool capture_snapshot_to_file(const std::string &path);
  void capture_snapshot(const std::string &path) { this->capture_snapshot_to_file(path); }
  template<typename F>
  void add_on_snapshot_callback(F &&callback) {
    this->snapshot_callback_.add(std::forward<F>(callback));
  }

  /// The stream's pictures, in the layout that the H.264 encoder reads, for one task.
  ocel_frame_source frame_source() { return ocel_shared_camera_source(this->camera_); }

 protected:
  bool is_turned_() const { return this->config_.shape.turn != 0; }
  bool in_main_loop_() const;
  bool start_clock_();
  const char *start_hardware_();
  ocel_camera_controls *controls_();
  void tell_refusals_();
  void tell_snapshot_();
  void want_sensor_();
  bool take_snapshot_(const std::string &path);
  bool write_snapshot_(const std::string &path);
  static void snapshot_task_(void *self);

  i2c::InternalI2CBus *bus_{nullptr};
  const char *sensor_type_{""};
  uint32_t xclk_hz_{0};
  int xclk_pin_{-1};
  uint16_t width_{0}, height_{0};
  uint8_t jpeg_quality_{80};
  bool ready_{false};
  ocel_source_esp_video_config config_{};
  ocel_source_esp_video state_{};
  ocel_shared_camera *camera_{nullptr};
  uint32_t refused_{0};
  void *main_task_{nullptr};

  Mutex wants_;
  std::atomic<bool> streaming_{false};
  std::atomic<bool> snapshot_wants_{false};
  Mutex pictures_;  // Held while one is taken, and while a snapshot reads its own.
  ocel_rgb_picture picture_{};
  SimpleBufferElement buffer_{};

  enum SnapshotState : uint8_t { SNAPSHOT_NONE, SNAPSHOT_RUNNING, SNAPSHOT_DONE, SNAPSHOT_FAILED };
  std::atomic<SnapshotState> snapshot_{SNAPSHOT_NONE};
  std::string snapshot_path_;
  CallbackManager<void(std::string, bool)> snapshot_callback_;
};

using MipiDsiCam = MipiDSICamComponent;

}  // namespace esphome::mipi_dsi_cam
