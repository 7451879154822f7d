// SPDX-License-Identifier: Apache-2.0
#include "depacketizer.h"

#include <stdlib.h>
#include <string.h>

enum { STAP_A = 24, FU_A = 28, FU_START = 0x80, FU_END = 0x40, FU_RESERVED = 0x20 };

void depack_init(depacketizer *d, void *ctx, void (*nal)(void *ctx, ocel_span nal)) {
  *d = (depacketizer){.ctx = ctx, .nal = nal};
}

void depack_free(depacketizer *d) {
  free(d->mem);
  *d = (depacketizer){0};
}

void depack_reset(depacketizer *d) { d->in_fragment = false; }

static void append(depacketizer *d, const uint8_t *p, size_t n) {
  if (d->n + n > d->cap) {
    d->cap = 2 * (d->n + n) + 4096;
    d->mem = realloc(d->mem, d->cap);
    if (d->mem == NULL) abort();
  }
  memcpy(d->mem + d->n, p, n);
  d->n += n;
}

static bool is_nal_type(unsigned type) { return type >= 1 && type <= 23; }

// RFC 6184 5.7.1: F is the OR and NRI the maximum of the aggregated units'.
static const char *take_stap(depacketizer *d, ocel_span p) {
  const uint8_t head = ocel_span_take(&p, 1).p[0];
  unsigned nri = 0;
  unsigned units = 0;
  for (; p.n > 0; units++) {
    if (p.n < 3) return "STAP-A: cut short";
    const size_t size = ocel_be16(p.p);
    (void)ocel_span_take(&p, 2);
    if (size == 0 || size > p.n) return "STAP-A: size of a unit is wrong";
    const ocel_span nal = ocel_span_take(&p, size);
    if (!is_nal_type(nal.p[0] & 0x1f)) return "STAP-A: holds what is no NAL unit";
    if ((nal.p[0] & 0x60u) > nri) nri = nal.p[0] & 0x60u;
    d->nal(d->ctx, nal);
  }
  if (units == 0) return "STAP-A: empty";
  return nri == (head & 0x60u) ? NULL : "STAP-A: NRI is not the greatest of its units";
}

static const char *take_fu(depacketizer *d, ocel_span p) {
  if (p.n < 3) return "FU-A: without a byte of payload";
  const uint8_t indicator = p.p[0];
  const uint8_t fu = p.p[1];
  const uint8_t nal_head = (uint8_t)((indicator & 0xe0) | (fu & 0x1f));
  if (!is_nal_type(fu & 0x1f)) return "FU-A: fragments what is no NAL unit";
  if (fu & FU_RESERVED) return "FU-A: reserved bit is set";
  if ((fu & FU_START) && (fu & FU_END)) return "FU-A: start and end in one fragment";
  if (((fu & FU_START) != 0) == d->in_fragment) return "FU-A: start bit is wrong";
  if (fu & FU_START) {
    d->n = 0;
    append(d, &nal_head, 1);
    d->in_fragment = true;
  }
  if (d->mem[0] != nal_head) return "FU-A: type or NRI changes within a unit";
  append(d, p.p + 2, p.n - 2);
  if (fu & FU_END) {
    d->in_fragment = false;
    d->nal(d->ctx, ocel_span_make(d->mem, d->n));
  }
  return NULL;
}

const char *depack_payload(depacketizer *d, ocel_span payload) {
  if (payload.n == 0) return "empty payload";
  const unsigned type = payload.p[0] & 0x1f;
  if (payload.p[0] & 0x80) return "forbidden_zero_bit is set";
  if (type == FU_A) return take_fu(d, payload);
  if (d->in_fragment) return "another unit within a fragmented one";
  if (type == STAP_A) return take_stap(d, payload);
  if (!is_nal_type(type)) return "packet type that mode 1 does not know";
  d->nal(d->ctx, payload);
  return NULL;
}
