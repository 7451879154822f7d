// SPDX-License-Identifier: Apache-2.0
#include "kept_certificate.h"

#ifdef USE_RTSP_SERVER_TLS

#include <algorithm>
#include <cstring>

#include "esphome/core/application.h"
#include "esphome/core/helpers.h"
#include "esphome/core/preferences.h"

namespace esphome::rtsp_server {

static const size_t PIECE = 240;
static const uint32_t KEY = 0x7473703a;  // its first piece; the next ones follow

// What the pieces make together; none of them is older than this one if the hash is right.
struct Head {
  uint32_t length;
  uint32_t hash;
};

struct Piece {
  char text[PIECE];
};

static ESPPreferenceObject head_preference() { return global_preferences->make_preference<Head>(KEY, true); }

static ESPPreferenceObject piece_preference(size_t at) {
  return global_preferences->make_preference<Piece>(KEY + 1 + at / PIECE, true);
}

void KeptCertificate::load() {
  Head head{};
  Piece piece;
  if (!head_preference().load(&head) || head.length >= sizeof(this->text_))
    return;
  for (size_t at = 0; at < head.length; at += PIECE) {
    if (!piece_preference(at).load(&piece))
      break;
    memcpy(this->text_ + at, piece.text, std::min<size_t>(PIECE, head.length - at));
  }
  this->text_[head.length] = '\0';
  if (fnv1_hash(this->text_) != head.hash)
    this->text_[0] = '\0';
}

bool KeptCertificate::save() const {
  const Head head{static_cast<uint32_t>(strlen(this->text_)), fnv1_hash(this->text_)};
  bool done = true;
  for (size_t at = 0; at < head.length; at += PIECE) {
    Piece piece{};
    memcpy(piece.text, this->text_ + at, std::min<size_t>(PIECE, head.length - at));
    done = done && piece_preference(at).save(&piece);
  }
  return done && head_preference().save(&head) && global_preferences->sync();
}

bool KeptCertificate::make(char *error, size_t error_size) {
  return ocel_tls_make_pem(App.get_name().c_str(), this->text_, sizeof(this->text_), error, error_size) ||
         ocel_tls_make_pem("camera", this->text_, sizeof(this->text_), error, error_size);
}

}  // namespace esphome::rtsp_server

#endif
