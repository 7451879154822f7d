// SPDX-License-Identifier: Apache-2.0
#include "ocel/h264_params.h"

#include "h264_sps_writer.h"
#include "ocel_test.h"

typedef struct {
  const char *name;
  const char *nal;  // hex
  ocel_h264_sps want;
} golden;

static const golden GOLDEN[] = {
  // libx264, as ffmpeg's own parser reads them
    {"baseline 320x240, 15 fps",
     "6742c00cda0507ec0440000003004000000783c50aa8",                                                                    {66, 0xc0, 12, 320, 240, 15, 1}      },
    {"main 640x480, 25 fps",
     "674d401eeca0501ed808800000030080000019078b16cb",                                                                  {77, 0x40, 30, 640, 480, 25, 1}      },
    {"high 1280x720, 30 fps",
     "6764001facd9405005bb0110000003001000000303c0f1831960",                                                            {100, 0, 31, 1280, 720, 30, 1}       },
    {"high 1920x1080 cropped, 29.97 fps",
     "67640028acd940780227e5c04400000fa40003a9803c60c658",                                                              {100, 0, 40, 1920, 1080, 30000, 1001}},
    {"interlaced 1920x1080, 25 fps",
     "67640028acd94078044fde0220000003002000000643e2c5b2c0",                                                            {100, 0, 40, 1920, 1080, 25, 1}      },
    {"high 10, 50 fps",
     "676e002aa6cb403c0113f2e022000003000200000300c81e306540",                                                          {110, 0, 42, 1920, 1080, 50, 1}      },
    {"4:2:2 cropped",
     "677a000dbcb40a8ff11e0220000003002000000641e28554",                                                                {122, 0, 13, 322, 240, 25, 1}        },
    {"4:2:2 interlaced",
     "677a001ebce80a47bc456022000003000200000300643e285540",                                                            {122, 0, 30, 642, 478, 25, 1}        },
    {"4:4:4",
     "67f4001e919680a03dfbc044000003000400000300c83c58ba80",                                                            {244, 0, 30, 640, 478, 25, 1}        },
    {"4:4:4 interlaced",
     "67f4001e919d0140f7eb011000000300100000030321f142aa",                                                              {244, 0, 30, 640, 478, 25, 1}        },
    {"4:4:4 with scaling lists",
     "67f4001e919b281405ff1380880000030008000003018078b16cb0",                                                          {244, 0, 30, 640, 360, 24, 1}        },
    {"4:4:4 lossless",
     "67f4000a91d68426c044000003000400000300c83c489a80",                                                                {244, 0, 10, 64, 64, 25, 1}          },
    {"extended aspect ratio, overscan, colour, chroma location, HRD",
     "6764001eacd940b4126c069414141694000003000400000300c9898003d090007a12930c01e2c5b2c0",                              {100, 0, 30, 720, 576, 25, 1}        },
    {"3840x2160, 60 fps",
     "6742c034da00f0010fb011000003000100000300780f1832a0",                                                              {66, 0xc0, 52, 3840, 2160, 60, 1}    },
    {"2x2, 1 fps",                                                    "6742c00ada7e2223011000000300100000030020f1226a", {66, 0xc0, 10, 2, 2, 1, 1}           },
    {"12.5 fps",                                                      "6742c00cda05825b011000000300200000030320f142aa", {66, 0xc0, 12, 352, 288, 25, 2}      },
 // OpenH264: VUI without timing
    {"OpenH264 1920x1080",                                            "6742c0288c8d403c0113f2c03c2211a8",               {66, 0xc0, 40, 1920, 1080, 0, 1}     },
 // ESP32-P4's encoder: no VUI
    {"ESP32-P4 1280x720",                                             "6742c02995a014016c40",                           {66, 0xc0, 41, 1280, 720, 0, 1}      },
    {"ESP32-P4 1920x1080 cropped",                                    "6742c02a95a01e00897950",                         {66, 0xc0, 42, 1920, 1080, 0, 1}     },
};

