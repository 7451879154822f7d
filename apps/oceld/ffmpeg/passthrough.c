// SPDX-License-Identifier: Apache-2.0
#include "passthrough.h"

#include "ocel/h264_nal.h"
#include "ocel/jpeg.h"

enum { PARAMETER_SET_MAX = 256, PREFIX = 4 };

// Takes one parameter set with its 16-bit length (ISO/IEC 14496-15 5.3.3.1).
static bool take_set(ocel_span *rest, ocel_span *set) {
  if (rest->n < 2) return false;
  const size_t n = ocel_be16(rest->p);
  (void)ocel_span_take(rest, 2);
  if (n == 0 || n > rest->n || n > PARAMETER_SET_MAX) return false;
  *set = ocel_span_take(rest, n);
  return true;
}

// True for an avcC record that the ring can do with as it is: lengths of four bytes, one SPS, one
// PPS. Only lossless profiles and old muxers make anything else.
static bool read_avcc(ocel_span avcc, ocel_span *sps, ocel_span *pps) {
  if (avcc.n < 7 || (avcc.p[4] & 3) != PREFIX - 1 || (avcc.p[5] & 0x1f) != 1) return false;
  (void)ocel_span_take(&avcc, 6);
  if (!take_set(&avcc, sps)) return false;
  if (avcc.n < 1 || avcc.p[0] != 1) return false;
  (void)ocel_span_take(&avcc, 1);
  return take_set(&avcc, pps);
}

static bool open_filter(oceld_passthrough *p, const AVCodecParameters *par, AVRational time_base,
                        oceld_failure *why) {
  const AVBitStreamFilter *f = av_bsf_get_by_name("h264_mp4toannexb");
  if (f == NULL) return oceld_fail(why, "this FFmpeg lacks the filter h264_mp4toannexb");
  int rc = av_bsf_alloc(f, &p->filter);
  if (rc >= 0) rc = avcodec_parameters_copy(p->filter->par_in, par);
  if (rc >= 0) {
    p->filter->time_base_in = time_base;
    rc = av_bsf_init(p->filter);
  }
  return rc >= 0 || oceld_libav_fail(why, "the H.264 in it is odd", rc);
}

bool oceld_passthrough_open(oceld_passthrough *p, const AVCodecParameters *par,
                            AVRational time_base, oceld_failure *why) {
  const ocel_span extra = ocel_span_make(par->extradata, (size_t)par->extradata_size);
  const bool is_avcc = extra.n > 0 && extra.p[0] == 1;
  p->wrap = par->codec_id == AV_CODEC_ID_MJPEG ? OCEL_WRAP_BLOCK : OCEL_WRAP_ANNEXB;
  if (!is_avcc || p->wrap == OCEL_WRAP_BLOCK) return true;
  if (!read_avcc(extra, &p->sps, &p->pps)) {
    p->sps = p->pps = ocel_span_make(NULL, 0);
    return open_filter(p, par, time_base, why);
  }
  p->wrap = OCEL_WRAP_AVCC;
  return true;
}

void oceld_passthrough_begin(const oceld_passthrough *p, oceld_feed *feed) {
  if (p->sps.n > 0) oceld_feed_set_parameters(feed, p->sps, p->pps);
}

bool oceld_passthrough_prepare(oceld_passthrough *p, AVPacket *packet, oceld_failure *why) {
  if (p->filter == NULL) return true;
  int rc = av_bsf_send_packet(p->filter, packet);
  if (rc >= 0) rc = av_bsf_receive_packet(p->filter, packet);
  return rc >= 0 || oceld_libav_fail(why, "the H.264 in it is broken", rc);
}

static bool next_unit(const oceld_passthrough *p, ocel_span *rest, ocel_span *nal) {
  if (p->wrap == OCEL_WRAP_AVCC) return ocel_avcc_next(rest, PREFIX, nal) == OCEL_OK;
  return ocel_annexb_next(rest, nal);
}

static bool is_carried(ocel_span file) {
  ocel_unit units[OCEL_JPEG_PARTS];
  uint16_t count;
  return ocel_jpeg_find(file.p, file, units, &count) == OCEL_OK;
}

// The first slice tells the picture.
bool oceld_passthrough_is_key(const oceld_passthrough *p, const AVPacket *packet) {
  ocel_span rest = ocel_span_make(packet->data, (size_t)packet->size), nal;
  if (p->wrap == OCEL_WRAP_BLOCK) return is_carried(rest);
  while (next_unit(p, &rest, &nal)) {
    const unsigned type = ocel_nal_type_of(nal);
    if (ocel_nal_is_vcl(type)) return type == OCEL_NAL_IDR;
  }
  return false;
}

void oceld_passthrough_put(const oceld_passthrough *p, const AVPacket *packet, ocel_us captured_at,
                           oceld_feed *feed) {
  const ocel_commit how = {.wrap = p->wrap, .captured_at = captured_at};
  (void)oceld_feed_put(feed, ocel_span_make(packet->data, (size_t)packet->size), &how);
}

void oceld_passthrough_close(oceld_passthrough *p) { av_bsf_free(&p->filter); }
