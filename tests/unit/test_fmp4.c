// SPDX-License-Identifier: Apache-2.0
// What ffmpeg and a browser make of it is tested elsewhere; here: that the boxes hold together, and
// that a fragment in pieces is the fragment.
#include "ocel/fmp4.h"

#include "ocel_test.h"

enum { OUT_MAX = 20000, UNITS = 6 };

static const uint8_t SPS[] = {0x67, 0x42, 0xc0, 0x1e, 0xda, 0x02, 0x80, 0xf6, 0x40};
static const uint8_t SPS_HIGH[] = {0x67, 0x64, 0x00, 0x0a, 0xac, 0x72, 0x84, 0x44, 0x26,
                                   0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03,
                                   0x00, 0xca, 0x3c, 0x48, 0x96, 0x11, 0x80};
static const uint8_t PPS[] = {0x68, 0xce, 0x3c, 0x80};
static const ocel_format H264 = {0};
static const ocel_format PCMU = {.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1};
static const ocel_format AAC = {
    .codec = OCEL_CODEC_AAC,
    .clock_hz = 48000,
    .channels = 2,
    .config_n = 2,
    .config = {0x11, 0x90},
};
static const ocel_format OPUS = {.codec = OCEL_CODEC_OPUS, .clock_hz = 48000, .channels = 1};

static ocel_fmp4_track picture_track(void) {
  return (ocel_fmp4_track){
      &H264, {SPS, sizeof SPS},
       {PPS, sizeof PPS}
  };
}

static ocel_fmp4_track sound_track(const ocel_format *f) {
  return (ocel_fmp4_track){
      f, {NULL, 0},
       {NULL, 0}
  };
}

// ---- boxes ----

// Bytes before the boxes inside a box of this type; -1: it has none inside.
static int before_children(const uint8_t *type) {
  static const struct {
    const char *type;
    int skip;
  } CONTAINER[] = {
      {"moov", 0 },
      {"trak", 0 },
      {"mdia", 0 },
      {"minf", 0 },
      {"dinf", 0 },
      {"stbl", 0 },
      {"mvex", 0 },
      {"stsd", 8 },
      {"avc1", 78},
      {"mp4a", 28},
      {"Opus", 28},
      {"dref", 8 },
      {"moof", 0 },
      {"traf", 0 },
  };
  for (size_t i = 0; i < ARRAY_LEN(CONTAINER); i++) {
    if (memcmp(type, CONTAINER[i].type, 4) == 0) return CONTAINER[i].skip;
  }
  return -1;
}

// Appends the types of all boxes, those inside in parentheses; each size must hold.
static void walk(ocel_span s, char *out, size_t cap) {
  while (s.n > 0) {
    assert_true(s.n >= 8);
    const uint32_t size = be32(s.p);
    assert_true(size >= 8 && size <= s.n);
    const ocel_span box = ocel_span_take(&s, size);
    char type[6] = {' '};
    memcpy(type + 1, box.p + 4, 4);
    append(out, cap, type);
    const int skip = before_children(box.p + 4);
    if (skip < 0) continue;
    append(out, cap, "(");
    walk(ocel_span_make(box.p + 8 + skip, box.n - 8 - (size_t)skip), out, cap);
    append(out, cap, ")");
  }
}

// The content of the first box of that type; fails if there is none.
static ocel_span find(ocel_span s, const char *type) {
  for (size_t i = 0; i + 8 <= s.n; i++) {
    if (memcmp(s.p + i + 4, type, 4) == 0) return ocel_span_make(s.p + i + 8, be32(s.p + i) - 8);
  }
  fail_msg("no %s", type);
  return s;
}

