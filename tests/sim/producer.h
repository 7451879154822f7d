// SPDX-License-Identifier: Apache-2.0
// A synthetic encoder behind one ring. Every byte it commits can be told again later from the
// number of the access unit alone, so whoever receives it can be checked byte for byte.
//
// A slice is: NAL header, a byte for first_mb_in_slice, producer, five bytes with the access
// unit's number, slice number, then a piece of a fixed table of random bytes.
#ifndef SIM_PRODUCER_H
#define SIM_PRODUCER_H

#include "clock.h"
#include "rng.h"

#include "ocel/h264_nal.h"
#include "ocel/ring.h"

enum {
  PRODUCER_UNITS_MAX = 24,
  PRODUCER_HISTORY = 2048,
  PRODUCER_SLICE_HEAD = 9,
};

typedef struct {
  ocel_us interval;               ///< Between two pictures.
  ocel_us jitter;                 ///< Of the capture time.
  ocel_us encode;                 ///< From capture to commit; both together below interval.
  uint32_t gop;                   ///< Pictures from one IDR to the next.
  uint32_t key_min, key_max;      ///< Bytes of an IDR picture.
  uint32_t delta_min, delta_max;  ///< Bytes of any other.
  uint32_t slices;                ///< Per picture, at most; at most 16.
  ocel_wrap wrap;
  bool aud, sei;          ///< In front of each picture.
  bool parameters_apart;  ///< SPS and PPS are not in the stream but set beside it.
  bool keyframe_on_request;
  bool sound;  ///< Blocks of sound, each with the bytes of one slice; `delta_*` is their size.
} producer_profile;

/// 15 fps, some 1 Mbit/s, IDR pictures over 64 KiB now and then.
extern const producer_profile PRODUCER_CAMERA;

/// A block every 20 ms.
extern const producer_profile PRODUCER_MICROPHONE;

typedef struct {
  uint8_t type;   ///< nal_unit_type.
  uint8_t index;  ///< Among the slices.
  uint32_t size;
} producer_unit;

/// What was committed.
typedef struct {
  uint32_t number;
  ocel_us captured_at, committed_at;
  bool key;
  uint16_t width, height;  ///< Of the parameter sets in force.
  uint8_t count;
  uint32_t size;
  producer_unit unit[PRODUCER_UNITS_MAX];
} producer_au;

typedef struct producer {
  sim_clock *clock;
  rng rng;
  producer_profile profile;
  uint8_t id;
  ocel_ring *ring;
  void *memory;
  void (*committed)(void *ctx);  ///< The wake of the engine's task.
  void *ctx;
  uint32_t begin;  ///< Number of the first access unit.
  uint32_t next;   ///< Number of the access unit that is committed next.
  uint64_t bytes;  ///< Payload committed.
  uint32_t keys;
  uint32_t dropped;  ///< Reserve said no, or commit did until the next key picture.
  uint32_t to_key;   ///< Pictures until the next IDR.
  bool key_wanted;
  bool starved;  ///< A picture was dropped; only a key picture goes in.
  bool changed;  ///< Parameter sets changed; the next picture is a key picture.
  bool running;
  ocel_us phase;        ///< Nominal capture time of the next picture.
  ocel_us due;          ///< When it is captured.
  ocel_us captured_at;  ///< Real one.
  uint16_t width, height;
  uint16_t old_width, old_height;  ///< Before the last change.
  uint32_t last_key;               ///< Number of the newest key picture; valid if keys > 0.
  producer_au history[PRODUCER_HISTORY];
} producer;

/// @param ring  The ring's sizes; unit_max must hold key_max and its parameter sets.
producer *producer_make(sim_clock *clock, rng random, uint8_t id, const producer_profile *profile,
                        const ocel_ring_config *ring);
void producer_free(producer *p);

void producer_start(producer *p, ocel_us at);
void producer_stop(producer *p);

/// OCEL_EVENT_KEYFRAME_WANTED came.
void producer_want_key(producer *p);

/// Other parameter sets from the next picture on, which is a key picture.
void producer_resize(producer *p, uint16_t width, uint16_t height);

/// The parameter sets in force; NAL units, at most 64 bytes each.
size_t producer_sps(const producer *p, uint8_t out[64]);
size_t producer_old_sps(const producer *p, uint8_t out[64]);  ///< Those before the last change.
size_t producer_pps(const producer *p, uint8_t out[64]);

/// What was committed as `number`; NULL if that is not or no longer known.
const producer_au *producer_find(const producer *p, uint32_t number);

/// Writes NAL unit `unit` of `au` once more.
/// @return Its size.
size_t producer_make_unit(const producer *p, const producer_au *au, unsigned unit, uint8_t *out);

/// True if `nal` is, byte for byte, unit `unit` of `au`.
bool producer_unit_is(const producer *p, const producer_au *au, unsigned unit, ocel_span nal);

/// Reads producer and access unit number from a slice; false if it is none of ours.
bool producer_read_slice(ocel_span nal, uint8_t *id, uint32_t *number);

#endif