static void assert_sps(const ocel_h264_sps *got, const ocel_h264_sps *want) {
  assert_int_equal(got->profile_idc, want->profile_idc);
  assert_int_equal(got->constraint_flags, want->constraint_flags);
  assert_int_equal(got->level_idc, want->level_idc);
  assert_int_equal(got->width, want->width);
  assert_int_equal(got->height, want->height);
  assert_int_equal(got->fps_numerator, want->fps_numerator);
  assert_int_equal(got->fps_denominator, want->fps_denominator);
}

static const ocel_h264_sps UNTOUCHED = {1, 2, 3, 4, 5, 6, 7};

static void parse_bad(ocel_span nal) {
  ocel_h264_sps got = UNTOUCHED;
  assert_int_equal(ocel_h264_sps_parse(guarded(nal), &got), OCEL_ERR_SYNTAX);
  assert_sps(&got, &UNTOUCHED);
}

static void parse_good(ocel_span nal, const ocel_h264_sps *want) {
  ocel_h264_sps got = UNTOUCHED;
  assert_int_equal(ocel_h264_sps_parse(guarded(nal), &got), OCEL_OK);
  assert_sps(&got, want);
}

// Every prefix is either cut short or, from one length on, says all there is to say.
static void reads_golden(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    uint8_t mem[128];
    const ocel_span nal = unhex(GOLDEN[i].nal, mem);
    ocel_h264_sps got;
    size_t n = 0;
    CASE(GOLDEN[i].name);
    while (n < nal.n && ocel_h264_sps_parse(guarded(ocel_span_make(mem, n)), &got) != OCEL_OK) {
      parse_bad(ocel_span_make(mem, n));
      n++;
    }
    assert_in_range(n, 9, nal.n);
    for (; n <= nal.n; n++) parse_good(ocel_span_make(mem, n), &GOLDEN[i].want);
  }
}

static void refuses_what_is_no_sps(void **state) {
  (void)state;
  uint8_t mem[64];
  parse_bad(ocel_span_make(NULL, 0));
  parse_bad(ocel_span_make("\x67", 1));
  for (unsigned header = 0; header < 256; header++) {
    const ocel_span nal = unhex(GOLDEN[0].nal, mem);
    mem[0] = (uint8_t)header;
    if ((header & 0x9f) == 7) {
      parse_good(nal, &GOLDEN[0].want);
    } else {
      parse_bad(nal);
    }
  }
}

// ---- sets of our own making, to reach what no encoder at hand writes ----

static ocel_span made(const fields *f, bool high, uint8_t *nal, size_t *needed) {
  bit_writer w = {{0}, 0, 0};
  put_sps(&w, f, high);
  *needed = escape(w.rbsp, (w.needed + 7) / 8, nal);
  return ocel_span_make(nal, escape(w.rbsp, (w.n + 7) / 8, nal));
}

// The least of an SPS that is right: 32x48, baseline.
static fields least(void) {
  const fields f = {
      .profile = 66, .level = 30, .mbs = {2, 3}
  };
  return f;
}

static void check_bad(const fields *f, bool high) {
  uint8_t nal[1024];
  size_t needed = 0;
  parse_bad(made(f, high, nal, &needed));
}

static void check_size(const fields *f, bool high, unsigned width, unsigned height) {
  uint8_t nal[1024];
  size_t needed = 0;
  const ocel_h264_sps want = {
      f->profile, f->flags, f->level, (uint16_t)width, (uint16_t)height, 0, 1,
  };
  parse_good(made(f, high, nal, &needed), &want);
}

static void knows_which_profiles_are_high(void **state) {
  (void)state;
  static const uint8_t HIGH[] = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244};
  for (unsigned profile = 0; profile < 256; profile++) {
    fields f = least();
    f.profile = (uint8_t)profile;
    f.chroma_format = 2;
    check_size(&f, memchr(HIGH, (int)profile, sizeof HIGH) != NULL, 32, 48);
  }
}