static void an_initialisation_segment_has_the_boxes_that_players_need(void **state) {
  (void)state;
  uint8_t mem[OCEL_FMP4_INIT_MAX + sizeof SPS + sizeof PPS];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  const ocel_fmp4_track tracks[] = {picture_track(), sound_track(&AAC)};
  assert_int_equal(ocel_fmp4_put_init(&w, tracks, 2), OCEL_OK);
  char boxes[600] = "";
  walk(ocel_span_make(mem, w.n), boxes, sizeof boxes);
  assert_string_equal(boxes,
                      " ftyp moov( mvhd"
                      " trak( tkhd mdia( mdhd hdlr minf( vmhd dinf( dref( url ))"
                      " stbl( stsd( avc1( avcC)) stts stsc stsz stco))))"
                      " trak( tkhd mdia( mdhd hdlr minf( smhd dinf( dref( url ))"
                      " stbl( stsd( mp4a( esds)) stts stsc stsz stco))))"
                      " mvex( trex trex))");
}

static void the_largest_initialisation_segment_has_the_size_that_is_said(void **state) {
  (void)state;
  uint8_t mem[OCEL_FMP4_INIT_MAX + 64];
  ocel_format longest = AAC;
  longest.config_n = OCEL_FORMAT_CONFIG_MAX;
  const ocel_fmp4_track tracks[] = {
      {&H264, {SPS_HIGH, sizeof SPS_HIGH}, {PPS, sizeof PPS}},
      sound_track(&longest)
  };
  for (size_t cap = 0; cap <= sizeof mem; cap++) {
    ocel_wbuf w = ocel_wbuf_make(mem, cap);
    const ocel_err rc = ocel_fmp4_put_init(&w, tracks, 2);
    assert_true(rc == OCEL_OK || rc == OCEL_ERR_SPACE);
    if (rc != OCEL_OK) continue;
    assert_true(w.n == cap && w.n <= OCEL_FMP4_INIT_MAX + sizeof SPS_HIGH + sizeof PPS);
    return;
  }
  fail();
}

static void pictures_are_described_by_their_parameter_sets(void **state) {
  (void)state;
  uint8_t mem[1400];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  const ocel_fmp4_track track = picture_track();
  assert_int_equal(ocel_fmp4_put_init(&w, &track, 1), OCEL_OK);
  const ocel_span all = ocel_span_make(mem, w.n);
  uint8_t want[64];
  const ocel_span avcc = unhex("01 42c01e ff e1 0009 67 42c01eda0280f640 01 0004 68ce3c80", want);
  assert_true(ocel_span_eq(find(all, "avcC"), avcc));
  assert_int_equal(be32(find(all, "mdhd").p + 12), 90000);
  const ocel_span tkhd = find(all, "tkhd");
  assert_int_equal(be32(tkhd.p + 12), 1);
  assert_int_equal(be32(tkhd.p + 76), 640 << 16);
  assert_int_equal(be32(tkhd.p + 80), 480 << 16);
}

// ISO/IEC 14496-15 5.3.3.1.2
static void the_high_profile_tells_its_chroma(void **state) {
  (void)state;
  uint8_t mem[1400];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  const ocel_fmp4_track track = {
      &H264, {SPS_HIGH, sizeof SPS_HIGH},
       {PPS,      sizeof PPS     }
  };
  assert_int_equal(ocel_fmp4_put_init(&w, &track, 1), OCEL_OK);
  const ocel_span avcc = find(ocel_span_make(mem, w.n), "avcC");
  assert_memory_equal(avcc.p + avcc.n - 8, "\x68\xce\x3c\x80\xfd\xf8\xf8\0", 8);
}

static void sound_is_described_by_its_configuration(void **state) {
  (void)state;
  uint8_t mem[1400], want[64];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  const ocel_fmp4_track tracks[] = {sound_track(&AAC), sound_track(&OPUS)};
  assert_int_equal(ocel_fmp4_put_init(&w, tracks, 2), OCEL_OK);
  const ocel_span all = ocel_span_make(mem, w.n);
  assert_true(ocel_span_eq(
      find(all, "esds"),
      unhex("00000000 03 19 000000 04 11 40 15 000000 00000000 00000000 05 02 1190 06 01 02",
            want)));
  assert_true(ocel_span_eq(find(all, "dOps"), unhex("00 01 0000 0000bb80 0000 00", want)));
  assert_int_equal(be32(find(all, "mdhd").p + 12), 48000);
  assert_int_equal(be32(find(all, "mp4a").p + 24), 48000u << 16);
}

