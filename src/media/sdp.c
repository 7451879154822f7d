// SPDX-License-Identifier: Apache-2.0
#include "ocel/sdp.h"

// RFC 8866 5.3: any text, but no line end and no NUL.
static void put_name(ocel_wbuf *w, ocel_span name) {
  if (name.n == 0) name = ocel_span_str("ocel");
  for (size_t i = 0; i < name.n; i++) {
    const uint8_t c = name.p[i];
    ocel_put_u8(w, c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
  }
}

void ocel_sdp_put_session(ocel_wbuf *w, const ocel_sdp_session *s) {
  ocel_put_str(w, "v=0\r\no=- ");
  ocel_put_uint(w, s->session_id);
  ocel_put_str(w, " ");
  ocel_put_uint(w, s->session_version);
  ocel_put_str(w, s->ipv6 ? " IN IP6 " : " IN IP4 ");
  ocel_put_span(w, s->address);
  ocel_put_str(w, "\r\ns=");
  put_name(w, s->name);
  ocel_put_str(w, s->ipv6 ? "\r\nc=IN IP6 ::" : "\r\nc=IN IP4 0.0.0.0");
  ocel_put_str(w, "\r\nt=0 0\r\na=control:*\r\na=range:npt=now-\r\n");
}

static void put_bandwidth(ocel_wbuf *w, uint32_t bitrate) {
  if (bitrate == 0) return;
  ocel_put_str(w, "b=AS:");  // kilobits per second (RFC 8866 5.8)
  ocel_put_uint(w, bitrate / 1000 + (bitrate % 1000 != 0));
  ocel_put_str(w, "\r\n");
}

// RFC 6184 8.2.1. profile-level-id is what follows the header byte of the SPS, in hexadecimal.
static void put_format(ocel_wbuf *w, const ocel_sdp_video *v) {
  ocel_put_str(w, "a=fmtp:");
  ocel_put_uint(w, v->payload_type);
  ocel_put_str(w, " packetization-mode=1;");
  if (v->sps.n >= 4) {
    ocel_put_str(w, "profile-level-id=");
    ocel_put_hex(w, ocel_be32(v->sps.p) & 0xffffff, 6);
    ocel_put_str(w, ";");
  }
  ocel_put_str(w, "sprop-parameter-sets=");
  ocel_put_base64(w, v->sps);
  ocel_put_str(w, ",");
  ocel_put_base64(w, v->pps);
  ocel_put_str(w, "\r\n");
}

// RFC 8866 6.13: a decimal fraction, here of up to three digits without zeros at its end. `rate` is
// in thousandths.
static void put_frame_rate(ocel_wbuf *w, uint64_t rate) {
  if (rate == 0) return;
  ocel_put_str(w, "a=framerate:");
  ocel_put_uint(w, rate / 1000);
  rate %= 1000;
  if (rate != 0) ocel_put_str(w, ".");
  for (; rate != 0; rate = rate * 10 % 1000) ocel_put_uint(w, rate / 100);
  ocel_put_str(w, "\r\n");
}

static void put_media(ocel_wbuf *w, const char *kind, uint8_t payload_type, uint8_t again_type) {
  ocel_put_str(w, "m=");
  ocel_put_str(w, kind);
  ocel_put_str(w, again_type == 0 ? " 0 RTP/AVP " : " 0 RTP/AVPF ");
  ocel_put_uint(w, payload_type);
  if (again_type != 0) {
    ocel_put_u8(w, ' ');
    ocel_put_uint(w, again_type);
  }
  ocel_put_str(w, "\r\n");
}

static void put_mapping(ocel_wbuf *w, uint8_t payload_type, const char *name, uint32_t clock_hz) {
  ocel_put_str(w, "a=rtpmap:");
  ocel_put_uint(w, payload_type);
  ocel_put_str(w, " ");
  ocel_put_str(w, name);
  ocel_put_str(w, "/");
  ocel_put_uint(w, clock_hz);
}

static void put_control(ocel_wbuf *w, unsigned track) {
  ocel_put_str(w, "a=control:trackID=");
  ocel_put_uint(w, track);
  ocel_put_str(w, "\r\n");
}

// RFC 4585 4.2, RFC 4588 8.1
static void put_again(ocel_wbuf *w, uint8_t again_type, uint8_t payload_type, uint32_t clock_hz) {
  if (again_type == 0) return;
  ocel_put_str(w, "a=rtcp-fb:");
  ocel_put_uint(w, payload_type);
  ocel_put_str(w, " nack\r\n");
  put_mapping(w, again_type, "rtx", clock_hz);
  ocel_put_str(w, "\r\na=fmtp:");
  ocel_put_uint(w, again_type);
  ocel_put_str(w, " apt=");
  ocel_put_uint(w, payload_type);
  ocel_put_str(w, "\r\n");
}

void ocel_sdp_put_video(ocel_wbuf *w, const ocel_sdp_video *v) {
  put_media(w, "video", v->payload_type, v->again_type);
  put_bandwidth(w, v->bitrate);
  put_mapping(w, v->payload_type, "H264", v->clock_hz);
  ocel_put_str(w, "\r\n");
  put_format(w, v);
  put_again(w, v->again_type, v->payload_type, v->clock_hz);
  if (v->fps_denominator > 0) {
    const uint64_t thousandths = (uint64_t)v->fps_numerator * 1000;
    put_frame_rate(w, (thousandths + v->fps_denominator / 2) / v->fps_denominator);
  }
  put_control(w, v->track);
}

void ocel_sdp_put_jpeg(ocel_wbuf *w, const ocel_sdp_jpeg *v) {
  const ocel_format f = {.codec = OCEL_CODEC_JPEG};
  const uint8_t payload_type = ocel_format_payload_type(&f);
  put_media(w, "video", payload_type, v->again_type);
  put_bandwidth(w, v->bitrate);
  put_mapping(w, payload_type, ocel_format_name(&f), ocel_format_clock(&f));
  ocel_put_str(w, "\r\na=x-dimensions:");
  ocel_put_uint(w, v->size.width);
  ocel_put_str(w, ",");
  ocel_put_uint(w, v->size.height);
  ocel_put_str(w, "\r\n");
  put_again(w, v->again_type, payload_type, ocel_format_clock(&f));
  put_frame_rate(w, v->rate);
  put_control(w, v->track);
}

// RFC 3640 4.1 and 3.3.6: the lengths belong to mode AAC-hbr.
static void put_aac_format(ocel_wbuf *w, uint8_t payload_type, const ocel_format *f) {
  ocel_put_str(w, "a=fmtp:");
  ocel_put_uint(w, payload_type);
  ocel_put_str(w,
               " streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
               "indexdeltalength=3;config=");
  for (size_t i = 0; i < f->config_n; i++) ocel_put_hex(w, f->config[i], 2);
  ocel_put_str(w, "\r\n");
}

static void put_opus_format(ocel_wbuf *w, uint8_t payload_type) {
  ocel_put_str(w, "a=fmtp:");
  ocel_put_uint(w, payload_type);
  ocel_put_str(w, " sprop-stereo=1\r\n");
}

void ocel_sdp_put_sound(ocel_wbuf *w, const ocel_format *f, unsigned track, uint8_t again_type) {
  const uint8_t payload_type = ocel_format_payload_type(f);
  const bool opus = f->codec == OCEL_CODEC_OPUS;
  put_media(w, "audio", payload_type, again_type);
  put_mapping(w, payload_type, ocel_format_name(f), f->clock_hz);
  // RFC 8866 6.6: one channel goes without saying; RFC 7587 7: Opus always says two.
  if (opus || f->channels > 1) ocel_put_str(w, "/2");
  ocel_put_str(w, "\r\n");
  if (f->codec == OCEL_CODEC_AAC) put_aac_format(w, payload_type, f);
  if (opus && f->channels > 1) put_opus_format(w, payload_type);
  put_again(w, again_type, payload_type, f->clock_hz);
  put_control(w, track);
}
