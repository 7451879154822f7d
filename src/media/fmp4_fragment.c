// SPDX-License-Identifier: Apache-2.0
// A fragment: `moof` with one sample of one track, and `mdat`, cut into pieces.
#include <assert.h>

#include "ocel/fmp4.h"
#include "ocel/h264_nal.h"

enum {
  LENGTH = 4,  // bytes before a NAL unit
  BOX_HEAD = 8,
  AAC_SAMPLES = 1024,
};

// ---- what is in it ----

static bool has_lengths(const ocel_fmp4_fragment *f) { return f->format->codec == OCEL_CODEC_H264; }

static bool is_left_out(const ocel_fmp4_fragment *f, const ocel_access_unit *au, unsigned unit) {
  const unsigned type = ocel_nal_type_of(ocel_access_unit_span(au, unit));
  return has_lengths(f) && (type == OCEL_NAL_SPS || type == OCEL_NAL_PPS);
}

// The next unit that is in the fragment, from `unit` on; unit_count if there is none.
static unsigned next_unit(const ocel_fmp4_fragment *f, const ocel_access_unit *au, unsigned unit) {
  while (unit < au->unit_count && is_left_out(f, au, unit)) unit++;
  return unit;
}

static uint32_t sample_size(const ocel_fmp4_fragment *f, const ocel_access_unit *au) {
  uint32_t size = 0;
  for (unsigned i = next_unit(f, au, 0); i < au->unit_count; i = next_unit(f, au, i + 1)) {
    size += au->units[i].size + (has_lengths(f) ? LENGTH : 0u);
  }
  return size;
}

// RFC 6716 3.1: samples of 48 kHz in a packet with this first and second byte.
static uint32_t opus_samples(ocel_span packet) {
  static const uint16_t FRAME[3][4] = {
      {480, 960, 1920, 2880}, // SILK
      {480, 960, 480,  960 }, // hybrid
      {120, 240, 480,  960 }, // CELT
  };
  const unsigned config = packet.p[0] >> 3, code = packet.p[0] & 3u;
  const unsigned mode = config < 12 ? 0 : config < 16 ? 1 : 2;
  const unsigned many = packet.n > 1 ? packet.p[1] & 0x3fu : 1;
  const unsigned frames = code == 0 ? 1 : code == 3 ? many : 2;
  return (uint32_t)FRAME[mode][config & 3u] * frames;
}

static uint32_t duration_of(const ocel_fmp4_fragment *f, const ocel_access_unit *au) {
  if (f->format->codec == OCEL_CODEC_AAC) return AAC_SAMPLES;
  return has_lengths(f) ? f->duration : opus_samples(ocel_access_unit_span(au, 0));
}

static uint64_t decode_time(const ocel_fmp4_fragment *f, const ocel_access_unit *au) {
  const uint64_t at = au->captured_at > 0 ? (uint64_t)au->captured_at : 0;
  const uint64_t clock_hz = ocel_format_clock(f->format);
  return at / OCEL_SECOND * clock_hz + at % OCEL_SECOND * clock_hz / OCEL_SECOND;
}

// ---- its head ----

static void put_box(ocel_wbuf *w, uint32_t size, const char *type) {
  ocel_put_be32(w, size);
  ocel_put_str(w, type);
}

// ISO/IEC 14496-12 8.8.4 - 8.8.8, 8.1.1
static void put_head(const ocel_fmp4_fragment *f, const ocel_access_unit *au, uint8_t *out) {
  enum {
    FROM_MOOF = 0x020000,                // tf_flags: default-base-is-moof
    OFFSET_DURATION_SIZE_FLAGS = 0x701,  // tr_flags
    DEPENDS_ON_NONE = 0x02000000,
    DEPENDS_ON_OTHERS = 0x01010000,  // and is no sync sample
  };
  const uint64_t time = decode_time(f, au);
  const uint32_t size = sample_size(f, au);
  ocel_wbuf w = ocel_wbuf_make(out, OCEL_FMP4_HEAD_SIZE);
  put_box(&w, OCEL_FMP4_HEAD_SIZE - BOX_HEAD, "moof");
  put_box(&w, 16, "mfhd");
  ocel_put_be32(&w, 0);
  ocel_put_be32(&w, f->sequence);
  put_box(&w, 76, "traf");
  put_box(&w, 16, "tfhd");
  ocel_put_be32(&w, FROM_MOOF);
  ocel_put_be32(&w, f->track);
  put_box(&w, 20, "tfdt");
  ocel_put_be32(&w, 0x01000000);  // version 1: 64 bits
  ocel_put_be32(&w, (uint32_t)(time >> 32));
  ocel_put_be32(&w, (uint32_t)time);
  put_box(&w, 32, "trun");
  ocel_put_be32(&w, OFFSET_DURATION_SIZE_FLAGS);
  ocel_put_be32(&w, 1);
  ocel_put_be32(&w, OCEL_FMP4_HEAD_SIZE);
  ocel_put_be32(&w, duration_of(f, au));
  ocel_put_be32(&w, size);
  ocel_put_be32(&w, au->key ? DEPENDS_ON_NONE : DEPENDS_ON_OTHERS);
  put_box(&w, BOX_HEAD + size, "mdat");
  assert(w.n == OCEL_FMP4_HEAD_SIZE && !w.overflow);
}

