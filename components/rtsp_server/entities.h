// SPDX-License-Identifier: Apache-2.0
#pragma once
// What Home Assistant sees of the server. Each entity shows a value from boot on.

#include <initializer_list>

#include "rtsp_server.h"

#ifdef USE_SENSOR
#include "esphome/components/sensor/sensor.h"
#endif
#ifdef USE_BINARY_SENSOR
#include "esphome/components/binary_sensor/binary_sensor.h"
#endif
#ifdef USE_TEXT_SENSOR
#include "esphome/components/text_sensor/text_sensor.h"
#endif
#ifdef USE_SWITCH
#include "esphome/components/switch/switch.h"
#endif
#ifdef USE_BUTTON
#include "esphome/components/button/button.h"
#endif
#ifdef USE_NUMBER
#include "esphome/components/number/number.h"
#endif

namespace esphome::rtsp_server {

#ifdef USE_SENSOR
class ServerSensors final : public Component, public Parented<RTSPServer> {
 public:
  void setup() override;
  void dump_config() override;
  void set_clients_sensor(sensor::Sensor *s) { this->clients_ = s; }
  void set_frame_rate_sensor(sensor::Sensor *s) { this->frame_rate_ = s; }
  void set_bitrate_sensor(sensor::Sensor *s) { this->bitrate_ = s; }
  void set_packets_lost_sensor(sensor::Sensor *s) { this->packets_lost_ = s; }
  void set_skipped_frames_sensor(sensor::Sensor *s) { this->skipped_frames_ = s; }
  void set_encode_time_sensor(sensor::Sensor *s) { this->encode_time_ = s; }
  /// Of one stream alone; else of the whole server.
  void set_stream(uint8_t stream) { this->stream_ = stream; }

 protected:
  void publish_();
  void publish_stream_(const StreamSnapshot &now);
  void publish_rates_(const Snapshot &now);

  sensor::Sensor *clients_{nullptr}, *frame_rate_{nullptr}, *bitrate_{nullptr}, *packets_lost_{nullptr},
      *skipped_frames_{nullptr}, *encode_time_{nullptr};
  int8_t stream_{-1};
  Snapshot before_{};  // What the rates are counted from.
};
#endif

#ifdef USE_BINARY_SENSOR
class ServerBinarySensors final : public Component, public Parented<RTSPServer> {
 public:
  void setup() override;
  void dump_config() override;
  void set_streaming_sensor(binary_sensor::BinarySensor *s) { this->streaming_ = s; }
  void set_client_connected_sensor(binary_sensor::BinarySensor *s) { this->client_connected_ = s; }

 protected:
  void publish_();

  binary_sensor::BinarySensor *streaming_{nullptr}, *client_connected_{nullptr};
};
#endif

#ifdef USE_TEXT_SENSOR
class ServerTextSensors final : public Component, public Parented<RTSPServer> {
 public:
  void setup() override;
  void dump_config() override;
  void set_url_sensor(text_sensor::TextSensor *s) { this->url_ = s; }
  void set_last_client_sensor(text_sensor::TextSensor *s) { this->last_client_ = s; }

 protected:
  void publish_();

  text_sensor::TextSensor *url_{nullptr}, *last_client_{nullptr};
};
#endif

#ifdef USE_SWITCH
/// Of the whole server, which closes its ports; or of one stream, which is then not found.
class StreamSwitch final : public switch_::Switch, public Component, public Parented<RTSPServer> {
 public:
  void setup() override;
  void dump_config() override;
  void set_stream(uint8_t stream) { this->stream_ = stream; }
  float get_setup_priority() const override { return setup_priority::AFTER_CONNECTION + 1.0f; }

 protected:
  void write_state(bool state) override;
  bool is_on_() const;

  int8_t stream_{-1};
};
#endif

#ifdef USE_BUTTON
class KeyFrameButton final : public button::Button, public Parented<RTSPServer> {
 protected:
  void press_action() override { this->parent_->request_keyframe(); }
};
#endif

#ifdef USE_NUMBER
enum class Setting : uint8_t { BITRATE, GOP, QP_MIN, QP_MAX };

class SettingNumber final : public number::Number, public Component, public Parented<RTSPServer> {
 public:
  void setup() override;
  void dump_config() override;
  void set_setting(Setting setting) { this->setting_ = setting; }

 protected:
  void control(float value) override;
  void publish_();

  Setting setting_{};
};
#endif

}  // namespace esphome::rtsp_server
