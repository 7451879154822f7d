// SPDX-License-Identifier: Apache-2.0
#include "onvif.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../ports/expat/xml.h"
#include "../../ports/mbedtls/hash.h"
#include "interface.h"
#include "log.h"

enum { IDENTITY_MAX = 256, UUID_BYTES = 16, LEAST_KBITS = 100, MOST_KBITS = 10000, MOST_GOP = 120 };

// ---- who this is ----

// What stays the same as long as this computer is set up: its machine-id, or its name.
static void read_identity(char *out, size_t size) {
  static const char *const FILES[] = {"/etc/machine-id", "/var/lib/dbus/machine-id"};
  for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
    FILE *file = fopen(FILES[i], "re");
    if (file == NULL) continue;
    const bool any = fgets(out, (int)size, file) != NULL && out[0] != '\n';
    (void)fclose(file);
    if (any) return;
  }
  if (gethostname(out, size - 1) != 0) out[0] = '\0';
}

// A UUID (RFC 9562 5.8) and a serial number from a hash: nobody can tell the machine-id from it.
static bool make_identity(oceld_onvif *o) {
  char identity[IDENTITY_MAX] = "", port[16];
  uint8_t h[OCEL_HASH_MAX];
  read_identity(identity, sizeof identity);
  (void)snprintf(port, sizeof port, "%u", ocel_loop_http_port(o->loop));
  const ocel_span parts[] = {ocel_span_str("oceld ONVIF endpoint\n"), ocel_span_str(identity),
                             ocel_span_str(port)};
  if (!ocel_mbedtls_hash(NULL, OCEL_HASH_SHA256, parts, 3, h)) return false;
  (void)snprintf(o->serial, sizeof o->serial, "%02X%02X%02X%02X%02X%02X", h[16], h[17], h[18],
                 h[19], h[20], h[21]);
  (void)snprintf(o->camera.uuid, sizeof o->camera.uuid,
                 "%02x%02x%02x%02x-%02x%02x-8%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", h[0],
                 h[1], h[2], h[3], h[4], h[5], h[6] & 0xfu, h[7], (h[8] & 0x3fu) | 0x80u, h[9],
                 h[10], h[11], h[12], h[13], h[14], h[15]);
  return true;
}

// ---- what is asked ----

static uint32_t frame_rate(const oceld_onvif *o, const ocel_stream_stats *stats) {
  const oceld_rate fps = o->options->fps;
  if (fps.numerator > 0) return (fps.numerator + fps.denominator / 2) / fps.denominator;
  const uint32_t measured = (stats->track[0].frame_rate + 500) / 1000;
  return measured > 0 ? measured : 30;
}

// L16 and Opus have no name in the media service of version 1.
static void describe_sound(const oceld_onvif *o, ocel_onvif_stream *out) {
  const bool g711 = o->sound.codec == OCEL_CODEC_PCMU || o->sound.codec == OCEL_CODEC_PCMA;
  if (!g711 && o->sound.codec != OCEL_CODEC_AAC) return;
  out->sound = g711 ? OCEL_ONVIF_G711 : OCEL_ONVIF_AAC;
  out->sound_bitrate = 64;
  out->sound_rate = o->sound.clock_hz;
  out->channels = o->sound.channels;
}

static ocel_onvif_range just(uint32_t value) { return (ocel_onvif_range){value, value}; }

static void describe_ranges(const oceld_onvif *o, ocel_onvif_stream *out) {
  const bool tunable = o->encodes && out->encoding == OCEL_ONVIF_H264;
  out->frame_rate = just(out->video.frame_rate);
  out->bitrate = tunable ? (ocel_onvif_range){LEAST_KBITS, MOST_KBITS} : just(out->video.bitrate);
  out->gop = tunable ? (ocel_onvif_range){1, MOST_GOP} : just(out->video.gop);
}

static bool stream(void *ctx, unsigned number, ocel_onvif_stream *out) {
  const oceld_onvif *o = ctx;
  ocel_stream_stats stats;
  if (number >= o->streams->count) return false;
  const oceld_stream_options *s = &o->streams->items[number];
  memset(out, 0, sizeof *out);
  const ocel_server *server = ocel_loop_server(o->loop);
  if (ocel_server_get_stream_stats(server, (int)number, ocel_loop_now(), &stats) != OCEL_OK) {
    return false;
  }
  out->path = s->path;
  out->name = s->name[0] != '\0' ? s->name : s->path + 1;
  out->snapshot_path = o->snapshot[number];
  out->multicast = o->options->multicast[0] != '\0';
  out->encoding = s->codec == 0 ? OCEL_ONVIF_H264 : OCEL_ONVIF_JPEG;
  out->profile = OCEL_ONVIF_MAIN;
  out->video = (ocel_onvif_video){
      {stats.width, stats.height},
      frame_rate(o, &stats), s->bitrate / 1000, s->gop
  };
  describe_ranges(o, out);
  if (stats.track_count > 1) describe_sound(o, out);
  return true;
}

static bool network(void *ctx, const ocel_addr *local, ocel_onvif_network *out) {
  (void)ctx;
  return oceld_interface_of(local, out);
}

