// SPDX-License-Identifier: Apache-2.0
#include "ocel/g711.h"

#include "ocel_test.h"

typedef struct {
  const char *name;
  uint8_t (*to)(int16_t sample);
  int16_t (*from)(uint8_t code);
} law;

static const law LAWS[] = {
    {"mu-law", ocel_g711_to_ulaw, ocel_g711_from_ulaw},
    {"A-law",  ocel_g711_to_alaw, ocel_g711_from_alaw},
};

typedef struct {
  int16_t sample;
  uint8_t ulaw, alaw;
} code;

// As the reference programs of ITU-T G.191 have them.
static const code CODES[] = {
    {0,      0xff, 0xd5},
    {-1,     0x7f, 0x55},
    {8,      0xfe, 0xd5},
    {1000,   0xce, 0xfa},
    {-1000,  0x4e, 0x7a},
    {32767,  0x80, 0xaa},
    {-32768, 0x00, 0x2a},
};

static void known_codes(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(CODES); i++) {
    assert_int_equal(ocel_g711_to_ulaw(CODES[i].sample), CODES[i].ulaw);
    assert_int_equal(ocel_g711_to_alaw(CODES[i].sample), CODES[i].alaw);
  }
}

static void codes_come_back(void **state) {
  (void)state;
  for (size_t k = 0; k < ARRAY_LEN(LAWS); k++) {
    CASE(LAWS[k].name);
    for (unsigned c = 0; c < 256; c++) {
      const int16_t sample = LAWS[k].from((uint8_t)c);
      assert_int_equal(LAWS[k].from(LAWS[k].to(sample)), sample);
    }
  }
}

// Half of a step, which is a sixteenth of a segment at most; what is clipped is further off.
static void samples_come_back_nearly(void **state) {
  (void)state;
  for (size_t k = 0; k < ARRAY_LEN(LAWS); k++) {
    CASE(LAWS[k].name);
    int before = INT16_MIN;
    for (int s = INT16_MIN; s <= INT16_MAX; s++) {
      const int back = LAWS[k].from(LAWS[k].to((int16_t)s));
      const int size = s < 0 ? -s : s, error = back < s ? s - back : back - s;
      assert_true(error <= (size > 31000 ? 1024 : size / 32 + 8));
      assert_true(back >= before);
      before = back;
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_codes),
      cmocka_unit_test(codes_come_back),
      cmocka_unit_test(samples_come_back_nearly),
  };
  return cmocka_run_group_tests_name("g711", tests, NULL, NULL);
}
