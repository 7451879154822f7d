// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <assert.h>
#include <string.h>

#include "group.h"
#include "log.h"
#include "ocel/format.h"
#include "ocel/jpeg_pack.h"
#include "ocel/retransmission.h"
#include "ocel/server.h"
#include "option_kinds.h"
#include "stream_options.h"

#define FIELD(name) offsetof(oceld_options, name), sizeof(((oceld_options *)NULL)->name)

_Static_assert(OCEL_RETRANSMISSION_KNOWN == 0 && OCEL_RETRANSMISSION_OFF == 1 &&
                   OCEL_RETRANSMISSION_ALL == 2,
               "the words of `retransmission` stand in the order of ocel_retransmission");
_Static_assert(OCEL_START_DEFAULT == 0 && OCEL_START_GOP == 1 && OCEL_START_IDR == 2 &&
                   OCEL_START_LIVE == 3,
               "the words of `start` stand in the order of ocel_start");
_Static_assert(OCEL_CODEC_H264 == 0 && OCEL_CODEC_PCMU == 1 && OCEL_CODEC_PCMA == 2 &&
                   OCEL_CODEC_L16 == 3 && OCEL_CODEC_AAC == 4 && OCEL_CODEC_OPUS == 5,
               "the words of `audio` stand in the order of ocel_codec");
_Static_assert(OCELD_LOG_ERROR == 0 && OCELD_LOG_DEBUG == 3,
               "the words of `log_level` stand in the order of oceld_log_level");

