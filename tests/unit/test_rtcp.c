// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtcp.h"

#include "ocel_test.h"

// ---- written ----

static const ocel_sender_report REPORT = {.ssrc = 0xdecafbad,
                                          .ntp = UINT64_C(0xe8d5a1b2c3d4e5f6),
                                          .timestamp = 0x01020304,
                                          .packets = 0x11121314,
                                          .octets = 0x21222324};

#define SR_HEX "80c80006decafbade8d5a1b2c3d4e5f6010203041112131421222324"

typedef struct {
  const char *name;
  const char *cname;
  const char *want;
} written;

// clang-format off
static const written WRITTEN[] = {
    {"RFC 3550 6.4.1 and 6.5: no byte of padding is a whole word of it", "cam@hosts1",
     SR_HEX "81ca0005decafbad010a63616d40686f7374733100000000"},
    {"three null octets", "cam@hosts12", SR_HEX "81ca0005decafbad010b63616d40686f73747331320000" "00"},
    {"two null octets", "ab@c12345678", SR_HEX "81ca0005decafbad010c616240633132333435363738" "0000"},
    {"one null octet", "a", SR_HEX "81ca0002decafbad01016100"},
    {"RFC 3550 6.5: an empty name", "", SR_HEX "81ca0002decafbad01000000"},
    {"the longest name", "abcdefghijklmnopqrstuvwxyz012345",
     SR_HEX "81ca000adecafbad0120" "6162636465666768696a6b6c6d6e6f707172737475767778797a"
     "303132333435" "0000"},
    {"a longer one is cut", "abcdefghijklmnopqrstuvwxyz0123456",
     SR_HEX "81ca000adecafbad0120" "6162636465666768696a6b6c6d6e6f707172737475767778797a"
     "303132333435" "0000"},
};
// clang-format on

static void reports_golden(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(WRITTEN); i++) {
    uint8_t mem[OCEL_RTCP_COMPOUND_MAX];
    char got[2 * OCEL_RTCP_COMPOUND_MAX + 1] = "";
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
    CASE(WRITTEN[i].name);
    ocel_rtcp_put_report(&w, &REPORT, ocel_span_str(WRITTEN[i].cname));
    assert_false(w.overflow);
    append_hex(got, sizeof got, ocel_span_make(mem, w.n));
    assert_string_equal(got, WRITTEN[i].want);
  }
}

static void the_largest_compound_fits_its_constant(void **state) {
  (void)state;
  uint8_t mem[OCEL_RTCP_COMPOUND_MAX];
  for (size_t n = 0; n <= OCEL_CNAME_MAX; n++) {
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
    ocel_rtcp_reader r;
    ocel_rtcp_put_report(&w, &REPORT, ocel_span_make("abcdefghijklmnopqrstuvwxyz012345", n));
    ocel_rtcp_put_bye(&w, REPORT.ssrc);
    assert_false(w.overflow);
    assert_int_equal(w.n % 4, 0);
    assert_int_equal(ocel_rtcp_read(&r, guarded(ocel_span_make(mem, w.n))), OCEL_OK);
  }
}

static void bye_golden(void **state) {
  (void)state;
  uint8_t mem[8];
  char got[17] = "";
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_rtcp_put_bye(&w, 0xdecafbad);
  append_hex(got, sizeof got, ocel_span_make(mem, w.n));
  assert_string_equal(got, "81cb0001decafbad");
}

// ---- read ----

#define BLOCK1 \
  "decafbad"   \
  "40"         \
  "000007"     \
  "00010203"   \
  "00000fff"   \
  "a1b2c3d4"   \
  "00018000"
#define BLOCK2 \
  "00000002"   \
  "00"         \
  "ffffff"     \
  "00000001"   \
  "00000000"   \
  "00000000"   \
  "00000000"
#define RR1  \
  "81c90007" \
  "cafe0001" BLOCK1

typedef struct {
  const char *name;
  const char *hex;
  const char *want;  // items: "R sender ssrc", "B sender", "N sender ssrc sequence mask",
                     // "O sender"; "!" is refused
} readable;

