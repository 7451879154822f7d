// SPDX-License-Identifier: Apache-2.0
// A file or device that libavformat reads: its one video stream, and perhaps its sound.
#ifndef OCELD_INPUT_H
#define OCELD_INPUT_H

#include <libavformat/avformat.h>

#include "libav.h"
#include "timeline.h"

/// Zero it, then call oceld_input_open.
typedef struct {
  AVFormatContext *format;
  AVStream *stream;  ///< The video stream; all others but `sound` are discarded.
  AVStream *sound;   ///< NULL: there is none.
  bool hears;        ///< oceld_input_read reads sound, too.
  AVPacket *packet;  ///< What oceld_input_read has read.
  oceld_feed *feed;  ///< Asked whether reading goes on; NULL before the source runs.
  ocel_us give_up;   ///< When opening has taken too long; 0 while reading.
} oceld_input;

/// @param demuxer  Name of FFmpeg's demuxer for devices, which are opened without looking at a
///                 picture and read without waiting; NULL: a file, by its contents.
/// @param options  FFmpeg's options, or NULL; not consumed.
bool oceld_input_open(oceld_input *in, const char *path, const char *demuxer,
                      const AVDictionary *options, oceld_failure *why);

/// Reads the next packet of the video stream, or of the sound if it `hears`.
/// @return 1; 0 at the end; -1 with `why`; AVERROR(EAGAIN) if a device has none yet.
int oceld_input_read(oceld_input *in, oceld_failure *why);

/// True if what was read is sound.
static inline bool oceld_input_is_sound(const oceld_input *in) {
  return in->sound != NULL && in->packet->stream_index == in->sound->index;
}

/// Goes back to the beginning; by opening the file anew if nothing else helps.
bool oceld_input_rewind(oceld_input *in, const char *path, oceld_failure *why);

/// Pictures per second: what is wanted, or what the input says, or 25.
oceld_rate oceld_input_rate(const oceld_input *in, oceld_rate wanted);

/// What the input says; 0 x 0 if it does not.
static inline oceld_size oceld_input_size(const oceld_input *in) {
  const AVCodecParameters *par = in->stream->codecpar;
  const oceld_size size = {(uint32_t)par->width, (uint32_t)par->height};
  return size;
}

/// The packet's time stamps in microseconds; its duration by `rate` if it has none.
oceld_stamps oceld_input_stamps(const oceld_input *in, oceld_rate rate);

void oceld_input_close(oceld_input *in);

#endif
