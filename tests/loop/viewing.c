// SPDX-License-Identifier: Apache-2.0
#include "viewing.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "h264_unpack.h"
#include "ocel/ring.h"

enum {
  UNIT_MAX = 1 << 16,
  RING_BYTES = 1 << 20,
  GOP = 8,
  KEY_BYTES = 20000,
  OTHER_BYTES = 3000,
  NUMBER_AT = 1,  // the picture's number, seven bits a byte
  NUMBER_BYTES = 4,
  VIEWERS = 6,
  PICTURES = 24,  // that each client checks
  FRAME_HEAD = 4,
  RTP_HEAD = 12,
  CHANNEL_RTP = 0,
};

// ---- pictures ----

static const uint8_t SETS[] = {0,    0,    0,    1, 0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0,
                               0x47, 0xfe, 0xc8, 0, 0,    0,    1,    0x68, 0xce, 0x3c, 0x80};

static const uint8_t START_CODE[] = {0, 0, 0, 1};

// One slice; its bytes are never 0, so that no start code is among them.
static size_t make_slice(uint32_t number, uint8_t *out) {
  const bool key = number % GOP == 0;
  const size_t n = (key ? KEY_BYTES : OTHER_BYTES) + number % 100;
  out[0] = key ? 0x65 : 0x41;
  for (size_t i = 1; i < n; i++) out[i] = (uint8_t)(number * 31u + (uint32_t)i * 7u) | 0x80;
  for (size_t i = 0; i < NUMBER_BYTES; i++) {
    out[NUMBER_AT + i] = (uint8_t)(number >> (7 * i)) | 0x80;
  }
  return n;
}

static uint32_t number_of(ocel_span slice) {
  uint32_t number = 0;
  if (slice.n < NUMBER_AT + NUMBER_BYTES) fail_msg("a slice of %zu bytes", slice.n);
  for (unsigned i = 0; i < NUMBER_BYTES && slice.p != NULL; i++) {
    number |= (uint32_t)(slice.p[NUMBER_AT + i] & 0x7f) << (7 * i);
  }
  return number;
}

static size_t make_picture(uint32_t number, uint8_t *out) {
  size_t n = 0;
  if (number % GOP == 0) {
    memcpy(out, SETS, sizeof SETS);
    n = sizeof SETS;
  }
  memcpy(out + n, START_CODE, sizeof START_CODE);
  n += sizeof START_CODE;
  return n + make_slice(number, out + n);
}

// ---- the server ----

typedef struct {
  rig rig;
  void *memory;
  ocel_ring *ring;
  pthread_t producer;
  atomic_bool ending;
} studio;

static void *produce(void *arg) {
  studio *const s = arg;
  const struct timespec pause = {0, 4000000};
  for (uint32_t number = 0; !s->ending;) {
    uint8_t *const room = ocel_ring_reserve(s->ring, UNIT_MAX);
    if (room != NULL) {
      const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB, .captured_at = ocel_loop_now()};
      // Refused after a dropped picture, until the next key picture.
      (void)!ocel_ring_commit(s->ring, (uint32_t)make_picture(number, room), &how);
      number++;
      ocel_loop_wake(s->rig.loop);
    }
    (void)nanosleep(&pause, NULL);
  }
  return NULL;
}

static void studio_open(studio *s) {
  const ocel_ring_config ring = {
      .unit_max = UNIT_MAX, .bytes = RING_BYTES, .records = 256, .align = 64};
  const size_t size = (ocel_ring_size(&ring) + 63) / 64 * 64;
  memset(s, 0, sizeof *s);
  s->memory = aligned_alloc(64, size);
  s->ring = ocel_ring_init(s->memory, size, &ring);
  assert_non_null(s->ring);
  const ocel_stream_config stream = {.path = "/stream", .track_count = 1, .track = {s->ring}};
  ocel_server_defaults(&s->rig.server);
  s->rig.server.max_clients = VIEWERS;
  rig_open(&s->rig, "");
  assert_int_equal(ocel_server_add_stream(ocel_loop_server(s->rig.loop), &stream), 0);
  rig_run(&s->rig);
  assert_int_equal(pthread_create(&s->producer, NULL, produce, s), 0);
}

static void studio_close(studio *s) {
  s->ending = true;
  assert_int_equal(pthread_join(s->producer, NULL), 0);
  rig_stop(&s->rig);
  free(s->memory);
}

// ---- a client ----

