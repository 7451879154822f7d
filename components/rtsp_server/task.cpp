// The task that the server runs in: a thread on a computer, a FreeRTOS task on the board.
#include "rtsp_server.h"

namespace esphome::rtsp_server {

#ifdef USE_HOST

bool RTSPServer::start_task_() {
  this->thread_ = std::thread([this] { this->run_(); });
  this->thread_.detach();
  return true;
}

#else

static const uint32_t STACK = 8192;
static const int PRIORITY = 4;  // below the encoder's, above the main loop's
static const int CORE = 0;      // the encoder has the other one

bool RTSPServer::start_task_() {
  TaskHandle_t handle;
  return xTaskCreatePinnedToCore(
             [](void *self) {
               static_cast<RTSPServer *>(self)->run_();
               vTaskDelete(nullptr);
             },
             "rtsp_server", STACK, this, PRIORITY, &handle, CORE) == pdPASS;
}

#endif

}  // namespace esphome::rtsp_server
