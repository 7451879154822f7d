// SPDX-License-Identifier: Apache-2.0
// A JPEG file of one picture. It takes longer than the main loop may wait, so a task does it.
#include "mipi_dsi_cam.h"

#include <cstdio>

#include "esphome/core/log.h"

#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#include <jpeg.h>

namespace esphome::mipi_dsi_cam {

static const char *const TAG = "mipi_dsi_cam.snapshot";

static const uint32_t STACK = 6144;
static const uint32_t PRIORITY = 2;
// Exposure and white balance find their values in the first pictures.
static const uint32_t SETTLE_MS = 1500;
static const ocel_us PICTURE_WAIT = 3 * OCEL_SECOND;

bool MipiDSICamComponent::capture_snapshot_to_file(const std::string &path) {
  SnapshotState none = SNAPSHOT_NONE;
  if (!this->ready_ || !this->snapshot_.compare_exchange_strong(none, SNAPSHOT_RUNNING))
    return false;
  this->snapshot_path_ = path;
  if (!this->in_main_loop_()) {
    const bool done = this->take_snapshot_(path);
    this->snapshot_ = done ? SNAPSHOT_DONE : SNAPSHOT_FAILED;
    return done;
  }
  if (xTaskCreatePinnedToCore(snapshot_task_, "snapshot", STACK, this, PRIORITY, nullptr, tskNO_AFFINITY) == pdPASS)
    return true;
  ESP_LOGE(TAG, "No internal memory for the task: remove other components");
  this->snapshot_ = SNAPSHOT_FAILED;
  return false;
}

void MipiDSICamComponent::snapshot_task_(void *self) {
  auto *camera = static_cast<MipiDSICamComponent *>(self);
  const bool done = camera->take_snapshot_(camera->snapshot_path_);
  camera->snapshot_ = done ? SNAPSHOT_DONE : SNAPSHOT_FAILED;
  vTaskDelete(nullptr);
}

static bool write_file(const std::string &path, const ocel_jpeg &jpeg) {
  FILE *file = fopen(path.c_str(), "wb");
  if (file == nullptr) {
    ESP_LOGE(TAG, "Cannot write '%s': is a file system mounted there?", path.c_str());
    return false;
  }
  const bool written = fwrite(jpeg.data, 1, jpeg.size, file) == jpeg.size;
  const bool closed = fclose(file) == 0;
  if (!written || !closed)
    ESP_LOGE(TAG, "Cannot write all of '%s': is there room?", path.c_str());
  return written && closed;
}

static bool write_picture(const std::string &path, const ocel_rgb_picture &picture, uint8_t quality) {
  ocel_jpeg jpeg{};
  const ocel_source_result rc = ocel_jpeg_encode(&picture, quality, &jpeg);
  if (rc == OCEL_SOURCE_UNSUPPORTED)
    ESP_LOGE(TAG, "No JPEG of this size: choose a width divisible by 16 and a height by 8");
  if (rc != OCEL_SOURCE_OK) {
    ESP_LOGE(TAG, "The JPEG encoder failed");
    return false;
  }
  const bool written = write_file(path, jpeg);
  ocel_jpeg_free(&jpeg);
  return written;
}

bool MipiDSICamComponent::write_snapshot_(const std::string &path) {
  LockGuard lock(this->pictures_);
  ocel_rgb_picture picture{};
  if (ocel_shared_camera_picture(this->camera_, PICTURE_WAIT, &picture))
    return write_picture(path, picture, this->jpeg_quality_);
  ESP_LOGE(TAG, "No picture came: check the sensor");
  return false;
}

bool MipiDSICamComponent::take_snapshot_(const std::string &path) {
  const bool was_running = ocel_shared_camera_runs(this->camera_);
  this->snapshot_wants_ = true;
  this->want_sensor_();
  if (!was_running)
    vTaskDelay(pdMS_TO_TICKS(SETTLE_MS));
  const bool written = this->write_snapshot_(path);
  this->snapshot_wants_ = false;
  this->want_sensor_();
  return written;
}

void MipiDSICamComponent::tell_snapshot_() {
  const SnapshotState state = this->snapshot_;
  if (state != SNAPSHOT_DONE && state != SNAPSHOT_FAILED)
    return;
  const std::string path = this->snapshot_path_;
  this->snapshot_ = SNAPSHOT_NONE;
  this->snapshot_callback_.call(path, state == SNAPSHOT_DONE);
}

}  // namespace esphome::mipi_dsi_cam
