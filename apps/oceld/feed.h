// SPDX-License-Identifier: Apache-2.0
// What every kind of source is made of, and the hand that takes its access units. A kind opens
// something and runs in a thread of source.c, or is stepped; all it knows of the program is its
// feed.
#ifndef OCELD_FEED_H
#define OCELD_FEED_H

#include "ocel/ring.h"
#include "source.h"

/// Where a running source puts its access units and hears what is wanted of it. Used by the
/// source's own thread only.
typedef struct oceld_feed oceld_feed;

typedef struct {
  const char *name;
  /// Opens and looks at the source; leaves no thread behind. @return Its state, or NULL.
  void *(*open)(const oceld_source_config *cfg, oceld_source_traits *traits, oceld_failure *why);
  /// Produces access units until oceld_feed_wait returns false.
  /// @return False if the source failed; it is then closed and opened anew.
  bool (*run)(void *self, oceld_feed *feed, oceld_failure *why);
  void (*close)(void *self);
  /// Produces what is due at `now`, without waiting for anything, and says in `next` when there
  /// is more. NULL for a kind that has to wait.
  /// @return False if the source failed, as from `run`.
  bool (*step)(void *self, oceld_feed *feed, ocel_us now, ocel_us *next, oceld_failure *why);
} oceld_source_kind;

/// Sleeps until `until` on ocel_loop_now's clock, and a millisecond after the last commit at
/// least; a time that has passed is fine.
/// @return False when the source has to end: return from `run` at once.
bool oceld_feed_wait(oceld_feed *f, ocel_us until);

/// False when the source has to end; never sleeps.
bool oceld_feed_goes_on(oceld_feed *f);

/// Tells the log, not too often, that a picture was dropped. `because` is static.
void oceld_feed_drop(oceld_feed *f, const char *because);

#define OCELD_TOO_LARGE "larger than the media memory is made for"

/// The largest access unit that the ring takes.
size_t oceld_feed_unit_max(const oceld_feed *f);

/// Room for one access unit of up to `max` bytes; NULL: the picture has been dropped.
uint8_t *oceld_feed_reserve(oceld_feed *f, size_t max);

/// Publishes the first `size` reserved bytes, and wakes the server.
/// @return False if the ring did not take it (it may wait for a key picture after a drop).
bool oceld_feed_commit(oceld_feed *f, size_t size, const ocel_commit *how);

/// reserve, copy, commit.
bool oceld_feed_put(oceld_feed *f, ocel_span unit, const ocel_commit *how);

/// The feed of another stream of the same source, 1 and up; 0 is `f`, that of the first, which is
/// the one to wait with and to put sound in.
oceld_feed *oceld_feed_of(oceld_feed *f, unsigned stream);

/// False if nobody watches the stream, and its pictures need not be made.
bool oceld_feed_is_wanted(const oceld_feed *f);

/// Publishes a block of sound on each stream that has sound, and wakes the server.
void oceld_feed_put_sound(oceld_feed *f, ocel_span block, ocel_us captured_at);

/// See ocel_ring_set_parameters.
void oceld_feed_set_parameters(oceld_feed *f, ocel_span sps, ocel_span pps);

/// True if a key picture has been asked for since the last call.
bool oceld_feed_take_keyframe(oceld_feed *f);

/// True, with the values in `out`, if they have changed since the last call.
bool oceld_feed_take_tuning(oceld_feed *f, oceld_tuning *out);

/// The module with FFmpeg exports this table by this name, indexed by oceld_source_type.
#define OCELD_FFMPEG_KINDS "oceld_ffmpeg_kinds"
typedef const oceld_source_kind *const oceld_kind_table[3];

/// A table or pointer that the module exports; NULL with `why` if it is not there. The module is
/// loaded, and stays loaded until the program ends.
void *oceld_module_symbol(const char *name, oceld_failure *why);

/// Chooses the kind for `cfg`, and loads the module with FFmpeg if it takes one.
const oceld_source_kind *oceld_kind_for(const oceld_source_config *cfg, oceld_failure *why);

#endif
