// SPDX-License-Identifier: Apache-2.0
#include "reshape.h"

#include "convert.h"
#include "driver/ppa.h"
#include "memory.h"

static ocel_reshape without_zeros(const ocel_reshape *how, const ocel_frame_format *from) {
  ocel_reshape h = *how;
  if (h.block_width == 0) h.block_width = from->width;
  if (h.block_height == 0) h.block_height = from->height;
  if (h.eighths == 0) h.eighths = 8;
  return h;
}

static bool fits(const ocel_reshape *h, const ocel_frame_format *from) {
  return h->block_width <= from->width && h->block_height <= from->height && h->eighths <= 8 &&
         (h->block_width | h->block_height) % 2 == 0 &&
         (h->turn == 0 || h->turn == 90 || h->turn == 270);
}

static uint16_t scaled(uint16_t side, uint8_t eighths) {
  return (uint16_t)(side * (uint32_t)eighths / 8);
}

static void result_of(const ocel_reshape *h, uint16_t *width, uint16_t *height) {
  const bool turned = h->turn != 0;
  *width = scaled(turned ? h->block_height : h->block_width, h->eighths);
  *height = scaled(turned ? h->block_width : h->block_height, h->eighths);
}

// Hardware reads a band of lines where it begins: on a cache line.
static uint16_t top_of_band(uint16_t top, uint32_t stride) {
  while ((size_t)top * stride % OCEL_P4_CACHE_LINE != 0) top = (uint16_t)(top - 2);
  return top;
}

static bool allocate(ocel_reshaper *r, uint16_t width, uint16_t height) {
  size_t size = ocel_p4_picture_bytes(width, height);
  if (r->made_size < size) {
    ocel_p4_dma_free(r->made);
    r->made = ocel_p4_dma_alloc(&size);
    r->made_size = r->made != NULL ? size : 0;
  }
  if (r->ppa == NULL) r->ppa = ocel_convert_ppa_open();
  return r->made != NULL && r->ppa != NULL;
}

ocel_source_result ocel_reshape_prepare(ocel_reshaper *r, const ocel_reshape *how,
                                        const ocel_frame_format *from, ocel_frame_format *to) {
  const ocel_reshape h = without_zeros(how, from);
  uint16_t width, height;
  result_of(&h, &width, &height);
  if (!fits(&h, from) || (width | height) % 2 != 0 || width == 0 || height == 0) {
    return OCEL_SOURCE_UNSUPPORTED;
  }
  r->how = h;
  r->from = *from;
  r->left = (uint16_t)((from->width - h.block_width) / 2 & ~1);
  r->top = (uint16_t)((from->height - h.block_height) / 2 & ~1);
  r->copies = h.block_width != from->width || h.eighths != 8 || h.turn != 0;
  if (!r->copies) r->top = top_of_band(r->top, from->stride);
  *to = *from;
  to->width = width;
  to->height = height;
  to->stride = width / 2u * 3;
  return !r->copies || allocate(r, width, height) ? OCEL_SOURCE_OK : OCEL_SOURCE_NO_MEMORY;
}

bool ocel_reshape_run(ocel_reshaper *r, ocel_frame *frame) {
  if (!r->copies) {
    const size_t before = (size_t)r->top * r->from.stride;
    frame->data += before;
    frame->size -= before;
    return true;
  }
  const ocel_picture_job job = {.from = frame->data,
                                .width = r->from.width,
                                .height = r->from.height,
                                .left = r->left,
                                .top = r->top,
                                .how = r->how,
                                .to = r->made,
                                .to_size = r->made_size,
                                .pixels = OCEL_PIXELS_O_UYY_E_VYY};
  if (!ocel_picture_copy(r->ppa, &job)) return false;
  frame->data = r->made;
  frame->size = r->made_size;
  return true;
}

void ocel_reshape_end(ocel_reshaper *r) {
  ocel_convert_ppa_close(r->ppa);
  ocel_p4_dma_free(r->made);
  *r = (ocel_reshaper){0};
}

// ---- the PPA ----

// It turns the other way round.
static ppa_srm_rotation_angle_t angle_of(uint16_t clockwise) {
  switch (clockwise) {
    case 90: return PPA_SRM_ROTATION_ANGLE_270;
    case 270: return PPA_SRM_ROTATION_ANGLE_90;
    default: return PPA_SRM_ROTATION_ANGLE_0;
  }
}

static void fill_input(ppa_srm_oper_config_t *op, const ocel_picture_job *job) {
  op->in.buffer = ocel_p4_unconst(job->from);
  op->in.pic_w = job->width;
  op->in.pic_h = job->height;
  op->in.block_w = job->how.block_width;
  op->in.block_h = job->how.block_height;
  op->in.block_offset_x = job->left;
  op->in.block_offset_y = job->top;
  op->in.srm_cm = PPA_SRM_COLOR_MODE_YUV420;
}

// Ranges and standards go through int: ESP-IDF 5.5 has enumerations of the PPA's own for them.
bool ocel_picture_copy(void *ppa, const ocel_picture_job *job) {
  uint16_t width, height;
  result_of(&job->how, &width, &height);
  ppa_srm_oper_config_t op = {.rotation_angle = angle_of(job->how.turn),
                              .scale_x = (float)job->how.eighths / 8,
                              .scale_y = (float)job->how.eighths / 8,
                              .mode = PPA_TRANS_MODE_BLOCKING};
  fill_input(&op, job);
  op.in.yuv_range = op.out.yuv_range = (int)COLOR_RANGE_LIMIT;
  op.in.yuv_std = op.out.yuv_std = (int)COLOR_CONV_STD_RGB_YUV_BT601;
  op.out.buffer = job->to;
  op.out.buffer_size = (uint32_t)job->to_size;
  op.out.pic_w = width;
  op.out.pic_h = height;
  op.out.srm_cm =
      job->pixels == OCEL_PIXELS_RGB565 ? PPA_SRM_COLOR_MODE_RGB565 : PPA_SRM_COLOR_MODE_YUV420;
  return ppa_do_scale_rotate_mirror(ppa, &op) == ESP_OK;
}
