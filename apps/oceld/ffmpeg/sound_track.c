// SPDX-License-Identifier: Apache-2.0
#include "sound_track.h"

static bool open_decoder(oceld_sound_track *t, const AVStream *s, oceld_failure *why) {
  const AVCodec *codec = avcodec_find_decoder(s->codecpar->codec_id);
  if (codec == NULL) {
    return oceld_fail(why, "this FFmpeg cannot decode its sound, %s; leave it out with audio: none",
                      avcodec_get_name(s->codecpar->codec_id));
  }
  t->frame = av_frame_alloc();
  t->decoder = avcodec_alloc_context3(codec);
  if (t->decoder == NULL || t->frame == NULL) return oceld_fail(why, "out of memory");
  int rc = avcodec_parameters_to_context(t->decoder, s->codecpar);
  t->decoder->pkt_timebase = t->time_base = s->time_base;
  if (rc >= 0) rc = avcodec_open2(t->decoder, codec, NULL);
  return rc >= 0 || oceld_libav_fail(why, "cannot open the decoder for sound", rc);
}

bool oceld_sound_track_open(oceld_sound_track *t, const AVStream *stream, ocel_codec kind,
                            oceld_source_traits *traits, oceld_failure *why) {
  if (stream == NULL || kind == OCEL_CODEC_H264) return true;
  return open_decoder(t, stream, why) && oceld_sound_open(&t->sound, kind, traits, why);
}

static void drop_first(oceld_sound_track *t) {
  av_packet_free(&t->queue[t->first].packet);
  t->first = (t->first + 1) % OCELD_SOUND_QUEUE;
  t->count--;
}

bool oceld_sound_track_put(oceld_sound_track *t, AVPacket *packet, oceld_failure *why) {
  if (t->decoder == NULL || packet->pts == AV_NOPTS_VALUE) return true;
  if (t->count == OCELD_SOUND_QUEUE) drop_first(t);
  AVPacket *kept = av_packet_alloc();
  if (kept == NULL) return oceld_fail(why, "out of memory");
  av_packet_move_ref(kept, packet);
  const unsigned at = (t->first + t->count++) % OCELD_SOUND_QUEUE;
  t->queue[at].packet = kept;
  t->queue[at].captured_at = OCELD_NO_TIME;
  return true;
}

static ocel_us to_us(const oceld_sound_track *t, int64_t stamp) {
  const AVRational microsecond = {1, OCEL_SECOND};
  return av_rescale_q(stamp, t->time_base, microsecond);
}

void oceld_sound_track_place(oceld_sound_track *t, const oceld_timeline *timeline) {
  ocel_us shift;
  if (!oceld_timeline_shift(timeline, &shift)) return;
  for (unsigned i = 0; i < t->count; i++) {
    const unsigned at = (t->first + i) % OCELD_SOUND_QUEUE;
    if (t->queue[at].captured_at != OCELD_NO_TIME) continue;
    t->queue[at].captured_at = to_us(t, t->queue[at].packet->pts) + shift;
  }
}

// Encodes what comes of the first packet in the queue.
static bool speak_first(oceld_sound_track *t, oceld_feed *feed, oceld_failure *why) {
  const AVPacket *packet = t->queue[t->first].packet;
  const int64_t stamp = packet->pts;
  const ocel_us captured_at = t->queue[t->first].captured_at;
  if (avcodec_send_packet(t->decoder, packet) < 0) return true;
  while (avcodec_receive_frame(t->decoder, t->frame) >= 0) {
    const int64_t at = t->frame->best_effort_timestamp;
    const ocel_us later = at == AV_NOPTS_VALUE ? 0 : to_us(t, at - stamp);
    if (!oceld_sound_put(&t->sound, t->frame, captured_at + later, feed, why)) return false;
  }
  return true;
}

bool oceld_sound_track_speak(oceld_sound_track *t, ocel_us now, oceld_feed *feed,
                             oceld_failure *why) {
  while (t->count > 0) {
    const ocel_us at = t->queue[t->first].captured_at;
    if (at == OCELD_NO_TIME || at > now) return true;
    if (!speak_first(t, feed, why)) return false;
    drop_first(t);
  }
  return true;
}

void oceld_sound_track_close(oceld_sound_track *t) {
  while (t->count > 0) drop_first(t);
  oceld_sound_close(&t->sound);
  avcodec_free_context(&t->decoder);
  av_frame_free(&t->frame);
}
