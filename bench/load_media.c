// SPDX-License-Identifier: Apache-2.0
#include "load_media.h"

enum {
  RTP_HEAD = 12,
  RTP_MARKER = 0x80,
  RTCP_SR = 200,
  SR_NEEDED = 20,
  NAL_TYPE = 0x1f,
  NAL_IDR = 5,
  NAL_FU_A = 28,
  FU_START = 0x80,
};

#define NTP_TO_UNIX 2208988800u
#define NS_PER_S UINT64_C(1000000000)

static uint32_t be32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void count_sequence(media *m, uint16_t seq) {
  const uint16_t gap = (uint16_t)(seq - m->next_seq);
  if (m->started && gap >= 0x8000) {  // late, and counted as lost before
    m->reordered++;
    if (m->lost > 0) m->lost--;
    return;
  }
  if (m->started && gap > 0) {
    m->lost += gap;
    m->in_idr = false;
  }
  m->started = true;
  m->next_seq = (uint16_t)(seq + 1);
}

/// True for the packet with which an IDR slice begins.
static bool begins_idr(const uint8_t *payload) {
  const uint8_t type = payload[0] & NAL_TYPE;
  if (type == NAL_FU_A) return (payload[1] & FU_START) != 0 && (payload[1] & NAL_TYPE) == NAL_IDR;
  return type == NAL_IDR;
}

static void note_age(const media *m, uint32_t timestamp, uint64_t arrival_ns, media_ages *ages) {
  if (!ages->on || !m->have_report || arrival_ns == 0 || ages->n == ages->max) return;
  const int64_t ticks = (int32_t)(timestamp - m->report_rtp);
  const int64_t captured_ns = (int64_t)m->report_ns + ticks * 100000 / 9;
  ages->us[ages->n++] = (int32_t)(((int64_t)arrival_ns - captured_ns) / 1000);
}

void media_rtp(media *m, const media_packet *p, media_ages *ages) {
  if (p->head_size < RTP_HEAD + 2 || (p->head[0] & 0xc0) != 0x80) return;
  const uint32_t timestamp = be32(p->head + 4);

  m->bytes += p->size;
  m->packets++;
  count_sequence(m, (uint16_t)(p->head[2] << 8 | p->head[3]));
  if (!m->first_picture && begins_idr(p->head + RTP_HEAD)) {
    m->in_idr = true;
    m->idr_timestamp = timestamp;
  }
  if ((p->head[1] & RTP_MARKER) == 0) return;
  m->units++;
  if (m->in_idr && timestamp == m->idr_timestamp) m->first_picture = true;
  m->in_idr = false;
  note_age(m, timestamp, p->arrival_ns, ages);
}

void media_rtcp(media *m, const media_packet *p) {
  if (p->head_size < SR_NEEDED || p->head[1] != RTCP_SR) return;
  m->report_ns = (uint64_t)(be32(p->head + 8) - NTP_TO_UNIX) * NS_PER_S +
                 ((uint64_t)be32(p->head + 12) * NS_PER_S >> 32);
  m->report_rtp = be32(p->head + 16);
  m->have_report = true;
}
