// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "esphome/core/component.h"
#include "esphome/core/defines.h"
#include "esphome/core/helpers.h"

#ifdef USE_OTA_STATE_LISTENER
#include "esphome/components/ota/ota_backend.h"
#endif

#include "further_stream.h"
#include "kept_certificate.h"
#include "video_source.h"

#include <ocel/bitrate_control.h>
#ifdef USE_RTSP_SERVER_HTTP
#include <ocel/live.h>
#endif
#include <ocel/loop.h>
#include <ocel/rtsp_state.h>
#include <ocel/server.h>

namespace esphome::rtsp_server {

static constexpr size_t MAX_STREAMS = 4;

/// One stream, as the server's task last saw it.
struct StreamSnapshot {
  uint32_t playing;
  uint32_t frame_rate;  ///< Pictures in a thousand seconds.
  uint32_t bit_rate;    ///< Bits per second sent.
  uint32_t packets_lost, skipped, encode_us;
};

/// What the server's task last saw, for the main loop.
struct Snapshot {
  ocel_server_stats server;
  ocel_stream_stats stream;
  VideoStats video;
  uint32_t packets_lost;  ///< Of those who watch now, by their reports.
  bool up;                ///< The port is open.
  std::array<StreamSnapshot, MAX_STREAMS> streams;
  ocel_bitrate_signs signs;  ///< Of those who watch the first stream.
};

static constexpr size_t MAX_NOTICES = 16;  // Between two rounds of the main loop; more are lost.

/// Something that happened in the server's task and that the main loop tells of.
struct Notice {
  enum Kind : uint8_t { CONNECTED, DISCONNECTED, STARTED, FAILED, CERTIFICATE, CERTIFICATE_MADE } kind;
  uint8_t stream;  ///< Of a client.
  char text[96];   ///< Address of the client, what went wrong, or the certificate's fingerprint.
};

/// Binds one engine to ESPHome. The engine runs in a task of its own; loop() only passes on what
/// that task has seen.
class RTSPServer final : public Component
#ifdef USE_OTA_STATE_LISTENER
    ,
                         public ota::OTAGlobalStateListener
#endif
{
 public:
  void setup() override;
  void loop() override;
  void dump_config() override;
  void on_shutdown() override;
  bool teardown() override;
  float get_setup_priority() const override { return setup_priority::AFTER_CONNECTION; }

#ifdef USE_OTA_STATE_LISTENER
  /// Nothing is served while new firmware is written.
  void on_ota_global_state(ota::OTAState state, float progress, uint8_t error, ota::OTAComponent *component) override;
#endif

  void set_video_source(VideoSource *source) { this->source_ = source; }
  void set_enabled(bool enabled) { this->wanted_ = enabled; }
  void set_port(uint16_t port) { this->port_ = port; }
  void set_http_port(uint16_t port) { this->http_port_ = port; }
  void set_stream_path(const char *path) { this->stream_path_ = path; }
  /// After the first one, which the other setters describe; at most MAX_STREAMS in all.
  void add_further_stream(FurtherStream *stream);
  void set_udp(bool udp) { this->udp_ = udp; }
  void set_rtp_ports(uint16_t rtp, uint16_t rtcp) {
    this->rtp_port_ = rtp;
    this->rtcp_port_ = rtcp;
  }
  void set_multicast(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port, uint8_t ttl) {
    this->multicast_ = ocel_addr_ipv4(a, b, c, d, port);
    this->multicast_ttl_ = ttl;
  }
  /// An IPv6 network, or an IPv4 one behind the 96 bits of its mapping; at most 16 of them.
  void add_allowed_network(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint8_t bits);
  void set_dscp(uint8_t dscp) { this->dscp_ = dscp; }
  /// Bytes per second to one UDP reader after a burst of so many bytes.
  void set_udp_pace(uint32_t pace, uint32_t burst) {
    this->udp_pace_ = pace;
    this->udp_burst_ = burst;
  }
  void set_max_clients(uint8_t max_clients) { this->max_clients_ = max_clients; }
  void set_session_timeout(uint16_t seconds) { this->session_timeout_s_ = seconds; }
  void set_start(Start start) { this->start_ = start; }
  void set_max_bitrate(uint32_t max_bitrate) { this->max_bitrate_ = max_bitrate; }
  /// The first stream's bitrate follows what its viewers' networks carry, down to this.
  void set_min_bitrate(uint32_t bitrate) { this->min_bitrate_ = bitrate; }
  void set_mdns(bool mdns) { this->mdns_ = mdns; }
  void set_credentials(const char *username, const char *password) {
    this->username_ = username;
    this->password_ = password;
  }

#ifdef USE_RTSP_SERVER_TLS
  void set_tls(uint16_t port, uint8_t handshakes) {
    this->tls_port_ = port;
    this->tls_handshakes_ = handshakes;
  }
  void set_certificate(const char *certificate, const char *private_key) {
    this->certificate_ = certificate;
    this->private_key_ = private_key;
  }
#endif

  // Actions and what entities call. Main loop only; none of it waits.
  void start();
  void stop();
  void request_keyframe();
  void disconnect_clients();
  void set_bitrate(uint32_t bitrate);
  void set_gop(uint32_t gop);
  void set_qp(uint32_t qp_min, uint32_t qp_max);
  /// One that is off is not found, and its clients are disconnected; the others go on.
  void enable_stream(uint8_t stream, bool enabled);
  bool is_stream_enabled(uint8_t stream) const { return (this->disabled_ & 1u << stream) == 0; }

  bool is_enabled() const { return this->wanted_; }
  bool is_streaming() const { return this->seen_.server.playing > 0; }
  bool has_clients() const { return this->seen_.server.sessions > 0; }
  const Snapshot &seen() const { return this->seen_; }
  const VideoSettings &settings() const { return this->settings_; }
  const std::string &last_client() const { return this->last_client_; }
  std::string url() const { return this->url_("rtsp", this->port_); }

  /// Called in the main loop about once a second, and when a client comes or goes.
  template<typename F>
  void add_on_update_callback(F &&cb) {
    this->update_callback_.add(std::forward<F>(cb));
  }
  template<typename F>
  void add_on_client_connected_callback(F &&cb) {
    this->connected_callback_.add(std::forward<F>(cb));
  }
  template<typename F>
  void add_on_client_disconnected_callback(F &&cb) {
    this->disconnected_callback_.add(std::forward<F>(cb));
  }
  template<typename F>
  void add_on_stream_start_callback(F &&cb) {
    this->stream_start_callback_.add(std::forward<F>(cb));
  }
  template<typename F>
  void add_on_stream_stop_callback(F &&cb) {
    this->stream_stop_callback_.add(std::forward<F>(cb));
  }
  template<typename F>
  void add_on_error_callback(F &&cb) {
    this->error_callback_.add(std::forward<F>(cb));
  }

 protected:
  // Main loop.
  std::string url_(const char *scheme, uint16_t port) const;
  bool reserve_ring_();
  bool start_task_();
  void announce_();
  void stop_loop_();
  void tell_(const Notice &notice);
  void update_();
  void adapt_();
  void tune_();

  // The server's task.
  void run_();
  bool open_();
  bool open_loop_(uint16_t connections, ocel_loop_config *cfg);
  bool add_stream_(ocel_loop *loop);
#ifdef USE_RTSP_SERVER_HTTP
  bool add_http_routes_(ocel_loop *loop);
#endif
  void close_(ocel_loop *loop);
  bool ask_for_password_(ocel_server *server);
  void serve_();
  void stop_sources_();
  void on_event_(const ocel_event *event, const ocel_addr *peer);
  void on_wake_(ocel_us now);
  void take_snapshot_(ocel_us now);
  void look_at_streams_(ocel_us now, Snapshot &s);
  void apply_enabled_(ocel_us now);
  bool add_further_streams_(ocel_loop *loop);
  void want_key_(uint32_t stream);
  const char *path_of_(uint8_t stream) const;
  void note_(Notice::Kind kind, const char *text, uint8_t stream = 0);
  void show_(const Snapshot &snapshot);
  void fail_(const char *message);

#ifdef USE_RTSP_SERVER_TLS
  void load_certificate_();
  void keep_certificate_(const char *fingerprint, bool made);
  bool make_certificate_();
  bool open_tls_(uint16_t connections, ocel_loop_config *cfg);
  void close_tls_();

  const char *certificate_{nullptr};  // nullptr: the device's own
  const char *private_key_{nullptr};
  KeptCertificate own_certificate_;  // The server's task makes it, the main loop keeps it then.
  std::string fingerprint_;          // Main loop only; empty until the port has been opened.
  ocel_tls *tls_{nullptr};           // The server's task only.
  uint16_t tls_port_{0};
  uint8_t tls_handshakes_{0};  // At once.
#endif

  VideoSource *source_{nullptr};
  std::array<FurtherStream *, MAX_STREAMS - 1> further_{};
  uint8_t further_count_{0};
  ocel_ring_config ring_cfg_{};
  void *ring_memory_{nullptr};
  const char *stream_path_{nullptr};
  uint16_t port_{0}, rtp_port_{0}, rtcp_port_{0};
  uint16_t http_port_{0};  // 0: none
#ifdef USE_RTSP_SERVER_HTTP
  ocel_live live_{};  // Has the routes of one opening of the loop.
#endif
  ocel_addr multicast_{};
  uint8_t multicast_ttl_{1};
  std::array<ocel_network, OCEL_NETWORKS_MAX> allowed_{};
  uint8_t allowed_count_{0};  // 0: everybody may connect
  uint8_t dscp_{0};
  uint32_t udp_pace_{0}, udp_burst_{0};  // 0: the library's own
  const char *username_{nullptr};        // nullptr: no password is asked for
  const char *password_{nullptr};
  uint16_t session_timeout_s_{60};
  uint8_t max_clients_{0};
  Start start_{Start::AUTO};
  bool udp_{true};
  bool mdns_{true};
  VideoSettings settings_{};
  uint32_t min_bitrate_{0};           // 0: the bitrate does not adapt.
  uint32_t max_bitrate_{UINT32_MAX};  // Memory is reserved for it.

  // Shared between the two tasks.
  std::atomic<bool> wanted_{true};
  std::atomic<bool> paused_{false};  // While new firmware is written.
  std::atomic<bool> ending_{false};
  std::atomic<bool> ended_{false};
  std::atomic<bool> disconnect_{false};
  std::atomic<uint8_t> disabled_{0};  // A bit for each stream.
  Mutex mutex_;                       // Guards what follows.
  ocel_loop *loop_{nullptr};          // Not null while the port is open.
  Snapshot snapshot_{};
  std::array<Notice, MAX_NOTICES> notices_{};
  size_t notice_count_{0};
  size_t shown_count_{0};  // Of those, what the newest snapshot covers.
  bool fresh_{false};      // There is a snapshot that the main loop has not seen.

  uint8_t applied_disabled_{0};  // The server's task only.
  ocel_us next_snapshot_{0};     // The server's task only.

  // Main loop only.
  Snapshot seen_{};
  std::string last_client_;
  bool streaming_{false};
  ocel_bitrate_control control_{};
  ocel_us adapted_at_{0};

  CallbackManager<void()> update_callback_;
  CallbackManager<void(std::string, std::string)> connected_callback_;
  CallbackManager<void(std::string, std::string)> disconnected_callback_;
  CallbackManager<void()> stream_start_callback_;
  CallbackManager<void()> stream_stop_callback_;
  CallbackManager<void(std::string)> error_callback_;
};

}  // namespace esphome::rtsp_server
