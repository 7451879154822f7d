// SPDX-License-Identifier: Apache-2.0
#include "viewer_session.h"

#include <string.h>

#include "check.h"
#include "world.h"

// ---- the beginning ----

static void on_begin(void *ctx) {
  viewer *v = ctx;
  if (strncmp(v->at, "connect", 7) != 0) viewer_connect(v);
  viewer_run_script(v);
}

void viewer_begin(viewer *v, ocel_us at) { sim_clock_at(&v->world->clock, at, on_begin, v); }

// ---- receiver reports ----

static void send_report(viewer *v, int track, bool bye) {
  uint8_t frame[4 + RECEIVER_REPORT_MAX];
  receiver_report said;
  const size_t n = receiver_put_report(&v->tracks[track], &v->world->clock, bye, frame + 4, &said);
  if (v->track_tcp[track]) {
    frame[0] = '$';
    frame[1] = (uint8_t)(v->profile.channel + 2 * track + 1);
    frame[2] = 0;
    frame[3] = (uint8_t)n;
    viewer_send(v, ocel_span_make(frame, n + 4));
  } else {
    world_viewer_sends(v->world, v, (uint16_t)(v->udp_base + 2 * track + 1),
                       ocel_span_make(frame + 4, n));
  }
  world_reported(v->world, v, &said);
}

void viewer_report(viewer *v, bool bye) {
  if (v->link == NULL || v->closed) return;
  for (int i = 0; i < VIEWER_TRACKS; i++) {
    if (v->track_used[i]) send_report(v, i, bye);
  }
}

static void on_report(void *ctx) {
  viewer *v = ctx;
  v->reporting = false;
  if (!v->playing || v->muted || v->link == NULL) return;
  viewer_report(v, false);
  v->reporting = true;
  sim_clock_at(&v->world->clock, v->world->clock.now + rng_between(&v->rng, 3000000, 6000000),
               on_report, v);
}

// ---- keep-alives ----

static void on_keep(void *ctx) {
  viewer *v = ctx;
  v->keeping = false;
  if (v->session[0] == '\0' || v->muted || v->link == NULL || v->leaving) return;
  const bool options = v->profile.keep == KEEP_OPTIONS;
  if (v->count < VIEWER_PENDING / 2) {
    viewer_ask(v, &(viewer_request){options ? OCEL_METHOD_OPTIONS : OCEL_METHOD_GET_PARAMETER, -1,
                                    200, false});
  }
  v->keeping = true;
  sim_clock_at(&v->world->clock, v->world->clock.now + v->profile.keep_interval, on_keep, v);
}

static bool keeps_by_requests(const viewer *v) {
  const viewer_keep k = v->profile.keep;
  return k == KEEP_OPTIONS || k == KEEP_GET_PARAMETER || k == KEEP_BOTH;
}

static bool keeps_by_reports(const viewer *v) {
  return v->profile.keep == KEEP_REPORTS || v->profile.keep == KEEP_BOTH;
}

// Bytes that a server has to ignore on its RTP port, as players send them.
static void punch(viewer *v, int track) {
  static const uint8_t LIVE555[4] = {0xce, 0xfa, 0xed, 0xfe};
  world_viewer_sends(v->world, v, (uint16_t)(v->udp_base + 2 * track),
                     ocel_span_make(LIVE555, sizeof LIVE555));
}

void viewer_start_media(viewer *v) {
  v->playing = true;
  for (int i = 0; i < VIEWER_TRACKS; i++) {
    if (v->track_used[i] && !v->track_tcp[i] && !v->profile.multicast) punch(v, i);
  }
  if (keeps_by_reports(v) && !v->reporting) on_report(v);
  if (keeps_by_requests(v) && !v->keeping) {
    v->keeping = true;
    sim_clock_at(&v->world->clock, v->world->clock.now + v->profile.keep_interval, on_keep, v);
  }
}

void viewer_stop_media(viewer *v) {
  v->playing = false;
  v->session[0] = '\0';
  v->track_used[0] = v->track_used[1] = false;
}

// ---- SDP ----

static bool holds(ocel_span text, const char *what) {
  const size_t n = strlen(what);
  for (size_t i = 0; i + n <= text.n; i++) {
    if (memcmp(text.p + i, what, n) == 0) return true;
  }
  return false;
}

static bool has_parameters(const producer *p, ocel_span sps, ocel_span sdp) {
  uint8_t pps[64], text[256];
  ocel_wbuf w = ocel_wbuf_make(text, sizeof text - 1);
  ocel_put_str(&w, "sprop-parameter-sets=");
  ocel_put_base64(&w, sps);
  ocel_put_str(&w, ",");
  ocel_put_base64(&w, ocel_span_make(pps, producer_pps(p, pps)));
  text[w.n] = '\0';
  return holds(sdp, (const char *)text);
}

void viewer_check_sdp(const viewer *v, ocel_span sdp) {
  static const char *const NEEDED[] = {
      "v=0\r\n",
      "o=",
      "s=",
      "c=IN IP",
      "t=0 0\r\n",
      "m=video 0 RTP/AVP 96\r\n",
      "a=rtpmap:96 H264/90000\r\n",
      "packetization-mode=1",
      "profile-level-id=42C028",
      "a=control:trackID=0\r\n",
  };
  for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++) {
    CHECK(holds(sdp, NEEDED[i]), "viewer %d: the SDP lacks %s", v->number, NEEDED[i]);
  }
  bool known = false;
  for (unsigned i = 0; i < v->world->media.producer_count; i++) {
    const producer *p = v->world->media.producers[i];
    uint8_t sps[64];
    known = known || has_parameters(p, ocel_span_make(sps, producer_sps(p, sps)), sdp);
    known = known || has_parameters(p, ocel_span_make(sps, producer_old_sps(p, sps)), sdp);
  }
  CHECK(known, "viewer %d: the SDP has other parameter sets than the stream", v->number);
}
