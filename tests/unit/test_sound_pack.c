// SPDX-License-Identifier: Apache-2.0
#include "ocel/sound_pack.h"

#include "ocel_test.h"

enum { BLOCK_MAX = 4000, PAYLOAD_MAX = 1400 };

static const ocel_format PCMU = {.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1};
static const ocel_format L16 = {.codec = OCEL_CODEC_L16, .clock_hz = 48000, .channels = 2};
static const ocel_format AAC = {
    .codec = OCEL_CODEC_AAC,
    .clock_hz = 48000,
    .channels = 2,
    .config_n = 2,
    .config = {0x11, 0x90},
};
static const ocel_format OPUS = {.codec = OCEL_CODEC_OPUS, .clock_hz = 48000, .channels = 2};

// A block of sound with the memory it lies in.
typedef struct {
  uint8_t bytes[BLOCK_MAX];
  ocel_unit unit;
  ocel_access_unit au;
} block;

static void block_fill(block *b, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) b->bytes[i] = (uint8_t)(i * 7 + i / 256);
  b->unit = (ocel_unit){0, n};
  b->au = (ocel_access_unit){
      .data = b->bytes, .units = &b->unit, .unit_count = 1, .key = true, .size = n};
}

typedef struct {
  uint8_t bytes[PAYLOAD_MAX];
  size_t n;
  uint32_t ticks;
  bool marker;
} payload;

// The payload at `pos`, which moves behind it.
static payload next_payload(const ocel_format *f, const block *b, size_t max,
                            ocel_payload_pos *pos) {
  ocel_span spans[OCEL_SOUND_SPANS_MAX];
  uint8_t scratch[OCEL_SOUND_SCRATCH_MAX];
  ocel_gather g = ocel_gather_make(spans, OCEL_SOUND_SPANS_MAX, scratch, sizeof scratch);
  payload p = {.ticks = ocel_sound_ticks(f, *pos)};
  const size_t said = ocel_sound_pack(f, &b->au, max, &g, pos);
  for (size_t i = 0; i < g.n; i++) {
    assert_true(p.n + spans[i].n <= max);
    memcpy(p.bytes + p.n, spans[i].p, spans[i].n);
    p.n += spans[i].n;
  }
  assert_int_equal(p.n, said);
  p.marker = ocel_sound_marker(f, &b->au, *pos);
  return p;
}

static void samples_are_cut_between_samples_and_each_packet_has_its_time(void **state) {
  (void)state;
  static block b;
  block_fill(&b, 3840);  // 20 ms of 48 kHz stereo
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  uint32_t at = 0;
  while (!ocel_payload_at_end(&b.au, pos)) {
    const payload p = next_payload(&L16, &b, 1399, &pos);
    assert_int_equal(p.ticks, at / 4);
    assert_int_equal(p.n % 4, 0);
    assert_memory_equal(p.bytes, b.bytes + at, p.n);
    assert_false(p.marker);
    at += (uint32_t)p.n;
  }
  assert_int_equal(at, 3840);
}

static void a_block_that_fits_is_one_packet(void **state) {
  (void)state;
  static block b;
  const ocel_format *const formats[] = {&PCMU, &OPUS};
  block_fill(&b, 160);
  for (size_t i = 0; i < 2; i++) {
    ocel_payload_pos pos = OCEL_PAYLOAD_START;
    const payload p = next_payload(formats[i], &b, PAYLOAD_MAX, &pos);
    assert_int_equal(p.n, 160);
    assert_memory_equal(p.bytes, b.bytes, 160);
    assert_true(ocel_payload_at_end(&b.au, pos));
    assert_false(p.marker);
  }
}

// RFC 3640 3.2.1: AU-headers-length 16 bits, then size << 3 and index 0.
static void aac_goes_behind_its_header(void **state) {
  (void)state;
  static block b;
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  block_fill(&b, 341);
  const payload p = next_payload(&AAC, &b, PAYLOAD_MAX, &pos);
  static const uint8_t HEAD[] = {0x00, 0x10, 341 >> 5, (341 & 31) << 3};
  assert_int_equal(p.n, 4 + 341);
  assert_memory_equal(p.bytes, HEAD, 4);
  assert_memory_equal(p.bytes + 4, b.bytes, 341);
  assert_true(p.marker);
}

