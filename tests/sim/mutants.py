#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the simulator's invariants can fail: small faults are put into a copy of the
engine, one at a time, and the simulator has to notice each.

usage: tests/sim/mutants.py [--seeds N] [WORD...]

  --seeds N  runs per mutant (2640: forty of each scenario)
  WORD       only mutants whose file or text has one of the words

Prints one line per mutant: killed (and by what), SURVIVED, or stale (its text is not in the
sources any more: change the table below). Exit status 0 if none survived and at most one in ten
is stale.
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JOBS = os.cpu_count() or 2
SEEDS = 2640  # forty of each scenario
FLAGS = ["-std=c11", "-O2", "-g", "-D_POSIX_C_SOURCE=200809L", "-Iinclude", "-Isrc", "-Itests/sim", "-Itests/unit"]

# (file, text, what it becomes)
MUTANTS = [
    # -- packets
    ("media/h264_pack.c", "first ? FU_START : 0", "first ? 0 : FU_START"),
    ("media/h264_pack.c", "last ? FU_END : 0", "0"),
    ("media/h264_pack.c", "(uint32_t)(begin + n)}", "(uint32_t)(begin + n - (begin == 1))}"),
    ("media/h264_pack.c", "nal.p[0] & (FORBIDDEN | NRI)", "nal.p[0] & FORBIDDEN"),
    ("media/h264_pack.c", "if ((nal.p[0] & NRI) > nri)", "if ((nal.p[0] & NRI) < nri)"),
    ("media/h264_pack.c", "nal.n <= payload_max)", "nal.n < payload_max - 200)"),
    ("media/h264_pack.c", "size > payload_max) break", "size > payload_max + 20) break"),
    ("rtp/rtp.c", "h->marker ?", "!h->marker ?"),
    ("server/reader.c", "at->sequence++;", "at->sequence += 1 + (at->sequence == 65535);"),
    ("server/reader.c", ": ocel_payload_at_end(au, to),",
     ": ocel_payload_at_end(au, to) && au->size > 100,"),
    ("server/reader.c", "timestamp_of(r, t, au->captured_at)",
     "timestamp_of(r, t, au->captured_at + 20)"),
    ("server/reader.c", "if (last) at->pos = OCEL_PAYLOAD_START;",
     "if (last && au.unit_count < 9) at->pos = OCEL_PAYLOAD_START;"),
    ("server/reader.c", "OCEL_RTP_HEADER_SIZE + payload);", "OCEL_RTP_HEADER_SIZE + payload + 1);"),
    # -- reports
    ("server/reader.c", "ss, track), now),", "ss, track), now + 2000),"),
    ("server/reader.c", "r->octets += p->octets;", "r->octets += p->octets + 12;"),
    ("server/reader.c", "r->packets += p->packets;", "r->packets += p->packets > 1 ? 1 : p->packets;"),
    ("server/datagrams.c", "if (bye) ocel_rtcp_put_bye", "if (!bye) ocel_rtcp_put_bye"),
    ("server/reader.c", "r->report_due = now;", "r->report_due = now + 1000;"),
    ("server/output.c", "r->report_due = now + s->cfg.report_interval", "r->report_due = OCEL_NEVER"),
    ("server/output.c", "if (media) put_reports(s, c, now);", ";"),
    ("rtp/rtcp.c", "size / RTCP_WORD - 1", "size / RTCP_WORD"),
    ("rtp/rtcp.c", "const size_t end = RTCP_WORD - used", "const size_t end = 3 + 0 * used"),
    ("server/session.c", "if (item->block.ssrc != r->ssrc) return;", "if (r->reported) return;"),
    # -- where readers are
    ("server/reader.c", "r->run_au = au;", "r->run_au = au + 1;"),
    ("server/reader.c", "|| has_sent_newest(r, t) ||", "||"),
    ("server/reader.c", "captured_at(t, t->seen - 1) > s->cfg.lag_max;",
     "captured_at(t, t->seen - 1) > s->cfg.lag_max / 100;"),
    ("server/play.c", "return r->tcp && !is_frigate(ask) ? OCEL_START_GOP", "return false ? OCEL_START_GOP"),
    ("server/reader.c", "r->cursor.au + ocel__is_begun(&r->cursor)", "r->cursor.au"),
    ("server/reader.c", "|| ocel__newer(r->cursor.au, t->newest_key))",
     "|| ocel__newer(r->cursor.au, t->newest_key + 30))"),
    ("server/reader.c", "if (ocel__is_begun(at) || !t->has_key", "if (!t->has_key"),
    ("server/reader.c", "return lag > s->cfg.lag_max &&",
     "return lag > s->cfg.lag_max / 100 &&"),
    ("server/reader.c", "ss->skipped += au - r->cursor.au;", ";"),
    ("server/reader.c", "r->anchored = true;", ";"),
    ("server/stream.c", "t->has_key = false;", ";"),
    # -- sound
    ("server/sound.c", "since = ss->begun_at;", "since = ss->begun_at + 100000;"),
    ("server/sound.c", "if (ss->reader[picture].mode == READER_WAIT) return false;", ";"),
    ("media/format.c", "f->clock_hz : PICTURES_HZ", "f->clock_hz + 1000 : PICTURES_HZ"),
    ("server/stream.c", "t->newest_key = t->seen;", "t->newest_key = t->seen - (t->seen > 40);"),
    # -- streams and bytes
    ("server/output.c", "if (written < end) keep_rest(s, c, written, end);", ";"),
    ("server/output.c", "out = n < s->out_planned ? n : s->out_planned;", "out = s->out_planned;"),
    ("server/output.c", "return !c->blocked && (media", "return (media"),
    ("server/output.c", "return !ocel__session_says_bye(&c->session);", "return false;"),
    ("server/conn.c", "c->blocked = false;", ";"),
    ("server/conn.c", "memmove(c->out, c->out + c->out_at,", "memmove(c->out, c->out + c->out_at + 1,"),
    ("server/input.c", "return c->out_n == 0 && !ocel__is_answering", "return !ocel__is_answering"),
    # -- RTSP over HTTP
    ("server/tunnel.c", "if (belongs_together(get, c) && ", "if ("),
    ("server/tunnel.c", "other->tunnel.other = -1;", "c->tunnel.other;"),
    ("server/input.c", "memmove(bytes_of(s, c), bytes_of(s, c) + used, b->n);", ";"),
    ("server/input.c", "c->skip = (uint32_t)(whole - in.n);", "c->skip = (uint32_t)whole;"),
    ("server/datagrams.c", "s->conns[p->conn].session.pace_tokens +=", "s->stats.packets +="),
    ("server/datagrams.c", "if (i >= n) {", "if (i > n) {"),
    ("server/datagrams.c", "ocel_gather_reset(&g, mark);", ";"),
    ("server/datagrams.c", "ocel_addr_same_host(&c->peer, from)", "true"),
    ("server/datagrams.c", "r->rtcp_port != from->port", "false"),
    ("server/datagrams.c", "p->packets > 0 ? r->rtp_port : r->rtcp_port", "r->rtp_port"),
    # -- multicast
    ("server/group.c", "if (!wanted) {", "if (!wanted && !any) {"),
    ("server/group.c", "ocel__stream_want_key(s, stream, now);  // for", ";  // for"),
    ("server/group.c", "ss->state != OCEL_PLAYING) continue;", "ss->state == OCEL_INIT) continue;"),
    ("server/group.c", "if (ss->stream == stream && r->set_up", "if (r->set_up"),
    ("server/group.c", "if (!picture_begins) r->cursor.au", "if (false) r->cursor.au"),
    ("server/group.c", "2 * (stream * OCEL_TRACKS_MAX + track)", "2 * track"),
    ("server/group.c", ".ssrc = g->ssrc,", ".ssrc = g->ssrc + 1u,"),
    ("server/group.c", "ocel_addr_is_ipv4(&s->cfg.multicast) == ocel_addr_is_ipv4(&c->peer)", "true"),
    ("server/session.c", "ocel__group_update(s, ss->stream, now);", ";"),
    ("server/play.c", "ocel__group_update(s, ss->stream, ask->now);", ";"),
    ("server/play.c", "if (!ss->reader[i].set_up || ss->reader[i].multicast) continue;",
     "if (!ss->reader[i].set_up) continue;"),
    ("server/play.c", "if (!r->set_up || r->multicast) continue;", "if (!r->set_up) continue;"),
    ("server/datagrams.c", "&& !r->multicast)) continue;", ")) continue;"),
    ("server/setup.c", "ocel_put_uint(w, s->cfg.multicast_ttl);", "ocel_put_uint(w, 1);"),
    # -- requests and sessions
    ("server/request.c", "return ocel__has_session(c) && ocel_span_eq(", "return true || ocel_span_eq("),
    ("server/request.c", "if (ocel__has_session(c)) c->session.heard_at = now;", ";"),
    ("server/request.c", "s->stats.requests++;", ";"),
    ("server/play.c", "if (!again) start_readers(s, c, ask);", "start_readers(s, c, ask);"),
    ("server/play.c", "if (ss->reader[i].set_up) ss->reader[i].mode = READER_IDLE;", ";"),
    ("server/play.c", "ocel_put_uint(w, ss->reader[i].cursor.sequence);",
     "ocel_put_uint(w, ss->reader[i].cursor.sequence + 1u);"),
    ("server/play.c", "ocel_put_uint(w, timestamp);", "ocel_put_uint(w, timestamp + 1u);"),
    ("server/play.c", "ss->state = OCEL_READY;", ";"),
    ("server/setup.c", "s->stats.sessions >= s->cfg.max_clients", "s->stats.sessions > s->cfg.max_clients"),
    ("server/setup.c", "ocel_put_hex(w, r->ssrc, 8);", "ocel_put_hex(w, r->ssrc ^ 1u, 8);"),
    ("server/setup.c", "rtcp = t->has_channels ? t->rtcp_channel : 1;", "rtcp = 1;"),
    ("server/session.c", "ss->id, sizeof ss->id);", "ss->id, 2);"),
    ("server/session.c", "s->stats.sessions--;", ";"),
    ("server/session.c", "now - ss->heard_at > s->cfg.session_timeout + OCEL__SESSION_GRACE", "false"),
    ("server/session.c", "c->session.heard_at = now;", ";"),
    ("server/session.c", "r->mode = sent_any && !r->tcp ? READER_BYE : READER_IDLE;", ";"),
    ("server/conn.c", "now - c->progress_at > s->cfg.stall_timeout", "false"),
    ("server/conn.c", "now - c->active_at > s->cfg.idle_timeout", "false"),
    ("server/conn.c", "ocel__session_end(s, c, c->reason, now);", ";"),
    ("server/conn.c", "s->stats.connections--;", ";"),
    ("server/describe.c", "now + s->cfg.describe_wait", "now + 100 * s->cfg.describe_wait"),
    ("server/server.c", "if (any) resume_deferred(s, now);", ";"),
    ("server/server.c", "if (s->conn_high == 0) return OCEL_NEVER;", ";"),
    ("server/server.c", "s->housekeeping_at = now + OCEL__HOUSEKEEPING;", ";"),
    ("server/server.c", "if (paced) s->pace_at = OCEL_NEVER;", ";"),
    ("server/datagrams.c", "s->cfg.udp_burst == 0 && t->seen", "t->seen"),
    ("server/datagrams.c", "ss->pace_tokens = burst;", "ss->pace_tokens = 2 * burst;"),
    ("server/datagrams.c", "(burst - (ocel_us)had) *", "(ocel_us)burst *"),
    # -- passwords
    ("server/request.c", "if (!ocel__locked(s) || req->method == OCEL_METHOD_OPTIONS)", "if (!ocel__locked(s))"),
    ("server/auth.c", "x->name_n)) && right;", "x->name_n)) || right;"),
    ("server/auth.c", "if (!nonce_good(s, c, claim, a)) return AUTH_STALE;", ";"),
    ("server/auth.c", "a)) return AUTH_STALE;", "a)) return AUTH_DENIED;"),
    ("server/auth.c", "if (c->has_nonce) return;", ";"),
    ("server/auth.c", "if (c->trusted) return false;", ";"),
    ("server/auth.c", "c->defer_until = now + VERDICT_DELAY;", "c->defer_until = now;"),
    ("server/auth.c", "c->judging = false;", ";"),
    ("server/auth.c", "if (v == AUTH_DENIED) ocel__suspect(s, c, now);", ";"),
    ("server/suspects.c", "return x->failures >= FAILURES_FREE;", "return false;"),
    ("server/suspects.c", "return x->failures >= FAILURES_FREE;", "return true;"),
    ("server/suspects.c", "ocel__same_neighbour(&x->peer, peer))\n      return", "true)\n      return"),
    ("server/suspects.c", "ocel__same_neighbour(&x->peer, peer)) return x;", "true) return x;"),
    ("server/suspects.c", "x->failures++;", ";"),
    ("server/suspects.c", "x->last = now;", ";"),
    ("server/suspects.c", "x->told = now;", ";"),
    ("server/auth.c", "return c->secure || s->secrets[OCEL__VIEWER]", "return true || s->secrets[OCEL__VIEWER]"),
    ("server/auth.c", "return c->secure || s->secrets[OCEL__VIEWER].allow_basic", "return c->secure"),
    ("server/auth.c", "return c->secure || s->secrets", "return s->secrets"),
    ("server/auth.c", "a->hash == OCEL_HASH_MD5 ? x->md5", "a->hash != OCEL_HASH_MD5 ? x->md5"),
    ("server/auth.c", "ocel_secret_eq(got.sha256, x->sha256, sizeof got.sha256)", "true"),
    # -- doors
    ("server/doors.c", "return count == 0 || ocel_networks_have", "return true || ocel_networks_have"),
    ("server/doors.c", "s->stats.turned_away++;", ";"),
    ("server/doors.c", "if (t->told_any && now - t->told < TELL_AGAIN) return;", ";"),
    ("server/doors.c", "n < share ||", "n <= share ||"),
    ("server/doors.c", "share == 0 || n < share ||", "share == 0 || n < share || true ||"),
    ("server/doors.c", "!ocel__same_neighbour(&c->peer, among)) continue;", "false) continue;"),
    ("server/doors.c", "c->state == CONN_OPEN && !ocel__has_session(c) &&", "c->state == CONN_OPEN &&"),
    ("server/conn.c", "&& ocel__allows(s, peer) &&", "&&"),
    # -- the ring
    ("media/ring.c", "oldest - write >= need", "oldest - write >= need / 2"),
    ("media/ring.c", "oldest >= need;", "true;"),
    ("media/ring.c", "r->waits_for_key && !l.key", "false"),
    ("media/ring.c", "l->has_sps |= type == OCEL_NAL_SPS;", "l->has_sps = true;"),
    ("media/ring.c", "head - tail > most ||", ""),
]  # fmt: skip


