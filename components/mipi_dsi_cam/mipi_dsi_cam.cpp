// SPDX-License-Identifier: Apache-2.0
#include "mipi_dsi_cam.h"

#include <cinttypes>

#include "esphome/core/log.h"

#include <driver/i2c_master.h>
#include <esp_cam_sensor_xclk.h>
#include <esp_video_init.h>

namespace esphome::mipi_dsi_cam {

static const char *const TAG = "mipi_dsi_cam";

static const uint32_t SCCB_HZ = 100000;

void MipiDSICamComponent::setup() {
  if (!this->start_clock_()) {
    this->mark_failed(LOG_STR("the clock of the sensor does not start: choose another xclk_pin"));
    return;
  }
  esp_video_init_csi_config_t csi{};
  csi.sccb_config.init_sccb = false;
  csi.sccb_config.freq = SCCB_HZ;
  csi.reset_pin = GPIO_NUM_NC;
  csi.pwdn_pin = GPIO_NUM_NC;
  if (i2c_master_get_bus_handle(this->bus_->get_port(), &csi.sccb_config.i2c_handle) != ESP_OK) {
    this->mark_failed(LOG_STR("the I2C bus is not ready: see what it logs"));
    return;
  }
  esp_video_init_config_t config{};
  config.csi = &csi;
  const esp_err_t rc = esp_video_init(&config);
  if (rc != ESP_OK) {
    ESP_LOGE(TAG, "esp_video_init: %s", esp_err_to_name(rc));
    this->mark_failed(LOG_STR("no sensor: check the cable, sensor_type, i2c_id and xclk_pin"));
    return;
  }
  this->ready_ = true;
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

// What the source does, but is_streaming() tells of it.
ocel_frame_source MipiDSICamComponent::frame_source() {
  ocel_source_esp_video_config cfg{};
  cfg.fps = this->framerate_;
  cfg.buffers = this->buffers_;
  cfg.mirror = this->mirror_x_;
  cfg.flip = this->mirror_y_;
  cfg.shape = this->shape_;
  this->source_ = ocel_source_esp_video_init(&this->state_, &cfg);
  ocel_frame_source outer{};
  outer.ctx = this;
  outer.open = [](void *self) {
    auto *cam = static_cast<MipiDSICamComponent *>(self);
    return cam->ready_ ? cam->source_.open(cam->source_.ctx) : OCEL_SOURCE_FAILED;
  };
  outer.start = [](void *self, ocel_frame_format *format) {
    auto *cam = static_cast<MipiDSICamComponent *>(self);
    const ocel_source_result rc = cam->source_.start(cam->source_.ctx, format);
    cam->streaming_ = rc == OCEL_SOURCE_OK;
    return rc;
  };
  outer.acquire = [](void *self, ocel_us timeout, ocel_frame *frame) {
    auto &source = static_cast<MipiDSICamComponent *>(self)->source_;
    return source.acquire(source.ctx, timeout, frame);
  };
  outer.release = [](void *self, const ocel_frame *frame) {
    auto &source = static_cast<MipiDSICamComponent *>(self)->source_;
    source.release(source.ctx, frame);
  };
  outer.stop = [](void *self) {
    auto *cam = static_cast<MipiDSICamComponent *>(self);
    cam->streaming_ = false;
    cam->source_.stop(cam->source_.ctx);
  };
  outer.close = [](void *self) {
    auto &source = static_cast<MipiDSICamComponent *>(self)->source_;
    source.close(source.ctx);
  };
  return outer;
}

void MipiDSICamComponent::dump_config() {
  ESP_LOGCONFIG(TAG,
                "MIPI-CSI camera:\n"
                "  Sensor: %s\n"
                "  Resolution: %ux%u\n"
                "  Framerate: %u fps\n"
                "  Buffers: %u\n"
                "  Mirror: x %s, y %s\n"
                "  Turned: %u degrees",
                this->sensor_type_, this->get_image_width(), this->get_image_height(), this->framerate_, this->buffers_,
                YESNO(this->mirror_x_), YESNO(this->mirror_y_), this->shape_.turn);
  if (this->xclk_pin_ >= 0)
    ESP_LOGCONFIG(TAG, "  Clock: %" PRIu32 " Hz on GPIO%d", this->xclk_hz_, this->xclk_pin_);
}

}  // namespace esphome::mipi_dsi_cam