// ---- pieces ----

static bool begins(ocel_payload_pos pos) { return pos.unit == 0 && pos.offset == 0; }

// A part of one NAL unit, with its length in front if it is the first.
typedef struct {
  ocel_span bytes;
  bool length;
  uint32_t unit_size;
} part;

// Takes the part at `pos` that fits in `room` bytes and moves `pos` behind it; false if there is
// none.
static bool next_part(const ocel_fmp4_fragment *f, const ocel_access_unit *au, size_t room,
                      ocel_payload_pos *pos, part *out) {
  const unsigned unit = next_unit(f, au, pos->unit);
  if (unit >= au->unit_count) return false;
  const ocel_span nal = ocel_access_unit_span(au, unit);
  out->length = pos->offset == 0 && has_lengths(f);
  if (room <= (out->length ? LENGTH : 0u)) return false;
  room -= out->length ? LENGTH : 0u;
  const size_t left = nal.n - pos->offset;
  const bool ends = left <= room;
  const size_t n = ends ? left : room;
  out->unit_size = (uint32_t)nal.n;
  out->bytes = ocel_span_make(nal.p + pos->offset, n);
  pos->unit = (uint16_t)(ends ? next_unit(f, au, unit + 1) : unit);
  pos->offset = ends ? 0 : pos->offset + (uint32_t)n;
  return true;
}

size_t ocel_fmp4_piece(const ocel_fmp4_fragment *f, const ocel_access_unit *au, size_t piece_max,
                       ocel_payload_pos pos) {
  part p;
  assert(piece_max >= OCEL_FMP4_PIECE_MIN);
  size_t n = begins(pos) ? OCEL_FMP4_HEAD_SIZE : 0;
  for (unsigned i = 0; i < OCEL_FMP4_UNITS && next_part(f, au, piece_max - n, &pos, &p); i++) {
    n += p.bytes.n + (p.length ? LENGTH : 0u);
  }
  return n;
}

static bool put_part(ocel_gather *g, const part *p) {
  if (p->length) {
    uint8_t *at = ocel_gather_make_bytes(g, LENGTH);
    if (at == NULL) return false;
    ocel_wbuf w = ocel_wbuf_make(at, LENGTH);
    ocel_put_be32(&w, p->unit_size);
  }
  return ocel_gather_ref(g, p->bytes);
}

size_t ocel_fmp4_pack(const ocel_fmp4_fragment *f, const ocel_access_unit *au, size_t piece_max,
                      ocel_gather *g, ocel_payload_pos *pos) {
  const ocel_gather_mark before = ocel_gather_mark_now(g);
  ocel_payload_pos at = *pos;
  size_t n = 0;
  part p;
  assert(piece_max >= OCEL_FMP4_PIECE_MIN && !ocel_payload_at_end(au, at));
  if (begins(at)) {
    uint8_t *head = ocel_gather_make_bytes(g, OCEL_FMP4_HEAD_SIZE);
    if (head == NULL) return 0;
    put_head(f, au, head);
    n = OCEL_FMP4_HEAD_SIZE;
  }
  for (unsigned i = 0; i < OCEL_FMP4_UNITS && next_part(f, au, piece_max - n, &at, &p); i++) {
    if (!put_part(g, &p)) {
      ocel_gather_reset(g, before);
      return 0;
    }
    n += p.bytes.n + (p.length ? LENGTH : 0u);
  }
  if (at.offset == 0) at.unit = (uint16_t)next_unit(f, au, at.unit);
  *pos = at;
  return n;
}