// clang-format off
static const oceld_option TABLE[] = {
    {"port", OCELD_INTEGER, 0, 65535, "8554", "N",
     "port of RTSP over TCP; 0 takes any free one", {NULL}, FIELD(port), false},
    {"stream_path", OCELD_URL_PATH, 0, 0, "/stream", "PATH",
     "path of the URL: rtsp://ADDRESS:PORT/stream", {NULL}, FIELD(stream_path), false},
    {"rtp_port", OCELD_INTEGER, 0, 65535, "5004", "N",
     "UDP port that RTP is sent from; 0 takes any free one", {NULL}, FIELD(rtp_port), false},
    {"rtcp_port", OCELD_INTEGER, 0, 65535, "5005", "N",
     "UDP port of RTCP; 0 takes any free one", {NULL}, FIELD(rtcp_port), false},
    {"tls_port", OCELD_INTEGER, 0, 65535, "", "N",
     "port of RTSPS (RTSP inside TLS); 0: none; 8322 if tls_cert is given",
     {NULL}, FIELD(tls_port), false},
    {"tls_cert", OCELD_FILE, 0, 0, "", "FILE",
     "certificate of RTSPS (PEM); made with its key, if the file is not there",
     {NULL}, FIELD(tls_cert), true},
    {"tls_key", OCELD_FILE, 0, 0, "", "FILE",
     "its private key (PEM); without, it stands in tls_cert, too",
     {NULL}, FIELD(tls_key), true},
    {"http_port", OCELD_INTEGER, 0, 65535, "", "N",
     "port of HTTP, and of RTSP over HTTP; 0: none; 8080 if it is free",
     {NULL}, FIELD(http_port), false},
    {"max_clients", OCELD_INTEGER, 1, 4096, "64", "N",
     "sessions at the same time", {NULL}, FIELD(max_clients), false},
    {"max_connections_per_address", OCELD_INTEGER, 0, 8192, "32", "N",
     "connections from one address; 0: no limit",
     {NULL}, FIELD(max_connections_per_address), false},
    {"allowed_ips", OCELD_NETWORKS, 0, 0, "", "LIST",
     "who may connect: addresses and networks, with commas between",
     {NULL}, FIELD(allowed_ips), false},
    {"dscp", OCELD_INTEGER, 0, 63, "0", "N",
     "mark packets for the network's queues; 34 is AF41, video", {NULL}, FIELD(dscp), false},
    {"tcp_pace", OCELD_BITS, 0, 4000000000, "0", "N",
     "over TCP, bits per second to one connection at most; 0: as fast as it goes",
     {NULL}, FIELD(tcp_pace), false},
    {"retransmission", OCELD_CHOICE, 0, 0, "known", "WHOSE",
     "over UDP, who may ask for lost packets: players known to (GStreamer), or all",
     {"known", "off", "all"}, FIELD(retransmission), false},
    {"multicast", OCELD_MULTICAST, 0, 0, "", "GROUP",
     "multicast to GROUP[:PORT[:TTL]] if a player asks; PORT as rtp_port, TTL 1",
     {NULL}, FIELD(multicast), false},
    {"bind", OCELD_ADDRESS, 0, 0, "", "ADDRESS",
     "serve on this address only", {NULL}, FIELD(bind), false},
    {"source", OCELD_SOURCE, 0, 0, "test", "SOURCE",
     "where the pictures come from", {NULL}, FIELD(source), false},
    {"size", OCELD_SIZE, 16, 8192, "", "WxH",
     "picture size; 1280x720 for the test picture, else the source's own",
     {NULL}, FIELD(size), false},
    {"fps", OCELD_RATE, 1, 240, "", "N",
     "pictures per second; 30 for the test picture, else the source's own",
     {NULL}, FIELD(fps), false},
    {"codec", OCELD_CHOICE, 0, 0, "h264", "CODEC",
     "what pictures are encoded as; mjpeg is for old or simple clients, and large",
     {"h264", "mjpeg"}, FIELD(codec), false},
    {"quality", OCELD_INTEGER, 1, 100, "80", "N",
     "of the pictures of codec mjpeg", {NULL}, FIELD(quality), true},
    {"bitrate", OCELD_BITS, 100000, 10000000, "2000000", "N",
     "bits per second of encoded video", {NULL}, FIELD(bitrate), true},
    {"adaptive_bitrate", OCELD_CHOICE, 0, 0, "no", "WORD",
     "let the bit rate go down to min_bitrate while a viewer's network carries less",
     {"no", "yes"}, FIELD(adaptive_bitrate), false},
    {"min_bitrate", OCELD_BITS, 50000, 10000000, "300000", "N",
     "with adaptive_bitrate: never less bits per second", {NULL}, FIELD(min_bitrate), false},
    {"gop", OCELD_INTEGER, 1, 120, "30", "N",
     "pictures from one IDR picture to the next", {NULL}, FIELD(gop), true},
    {"qp_min", OCELD_INTEGER, 0, 51, "10", "N",
     "lowest quantiser: best picture", {NULL}, FIELD(qp_min), true},
    {"qp_max", OCELD_INTEGER, 0, 51, "40", "N",
     "highest quantiser: worst picture", {NULL}, FIELD(qp_max), true},
    {"audio", OCELD_CHOICE, 0, 0, "aac", "CODEC",
     "what sound is encoded as; none leaves it out",
     {"none", "pcmu", "pcma", "l16", "aac", "opus"}, FIELD(audio), false},
    {"start", OCELD_CHOICE, 0, 0, "default", "WHERE",
     "where a player begins; default is gop over TCP and idr over UDP",
     {"default", "gop", "idr", "live"}, FIELD(start), false},
    {"stats", OCELD_FILE, 0, 0, "", "FILE",
     "write all counters to FILE as JSON once a second", {NULL}, FIELD(stats), false},
    {"stats_interval", OCELD_INTEGER, 0, 86400, "0", "SECONDS",
     "log a line of statistics for each stream so often; 0: never",
     {NULL}, FIELD(stats_interval), true},
    {"payload_max", OCELD_INTEGER, 64, 1400, "1400", "N",
     "largest RTP payload in bytes", {NULL}, FIELD(payload_max), false},
    {"session_timeout", OCELD_INTEGER, 5, 3600, "60", "SECONDS",
     "a silent session ends after this time", {NULL}, FIELD(session_timeout), false},
    {"ring_size", OCELD_BYTES, 1u << 20, 1u << 30, "", "BYTES",
     "memory for media; by default what two groups of pictures need",
     {NULL}, FIELD(ring_size), false},
    {"username", OCELD_USERNAME, 0, 0, "", "NAME",
     "ask for this user name, and the password", {NULL}, FIELD(username), false},
    {"password", OCELD_PASSWORD, 0, 0, "", "TEXT",
     "the password; ps shows it: better use password_file", {NULL}, FIELD(password), false},
    {"password_file", OCELD_FILE, 0, 0, "", "FILE",
     "the password is the first line of FILE", {NULL}, FIELD(password_file), false},
    {"admin_username", OCELD_USERNAME, 0, 0, "", "NAME",
     "who else may change settings over HTTP; without, `username` may",
     {NULL}, FIELD(admin_username), false},
    {"admin_password", OCELD_PASSWORD, 0, 0, "", "TEXT",
     "that one's password; better use admin_password_file",
     {NULL}, FIELD(admin_password), false},
    {"admin_password_file", OCELD_FILE, 0, 0, "", "FILE",
     "that one's password is the first line of FILE",
     {NULL}, FIELD(admin_password_file), false},
    {"allow_basic", OCELD_CHOICE, 0, 0, "no", "WORD",
     "offer Basic, which sends the password in the clear, without TLS too",
     {"no", "yes"}, FIELD(allow_basic), false},
    {"onvif", OCELD_CHOICE, 0, 0, "yes", "WORD",
     "be an ONVIF camera, where HTTP is served; --no-onvif: none",
     {"no", "yes"}, FIELD(onvif), false},
    {"onvif_name", OCELD_TEXT, 0, 0, "", "TEXT",
     "its name in ONVIF clients; oceld without", {NULL}, FIELD(onvif_name), false},
    {"discovery", OCELD_CHOICE, 0, 0, "yes", "WORD",
     "be found by WS-Discovery, with ONVIF; --no-discovery: not",
     {"no", "yes"}, FIELD(discovery), false},
    {"log_level", OCELD_CHOICE, 0, 0, "info", "LEVEL",
     "what is logged", {"error", "warning", "info", "debug"}, FIELD(log_level), true},
};
// clang-format on