static void what_cannot_be_carried_is_refused(void **state) {
  (void)state;
  uint8_t mem[1400];
  const ocel_fmp4_track bad[] = {
      sound_track(&PCMU),
      {&H264, {PPS, sizeof PPS}, {PPS, sizeof PPS}},
      {&H264, {NULL, 0},         {PPS, sizeof PPS}},
      {&H264, {SPS, sizeof SPS}, {SPS, 65536}     },
  };
  static const ocel_err want[] = {OCEL_ERR_UNSUPPORTED, OCEL_ERR_SYNTAX, OCEL_ERR_SYNTAX,
                                  OCEL_ERR_SYNTAX};
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
    assert_int_equal(ocel_fmp4_put_init(&w, &bad[i], 1), want[i]);
  }
  assert_false(ocel_fmp4_carries(&PCMU));
  assert_true(ocel_fmp4_carries(&H264) && ocel_fmp4_carries(&AAC) && ocel_fmp4_carries(&OPUS));
}

// RFC 6381 3.3
static void codecs_have_their_registered_names(void **state) {
  (void)state;
  const ocel_fmp4_track tracks[] = {
      picture_track(), sound_track(&AAC), sound_track(&OPUS), {&H264, {SPS, 3}, {NULL, 0}}
  };
  static const char *const want[] = {"avc1.42C01E", "mp4a.40.2", "opus", ""};
  for (size_t i = 0; i < ARRAY_LEN(tracks); i++) {
    char text[32] = "";
    ocel_wbuf w = ocel_wbuf_make(text, sizeof text - 1);
    ocel_fmp4_put_codec(&w, &tracks[i]);
    assert_string_equal(text, want[i]);
  }
}

// ---- fragments ----

typedef struct {
  uint8_t bytes[12000];
  ocel_unit units[UNITS];
  ocel_access_unit au;
} unit_memory;

// Units of those first bytes and sizes, one behind the other.
static void fill(unit_memory *m, const uint8_t *types, const uint32_t *sizes, uint16_t n) {
  uint32_t at = 3;
  memset(m, 0, sizeof *m);
  for (uint16_t i = 0; i < n; i++) {
    m->units[i] = (ocel_unit){at, sizes[i]};
    for (uint32_t k = 0; k < sizes[i]; k++) m->bytes[at + k] = (uint8_t)(k * 5 + i);
    m->bytes[at] = types[i];
    at += sizes[i] + 3;
    m->au.size += sizes[i];
  }
  m->au.data = m->bytes;
  m->au.units = m->units;
  m->au.unit_count = n;
}

// All pieces one behind the other; none may be larger than `max`, nor other than was said.
static ocel_span pack_all(const ocel_fmp4_fragment *f, const ocel_access_unit *au, size_t max) {
  static uint8_t out[OUT_MAX];
  ocel_wbuf w = ocel_wbuf_make(out, sizeof out);
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  while (!ocel_payload_at_end(au, pos)) {
    ocel_span spans[OCEL_FMP4_SPANS_MAX];
    uint8_t scratch[OCEL_FMP4_SCRATCH_MAX];
    ocel_gather g = ocel_gather_make(spans, OCEL_FMP4_SPANS_MAX, scratch, sizeof scratch);
    const size_t said = ocel_fmp4_piece(f, au, max, pos), before = w.n;
    const size_t n = ocel_fmp4_pack(f, au, max, &g, &pos);
    assert_true(n > 0 && n <= max);
    for (size_t i = 0; i < g.n; i++) ocel_put_span(&w, g.spans[i]);
    assert_int_equal(w.n - before, n);
    assert_int_equal(said, n);
  }
  assert_false(w.overflow);
  return ocel_span_make(out, w.n);
}

