// SPDX-License-Identifier: Apache-2.0
// The initialisation segment. Boxes that never change stand in tables of bytes.
#include "ocel/fmp4.h"

#include "ocel/h264_params.h"

enum {
  SET_SIZE_MAX = 0xffff,
  SPS_HEAD = 4,  // NAL header, profile, constraints, level
  HIGH = 100,    // profile_idc
  OBJECT_TYPE_SHIFT = 3,
};

#define BYTES(text) ocel_span_make(text, sizeof(text) - 1)

#define BOX_FTYP \
  "\0\0\0\x1c"   \
  "ftyp"         \
  "iso5"         \
  "\0\0\2\0"     \
  "iso5"         \
  "iso6"         \
  "mp41"

// 14496-12 8.2.2: version 0, times unknown, 1000 ticks a second, no duration; rate and volume 1;
// the unity matrix; next track 3.
#define MATRIX \
  "\0\1\0\0"   \
  "\0\0\0\0"   \
  "\0\0\0\0"   \
  "\0\0\0\0"   \
  "\0\1\0\0"   \
  "\0\0\0\0"   \
  "\0\0\0\0"   \
  "\0\0\0\0"   \
  "\x40\0\0\0"
#define BOX_MVHD    \
  "\0\0\0\x6c"      \
  "mvhd"            \
  "\0\0\0\0"        \
  "\0\0\0\0"        \
  "\0\0\0\0"        \
  "\0\0\3\xe8"      \
  "\0\0\0\0"        \
  "\0\1\0\0"        \
  "\1\0"            \
  "\0\0"            \
  "\0\0\0\0"        \
  "\0\0\0\0" MATRIX \
  "\0\0\0\0"        \
  "\0\0\0\0"        \
  "\0\0\0\0"        \
  "\0\0\0\0"        \
  "\0\0\0\0"        \
  "\0\0\0\0"        \
  "\0\0\0\3"

// 8.4.3, with an empty name.
#define HDLR(kind) \
  "\0\0\0\x21"     \
  "hdlr"           \
  "\0\0\0\0"       \
  "\0\0\0\0" kind  \
  "\0\0\0\0"       \
  "\0\0\0\0"       \
  "\0\0\0\0"       \
  "\0"

// 12.1.2, 12.2.2
#define BOX_VMHD \
  "\0\0\0\x14"   \
  "vmhd"         \
  "\0\0\0\1"     \
  "\0\0"         \
  "\0\0\0\0\0\0"
#define BOX_SMHD \
  "\0\0\0\x10"   \
  "smhd"         \
  "\0\0\0\0"     \
  "\0\0"         \
  "\0\0"

// 8.7.1: the media are in this file.
#define BOX_DINF \
  "\0\0\0\x24"   \
  "dinf"         \
  "\0\0\0\x1c"   \
  "dref"         \
  "\0\0\0\0"     \
  "\0\0\0\1"     \
  "\0\0\0\x0c"   \
  "url "         \
  "\0\0\0\1"

// 8.6.1, 8.7: no samples but in fragments.
#define EMPTY_TABLES \
  "\0\0\0\x10"       \
  "stts"             \
  "\0\0\0\0"         \
  "\0\0\0\0"         \
  "\0\0\0\x10"       \
  "stsc"             \
  "\0\0\0\0"         \
  "\0\0\0\0"         \
  "\0\0\0\x14"       \
  "stsz"             \
  "\0\0\0\0"         \
  "\0\0\0\0"         \
  "\0\0\0\0"         \
  "\0\0\0\x10"       \
  "stco"             \
  "\0\0\0\0"         \
  "\0\0\0\0"

// Opens a box; `close_box` puts its size where this one returns.
static size_t open_box(ocel_wbuf *w, const char *type) {
  const size_t at = w->n;
  ocel_put_be32(w, 0);
  ocel_put_str(w, type);
  return at;
}

static void close_box(ocel_wbuf *w, size_t at) {
  if (w->overflow) return;
  ocel_wbuf size = ocel_wbuf_make(w->p + at, 4);
  ocel_put_be32(&size, (uint32_t)(w->n - at));
}

static void put_zeros(ocel_wbuf *w, size_t n) {
  while (n-- > 0) ocel_put_u8(w, 0);
}

