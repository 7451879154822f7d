// SPDX-License-Identifier: Apache-2.0
#include "media.h"

#include <stdlib.h>

#include "fake_heap.h"
#include "memory.h"
#include "ocel/h264_nal.h"
#include "ocel_test.h"

media media_open(uint32_t unit_max, uint16_t align) {
  const ocel_ring_config cfg = {
      .unit_max = unit_max,
      .bytes = 4 * (unit_max + OCEL_RING_OVERHEAD),
      .records = 16,
      .align = align,
  };
  media m = {0};
  const size_t size = ocel_p4_round_up(ocel_ring_size(&cfg), 256);
  assert_int_equal(posix_memalign(&m.memory, 4096, size + 4096), 0);
  fake_heap_add_spiram(m.memory, size + 4096);
  // Where only what the ring promises holds: reserved memory is not aligned to more by chance.
  const size_t step = align > 64 ? align : 64;
  for (size_t k = 1; k <= 2; k++) {
    m.ring = ocel_ring_init((uint8_t *)m.memory + k * step, size, &cfg);
    assert_non_null(m.ring);
    if ((uintptr_t)ocel_ring_reserve(m.ring, unit_max) % (2 * step) != 0) break;
  }
  return m;
}

void media_close(media *m) {
  fake_heap_remove_spiram(m->memory);
  free(m->memory);
}

bool media_next(media *m, ocel_access_unit *au) {
  const uint32_t tail = ocel_ring_trim(m->ring);
  if ((int32_t)(tail - m->read) > 0) m->read = tail;
  if (m->read == ocel_ring_head(m->ring)) return false;
  ocel_ring_get(m->ring, m->read++, au);
  assert_int_equal(au->unit_count, au->key ? 3 : 1);
  const ocel_span last = ocel_access_unit_span(au, au->unit_count - 1u);
  assert_int_equal(ocel_nal_type_of(last), au->key ? OCEL_NAL_IDR : 1);
  if (au->key) {
    assert_int_equal(ocel_nal_type_of(ocel_access_unit_span(au, 0)), OCEL_NAL_SPS);
    assert_int_equal(ocel_nal_type_of(ocel_access_unit_span(au, 1)), OCEL_NAL_PPS);
  }
  return true;
}
