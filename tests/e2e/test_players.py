# SPDX-License-Identifier: Apache-2.0
"""What the programs that people use do besides playing over each transport (test_matrix.py)."""

import json

import av
import av.logging
import pytest

import clips
import programs
from players import PICTURES, assert_pictures

BOTH = pytest.mark.parametrize("lower", ["udp", "tcp"])


@pytest.fixture
def served(serve):
    """An oceld, and afterwards the proof that the program left nothing behind."""
    oceld = serve()
    yield oceld
    oceld.wait_for_sessions(0)


@BOTH
def test_ffprobe_tells_size_and_rate(served, lower):
    told = programs.run(["ffprobe", "-loglevel", "warning", *programs.transport(lower),
                         "-show_streams", "-of", "json", served.url])
    video = json.loads(told)["streams"][0]
    assert (video["codec_name"], video["width"], video["height"]) == (
        "h264", clips.WIDTH, clips.HEIGHT)
    assert video["avg_frame_rate"] == f"{clips.RATE}/1"


def test_ffmpeg_without_a_transport_option_plays(served):
    assert_pictures(programs.ffmpeg_decode(served.url, "default", PICTURES))


HOME_ASSISTANT = {"rtsp_flags": "prefer_tcp", "timeout": "5000000"}


@pytest.mark.parametrize("options", [HOME_ASSISTANT, {"rtsp_transport": "udp"}],
                         ids=["home_assistant", "udp"])
def test_pyav_decodes(served, options):
    av.logging.set_level(av.logging.WARNING)
    with av.logging.Capture() as log, av.open(served.url, options=options, timeout=30) as stream:
        pictures = []
        for picture in stream.decode(video=0):
            pictures.append(picture)
            if len(pictures) == PICTURES:
                break
    assert pictures[0].key_frame
    assert not log, log


def test_home_assistant_finds_dts_that_only_grow(served):
    with av.open(served.url, options=HOME_ASSISTANT, timeout=30) as stream:
        packets = [p for p, _ in zip(stream.demux(video=0), range(PICTURES))]
    dts = [p.dts for p in packets[1:]]  # libavformat knows none for the first, whoever serves it
    assert None not in dts
    assert all(a < b for a, b in zip(dts, dts[1:])), dts
    assert packets[0].is_keyframe


# Frigate's own argument lists, as its configuration's presets make them.
FRIGATE = ["-user_agent", "FFmpeg Frigate/0.16.0", "-avoid_negative_ts", "make_zero", "-fflags",
           "+genpts+discardcorrupt", "-rtsp_transport", "tcp", "-timeout", "10000000",
           "-use_wallclock_as_timestamps", "1"]


# FFmpeg says this of any RTSP stream that it can decode from the first packet on: that packet has
# no timestamp of its own, and with the wall clock a burst of pictures comes at one time.
BURST = ("Timestamps are unset in a packet", "Non-monotonous DTS in output stream")


def test_frigate_records(served, tmp_path):
    programs.ffmpeg("-threads", 2, *FRIGATE, "-i", served.url, "-f", "segment", "-segment_time",
                    1, "-segment_format", "mp4", "-reset_timestamps", 1, "-strftime", 1, "-c",
                    "copy", "-an", "-frames:v", 2 * PICTURES, tmp_path / "%Y%m%d%H%M%S.mp4",
                    ignore=BURST)
    segments = sorted(tmp_path.glob("*.mp4"))
    assert len(segments) > 1
    assert_pictures([p for s in segments for p in programs.ffmpeg_decode_file(s)][:PICTURES])


def test_frigate_detects(served, tmp_path):
    raw = tmp_path / "raw"
    programs.ffmpeg("-threads", 2, *FRIGATE, "-i", served.url, "-r", 5, "-vf",
                    "fps=5,scale=320:180", "-threads", 2, "-f", "rawvideo", "-pix_fmt", "yuv420p",
                    "-frames:v", 10, raw)
    assert raw.stat().st_size == 10 * 320 * 180 * 3 // 2


@pytest.mark.parametrize("lower", ["default", "tcp"])
def test_frigate_probes(served, lower):
    told = programs.run(["ffprobe", "-timeout", 1000000, *programs.transport(lower),
                         "-print_format", "json", "-show_entries",
                         "stream=codec_long_name,width,height,bit_rate,duration,"
                         "display_aspect_ratio,avg_frame_rate", "-loglevel", "error", served.url])
    video = json.loads(told)["streams"][0]
    assert (video["width"], video["height"]) == (clips.WIDTH, clips.HEIGHT)
    assert video["avg_frame_rate"] == f"{clips.RATE}/1"
