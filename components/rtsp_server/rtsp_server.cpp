// SPDX-License-Identifier: Apache-2.0
#include "rtsp_server.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include <ocel/credentials.h>
#ifdef USE_RTSP_SERVER_HTTP
#include <ocel/http_stats.h>
#endif

#include "esphome/components/network/util.h"
#include "esphome/core/application.h"
#include "esphome/core/hal.h"
#include "esphome/core/log.h"

#include "network_care.h"

#ifdef USE_ESP32
#include <freertos/FreeRTOS.h>
#include <freertos/task.h>
#else
#include <thread>
#endif

namespace esphome::rtsp_server {

static const char *const TAG = "rtsp_server";

static const char *const START_NAMES[] = {"auto", "gop", "idr", "live"};

void RTSPServer::setup() {
  if (!this->reserve_ring_()) {
    this->mark_failed(LOG_STR("no memory for the pictures: use a smaller resolution, or more PSRAM"));
    return;
  }
#ifdef USE_RTSP_SERVER_TLS
  this->load_certificate_();
#endif
  if (!this->start_task_()) {
    this->mark_failed(LOG_STR("no internal memory for the server's task: remove other components"));
    return;
  }
#ifdef USE_OTA_STATE_LISTENER
  ota::get_global_ota_callback()->add_global_state_listener(this);
#endif
  if (this->mdns_)
    this->defer([this] { this->announce_(); });  // after mDNS has been set up
  this->update_();
  ESP_LOGI(TAG, "RTSP Server setup complete");
  ESP_LOGI(TAG, "Stream URL: %s", this->url().c_str());
#ifdef USE_RTSP_SERVER_TLS
  ESP_LOGI(TAG, "Stream URL: %s", this->url_("rtsps", this->tls_port_).c_str());
#endif
  if (this->username_ == nullptr)
    ESP_LOGW(TAG, "No password: whoever reaches this port sees the picture; keep it inside your network");
}

#ifdef USE_ESP32
// Below the encoder's task, on the same core: the other one is for the main loop and the network's driver.
#ifdef USE_RTSP_SERVER_TLS
static const uint32_t TASK_STACK = 12288;  // docs/tls.md says what of it is used
#else
static const uint32_t TASK_STACK = 8192;
#endif
static const UBaseType_t TASK_PRIORITY = 4;
static const BaseType_t TASK_CORE = 1;

bool RTSPServer::start_task_() {
  const auto run = [](void *self) {
    static_cast<RTSPServer *>(self)->run_();
    vTaskDelete(nullptr);
  };
  return xTaskCreatePinnedToCore(run, "rtsp_server", TASK_STACK, this, TASK_PRIORITY, nullptr, TASK_CORE) == pdPASS;
}
#else
bool RTSPServer::start_task_() {
  std::thread([this] { this->run_(); }).detach();
  return true;
}
#endif

void RTSPServer::announce_() {
#ifdef USE_RTSP_SERVER_TLS
  const char *why = announce(this->port_, this->tls_port_, this->stream_path_);
#else
  const char *why = announce(this->port_, 0, this->stream_path_);
#endif
  if (why != nullptr)
    ESP_LOGW(TAG, "Not announced by mDNS: %s", why);
}

#ifdef USE_OTA_STATE_LISTENER
void RTSPServer::on_ota_global_state(ota::OTAState state, float progress, uint8_t error, ota::OTAComponent *component) {
  if (state == ota::OTA_STARTED) {
    this->paused_ = true;
    this->stop_loop_();
  } else if (state == ota::OTA_ABORT || state == ota::OTA_ERROR) {
    this->paused_ = false;
  }
}
#endif

bool RTSPServer::reserve_ring_() {
  VideoSettings most = this->settings_;
  most.bitrate = this->max_bitrate_;
  this->ring_cfg_ = this->source_->ring(most);
  this->ring_memory_ = reserve_ring(this->ring_cfg_);
  bool ok = this->ring_memory_ != nullptr;
  for (size_t i = 0; i < this->further_count_; i++)
    ok = ok && this->further_[i]->reserve(this->source_);
  return ok;
}

std::string RTSPServer::url_(const char *scheme, uint16_t port) const {
  std::string address = "127.0.0.1";
#ifdef USE_ESP32
  for (const auto &ip : network::get_ip_addresses()) {
    char text[network::IP_ADDRESS_BUFFER_SIZE];
    if (ip.is_set() && ip.is_ip4())
      address = ip.str_to(text);
  }
#endif
  char text[128];
  snprintf(text, sizeof(text), "%s://%s:%u%s", scheme, address.c_str(), port, this->stream_path_);
  return text;
}

void RTSPServer::loop() {
  std::array<Notice, MAX_NOTICES> notices;
  size_t count;
  {
    LockGuard guard(this->mutex_);
    if (!this->fresh_)
      return;
    this->fresh_ = false;
    this->seen_ = this->snapshot_;
    count = this->shown_count_;
    std::copy_n(this->notices_.begin(), count, notices.begin());
    std::copy(this->notices_.begin() + count, this->notices_.begin() + this->notice_count_, this->notices_.begin());
    this->notice_count_ -= count;
    this->shown_count_ = 0;
  }
  for (size_t i = 0; i < count; i++)
    this->tell_(notices[i]);
  this->update_();
  this->adapt_();
}

void RTSPServer::tell_(const Notice &notice) {
  switch (notice.kind) {
    case Notice::CONNECTED:
      this->last_client_ = notice.text;
      this->connected_callback_.call(notice.text, this->path_of_(notice.stream));
      break;
    case Notice::DISCONNECTED:
      this->disconnected_callback_.call(notice.text, this->path_of_(notice.stream));
      break;
    case Notice::STARTED:
      this->status_clear_warning();
      break;
    case Notice::FAILED:
      ESP_LOGE(TAG, "%s", notice.text);
      this->status_set_warning();
      this->error_callback_.call(notice.text);
      break;
    case Notice::CERTIFICATE:
    case Notice::CERTIFICATE_MADE:
#ifdef USE_RTSP_SERVER_TLS
      this->keep_certificate_(notice.text, notice.kind == Notice::CERTIFICATE_MADE);
#endif
      break;
  }
}

void RTSPServer::update_() {
  const bool streaming = this->is_streaming();
  if (streaming != this->streaming_) {
    this->streaming_ = streaming;
    keep_radio_awake(streaming);
    ESP_LOGV(TAG, "The radio %s", streaming ? "stays awake" : "may sleep");
    (streaming ? this->stream_start_callback_ : this->stream_stop_callback_).call();
  }
  this->update_callback_.call();
}

void RTSPServer::start() { this->wanted_ = true; }

void RTSPServer::stop() {
  this->wanted_ = false;
  this->stop_loop_();
}

void RTSPServer::stop_loop_() {
  LockGuard guard(this->mutex_);
  if (this->loop_ != nullptr)
    ocel_loop_stop(this->loop_);
}

void RTSPServer::request_keyframe() { this->source_->request_keyframe(); }

void RTSPServer::disconnect_clients() {
  this->disconnect_ = true;
  LockGuard guard(this->mutex_);
  if (this->loop_ != nullptr)
    ocel_loop_wake(this->loop_);
}

void RTSPServer::set_bitrate(uint32_t bitrate) {
  if (bitrate > this->max_bitrate_) {
    ESP_LOGW(TAG, "%" PRIu32 " bit/s is more than max_bitrate: %" PRIu32 " instead", bitrate, this->max_bitrate_);
    bitrate = this->max_bitrate_;
  }
  this->settings_.bitrate = bitrate;
  this->tune_();
}

void RTSPServer::set_gop(uint32_t gop) {
#ifdef USE_ESP32
  if (gop < 2) {
    ESP_LOGW(TAG, "The encoder's GOP is 2 or more: not changed");
    return;
  }
#endif
  this->settings_.gop = gop;
  this->tune_();
}

void RTSPServer::set_qp(uint32_t qp_min, uint32_t qp_max) {
  if (qp_min >= qp_max) {
    ESP_LOGW(TAG, "qp_min (%" PRIu32 ") must be below qp_max (%" PRIu32 "): not changed", qp_min, qp_max);
    return;
  }
  this->settings_.qp_min = qp_min;
  this->settings_.qp_max = qp_max;
  this->tune_();
}

void RTSPServer::on_shutdown() {
  this->ending_ = true;
  this->stop();
}

bool RTSPServer::teardown() { return this->ended_ || this->is_failed(); }

void RTSPServer::dump_config() {
  ESP_LOGCONFIG(TAG,
                "RTSP server:\n"
                "  URL: %s\n"
                "  Enabled: %s\n"
                "  Transports: %s\n"
                "  RTP and RTCP ports: %u, %u\n"
                "  Max clients: %u\n"
                "  Session timeout: %u s\n"
                "  Start: %s\n"
                "  Bitrate: %" PRIu32 " bit/s, at most %" PRIu32
                "\n"
                "  GOP: %" PRIu32
                "\n"
                "  QP: %" PRIu32 " to %" PRIu32
                "\n"
                "  mDNS: %s\n"
                "  Authentication: %s",
                this->url().c_str(), YESNO(this->wanted_), this->udp_ ? "UDP and TCP" : "TCP", this->rtp_port_,
                this->rtcp_port_, this->max_clients_, this->session_timeout_s_,
                START_NAMES[static_cast<uint8_t>(this->start_)], this->settings_.bitrate, this->max_bitrate_,
                this->settings_.gop, this->settings_.qp_min, this->settings_.qp_max, YESNO(this->mdns_),
                this->username_ == nullptr ? "none" : "Digest");
  for (size_t i = 0; i < this->further_count_; i++)
    this->further_[i]->dump_config();
  if (this->min_bitrate_ != 0)
    ESP_LOGCONFIG(TAG, "  Adaptive bitrate: down to %" PRIu32 " bit/s", this->min_bitrate_);
  if (this->http_port_ != 0)
    ESP_LOGCONFIG(TAG, "  HTTP port: %u", this->http_port_);
#ifdef USE_RTSP_SERVER_TLS
  ESP_LOGCONFIG(TAG,
                "  TLS port: %u\n"
                "  TLS certificate: %s, SHA-256 %s",
                this->tls_port_, this->certificate_ == nullptr ? "self-signed" : "given",
                this->fingerprint_.empty() ? "not known yet" : this->fingerprint_.c_str());
#endif
}

// ---- the server's task ----

void RTSPServer::run_() {
  uint32_t pause_until = 0;
  while (!this->ending_) {
    if (!this->wanted_ || this->paused_ || static_cast<int32_t>(millis() - pause_until) < 0) {
      delay(20);
      continue;
    }
    if (this->open_()) {
      this->serve_();
    } else {
      pause_until = millis() + 5000;  // then it is tried again
    }
  }
  this->ended_ = true;
}

void RTSPServer::add_allowed_network(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint8_t bits) {
  if (this->allowed_count_ == this->allowed_.size())
    return;
  ocel_network &network = this->allowed_[this->allowed_count_++];
  const uint32_t words[] = {a, b, c, d};
  for (size_t i = 0; i < sizeof(network.ip); i++)
    network.ip[i] = static_cast<uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
  network.bits = bits;
}

bool RTSPServer::ask_for_password_(ocel_server *server) {
  if (this->username_ == nullptr)
    return true;
  const ocel_credentials credentials{this->username_, this->password_, false};
  const ocel_err rc = ocel_server_set_credentials(server, &credentials);
  if (rc != OCEL_OK)
    this->fail_(rc == OCEL_ERR_CONFIG ? "username or password is too long, or has a character that is not allowed"
                                      : "mbedTLS lacks MD5 or SHA-256: set CONFIG_MBEDTLS_MD5_C and SHA256_C");
  return rc == OCEL_OK;
}

bool RTSPServer::open_() {
  ocel_server_config server{};
  ocel_server_defaults(&server);
  server.max_clients = this->max_clients_;
  server.max_connections = 2 * this->max_clients_ + 1;  // RTSP over HTTP takes two
  server.max_streams = 1 + this->further_count_;
  server.request_max = 4096;
  server.request_buffers = 2;
  server.allowed_count = this->allowed_count_;
  std::copy(this->allowed_.begin(), this->allowed_.end(), server.allowed);
  server.multicast = this->multicast_;
  server.multicast_ttl = this->multicast_ttl_;
  server.session_timeout = this->session_timeout_s_ * OCEL_SECOND;
  if (this->udp_pace_ != 0) {
    server.udp_pace = this->udp_pace_;
    server.udp_burst = this->udp_burst_;
  }

  ocel_loop_config cfg{};
  cfg.port = this->port_;
  cfg.http_port = this->http_port_;
  cfg.rtp_port = this->rtp_port_;
  cfg.rtcp_port = this->rtcp_port_;
  cfg.dscp = this->dscp_;
  cfg.no_udp = !this->udp_;
  cfg.external_memory = true;
  cfg.server = &server;
  cfg.on_event = [](void *self, const ocel_event *event, const ocel_addr *peer) {
    static_cast<RTSPServer *>(self)->on_event_(event, peer);
  };
  cfg.on_wake = [](void *self, ocel_us now) { static_cast<RTSPServer *>(self)->on_wake_(now); };
  cfg.ctx = this;

  return this->open_loop_(server.max_connections, &cfg);
}

bool RTSPServer::open_loop_(uint16_t connections, ocel_loop_config *cfg) {
#ifdef USE_RTSP_SERVER_TLS
  if (!this->open_tls_(connections, cfg))
    return false;
#endif
  char error[sizeof(Notice::text)];
  ocel_loop *loop = ocel_loop_open(cfg, error, sizeof(error));
  if (loop == nullptr)
    this->fail_(error);
  if (loop == nullptr || !this->ask_for_password_(ocel_loop_server(loop)) || !this->add_stream_(loop)) {
    this->close_(loop);
    return false;
  }
#ifdef USE_RTSP_SERVER_HTTP
  if (!this->add_http_routes_(loop)) {
    this->close_(loop);
    return false;
  }
#endif
  LockGuard guard(this->mutex_);
  this->loop_ = loop;
  return true;
}

#ifdef USE_RTSP_SERVER_HTTP
bool RTSPServer::add_http_routes_(ocel_loop *loop) {
  ocel_server *server = ocel_loop_server(loop);
  this->live_ = {};
  this->live_.title = App.get_name().c_str();
  this->live_.rtsp_port = ocel_loop_port(loop);
  this->live_.rtsps_port = ocel_loop_tls_port(loop);
  ocel_err rc = ocel_server_add_stats_routes(server);
  if (rc == OCEL_OK)
    rc = ocel_server_add_live_routes(server, &this->live_);
  if (rc != OCEL_OK)
    this->fail_("HTTP has no room for its routes");
  return rc == OCEL_OK;
}
#endif

static void wake(void *loop) { ocel_loop_wake(static_cast<ocel_loop *>(loop)); }

bool RTSPServer::add_stream_(ocel_loop *loop) {
  ocel_ring *ring = ocel_ring_init(this->ring_memory_, ocel_ring_size(&this->ring_cfg_), &this->ring_cfg_);
  ocel_stream_config stream{};
  stream.path = this->stream_path_;
  stream.start = start_of(this->start_);
  stream.keyframe_on_request = true;
  stream.bitrate = this->settings_.bitrate;
  stream.track_count = 1;
  stream.track[0] = ring;
  ocel_server_add_stream(ocel_loop_server(loop), &stream);

  const char *why = this->source_->start(ring, this->settings_, wake, loop);
  if (why != nullptr)
    this->fail_(why);
  return why == nullptr && this->add_further_streams_(loop);
}

void RTSPServer::close_(ocel_loop *loop) {
  ocel_loop_close(loop);
#ifdef USE_RTSP_SERVER_TLS
  this->close_tls_();
#endif
}

void RTSPServer::serve_() {
  ocel_loop *loop = this->loop_;
  this->note_(Notice::STARTED, "");
  if (!this->wanted_ || this->paused_)
    ocel_loop_stop(loop);  // stop() came while the port was being opened
  if (ocel_loop_run(loop) != 0)
    this->fail_("the network refuses to go on; the port is opened again");
  this->stop_sources_();
  {
    LockGuard guard(this->mutex_);
    this->loop_ = nullptr;
  }
  this->close_(loop);
  this->show_({});
}

// The main loop hears of it together with the next snapshot, so that automations find the numbers as they are then.
void RTSPServer::note_(Notice::Kind kind, const char *text, uint8_t stream) {
  LockGuard guard(this->mutex_);
  if (this->notice_count_ == this->notices_.size())
    return;
  Notice &notice = this->notices_[this->notice_count_++];
  notice.kind = kind;
  notice.stream = stream;
  snprintf(notice.text, sizeof(notice.text), "%s", text);
}

void RTSPServer::show_(const Snapshot &snapshot) {
  LockGuard guard(this->mutex_);
  this->snapshot_ = snapshot;
  this->shown_count_ = this->notice_count_;
  this->fresh_ = true;
}

void RTSPServer::fail_(const char *message) {
  this->note_(Notice::FAILED, message);
  this->show_({});
}

void RTSPServer::on_event_(const ocel_event *event, const ocel_addr *peer) {
  uint8_t address[OCEL_ADDR_TEXT_MAX + 1] = "";
  if (peer != nullptr) {
    ocel_wbuf w = ocel_wbuf_make(address, sizeof(address) - 1);
    ocel_put_addr(&w, peer);
    address[w.n] = '\0';
  }
  const char *text = reinterpret_cast<const char *>(address);
  if (event->code == OCEL_EVENT_CONNECTED) {
    this->source_->set_watched(true);  // the description of the stream needs a picture already
  } else if (event->code == OCEL_EVENT_KEYFRAME_WANTED) {
    this->want_key_(event->a);
  } else if (event->code == OCEL_EVENT_SESSION_SETUP) {
    this->note_(Notice::CONNECTED, text, event->a);
  } else if (event->code == OCEL_EVENT_SESSION_END) {
    this->note_(Notice::DISCONNECTED, text, event->a);
  } else if (event->code == OCEL_EVENT_AUTH_FAILED) {
    ESP_LOGW(TAG, "%s: wrong user name or password, %" PRIu32 " from there lately", text, event->a);
  } else if (event->code == OCEL_EVENT_TURNED_AWAY) {
    ESP_LOGW(TAG, "%s: not in allowed_ips, %" PRIu32 " turned away since the last such line", text, event->a);
  } else if (event->code == OCEL_EVENT_REQUEST) {
    ESP_LOGV(TAG, "%s: %s, answered %" PRIu32, text, ocel_rtsp_method_name(static_cast<ocel_rtsp_method>(event->a)),
             event->b);
  }
}

void RTSPServer::on_wake_(ocel_us now) {
  ocel_server *server = ocel_loop_server(this->loop_);
  if (this->disconnect_.exchange(false))
    ocel_server_disconnect(server, now);
  this->apply_enabled_(now);
  ocel_server_stats stats;
  ocel_server_get_stats(server, now, &stats);
  const bool changed =
      stats.sessions != this->snapshot_.server.sessions || stats.playing != this->snapshot_.server.playing;
  if (!changed && now < this->next_snapshot_)
    return;
  this->next_snapshot_ = now + OCEL_SECOND;
  this->source_->set_watched(stats.connections > 0 || stats.sessions > 0);
  this->take_snapshot_(now);
}

static void add_signs(ocel_bitrate_signs &signs, const ocel_client_stats &client) {
  if (client.stream != 0 || !client.playing)
    return;
  signs.viewers++;
  signs.skipped += client.skipped;
  signs.behind = std::max(signs.behind, client.behind);
  signs.round_trip = std::max(signs.round_trip, client.round_trip);
  signs.fraction_lost = std::max(signs.fraction_lost, client.fraction_lost);
}

void RTSPServer::take_snapshot_(ocel_us now) {
  ocel_server *server = ocel_loop_server(this->loop_);
  Snapshot s{};
  s.up = true;
  ocel_server_get_stats(server, now, &s.server);
  if (ocel_server_get_stream_stats(server, 0, now, &s.stream) != OCEL_OK)
    return;
  s.video = this->source_->stats();
  this->look_at_streams_(now, s);
  s.signs.round_trip = -1;
  for (int conn = 0; conn <= 2 * this->max_clients_; conn++) {  // as many as open_() allows
    ocel_client_stats client;
    if (ocel_server_get_client_stats(server, conn, now, &client) != OCEL_OK)
      continue;
    s.packets_lost += client.packets_lost;
    s.streams[client.stream].packets_lost += client.packets_lost;
    add_signs(s.signs, client);
  }
  this->show_(s);
}

}  // namespace esphome::rtsp_server