static void a_fragment_is_a_head_and_nal_units_behind_their_lengths(void **state) {
  (void)state;
  static unit_memory m;
  static const uint8_t types[] = {0x65};
  static const uint32_t sizes[] = {5};
  fill(&m, types, sizes, 1);
  m.au.key = true;
  m.au.captured_at = OCEL_SECOND * 100000 + 500000;  // 9,000,045,000 ticks
  const ocel_fmp4_fragment f = {&H264, 1, 7, 3000};
  uint8_t want[256];
  const ocel_span fragment = unhex(
      "00000064 6d6f6f66"
      "00000010 6d666864 00000000 00000007"
      "0000004c 74726166"
      "00000010 74666864 00020000 00000001"
      "00000014 74666474 01000000 00000002 1871c9c8"
      "00000020 7472756e 00000701 00000001 0000006c 00000bb8 00000009 02000000"
      "00000011 6d646174"
      "00000005 65050a0f 14",
      want);
  const ocel_span got = pack_all(&f, &m.au, 1400);
  char boxes[100] = "";
  walk(got, boxes, sizeof boxes);
  assert_string_equal(boxes, " moof( mfhd traf( tfhd tfdt trun)) mdat");
  assert_int_equal(got.n, fragment.n);
  assert_memory_equal(got.p, fragment.p, got.n);
}

static void parameter_sets_are_left_out_wherever_they_stand(void **state) {
  (void)state;
  static unit_memory m;
  static const uint8_t types[] = {0x67, 0x68, 0x65, 0x67, 0x41, 0x68};
  static const uint32_t sizes[] = {20, 5, 300, 20, 2, 4};
  fill(&m, types, sizes, 6);
  const ocel_fmp4_fragment f = {&H264, 1, 0, 3000};
  const ocel_span got = pack_all(&f, &m.au, 128);
  assert_int_equal(got.n, OCEL_FMP4_HEAD_SIZE + 4 + 300 + 4 + 2);
  assert_int_equal(be32(find(got, "trun").p + 16), 4 + 300 + 4 + 2);
  assert_int_equal(be32(find(got, "trun").p + 20), 0x01010000);
  assert_int_equal(got.p[OCEL_FMP4_HEAD_SIZE + 4], 0x65);
  assert_int_equal(got.p[OCEL_FMP4_HEAD_SIZE + 4 + 300 + 4], 0x41);
}

static void pieces_of_any_size_make_the_same_fragment(void **state) {
  (void)state;
  static unit_memory m;
  static uint8_t whole[OUT_MAX];
  static const uint8_t types[] = {6, 0x65, 0x65, 0x65, 0x65, 0x65};
  static const uint32_t sizes[] = {20, 3000, 1, 1393, 7, 4000};
  fill(&m, types, sizes, 6);
  const ocel_fmp4_fragment f = {&H264, 1, 0, 3000};
  const ocel_span large = pack_all(&f, &m.au, 12000);
  memcpy(whole, large.p, large.n);
  for (size_t max = OCEL_FMP4_PIECE_MIN; max < 1500; max++) {
    const ocel_span got = pack_all(&f, &m.au, max);
    assert_int_equal(got.n, large.n);
    assert_memory_equal(got.p, whole, got.n);
  }
}

static void sound_is_as_it_is_and_knows_how_long_it_lasts(void **state) {
  (void)state;
  static unit_memory m;
  static const struct {
    const ocel_format *format;
    uint8_t first, second;
    uint32_t ticks;
  } cases[] = {
      {&AAC,  0x21,        0,    1024},
      {&OPUS, 0 << 3,      0,    480 }, // SILK of 10 ms
      {&OPUS, 11 << 3 | 1, 0,    5760}, // two of 60 ms
      {&OPUS, 13 << 3,     0,    960 }, // hybrid of 20 ms
      {&OPUS, 28 << 3 | 3, 0x83, 360 }, // three of CELT of 2.5 ms
      {&OPUS, 31 << 3 | 2, 0,    1920},
  };
  static const uint32_t sizes[] = {200};
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    fill(&m, &cases[i].first, sizes, 1);
    m.bytes[4] = cases[i].second;
    m.au.key = true;
    m.au.captured_at = OCEL_SECOND;
    const ocel_fmp4_fragment f = {cases[i].format, 2, 0, 0};
    const ocel_span got = pack_all(&f, &m.au, 128);
    assert_int_equal(got.n, OCEL_FMP4_HEAD_SIZE + 200);
    assert_memory_equal(got.p + OCEL_FMP4_HEAD_SIZE, m.bytes + 3, 200);
    assert_int_equal(be32(find(got, "trun").p + 12), cases[i].ticks);
    assert_int_equal(be32(find(got, "tfhd").p + 4), 2);
    assert_int_equal(be32(find(got, "tfdt").p + 8), 48000);
  }
}

