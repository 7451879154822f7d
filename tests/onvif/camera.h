// SPDX-License-Identifier: Apache-2.0
// A camera with two streams that remembers what was done to it, and the service around it, asked as
// the engine asks it.
#ifndef CAMERA_H
#define CAMERA_H

#include "fake_hash.h"
#include "ocel/onvif.h"
#include "ocel_test.h"
#include "onvif/action.h"
#include "xml.h"

enum { NOW = 1795551330, ANSWER_MAX = 65536 };  // 2026-11-24T20:15:30Z

typedef struct {
  ocel_onvif onvif;
  ocel_onvif_config cfg;
  ocel_onvif_stream stream[2];
  unsigned streams;
  ocel_onvif_network network;
  bool networked, discoverable, refuses;
  ocel_onvif_clock clock;
  int64_t utc;
  int64_t utc_set;
  unsigned reboots, keyframes, settings;
  unsigned set_stream;
  ocel_onvif_video set;
  // The request.
  const char *host;
  ocel_role role;
  bool secure;
  ocel_addr peer, local;
  ocel_us now;
  // The answer.
  uint16_t status;
  char text[ANSWER_MAX];
  size_t largest;  // of its items
} camera;

static inline bool camera_stream(void *ctx, unsigned number, ocel_onvif_stream *out) {
  const camera *c = ctx;
  if (number >= c->streams) return false;
  *out = c->stream[number];
  return true;
}

static inline bool camera_network(void *ctx, const ocel_addr *local, ocel_onvif_network *out) {
  const camera *c = ctx;
  (void)local;
  *out = c->network;
  return c->networked;
}

static inline int64_t camera_utc(void *ctx, ocel_onvif_clock *clock) {
  const camera *c = ctx;
  *clock = c->clock;
  return c->utc;
}

static inline bool camera_set_utc(void *ctx, int64_t seconds) {
  camera *c = ctx;
  if (c->refuses) return false;
  c->utc_set = seconds;
  return true;
}

static inline ocel_err camera_set_video(void *ctx, unsigned number, const ocel_onvif_video *video) {
  camera *c = ctx;
  c->settings++;
  c->set_stream = number;
  c->set = *video;
  return c->refuses ? OCEL_ERR_UNSUPPORTED : OCEL_OK;
}

static inline void camera_keyframe(void *ctx, unsigned number) {
  camera *c = ctx;
  c->keyframes += number + 1;
}

static inline void camera_reboot(void *ctx) { ((camera *)ctx)->reboots++; }
static inline bool camera_discoverable(void *ctx) { return ((camera *)ctx)->discoverable; }
static inline bool camera_set_discoverable(void *ctx, bool on) {
  camera *c = ctx;
  if (c->refuses) return false;
  c->discoverable = on;
  return true;
}

static inline void camera_begin(camera *c) {
  c->onvif = (ocel_onvif){0};
  assert_int_equal(ocel_onvif_init(&c->onvif, &c->cfg), OCEL_OK);
}

// Everything that there can be, and a user "ada" with the password "engine".
static inline void camera_init(camera *c) {
  *c = (camera){.streams = 2,
                .networked = true,
                .discoverable = true,
                .utc = NOW,
                .clock = OCEL_ONVIF_CLOCK_NTP,
                .host = "camera.example:8080"};
  const ocel_onvif_stream big = {
      .path = "/stream",
      .name = "Front \"door\" & <gate>",
      .snapshot_path = "/snapshot",
      .multicast = true,
      .profile = OCEL_ONVIF_HIGH,
      .video = {{1280, 720}, 25, 2000, 50},
      .frame_rate = {1,         30          },
      .bitrate = {100, 10000},
      .gop = {1,      120               },
      .size_count = 2,
      .size = {{1280, 720},   {640, 360}},
      .sound = OCEL_ONVIF_AAC,
      .sound_bitrate = 64,
      .sound_rate = 16000,
      .channels = 1
  };
  c->stream[0] = big;
  c->stream[1] = (ocel_onvif_stream){
      .path = "/low",
      .name = "low",
      .encoding = OCEL_ONVIF_JPEG,
      .video = {{640, 360}, 10, 500, 1},
      .frame_rate = {10,         10          },
      .bitrate = {500,500},
      .gop = {1,        1                  }
  };
  c->network = (ocel_onvif_network){
      .name = "eth0",
      .mac = {2, 0, 0x5e, 0x10, 0xab, 0xcd},
      .address = ocel_addr_ipv4(192, 0, 2, 7, 0),
      .prefix = 24,
      .gateway = ocel_addr_ipv4(192, 0, 2, 1, 0),
      .dns = ocel_addr_ipv4(192, 0, 2, 53, 0),
      .hostname = "front-door",
      .ntp = "pool.example"
  };
  ocel_onvif_defaults(&c->cfg);
  c->cfg.read_xml = ocel_expat_read;
  c->cfg.hash = fake_hash;
  c->cfg.user[0] = (ocel_onvif_user){"ada", "engine", OCEL_ROLE_ADMIN};
  c->cfg.user[1] = (ocel_onvif_user){"bob", "looks", OCEL_ROLE_VIEWER};
  static const char *const scopes[] = {"onvif://www.onvif.org/one", "onvif://www.onvif.org/two",
                                       NULL};
  ocel_onvif_camera *k = &c->cfg.camera;
  *k = (ocel_onvif_camera){.ctx = c,
                           .manufacturer = "Maker",
                           .model = "Model",
                           .firmware = "1.2",
                           .hardware = "HW 1",
                           .serial = "S123",
                           .name = "Front door",
                           .location = "Hall",
                           .scopes = scopes,
                           .uuid = "01234567-89ab-cdef-0123-456789abcdef",
                           .rtsp_port = 8554,
                           .rtsps_port = 322,
                           .stream = camera_stream,
                           .network = camera_network,
                           .utc = camera_utc,
                           .set_utc = camera_set_utc,
                           .set_video = camera_set_video,
                           .keyframe = camera_keyframe,
                           .reboot = camera_reboot,
                           .discoverable = camera_discoverable,
                           .set_discoverable = camera_set_discoverable};
  c->peer = ocel_addr_ipv4(192, 0, 2, 99, 40000);
  c->local = ocel_addr_ipv4(192, 0, 2, 7, 80);
  c->now = OCEL_SECOND;
  camera_begin(c);
}

