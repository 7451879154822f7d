// SPDX-License-Identifier: Apache-2.0
// What the server does for the streams beside its first, and for the bitrate of that.
#include "rtsp_server.h"

#include <algorithm>
#include <cinttypes>

#include "esphome/core/log.h"

namespace esphome::rtsp_server {

static const char *const TAG = "rtsp_server";

void RTSPServer::add_further_stream(FurtherStream *stream) {
  if (this->further_count_ < this->further_.size())
    this->further_[this->further_count_++] = stream;
}

const char *RTSPServer::path_of_(uint8_t stream) const {
  return stream == 0 || stream > this->further_count_ ? this->stream_path_ : this->further_[stream - 1]->path();
}

void RTSPServer::enable_stream(uint8_t stream, bool enabled) {
  const uint8_t bit = 1u << stream;
  if (enabled) {
    this->disabled_ &= ~bit;
  } else {
    this->disabled_ |= bit;
  }
  LockGuard guard(this->mutex_);
  if (this->loop_ != nullptr)
    ocel_loop_wake(this->loop_);
}

void RTSPServer::tune_() {
  VideoSettings settings = this->settings_;
  if (this->min_bitrate_ != 0 && this->control_.ceiling == settings.bitrate)
    settings.bitrate = this->control_.bitrate;
  this->source_->tune(settings);
}

void RTSPServer::adapt_() {
  const ocel_us now = ocel_loop_now();
  const uint32_t most = this->settings_.bitrate;
  if (this->min_bitrate_ == 0 || !this->seen_.up || now - this->adapted_at_ < OCEL_SECOND * 9 / 10)
    return;
  this->adapted_at_ = now;
  if (this->control_.ceiling != most)
    ocel_bitrate_control_init(&this->control_, std::min(this->min_bitrate_, most), most);
  if (!ocel_bitrate_control_step(&this->control_, &this->seen_.signs, now))
    return;
  ESP_LOGD(TAG, "%" PRIu32 " bit/s from now on, by what the network carries", this->control_.bitrate);
  this->tune_();
}

// ---- the server's task ----

bool RTSPServer::add_further_streams_(ocel_loop *loop) {
  const auto wake = [](void *l) { ocel_loop_wake(static_cast<ocel_loop *>(l)); };
  this->applied_disabled_ = 0;
  for (size_t i = 0; i < this->further_count_; i++) {
    const char *why = this->further_[i]->open(loop, wake);
    if (why == nullptr)
      continue;
    this->fail_(why);
    this->stop_sources_();
    return false;
  }
  return true;
}

void RTSPServer::stop_sources_() {
  for (size_t i = this->further_count_; i > 0; i--)
    this->further_[i - 1]->stop();
  this->source_->stop();
}

void RTSPServer::want_key_(uint32_t stream) {
  if (stream == 0) {
    this->source_->request_keyframe();
  } else {
    this->further_[stream - 1]->want_key(ocel_loop_now());
  }
}

void RTSPServer::apply_enabled_(ocel_us now) {
  const uint8_t disabled = this->disabled_;
  for (uint8_t i = 0; i <= this->further_count_ && disabled != this->applied_disabled_; i++)
    ocel_server_enable_stream(ocel_loop_server(this->loop_), i, (disabled & 1u << i) == 0, now);
  this->applied_disabled_ = disabled;
}

void RTSPServer::look_at_streams_(ocel_us now, Snapshot &s) {
  for (uint8_t i = 0; i <= this->further_count_; i++) {
    ocel_stream_stats stats;
    if (ocel_server_get_stream_stats(ocel_loop_server(this->loop_), i, now, &stats) != OCEL_OK)
      continue;
    if (i > 0)
      this->further_[i - 1]->look(stats, now);
    const VideoStats video = i == 0 ? s.video : this->further_[i - 1]->stats();
    s.streams[i] = {
        .playing = stats.playing,
        .frame_rate = stats.track[0].frame_rate,
        .bit_rate = stats.track[0].bit_rate_sent,
        .packets_lost = 0,
        .skipped = stats.track[0].skipped,
        .encode_us = video.encode_us,
    };
  }
}

}  // namespace esphome::rtsp_server