enum {
  OPTION_COUNT = sizeof TABLE / sizeof TABLE[0],
  TLS_PORT = 8322,
  HTTP_PORT = 8080,
  RTP_PORT = 5004
};

#define PORT_NOT_GIVEN UINT32_MAX

const oceld_option *oceld_option_table(size_t *count) {
  *count = OPTION_COUNT;
  return TABLE;
}

static char folded(char c) { return (char)(c == '-' ? '_' : c); }

static bool same_name(const char *a, const char *b) {
  for (; *a != '\0' && folded(*a) == folded(*b); a++) b++;
  return *a == '\0' && *b == '\0';
}

const oceld_option *oceld_option_find(const char *name) {
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (same_name(name, TABLE[i].name)) return &TABLE[i];
  }
  return NULL;
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

// Levenshtein's distance; only for names shorter than the row.
static unsigned distance(const char *a, const char *b) {
  unsigned row[32];
  const size_t n = strlen(b);
  assert(n < sizeof row / sizeof row[0]);
  for (unsigned j = 0; j <= n; j++) row[j] = j;
  for (unsigned i = 1; a[i - 1] != '\0'; i++) {
    unsigned diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= n; j++) {
      const unsigned replaced = diagonal + (folded(a[i - 1]) != b[j - 1]);
      diagonal = row[j];
      row[j] = least(replaced, 1 + least(row[j], row[j - 1]));
    }
  }
  return row[n];
}

const oceld_option *oceld_option_nearest(const char *name) {
  const oceld_option *best = NULL;
  unsigned best_distance = 3;  // More than two slips are no slip.
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const unsigned d = distance(name, TABLE[i].name);
    if (d >= best_distance) continue;
    best = &TABLE[i];
    best_distance = d;
  }
  return best;
}

void oceld_options_defaults(oceld_options *o) {
  memset(o, 0, sizeof *o);
  o->fps.denominator = 1;
  o->tls_port = o->http_port = PORT_NOT_GIVEN;
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    oceld_failure why;
    if (TABLE[i].initial[0] == '\0') continue;
    const bool ok = oceld_option_set(o, &TABLE[i], TABLE[i].initial, &why);
    assert(ok);
    (void)ok;
  }
}

bool oceld_option_set(oceld_options *o, const oceld_option *option, const char *value,
                      oceld_failure *why) {
  return oceld_kind_rules_of(option->kind)->read(option, value, (char *)o + option->offset, why);
}

static bool listeners_differ(const oceld_options *o, oceld_failure *why) {
  if (o->port != 0 && o->port == oceld_options_tls_port(o)) {
    return oceld_fail(why, "port and tls_port are both %u; give them different ports", o->port);
  }
  const uint32_t http = oceld_options_http_port(o, NULL);
  if (http != 0 && (http == o->port || http == oceld_options_tls_port(o))) {
    return oceld_fail(why, "http_port (%u) is the port of another listener; give it one of its own",
                      http);
  }
  return true;
}

ocel_codec oceld_options_codec(const oceld_options *o) {
  return o->codec == 0 ? OCEL_CODEC_H264 : OCEL_CODEC_JPEG;
}

