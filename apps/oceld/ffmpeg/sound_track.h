// SPDX-License-Identifier: Apache-2.0
// The sound of a file: packets wait here until they are due, are decoded, and encoded as the
// stream has it.
#ifndef OCELD_SOUND_TRACK_H
#define OCELD_SOUND_TRACK_H

#include <libavformat/avformat.h>

#include "sound.h"
#include "timeline.h"

enum { OCELD_SOUND_QUEUE = 256 };

/// Fields are private; zero it first.
typedef struct {
  AVCodecContext *decoder;  // NULL: the file has no sound, or none is wanted.
  AVFrame *frame;
  oceld_sound sound;
  struct {
    AVPacket *packet;
    ocel_us captured_at;  // OCELD_NO_TIME until the file's time is known.
  } queue[OCELD_SOUND_QUEUE];
  unsigned first, count;
  AVRational time_base;
} oceld_sound_track;

/// @param stream  NULL: the file has no sound.
bool oceld_sound_track_open(oceld_sound_track *t, const AVStream *stream, ocel_codec kind,
                            oceld_source_traits *traits, oceld_failure *why);

/// Queues a packet, whose contents are moved out of it; the oldest is lost if there are too many.
bool oceld_sound_track_put(oceld_sound_track *t, AVPacket *packet, oceld_failure *why);

/// Says where on the clock the file's time lies: call it when pictures have been placed, and
/// before the file begins anew.
void oceld_sound_track_place(oceld_sound_track *t, const oceld_timeline *timeline);

/// Hands over what is due at `now`. Sound that cannot be decoded is left out.
bool oceld_sound_track_speak(oceld_sound_track *t, ocel_us now, oceld_feed *feed,
                             oceld_failure *why);

void oceld_sound_track_close(oceld_sound_track *t);

#endif
