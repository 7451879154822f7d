# SPDX-License-Identifier: Apache-2.0
"""Sound beside the picture: what players make of it, and how far it is off."""

import subprocess

import av
import av.logging
import numpy as np
import pytest

import programs
from oceld import free_port
from relays import GO2RTC

SMALL = ("--size", "320x240")
UNEVEN = ("--fps", "59.3")  # pictures at ever other phases of the second
SECONDS = 6
BEEP = 0.1  # seconds
LIPS = 0.020  # what nobody notices

CODECS = ["pcmu", "pcma", "l16", "aac", "opus"]
NAMES = {"pcmu": "pcm_mulaw", "pcma": "pcm_alaw", "l16": "pcm_s16be", "aac": "aac",
         "opus": "opus"}


def see_and_hear(url: str, lower: str):
    """(time, square is white) of each picture, and (times, loudness) of the samples."""
    flashes, times, loudness = [], [], []
    with av.open(url, options={"rtsp_transport": lower}, timeout=30) as stream:
        for frame in stream.decode():
            if frame.time is None:  # libavformat knows none for the first picture
                continue
            if isinstance(frame, av.VideoFrame):
                square = frame.to_ndarray(format="gray")[4:26, 4:26]
                flashes.append((frame.time, bool(square.mean() > 128)))
                if flashes[-1][0] - flashes[0][0] > SECONDS:
                    break
            else:
                wave = np.abs(frame.to_ndarray().astype(float)).reshape(-1)
                if frame.format.is_packed:
                    wave = wave.reshape(-1, frame.layout.nb_channels)[:, 0]
                else:
                    wave = wave.reshape(frame.layout.nb_channels, -1)[0]
                loudness.append(wave)
                times.append(frame.time + np.arange(len(wave)) / frame.sample_rate)
    return flashes, np.concatenate(times), np.concatenate(loudness)


def beeps(times: np.ndarray, loudness: np.ndarray) -> list[float]:
    """When each beep begins that has silence before it."""
    loud = times[loudness > 0.2 * loudness.max()]
    begin = [b for a, b in zip(loud, loud[1:]) if b - a > 0.5]
    assert len(begin) >= SECONDS - 2, "too few beeps"
    return begin


def lips_are_off(flashes, begin: list[float]) -> float:
    """How far the worst picture is on the wrong side of a beep's beginning or end, in seconds."""
    worst, on = 0.0, 0
    for at, white in flashes:
        phase = min((at - b for b in begin), key=abs)
        if abs(phase) > 0.5:
            continue
        inside = 0 <= phase < BEEP
        on += white
        if inside != white:
            worst = max(worst, min(abs(phase), abs(phase - BEEP)))
    assert on >= 2 * SECONDS, "the square is hardly ever white"
    return worst


@pytest.mark.parametrize("lower", ["tcp", "udp"])
@pytest.mark.parametrize("codec", CODECS)
def test_the_beep_is_heard_while_the_square_is_white(serve, codec, lower):
    oceld = serve("test", *SMALL, *UNEVEN, "--audio", codec)
    flashes, times, loudness = see_and_hear(oceld.url, lower)
    off = lips_are_off(flashes, beeps(times, loudness))
    print(f"{codec} over {lower}: off by at most {1000 * off:.1f} ms")
    assert off < LIPS


@pytest.mark.parametrize("lower", ["tcp", "udp"])
@pytest.mark.parametrize("codec", CODECS)
def test_ffmpeg_decodes_both_without_a_warning(serve, codec, lower):
    oceld = serve("test", *SMALL, "--audio", codec)
    told = programs.run(["ffprobe", "-loglevel", "error", *programs.transport(lower),
                         "-show_entries", "stream=codec_name", "-of", "csv=p=0", oceld.url])
    assert told.split() == ["h264", NAMES[codec]]
    programs.ffmpeg("-xerror", *programs.transport(lower), "-i", oceld.url, "-t", 2, "-map", 0,
                    "-f", "null", "-")
    oceld.wait_for_sessions(0)


@pytest.mark.parametrize("lower", ["tcp", "udp"])
@pytest.mark.parametrize("codec", CODECS)
def test_gstreamer_decodes_the_sound(serve, codec, lower, tmp_path):
    oceld = serve("test", *SMALL, "--audio", codec)
    heard = tmp_path / "heard"
    programs.run(["gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={oceld.url}",
                  f"protocols={lower}", "latency=100", "name=s",
                  "s.", "!", "application/x-rtp,media=video", "!", "rtph264depay", "!",
                  "avdec_h264", "!", "identity", "eos-after=60", "!", "fakesink", "sync=false",
                  "s.", "!", "application/x-rtp,media=audio", "!", "decodebin", "!",
                  "audioconvert", "!", "audio/x-raw,format=S16LE,channels=1", "!", "identity",
                  "eos-after=130", "!", "filesink", f"location={heard}"])
    assert np.abs(np.fromfile(heard, dtype="<i2")).max() > 1000, "silence"


def test_mpv_plays_both(serve, tmp_path):
    oceld = serve("test", *SMALL)
    heard = tmp_path / "heard.wav"
    programs.mpv(oceld.url, "tcp", 60, "--ao=pcm", f"--ao-pcm-file={heard}")
    assert np.abs(np.fromfile(heard, dtype="<i2")[64:].astype(float)).max() > 1000, "silence"


def test_without_sound_there_is_none(serve):
    oceld = serve("test", *SMALL, "--audio", "none")
    with av.open(oceld.url, timeout=30) as stream:
        assert [s.type for s in stream.streams] == ["video"]


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["pcmu", "aac"])
def test_go2rtc_hands_both_on(serve, relay, codec):
    oceld, port = serve("test", *SMALL, "--audio", codec), free_port()
    log = relay("go2rtc", GO2RTC.format(port=port, source=oceld.url), port, "-config")
    with av.open(f"rtsp://127.0.0.1:{port}/stream", options={"rtsp_transport": "tcp"},
                 timeout=30) as stream:
        assert sorted(s.codec_context.name for s in stream.streams) == sorted(
            ["h264", NAMES[codec]])
        kinds = [type(f).__name__ for f, _ in zip(stream.decode(), range(60))]
    assert {"VideoFrame", "AudioFrame"} == set(kinds)
    assert "ERR" not in log.read_text(), log.read_text()


@pytest.fixture
def clip_with_sound(tmp_path):
    """Three seconds, with a beep and a white picture at the beginning of each."""
    path = tmp_path / "clip.mp4"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i",
                    "testsrc2=size=320x240:rate=25,drawbox=w=40:h=40:t=fill:color=black,"
                    "drawbox=w=40:h=40:t=fill:color=white:enable='lt(mod(t,1),0.1)'",
                    "-f", "lavfi", "-i", "aevalsrc='0.5*sin(6283*t)*lt(mod(t,1),0.1):s=44100'",
                    "-t", "3", "-c:v", "libx264", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac",
                    path], check=True)
    return path


@pytest.mark.parametrize("codec", ["pcmu", "aac"])
def test_a_file_is_heard_round_and_round(serve, clip_with_sound, codec):
    oceld = serve(f"file:{clip_with_sound}", "--audio", codec)
    flashes, times, loudness = see_and_hear(oceld.url, "tcp")
    # Pictures come every 40 ms, and the last of a beep begins 20 ms before its end.
    assert lips_are_off(flashes, beeps(times, loudness)) < 0.040
    # libavformat rounds anew, by a sample, with each sender report.
    assert np.diff(times).min() > -0.001, "sound goes back"
