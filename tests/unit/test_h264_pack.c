// SPDX-License-Identifier: Apache-2.0
#include "ocel/h264_pack.h"

#include "ocel/h264_nal.h"

#include "h264_unpack.h"
#include "ocel_test.h"

enum { UNITS = 12, BYTES = 1024, SPANS = 16, SCRATCH = 32, PACKETS = 600 };

// An access unit with the memory it lies in.
typedef struct {
  uint8_t bytes[BYTES];
  ocel_unit units[UNITS];
  ocel_access_unit au;
} picture;

static void picture_clear(picture *p) {
  memset(p, 0, sizeof *p);
  p->au.data = p->bytes;
  p->au.units = p->units;
}

// Adds a unit of `n` bytes that begins with `header`; a gap in front shows that offsets count.
static void picture_add(picture *p, uint8_t header, size_t n) {
  const uint16_t i = p->au.unit_count++;
  const uint32_t at = i == 0 ? 0 : p->units[i - 1].offset + p->units[i - 1].size + 4;
  assert_true(i < UNITS && at + n <= BYTES);
  p->units[i] = (ocel_unit){at, (uint32_t)n};
  p->bytes[at] = header;
  for (size_t k = 1; k < n; k++) p->bytes[at + k] = (uint8_t)(at + 3 * k + 1);
  p->au.size += (uint32_t)n;
}

static size_t flatten(const ocel_span *spans, size_t count, uint8_t *out) {
  size_t n = 0;
  for (size_t i = 0; i < count; i++) {
    memcpy(out + n, spans[i].p, spans[i].n);
    n += spans[i].n;
  }
  return n;
}

typedef struct {
  const char *name;
  const char *units;  // hex units joined by '|'
  size_t payload_max;
  const char *want;  // hex payloads joined by '|'
} golden;

static const golden GOLDEN[] = {
    {"single: fits exactly (5.6)",        "65aabb",                   3,  "65aabb"                          },
    {"FU-A: one byte too long (5.8)",     "65aabbcc",                 3,  "7c85aa|7c05bb|7c45cc"            },
    {"FU-A: two fragments at least",      "65aabbccdd",               4,  "7c85aabb|7c45ccdd"               },
    {"FU-A: NRI and type survive",        "410102030405",             4,  "5c810102|5c010304|5c4105"        },
    {"FU-A: F bit survives",              "c1010203",                 3,  "dc8101|dc0102|dc4103"            },
    {"FU-A: NRI 0",                       "01010203",                 3,  "1c8101|1c0102|1c4103"            },
    {"single: header only",               "0a",                       3,  "0a"                              },
    {"STAP-A: parameter sets (5.7.1)",    "6742c0|68ce|65aa",         10, "780003 6742c0 0002 68ce|65aa"    },
    {"STAP-A: all four types",            "0910|6742|68ce|0605|6501", 40,
     "78 0002 0910 0002 6742 0002 68ce 0002 0605|6501"                                                      },
    {"STAP-A: F is the OR",               "0605|8605|41",             40, "98 0002 0605 0002 8605|41"       },
    {"STAP-A: NRI is the maximum, first", "4605|2605",                40, "58 0002 4605 0002 2605"          },
    {"STAP-A: NRI is the maximum, last",  "2605|4605|0605",           40, "58 0002 2605 0002 4605 0002 0605"},
    {"STAP-A: NRI of no other part",      "4605|2605|6605",           40, "78 0002 4605 0002 2605 0002 6605"},
    {"STAP-A: fits exactly",              "6742c0|68ce",              10, "78 0003 6742c0 0002 68ce"        },
    {"STAP-A: one byte too much",         "6742c0|68ce",              9,  "6742c0|68ce"                     },
    {"STAP-A: as many as fit",            "6742|68ce|0605",           9,  "78 0002 6742 0002 68ce|0605"     },
    {"STAP-A: four units at most",        "09|67|68|06|06|06",        99,
     "78 0001 09 0001 67 0001 68 0001 06|18 0001 06 0001 06"                                                },
    {"STAP-A: a slice ends the run",      "6742|4101|68ce",           99, "6742|4101|68ce"                  },
    {"STAP-A: types 5 and 10 do not",     "05aa|6742|68ce|0a|0c",     99,
     "05aa|78 0002 6742 0002 68ce|0a|0c"                                                                    },
    {"STAP-A: not before its turn",       "4101|6742|68ce",           99, "4101|78 0002 6742 0002 68ce"     },
    {"a large SEI in between",            "6742|0601020304|68ce",     4,  "6742|1c860102|1c460304|68ce"     },
    {"STAP-A behind a fragmented unit",   "65aabbcc|0605|0606",       9,  "65aabbcc|18 0002 0605 0002 0606" },
};

static void add_hex_units(picture *p, const char *text) {
  char one[64];
  for (size_t n; *text != '\0'; text += n + (text[n] == '|')) {
    uint8_t mem[32];
    n = strcspn(text, "|");
    assert_true(n < sizeof one);
    memcpy(one, text, n);
    one[n] = '\0';
    const ocel_span nal = unhex(one, mem);
    picture_add(p, nal.p[0], nal.n);
    memcpy(p->bytes + p->units[p->au.unit_count - 1].offset, nal.p, nal.n);
  }
}