def compile_one(source: Path, out: Path, *options: object) -> None:
    subprocess.run(["cc", *FLAGS, *options, "-c", "-o", out, source], cwd=ROOT, check=True)


def build_all(folder: Path) -> dict[Path, Path]:
    sources = sorted((ROOT / "src").rglob("*.c")) + [
        p for p in sorted((ROOT / "tests/sim").glob("*.c")) if p.name != "test_parts.c"
    ]
    objects = {p: folder / f"{i}.o" for i, p in enumerate(sources)}
    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(lambda p: compile_one(p, objects[p]), sources))
    return objects


def try_one(number: int, objects: dict[Path, Path], folder: Path, seeds: int) -> tuple[str, str]:
    name, old, new = MUTANTS[number]
    source = ROOT / "src" / name
    text = source.read_text()
    if old not in text:
        return "stale", ""
    mutant, changed = folder / f"mutant_{number}.c", folder / f"mutant_{number}.o"
    program = folder / f"mutant_{number}"
    mutant.write_text(text.replace(old, new, 1))
    compile_one(mutant, changed, "-w", "-iquote", source.parent)  # for its private headers
    linked = [changed if p == source else o for p, o in objects.items()]
    subprocess.run(["cc", "-o", program, *linked], check=True)
    return run_mutant(program, seeds)


