// SPDX-License-Identifier: Apache-2.0
#include "encoder.h"

enum { WIDTH_MAX = 1920, HEIGHT_MAX = 2032, SIDE_MIN = 80, QP_LIMIT = 51, BITRATE_MIN = 10000 };

static bool is_side(uint16_t n, uint16_t most) { return n >= SIDE_MIN && n <= most && n % 2 == 0; }

ocel_err ocel_encoder_settings_check(ocel_encoder_settings *s) {
  if (!is_side(s->width, WIDTH_MAX) || !is_side(s->height, HEIGHT_MAX)) return OCEL_ERR_CONFIG;
  if (s->fps == 0 || s->gop < 2 || s->bitrate < BITRATE_MIN) return OCEL_ERR_CONFIG;
  if (s->qp_min > s->qp_max || s->qp_max > QP_LIMIT) return OCEL_ERR_CONFIG;
  if (s->qp_min < s->qp_max) return OCEL_OK;
  if (s->qp_max < QP_LIMIT) {
    s->qp_max++;
  } else {
    s->qp_min--;
  }
  return OCEL_OK;
}
