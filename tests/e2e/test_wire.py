# SPDX-License-Identifier: Apache-2.0
"""SETUP, PLAY and the packets, byte by byte (the numbers are those of docs/compatibility.md)."""

import re
import time

import pytest

import h264
import rtp
from rtsp_client import Frame, Reply, parameter

BOTH = pytest.mark.parametrize("lower", ["udp", "tcp"])
NTP_OF_1970 = 2208988800


@pytest.fixture
def oceld(serve):
    return serve()


def first_rtp(player) -> rtp.Rtp:
    while not (packet := player.next().rtp):
        pass
    return packet


@pytest.mark.parametrize("channels", [(0, 1), (2, 3), (254, 255)])
def test_11_interleaved_reply_repeats_profile_and_channels(oceld, channels):
    with oceld.player(channels=channels) as player:
        player.describe()
        transport = player.setup()["Transport"]
        assert transport.startswith("RTP/AVP/TCP;unicast")
        assert parameter(transport, "interleaved") == f"{channels[0]}-{channels[1]}"
        player.play()
        player.pull(2)  # asserts the channels


def test_11_a_single_channel_is_answered_with_a_pair(oceld):
    with oceld.player() as player:
        reply = player.request("SETUP", oceld.url + "/trackID=0",
                               Transport="RTP/AVP/TCP;unicast;interleaved=4")
        assert parameter(reply["Transport"], "interleaved") == "4-5"


def test_11_no_channels_named_gives_the_first_pair(oceld):
    with oceld.player() as player:
        reply = player.request("SETUP", oceld.url + "/trackID=0", Transport="RTP/AVP/TCP;unicast")
        assert parameter(reply["Transport"], "interleaved") == "0-1"


@pytest.mark.parametrize("asked", ["RTP/AVP", "RTP/AVP/UDP"])
def test_12_datagrams_come_from_the_ports_in_the_reply(oceld, asked):
    with oceld.player("udp") as player:
        player.describe()
        wanted = player.transport().replace("RTP/AVP", asked)
        reply = player.request("SETUP", player.control_url(), Transport=wanted)
        transport = reply["Transport"]
        player.session = reply["Session"].split(";")[0]
        assert transport.split(";")[:2] in (["RTP/AVP", "unicast"], [asked, "unicast"])
        assert parameter(transport, "client_port") == parameter(wanted, "client_port")
        ports = [int(p) for p in parameter(transport, "server_port").split("-")]
        player.play()
        player.rtcp_until(rtp.SR)
        player.pull(2)
        assert {p.sender[:2] for p in player.received} == {(oceld.host, p) for p in ports}
        for packet in player.received:
            assert packet.sender[1] == ports[0 if packet.rtp else 1]


@BOTH
def test_13_ssrc_of_the_reply_is_the_one_on_the_wire(oceld, lower):
    with oceld.player(lower) as player:
        player.start().pull(2)
        said = parameter(player.setup_reply["Transport"], "ssrc")
        assert re.fullmatch("[0-9A-Fa-f]{8}", said)
        seen = {p.rtp.ssrc for p in player.received if p.rtp}
        seen |= {r.ssrc for p in player.received for r in p.rtcp or () if r.kind == rtp.SR}
        assert seen == {int(said, 16)}


def test_14_the_first_acceptable_transport_is_taken(oceld):
    with oceld.player("udp") as player:
        player.describe()
        reply = player.request("SETUP", player.control_url(), Transport=",".join(
            ["RTP/AVP;multicast", "RAW/RAW/UDP;unicast;client_port=4000-4001",
             player.transport(), "RTP/AVP/TCP;unicast;interleaved=0-1"]))
        assert reply.status == 200
        assert parameter(reply["Transport"], "client_port")


def test_15_session_is_alphanumeric_and_its_timeout_is_said_once(oceld):
    with oceld.player() as player:
        player.start()
        assert re.fullmatch(r"[0-9A-Za-z]{8,};timeout=60", player.setup_reply["Session"])
        assert player.play_reply["Session"] == player.session


def test_16_nothing_is_interleaved_before_the_reply_to_play(oceld):
    with oceld.player() as player:
        player.start().pull(2)
        kinds = [type(m) for m in player.connection.arrived]
        replies = kinds.index(Frame)
        assert kinds[:replies] == [Reply] * 3  # DESCRIBE, SETUP, PLAY