// Cropping counts in chroma samples, and in pairs of lines where there are fields (7.4.2.1.1).
static void crops_in_units_of_the_chroma_format(void **state) {
  (void)state;
  static const struct {
    uint32_t chroma_format;
    bool separate_planes, fields;
    unsigned unit_x, unit_y;
  } UNITS[] = {
      {0, false, false, 1, 1},
      {1, false, false, 2, 2},
      {2, false, false, 2, 1},
      {3, false, false, 1, 1},
      {3, true,  false, 1, 1},
      {0, false, true,  1, 2},
      {1, false, true,  2, 4},
      {2, false, true,  2, 2},
      {3, false, true,  1, 2},
      {3, true,  true,  1, 2},
  };
  for (size_t i = 0; i < ARRAY_LEN(UNITS); i++) {
    fields f = least();
    const unsigned height = UNITS[i].fields ? 96 : 48;
    f.profile = 244;
    f.chroma_format = UNITS[i].chroma_format;
    f.separate_planes = UNITS[i].separate_planes;
    f.fields = UNITS[i].fields;
    check_size(&f, true, 32, height);
    f.cropped = true;
    check_size(&f, true, 32, height);
    memcpy(f.crop, (uint32_t[]){1, 2, 3, 4}, sizeof f.crop);
    check_size(&f, true, 32 - 3 * UNITS[i].unit_x, height - 7 * UNITS[i].unit_y);
    memcpy(f.crop, (uint32_t[]){0, 0, 0, height / UNITS[i].unit_y - 1}, sizeof f.crop);
    check_size(&f, true, 32, UNITS[i].unit_y);
    f.crop[2] = 1;
    check_bad(&f, true);
    memcpy(f.crop, (uint32_t[]){32 / UNITS[i].unit_x - 1, 0, 0, 0}, sizeof f.crop);
    check_size(&f, true, UNITS[i].unit_x, height);
    f.crop[1] = 1;
    check_bad(&f, true);
  }
}

// 1055 macroblocks are the most that any level allows (ITU-T H.264 A.3.1); 16384 samples are
// the most that fit the result.
static void refuses_impossible_sizes(void **state) {
  (void)state;
  fields f = least();
  f.mbs[0] = f.mbs[1] = 1024;
  check_size(&f, false, 16384, 16384);
  f.profile = 244;
  f.chroma_format = 3;
  f.cropped = true;
  f.mbs[0] = 1055;
  f.crop[1] = 496;
  check_size(&f, true, 16384, 16384);
  f.crop[1] = 495;
  check_bad(&f, true);
  f.mbs[0] = 1056;
  f.crop[1] = 1000;
  check_bad(&f, true);
  f.mbs[0] = 1;
  f.crop[1] = 0;
  f.mbs[1] = 1055;
  f.crop[3] = 496;
  check_size(&f, true, 16, 16384);
  f.crop[3] = 495;
  check_bad(&f, true);
  f.mbs[1] = 1056;
  f.crop[3] = 1000;
  check_bad(&f, true);

  f = least();
  f.fields = f.cropped = true;
  f.mbs[1] = 513;
  f.crop[3] = 8;  // of 4 lines each: 16384 are left
  check_size(&f, false, 32, 16384);
  f.crop[3] = 7;
  check_bad(&f, false);

  f = least();
  f.cropped = true;
  f.crop[0] = f.crop[1] = UINT32_C(1) << 31;  // their sum is 0 modulo 2^32
  check_bad(&f, false);
  f.crop[0] = UINT32_MAX - 1;
  f.crop[1] = 0;
  check_bad(&f, false);
}

