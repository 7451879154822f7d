// SPDX-License-Identifier: Apache-2.0
#include "entities.h"

#include "esphome/core/log.h"

namespace esphome::rtsp_server {

static const char *const TAG = "rtsp_server";

#ifdef USE_SENSOR
static void publish(sensor::Sensor *s, float value) {
  if (s != nullptr && (!s->has_state() || s->get_raw_state() != value))
    s->publish_state(value);
}

void ServerSensors::setup() {
  this->parent_->add_on_update_callback([this] { this->publish_(); });
  for (sensor::Sensor *s : {this->frame_rate_, this->bitrate_})
    publish(s, 0);
  this->publish_();
}

void ServerSensors::publish_() {
  const Snapshot &now = this->parent_->seen();
  if (this->stream_ >= 0) {
    this->publish_stream_(now.streams[this->stream_]);
    return;
  }
  publish(this->clients_, now.server.sessions);
  publish(this->packets_lost_, now.packets_lost);
  publish(this->skipped_frames_, now.server.skipped);
  publish(this->encode_time_, now.video.encode_us / 1000.0f);
  this->publish_rates_(now);
}

void ServerSensors::publish_stream_(const StreamSnapshot &now) {
  publish(this->clients_, now.playing);
  publish(this->frame_rate_, now.frame_rate / 1000.0f);
  publish(this->bitrate_, now.bit_rate / 1000.0f);
  publish(this->packets_lost_, now.packets_lost);
  publish(this->skipped_frames_, now.skipped);
  publish(this->encode_time_, now.encode_us / 1000.0f);
}

// Over at least a second, so that a client that comes or goes does not make them jump.
void ServerSensors::publish_rates_(const Snapshot &now) {
  const ocel_us passed = now.server.uptime - this->before_.server.uptime;
  if (passed >= 0 && passed < OCEL_SECOND * 9 / 10)
    return;
  if (passed > 0) {
    const float seconds = passed / 1e6f;
    publish(this->frame_rate_, (now.stream.access_units - this->before_.stream.access_units) / seconds);
    publish(this->bitrate_, (now.server.bytes - this->before_.server.bytes) * 8 / 1000.0f / seconds);
  }
  this->before_ = now;
}

void ServerSensors::dump_config() {
  LOG_SENSOR("  ", "Clients", this->clients_);
  LOG_SENSOR("  ", "Frame rate", this->frame_rate_);
  LOG_SENSOR("  ", "Bitrate", this->bitrate_);
  LOG_SENSOR("  ", "Packets lost", this->packets_lost_);
  LOG_SENSOR("  ", "Skipped frames", this->skipped_frames_);
  LOG_SENSOR("  ", "Encode time", this->encode_time_);
}
#endif

#ifdef USE_BINARY_SENSOR
void ServerBinarySensors::setup() {
  this->parent_->add_on_update_callback([this] { this->publish_(); });
  this->publish_();
}

void ServerBinarySensors::publish_() {
  if (this->streaming_ != nullptr)
    this->streaming_->publish_state(this->parent_->is_streaming());
  if (this->client_connected_ != nullptr)
    this->client_connected_->publish_state(this->parent_->has_clients());
}

void ServerBinarySensors::dump_config() {
  LOG_BINARY_SENSOR("  ", "Streaming", this->streaming_);
  LOG_BINARY_SENSOR("  ", "Client connected", this->client_connected_);
}
#endif

#ifdef USE_TEXT_SENSOR
static void publish(text_sensor::TextSensor *s, const std::string &value) {
  if (s != nullptr && (!s->has_state() || s->state != value))
    s->publish_state(value);
}

void ServerTextSensors::setup() {
  this->parent_->add_on_update_callback([this] { this->publish_(); });
  this->publish_();
}

void ServerTextSensors::publish_() {
  publish(this->url_, this->parent_->url());
  publish(this->last_client_, this->parent_->last_client());
}

void ServerTextSensors::dump_config() {
  LOG_TEXT_SENSOR("  ", "URL", this->url_);
  LOG_TEXT_SENSOR("  ", "Last client", this->last_client_);
}
#endif

#ifdef USE_SWITCH
void StreamSwitch::setup() {
  const auto state = this->get_initial_state_with_restore_mode();
  this->write_state(state.value_or(this->is_on_()));
  this->parent_->add_on_update_callback([this] {
    if (this->state != this->is_on_())
      this->publish_state(this->is_on_());
  });
}

bool StreamSwitch::is_on_() const {
  return this->stream_ < 0 ? this->parent_->is_enabled() : this->parent_->is_stream_enabled(this->stream_);
}

void StreamSwitch::write_state(bool state) {
  if (this->stream_ >= 0) {
    this->parent_->enable_stream(this->stream_, state);
  } else if (state) {
    this->parent_->start();
  } else {
    this->parent_->stop();
  }
  this->publish_state(state);
}

void StreamSwitch::dump_config() { LOG_SWITCH("  ", "Stream", this); }
#endif

#ifdef USE_NUMBER
void SettingNumber::setup() {
  this->parent_->add_on_update_callback([this] { this->publish_(); });
  this->publish_();
}

void SettingNumber::publish_() {
  const VideoSettings &s = this->parent_->settings();
  const uint32_t values[] = {s.bitrate, s.gop, s.qp_min, s.qp_max};
  const float value = values[static_cast<uint8_t>(this->setting_)];
  if (!this->has_state() || this->state != value)
    this->publish_state(value);
}

void SettingNumber::control(float value) {
  const VideoSettings &s = this->parent_->settings();
  const auto number = static_cast<uint32_t>(value);
  switch (this->setting_) {
    case Setting::BITRATE:
      this->parent_->set_bitrate(number);
      break;
    case Setting::GOP:
      this->parent_->set_gop(number);
      break;
    case Setting::QP_MIN:
      this->parent_->set_qp(number, s.qp_max);
      break;
    case Setting::QP_MAX:
      this->parent_->set_qp(s.qp_min, number);
      break;
  }
  this->publish_();
}

void SettingNumber::dump_config() { LOG_NUMBER("  ", "Setting", this); }
#endif

}  // namespace esphome::rtsp_server
