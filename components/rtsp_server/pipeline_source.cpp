// SPDX-License-Identifier: Apache-2.0
#include "pipeline_source.h"

#ifdef USE_ESP32_VARIANT_ESP32P4

#include <media_plan.h>

#include "esphome/core/helpers.h"
#include "esphome/core/log.h"

namespace esphome::rtsp_server {

static const char *const TAG = "rtsp_server.pipeline";

// Above the server's task, so that the sensor never waits for the network; docs/esp32p4.md.
static const ocel_pipeline_task TASK = {"rtsp_encode", 8192, 5, 1};

static ocel_pipeline_config config_for(const VideoSettings &settings) {
  ocel_pipeline_config cfg{};
  cfg.bitrate = settings.bitrate;
  cfg.gop = static_cast<uint8_t>(settings.gop);
  cfg.qp_min = static_cast<uint8_t>(settings.qp_min);
  cfg.qp_max = static_cast<uint8_t>(settings.qp_max);
  cfg.key_interval = OCEL_SECOND / 2;
  cfg.linger = 5 * OCEL_SECOND;
  cfg.frame_timeout = 2 * OCEL_SECOND;
  cfg.task = TASK;
  return cfg;
}

ocel_ring_config PipelineSource::ring(const VideoSettings &most) {
  const ocel_ring_config cfg = ocel_media_plan(most.bitrate, static_cast<uint8_t>(most.gop), this->framerate_);
  this->unit_max_ = cfg.unit_max;
  return cfg;
}

const char *PipelineSource::start(ocel_ring *ring, const VideoSettings &settings, void (*wake)(void *ctx), void *ctx) {
  ocel_pipeline_config cfg = config_for(settings);
  cfg.source = this->camera_->frame_source();
  cfg.ring = ring;
  cfg.unit_max = this->unit_max_;
  cfg.wake = wake;
  cfg.wake_ctx = ctx;
  const size_t size = ocel_pipeline_size();
  if (this->memory_ == nullptr)
    this->memory_ = RAMAllocator<uint8_t>(RAMAllocator<uint8_t>::ALLOC_INTERNAL).allocate(size);
  if (this->memory_ == nullptr)
    return "no internal memory for the encoder: remove other components";
  ocel_pipeline *pipeline = ocel_pipeline_init(this->memory_, size, &cfg);
  if (pipeline == nullptr)
    return "the encoder refuses its settings: use a gop of 2 or more and qp_min below qp_max";
  if (!ocel_pipeline_start(pipeline))
    return "no internal memory for the encoder's task: remove other components";
  this->pipeline_ = pipeline;
  return nullptr;
}

// The memory stays, so that whoever has just read pipeline_ does no harm with it.
void PipelineSource::stop() {
  ocel_pipeline *pipeline = this->pipeline_.exchange(nullptr);
  while (pipeline != nullptr && !ocel_pipeline_stop(pipeline, 2 * OCEL_SECOND))
    ESP_LOGW(TAG, "The camera does not answer: waiting for it");
}

void PipelineSource::request_keyframe() {
  if (ocel_pipeline *pipeline = this->pipeline_)
    ocel_pipeline_request_key(pipeline);
}

void PipelineSource::tune(const VideoSettings &settings) {
  ocel_pipeline *pipeline = this->pipeline_;
  if (pipeline == nullptr)
    return;
  const ocel_pipeline_config cfg = config_for(settings);
  if (ocel_pipeline_set_bitrate(pipeline, cfg.bitrate) != OCEL_OK)
    ESP_LOGW(TAG, "The encoder cannot do this bitrate: not changed");
  if (ocel_pipeline_set_gop(pipeline, cfg.gop) != OCEL_OK)
    ESP_LOGW(TAG, "The encoder's GOP is 2 or more: not changed");
  if (ocel_pipeline_set_qp(pipeline, cfg.qp_min, cfg.qp_max) != OCEL_OK)
    ESP_LOGW(TAG, "The encoder cannot do these QP bounds: not changed");
}

void PipelineSource::set_watched(bool watched) {
  if (ocel_pipeline *pipeline = this->pipeline_)
    ocel_pipeline_watch(pipeline, watched);
}

VideoStats PipelineSource::stats() const {
  const ocel_pipeline *pipeline = this->pipeline_;
  if (pipeline == nullptr)
    return {};
  ocel_pipeline_stats s;
  ocel_pipeline_get_stats(pipeline, &s);
  return {s.encode_errors + s.encoder_waits + s.source_errors, s.encode_us};
}

}  // namespace esphome::rtsp_server

#endif