def run_mutant(program: Path, seeds: int) -> tuple[str, str]:
    try:
        done = subprocess.run(
            [program, "--seeds", "1", str(seeds)], capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired:
        return "killed", "it hangs"
    finally:
        program.unlink()
    if done.returncode == 0:
        return "SURVIVED", ""
    said = re.search(r"BROKEN at\s+\S+ s\s+(.*)\n.*--scenario (\S+)", done.stderr)
    return "killed", f"{said[2]}: {said[1]}" if said else f"ended with status {done.returncode}"


def take_seeds(arguments: list[str]) -> int:
    if "--seeds" not in arguments:
        return SEEDS
    at = arguments.index("--seeds")
    seeds = int(arguments[at + 1])
    del arguments[at : at + 2]
    return seeds


def report(number: int, outcome: str, why: str) -> None:
    source, old, new = MUTANTS[number]
    print(f"{outcome:<9} {source}: {old.strip()} -> {new.strip(' ;') or 'nothing'}")
    if why:
        print(f"          {why}")


def main(arguments: list[str]) -> int:
    if "--help" in arguments:
        print(__doc__.strip())
        return 0
    seeds = take_seeds(arguments)
    chosen = [
        i for i, m in enumerate(MUTANTS)
        if not arguments or any(word in " ".join(m) for word in arguments)
    ]  # fmt: skip
    counts = {"killed": 0, "SURVIVED": 0, "stale": 0}
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(JOBS) as pool:
        folder = Path(name)
        objects = build_all(folder)
        outcomes = pool.map(lambda i: try_one(i, objects, folder, seeds), chosen)
        for i, (outcome, why) in zip(chosen, outcomes):
            counts[outcome] += 1
            report(i, outcome, why)
    print(", ".join(f"{n} {what}" for what, n in counts.items()))
    return 1 if counts["SURVIVED"] or counts["stale"] * 10 > len(chosen) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