static void an_opus_packet_of_one_byte_is_read_no_further(void **state) {
  (void)state;
  const ocel_span packet = guarded(ocel_span_make("\xff", 1));
  const ocel_unit unit = {0, 1};
  const ocel_access_unit au = {.data = packet.p, .units = &unit, .unit_count = 1, .size = 1};
  const ocel_fmp4_fragment f = {&OPUS, 1, 0, 0};
  assert_int_equal(be32(find(pack_all(&f, &au, 128), "trun").p + 12), 960);
}

static void times_before_the_clock_are_zero(void **state) {
  (void)state;
  static unit_memory m;
  static const uint8_t types[] = {0x41};
  static const uint32_t sizes[] = {5};
  fill(&m, types, sizes, 1);
  m.au.captured_at = -5;
  const ocel_fmp4_fragment f = {&H264, 1, 0, 3000};
  const ocel_span tfdt = find(pack_all(&f, &m.au, 128), "tfdt");
  assert_memory_equal(tfdt.p + 4, "\0\0\0\0\0\0\0\0", 8);
}

static void a_full_list_is_left_as_it_was(void **state) {
  (void)state;
  static unit_memory m;
  static const uint8_t types[] = {0x65, 0x65};
  static const uint32_t sizes[] = {50, 50};
  fill(&m, types, sizes, 2);
  const ocel_fmp4_fragment f = {&H264, 1, 0, 3000};
  for (size_t spans_n = 0; spans_n <= 4; spans_n++) {
    for (size_t cap = 100; cap <= 116; cap += 4) {
      ocel_span spans[4];
      uint8_t scratch[128];
      ocel_gather g = ocel_gather_make(spans, spans_n, scratch, cap);
      ocel_payload_pos pos = OCEL_PAYLOAD_START;
      const size_t n = ocel_fmp4_pack(&f, &m.au, 1400, &g, &pos);
      const bool fits = spans_n == 4 && cap >= OCEL_FMP4_HEAD_SIZE + 8;
      assert_int_equal(n, fits ? OCEL_FMP4_HEAD_SIZE + 108 : 0);
      if (fits) continue;
      assert_int_equal(g.n, 0);
      assert_int_equal(g.used, 0);
      assert_true(pos.unit == 0 && pos.offset == 0);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_initialisation_segment_has_the_boxes_that_players_need),
      cmocka_unit_test(the_largest_initialisation_segment_has_the_size_that_is_said),
      cmocka_unit_test(pictures_are_described_by_their_parameter_sets),
      cmocka_unit_test(the_high_profile_tells_its_chroma),
      cmocka_unit_test(sound_is_described_by_its_configuration),
      cmocka_unit_test(what_cannot_be_carried_is_refused),
      cmocka_unit_test(codecs_have_their_registered_names),
      cmocka_unit_test(a_fragment_is_a_head_and_nal_units_behind_their_lengths),
      cmocka_unit_test(parameter_sets_are_left_out_wherever_they_stand),
      cmocka_unit_test(pieces_of_any_size_make_the_same_fragment),
      cmocka_unit_test(sound_is_as_it_is_and_knows_how_long_it_lasts),
      cmocka_unit_test(an_opus_packet_of_one_byte_is_read_no_further),
      cmocka_unit_test(times_before_the_clock_are_zero),
      cmocka_unit_test(a_full_list_is_left_as_it_was),
  };
  return cmocka_run_group_tests_name("fmp4", tests, NULL, NULL);
}
