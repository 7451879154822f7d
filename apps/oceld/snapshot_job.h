// SPDX-License-Identifier: Apache-2.0
// One picture to be made of access units: what the snapshots' thread asks of the module with
// FFmpeg.
#ifndef OCELD_SNAPSHOT_JOB_H
#define OCELD_SNAPSHOT_JOB_H

#include "failure.h"
#include "ocel/format.h"
#include "ocel/span.h"

enum { OCELD_SNAPSHOT_UNITS = 512, OCELD_SNAPSHOT_QUALITY = 85 };

/// A key picture and all that follow it; the last one is wanted.
typedef struct {
  ocel_codec codec;  ///< H.264 with start codes, or JPEG.
  uint16_t width;    ///< Of the snapshot; 0, or more than the picture's: the picture's.
  uint16_t count;    ///< Access units.
  uint32_t size[OCELD_SNAPSHOT_UNITS];  ///< Of each, bytes.
  uint8_t *bytes;                       ///< One behind the other.
} oceld_snapshot_job;

/// Decodes, scales, encodes; in any thread.
/// @param jpeg  Gets a file in memory from malloc.
typedef bool oceld_snapshot_maker(const oceld_snapshot_job *job, ocel_wbuf *jpeg,
                                  oceld_failure *why);

/// The module exports a constant pointer to one by this name.
#define OCELD_FFMPEG_SNAPSHOT "oceld_ffmpeg_snapshot"

#endif
