// SPDX-License-Identifier: Apache-2.0
// TLS for a loop's second port, by mbedTLS 2.28 or 3.x: TLS 1.2, and 1.3 where the library has it;
// forward secrecy and authenticated encryption only, no renegotiation, tickets to resume with.
//
//   char pem[OCEL_TLS_PEM_MAX];
//   ocel_tls_make_pem("camera", pem, sizeof pem, error, sizeof error);  // or read from a file
//   const ocel_tls_config cfg = {.certificate = pem, .sessions = 8, .handshakes = 2};
//   ocel_tls *tls = ocel_tls_open(&cfg, error, sizeof error);
//   loop_config.tls = tls;    // and loop_config.tls_port
//   ...
//   ocel_tls_close(tls);      // after ocel_loop_close
//
// Memory: each session's structures and record buffers are taken once, by ocel_tls_open or when
// the session is first used, and kept; a handshake takes a few KiB more while it goes on, an open
// session what its keys need. So `sessions` bounds it all (docs/tls.md has the measured numbers).
#ifndef OCEL_TLS_MBEDTLS_H
#define OCEL_TLS_MBEDTLS_H

#include "ocel/tls.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Room for what ocel_tls_make_pem writes, its end included.
#define OCEL_TLS_PEM_MAX 2048u
/// A SHA-256 as hexadecimal digits, with its end.
#define OCEL_TLS_FINGERPRINT_SIZE 65u

typedef struct {
  const char *certificate;    ///< PEM text: the server's certificate, then those that vouch for it.
  const char *key;            ///< PEM text of its private key; NULL: in `certificate`, too.
  uint16_t sessions;          ///< At once, handshakes included; 1..8192.
  uint16_t prepared;          ///< Whose memory is taken at once; 0: all.
  uint16_t handshakes;        ///< At once; 1..sessions. More make the oldest one yield.
  ocel_us handshake_timeout;  ///< From the connection to its last byte; 0: 10 s.
  /// Unpredictable bytes; 0, or -1 if there are none. From the loop's thread and from that of
  /// ocel_tls_reload. NULL: the system's.
  int (*random)(void *ctx, unsigned char *out, size_t n);
  void *ctx;  ///< Handed to `random`.
} ocel_tls_config;

/// What has happened since ocel_tls_open.
typedef struct {
  uint32_t handshakes;  ///< Completed.
  uint32_t failed;      ///< Refused by one side, or lost.
  uint32_t expired;     ///< Not completed in time.
  uint32_t yielded;     ///< Given up for a newcomer.
  uint32_t refused;     ///< No session or no memory was left.
} ocel_tls_counts;

/// Nothing of `cfg` is kept but `random` and `ctx`.
/// @param error  Gets one sentence that says what is wrong and what to do about it.
ocel_tls *ocel_tls_open(const ocel_tls_config *cfg, char *error, size_t error_size);

/// Another certificate for connections to come; those that are open go on. From any thread, but
/// from one at a time.
/// @return False, with nothing changed, if it is not usable.
bool ocel_tls_reload(ocel_tls *tls, const char *certificate, const char *key, char *error,
                     size_t error_size);

/// SHA-256 of the certificate that was last given to ocel_tls_open or ocel_tls_reload, in that
/// thread. Valid until the next ocel_tls_reload.
const char *ocel_tls_fingerprint(const ocel_tls *tls);

/// Only in the loop's thread.
ocel_tls_counts ocel_tls_get_counts(const ocel_tls *tls);

/// Every session must have ended. NULL is allowed.
void ocel_tls_close(ocel_tls *tls);

/// Makes an EC P-256 key and a certificate that it signs itself, both as PEM in one text.
///
/// @param name  Common name and DNS name, at most 63 bytes: letters, digits, '-' and '.'.
/// @param size  At least OCEL_TLS_PEM_MAX.
bool ocel_tls_make_pem(const char *name, char *pem, size_t size, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
