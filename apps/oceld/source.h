// SPDX-License-Identifier: Apache-2.0
// A source of access units: a thread, or its owner's own, that fills a ring with pictures, and
// perhaps another with sound.
//
//   oceld_source *s = oceld_source_open(&cfg, &traits, &why);   // how big must the ring be?
//   oceld_source_start(s, ring, &outlet, &why);
//   ...
//   oceld_source_close(s);
//
// A source that fails while it runs (camera unplugged, disk gone) says so in the log and tries
// again, later and later, until it is closed.
#ifndef OCELD_SOURCE_H
#define OCELD_SOURCE_H

#include "ocel/format.h"
#include "ocel/ring.h"
#include "options.h"

typedef struct oceld_source oceld_source;

/// What an encoder can be told at any time.
typedef struct {
  uint32_t bitrate;  ///< Bits per second.
  uint32_t gop;      ///< Pictures from one IDR to the next.
  uint32_t qp_min, qp_max;
  uint32_t quality;  ///< Of JPEG, 1..100.
} oceld_tuning;

/// One more stream of the same pictures, scaled.
typedef struct {
  oceld_size size;
  oceld_tuning tuning;
  ocel_codec codec;
} oceld_rendition;

typedef struct {
  oceld_source_type type;
  const char *path;  ///< File or device; must outlive the source.
  oceld_size size;   ///< 0 x 0: the source's own.
  oceld_rate fps;    ///< 0/1: the source's own.
  oceld_tuning tuning;
  ocel_codec codec;  ///< What pictures are encoded as: H.264 or JPEG.
  ocel_codec audio;  ///< What sound is encoded as; OCEL_CODEC_H264: there is to be none.
  unsigned more_count;
  oceld_rendition more[OCELD_STREAMS_MAX - 1];  ///< Streams beside the first.
} oceld_source_config;

/// What is known about a source once it is open.
typedef struct {
  uint32_t unit_max;         ///< Largest access unit to be expected, bytes.
  uint32_t gop_bytes;        ///< Largest group of pictures, bytes.
  uint32_t gop_units;        ///< And its number of pictures.
  uint32_t bitrate;          ///< Bits per second; 0: unknown.
  bool keyframe_on_request;  ///< oceld_source_request_keyframe has an effect.
  ocel_format picture;       ///< Of its pictures.
  ocel_format sound;         ///< Of its sound; OCEL_CODEC_H264: it has none.
  uint32_t sound_unit_max;   ///< Largest block of sound, bytes.
  uint32_t sound_blocks;     ///< Blocks a second.
  char description[160];     ///< For the log: "1280x720, 30 fps, ...".
} oceld_source_traits;

/// Opens the file or device and looks at it, without starting anything.
/// @param traits  Of each stream: 1 + cfg->more_count. Those beside the first have no sound in
/// them.
/// @return NULL if that fails.
oceld_source *oceld_source_open(const oceld_source_config *cfg, oceld_source_traits *traits,
                                oceld_failure *why);

/// Where the sound of a stream goes, which is the same for each; before the source is started. The
/// ring must outlive the source.
void oceld_source_carry_sound(oceld_source *s, unsigned stream, ocel_ring *ring);

/// Where the pictures of a stream beside the first (1 and up) go; before the source is started.
/// The ring must outlive the source.
void oceld_source_carry(oceld_source *s, unsigned stream, ocel_ring *ring);

/// Starts the thread. `wake(ctx)` is called in it after each access unit; `ring` is the first
/// stream's, and must outlive the source.
bool oceld_source_start(oceld_source *s, ocel_ring *ring, void (*wake)(void *ctx), void *ctx,
                        oceld_failure *why);

/// Starts a source that needs no thread, since it never waits: its owner calls oceld_source_step,
/// and looks at the ring after it. Saves a change of threads for each picture.
/// @param wake  Only called after a failure, from the thread that the source then gets.
/// @return False if the source is not of that kind: use oceld_source_start.
bool oceld_source_start_stepped(oceld_source *s, ocel_ring *ring, void (*wake)(void *ctx),
                                void *ctx);

/// Hands over what is due at `now`. Too early a call does nothing.
/// @return When it has to be called again; OCEL_NEVER once the source has failed and goes on in
///         a thread.
ocel_us oceld_source_step(oceld_source *s, ocel_us now);

/// Asks for an IDR picture of a stream as soon as possible. Any thread; never waits.
void oceld_source_request_keyframe(oceld_source *s, unsigned stream);

/// Whether a stream beside the first is encoded, which it is at first. One that is not yet known
/// to its server is, in any case. Any thread; never waits.
void oceld_source_want(oceld_source *s, unsigned stream, bool wanted);

/// Changes what the encoder aims at. Any thread; no effect on a source that passes H.264 through.
void oceld_source_tune(oceld_source *s, unsigned stream, const oceld_tuning *tuning);

/// The same, of the bit rate alone.
void oceld_source_set_bitrate(oceld_source *s, unsigned stream, uint32_t bitrate);

/// Ends the thread and frees everything. NULL is allowed.
void oceld_source_close(oceld_source *s);

#endif