// N is right, N + 1 is not.
static void holds_the_standards_ranges(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t at;
    uint32_t most;
    uint32_t poc_type;
  } RANGES[] = {
      {"seq_parameter_set_id",                  offsetof(fields, id),             31,  0},
      {"chroma_format_idc",                     offsetof(fields, chroma_format),  3,   0},
      {"bit_depth_luma_minus8",                 offsetof(fields, luma_depth),     6,   0},
      {"bit_depth_chroma_minus8",               offsetof(fields, chroma_depth),   6,   0},
      {"log2_max_frame_num_minus4",             offsetof(fields, log2_frame_num), 12,  0},
      {"pic_order_cnt_type",                    offsetof(fields, poc_type),       2,   0},
      {"log2_max_pic_order_cnt_lsb_minus4",     offsetof(fields, log2_poc_lsb),   12,  0},
      {"num_ref_frames_in_pic_order_cnt_cycle", offsetof(fields, poc_cycle),      255, 1},
      {"max_num_ref_frames",                    offsetof(fields, ref_frames),     16,  0},
      {"chroma_sample_loc_type_top_field",      offsetof(fields, chroma_type[0]), 5,   0},
      {"chroma_sample_loc_type_bottom_field",   offsetof(fields, chroma_type[1]), 5,   0},
  };
  for (size_t i = 0; i < ARRAY_LEN(RANGES); i++) {
    fields f = least();
    CASE(RANGES[i].name);
    f.profile = 100;
    f.vui = f.chroma_location = true;
    f.poc_type = RANGES[i].poc_type;
    uint32_t *value = (uint32_t *)(void *)((uint8_t *)&f + RANGES[i].at);
    *value = RANGES[i].most;
    check_size(&f, true, 32, 48);
    *value = RANGES[i].most + 1;
    check_bad(&f, true);
  }
}

// 31 leading zeros are the most that 32 bits can hold.
static void bounds_exp_golomb_codes(void **state) {
  (void)state;
  fields f = least();
  f.poc_type = 1;
  f.poc_offset = INT32_MAX;
  check_size(&f, false, 32, 48);

  bit_writer w = {{0}, 0, 0};
  uint8_t nal[64];
  put_u(&w, 32, 0x6742001e);
  put_ue(&w, 0);
  put_ue(&w, 0);
  put_ue(&w, 1);  // pic_order_cnt_type 1
  put_u(&w, 1, 0);
  put_u(&w, 32, 0);  // 32 zeros
  for (int i = 0; i < 8; i++) put_u(&w, 32, 0xffffffff);
  parse_bad(ocel_span_make(nal, escape(w.rbsp, w.n / 8, nal)));

  // Zeros without end are no endless loop, nor is a code that the end cuts.
  memset(nal, 0, sizeof nal);
  memcpy(nal, "\x67\x42\x00\x1e", 4);
  for (size_t n = 4; n <= sizeof nal; n++) parse_bad(ocel_span_make(nal, n));
}

// delta_scale ends at -128, the code number 256.
static void bounds_scaling_lists(void **state) {
  (void)state;
  for (uint32_t code = 255; code <= 257; code++) {
    bit_writer w = {{0}, 0, 0};
    uint8_t nal[64];
    put_u(&w, 32, 0x6764001e);
    put_ue(&w, 0);                     // seq_parameter_set_id
    put_ue(&w, 1);                     // 4:2:0
    put_u(&w, 3, 6);                   // bit depths 8, no bypass
    put_u(&w, 2, 3);                   // scaling matrix, first list
    put_ue(&w, code);                  // 8 + 128 = 136 or, modulo 256, 8 - 128 = 136
    put_ue(&w, 200);                   // 136 - 100 = 36
    put_ue(&w, code < 257 ? 72 : 74);  // 36 - 36 = 0: the list ends here
    put_u(&w, 7, 0);                   // no other list
    put_ue(&w, 0);                     // log2_max_frame_num_minus4
    put_ue(&w, 2);                     // pic_order_cnt_type
    put_ue(&w, 1);                     // max_num_ref_frames
    put_u(&w, 1, 0);                   // no gaps
    put_ue(&w, 9);                     // 160
    put_ue(&w, 8);                     // 144
    put_u(&w, 4, 0xc);                 // frames, direct_8x8, no cropping, no VUI
    put_u(&w, 1, 1);
    const ocel_span made_up = ocel_span_make(nal, escape(w.rbsp, (w.n + 7) / 8, nal));
    const ocel_h264_sps want = {100, 0, 30, 160, 144, 0, 1};
    if (code <= 256) {
      parse_good(made_up, &want);
    } else {
      parse_bad(made_up);
    }
  }
}