// clang-format off
static const readable READ[] = {
    {"RFC 3550 6.4.2: one block", RR1, "R cafe0001 decafbad;"},
    {"two blocks", "82c9000d" "cafe0001" BLOCK1 BLOCK2,
     "R cafe0001 decafbad;R cafe0001 00000002;"},
    {"ffmpeg: RR without blocks", "80c90001" "cafe0001", "O cafe0001;"},
    {"live555, GStreamer: RR and SDES", RR1 "81ca0003" "cafe0001" "01026162" "00000000",
     "R cafe0001 decafbad;O cafe0001;"},
    {"RFC 3550 6.1: RR, SDES and BYE", RR1 "81ca0002" "cafe0001" "00000000" "81cb0001" "cafe0001",
     "R cafe0001 decafbad;O cafe0001;B cafe0001;"},
    {"SR of one who sends too", "81c8000c" "cafe0001" "0000000000000000" "00000000" "00000000"
     "00000000" BLOCK1, "R cafe0001 decafbad;"},
    {"SR without blocks", "80c80006" "cafe0001" "0000000000000000" "00000000" "00000000" "00000000",
     "O cafe0001;"},
    {"RFC 3550 6.4.3: what follows the blocks is an extension", "80c90003" "cafe0001" "0102030405060708",
     "O cafe0001;"},
    {"extension behind a block", "81c90008" "cafe0001" BLOCK1 "ffffffff", "R cafe0001 decafbad;"},
    {"two reports, each with its sender", "81c90007" "cafe0001" BLOCK1 "81c90007" "cafe0002" BLOCK2,
     "R cafe0001 decafbad;R cafe0002 00000002;"},
    {"RFC 3550 6.6: BYE of two, with a reason", "80c90001" "cafe0001"
     "82cb0004" "cafe0001" "cafe0002" "03627965", "!"},
    {"BYE of two, with a reason that fits", "80c90001" "cafe0001"
     "82cb0003" "cafe0001" "cafe0002" "03627965", "O cafe0001;B cafe0001;"},
    {"BYE of nobody", "80c90001" "cafe0001" "80cb0000", "O cafe0001;O 00000000;"},
    {"BYE of nobody with a reason", "80c90001" "cafe0001" "80cb0001" "03627965",
     "O cafe0001;O 00000000;"},
    {"RFC 5506: BYE of nobody alone", "80cb0000", "O 00000000;"},
    {"RFC 5506: BYE alone", "81cb0001" "cafe0001", "B cafe0001;"},
    {"RFC 5506: transport feedback alone", "8fcd0003" "cafe0001" "decafbad" "00000000", "O cafe0001;"},
    {"RFC 5506: payload feedback (PLI) alone", "81ce0002" "cafe0001" "decafbad", "O cafe0001;"},
    {"APP behind a report", "80c90001" "cafe0001" "80cc0002" "cafe0001" "71746d72",
     "O cafe0001;O cafe0001;"},
    {"XR and unknown types behind a report", "80c90001" "cafe0001" "80cf0001" "cafe0001" "80df0000",
     "O cafe0001;O 00000000;O 00000000;"},
    {"SDES of nobody", "80c90001" "cafe0001" "80ca0000", "O cafe0001;O 00000000;"},
    {"RFC 3550 6.4.1: padding of one word in the last packet",
     "80c90001" "cafe0001" "a1cb0002" "cafe0001" "00000004", "O cafe0001;B cafe0001;"},
    {"padding of two words in the only packet", "a0c90003" "cafe0001" "00000000" "00000008",
     "O cafe0001;"},
    {"padding that ends before the fields do", "a1c90007" "cafe0001"
     "decafbad" "40000007" "00010203" "00000fff" "a1b2c3d4" "00000004", "!"},
    {"padding in a packet that is not the last", "a0c90002" "cafe0001" "00000004" "80c90001" "cafe0001",
     "!"},
    {"padding of 0", "a0c90002" "cafe0001" "00000000", "!"},
    {"padding of 3", "a0c90002" "cafe0001" "00000003", "!"},
    {"padding of the whole packet", "a0c90002" "cafe0001" "0000000c", "!"},
    {"padding of more than the packet", "a0c90002" "cafe0001" "000000fc", "!"},
    {"nothing", "", "!"},
    {"version 1", "41c90001" "cafe0001", "!"},
    {"version 0", "00c90001" "cafe0001", "!"},
    {"version 3", "c0c90001" "cafe0001", "!"},
    {"version 1 in the second packet", "80c90001" "cafe0001" "40c90001" "cafe0001", "!"},
    {"SDES first", "81ca0002" "cafe0001" "00000000", "!"},
    {"APP first", "80cc0002" "cafe0001" "71746d72", "!"},
    {"type 199", "80c70001" "cafe0001", "!"},
    {"type 207 first", "80cf0001" "cafe0001", "!"},
    {"length of one word too many", "80c90002" "cafe0001", "!"},
    {"length of 65535 words", "80c9ffff" "cafe0001", "!"},
    {"RR without its SSRC", "80c90000", "!"},
    {"count of one without a block", "81c90001" "cafe0001", "!"},
    {"count of two with one block", "82c90007" "cafe0001" BLOCK1, "!"},
    {"count of 31 with one block", "9fc90007" "cafe0001" BLOCK1, "!"},
    {"SR without its sender information", "80c80005" "cafe0001" "0000000000000000" "00000000" "00000000",
     "!"},
    {"SR with a block cut off", "81c8000b" "cafe0001" "0000000000000000" "00000000" "00000000" "00000000"
     "decafbad" "00000000" "00000000" "00000000" "00000000", "!"},
    {"BYE of 31 with one", "9fcb0001" "cafe0001", "!"},
    {"SDES of two chunks with room for one", "80c90001" "cafe0001" "82ca0001" "cafe0001", "!"},
    {"feedback without its sources", "80c90001" "cafe0001" "81ce0001" "cafe0001", "!"},
    {"RFC 4585 6.2.1: generic NACK", "81cd0003" "cafe0001" "decafbad" "fffe8001",
     "N cafe0001 decafbad fffe 8001;"},
    {"two entries behind a report, as GStreamer sends it", "80c90001" "cafe0001"
     "81cd0004" "cafe0001" "decafbad" "00010000" "00200003",
     "O cafe0001;N cafe0001 decafbad 0001 0000;N cafe0001 decafbad 0020 0003;"},
    {"NACK without an entry", "81cd0002" "cafe0001" "decafbad", "O cafe0001;"},
    {"NACK with padding", "a1cd0004" "cafe0001" "decafbad" "00010000" "00000004",
     "N cafe0001 decafbad 0001 0000;"},
    {"NACK of padding alone", "a1cd0003" "cafe0001" "decafbad" "00000004", "O cafe0001;"},
    {"NACK without its sources", "81cd0001" "cafe0001", "!"},
    {"other feedback has no such entries", "82cd0003" "cafe0001" "decafbad" "00010000",
     "O cafe0001;"},
    {"payload feedback has none either", "81ce0003" "cafe0001" "decafbad" "00010000",
     "O cafe0001;"},
    {"a report behind a NACK", "81cd0003" "cafe0001" "decafbad" "00010000" RR1,
     "N cafe0001 decafbad 0001 0000;R cafe0001 decafbad;"},
    {"a byte too many", RR1 "80", "!"},
    {"three bytes too many", RR1 "80c900", "!"},
    {"live555's hole punch", "cefaedfe", "!"},
    {"ffmpeg's RTP hole punch", "8000000000000000" "00000000", "!"},
};
// clang-format on