typedef struct {
  const studio *studio;
  const char *host;
  bool udp;
  int tcp, rtp, rtcp;
  uint16_t port;
  char session[64];
  uint16_t sequence;
  unsigned packets, pictures, jumps;
  uint32_t number, timestamp;
  h264_unpacker unpacker;
  uint8_t bytes[4 * KEY_BYTES];
} viewer;

static void open_pair(viewer *v) {
  const struct timeval limit = {10, 0};
  const int big = 1 << 20;
  ocel_sockaddr a;
  for (v->port = (uint16_t)(20000 + getpid() % 20000 * 2);; v->port = (uint16_t)(v->port + 2)) {
    assert_true(v->port < 65000);
    int *const fd[2] = {&v->rtp, &v->rtcp};
    int bound = 0;
    for (int i = 0; i < 2; i++) {
      assert_true(ocel__addr_parse(v->host, (uint16_t)(v->port + i), &a));
      *fd[i] = socket(a.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      bound += bind(*fd[i], &a.any, ocel__addr_size(&a)) == 0;
    }
    (void)setsockopt(v->rtp, SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
    (void)setsockopt(v->rtp, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (bound == 2) return;
    close(v->rtp);
    close(v->rtcp);
  }
}

// Sends a request and reads the reply, head and body; reports may stand before it.
static void ask(viewer *v, const char *method, const char *url_end, const char *header) {
  char text[512], reply[2048];
  const bool v6 = strchr(v->host, ':') != NULL;
  const int n =
      snprintf(text, sizeof text, "%s rtsp://%s%s%s:%u/stream%s RTSP/1.0\r\nCSeq: 1\r\n%s%s\r\n",
               method, v6 ? "[" : "", v->host, v6 ? "]" : "", ocel_loop_port(v->studio->rig.loop),
               url_end, v->session, header);
  send_all(v->tcp, text, (size_t)n);
  size_t have = 0;
  do {
    read_all(v->tcp, reply + have++, 1);
    reply[have] = '\0';
  } while (have < 4 || strcmp(reply + have - 4, "\r\n\r\n") != 0);
  const char *const length = strstr(reply, "Content-Length: ");
  const char *const session = strstr(reply, "Session: ");
  assert_non_null(strstr(reply, " 200 OK"));
  if (session != NULL) {
    (void)snprintf(v->session, sizeof v->session, "%.*s\r\n", (int)strcspn(session, ";\r"),
                   session);
  }
  for (long left = length != NULL ? strtol(length + 16, NULL, 10) : 0; left > 0; left--) {
    read_all(v->tcp, reply, 1);
  }
}

static void start(viewer *v) {
  char transport[128] = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
  v->tcp = client_open(&v->studio->rig, v->host);
  if (v->udp) {
    open_pair(v);
    (void)snprintf(transport, sizeof transport, "Transport: RTP/AVP;unicast;client_port=%u-%u\r\n",
                   v->port, v->port + 1u);
  }
  ask(v, "DESCRIBE", "", "");
  ask(v, "SETUP", "/trackID=0", transport);
  ask(v, "PLAY", "", "");
}

// The last NAL unit of the picture is its slice, which must be just what was produced.
static void check_picture(viewer *v) {
  static uint8_t want[UNIT_MAX];
  ocel_span rest = ocel_span_make(v->bytes, v->unpacker.out.n), slice = {NULL, 0};
  while (rest.n > 0) {
    const uint32_t n = ocel_be32(ocel_span_take(&rest, 4).p);
    slice = ocel_span_take(&rest, n);
  }
  const uint32_t number = number_of(slice);
  // Pictures are left out up to a key picture, or not at all.
  const bool next = v->pictures > 0 && number == v->number + 1;
  assert_true(next || number % GOP == 0);
  v->jumps += v->pictures > 0 && !next;
  assert_int_equal(make_slice(number, want), slice.n);
  assert_memory_equal(want, slice.p, slice.n);
  v->number = number;
  v->pictures++;
}

static void take_packet(viewer *v, const uint8_t *packet, size_t n) {
  assert_true(n > RTP_HEAD);
  const uint16_t sequence = ocel_be16(packet + 2);
  const uint32_t timestamp = ocel_be32(packet + 4);
  // Whoever is too slow may be left with half a picture; one number is left out then, and a key
  // picture must come next.
  const bool cut = v->unpacker.out.p != NULL && timestamp != v->timestamp;
  if (v->packets++ > 0) assert_int_equal(sequence, (uint16_t)(v->sequence + (cut ? 2 : 1)));
  if (cut) memset(&v->unpacker, 0, sizeof v->unpacker);
  v->sequence = sequence;
  v->timestamp = timestamp;
  if (v->unpacker.out.p == NULL) v->unpacker.out = ocel_wbuf_make(v->bytes, sizeof v->bytes);
  assert_true(h264_unpack(&v->unpacker, ocel_span_make(packet + RTP_HEAD, n - RTP_HEAD)));
  if ((packet[1] & 0x80) == 0) return;
  check_picture(v);
  memset(&v->unpacker, 0, sizeof v->unpacker);
}

static void receive(viewer *v) {
  uint8_t packet[2048];
  if (v->udp) {
    const ssize_t n = recv(v->rtp, packet, sizeof packet, 0);
    assert_true(n > 0);
    take_packet(v, packet, (size_t)n);
    return;
  }
  read_all(v->tcp, packet, FRAME_HEAD);
  assert_int_equal(packet[0], '$');
  const uint8_t channel = packet[1];
  const size_t n = ocel_be16(packet + 2);
  assert_true(n <= sizeof packet);
  read_all(v->tcp, packet, n);
  if (channel == CHANNEL_RTP) take_packet(v, packet, n);
}

static void leave(viewer *v) {
  close(v->tcp);
  if (!v->udp) return;
  close(v->rtp);
  close(v->rtcp);
}

static studio stage;
static viewer viewers[VIEWERS];

static viewer *seat(size_t i, bool udp, const char *host) {
  viewer *const v = &viewers[i];
  memset(v, 0, sizeof *v);
  v->studio = &stage;
  v->udp = udp;
  v->host = host;
  start(v);
  return v;
}

void check_viewing(bool udp, const char *host) {
  studio_open(&stage);
  viewer *const v = seat(0, udp, host);
  while (v->pictures < PICTURES) receive(v);
  leave(v);
  studio_close(&stage);
}

void every_byte_arrives(void **state) {
  (void)state;
  CASE("TCP, IPv4");
  check_viewing(false, "127.0.0.1");
  CASE("TCP, IPv6");
  check_viewing(false, "::1");
  CASE("UDP, IPv4");
  check_viewing(true, "127.0.0.1");
  CASE("UDP, IPv6");
  check_viewing(true, "::1");
}

void many_at_once(void **state) {
  (void)state;
  studio_open(&stage);
  for (size_t i = 0; i < VIEWERS; i++) (void)seat(i, i % 2 == 1, i < 3 ? "127.0.0.1" : "::1");
  for (unsigned n = 1; n <= PICTURES; n++) {
    for (size_t i = 0; i < VIEWERS; i++) {
      while (viewers[i].pictures < n) receive(&viewers[i]);
    }
  }
  for (size_t i = 0; i < VIEWERS; i++) leave(&viewers[i]);
  studio_close(&stage);
}

// Whoever does not read loses pictures and disturbs nobody; later it sees whole ones again.
void stopped_viewer_resumes_with_a_key_picture(void **state) {
  (void)state;
  studio_open(&stage);
  viewer *const slow = seat(0, false, "127.0.0.1"), *const quick = seat(1, false, "127.0.0.1");
  while (slow->pictures < 2) receive(slow);
  while (quick->pictures < 40 * PICTURES) receive(quick);
  while (slow->jumps == 0 || slow->pictures < 10 * PICTURES) receive(slow);
  leave(slow);
  leave(quick);
  studio_close(&stage);
}

// Over TCP the connection ends; over UDP a BYE says so (RFC 3550 6.6).
void stop_ends_every_session(void **state) {
  (void)state;
  uint8_t packet[2048];
  studio_open(&stage);
  viewer *const tcp = seat(0, false, "127.0.0.1"), *const udp = seat(1, true, "127.0.0.1");
  while (tcp->pictures < 1) receive(tcp);
  while (udp->pictures < 1) receive(udp);
  ocel_loop_stop(stage.rig.loop);
  read_to_end(tcp->tcp);
  bool bye = false;
  while (!bye) {
    const ssize_t n = recv(udp->rtcp, packet, sizeof packet, 0);
    assert_true(n > 0);
    // A BYE is the last packet of the compound: 203, and one SSRC.
    bye = n >= 8 && packet[n - 7] == 203;
  }
  leave(tcp);
  leave(udp);
  studio_close(&stage);
}
