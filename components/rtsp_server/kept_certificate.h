// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "esphome/core/defines.h"

#ifdef USE_RTSP_SERVER_TLS

#include <cstddef>
#include <cstdint>

#include <ocel/tls_mbedtls.h>

namespace esphome::rtsp_server {

/// The certificate and the key that the device has made for itself, as PEM in one text, and how they
/// outlive a restart: in ESPHome's preferences, in pieces, since those of the host take 255 bytes.
class KeptCertificate {
 public:
  /// Main loop: reads what is kept; without, text() stays empty.
  void load();
  /// Main loop: writes text() to the flash at once, so that a power failure does not change it.
  /// @return False if it could not be written: the next boot makes another one.
  bool save() const;
  /// Makes both; any task. @param error  Gets one sentence.
  bool make(char *error, size_t error_size);
  const char *text() const { return this->text_; }

 protected:
  char text_[OCEL_TLS_PEM_MAX]{};
};

}  // namespace esphome::rtsp_server

#endif