@BOTH
def test_17_rtp_info_tells_of_the_very_first_packet(oceld, lower):
    with oceld.player(lower) as player:
        player.start()
        first = first_rtp(player)
        info = re.fullmatch(r"url=(\S+);seq=(\d+);rtptime=(\d+)", player.play_reply["RTP-Info"])
        assert info[1] == player.control_url()
        assert (int(info[2]), int(info[3])) == (first.sequence, first.timestamp)
        assert first.timestamp != 0


@pytest.mark.parametrize("asked", ["npt=0.000-", "npt=0-", "npt=now-", None, "smpte=0:00:00-",
                                   "clock=20260101T000000Z-", "npt=0.000-10"])
def test_18_play_takes_every_usual_range(oceld, asked):
    with oceld.player() as player:
        player.describe()
        player.setup()
        reply = player.play(Range=asked)
        assert reply.status == 200
        assert reply["Range"] in ("npt=now-", "npt=0.000-")
        player.pull(1)


def test_18_scale_is_answered_with_one(oceld):
    with oceld.player() as player:
        player.describe()
        player.setup()
        reply = player.play(Scale="2.0")
        assert (reply.status, reply["Scale"]) == (200, "1.0")


def test_19_play_while_playing_goes_on(oceld):
    with oceld.player() as player:
        pulled = player.start().pull(3)
        assert player.play().status == 200
        player.pull(10, pulled)  # asserts that no packet is missing


@BOTH
def test_19_pause_stops_and_play_begins_with_a_key_picture(oceld, lower):
    with oceld.player(lower) as player:
        player.start().pull(3)
        content_base = player.description["Content-Base"]
        assert player.request("PAUSE", content_base, Session=player.session).status == 200
        while player.connection.arrived and isinstance(player.connection.arrived[-1], Frame):
            player.connection.arrived.pop()
        again = player.play()
        assert again.status == 200
        info = dict(p.split("=", 1) for p in again["RTP-Info"].split(";"))
        pulled, seen = rtp.Depacketizer(), False
        while len(pulled.units) < 3:
            packet = player.next().rtp
            seen = seen or (packet is not None and packet.sequence == int(info["seq"]))
            if packet and seen:
                pulled.feed(packet)
        assert h264.is_key(pulled.units[0])
        assert int(info.get("rtptime", pulled.timestamps[0])) == pulled.timestamps[0]


def test_19_get_parameter_without_body_keeps_alive(oceld):
    with oceld.player() as player:
        player.start()
        assert player.keep_alive().status == 200
        assert player.request("GET_PARAMETER").status == 200


def test_19_teardown_is_answered_and_ends_the_media(oceld):
    with oceld.player() as player:
        player.start().pull(1)
        assert player.teardown().status == 200
        assert player.request("OPTIONS").status == 200
        assert [type(m) for m in player.connection.arrived[-2:]] == [Reply, Reply]


def test_23_pipelined_requests_are_answered_in_order(oceld):
    with oceld.player() as player:
        requests = b"".join(f"OPTIONS * RTSP/1.0\r\nCSeq: {i}\r\n\r\n".encode() for i in range(9))
        player.connection.send(requests)
        assert [player.connection.reply()["CSeq"] for _ in range(9)] == [*"012345678"]


def test_23_a_request_may_come_byte_by_byte(oceld):
    with oceld.player() as player:
        for byte in b"\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 7\r\nX: folded\r\n value\r\n\r\n":
            player.connection.send(bytes([byte]))
        assert player.connection.reply()["CSeq"] == "7"


def test_23_line_feeds_alone_end_lines(oceld):
    with oceld.player() as player:
        player.connection.send(b"OPTIONS * RTSP/1.0\nCSeq: 8\n\n")
        assert player.connection.reply()["CSeq"] == "8"


def test_23_interleaved_frames_may_stand_between_requests(oceld):
    with oceld.player() as player:
        player.start()
        report = rtp.receiver_report(1)
        frame = b"$\x01" + len(report).to_bytes(2, "big") + report
        request = f"OPTIONS * RTSP/1.0\r\nCSeq: 99\r\nSession: {player.session}\r\n\r\n".encode()
        player.connection.send(frame + request + frame)
        assert player.connection.reply()["CSeq"] == "99"


