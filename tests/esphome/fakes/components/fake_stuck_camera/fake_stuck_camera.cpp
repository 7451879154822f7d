// SPDX-License-Identifier: Apache-2.0
#include "fake_stuck_camera.h"

#include "esphome/core/hal.h"
#include "esphome/core/log.h"

namespace esphome::fake_stuck_camera {

static const char *const TAG = "fake_stuck_camera";

static const uint32_t ROUNDS = 60;
static const int PATIENCE = 2000;  // steps of 10 ms

ocel_ring_config StuckCamera::ring(const rtsp_server::VideoSettings &most) {
  ocel_ring_config cfg{};
  cfg.unit_max = 65536;
  cfg.bytes = 3 * (cfg.unit_max + OCEL_RING_OVERHEAD);
  cfg.records = 16;
  cfg.align = 64;
  return cfg;
}

const char *StuckCamera::start(ocel_ring *ring, const rtsp_server::VideoSettings &settings,
                               void (*wake)(void *ctx), void *ctx) {
  this->hang_("start");
  return nullptr;
}

void StuckCamera::hang_(const char *where) {
  const uint32_t until = this->rounds_ + ROUNDS;
  ESP_LOGI(TAG, "%s hangs", where);
  for (int i = 0; i < PATIENCE && !this->ending_; i++) {
    if (static_cast<int32_t>(this->rounds_ - until) >= 0) {
      ESP_LOGI(TAG, "%s returns: the main loop went on", where);
      return;
    }
    delay(10);
  }
  if (!this->ending_) ESP_LOGE(TAG, "%s returns: the main loop stands still", where);
}

}  // namespace esphome::fake_stuck_camera
