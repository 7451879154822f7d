// SPDX-License-Identifier: Apache-2.0
#include "input.h"

#include "ocel/loop.h"
#include "pace.h"

// A device gives whole pictures with good time stamps; a parser would hold each back until the
// next one comes.
enum { DEVICE_FLAGS = AVFMT_FLAG_NONBLOCK | AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN };

// Enough for a file on a sleeping disk or a slow network.
static const ocel_us OPENING_MOST = 20 * OCEL_SECOND;

// FFmpeg asks this while it waits for a slow input.
static int interrupted(void *arg) {
  const oceld_input *in = arg;
  if (in->give_up != 0 && ocel_loop_now() > in->give_up) return 1;
  return in->feed != NULL && !oceld_feed_goes_on(in->feed);
}

static bool choose_stream(oceld_input *in, oceld_failure *why) {
  const int rc = av_find_best_stream(in->format, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  if (rc < 0) return oceld_fail(why, "there is no video in it");
  const int sound = av_find_best_stream(in->format, AVMEDIA_TYPE_AUDIO, -1, rc, NULL, 0);
  in->sound = sound >= 0 ? in->format->streams[sound] : NULL;
  for (int i = 0; i < (int)in->format->nb_streams; i++) {
    if (i != rc && i != sound) in->format->streams[i]->discard = AVDISCARD_ALL;
  }
  in->stream = in->format->streams[rc];
  return true;
}

static bool open_format(oceld_input *in, const char *path, const AVInputFormat *demuxer,
                        const AVDictionary *options, oceld_failure *why) {
  AVDictionary *copy = NULL;
  in->format = avformat_alloc_context();
  if (in->format == NULL) return oceld_fail(why, "out of memory");
  in->format->interrupt_callback = (AVIOInterruptCB){interrupted, in};
  if (demuxer != NULL) in->format->flags |= DEVICE_FLAGS;
  (void)av_dict_copy(&copy, options, 0);
  int rc = avformat_open_input(&in->format, path, demuxer, &copy);
  av_dict_free(&copy);
  if (rc < 0) return oceld_libav_fail(why, "cannot open it", rc);
  if (demuxer == NULL) rc = avformat_find_stream_info(in->format, NULL);
  return rc >= 0 || oceld_libav_fail(why, "cannot read it", rc);
}

bool oceld_input_open(oceld_input *in, const char *path, const char *demuxer,
                      const AVDictionary *options, oceld_failure *why) {
  const AVInputFormat *format = NULL;
  if (demuxer != NULL) {
    format = av_find_input_format(demuxer);
    if (format == NULL) return oceld_fail(why, "this FFmpeg cannot read %s", demuxer);
  }
  if (in->packet == NULL) in->packet = av_packet_alloc();
  if (in->packet == NULL) return oceld_fail(why, "out of memory");
  in->give_up = ocel_loop_now() + OPENING_MOST;
  const bool ok = open_format(in, path, format, options, why) && choose_stream(in, why);
  in->give_up = 0;
  return ok;
}

int oceld_input_read(oceld_input *in, oceld_failure *why) {
  for (;;) {
    av_packet_unref(in->packet);
    const int rc = av_read_frame(in->format, in->packet);
    if (rc == AVERROR(EAGAIN)) return rc;
    if (rc == AVERROR_EOF) return 0;
    if (rc < 0) {
      (void)oceld_libav_fail(why, "cannot read on", rc);
      return -1;
    }
    const bool wanted =
        in->packet->stream_index == in->stream->index || (in->hears && oceld_input_is_sound(in));
    if (wanted && in->packet->size > 0) return 1;
  }
}

// The packet may lie in memory of the device.
static void close_format(oceld_input *in) {
  if (in->packet != NULL) av_packet_unref(in->packet);
  avformat_close_input(&in->format);
  in->stream = in->sound = NULL;
}

bool oceld_input_rewind(oceld_input *in, const char *path, oceld_failure *why) {
  const int64_t begin = in->format->start_time != AV_NOPTS_VALUE ? in->format->start_time : 0;
  if (avformat_seek_file(in->format, -1, INT64_MIN, begin, begin, 0) >= 0) return true;
  close_format(in);
  return oceld_input_open(in, path, NULL, NULL, why);
}

oceld_rate oceld_input_rate(const oceld_input *in, oceld_rate wanted) {
  const AVRational q = in->stream->avg_frame_rate;
  const oceld_rate said = {q.num > 0 ? (uint32_t)q.num : 0, q.den > 0 ? (uint32_t)q.den : 1};
  const oceld_rate usual = {25, 1};
  if (wanted.numerator > 0) return wanted;
  return said.numerator > 0 && oceld_rate_is_sane(said) ? said : usual;
}

static ocel_us to_us(int64_t stamp, AVRational time_base) {
  const AVRational microsecond = {1, OCEL_SECOND};
  return stamp == AV_NOPTS_VALUE ? OCELD_NO_TIME : av_rescale_q(stamp, time_base, microsecond);
}

oceld_stamps oceld_input_stamps(const oceld_input *in, oceld_rate rate) {
  const AVPacket *p = in->packet;
  const AVRational base = in->stream->time_base;
  const ocel_us usual = (ocel_us)oceld_rate_us(rate, 1);
  const oceld_stamps s = {to_us(p->dts, base), to_us(p->pts, base),
                          p->duration > 0 ? to_us(p->duration, base) : usual};
  return s;
}

void oceld_input_close(oceld_input *in) {
  close_format(in);
  av_packet_free(&in->packet);
}