static bool jpeg_fits(const oceld_options *o, oceld_failure *why) {
  if (oceld_options_codec(o) != OCEL_CODEC_JPEG) return true;
  if (o->size.width > OCEL_JPEG_SIDE_MAX || o->size.height > OCEL_JPEG_SIDE_MAX) {
    return oceld_fail(why, "size: RTP carries pictures of codec mjpeg up to %ux%u only",
                      OCEL_JPEG_SIDE_MAX, OCEL_JPEG_SIDE_MAX);
  }
  if (o->payload_max < OCEL_JPEG_PAYLOAD_MIN) {
    return oceld_fail(why, "payload_max: codec mjpeg needs at least %u", OCEL_JPEG_PAYLOAD_MIN);
  }
  return true;
}

static bool pace_suffices(const oceld_options *o, oceld_failure *why) {
  if (o->tcp_pace == 0 || o->tcp_pace >= o->bitrate) return true;
  return oceld_fail(why,
                    "tcp_pace (%u) is below the bitrate (%u); give several times as much, or 0",
                    o->tcp_pace, o->bitrate);
}

static bool media_fits(const oceld_options *o, oceld_failure *why) {
  return jpeg_fits(o, why) && pace_suffices(o, why);
}

static bool users_whole(const oceld_options *o, oceld_failure *why) {
  if ((o->username[0] == '\0') != (o->password[0] == '\0')) {
    return oceld_fail(why, "username and password go together; give both or neither");
  }
  if ((o->admin_username[0] == '\0') != (o->admin_password[0] == '\0')) {
    return oceld_fail(why, "admin_username and admin_password go together; give both or neither");
  }
  return true;
}

bool oceld_options_check(const oceld_options *o, oceld_failure *why) {
  if (o->qp_min > o->qp_max) {
    return oceld_fail(why, "qp_min (%u) is above qp_max (%u); give a qp_min of at most %u",
                      o->qp_min, o->qp_max, o->qp_max);
  }
  if (!users_whole(o, why)) return false;
  if (o->rtp_port != 0 && o->rtp_port == o->rtcp_port) {
    return oceld_fail(why,
                      "rtp_port and rtcp_port are both %u; give them different ports, "
                      "for example 5004 and 5005",
                      o->rtp_port);
  }
  if (o->tls_key[0] != '\0' && o->tls_cert[0] == '\0') {
    return oceld_fail(why, "tls_key is given without tls_cert; name the certificate, too");
  }
  if (!listeners_differ(o, why) || !media_fits(o, why)) return false;
  if ((o->rtp_port == 0) != (o->rtcp_port == 0)) {
    return oceld_fail(why,
                      "only one of rtp_port and rtcp_port is 0; give both a port, or "
                      "0 to both for any free ones");
  }
  return oceld_streams_check(o, why);
}

bool oceld_options_multicast(const oceld_options *o, ocel_addr *group, uint8_t *ttl) {
  oceld_failure why;
  const bool known = o->rtp_port != 0 && o->rtp_port % 2 == 0;
  if (o->multicast[0] == '\0' || !oceld_group_read(o->multicast, group, ttl, &why)) return false;
  if (group->port == 0) group->port = known ? (uint16_t)o->rtp_port : RTP_PORT;
  return true;
}

uint16_t oceld_options_tls_port(const oceld_options *o) {
  if (o->tls_port != PORT_NOT_GIVEN) return (uint16_t)o->tls_port;
  return o->tls_cert[0] != '\0' ? TLS_PORT : 0;
}

uint16_t oceld_options_http_port(const oceld_options *o, bool *optional) {
  const bool asked = o->http_port != PORT_NOT_GIVEN;
  const bool taken = o->port == HTTP_PORT || oceld_options_tls_port(o) == HTTP_PORT;
  if (optional != NULL) *optional = !asked;
  if (asked) return (uint16_t)o->http_port;
  return taken ? 0 : HTTP_PORT;
}

bool oceld_option_equal(const oceld_options *a, const oceld_options *b,
                        const oceld_option *option) {
  const char *pa = (const char *)a + option->offset, *pb = (const char *)b + option->offset;
  return memcmp(pa, pb, option->room) == 0;
}

oceld_source_type oceld_options_source(const oceld_options *o, const char **path) {
  static const struct {
    const char *prefix;
    oceld_source_type type;
  } PREFIX[] = {
      {"file:", OCELD_SOURCE_FILE},
      {"v4l2:", OCELD_SOURCE_V4L2}
  };
  for (size_t i = 0; i < sizeof PREFIX / sizeof PREFIX[0]; i++) {
    const size_t n = strlen(PREFIX[i].prefix);
    if (strncmp(o->source, PREFIX[i].prefix, n) != 0) continue;
    *path = o->source + n;
    return PREFIX[i].type;
  }
  *path = "";
  return OCELD_SOURCE_TEST;
}