@BOTH
@pytest.mark.parametrize("clip", ["plain", "bframes"])
def test_24_first_access_unit_is_a_key_picture_with_its_sets(serve, clip, lower):
    with serve(clip).player(lower) as player:
        types = [h264.nal_type(n) for n in player.start().pull(1).units[0]]
        assert types[:2] == [h264.SPS, h264.PPS]
        assert types[-1] == h264.IDR


@BOTH
@pytest.mark.parametrize("clip", ["plain", "slices", "large", "bframes"])
def test_25_marker_ends_every_access_unit_and_no_packet_is_missing(serve, clip, lower):
    with serve(clip).player(lower) as player:
        rtp.check_marks(player.start().pull(60))


@BOTH
@pytest.mark.parametrize("largest", [None, 200])
def test_26_no_payload_is_above_the_limit(serve, lower, largest):
    options = ("--payload-max", str(largest)) if largest else ()
    with serve("large", *options).player(lower) as player:
        player.start().pull(2)
        sizes = [len(p.rtp.payload) for p in player.received if p.rtp]
        assert max(sizes) <= (largest or 1400)
        assert sizes.count(max(sizes)) > 50  # large units fill their packets


@BOTH
def test_27_sender_report_tells_todays_date(oceld, lower):
    with oceld.player(lower) as player:
        told = player.start().rtcp_until(rtp.SR).ntp - NTP_OF_1970
        assert abs(told - time.time()) < 86400


@BOTH
@pytest.mark.parametrize("clip", ["plain", "large"])
def test_28_sender_report_comes_before_the_first_packet(serve, clip, lower):
    with serve(clip).player(lower) as player:
        player.start().pull(3)
        first = next(p for p in player.received if p.rtcp)
        # The kernel keeps no order between two UDP sockets; the counts below tell it.
        assert lower == "udp" or player.received[0] is first, "the first packet is RTP"
        assert [p.kind for p in first.rtcp] == [rtp.SR, rtp.SDES]
        assert (first.rtcp[0].packets, first.rtcp[0].octets) == (0, 0)


@BOTH
def test_28_sender_reports_count_and_keep_to_one_clock(oceld, lower):
    with oceld.player(lower) as player:
        player.start()
        one = player.rtcp_until(rtp.SR)
        two = player.rtcp_until(rtp.SR)
        before = [p.rtp for p in player.received[:-1] if p.rtp]
        seconds = ((two.rtp_time - one.rtp_time) % 2**32) / 90000
        assert abs(seconds - (two.ntp - one.ntp)) <= 0.001
        assert two.packets == len(before)
        assert two.octets == sum(len(p.payload) for p in before)


@BOTH
def test_29_timestamps_are_the_capture_times(oceld, lower):
    with oceld.player(lower) as player:
        stamps = player.start().pull(60).timestamps
        assert {(b - a) % 2**32 for a, b in zip(stamps, stamps[1:])} == {90000 // 25}


def test_29_timestamps_are_the_presentation_times_of_reordered_pictures(serve):
    with serve("bframes").player() as player:
        stamps = player.start().pull(60).timestamps
    shown = sorted((s - stamps[0] + 2**31) % 2**32 for s in stamps[:50])
    assert {b - a for a, b in zip(shown, shown[1:])} == {90000 // 25}
    assert shown != [(s - stamps[0] + 2**31) % 2**32 for s in stamps[:50]]


def test_30_31_key_pictures_of_the_test_picture_are_small_and_frequent(serve):
    with serve("test").player() as player:
        units = player.start().pull(70).units
    keys = [i for i, unit in enumerate(units) if h264.is_key(unit)]
    assert {b - a for a, b in zip(keys, keys[1:])} == {30}
    assert max(sum(map(len, units[i])) for i in keys) < 250_000


def test_every_reader_has_numbers_of_its_own(oceld):
    seen = []
    for _ in range(3):
        with oceld.player() as player:
            player.start()
            first = first_rtp(player)
            seen.append((first.ssrc, first.sequence, first.timestamp, player.session))
    assert all(len(set(values)) == 3 for values in zip(*seen))
