// SPDX-License-Identifier: Apache-2.0
#include "annexb_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ocel/h264_nal.h"

// A start code (3 or 4 bytes), the NAL header, and the byte with first_mb_in_slice.
enum { LOOKAHEAD = 6 };

typedef struct {
  uint8_t *at;
  size_t room;  // Bytes that still fit.
  size_t size;  // Bytes there were.
} sink;

static void emit(oceld_annexb_reader *r, sink *out, size_t n) {
  const size_t fits = n < out->room ? n : out->room;
  if (fits > 0) {
    memcpy(out->at, r->window + r->begin, fits);
    out->at += fits;
  }
  out->room -= fits;
  out->size += n;
  r->begin += n;
}

static void refill(oceld_annexb_reader *r) {
  const size_t kept = r->end - r->begin;
  memmove(r->window, r->window + r->begin, kept);
  r->begin = 0;
  r->end = kept;
  ssize_t n;
  do {
    n = read(r->fd, r->window + kept, sizeof r->window - kept);
  } while (n < 0 && errno == EINTR);
  if (n < 0) r->error = errno;
  if (n <= 0) r->ended = true;
  if (n > 0) r->end += (size_t)n;
}

static ocel_span rest_of(const oceld_annexb_reader *r) {
  return ocel_span_make(r->window + r->begin, r->end - r->begin);
}

// Bytes in front of the next start code, which stands whole in the window together with what
// tells its kind - or in front of what may become one; `*found` says which.
static size_t before_code(const oceld_annexb_reader *r, bool *found) {
  const ocel_span rest = rest_of(r);
  const size_t at = ocel_annexb_find(rest, 0);
  *found = at < rest.n && (r->ended || rest.n - at >= LOOKAHEAD);
  if (*found || at < rest.n) return at;
  const size_t tail = rest.n < 3 ? rest.n : 3;  // 00 00 00 may be the beginning of one.
  return r->ended ? rest.n : rest.n - tail;
}

// Takes bytes up to the next start code; false if there is none any more.
static bool to_code(oceld_annexb_reader *r, sink *out) {
  for (;;) {
    bool found;
    emit(r, out, before_code(r, &found));
    if (found) return true;
    if (r->ended) {
      emit(r, out, r->end - r->begin);
      return false;
    }
    refill(r);
  }
}

bool oceld_annexb_read(oceld_annexb_reader *r, uint8_t *out, size_t max, oceld_annexb_unit *unit) {
  sink nowhere = {out, 0, 0}, to = {out, max, 0};
  memset(unit, 0, sizeof *unit);
  if (!to_code(r, &nowhere)) return false;
  do {
    ocel_span nal = rest_of(r);
    const size_t code = nal.p[2] == 1 ? 3 : 4;
    (void)ocel_span_take(&nal, code);
    if (to.size > 0 && ocel_nal_begins_access_unit(nal, unit->picture)) break;
    unit->picture |= ocel_nal_is_vcl(ocel_nal_type_of(nal));
    unit->key |= ocel_nal_type_of(nal) == OCEL_NAL_IDR;
    emit(r, &to, code);
  } while (to_code(r, &to));
  unit->size = to.size;
  return true;
}

bool oceld_annexb_rewind(oceld_annexb_reader *r) {
  r->begin = r->end = 0;
  r->ended = false;
  r->error = 0;
  if (lseek(r->fd, 0, SEEK_SET) == 0) return true;
  r->error = errno;
  return false;
}