// 8.3.2: enabled, in the movie, in its preview.
static void put_tkhd(ocel_wbuf *w, uint32_t number, const ocel_h264_sps *size) {
  const size_t box = open_box(w, "tkhd");
  ocel_put_be32(w, 7);
  put_zeros(w, 8);
  ocel_put_be32(w, number);
  put_zeros(w, 20);
  ocel_put_be16(w, size == NULL ? 0x0100 : 0);  // volume
  put_zeros(w, 2);
  ocel_put_span(w, BYTES(MATRIX));
  ocel_put_be32(w, size == NULL ? 0 : (uint32_t)size->width << 16);
  ocel_put_be32(w, size == NULL ? 0 : (uint32_t)size->height << 16);
  close_box(w, box);
}

// 8.4.2: language "und".
static void put_mdhd(ocel_wbuf *w, uint32_t clock_hz) {
  const size_t box = open_box(w, "mdhd");
  put_zeros(w, 12);
  ocel_put_be32(w, clock_hz);
  put_zeros(w, 4);
  ocel_put_be32(w, 0x55c40000);
  close_box(w, box);
}

static void put_set(ocel_wbuf *w, ocel_span set) {
  ocel_put_be16(w, (uint16_t)set.n);
  ocel_put_span(w, set);
}

// 14496-15 5.3.3.1. What it adds for High is of 4:2:0 with 8 bits; browsers play no other.
static void put_avcc(ocel_wbuf *w, const ocel_fmp4_track *t) {
  const size_t box = open_box(w, "avcC");
  ocel_put_u8(w, 1);
  ocel_put_span(w, ocel_span_make(t->sps.p + 1, SPS_HEAD - 1));
  ocel_put_span(w, BYTES("\xff\xe1"));  // lengths of 4 bytes; one SPS
  put_set(w, t->sps);
  ocel_put_u8(w, 1);
  put_set(w, t->pps);
  if (t->sps.p[1] == HIGH) ocel_put_span(w, BYTES("\xfd\xf8\xf8\0"));
  close_box(w, box);
}

// 14496-12 12.1.3: 72 dots per inch, one picture a sample, no name, 24 bits of depth.
static void put_avc1(ocel_wbuf *w, const ocel_fmp4_track *t, const ocel_h264_sps *size) {
  const size_t box = open_box(w, "avc1");
  put_zeros(w, 6);
  ocel_put_be16(w, 1);
  put_zeros(w, 16);
  ocel_put_be16(w, size->width);
  ocel_put_be16(w, size->height);
  ocel_put_span(w, BYTES("\0\x48\0\0"
                         "\0\x48\0\0"
                         "\0\0\0\0"
                         "\0\1"));
  put_zeros(w, 32);
  ocel_put_span(w, BYTES("\0\x18\xff\xff"));
  put_avcc(w, t);
  close_box(w, box);
}

// 14496-1 7.2.6.5: MPEG-4 audio (0x40), an audio stream (5); rates not said.
static void put_esds(ocel_wbuf *w, const ocel_format *f) {
  const uint8_t n = f->config_n;
  const size_t box = open_box(w, "esds");
  put_zeros(w, 4);
  ocel_put_span(w, BYTES("\3"));
  ocel_put_u8(w, (uint8_t)(23 + n));
  ocel_put_span(w, BYTES("\0\0\0"
                         "\4"));
  ocel_put_u8(w, (uint8_t)(15 + n));
  ocel_put_span(w, BYTES("\x40\x15"));
  put_zeros(w, 11);
  ocel_put_u8(w, 5);
  ocel_put_u8(w, n);
  ocel_put_span(w, ocel_span_make(f->config, n));
  ocel_put_span(w, BYTES("\6\1\2"));
  close_box(w, box);
}

// Opus in ISOBMFF 4.3.2: nothing is skipped, for the stream has no beginning.
static void put_dops(ocel_wbuf *w, const ocel_format *f) {
  const size_t box = open_box(w, "dOps");
  ocel_put_u8(w, 0);
  ocel_put_u8(w, f->channels);
  ocel_put_be16(w, 0);
  ocel_put_be32(w, f->clock_hz);
  put_zeros(w, 3);
  close_box(w, box);
}

// 14496-12 12.2.3. The rate has 16 bits there; players take it from what follows.
static void put_sound_entry(ocel_wbuf *w, const ocel_format *f) {
  const bool aac = f->codec == OCEL_CODEC_AAC;
  const size_t box = open_box(w, aac ? "mp4a" : "Opus");
  put_zeros(w, 6);
  ocel_put_be16(w, 1);
  put_zeros(w, 8);
  ocel_put_be16(w, f->channels);
  ocel_put_be16(w, 16);
  put_zeros(w, 4);
  ocel_put_be32(w, f->clock_hz <= 0xffff ? f->clock_hz << 16 : 0);
  if (aac) {
    put_esds(w, f);
  } else {
    put_dops(w, f);
  }
  close_box(w, box);
}

