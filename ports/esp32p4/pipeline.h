// SPDX-License-Identifier: Apache-2.0
// From the sensor to the media ring: one task that captures, converts, encodes and commits while
// somebody watches, and stops sensor and encoder some seconds after nobody does.
//
//   p = ocel_pipeline_init(mem, ocel_pipeline_size(), &config)
//   ocel_pipeline_start(p)
//   ocel_pipeline_watch(p, true)     the ring fills, beginning with a key picture
//   ocel_pipeline_watch(p, false)
//   ocel_pipeline_stop(p, timeout)
//
// After `start` every call may come from any task, also from several; `start` and `stop` from one.
#ifndef OCEL_P4_PIPELINE_H
#define OCEL_P4_PIPELINE_H

#include "frame_source.h"
#include "ocel/ring.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ocel_pipeline ocel_pipeline;

typedef struct {
  const char *name;
  uint32_t stack;  ///< Bytes; docs/esp32p4.md says how many are used.
  uint8_t priority;
  int8_t core;  ///< 0, 1, or -1 for either.
} ocel_pipeline_task;

typedef struct {
  ocel_frame_source source;
  ocel_ring *ring;    ///< The pipeline is its producer.
  uint32_t unit_max;  ///< Largest picture, bytes, <= the ring's. Whole cache lines save a copy.

  uint32_t bitrate;        ///< Bits per second, at least 10,000.
  uint8_t gop;             ///< Pictures, 2..255.
  uint8_t qp_min, qp_max;  ///< 0..51

  ocel_us key_interval;   ///< Least time from a key picture to one on request.
  ocel_us linger;         ///< How long sensor and encoder go on when nobody watches.
  ocel_us frame_timeout;  ///< Longest wait for one picture.

  void (*wake)(void *ctx);  ///< A picture is in the ring. Called by the pipeline's task; must
                            ///< not block. May be NULL.
  void *wake_ctx;

  ocel_pipeline_task task;
} ocel_pipeline_config;

/// Bytes that `ocel_pipeline_init` needs.
size_t ocel_pipeline_size(void);

/// Builds a pipeline inside `mem` (aligned as for malloc), which must outlive it. NULL if `size`
/// is too small or a setting is out of its range.
ocel_pipeline *ocel_pipeline_init(void *mem, size_t size, const ocel_pipeline_config *cfg);

/// Creates the task. False if there is no memory for it, or it runs already.
bool ocel_pipeline_start(ocel_pipeline *p);

/// Ends the task and gives everything back. False if it has not ended after `timeout`, since the
/// source's driver blocks: it ends as soon as that returns; call again. `p` must stay until then.
bool ocel_pipeline_stop(ocel_pipeline *p, ocel_us timeout);

/// Whether somebody wants pictures.
void ocel_pipeline_watch(ocel_pipeline *p, bool watched);

/// Wants a key picture. Requests within `key_interval` become one.
void ocel_pipeline_request_key(ocel_pipeline *p);

/// Change the stream while it runs; quantiser bounds restart the encoder. OCEL_ERR_CONFIG: out of
/// range, nothing is changed.
OCEL_MUST_USE ocel_err ocel_pipeline_set_bitrate(ocel_pipeline *p, uint32_t bitrate);
OCEL_MUST_USE ocel_err ocel_pipeline_set_gop(ocel_pipeline *p, uint8_t gop);
OCEL_MUST_USE ocel_err ocel_pipeline_set_qp(ocel_pipeline *p, uint8_t qp_min, uint8_t qp_max);

typedef enum {
  OCEL_PIPELINE_IDLE,     ///< Nobody watches; sensor and encoder stand still.
  OCEL_PIPELINE_RUNNING,  ///< Pictures come, or are waited for.
  OCEL_PIPELINE_FAILED,   ///< The source failed; it is tried again, less and less often.
} ocel_pipeline_phase;

/// X(field, meaning): 32 bits each; counters are modulo 2^32.
#define OCEL_PIPELINE_STATS(X)                                                    \
  X(phase, "an ocel_pipeline_phase")                                              \
  X(width, "pixels; 0 before the first start")                                    \
  X(height, "pixels")                                                             \
  X(fps_tenths, "captured pictures in ten seconds, lately; 0 unless running")     \
  X(encode_us, "microseconds that the last picture took the encoder")             \
  X(convert_us, "microseconds that the last conversion took; 0: none")            \
  X(pictures, "committed to the ring")                                            \
  X(dropped, "captured, but not committed for want of room or a key picture")     \
  X(encode_errors, "pictures lost since the encoder failed")                      \
  X(encoder_waits, "pictures lost since there was no encoder for want of memory") \
  X(encoders, "times that an encoder was made")                                   \
  X(forced_keys, "key pictures on request")                                       \
  X(timeouts, "waits for a picture that were in vain")                            \
  X(source_errors, "failures of the source")                                      \
  X(by_cpu, "pictures converted by the CPU since the PPA could not")              \
  X(stack_left, "bytes of the task's stack that were never used; 0: not known yet")

typedef struct {
#define OCEL_X(field, meaning) uint32_t field;
  OCEL_PIPELINE_STATS(OCEL_X)
#undef OCEL_X
} ocel_pipeline_stats;

/// Each value is right, but they are not all of one moment.
void ocel_pipeline_get_stats(const ocel_pipeline *p, ocel_pipeline_stats *out);

#ifdef __cplusplus
}
#endif
#endif
