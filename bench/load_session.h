// SPDX-License-Identifier: Apache-2.0
// One RTSP client of the load: DESCRIBE, SETUP of the first video track, PLAY, then media over
// interleaved TCP or UDP. Non-blocking; the caller's epoll says when to read.
#ifndef BENCH_LOAD_SESSION_H
#define BENCH_LOAD_SESSION_H

#include <netinet/in.h>

#include "load_media.h"

enum { SESSION_TEXT_MAX = 8192, SESSION_URL_MAX = 512 };

typedef enum {
  SESSION_IDLE,
  SESSION_CONNECTING,
  SESSION_DESCRIBING,
  SESSION_SETTING_UP,
  SESSION_STARTING,
  SESSION_PLAYING,
  SESSION_FAILED,
} session_state;

typedef enum { SESSION_CONTROL, SESSION_RTP, SESSION_RTCP, SESSION_SOCKETS } session_socket;

/// The same for all clients of a run.
typedef struct {
  int epoll;
  struct sockaddr_in server;
  const char *url;
  bool udp;
  media_ages ages;
} load;

/// Zeroed before `session_connect`.
typedef struct {
  session_state state;
  int fd[SESSION_SOCKETS];
  uint64_t tag;  ///< epoll data of socket k is tag * SESSION_SOCKETS + k.
  int cseq;
  uint16_t udp_port;
  uint64_t connect_ns, picture_ns;  ///< Monotonic; picture_ns 0 until the first picture.
  char id[128];                     ///< Session header.
  char text[SESSION_TEXT_MAX];      ///< Reply being received.
  size_t text_size;
  uint8_t frame[4 + MEDIA_HEAD_MAX];  ///< Beginning of the interleaved frame being received.
  size_t frame_got;                   ///< Bytes of that frame that have come.
  media media;
} session;

void session_connect(session *s, load *l, uint64_t tag);

/// Socket `which` is readable (or, while connecting, writable).
void session_ready(session *s, load *l, session_socket which);

/// Sends TEARDOWN and closes.
void session_close(session *s, const load *l);

uint64_t monotonic_ns(void);

#endif
