// SPDX-License-Identifier: Apache-2.0
// An RTSP client that follows a script, such as
//
//   "options describe setup play wait=5000 pause wait=1000 play wait=5000 teardown fin"
//
// A word is a step; `=N` is its argument (milliseconds, or a track), `/NNN` the status that is
// expected instead of 200. The steps are listed in viewer_script.c.
#ifndef SIM_VIEWER_H
#define SIM_VIEWER_H

#include "net_tcp.h"
#include "net_udp.h"
#include "observer.h"
#include "receiver.h"

enum { VIEWER_TRACKS = 2, VIEWER_PENDING = 64 };

/// How it keeps its session alive.
typedef enum {
  KEEP_NOTHING,
  KEEP_OPTIONS,
  KEEP_GET_PARAMETER,
  KEEP_REPORTS,  ///< Receiver reports only (VLC and GStreamer over TCP).
  KEEP_BOTH,     ///< GET_PARAMETER and receiver reports.
  KEEP_COUNT,
} viewer_keep;

/// How it proves that it knows the password.
typedef enum { LOGIN_SHA256, LOGIN_MD5, LOGIN_BASIC } login_scheme;

typedef struct {
  const char *script;  ///< Must outlive the viewer.
  const char *path;    ///< "/stream" with its query.
  bool tcp;            ///< Interleaved; else UDP. The steps `tcp` and `udp` change it.
  bool multicast;      ///< Joins the group; `tcp` is false.
  bool ipv6;
  bool may_skip;  ///< The link is bad enough for skips and for being closed.
  viewer_keep keep;
  ocel_us keep_interval;
  uint32_t first_cseq;
  uint8_t channel;       ///< First interleaved channel.
  const char *password;  ///< NULL: it has none.
  login_scheme scheme;
  bool tunnel;  ///< Over HTTP: replies and media on a GET, requests on a POST.
  tcp_profile link;
  udp_profile udp;  ///< From the server; the way back loses nothing.
} viewer_profile;

typedef struct {
  ocel_rtsp_method method;
  int track;
  unsigned expect;  ///< Status; 0: any.
  bool scripted;    ///< The script waits for it.
} viewer_request;

struct world;

typedef struct viewer {
  struct world *world;
  int number;
  rng rng;
  viewer_profile profile;
  char url[160];
  char base[200];  ///< Content-Base.
  char session[OBSERVER_SESSION_MAX + 1];
  char nonce[65];  ///< The last that it was given; empty: none.
  bool nonce_old;  ///< It was given on an earlier connection.
  ocel_addr addr;
  uint16_t udp_base;  ///< First of its UDP ports.
  tcp_link *link;     ///< NULL: not connected.
  tcp_link *post;     ///< Of a tunnel, which may be without one for a while.
  reply_reader reader;
  const char *at;   ///< Next step of the script.
  unsigned rounds;  ///< How often `again` has jumped.
  uint32_t cseq;
  viewer_request pending[VIEWER_PENDING];
  unsigned first, count;
  bool waiting;       ///< The script waits for a reply.
  ocel_us resume_at;  ///< The script waits for this instant.
  bool tcp;           ///< Transport of the next SETUP.
  bool playing, muted, closed, done;
  bool leaving;             ///< TEARDOWN is sent: no keep-alive any more.
  bool keeping, reporting;  ///< Their timers run.
  bool track_tcp[VIEWER_TRACKS], track_used[VIEWER_TRACKS];
  receiver tracks[VIEWER_TRACKS];
} viewer;

/// Makes a viewer that connects and begins its script at `at`.
viewer *viewer_make(struct world *w, const viewer_profile *profile, ocel_us at);
void viewer_free(viewer *v);

// ---- for the script ----

void viewer_connect(viewer *v);

/// Sends bytes to the server, through the tunnel if there is one.
void viewer_send(viewer *v, ocel_span bytes);

/// Sends a request; its reply is checked against `request->expect`.
void viewer_ask(viewer *v, const viewer_request *request);

/// Sends receiver reports of all tracks now, with BYE if asked.
void viewer_report(viewer *v, bool bye);

/// Goes on with the script as far as it goes without waiting (viewer_script.c).
void viewer_run_script(viewer *v);

#endif