static int64_t utc(void *ctx, ocel_onvif_clock *clock) {
  (void)ctx;
  *clock = OCEL_ONVIF_CLOCK_NTP;
  return (int64_t)time(NULL);
}

// ---- what is done ----

static ocel_err set_video(void *ctx, unsigned number, const ocel_onvif_video *wanted) {
  const oceld_onvif *o = ctx;
  oceld_streams_set(o->streams, number, wanted->bitrate * 1000, wanted->gop);
  return OCEL_OK;
}

static void keyframe(void *ctx, unsigned number) {
  const oceld_onvif *o = ctx;
  oceld_streams_want_key(o->streams, number, ocel_loop_now());
}

// The first stream's has no name.
static void name_snapshots(oceld_onvif *o) {
  for (unsigned i = 0; i < o->streams->count; i++) {
    (void)snprintf(o->snapshot[i], sizeof o->snapshot[i], "/snapshot%s",
                   i == 0 ? "" : o->streams->items[i].path);
  }
}

static bool discoverable(void *ctx) {
  const oceld_onvif *o = ctx;
  return atomic_load(&o->found);
}

static bool set_discoverable(void *ctx, bool on) {
  oceld_onvif *o = ctx;
  atomic_store(&o->found, on);
  ocel_discovery_wake(o->discovery);
  return true;
}

static void describe(oceld_onvif *o) {
  const oceld_options *options = o->options;
  ocel_onvif_camera *c = &o->camera;
  c->ctx = o;
  c->manufacturer = "ocel";
  c->model = "oceld";
  c->firmware = OCELD_VERSION;
  c->hardware = "Linux";
  c->serial = o->serial;
  c->name = options->onvif_name[0] != '\0' ? options->onvif_name : "oceld";
  c->rtsp_port = ocel_loop_port(o->loop);
  c->rtsps_port = ocel_loop_tls_port(o->loop);
  c->stream = stream;
  c->network = network;
  c->utc = utc;
  c->set_video = o->encodes ? set_video : NULL;
  c->keyframe = keyframe;
}

// ---- WS-Discovery ----

static void *run_discovery(void *arg) {
  ocel_discovery_run(arg);
  return NULL;
}

// A camera that cannot be found can be added all the same.
static void open_discovery(oceld_onvif *o) {
  const ocel_discovery_config cfg = {.camera = &o->camera,
                                     .read_xml = ocel_expat_read,
                                     .http_port = ocel_loop_http_port(o->loop),
                                     .instance = (uint32_t)time(NULL)};
  oceld_failure why;
  if (o->options->discovery == 0) return;
  o->discovery = ocel_discovery_open(&cfg, o->options->bind, why.text, sizeof why.text);
  if (o->discovery == NULL) {
    oceld_log(OCELD_LOG_WARNING, "no WS-Discovery: %s; --no-discovery for none", why.text);
    return;
  }
  atomic_store(&o->found, true);
  o->camera.discoverable = discoverable;
  o->camera.set_discoverable = set_discoverable;
  if (pthread_create(&o->discovery_thread, NULL, run_discovery, o->discovery) == 0) return;
  ocel_discovery_close(o->discovery);
  o->discovery = NULL;
  o->camera.discoverable = NULL;
  o->camera.set_discoverable = NULL;
}

void oceld_onvif_close(oceld_onvif *o) {
  if (o->discovery == NULL) return;
  ocel_discovery_stop(o->discovery);
  (void)pthread_join(o->discovery_thread, NULL);
  ocel_discovery_close(o->discovery);
}

// As over HTTP: the only one that there is may do everything.
static void set_users(const oceld_options *o, ocel_onvif_config *cfg) {
  const bool admin = o->admin_username[0] != '\0', viewer = o->username[0] != '\0';
  if (admin) {
    cfg->user[0] = (ocel_onvif_user){o->admin_username, o->admin_password, OCEL_ROLE_ADMIN};
  }
  if (viewer) {
    cfg->user[1] =
        (ocel_onvif_user){o->username, o->password, admin ? OCEL_ROLE_VIEWER : OCEL_ROLE_ADMIN};
  }
}

bool oceld_onvif_open(oceld_onvif *o, const oceld_source_traits *traits, oceld_failure *why) {
  const oceld_options *options = o->options;
  ocel_onvif_config cfg;
  o->encodes = traits->keyframe_on_request;
  o->sound = traits->sound;
  if (!make_identity(o)) return oceld_fail(why, "ONVIF needs SHA-256, which cannot be computed");
  name_snapshots(o);
  describe(o);
  open_discovery(o);
  ocel_onvif_defaults(&cfg);
  cfg.read_xml = ocel_expat_read;
  cfg.hash = ocel_mbedtls_hash;
  cfg.camera = o->camera;
  set_users(options, &cfg);
  ocel_err rc = ocel_onvif_init(&o->onvif, &cfg);
  if (rc == OCEL_OK) rc = ocel_onvif_attach(&o->onvif, ocel_loop_server(o->loop));
  return rc == OCEL_OK || oceld_fail(why, "ONVIF cannot be served: %s", ocel_err_name(rc));
}
