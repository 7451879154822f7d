// SPDX-License-Identifier: Apache-2.0
#include "ocel/jpeg_pack.h"

#include "jpeg_unpack.h"
#include "ocel_test.h"

enum { FILE_MAX = 70000, PAYLOAD_MAX = 1400 };

// A file with its parts.
typedef struct {
  uint8_t bytes[FILE_MAX];
  ocel_unit units[OCEL_JPEG_PARTS];
  ocel_access_unit au;
} picture;

static void find(picture *p, size_t n) {
  uint16_t count;
  assert_int_equal(ocel_jpeg_find(p->bytes, ocel_span_make(p->bytes, n), p->units, &count),
                   OCEL_OK);
  p->au = (ocel_access_unit){.data = p->bytes, .units = p->units, .unit_count = count};
}

static void make(picture *p, const jpeg_file *f) {
  ocel_wbuf w = ocel_wbuf_make(p->bytes, sizeof p->bytes);
  jpeg_file_put(&w, f);
  assert_false(w.overflow);
  find(p, w.n);
}

typedef struct {
  uint8_t bytes[PAYLOAD_MAX];
  size_t n;
} payload;

// The payload at `pos`, which moves behind it.
static payload next_payload(const picture *p, size_t max, ocel_payload_pos *pos) {
  ocel_span spans[OCEL_JPEG_SPANS_MAX];
  uint8_t scratch[OCEL_JPEG_SCRATCH_MAX];
  ocel_gather g = ocel_gather_make(spans, OCEL_JPEG_SPANS_MAX, scratch, sizeof scratch);
  payload out = {.n = 0};
  const size_t said = ocel_jpeg_pack(&p->au, max, &g, pos);
  ocel_wbuf w = ocel_wbuf_make(out.bytes, sizeof out.bytes);
  for (size_t i = 0; i < g.n; i++) ocel_put_span(&w, g.spans[i]);
  assert_false(w.overflow);
  assert_int_equal(w.n, said);
  out.n = said;
  return out;
}

static void same_part(const picture *a, const picture *b, size_t part) {
  assert_true(
      ocel_span_eq(ocel_access_unit_span(&a->au, part), ocel_access_unit_span(&b->au, part)));
}

// Sends the file as packets of `max` bytes and puts it together again.
static void round_trip(const jpeg_file *f, size_t max) {
  static picture sent, back;
  make(&sent, f);
  jpeg_unpacker u = {.out = ocel_wbuf_make(back.bytes, sizeof back.bytes)};
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  while (!ocel_payload_at_end(&sent.au, pos)) {
    const payload p = next_payload(&sent, max, &pos);
    const bool last = ocel_payload_at_end(&sent.au, pos);
    assert_true(last ? p.n <= max : p.n == max);
    assert_true(jpeg_unpack(&u, ocel_span_make(p.bytes, p.n), last));
  }
  assert_false(u.out.overflow);
  find(&back, u.out.n);
  assert_int_equal(back.au.unit_count, sent.au.unit_count);
  for (size_t i = OCEL_JPEG_SCAN; i < sent.au.unit_count; i++) same_part(&sent, &back, i);
}

static void a_receiver_gets_the_picture_back(void **state) {
  (void)state;
  static const size_t SIZES[] = {OCEL_JPEG_PAYLOAD_MIN, 150, 997, PAYLOAD_MAX};
  static const uint32_t SCANS[] = {1, 2, 1264, 1265, 1268, 1269, 60000};
  for (size_t i = 0; i < ARRAY_LEN(SIZES); i++) {
    for (size_t k = 0; k < ARRAY_LEN(SCANS); k++) {
      for (unsigned way = 0; way < 4; way++) {
        const jpeg_file f = {.width = 1280,
                             .height = 720,
                             .restart = way & 1 ? 80 : 0,
                             .scan = SCANS[k],
                             .sampling = way & 2 ? 0x21 : 0x22,
                             .huffman = true};
        round_trip(&f, SIZES[i]);
      }
    }
  }
}

