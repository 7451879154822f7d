# SPDX-License-Identifier: Apache-2.0
"""Several clients, slow ones, dead ones; where a reader starts; how the server ends."""

import signal
import socket
import subprocess

import pytest

import clips
import h264
import rtp
from oceld import wait_for
from rtsp_client import Player

BOTH = pytest.mark.parametrize("lower", ["udp", "tcp"])


def test_two_clients_on_different_transports_get_the_same(serve):
    oceld = serve("large")
    with oceld.player("udp") as one, oceld.player("tcp") as two:
        one.start()
        two.start()
        for player in (one, two):
            h264.assert_loops(player.pull(60).units, clips.units("large"))
            player.teardown()
    oceld.wait_for_sessions(0)


def test_a_client_that_is_killed_frees_its_slot(serve, tmp_path):
    oceld = serve("plain", "--max-clients", "1")
    out = tmp_path / "out.h264"
    victim = subprocess.Popen(["ffmpeg", "-loglevel", "error", "-nostdin", "-rtsp_transport",
                               "tcp", "-i", oceld.url, "-c", "copy", "-f", "h264", "-flush_packets",
                               "1", out], stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: out.exists() and out.stat().st_size > 0, "pictures at the victim")
        with oceld.player() as player:
            player.describe()
            assert player.setup().status == 453
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    with oceld.player() as player:
        player.describe()
        wait_for(lambda: player.setup().status == 200, "the victim's slot")
        player.play()
        player.pull(2)


def test_a_connection_that_closes_frees_its_slot_for_the_next(serve):
    oceld = serve("plain", "--max-clients", "1")
    for _ in range(20):
        with oceld.player() as player:
            player.describe()
            wait_for(lambda: player.setup().status == 200, "the slot")  # noqa: B023
            player.play()
            player.pull(1)


def test_half_a_close_frees_the_slot_too(serve):
    oceld = serve("plain", "--max-clients", "1")
    with oceld.player() as gone, oceld.player() as player:
        gone.start().pull(1)
        gone.connection.socket.shutdown(socket.SHUT_WR)
        player.describe()
        wait_for(lambda: player.setup().status == 200, "the slot")


def reception_report(own_ssrc: int, ssrc: int) -> bytes:
    """Five packets lost, a quarter since the last report, a jitter of 900 ticks."""
    block = ssrc.to_bytes(4, "big") + b"\x40\x00\x00\x05" + bytes(4) + (900).to_bytes(4, "big")
    return b"\x81\xc9\x00\x07" + own_ssrc.to_bytes(4, "big") + block + bytes(8)


def send_rtcp(player: Player, packet: bytes) -> None:
    if player.pair:
        player.pair.rtcp.sendto(packet, next(p.sender for p in player.received if p.rtcp))
    else:
        player.connection.send(b"$\x01" + len(packet).to_bytes(2, "big") + packet)


def media_ssrc(player: Player) -> int:
    return next(p.rtp.ssrc for p in player.received if p.rtp)


@BOTH
def test_receiver_reports_reach_the_counters(serve, lower):
    oceld = serve()
    with oceld.player(lower) as player:
        player.start().pull(2)
        send_rtcp(player, reception_report(9, media_ssrc(player)))
        client = wait_for(lambda: [c for c in oceld.stats()["clients"]
                                   if c["jitter"] is not None], "the report in the counters")[0]
        assert (client["packets_lost"], client["fraction_lost"]) == (5, 0x40)
        assert client["jitter"] == 0.01  # 900 ticks of 90 kHz


@BOTH
def test_rtcp_bye_of_the_reader_stops_the_media(serve, lower):
    oceld = serve()
    with oceld.player(lower) as player:
        player.start().pull(2)
        send_rtcp(player, rtp.bye(9))  # nobody we have heard of
        player.pull(4)
        send_rtcp(player, reception_report(9, media_ssrc(player)) + rtp.bye(9))

        def nothing_more():
            before = oceld.wait_for_sessions(1)["server"]["packets"]
            return oceld.wait_for_sessions(1)["server"]["packets"] == before

        wait_for(nothing_more, "the end of the media")
        assert player.teardown().status == 200


def test_datagrams_of_strangers_are_ignored(serve):
    oceld = serve()
    with oceld.player("udp") as player:
        pulled = player.start().pull(2)
        sender = {bool(p.rtp): p.sender for p in player.received}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for packet in (bytes(200), b"\x80\x00" + bytes(10), b"\xce\xfa\xed\xfe", b"",
                           rtp.bye(1), rtp.receiver_report(1, 2), b"\x81\xcb\xff\xff"):
                for to in sender.values():
                    stranger.sendto(packet, to)
                    player.pair.rtp.sendto(packet, sender[True])  # hole punching, any content
        player.pull(30, pulled)