static void put_stbl(ocel_wbuf *w, const ocel_fmp4_track *t, const ocel_h264_sps *size) {
  const size_t stbl = open_box(w, "stbl");
  const size_t stsd = open_box(w, "stsd");
  put_zeros(w, 4);
  ocel_put_be32(w, 1);
  if (size == NULL) {
    put_sound_entry(w, t->format);
  } else {
    put_avc1(w, t, size);
  }
  close_box(w, stsd);
  ocel_put_span(w, BYTES(EMPTY_TABLES));
  close_box(w, stbl);
}

// `size` is NULL for sound.
static void put_trak(ocel_wbuf *w, uint32_t number, const ocel_fmp4_track *t,
                     const ocel_h264_sps *size) {
  const size_t trak = open_box(w, "trak");
  put_tkhd(w, number, size);
  const size_t mdia = open_box(w, "mdia");
  put_mdhd(w, ocel_format_clock(t->format));
  ocel_put_span(w, size == NULL ? BYTES(HDLR("soun")) : BYTES(HDLR("vide")));
  const size_t minf = open_box(w, "minf");
  ocel_put_span(w, size == NULL ? BYTES(BOX_SMHD) : BYTES(BOX_VMHD));
  ocel_put_span(w, BYTES(BOX_DINF));
  put_stbl(w, t, size);
  close_box(w, minf);
  close_box(w, mdia);
  close_box(w, trak);
}

// 8.8.3: fragments say all about their samples.
static void put_mvex(ocel_wbuf *w, size_t n) {
  const size_t mvex = open_box(w, "mvex");
  for (uint32_t number = 1; number <= n; number++) {
    const size_t trex = open_box(w, "trex");
    put_zeros(w, 4);
    ocel_put_be32(w, number);
    ocel_put_be32(w, 1);
    put_zeros(w, 12);
    close_box(w, trex);
  }
  close_box(w, mvex);
}

bool ocel_fmp4_carries(const ocel_format *f) {
  return f->codec == OCEL_CODEC_H264 || f->codec == OCEL_CODEC_AAC || f->codec == OCEL_CODEC_OPUS;
}

static ocel_err put_track(ocel_wbuf *w, uint32_t number, const ocel_fmp4_track *t) {
  ocel_h264_sps size;
  if (!ocel_fmp4_carries(t->format)) return OCEL_ERR_UNSUPPORTED;
  if (ocel_format_is_sound(t->format)) {
    put_trak(w, number, t, NULL);
    return OCEL_OK;
  }
  if (t->sps.n > SET_SIZE_MAX || t->pps.n > SET_SIZE_MAX) return OCEL_ERR_SYNTAX;
  if (ocel_h264_sps_parse(t->sps, &size) != OCEL_OK) return OCEL_ERR_SYNTAX;
  put_trak(w, number, t, &size);
  return OCEL_OK;
}

ocel_err ocel_fmp4_put_init(ocel_wbuf *w, const ocel_fmp4_track *tracks, size_t n) {
  ocel_put_span(w, BYTES(BOX_FTYP));
  const size_t moov = open_box(w, "moov");
  ocel_put_span(w, BYTES(BOX_MVHD));
  for (uint32_t i = 0; i < n; i++) {
    const ocel_err rc = put_track(w, i + 1, &tracks[i]);
    if (rc != OCEL_OK) return rc;
  }
  put_mvex(w, n);
  close_box(w, moov);
  return w->overflow ? OCEL_ERR_SPACE : OCEL_OK;
}

void ocel_fmp4_put_codec(ocel_wbuf *w, const ocel_fmp4_track *t) {
  if (t->format->codec == OCEL_CODEC_OPUS) {
    ocel_put_str(w, "opus");
  } else if (t->format->codec == OCEL_CODEC_AAC) {
    ocel_put_str(w, "mp4a.40.");
    ocel_put_uint(w, t->format->config[0] >> OBJECT_TYPE_SHIFT);
  } else if (t->sps.n >= SPS_HEAD) {
    ocel_put_str(w, "avc1.");
    for (size_t i = 1; i < SPS_HEAD; i++) ocel_put_hex(w, t->sps.p[i], 2);
  }
}