static void packs_golden(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    const golden *c = &GOLDEN[i];
    picture p;
    char got[256] = "", want[256] = "";
    CASE(c->name);
    picture_clear(&p);
    add_hex_units(&p, c->units);
    ocel_payload_pos pos = OCEL_PAYLOAD_START;
    while (!ocel_payload_at_end(&p.au, pos)) {
      ocel_span spans[SPANS];
      uint8_t scratch[SCRATCH], flat[BYTES];
      ocel_gather g = ocel_gather_make(spans, SPANS, scratch, SCRATCH);
      append(got, sizeof got, pos.unit + pos.offset > 0 ? "|" : "");
      assert_int_not_equal(ocel_h264_pack(&p.au, pos, c->payload_max, &g, &pos), 0);
      append_hex(got, sizeof got, ocel_span_make(flat, flatten(spans, g.n, flat)));
    }
    for (const char *w = c->want; *w != '\0'; w++) {
      if (*w != ' ') append(want, sizeof want, (char[]){*w, '\0'});
    }
    assert_string_equal(got, want);
  }
}

// Reads the units back and compares them with the picture's.
static void check_unpacked(const picture *p, ocel_span lengths) {
  ocel_span nal;
  for (size_t i = 0; i < p->au.unit_count; i++) {
    assert_int_equal(ocel_avcc_next(&lengths, 4, &nal), OCEL_OK);
    assert_true(ocel_span_eq(nal, ocel_access_unit_span(&p->au, i)));
  }
  assert_int_equal(ocel_avcc_next(&lengths, 4, &nal), OCEL_ERR_MORE);
}

// True if `a` and `b` name the same place.
static bool same_pos(ocel_payload_pos a, ocel_payload_pos b) {
  return a.unit == b.unit && a.offset == b.offset;
}

// Packs one payload into a list of exactly `spans` and `scratch` behind `headed` bytes of RTP
// header; either it is the payload `want`, or 0 and nothing has changed.
static bool pack_within(const picture *p, ocel_payload_pos pos, size_t payload_max, ocel_span want,
                        size_t spans, size_t scratch, size_t headed) {
  ocel_span list[SPANS];
  uint8_t bytes[SCRATCH], flat[BYTES];
  ocel_gather g = ocel_gather_make(list, spans, bytes, scratch);
  if (headed > 0) memset(ocel_gather_make_bytes(&g, headed), 0x80, headed);
  const ocel_gather before = g;
  const ocel_payload_pos nowhere = {77, 88};
  ocel_payload_pos next = nowhere;
  const size_t n = ocel_h264_pack(&p->au, pos, payload_max, &g, &next);
  if (n == 0) {
    assert_true(same_pos(next, nowhere));
    assert_memory_equal(&g, &before, sizeof g);
    assert_true(headed == 0 || list[0].n == headed);
    return false;
  }
  assert_int_equal(n, want.n);
  assert_int_equal(flatten(list, g.n, flat), headed + n);
  assert_memory_equal(flat + headed, want.p, n);
  return true;
}

// Room for the payload, and not one span or byte less; whatever the room, nothing else happens.
static void check_every_room(const picture *p, ocel_payload_pos pos, size_t max, ocel_span want,
                             const ocel_gather *used) {
  const bool joins = used->used > 0;  // a header before it takes no span more
  for (size_t headed = 0; headed <= 12; headed += 12) {
    const size_t extra = headed > 0 && !joins ? 1 : 0;
    for (size_t spans = headed > 0; spans <= used->n + 1; spans++) {
      for (size_t scratch = headed; scratch <= headed + used->used + 1; scratch++) {
        const bool fits = spans >= used->n + extra && scratch >= headed + used->used;
        assert_int_equal(pack_within(p, pos, max, want, spans, scratch, headed), fits);
      }
    }
  }
}

// The units whole in one payload; 0 for a fragment.
static unsigned units_in(ocel_payload_pos from, ocel_payload_pos to) {
  return from.offset == 0 && to.offset == 0 ? (unsigned)(to.unit - from.unit) : 0;
}

static bool may_aggregate(const picture *p, unsigned unit) {
  if (unit >= p->au.unit_count) return false;
  const unsigned type = ocel_nal_type_of(ocel_access_unit_span(&p->au, unit));
  return type >= OCEL_NAL_SEI && type <= OCEL_NAL_AUD;
}

// A further unit would not have fitted, or may not travel with these.
static void check_greedy(const picture *p, ocel_payload_pos from, ocel_payload_pos to, size_t size,
                         size_t max) {
  const unsigned units = units_in(from, to);
  if (units == 0 || units == OCEL_H264_STAP_UNITS) return;
  if (!may_aggregate(p, from.unit) || !may_aggregate(p, to.unit)) return;
  const size_t as_stap = units == 1 ? 1 + 2 + size : size;
  assert_true(as_stap + 2 + p->units[to.unit].size > max);
}

