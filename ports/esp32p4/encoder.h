// SPDX-License-Identifier: Apache-2.0
// Encodes pictures into a media ring, and keeps doing so: whatever the hardware answers, it is
// made anew and the next picture is a key picture.
//
//   ocel_encoder_init(&e, &config, &settings)
//     loop: ocel_encoder_encode(&e, &frame, now)
//   ocel_encoder_sleep(&e)      nobody watches; the next encode wakes it
//   ocel_encoder_end(&e)
//
// The hardware writes straight into the ring when the ring's alignment is a multiple of
// OCEL_P4_CACHE_LINE and unit_max is one too: it discards those cache lines afterwards, so no
// other data may share them. Otherwise each picture is copied once.
#ifndef OCEL_P4_ENCODER_H
#define OCEL_P4_ENCODER_H

#include "frame_source.h"
#include "governor.h"
#include "h264_device.h"
#include "ocel/ring.h"

/// What the encoder can be asked for.
typedef struct {
  uint16_t width;   ///< 80..1920, even.
  uint16_t height;  ///< 80..2032, even: the real one, also 1080, which is not whole macroblocks.
  uint8_t fps;      ///< 1..255
  uint8_t gop;      ///< 2..255 pictures from one key picture to the next.
  uint8_t qp_min;   ///< 0..51; the rate control works only when qp_min < qp_max.
  uint8_t qp_max;
  uint32_t bitrate;  ///< Bits per second, at least 10,000.
} ocel_encoder_settings;

/// OCEL_ERR_CONFIG if a value is out of its range. Equal quantiser bounds become one wider, since
/// they would turn the rate control off. A `gop` of 1 is refused: consecutive IDR pictures would
/// have the same idr_pic_id (H.264 7.4.3).
OCEL_MUST_USE ocel_err ocel_encoder_settings_check(ocel_encoder_settings *s);

typedef struct {
  ocel_ring *ring;
  uint32_t unit_max;     ///< Room for one picture, bytes, <= the ring's own.
  ocel_us key_interval;  ///< Least time from a key picture to one on request.
} ocel_encoder_config;

typedef enum {
  OCEL_ENCODE_OK,         ///< In the ring: wake the consumer.
  OCEL_ENCODE_NO_ROOM,    ///< The consumer is late; the picture was not encoded.
  OCEL_ENCODE_REFUSED,    ///< The ring waits for a key picture, which has been requested.
  OCEL_ENCODE_BAD_FRAME,  ///< Not on a cache line, or too small.
  OCEL_ENCODE_FAILED,     ///< The hardware failed; it is made anew for the next picture.
  OCEL_ENCODE_WAITING,    ///< Memory is short; tried again after a while.
} ocel_encode_result;

#define OCEL_ENCODER_ERRORS 8u

/// All modulo 2^32.
typedef struct {
  uint32_t errors[OCEL_ENCODER_ERRORS];  ///< By the negative of esp_h264's error.
  uint32_t created;                      ///< Encoders that were made,
  uint32_t not_created;                  ///< and attempts that failed.
  uint32_t forced;                       ///< Key pictures on request.
  uint32_t copied;                       ///< Pictures that were copied into the ring.
  uint32_t took;                         ///< Microseconds of the last picture.
} ocel_encoder_counts;

/// Plain data; fields are this module's own, `counts` and `settings` may be read. One task.
typedef struct {
  ocel_encoder_config cfg;
  ocel_encoder_settings settings;
  ocel_encoder_counts counts;
  ocel_h264_device device;
  ocel_governor governor;
  uint8_t *bounce;  // where the hardware writes if not into the ring
  ocel_us retry_at, retry_after;
  ocel_us key_at;    // of the last key picture
  uint8_t qp_raise;  // added to qp_min, since pictures were too big for the ring
  bool key_wanted, is_fresh;
} ocel_encoder;

/// Nothing is allocated before the first picture. `settings` were checked.
void ocel_encoder_init(ocel_encoder *e, const ocel_encoder_config *cfg,
                       const ocel_encoder_settings *settings);

/// Takes checked settings. The hardware is made anew if size or quantiser bounds differ;
/// otherwise it is told.
void ocel_encoder_set(ocel_encoder *e, const ocel_encoder_settings *settings);

/// Wants a key picture: the next one, but not sooner than `key_interval` after the last. Requests
/// until then are one.
void ocel_encoder_request_key(ocel_encoder *e);

/// Encodes a picture in O_UYY_E_VYY. `frame->data` is on a cache line and holds whole macroblocks
/// (ocel_p4_picture_bytes); it is not used after the call.
ocel_encode_result ocel_encoder_encode(ocel_encoder *e, const ocel_frame *frame, ocel_us now);

/// Stops the hardware and keeps its memory, which might not be found in one piece again.
void ocel_encoder_sleep(ocel_encoder *e);

/// Gives everything back; `init` may follow.
void ocel_encoder_end(ocel_encoder *e);

#endif
