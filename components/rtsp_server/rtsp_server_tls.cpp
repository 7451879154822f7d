// SPDX-License-Identifier: Apache-2.0
// RTSPS: the certificate, and the sessions that the server's task serves with it.
#include "rtsp_server.h"

#ifdef USE_RTSP_SERVER_TLS

#include <cstring>

#include "esphome/core/log.h"

namespace esphome::rtsp_server {

static const char *const TAG = "rtsp_server";

void RTSPServer::load_certificate_() {
  if (this->certificate_ == nullptr)
    this->own_certificate_.load();
}

// Main loop: what the server's task tells of the certificate it uses.
void RTSPServer::keep_certificate_(const char *fingerprint, bool made) {
  if (made && !this->own_certificate_.save())
    ESP_LOGE(TAG, "The TLS certificate could not be kept: the next boot makes another one");
  if (this->fingerprint_ == fingerprint)
    return;
  this->fingerprint_ = fingerprint;
  ESP_LOGI(TAG, "TLS certificate%s, SHA-256 %s", made ? " made" : "", fingerprint);
}

// ---- the server's task ----

bool RTSPServer::make_certificate_() {
  char error[sizeof(Notice::text)];
  if (this->own_certificate_.make(error, sizeof(error)))
    return true;
  this->fail_(error);
  return false;
}

bool RTSPServer::open_tls_(uint16_t connections, ocel_loop_config *cfg) {
  char error[sizeof(Notice::text)];
  const bool own = this->certificate_ == nullptr;
  const bool make = own && this->own_certificate_.text()[0] == '\0';
  if (make && !this->make_certificate_())
    return false;
  ocel_tls_config tls{};
  tls.certificate = own ? this->own_certificate_.text() : this->certificate_;
  tls.key = own ? nullptr : this->private_key_;
  tls.sessions = connections + this->tls_handshakes_;
  tls.prepared = this->max_clients_;
  tls.handshakes = this->tls_handshakes_;
  this->tls_ = ocel_tls_open(&tls, error, sizeof(error));
  if (this->tls_ == nullptr) {
    this->fail_(error);
    return false;
  }
  this->note_(make ? Notice::CERTIFICATE_MADE : Notice::CERTIFICATE, ocel_tls_fingerprint(this->tls_));
  cfg->tls = this->tls_;
  cfg->tls_port = this->tls_port_;
  return true;
}

void RTSPServer::close_tls_() {
  ocel_tls_close(this->tls_);
  this->tls_ = nullptr;
}

}  // namespace esphome::rtsp_server

#endif