static void aac_fragments_all_tell_the_whole_size(void **state) {
  (void)state;
  static block b;
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  uint32_t at = 0;
  unsigned packets = 0;
  block_fill(&b, 3000);
  while (!ocel_payload_at_end(&b.au, pos)) {
    const payload p = next_payload(&AAC, &b, PAYLOAD_MAX, &pos);
    assert_int_equal(ocel_be16(p.bytes + 2) >> 3, 3000);
    assert_int_equal(p.ticks, 0);
    assert_memory_equal(p.bytes + 4, b.bytes + at, p.n - 4);
    at += (uint32_t)p.n - 4;
    packets++;
    assert_int_equal(p.marker, at == 3000);
  }
  assert_int_equal(packets, 3);
}

static void a_full_list_is_left_as_it_was(void **state) {
  (void)state;
  static block b;
  block_fill(&b, 100);
  const ocel_format *const formats[] = {&PCMU, &AAC, &OPUS};
  for (size_t i = 0; i < 3; i++) {
    for (size_t room = 0; room < (formats[i] == &AAC ? 2u : 1u); room++) {
      ocel_span spans[2];
      uint8_t scratch[8];
      ocel_payload_pos pos = {0, 7};
      ocel_gather g = ocel_gather_make(spans, room, scratch, sizeof scratch);
      assert_int_equal(ocel_sound_pack(formats[i], &b.au, 64, &g, &pos), 0);
      assert_int_equal(g.n, 0);
      assert_int_equal(g.used, 0);
      assert_int_equal(pos.offset, 7);
    }
  }
}

static void formats_out_of_range_are_refused(void **state) {
  (void)state;
  const ocel_format good[] = {{0}, PCMU, L16, AAC, OPUS};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    assert_true(ocel_format_valid(&good[i]));
  ocel_format bad[9] = {PCMU, PCMU, PCMU, L16, AAC, AAC, OPUS, PCMU, L16};
  bad[0].clock_hz = 7999;
  bad[1].clock_hz = 192001;
  bad[2].channels = 0;
  bad[3].channels = 3;
  bad[4].config_n = 1;
  bad[5].config_n = OCEL_FORMAT_CONFIG_MAX + 1;
  bad[6].clock_hz = 16000;
  bad[7].codec = OCEL_CODEC_COUNT;
  bad[8].config_n = 2;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) assert_false(ocel_format_valid(&bad[i]));
}

// RFC 3551 table 4.
static void static_payload_types_are_used(void **state) {
  (void)state;
  ocel_format f = PCMU;
  assert_int_equal(ocel_format_payload_type(&f), 0);
  f.clock_hz = 16000;
  assert_int_equal(ocel_format_payload_type(&f), 97);
  f = (ocel_format){.codec = OCEL_CODEC_PCMA, .clock_hz = 8000, .channels = 1};
  assert_int_equal(ocel_format_payload_type(&f), 8);
  f = (ocel_format){.codec = OCEL_CODEC_L16, .clock_hz = 44100, .channels = 2};
  assert_int_equal(ocel_format_payload_type(&f), 10);
  f.channels = 1;
  assert_int_equal(ocel_format_payload_type(&f), 11);
  f = (ocel_format){0};
  assert_int_equal(ocel_format_payload_type(&f), 96);
  assert_int_equal(ocel_format_clock(&f), 90000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(samples_are_cut_between_samples_and_each_packet_has_its_time),
      cmocka_unit_test(a_block_that_fits_is_one_packet),
      cmocka_unit_test(aac_goes_behind_its_header),
      cmocka_unit_test(aac_fragments_all_tell_the_whole_size),
      cmocka_unit_test(a_full_list_is_left_as_it_was),
      cmocka_unit_test(formats_out_of_range_are_refused),
      cmocka_unit_test(static_payload_types_are_used),
  };
  return cmocka_run_group_tests_name("sound_pack", tests, NULL, NULL);
}
