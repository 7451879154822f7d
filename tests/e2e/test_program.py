# SPDX-License-Identifier: Apache-2.0
"""oceld as a program: its sources, its options, its signals, its addresses."""

import os
import signal
import socket
import subprocess

import pytest

import clips
import h264
import programs
from oceld import PROGRAM, wait_for


def oceld_says(*options: str) -> tuple[int, str]:
    done = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=20,
                          stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("source", ["test", "mpeg4"])
@pytest.mark.parametrize("lower", ["udp", "tcp"])
def test_encoded_sources_decode(serve, source, lower):
    oceld = serve(source, "--gop", "10")
    pictures = programs.ffmpeg_decode(oceld.url, lower, 45)
    assert len(set(pictures)) == 45  # it moves
    oceld.wait_for_sessions(0)


def test_size_and_rate_of_the_test_picture(serve):
    oceld = serve("test", "--size", "320x240", "--fps", "15")
    told = programs.run(["ffprobe", "-loglevel", "error", "-rtsp_transport", "tcp",
                         "-select_streams", "v", "-show_entries",
                         "stream=width,height,avg_frame_rate", "-of", "csv=p=0", oceld.url])
    assert told.strip() == "320,240,15/1"


def test_gop_is_the_distance_of_idr_pictures(serve):
    with serve("test", "--gop", "7").player() as player:
        units = player.start().pull(40).units
    assert {i % 7 for i, unit in enumerate(units) if h264.is_key(unit)} == {0}


def test_an_encoder_makes_a_key_picture_for_start_idr(serve):
    """Without the request the next one would be 120 pictures away."""
    oceld = serve("test", "--gop", "120")
    with oceld.player() as first, oceld.player(url=oceld.url + "?start=idr") as second:
        pulled = first.start().pull(3)
        second.start().pull(1)
        first.pull(60, pulled)
        assert sum(map(h264.is_key, pulled.units)) > 1


def test_stream_path_is_an_option(serve):
    oceld = serve("plain", "--stream-path", "/garden/gate")
    with oceld.player(url=oceld.authority + "/garden/gate") as player:
        player.start().pull(2)
    with oceld.player() as player:
        assert player.describe().status == 404


@pytest.mark.parametrize("options, remedy", [
    (["--prot", "8554"], "--port"),
    (["--port", "70000"], "65535"),
    (["--port", "many"], "port"),
    (["--max-clients", "0"], "4096"),
    (["--gop", "121"], "120"),
    (["--qp-min", "41", "--qp-max", "40"], "qp_min"),
    (["--stream-path", "stream"], "/"),
    (["--source", "tape:1"], "file:"),
    (["--start", "never"], "idr"),
    (["--bind", "localhost.example"], "bind"),
    (["--size", "wide"], "x"),
    (["--port"], "port"),
    (["stray"], "stray"),
    (["--config", "/nonexistent/file.yaml"], "/nonexistent/file.yaml"),
])
def test_a_bad_option_is_named_with_its_remedy(options, remedy):
    status, text = oceld_says(*options)
    assert status == 2
    assert remedy in text
    assert options[0].lstrip("-").replace("-", "_") in text.replace("-", "_")


def test_a_file_that_is_not_there_is_an_error():
    status, text = oceld_says("--port", "0", "--source", "file:/nonexistent/clip.mp4")
    assert status in (1, 2)
    assert "/nonexistent/clip.mp4" in text


def test_help_lists_the_options():
    status, text = oceld_says("--help")
    assert status == 0
    for option in ("--port", "--stream-path", "--rtp-port", "--rtcp-port", "--max-clients",
                   "--bitrate", "--gop", "--qp-min", "--qp-max", "--source", "--size", "--fps",
                   "--start", "--bind", "--stats", "--config"):
        assert option in text


def test_a_port_in_use_is_an_error(serve):
    status, text = oceld_says("--bind", "127.0.0.1", "--port", str(serve().port))
    assert status == 1
    assert "in use" in text


def test_32_three_clients_are_served_by_default(serve):
    oceld = serve()
    players = [oceld.player() for _ in range(3)]
    for player in players:
        player.start().pull(1)
    for player in players:
        player.close()


def test_options_come_from_a_file_and_the_command_line_wins(serve, tmp_path):
    config = tmp_path / "oceld.yaml"
    config.write_text("stream_path: /from/file\nmax_clients: 1\n")
    oceld = serve("plain", "--config", str(config), "--max-clients", "2")
    url = oceld.authority + "/from/file"
    with oceld.player(url=url) as one, oceld.player(url=url) as two, oceld.player(url=url) as three:
        one.start()
        two.start()
        three.describe()
        assert three.setup().status == 453


def test_sighup_reads_the_file_again_and_disturbs_nobody(serve, tmp_path):
    config = tmp_path / "oceld.yaml"
    config.write_text("gop: 12\n")
    oceld = serve("test", "--config", str(config))
    with oceld.player() as player:
        pulled = player.start().pull(14)
        config.write_text("gop: 5\n")
        oceld.signal(signal.SIGHUP)

        def five_apart():
            player.pull(len(pulled.units) + 5, pulled)
            keys = [i for i, unit in enumerate(pulled.units) if h264.is_key(unit)]
            return len(keys) > 2 and keys[-1] - keys[-2] == keys[-2] - keys[-3] == 5

        wait_for(five_apart, "the change")


def test_sighup_with_a_bad_file_changes_nothing(serve, tmp_path):
    config = tmp_path / "oceld.yaml"
    config.write_text("gop: 12\n")
    oceld = serve("test", "--config", str(config))
    with oceld.player() as player:
        pulled = player.start().pull(5)
        config.write_text("gop: many\n")
        oceld.signal(signal.SIGHUP)
        wait_for(lambda: "gop" in oceld.log(), "a word about it")
        player.pull(40, pulled)
        assert {i % 12 for i, unit in enumerate(pulled.units) if h264.is_key(unit)} == {0}


HAS_IPV6 = socket.has_ipv6 and os.path.exists("/proc/net/if_inet6")


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
@pytest.mark.parametrize("lower", ["udp", "tcp"])
def test_ipv6(serve, lower, tmp_path):
    oceld = serve("plain", host="::1")
    with oceld.player(lower) as player:
        player.start().pull(3)
        assert b"IP6 ::1" in player.description.body
        player.teardown()
    out = tmp_path / "out.h264"
    programs.ffmpeg_copy(oceld.url, lower, 60, out)
    h264.assert_loops(h264.read(out), clips.units("plain"))
    oceld.wait_for_sessions(0)


def test_the_counters_tell_what_was_sent(serve):
    oceld = serve()
    with oceld.player() as player:
        player.start().pull(30)
        player.teardown()
        sent = [m for m in player.connection.arrived if hasattr(m, "channel") and m.channel == 0]
        stats = oceld.wait_for_sessions(0)
    server, stream = stats["server"], stats["streams"][0]
    assert server["packets"] == len(sent)
    assert server["bytes"] == sum(len(m.data) for m in sent)
    assert (server["sessions_total"], server["errors"], server["skipped"]) == (1, 0, 0)
    assert (stream["width"], stream["height"]) == (clips.WIDTH, clips.HEIGHT)
    assert stream["ready"] is True