static void append_item(char *got, size_t cap, const ocel_rtcp_item *item) {
  char text[64];
  static const char KIND[] = {[OCEL_RTCP_BLOCK] = 'R',
                              [OCEL_RTCP_BYE] = 'B',
                              [OCEL_RTCP_NACK] = 'N',
                              [OCEL_RTCP_OTHER] = 'O'};
  (void)snprintf(text, sizeof text, "%c %08lx", KIND[item->kind], (unsigned long)item->sender);
  append(got, cap, text);
  if (item->kind == OCEL_RTCP_BLOCK) {
    (void)snprintf(text, sizeof text, " %08lx", (unsigned long)item->block.ssrc);
    append(got, cap, text);
  }
  if (item->kind == OCEL_RTCP_NACK) {
    (void)snprintf(text, sizeof text, " %08lx %04x %04x", (unsigned long)item->nack.ssrc,
                   item->nack.sequence, item->nack.mask);
    append(got, cap, text);
  }
  append(got, cap, ";");
}

static void read_items(char *got, size_t cap, ocel_span packet) {
  ocel_rtcp_reader r;
  ocel_rtcp_item item;
  if (ocel_rtcp_read(&r, guarded(packet)) != OCEL_OK) {
    append(got, cap, "!");
    assert_false(ocel_rtcp_next(&r, &item));  // nothing of it may be believed
    return;
  }
  while (ocel_rtcp_next(&r, &item)) append_item(got, cap, &item);
  assert_false(ocel_rtcp_next(&r, &item));
}

