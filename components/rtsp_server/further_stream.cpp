// SPDX-License-Identifier: Apache-2.0
#include "further_stream.h"

#include <cinttypes>

#include "esphome/core/helpers.h"
#include "esphome/core/log.h"

namespace esphome::rtsp_server {

static const char *const TAG = "rtsp_server";

static const uint16_t RING_ALIGN = 128;  // the largest cache line of the ESP32-P4
static const ocel_us LINGER = 10 * OCEL_SECOND;

ocel_start start_of(Start start) {
  static const ocel_start STARTS[] = {OCEL_START_DEFAULT, OCEL_START_GOP, OCEL_START_IDR, OCEL_START_LIVE};
  return STARTS[static_cast<uint8_t>(start)];
}

static void *allocate_aligned(uint8_t where, size_t size) {
  uint8_t *memory = RAMAllocator<uint8_t>(where).allocate(size + RING_ALIGN);
  if (memory == nullptr)
    return nullptr;
  const uintptr_t to = reinterpret_cast<uintptr_t>(memory) + RING_ALIGN - 1;
  return reinterpret_cast<void *>(to - to % RING_ALIGN);
}

void *reserve_ring(ocel_ring_config &cfg) {
  cfg.media = allocate_aligned(RAMAllocator<uint8_t>::ALLOC_EXTERNAL, cfg.bytes);
  const size_t size = ocel_ring_size(&cfg);
  if (cfg.media == nullptr || size == 0)
    return nullptr;
  return allocate_aligned(RAMAllocator<uint8_t>::ALLOC_INTERNAL, size);
}

bool FurtherStream::reserve(VideoSource *camera) {
  this->source_ = camera->scaled(this->width_, this->height_);
  if (this->source_ == nullptr)
    return false;
  this->ring_cfg_ = this->source_->ring(this->settings_);
  this->ring_memory_ = reserve_ring(this->ring_cfg_);
  return this->ring_memory_ != nullptr;
}

const char *FurtherStream::open(ocel_loop *loop, void (*wake)(void *ctx)) {
  ocel_ring *ring = ocel_ring_init(this->ring_memory_, ocel_ring_size(&this->ring_cfg_), &this->ring_cfg_);
  ocel_stream_config stream{};
  stream.path = this->path_;
  stream.start = start_of(this->start_);
  stream.keyframe_on_request = true;
  stream.bitrate = this->settings_.bitrate;
  stream.track_count = 1;
  stream.track[0] = ring;
  this->watched_at_ = 0;
  if (ocel_server_add_stream(ocel_loop_server(loop), &stream) < 0)
    return "the server takes no such stream: give each stream a path of its own";
  return this->source_->start(ring, this->settings_, wake, loop);
}

void FurtherStream::stop() { this->source_->stop(); }

void FurtherStream::want_key(ocel_us now) {
  this->watched_at_ = now;
  this->source_->set_watched(true);
  this->source_->request_keyframe();
}

void FurtherStream::look(const ocel_stream_stats &stats, ocel_us now) {
  if (stats.playing > 0 || this->watched_at_ == 0)
    this->watched_at_ = now;
  this->source_->set_watched(now - this->watched_at_ < LINGER);
}

void FurtherStream::dump_config() const {
  ESP_LOGCONFIG(TAG,
                "  Stream %s:\n"
                "    Resolution: %ux%u\n"
                "    Bitrate: %" PRIu32
                " bit/s\n"
                "    GOP: %" PRIu32
                "\n"
                "    QP: %" PRIu32 " to %" PRIu32,
                this->path_, this->width_, this->height_, this->settings_.bitrate, this->settings_.gop,
                this->settings_.qp_min, this->settings_.qp_max);
}

}  // namespace esphome::rtsp_server
