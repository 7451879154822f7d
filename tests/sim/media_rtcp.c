// SPDX-License-Identifier: Apache-2.0
// The server's RTCP: SR, SDES with CNAME, perhaps BYE (RFC 3550 6).
#include "check.h"
#include "media.h"

enum { SR = 200, SDES = 202, BYE = 203, SR_SIZE = 28, CNAME = 1 };

// Takes one packet of a compound; checks version, type and length.
static ocel_span take_packet(const media_track *t, ocel_span *rest) {
  CHECK(rest->n >= 4, "viewer %d: RTCP packet cut short", t->viewer);
  CHECK((rest->p[0] & 0xe0) == 0x80, "viewer %d: RTCP version or padding bit", t->viewer);
  const size_t size = 4u + 4u * ocel_be16(rest->p + 2);
  CHECK(size <= rest->n, "viewer %d: RTCP length is wrong", t->viewer);
  return ocel_span_take(rest, size);
}

static void check_ssrc(const media_track *t, uint32_t ssrc) {
  CHECK(ssrc == t->ssrc, "viewer %d: RTCP of SSRC %08" PRIx32 " instead of %08" PRIx32, t->viewer,
        ssrc, t->ssrc);
}

static void take_report(media_track *t, ocel_span p) {
  const sim_clock *clock = t->rules->clock;
  CHECK(p.n == SR_SIZE && p.p[1] == SR && (p.p[0] & 0x1f) == 0,
        "viewer %d: compound does not begin with an SR without blocks", t->viewer);
  if (!t->has_ssrc) t->ssrc = ocel_be32(p.p + 4);
  t->has_ssrc = true;
  check_ssrc(t, ocel_be32(p.p + 4));
  const ocel_ntp ntp = (uint64_t)ocel_be32(p.p + 8) << 32 | ocel_be32(p.p + 12);
  const ocel_us instant = sim_clock_from_ntp(clock, ntp);
  CHECK(instant <= clock->now + 1, "viewer %d: sender report of the future", t->viewer);
  CHECK(t->may_skip || instant >= clock->now - OCEL_SECOND, "viewer %d: stale sender report",
        t->viewer);
  CHECK(ocel_be32(p.p + 20) == (uint32_t)t->packets,
        "viewer %d: SR counts %" PRIu32 " packets, sent were %" PRIu64, t->viewer,
        ocel_be32(p.p + 20), t->packets);
  CHECK(ocel_be32(p.p + 24) == (uint32_t)t->octets,
        "viewer %d: SR counts %" PRIu32 " octets, sent were %" PRIu64, t->viewer,
        ocel_be32(p.p + 24), t->octets);
  t->report = (media_report){true, instant, ocel_be32(p.p + 16)};
  t->reported = true;
  t->reported_at = clock->now;
}

static void take_sdes(const media_track *t, ocel_span p) {
  CHECK(p.n >= 12 && p.p[1] == SDES && (p.p[0] & 0x1f) == 1, "viewer %d: no SDES behind the SR",
        t->viewer);
  check_ssrc(t, ocel_be32(p.p + 4));
  CHECK(p.p[8] == CNAME && p.p[9] > 0 && 10u + p.p[9] < p.n, "viewer %d: SDES without CNAME",
        t->viewer);
  for (size_t i = 10u + p.p[9]; i < p.n; i++) {
    CHECK(p.p[i] == 0, "viewer %d: SDES is not ended by zeros", t->viewer);
  }
}

static void take_bye(media_track *t, ocel_span p) {
  CHECK(p.p[1] == BYE && (p.p[0] & 0x1f) == 1 && p.n >= 8, "viewer %d: RTCP type %u", t->viewer,
        p.p[1]);
  check_ssrc(t, ocel_be32(p.p + 4));
  t->ended = true;
}

void media_rtcp(media_track *t, ocel_span packet) {
  CHECK(!t->ended, "viewer %d: RTCP after BYE", t->viewer);
  take_report(t, take_packet(t, &packet));
  media_check_report(t);
  take_sdes(t, take_packet(t, &packet));
  if (packet.n > 0) take_bye(t, take_packet(t, &packet));
  CHECK(packet.n == 0, "viewer %d: bytes behind the RTCP compound", t->viewer);
}
