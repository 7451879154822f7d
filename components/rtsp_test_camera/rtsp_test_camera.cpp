// SPDX-License-Identifier: Apache-2.0
#include "rtsp_test_camera.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "esphome/core/log.h"

extern "C" {
#include <x264.h>
}
#include <ocel/loop.h>

namespace esphome::rtsp_test_camera {

static const char *const TAG = "rtsp_test_camera";

static void aim_at(x264_param_t *p, const rtsp_server::VideoSettings &s) {
  p->i_keyint_max = static_cast<int>(s.gop);
  p->rc.i_bitrate = p->rc.i_vbv_max_bitrate = static_cast<int>(s.bitrate / 1000);
  p->rc.i_vbv_buffer_size = p->rc.i_bitrate;
  p->rc.i_qp_min = static_cast<int>(s.qp_min);
  p->rc.i_qp_max = static_cast<int>(s.qp_max);
}

// Three pictures of the largest size, or two seconds.
ocel_ring_config TestCamera::ring(const rtsp_server::VideoSettings &most) {
  ocel_ring_config cfg{};
  cfg.unit_max = this->width_ * this->height_ / 2 + 65536;
  cfg.bytes = std::max(3 * (cfg.unit_max + OCEL_RING_OVERHEAD), most.bitrate / 4);
  cfg.records = 256;
  cfg.align = 64;
  return cfg;
}

const char *TestCamera::start(ocel_ring *ring, const rtsp_server::VideoSettings &settings, void (*wake)(void *ctx),
                              void *ctx) {
  x264_param_t p;
  x264_param_default_preset(&p, "superfast", "zerolatency");
  p.i_width = this->width_;
  p.i_height = this->height_;
  p.i_csp = X264_CSP_I420;
  p.i_fps_num = static_cast<uint32_t>(this->framerate_);
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
  this->picture_.assign(this->width_ * this->height_ * 3 / 2, 128);
  this->ring_ = ring;
  this->wake_ = wake;
  this->wake_ctx_ = ctx;
  this->running_ = true;
  this->thread_ = std::thread([this] { this->run_(); });
  return nullptr;
}

void TestCamera::stop() {
  this->running_ = false;
  if (this->thread_.joinable())
    this->thread_.join();
  if (this->encoder_ != nullptr)
    x264_encoder_close(this->encoder_);
  this->encoder_ = nullptr;
}

void TestCamera::tune(const rtsp_server::VideoSettings &settings) {
  std::lock_guard<std::mutex> guard(this->mutex_);
  this->settings_ = settings;
  this->tuned_ = true;
}

void TestCamera::reconfigure_() {
  x264_param_t p;
  x264_encoder_parameters(this->encoder_, &p);
  {
    std::lock_guard<std::mutex> guard(this->mutex_);  // not longer: the main loop may want it
    aim_at(&p, this->settings_);
  }
  if (x264_encoder_reconfig(this->encoder_, &p) != 0)
    this->errors_++;
}

// A slope that moves, a square that goes round, and a bar for each second of the minute.
void TestCamera::draw_(uint32_t picture) {
  const int w = this->width_, h = this->height_;
  const int second = static_cast<int>(picture / this->framerate_ % 60);
  const int at = static_cast<int>(picture * 4 % (w - w / 8));
  for (int y = 0; y < h; y++) {
    uint8_t *row = &this->picture_[y * w];
    for (int x = 0; x < w; x++)
      row[x] = static_cast<uint8_t>(16 + (x / 4 + y / 4 + picture) % 200);
    if (y >= h / 3 && y < h / 3 + w / 8)
      std::fill_n(row + at, w / 8, 235);
    if (y >= h - h / 10)
      std::fill_n(row, w * (second + 1) / 60, 16);
  }
}

bool TestCamera::encode_(uint32_t picture) {
  x264_picture_t in, out;
  x264_nal_t *nals;
  int count;
  x264_picture_init(&in);
  in.i_type = this->key_wanted_.exchange(false) ? X264_TYPE_IDR : X264_TYPE_AUTO;
  in.i_pts = picture;
  in.img.i_csp = X264_CSP_I420;
  in.img.i_plane = 3;
  const int w = this->width_, h = this->height_;
  in.img.plane[0] = this->picture_.data();
  in.img.plane[1] = in.img.plane[0] + w * h;
  in.img.plane[2] = in.img.plane[1] + w * h / 4;
  in.img.i_stride[0] = w;
  in.img.i_stride[1] = in.img.i_stride[2] = w / 2;
  const ocel_us captured_at = ocel_loop_now();
  const int size = x264_encoder_encode(this->encoder_, &nals, &count, &in, &out);
  if (size <= 0)
    return false;
  uint8_t *room = ocel_ring_reserve(this->ring_, static_cast<uint32_t>(size));
  if (room == nullptr)
    return false;
  memcpy(room, nals[0].p_payload, static_cast<size_t>(size));  // x264 lays the units end to end
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB, .captured_at = captured_at, .encode_time = 0};
  if (ocel_ring_commit(this->ring_, static_cast<uint32_t>(size), &how) != OCEL_OK)
    return false;
  this->encode_us_ = static_cast<uint32_t>(ocel_loop_now() - captured_at);
  this->wake_(this->wake_ctx_);
  return true;
}

void TestCamera::run_() {
  auto next = std::chrono::steady_clock::now();
  for (uint32_t picture = 0; this->running_; picture++) {
    if (this->tuned_.exchange(false))
      this->reconfigure_();
    this->draw_(picture);
    if (!this->encode_(picture))
      this->errors_++;
    next += std::chrono::microseconds(1000000 / this->framerate_);
    std::this_thread::sleep_until(next);
  }
}

void TestCamera::dump_config() {
  ESP_LOGCONFIG(TAG,
                "RTSP test camera (no hardware):\n"
                "  Resolution: %dx%d\n"
                "  Framerate: %d fps",
                this->width_, this->height_, this->framerate_);
}

}  // namespace esphome::rtsp_test_camera
