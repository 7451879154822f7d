// SPDX-License-Identifier: Apache-2.0
// An Annex B H.264 file (one slice per picture) turned into ready RTP packets, once, before the
// clock runs: what the bare sender sends and the micro benchmarks chew on. Independent of the
// library under test.
#ifndef BENCH_CLIP_H
#define BENCH_CLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  CLIP_RTP_HEAD = 12,
  CLIP_FRAME_HEAD = 4,  ///< '$', channel, length (RFC 2326 10.12).
  CLIP_PAYLOAD_MAX = 1400,
  CLIP_SEGMENTS_MAX = 46,  ///< Packets of full size that fit one 64 KiB datagram batch.
};

/// One RTP packet. `frame` lies in `clip.wire`: interleaved head, RTP head, payload.
typedef struct {
  size_t frame;   ///< Offset of the interleaved head in `clip.wire`.
  size_t packet;  ///< Offset of the RTP head in `clip.packets`.
  size_t size;    ///< RTP head and payload, bytes.
} clip_packet;

/// Packets of one size, save the last, which may be shorter: one GSO send.
typedef struct {
  size_t first, count;  ///< In `clip.packet`.
  size_t offset, size;  ///< In `clip.packets`.
  uint16_t segment;
} clip_run;

typedef struct {
  size_t first_packet, packet_count;
  size_t first_run, run_count;
  size_t data, size;  ///< The access unit in `clip.file`, start codes included.
  bool key;
} clip_unit;

typedef struct {
  uint8_t *file;  ///< The file as it is.
  size_t file_size;
  uint8_t *wire;     ///< All packets with interleaved heads.
  uint8_t *packets;  ///< All packets without.
  size_t used, wire_used;
  clip_packet *packet;
  size_t packet_count;
  clip_run *run;
  size_t run_count;
  clip_unit *unit;
  size_t unit_count;
} clip;

/// Reads and packs `path`. Prints why and returns false if that cannot be done.
bool clip_load(clip *c, const char *path);
void clip_free(clip *c);

/// Writes sequence numbers from `seq` and the timestamp into every packet of unit `u`, in both
/// forms. @return the sequence number behind the last.
uint16_t clip_stamp(clip *c, size_t u, uint16_t seq, uint32_t timestamp);

#endif