def test_a_slow_reader_skips_to_a_key_picture_and_disturbs_nobody(serve):
    oceld = serve("large", "--ring-size", "4M")
    source = clips.units("large")
    with oceld.player(receive_buffer=4096) as slow, oceld.player() as other:
        slow.start()
        pulled = other.start().pull(150)  # three loops; the slow one does not read meanwhile
        h264.assert_loops(pulled.units, source)
        read = slow.pull(80)  # asserts that sequence numbers and marks are whole
        steps = [(b - a) % 2**32 for a, b in zip(read.timestamps, read.timestamps[1:])]
        jumps = [i + 1 for i, step in enumerate(steps) if step != 90000 // clips.RATE]
        assert jumps and all(h264.is_key(read.units[i]) for i in jumps)
        assert all(unit in source for unit in read.units)
        stats = oceld.wait_for_sessions(2)
        assert sorted(c["skipped"] > 0 for c in stats["clients"]) == [False, True]
        assert "skipped" in oceld.log()


@pytest.mark.slow
def test_a_reader_that_takes_nothing_is_closed(serve):
    oceld = serve("large")
    with oceld.player(receive_buffer=4096) as stuck:
        stuck.start()
        wait_for(lambda: oceld.stats()["server"]["connections"] == 1, "the connection")
        wait_for(lambda: oceld.stats()["server"]["connections"] == 0, "its end", patience=40)


@BOTH
def test_start_gop_begins_at_the_newest_key_picture_at_once(serve, lower):
    oceld = serve("plain", "--start", "gop")
    with oceld.player() as first:
        first.start().pull(10)
        with oceld.player(lower) as player:
            assert player.start().pull(1).units[0] in clips.units("plain")[:: clips.GOP]
            assert player.play_reply["RTP-Info"].count("rtptime=") == 1


@BOTH
@pytest.mark.parametrize("how", ["option", "url"])
@pytest.mark.parametrize("start", ["idr", "live"])
def test_start_idr_and_live_begin_at_a_later_key_picture(serve, lower, how, start):
    oceld = serve("plain", *(("--start", start) if how == "option" else ()))
    query = f"?start={start}" if how == "url" else ""
    with oceld.player() as first, oceld.player(lower, url=oceld.url + query) as player:
        newest = first.start().pull(5).units[0]
        unit = player.start().pull(1).units[0]
        keys = clips.units("plain")[:: clips.GOP]
        assert unit in keys and unit != newest


def test_url_overrides_the_option(serve):
    oceld = serve("plain", "--start", "live")
    with oceld.player() as first:
        first.url += "?start=gop"
        key = first.start().pull(5).units[0]
        with oceld.player(url=oceld.url + "?start=gop") as player:
            assert player.start().pull(1).units[0] in (key, *clips.units("plain")[:: clips.GOP])
            assert "rtptime=" in player.play_reply["RTP-Info"]


@BOTH
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_of_the_server_says_bye(serve, lower, number):
    oceld = serve()
    with oceld.player(lower) as player:
        player.start().pull(3)
        ssrc = next(p.rtp.ssrc for p in player.received if p.rtp)
        oceld.signal(number)
        assert player.rtcp_until(rtp.BYE).ssrc == ssrc
        assert oceld.wait() == 0
        player.connection.drain_until_closed()


@BOTH
def test_teardown_leaves_nothing_behind(serve, lower):
    oceld = serve()
    for _ in range(5):
        with oceld.player(lower) as player:
            player.start().pull(1)
            assert player.teardown().status == 200
    stats = oceld.wait_for_sessions(0)
    assert stats["server"]["sessions_total"] == 5
    assert stats["clients"] == []


@pytest.mark.slow
def test_a_silent_session_over_udp_ends(serve):
    oceld = serve("plain", "--session-timeout", "5")
    with oceld.player("udp") as player:
        player.start()
        assert player.setup_reply["Session"].endswith(";timeout=5")
        oceld.wait_for_sessions(1)
        oceld.wait_for_sessions(0, patience=40)


@pytest.mark.slow
@BOTH
def test_receiver_reports_alone_keep_a_session_alive(serve, lower):
    oceld = serve("plain", "--session-timeout", "5")
    with oceld.player(lower) as player:
        pulled = player.start().pull(2)
        while oceld.stats()["server"]["uptime"] < 20:
            player.pull(len(pulled.units) + 25, pulled)
            send_rtcp(player, rtp.receiver_report(9))
        assert oceld.stats()["server"]["playing"] == 1