static void packets_are_read_or_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(READ); i++) {
    uint8_t mem[256];
    char got[256] = "";
    CASE(READ[i].name);
    read_items(got, sizeof got, unhex(READ[i].hex, mem));
    assert_string_equal(got, READ[i].want);
  }
}

// A datagram cut off anywhere is refused, or is what lies before the cut.
static void every_prefix_is_refused_or_whole_packets(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(READ); i++) {
    uint8_t mem[256];
    const ocel_span packet = unhex(READ[i].hex, mem);
    CASE(READ[i].name);
    for (size_t n = 0; n < packet.n; n++) {
      char got[256] = "";
      read_items(got, sizeof got, ocel_span_make(packet.p, n));
      assert_true(got[0] == '!' || strncmp(got, READ[i].want, strlen(got)) == 0 ||
                  READ[i].want[0] == '!');
      if (n % 4 != 0) assert_string_equal(got, "!");
    }
  }
}

static void a_block_is_read_field_by_field(void **state) {
  (void)state;
  uint8_t mem[64];
  ocel_rtcp_reader r;
  ocel_rtcp_item item;
  assert_int_equal(ocel_rtcp_read(&r, guarded(unhex(RR1, mem))), OCEL_OK);
  assert_true(ocel_rtcp_next(&r, &item));
  assert_int_equal(item.kind, OCEL_RTCP_BLOCK);
  assert_int_equal(item.sender, 0xcafe0001);
  assert_int_equal(item.block.ssrc, 0xdecafbad);
  assert_int_equal(item.block.fraction_lost, 0x40);
  assert_int_equal(item.block.packets_lost, 7);
  assert_int_equal(item.block.highest_sequence, 0x00010203);
  assert_int_equal(item.block.jitter, 0xfff);
  assert_int_equal(item.block.last_sr, 0xa1b2c3d4);
  assert_int_equal(item.block.delay_since_sr, 0x18000);
}

// RFC 3550 6.4.1: negative when duplicates arrive.
static void packets_lost_has_a_sign(void **state) {
  (void)state;
  static const struct {
    const char *hex;
    int32_t want;
  } LOST[] = {
      {"ff000000", 0       },
      {"00000001", 1       },
      {"ff7fffff", 8388607 },
      {"00800000", -8388608},
      {"00ffffff", -1      },
      {"ffffff00", -256    }
  };
  for (size_t i = 0; i < ARRAY_LEN(LOST); i++) {
    uint8_t mem[64];
    char hex[128] = "81c90007cafe0001decafbad";
    ocel_rtcp_reader r;
    ocel_rtcp_item item;
    append(hex, sizeof hex, LOST[i].hex);
    append(hex, sizeof hex, "00000000000000000000000000000000");
    assert_int_equal(ocel_rtcp_read(&r, unhex(hex, mem)), OCEL_OK);
    assert_true(ocel_rtcp_next(&r, &item));
    assert_true(item.block.packets_lost == LOST[i].want);
  }
}

// RFC 3550 6.4.2: as many as the count can say.
static void thirty_one_blocks(void **state) {
  (void)state;
  uint8_t mem[8 + 31 * 24];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_rtcp_reader r;
  ocel_rtcp_item item;
  ocel_put_u8(&w, 0x80 | 31);
  ocel_put_u8(&w, 201);
  ocel_put_be16(&w, sizeof mem / 4 - 1);
  ocel_put_be32(&w, 0xcafe0001);
  for (uint32_t i = 0; i < 31; i++) {
    for (uint32_t k = 0; k < 6; k++) ocel_put_be32(&w, i << 8 | k);
  }
  assert_int_equal(w.n, sizeof mem);
  assert_int_equal(ocel_rtcp_read(&r, guarded(ocel_span_make(mem, w.n))), OCEL_OK);
  for (uint32_t i = 0; i < 31; i++) {
    assert_true(ocel_rtcp_next(&r, &item));
    assert_int_equal(item.kind, OCEL_RTCP_BLOCK);
    assert_int_equal(item.block.ssrc, i << 8);
    assert_int_equal(item.block.delay_since_sr, i << 8 | 5);
  }
  assert_false(ocel_rtcp_next(&r, &item));
}

