// SPDX-License-Identifier: Apache-2.0
// Where pictures come from: one contract for a camera driver of this port and for an adapter of
// somebody else's camera, which may be written in C++.
//
//   source.open(ctx)
//   source.start(ctx, &format)
//     loop: source.acquire(ctx, timeout, &frame)   use it   source.release(ctx, &frame)
//   source.stop(ctx)
//   source.close(ctx)
//
// All calls come from one task, which owns the source. At most one frame is held at a time.
#ifndef OCEL_P4_FRAME_SOURCE_H
#define OCEL_P4_FRAME_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  OCEL_PIXELS_RGB565,       ///< Two bytes a pixel, little-endian, red in the highest bits.
  OCEL_PIXELS_O_UYY_E_VYY,  ///< YUV 4:2:0, limited range, BT.601: odd lines "U Y Y", even lines
                            ///< "V Y Y"; 3 bytes for 2 pixels. What the encoder reads.
} ocel_pixels;

typedef struct {
  uint16_t width, height;  ///< Pixels; even.
  uint32_t stride;         ///< Bytes from one line to the next.
  ocel_pixels pixels;
  uint8_t fps;  ///< Frames per second; 0 if the source does not know.
} ocel_frame_format;

typedef struct {
  const uint8_t *data;
  size_t size;          ///< Bytes that may be read from `data`, padding lines included.
  ocel_us captured_at;  ///< esp_timer's clock.
  uint32_t index;       ///< The source's own number of the buffer.
} ocel_frame;

typedef enum {
  OCEL_SOURCE_OK,
  OCEL_SOURCE_TIMEOUT,      ///< No picture came in time; try again.
  OCEL_SOURCE_NO_MEMORY,    ///< Try again later.
  OCEL_SOURCE_UNSUPPORTED,  ///< The device cannot do what is wanted.
  OCEL_SOURCE_FAILED,       ///< Anything else: close it, and open it again later.
} ocel_source_result;

typedef struct {
  void *ctx;

  /// Gets hold of the device. After any other result than OK nothing needs to be closed.
  ocel_source_result (*open)(void *ctx);

  /// Starts the sensor and says what it gives; the format is fixed until `stop`.
  ocel_source_result (*start)(void *ctx, ocel_frame_format *format);

  /// Waits for the newest picture, `timeout` microseconds at most. A source whose driver cannot
  /// limit its wait says so in `may_block`. After OK the frame must be released.
  ocel_source_result (*acquire)(void *ctx, ocel_us timeout, ocel_frame *frame);

  /// Gives the buffer back; its bytes are not read after that.
  void (*release)(void *ctx, const ocel_frame *frame);

  /// Stops the sensor. No frame is held. Allowed after any result of `start`.
  void (*stop)(void *ctx);

  /// Lets the device go.
  void (*close)(void *ctx);

  bool volatile_frames;  ///< The driver may overwrite a frame that is held: it is converted
                         ///< at once, before anything else. Only with RGB565.
  bool may_block;        ///< `acquire` may wait longer than `timeout`, or for ever.
} ocel_frame_source;

#ifdef __cplusplus
}
#endif
#endif