static void reduces_the_frame_rate(void **state) {
  (void)state;
  static const struct {
    uint32_t tick, scale, numerator, denominator;
  } RATES[] = {
      {1,                 60,             30,             1                },
      {1,                 50,             25,             1                },
      {1001,              60000,          30000,          1001             },
      {2,                 25,             25,             4                },
      {1,                 1,              1,              2                },
      {3000000,           180000000,      30,             1                },
      {UINT32_MAX,        UINT32_MAX,     1,              2                },
      {1,                 UINT32_MAX,     UINT32_MAX,     2                },
      {1,                 UINT32_MAX - 1, UINT32_MAX / 2, 1                },
      {UINT32_C(1) << 31, 2,              1,              UINT32_C(1) << 31},
      {UINT32_MAX / 2,    1,              1,              UINT32_MAX - 1   },
      {UINT32_MAX,        2,              1,              UINT32_MAX       },
      {UINT32_C(1) << 31, 1,              0,              1                }, // 1/2^32 cannot be said
      {0,                 60,             0,              1                },
      {1,                 0,              0,              1                },
      {0,                 0,              0,              1                },
  };
  for (size_t i = 0; i < ARRAY_LEN(RATES); i++) {
    fields f = least();
    uint8_t nal[64];
    size_t needed = 0;
    f.vui = f.timing = true;
    f.tick = RATES[i].tick;
    f.scale = RATES[i].scale;
    const ocel_h264_sps want = {66, 0, 30, 32, 48, RATES[i].numerator, RATES[i].denominator};
    parse_good(made(&f, false, nal, &needed), &want);
  }
}

static void randomise(fields *f, uint32_t *seed) {
  static const uint8_t PROFILES[] = {66, 77, 100, 244};
  const uint32_t r = next_random(seed), s = next_random(seed);
  f->profile = PROFILES[r % 4];
  f->flags = (uint8_t)(r >> 2 & 0xc0);
  f->level = (uint8_t)((r & 0x400) != 0 ? 0 : s);
  f->id = s % 32;
  f->chroma_format = r >> 11 & 3;
  f->separate_planes = r >> 13 & 1;
  f->scaling_lists = (r & 1 << 14) != 0 ? s & 0xfff : 0;
  f->scaling_seed = s;
  f->log2_frame_num = s % 13;
  f->log2_poc_lsb = s / 13 % 13;
  f->poc_type = (r >> 15) % 3;
  f->poc_offset = (int32_t)(s % 2000) - 1000;
  f->poc_cycle = s % 5;
  f->mbs[0] = 2 + s % 200;
  f->mbs[1] = 2 + s / 200 % 200;
  f->fields = r >> 17 & 1;
  f->cropped = r >> 18 & 1;
  f->crop[s % 4] = s % 8;
  f->vui = r >> 19 & 1;
  f->aspect = r >> 20 & 1;
  f->extended_aspect = r >> 21 & 1;
  f->overscan = r >> 22 & 1;
  f->video_signal = r >> 23 & 1;
  f->colour = r >> 24 & 1;
  f->chroma_location = r >> 25 & 1;
  f->timing = r >> 26 & 1;
  f->tick = 1;
  f->scale = 2 * (1 + s % 120);
}