// GStreamer opens its holes with 200 random bytes. Whatever they are: no read past the end, and
// what passes as RTCP ends.
static void random_bytes_do_no_harm(void **state) {
  (void)state;
  uint32_t seed = 200;
  for (int round = 0; round < 20000; round++) {
    uint8_t mem[200];
    ocel_rtcp_reader r;
    ocel_rtcp_item item;
    for (size_t i = 0; i < sizeof mem; i++) mem[i] = (uint8_t)(next_random(&seed) >> 11);
    if (round % 2 == 0) {  // half of them look more like it
      mem[0] = (uint8_t)(0x80 | (mem[0] & 0x3f));
      mem[1] = (uint8_t)(200 + mem[1] % 8);
      mem[2] = 0;
      mem[3] %= 64;
    }
    const ocel_span packet = guarded(ocel_span_make(mem, next_random(&seed) % (sizeof mem + 1)));
    if (ocel_rtcp_read(&r, packet) != OCEL_OK) continue;
    size_t items = 0;
    while (ocel_rtcp_next(&r, &item)) items++;
    assert_in_range(items, 1, sizeof mem / 4);
  }
}

// ---- round trip ----

typedef struct {
  const char *name;
  uint32_t last_sr, delay;
  ocel_ntp now;
  ocel_us want;
} trip;

// clang-format off
static const trip TRIPS[] = {
    {"RFC 3550 6.4.1 figure 2", 0xb7052000, 0x00054000, UINT64_C(0xb44db71080000000), 6125000},
    {"no report answered", 0, 0, UINT64_C(1) << 32, -1},
    {"no time at all", 0x00010000, 0, UINT64_C(0x00010000) << 16, 0},
    {"one unit is 15 us", 0x00010000, 0, UINT64_C(0x00010001) << 16, 15},
    {"a second", 0x00010000, 0x8000, UINT64_C(0x00028000) << 16, 1000000},
    {"bits below 1/65536 s do not count", 0x00010000, 0, (UINT64_C(0x00010001) << 16) + 0xffff, 15},
    {"bits above 65536 s do not count", 0x00010000, 0, UINT64_C(0xabcd00018000) << 16, 500000},
    {"across the wrap of the middle bits", 0xffff0000, 0x8000, UINT64_C(0x123400008000) << 16,
     1000000},
    {"last_sr at its end", 0xffffffff, 0, UINT64_C(0), 15},
    {"negative by one unit", 0x00010001, 0, UINT64_C(0x00010000) << 16, -1},
    {"delay longer than the time", 0x00010000, 0x00020000, UINT64_C(0x00020000) << 16, -1},
    {"a delay that wraps by itself", 0x00010000, 0xffffffff, UINT64_C(0x00010000) << 16, 15},
    {"a minute", 0x00010000, 0, UINT64_C(0x003d0000) << 16, 60000000},
    {"over a minute", 0x00010000, 0, UINT64_C(0x003d0001) << 16, -1},
    {"report from the future", 0x80010000, 0, UINT64_C(0x00010000) << 16, -1},
};
// clang-format on

static void round_trips_golden(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(TRIPS); i++) {
    const ocel_report_block b = {.last_sr = TRIPS[i].last_sr, .delay_since_sr = TRIPS[i].delay};
    CASE(TRIPS[i].name);
    assert_true(ocel_rtcp_round_trip(&b, TRIPS[i].now) == TRIPS[i].want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reports_golden),
      cmocka_unit_test(the_largest_compound_fits_its_constant),
      cmocka_unit_test(bye_golden),
      cmocka_unit_test(packets_are_read_or_refused),
      cmocka_unit_test(every_prefix_is_refused_or_whole_packets),
      cmocka_unit_test(a_block_is_read_field_by_field),
      cmocka_unit_test(packets_lost_has_a_sign),
      cmocka_unit_test(thirty_one_blocks),
      cmocka_unit_test(random_bytes_do_no_harm),
      cmocka_unit_test(round_trips_golden),
  };
  return cmocka_run_group_tests_name("rtcp", tests, NULL, NULL);
}
