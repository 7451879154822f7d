// SPDX-License-Identifier: Apache-2.0
#include "test_stream.h"

#include <algorithm>
#include <cstring>

#include "rtsp_test_camera.h"

extern "C" {
#include <x264.h>
}
#include <ocel/loop.h>

namespace esphome::rtsp_test_camera {

static void aim_at(x264_param_t *p, const rtsp_server::VideoSettings &s) {
  p->i_keyint_max = static_cast<int>(s.gop);
  p->rc.i_bitrate = p->rc.i_vbv_max_bitrate = static_cast<int>(s.bitrate / 1000);
  p->rc.i_vbv_buffer_size = p->rc.i_bitrate;
  p->rc.i_qp_min = static_cast<int>(s.qp_min);
  p->rc.i_qp_max = static_cast<int>(s.qp_max);
}

// Three pictures of the largest size, or two seconds.
ocel_ring_config TestStream::ring(const rtsp_server::VideoSettings &most) {
  ocel_ring_config cfg{};
  cfg.unit_max = this->scaled_.width * this->scaled_.height / 2 + 65536;
  cfg.bytes = std::max(3 * (cfg.unit_max + OCEL_RING_OVERHEAD), most.bitrate / 4);
  cfg.records = 256;
  cfg.align = 64;
  return cfg;
}

const char *TestStream::start(ocel_ring *ring, const rtsp_server::VideoSettings &settings, void (*wake)(void *ctx),
                              void *ctx) {
  x264_param_t p;
  x264_param_default_preset(&p, "superfast", "zerolatency");
  p.i_width = this->scaled_.width;
  p.i_height = this->scaled_.height;
  p.i_csp = X264_CSP_I420;
  p.i_fps_num = static_cast<uint32_t>(this->camera_->framerate());
  p.i_fps_den = 1;
  p.i_threads = 1;
  p.i_log_level = X264_LOG_ERROR;
  p.b_repeat_headers = p.b_annexb = 1;
  p.rc.i_rc_method = X264_RC_ABR;
  aim_at(&p, settings);
  x264_param_apply_profile(&p, "baseline");
  this->encoder_ = x264_encoder_open(&p);
  if (this->encoder_ == nullptr)
    return "x264 does not open: try another resolution";
  this->settings_ = settings;
  this->known_ = false;
  this->scaled_.bytes.assign(this->scaled_.width * this->scaled_.height * 3 / 2, 128);
  this->ring_ = ring;
  this->wake_ = wake;
  this->wake_ctx_ = ctx;
  this->camera_->attach(this);
  return nullptr;
}

void TestStream::stop() {
  this->camera_->detach(this);
  if (this->encoder_ != nullptr)
    x264_encoder_close(this->encoder_);
  this->encoder_ = nullptr;
}

void TestStream::tune(const rtsp_server::VideoSettings &settings) {
  std::lock_guard<std::mutex> guard(this->mutex_);
  this->settings_ = settings;
  this->tuned_ = true;
}

void TestStream::reconfigure_() {
  std::lock_guard<std::mutex> guard(this->mutex_);
  x264_param_t p;
  x264_encoder_parameters(this->encoder_, &p);
  aim_at(&p, this->settings_);
  if (x264_encoder_reconfig(this->encoder_, &p) != 0)
    this->errors_++;
}

// The nearest sample of each plane.
static void scale_plane(const uint8_t *from, int from_width, int from_height, uint8_t *to, int width, int height) {
  for (int y = 0; y < height; y++) {
    const uint8_t *row = from + y * from_height / height * from_width;
    for (int x = 0; x < width; x++)
      to[y * width + x] = row[x * from_width / width];
  }
}

static void scale(const Picture &from, Picture &to) {
  const uint8_t *in = from.bytes.data();
  uint8_t *out = to.bytes.data();
  for (int plane = 0; plane < 3; plane++) {
    const int half = plane == 0 ? 1 : 2;
    scale_plane(in, from.width / half, from.height / half, out, to.width / half, to.height / half);
    in += from.width / half * (from.height / half);
    out += to.width / half * (to.height / half);
  }
}

// While nobody watches, nothing is encoded, once the parameter sets are known; then it goes on with a key picture.
bool TestStream::rests_() {
  if (this->watched_ || !this->known_)
    return false;
  this->key_wanted_ = true;
  return true;
}

void TestStream::take(const Picture &picture, uint32_t number) {
  if (this->rests_())
    return;
  if (this->tuned_.exchange(false))
    this->reconfigure_();
  const bool same = picture.width == this->scaled_.width && picture.height == this->scaled_.height;
  if (!same)
    scale(picture, this->scaled_);
  if (this->encode_(same ? picture : this->scaled_, number)) {
    this->known_ = true;
  } else {
    this->errors_++;
  }
}

bool TestStream::encode_(const Picture &picture, uint32_t number) {
  x264_picture_t in, out;
  x264_nal_t *nals;
  int count;
  x264_picture_init(&in);
  in.i_type = this->key_wanted_.exchange(false) ? X264_TYPE_IDR : X264_TYPE_AUTO;
  in.i_pts = number;
  in.img.i_csp = X264_CSP_I420;
  in.img.i_plane = 3;
  const int w = picture.width, h = picture.height;
  in.img.plane[0] = const_cast<uint8_t *>(picture.bytes.data());
  in.img.plane[1] = in.img.plane[0] + w * h;
  in.img.plane[2] = in.img.plane[1] + w * h / 4;
  in.img.i_stride[0] = w;
  in.img.i_stride[1] = in.img.i_stride[2] = w / 2;
  const ocel_us captured_at = ocel_loop_now();
  const int size = x264_encoder_encode(this->encoder_, &nals, &count, &in, &out);
  // x264 lays the units end to end.
  return size > 0 && this->commit_(nals[0].p_payload, static_cast<uint32_t>(size), captured_at);
}

bool TestStream::commit_(const uint8_t *bytes, uint32_t size, ocel_us captured_at) {
  uint8_t *room = ocel_ring_reserve(this->ring_, size);
  if (room == nullptr)
    return false;
  memcpy(room, bytes, size);
  this->encode_us_ = static_cast<uint32_t>(ocel_loop_now() - captured_at);
  const ocel_commit how = {
      .wrap = OCEL_WRAP_ANNEXB, .captured_at = captured_at, .encode_time = static_cast<ocel_us>(this->encode_us_)};
  if (ocel_ring_commit(this->ring_, size, &how) != OCEL_OK)
    return false;
  this->wake_(this->wake_ctx_);
  return true;
}

}  // namespace esphome::rtsp_test_camera