static ocel_h264_sps expected(const fields *f, bool high) {
  static const uint8_t X[] = {1, 2, 2, 1}, Y[] = {1, 2, 1, 1};
  const uint32_t chroma = high ? f->chroma_format : 1;
  const uint32_t lines = f->fields ? 2 : 1;
  const uint32_t cut_x = f->cropped ? X[chroma] * (f->crop[0] + f->crop[1]) : 0;
  const uint32_t cut_y = f->cropped ? Y[chroma] * lines * (f->crop[2] + f->crop[3]) : 0;
  const bool timed = f->vui && f->timing;
  const ocel_h264_sps sps = {
      f->profile,
      f->flags,
      f->level,
      (uint16_t)(16 * f->mbs[0] - cut_x),
      (uint16_t)(16 * f->mbs[1] * lines - cut_y),
      timed ? f->scale / 2 : 0,
      timed ? f->tick : 1,
  };
  return sps;
}

static void check_order(ocel_span nal, const fields *f) {
  ocel_h264_order got;
  assert_int_equal(ocel_h264_sps_order(guarded(nal), &got), OCEL_OK);
  assert_int_equal(got.frame_num_bits, f->log2_frame_num + 4);
  assert_int_equal(got.type, f->poc_type);
  assert_int_equal(got.lsb_bits, f->poc_type == 0 ? f->log2_poc_lsb + 4 : 0);
  assert_int_equal(got.fields, f->fields);
  assert_int_equal(got.separate_planes,
                   f->profile >= 100 && f->chroma_format == 3 && f->separate_planes);
}

// What is written comes back, and a prefix is refused exactly if it lacks a bit that is needed.
static void check_prefixes(const fields *f) {
  uint8_t nal[1024];
  size_t needed = 0;
  const bool high = f->profile >= 100;
  const ocel_span whole = made(f, high, nal, &needed);
  const ocel_h264_sps want = expected(f, high);
  for (size_t n = 0; n < needed; n++) parse_bad(ocel_span_make(nal, n));
  for (size_t n = needed; n <= whole.n; n++) parse_good(ocel_span_make(nal, n), &want);
  check_order(whole, f);
  ocel_h264_order order = {.frame_num_bits = 99};
  assert_int_equal(ocel_h264_sps_order(ocel_span_make(nal, needed - 1), &order), OCEL_ERR_SYNTAX);
  assert_int_equal(order.frame_num_bits, 99);
}

static void reads_what_was_written(void **state) {
  (void)state;
  uint32_t seed = 264;
  for (int round = 0; round < 600; round++) {
    fields f = least();
    randomise(&f, &seed);
    check_prefixes(&f);
  }
}

// In one of the eight alignments the last byte that is needed, 02, comes right behind an emulation
// prevention byte; cut there, that byte is no data.
static void a_cut_behind_an_emulation_prevention_byte(void **state) {
  (void)state;
  static const uint32_t IDS[] = {0, 1, 3, 7};  // codes of 1, 3, 5 and 7 bits
  for (size_t i = 0; i < 2 * ARRAY_LEN(IDS); i++) {
    fields f = least();
    f.id = IDS[i / 2];
    f.vui = f.timing = true;
    f.overscan = i % 2 != 0;  // one bit more
    f.tick = 256;
    f.scale = 2;
    check_prefixes(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_golden),
      cmocka_unit_test(refuses_what_is_no_sps),
      cmocka_unit_test(knows_which_profiles_are_high),
      cmocka_unit_test(crops_in_units_of_the_chroma_format),
      cmocka_unit_test(refuses_impossible_sizes),
      cmocka_unit_test(holds_the_standards_ranges),
      cmocka_unit_test(bounds_exp_golomb_codes),
      cmocka_unit_test(reduces_the_frame_rate),
      cmocka_unit_test(bounds_scaling_lists),
      cmocka_unit_test(reads_what_was_written),
      cmocka_unit_test(a_cut_behind_an_emulation_prevention_byte),
  };
  return cmocka_run_group_tests_name("h264_params", tests, NULL, NULL);
}