// Everything that has to hold for one picture and payload size.
static void check_picture(const picture *p, size_t max, bool every_room) {
  uint8_t back[2 * BYTES], flat[BYTES];
  h264_unpacker u = {.out = ocel_wbuf_make(back, sizeof back)};
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  while (!ocel_payload_at_end(&p->au, pos)) {
    ocel_span spans[OCEL_H264_SPANS_MAX];
    uint8_t scratch[OCEL_H264_SCRATCH_MAX];
    ocel_gather g = ocel_gather_make(spans, ARRAY_LEN(spans), scratch, sizeof scratch);
    const ocel_payload_pos from = pos;
    const size_t n = ocel_h264_pack(&p->au, from, max, &g, &pos);
    assert_in_range(n, 1, max);
    assert_int_equal(flatten(spans, g.n, flat), n);
    assert_true(h264_unpack(&u, ocel_span_make(flat, n)));
    assert_true(pos.offset == 0 || n == max);  // a full fragment
    check_greedy(p, from, pos, n, max);
    // From the same place again, in smaller rooms too.
    assert_true(pack_within(p, from, max, ocel_span_make(flat, n), SPANS, SCRATCH, 0));
    if (every_room) check_every_room(p, from, max, ocel_span_make(flat, n), &g);
  }
  assert_false(u.in_unit);
  check_unpacked(p, ocel_span_make(back, u.out.n));
}

static void round_trips_every_size(void **state) {
  (void)state;
  picture p;
  for (size_t n = 1; n <= 70; n++) {
    picture_clear(&p);
    picture_add(&p, 0x65, n);
    for (size_t max = OCEL_H264_PAYLOAD_MIN; max <= 72; max++) check_picture(&p, max, max < 12);
  }
}

static void round_trips_every_pair_of_parameter_sets(void **state) {
  (void)state;
  picture p;
  for (size_t sps = 1; sps <= 12; sps++) {
    for (size_t pps = 1; pps <= 12; pps++) {
      picture_clear(&p);
      picture_add(&p, 0x67, sps);
      picture_add(&p, 0x28, pps);
      picture_add(&p, 0x45, 9);
      for (size_t max = OCEL_H264_PAYLOAD_MIN; max <= 32; max++) check_picture(&p, max, true);
    }
  }
}

static void round_trips_random_pictures(void **state) {
  (void)state;
  picture p;
  uint32_t seed = 6184;
  for (int round = 0; round < 1500; round++) {
    const unsigned units = 1 + next_random(&seed) % UNITS;
    const size_t max = OCEL_H264_PAYLOAD_MIN + next_random(&seed) % 60;
    picture_clear(&p);
    for (unsigned i = 0; i < units; i++) {
      const uint32_t r = next_random(&seed);
      const unsigned type = (r & 3) != 0 ? 5 + (r >> 2) % 6 : 1 + (r >> 2) % 23;
      picture_add(&p, (uint8_t)((r >> 16 & 0xe0) | type), 1 + (r >> 24) % 64);
    }
    check_picture(&p, max, round % 8 == 0);
  }
}

static void lengths_above_a_byte_are_big_endian(void **state) {
  (void)state;
  picture p;
  picture_clear(&p);
  picture_add(&p, 0x67, 0x101);
  picture_add(&p, 0x68, 0x203);
  for (size_t max = 0x305; max <= 0x30c; max++) check_picture(&p, max, true);
}

static void the_largest_payload_is_packed_whole(void **state) {
  (void)state;
  static uint8_t bytes[OCEL_H264_PAYLOAD_MAX + 1];
  bytes[0] = 0x67;
  bytes[OCEL_H264_PAYLOAD_MAX - 10] = 0x68;
  // 1 + 2 + (65535 - 10) + 2 + 5 is all there is room for.
  ocel_unit units[] = {
      {0,                          OCEL_H264_PAYLOAD_MAX - 10},
      {OCEL_H264_PAYLOAD_MAX - 10, 5                         }
  };
  const ocel_access_unit au = {.data = bytes, .units = units, .unit_count = 2};
  ocel_span spans[8];
  uint8_t scratch[16];
  ocel_gather g = ocel_gather_make(spans, 8, scratch, sizeof scratch);
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  assert_int_equal(ocel_h264_pack(&au, pos, OCEL_H264_PAYLOAD_MAX, &g, &pos), 65535);
  assert_int_equal(pos.unit, 2);
  assert_int_equal(ocel_be16(scratch + 1), OCEL_H264_PAYLOAD_MAX - 10);

  units[1].size = 6;
  pos = OCEL_PAYLOAD_START;
  assert_int_equal(ocel_h264_pack(&au, pos, OCEL_H264_PAYLOAD_MAX, &g, &pos), 65525);
  assert_int_equal(pos.unit, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(packs_golden),
      cmocka_unit_test(round_trips_every_size),
      cmocka_unit_test(round_trips_every_pair_of_parameter_sets),
      cmocka_unit_test(round_trips_random_pictures),
      cmocka_unit_test(lengths_above_a_byte_are_big_endian),
      cmocka_unit_test(the_largest_payload_is_packed_whole),
  };
  return cmocka_run_group_tests_name("h264_pack", tests, NULL, NULL);
}