// RFC 2435 3.1, 3.1.7, 3.1.8 in bytes.
static void the_heads_are_those_of_the_rfc(void **state) {
  (void)state;
  static picture p;
  static const struct {
    jpeg_file file;
    const char *first, *second;
  } CASES[] = {
      {{640, 360, 0, 2000, 0x22, true},     "00000000 01 ff 50 2d 0000 0080", "000004ec 01 ff 50 2d"          },
      {{640, 360, 0, 2000, 0x21, true},     "00000000 00 ff 50 2d 0000 0080", "000004ec 00 ff 50 2d"          },
      {{2040, 2033, 300, 2000, 0x22, true},
       "00000000 41 ff ff ff 012c ffff 0000 0080",                            "000004e8 41 ff ff ff 012c ffff"},
      {{9, 8, 0xffff, 2000, 0x21, true},
       "00000000 40 ff 02 01 ffff ffff 0000 0080",                            "000004e8 40 ff 02 01 ffff ffff"},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    uint8_t mem[64];
    ocel_payload_pos pos = OCEL_PAYLOAD_START;
    make(&p, &CASES[i].file);
    payload got = next_payload(&p, PAYLOAD_MAX, &pos);
    const ocel_span first = unhex(CASES[i].first, mem);
    assert_memory_equal(got.bytes, first.p, first.n);
    assert_memory_equal(got.bytes + first.n, ocel_access_unit_span(&p.au, OCEL_JPEG_LUMA).p, 64);
    assert_memory_equal(got.bytes + first.n + 64, ocel_access_unit_span(&p.au, OCEL_JPEG_CHROMA).p,
                        64);
    got = next_payload(&p, PAYLOAD_MAX, &pos);
    const ocel_span second = unhex(CASES[i].second, mem);
    assert_memory_equal(got.bytes, second.p, second.n);
    assert_true(ocel_payload_at_end(&p.au, pos));
  }
}

static void a_list_without_room_stays_as_it_is(void **state) {
  (void)state;
  static picture p;
  const jpeg_file f = {640, 360, 8, 3000, 0x22, true};
  make(&p, &f);
  for (uint32_t offset = 0; offset <= 1000; offset += 1000) {
    const size_t spans_needed = offset == 0 ? 4 : 2, bytes_needed = offset == 0 ? 16 : 12;
    for (size_t spans = 0; spans <= 4; spans++) {
      for (size_t bytes = 0; bytes <= 16; bytes++) {
        ocel_span list[4];
        uint8_t scratch[16];
        ocel_gather g = ocel_gather_make(list, spans, scratch, bytes);
        ocel_payload_pos pos = {0, offset};
        const bool fits = spans >= spans_needed && bytes >= bytes_needed;
        assert_int_equal(ocel_jpeg_pack(&p.au, PAYLOAD_MAX, &g, &pos), fits ? PAYLOAD_MAX : 0);
        assert_int_equal(g.n, fits ? spans_needed : 0);
        assert_int_equal(g.used, fits ? bytes_needed : 0);
        assert_true(fits == (pos.offset != offset));
      }
    }
  }
}

static void no_byte_of_the_file_is_copied(void **state) {
  (void)state;
  static picture p;
  const jpeg_file f = {640, 360, 0, 3000, 0x22, true};
  make(&p, &f);
  ocel_span list[4];
  uint8_t scratch[16];
  ocel_gather g = ocel_gather_make(list, 4, scratch, sizeof scratch);
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  assert_int_equal(ocel_jpeg_pack(&p.au, PAYLOAD_MAX, &g, &pos), PAYLOAD_MAX);
  assert_ptr_equal(list[1].p, ocel_access_unit_span(&p.au, OCEL_JPEG_LUMA).p);
  assert_ptr_equal(list[2].p, ocel_access_unit_span(&p.au, OCEL_JPEG_CHROMA).p);
  assert_ptr_equal(list[3].p, ocel_access_unit_span(&p.au, OCEL_JPEG_SCAN).p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_receiver_gets_the_picture_back),
      cmocka_unit_test(the_heads_are_those_of_the_rfc),
      cmocka_unit_test(a_list_without_room_stays_as_it_is),
      cmocka_unit_test(no_byte_of_the_file_is_copied),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