// Writes an answer item by item; one that does not fit is asked for again, as the engine does.
static inline void camera_write(camera *c, ocel_http_answer *answer) {
  size_t n = 0, room = 1;
  for (bool more = true; more;) {
    ocel_wbuf w = ocel_wbuf_make(c->text + n, room);
    ocel_http_progress at = answer->progress;
    more = answer->part(answer->ctx, &at, &w);
    if (w.overflow) {
      assert_true(room < OCEL_HTTP_PART_MAX);
      room = OCEL_HTTP_PART_MAX;
      more = true;
      continue;
    }
    answer->progress = at;
    if (w.n > c->largest) c->largest = w.n;
    n += w.n;
    assert_true(n < ANSWER_MAX - OCEL_HTTP_PART_MAX);
    room = 1;
  }
  assert_int_equal(n, answer->length);
  c->text[n] = '\0';
}

static inline ocel_http_answer camera_call(camera *c, ocel_span body) {
  ocel_span header[OCEL_HTTP_HEADER_COUNT] = {
      {NULL, 0}
  };
  if (c->host != NULL) header[OCEL_HTTP_HEADER_HOST] = ocel_span_str(c->host);
  const ocel_http_call call = {.method = OCEL_HTTP_POST,
                               .header = header,
                               .body = body,
                               .peer = &c->peer,
                               .local = &c->local,
                               .secure = c->secure,
                               .role = c->role,
                               .now = c->now};
  ocel_http_answer answer = {.status = 200};
  ocel__onvif_handle(&c->onvif, &call, &answer);
  return answer;
}

// Sends a whole envelope; gives the answer's text.
static inline const char *camera_post(camera *c, const char *envelope) {
  ocel_http_answer answer = camera_call(c, guarded(ocel_span_str(envelope)));
  c->status = answer.status;
  c->text[0] = '\0';
  if (answer.body == OCEL_HTTP_PARTS) {
    camera_write(c, &answer);
    answer.release(answer.ctx);
  }
  return c->text;
}

#define DEVICE "http://www.onvif.org/ver10/device/wsdl"
#define MEDIA "http://www.onvif.org/ver10/media/wsdl"

// Asks for an action with `inside` in its element.
static inline const char *camera_ask(camera *c, const char *uri, const char *action,
                                     const char *inside) {
  static char text[OCEL__SOAP_SIZE];
  (void)snprintf(text, sizeof text,
                 "<s:Envelope xmlns:s=\"" OCEL__NS_SOAP
                 "\"><s:Body><n:%s xmlns:n=\"%s\">%s</n:%s>"
                 "</s:Body></s:Envelope>",
                 action, uri, inside, action);
  return camera_post(c, text);
}

static inline void assert_has(const camera *c, const char *wanted) {
  if (strstr(c->text, wanted) == NULL) fail_msg("no %s in:\n%s", wanted, c->text);
}

static inline void assert_has_not(const camera *c, const char *unwanted) {
  if (strstr(c->text, unwanted) != NULL) fail_msg("%s in:\n%s", unwanted, c->text);
}

// ---- well-formed? ----

static inline bool take_name(void *ctx, ocel_span uri, ocel_span name) {
  (void)ctx, (void)uri, (void)name;
  return true;
}
static inline bool take_text(void *ctx, ocel_span text) {
  (void)ctx, (void)text;
  return true;
}
static inline bool take_end(void *ctx) {
  (void)ctx;
  return true;
}

static inline void assert_well_formed(const camera *c) {
  static const ocel_xml_limits LIMITS = {ANSWER_MAX, 100, 10000, 100};
  static const ocel_xml_listener LISTENER = {take_name, take_name, take_name, take_text, take_end};
  const ocel_span text = ocel_span_str(c->text);
  if (ocel_expat_read(text, &LIMITS, &LISTENER, NULL) != OCEL_OK) {
    fail_msg("not well-formed:\n%s", c->text);
  }
}

#endif
