# SPDX-License-Identifier: Apache-2.0
"""The programs that people use play the stream, over each transport, and complain of nothing."""

import json

import av
import av.logging
import cv2
import pytest

import clips
import programs

PICTURES = 60  # more than one loop of a clip
BOTH = pytest.mark.parametrize("lower", ["udp", "tcp"])


@pytest.fixture
def served(serve):
    """An oceld, and afterwards the proof that the program left nothing behind."""
    oceld = serve()
    yield oceld
    oceld.wait_for_sessions(0)


def assert_pictures(shown: list[str]) -> None:
    """The decoded pictures are the clip's, round and round, from a key picture on."""
    clip = programs.ffmpeg_decode_file(clips.path("plain"))
    assert len(clip) == clips.PICTURES and len(shown) == PICTURES
    start = clip.index(shown[0])
    assert start % clips.GOP == 0, f"begins with picture {start}"
    assert shown == [clip[(start + i) % len(clip)] for i in range(PICTURES)]


@BOTH
def test_ffmpeg_decodes_every_picture_from_a_key_picture_on(served, lower):
    assert_pictures(programs.ffmpeg_decode(served.url, lower, PICTURES))


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


@BOTH
def test_gstreamer_decodes(served, lower, tmp_path):
    shown = tmp_path / "pictures"
    programs.gstreamer(served.url, lower, [
        "avdec_h264", "!", "identity", f"eos-after={PICTURES + 1}", "!", "filesink",
        f"location={shown}"])
    assert shown.stat().st_size == PICTURES * clips.WIDTH * clips.HEIGHT * 3 // 2


@BOTH
def test_mpv_plays(served, lower):
    programs.mpv(served.url, lower, PICTURES)


def test_opencv_reads_pictures(served):
    capture = cv2.VideoCapture(served.url, cv2.CAP_FFMPEG)
    try:
        assert capture.isOpened()
        for i in range(PICTURES):
            ok, picture = capture.read()
            assert ok, f"no picture {i}"
            assert picture.shape == (clips.HEIGHT, clips.WIDTH, 3)
    finally:
        capture.release()


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
