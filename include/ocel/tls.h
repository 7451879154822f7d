// SPDX-License-Identifier: Apache-2.0
// What a loop (ocel/loop.h) asks of TLS. A loop knows nothing else of it, and a program without
// TLS links none; ports/mbedtls has the one implementation (ocel/tls_mbedtls.h).
//
//   begin   a connection came to the TLS port: its handshake begins, in a session of its own
//   ready   its socket has something to read, or takes bytes again
//   shake   goes on with one handshake, a step at a time, so that nobody waits for all of them
//   read, write, buffered   once shake has said OCEL_TLS_DONE: plain bytes, as of a socket
//   close, end   says goodbye; gives the session back
//
// All in the loop's thread. Sockets stay the loop's: it watches them and closes them.
#ifndef OCEL_TLS_H
#define OCEL_TLS_H

#include "ocel/addr.h"
#include "ocel/span.h"
#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ocel_tls ocel_tls;

/// How encrypted bytes reach a socket: as send() and recv() of sockets that do not block.
/// @return Bytes moved; 0 of `recv`: the peer's end; -1 with errno.
typedef struct {
  ptrdiff_t (*send)(int fd, const void *bytes, size_t n);
  ptrdiff_t (*recv)(int fd, void *bytes, size_t n);
} ocel_tls_socket;

/// What became of a handshake.
typedef enum {
  OCEL_TLS_NOTHING,  ///< Nothing that the loop has to know.
  OCEL_TLS_DONE,     ///< `session` is ready to be read and written.
  OCEL_TLS_FAILED,   ///< Refused, broken or too slow: `end` the session, close its socket.
} ocel_tls_progress;

typedef struct {
  ocel_tls_progress progress;
  unsigned session;  ///< With OCEL_TLS_NOTHING: meaningless, as the rest.
  int fd;
  ocel_addr peer;
} ocel_tls_outcome;

typedef struct {
  /// Takes a session for the new connection `fd`.
  /// @param yielded  The socket of a handshake that made room for this one (the oldest of the
  ///                 address that has most), which the loop closes; or -1.
  /// @return The session, 0..sessions-1; -1 if all are in use or memory is short.
  int (*begin)(ocel_tls *tls, int fd, const ocel_addr *peer, ocel_us now, int *yielded);
  /// Has no effect on a session that has no handshake going on.
  void (*ready)(ocel_tls *tls, unsigned session);
  ocel_tls_outcome (*shake)(ocel_tls *tls, ocel_us now);
  /// When `shake` is to be called even if no socket is ready; 0: at once; OCEL_NEVER.
  ocel_us (*deadline)(const ocel_tls *tls);
  /// The socket of a handshake, or -1 if the session has none going on. `*write`: it waits for
  /// room to write.  For select(), and for whoever closes the loop.
  int (*waiting)(const ocel_tls *tls, unsigned session, bool *write);

  /// @return Bytes read; 0: the peer's end; -1 with errno, EAGAIN if there are none now. Only
  ///         that says that no more wait: a short read does not.
  ptrdiff_t (*read)(ocel_tls *tls, unsigned session, void *bytes, size_t n);
  /// Whether `read` has bytes of which the socket does not tell any more.
  bool (*buffered)(const ocel_tls *tls, unsigned session);
  /// Encrypts and sends.
  /// @param taken  Bytes that the peer gets; the last of them may still wait in the session.
  /// @return 0: all is sent. Else an errno value: EAGAIN, ENOBUFS and ENOMEM ask for another
  ///         call later, with whatever there is then; after any other the connection is lost.
  int (*write)(ocel_tls *tls, unsigned session, const ocel_span *spans, size_t n, size_t *taken);
  /// Sends what waits, and the end of the session (close_notify). @return As `write`.
  int (*close)(ocel_tls *tls, unsigned session);
  void (*end)(ocel_tls *tls, unsigned session);
} ocel_tls_ops;

struct ocel_tls {
  const ocel_tls_ops *ops;
  const ocel_tls_socket *socket;  ///< Set by the loop.
  uint16_t sessions;              ///< At once, those with a handshake included.
};

#ifdef __cplusplus
}
#endif
#endif
