// SPDX-License-Identifier: Apache-2.0
#include "mipi_dsi_cam.h"

#include <cinttypes>

#include "esphome/core/log.h"

#include <driver/i2c_master.h>
#include <esp_cam_sensor_xclk.h>
#include <esp_video_init.h>
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>

namespace esphome::mipi_dsi_cam {

static const char *const TAG = "mipi_dsi_cam";

static const uint32_t SCCB_HZ = 100000;

void MipiDSICamComponent::setup() {
  this->main_task_ = xTaskGetCurrentTaskHandle();
  const size_t size = ocel_shared_camera_size();
  uint8_t *memory = RAMAllocator<uint8_t>(RAMAllocator<uint8_t>::ALLOC_INTERNAL).allocate(size);
  this->controls_();
  const ocel_frame_source source = ocel_source_esp_video_init(&this->state_, &this->config_);
  this->camera_ = ocel_shared_camera_init(memory, memory != nullptr ? size : 0, &source);
  if (this->camera_ == nullptr) {
    this->mark_failed(LOG_STR("no internal memory: remove other components"));
    return;
  }
  // Without hardware there is no device to open, so that whoever has the source is told.
  if (const char *why = this->start_hardware_()) {
    ESP_LOGE(TAG, "%s", why);
    this->mark_failed(LOG_STR("no pictures"));
    return;
  }
  this->ready_ = true;
}

const char *MipiDSICamComponent::start_hardware_() {
  if (!this->start_clock_())
    return "the clock of the sensor does not start: choose another xclk_pin";
  esp_video_init_csi_config_t csi{};
  csi.sccb_config.init_sccb = false;
  csi.sccb_config.freq = SCCB_HZ;
  csi.reset_pin = GPIO_NUM_NC;
  csi.pwdn_pin = GPIO_NUM_NC;
  if (i2c_master_get_bus_handle(this->bus_->get_port(), &csi.sccb_config.i2c_handle) != ESP_OK)
    return "the I2C bus is not ready: see what it logs";
  esp_video_init_config_t config{};
  config.csi = &csi;
  const esp_err_t rc = esp_video_init(&config);
  if (rc == ESP_OK)
    return nullptr;
  ESP_LOGE(TAG, "esp_video_init: %s", esp_err_to_name(rc));
  return "no sensor: check the cable, sensor_type, i2c_id and xclk_pin";
}

bool MipiDSICamComponent::start_clock_() {
  if (this->xclk_pin_ < 0)
    return true;
  esp_cam_sensor_xclk_handle_t clock = nullptr;
  if (esp_cam_sensor_xclk_allocate(ESP_CAM_SENSOR_XCLK_ESP_CLOCK_ROUTER, &clock) != ESP_OK)
    return false;
  esp_cam_sensor_xclk_config_t config{};
  config.esp_clock_router_cfg.xclk_pin = static_cast<gpio_num_t>(this->xclk_pin_);
  config.esp_clock_router_cfg.xclk_freq_hz = this->xclk_hz_;
  return esp_cam_sensor_xclk_start(clock, &config) == ESP_OK;
}

bool MipiDSICamComponent::in_main_loop_() const { return xTaskGetCurrentTaskHandle() == this->main_task_; }

void MipiDSICamComponent::loop() {
  this->tell_snapshot_();
  this->tell_refusals_();
}

// ---- controls ----

// Entities may come before the camera.
ocel_camera_controls *MipiDSICamComponent::controls_() {
  if (this->config_.controls == nullptr) {
    const size_t size = ocel_controls_size();
    uint8_t *memory = RAMAllocator<uint8_t>(RAMAllocator<uint8_t>::ALLOC_INTERNAL).allocate(size);
    this->config_.controls = ocel_controls_init(memory, memory != nullptr ? size : 0);
  }
  return this->config_.controls;
}

bool MipiDSICamComponent::set_control(Control control, int32_t value) {
  ocel_camera_controls *controls = this->controls_();
  if (controls != nullptr)
    ocel_controls_set(controls, static_cast<ocel_control>(control), value);
  return controls != nullptr;
}

bool MipiDSICamComponent::set_exposure(int microseconds) {
  const bool set = this->set_control(Control::AUTO_EXPOSURE, microseconds == 0);
  return microseconds == 0 ? set : this->set_control(Control::EXPOSURE, microseconds);
}

void MipiDSICamComponent::set_rgb_gains_config(float red, float green, float blue) {
  this->set_control(Control::RED_BALANCE, static_cast<int32_t>(1000 * red / green));
  this->set_control(Control::BLUE_BALANCE, static_cast<int32_t>(1000 * blue / green));
}

static const char *const CONTROL_NAMES[OCEL_CONTROLS] = {"auto_exposure",   "exposure",    "gain",
                                                         "exposure_target", "brightness",  "contrast",
                                                         "saturation",      "red_balance", "blue_balance"};

void MipiDSICamComponent::tell_refusals_() {
  const uint32_t refused = this->config_.controls != nullptr ? ocel_controls_refused(this->config_.controls) : 0;
  for (int i = 0; i < OCEL_CONTROLS; i++) {
    if (refused & ~this->refused_ & (1u << i))
      ESP_LOGW(TAG, "The hardware refuses %s: set another value", CONTROL_NAMES[i]);
  }
  this->refused_ = refused;
}

// ---- the sensor, for displays ----

bool MipiDSICamComponent::start_streaming() {
  if (!this->ready_)
    return false;
  this->streaming_ = true;
  this->want_sensor_();
  return true;
}

void MipiDSICamComponent::stop_streaming() {
  this->streaming_ = false;
  this->want_sensor_();
}

void MipiDSICamComponent::want_sensor_() {
  LockGuard lock(this->wants_);
  if (!this->streaming_ && !this->snapshot_wants_) {
    ocel_shared_camera_stop(this->camera_);
  } else if (!ocel_shared_camera_start(this->camera_)) {
    ESP_LOGE(TAG, "No internal memory for the camera's task: remove other components");
  }
}

// ---- single pictures ----

bool MipiDSICamComponent::capture_frame() {
  if (!this->ready_)
    return false;
  const bool waits = !this->in_main_loop_();
  if (waits) {
    this->pictures_.lock();
  } else if (!this->pictures_.try_lock()) {
    return false;
  }
  const bool taken = ocel_shared_camera_picture(this->camera_, waits ? OCEL_SECOND : 0, &this->picture_);
  if (taken) {
    this->buffer_.data = const_cast<uint8_t *>(this->picture_.data);  // others draw into it
    this->buffer_.index++;
  }
  this->pictures_.unlock();
  return taken;
}

SimpleBufferElement *MipiDSICamComponent::acquire_buffer() {
  if (this->buffer_.data == nullptr)
    return nullptr;
  this->buffer_.allocated = true;
  return &this->buffer_;
}

void MipiDSICamComponent::release_buffer(SimpleBufferElement *buffer) {
  if (buffer != nullptr)
    buffer->allocated = false;
}

bool MipiDSICamComponent::get_current_rgb_frame(SimpleBufferElement **buffer, uint8_t **data, int *width, int *height) {
  this->capture_frame();
  *buffer = this->acquire_buffer();
  if (*buffer == nullptr)
    return false;
  *data = (*buffer)->data;
  *width = this->get_image_width();
  *height = this->get_image_height();
  return true;
}

void MipiDSICamComponent::dump_config() {
  ESP_LOGCONFIG(TAG,
                "MIPI-CSI camera:\n"
                "  Sensor: %s\n"
                "  Resolution: %ux%u\n"
                "  Framerate: %u fps\n"
                "  Buffers: %u\n"
                "  Mirror: x %s, y %s\n"
                "  Turned: %u degrees\n"
                "  JPEG quality: %u",
                this->sensor_type_, this->get_image_width(), this->get_image_height(), this->config_.fps,
                this->config_.buffers, YESNO(this->config_.mirror), YESNO(this->config_.flip), this->config_.shape.turn,
                this->jpeg_quality_);
  if (this->xclk_pin_ >= 0)
    ESP_LOGCONFIG(TAG, "  Clock: %" PRIu32 " Hz on GPIO%d", this->xclk_hz_, this->xclk_pin_);
}

}  // namespace esphome::mipi_dsi_cam
