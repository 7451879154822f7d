# SPDX-License-Identifier: Apache-2.0
"""Each program that people use gets in with the password, and none without the right one."""

import subprocess

import av
import cv2
import pytest

import clips
import h264
import programs
from oceld import wait_for
from test_relays import GO2RTC, MEDIAMTX, start

PICTURES = 60
NAME, PASSWORD = "viewer", "pa:ss w"
RIGHT, WRONG = "viewer:pa%3Ass%20w", "viewer:guess"


@pytest.fixture
def locked(serve, tmp_path):
    """An oceld that asks for a password, and afterwards the proof that its log does not hold it."""
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD + "\n")
    secret.chmod(0o600)
    oceld = serve("plain", "--username", NAME, "--password-file", str(secret))
    yield oceld
    assert PASSWORD not in oceld.log() and "pa%3Ass" not in oceld.log()


def url_of(oceld, login: str) -> str:
    return oceld.url.replace("rtsp://", f"rtsp://{login}@")


def ffmpeg(url, out):
    programs.ffmpeg_copy(url, "tcp", PICTURES, out)


def ffmpeg_udp(url, out):
    programs.ffmpeg_copy(url, "udp", PICTURES, out)


def gortsplib(url, out):
    programs.gortsplib(url, "tcp", PICTURES, out)


def gortsplib_udp(url, out):
    programs.gortsplib(url, "udp", PICTURES, out)


def retina(url, out):
    programs.retina(url, "tcp", PICTURES, out)


def gstreamer(url, out):
    programs.gstreamer(url, "tcp", ["fakesink", f"num-buffers={PICTURES}"])


def gstreamer_udp(url, out):
    programs.gstreamer(url, "udp", ["fakesink", f"num-buffers={PICTURES}"])


def mpv(url, out):
    programs.mpv(url, "tcp", PICTURES)


def pyav(url, out):
    with av.open(url, options={"rtsp_flags": "prefer_tcp"}, timeout=30) as stream:
        assert sum(1 for _, _ in zip(range(PICTURES), stream.demux(video=0))) == PICTURES


def opencv(url, out):
    capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
    try:
        assert capture.isOpened()
        assert all(capture.read()[0] for _ in range(PICTURES))
    finally:
        capture.release()


COMPARED = [ffmpeg, ffmpeg_udp, gortsplib, gortsplib_udp, retina]
PLAYERS = [*COMPARED, gstreamer, gstreamer_udp, mpv, pyav, opencv]
each_player = pytest.mark.parametrize("player", PLAYERS, ids=lambda p: p.__name__)


@each_player
def test_20_a_player_with_the_password_plays(locked, tmp_path, player):
    out = tmp_path / "out.h264"
    player(url_of(locked, RIGHT), out)
    if player in COMPARED:
        h264.assert_loops(h264.read(out), clips.units("plain"))
    locked.wait_for_sessions(0)
    assert "wrong user name or password" not in locked.log()


@each_player
def test_20_a_player_with_a_wrong_password_does_not(locked, tmp_path, player):
    with pytest.raises((AssertionError, av.FFmpegError, subprocess.TimeoutExpired)):
        player(url_of(locked, WRONG), tmp_path / "out.h264")
    wait_for(lambda: "wrong user name or password" in locked.log(), "the guess in the log")
    assert locked.wait_for_sessions(0)["server"]["sessions_total"] == 0


RELAYS = [("go2rtc", GO2RTC, ("-config",)), ("mediamtx", MEDIAMTX, ())]
each_relay = pytest.mark.parametrize("name, config, before", RELAYS, ids=["go2rtc", "mediamtx"])


@each_relay
def test_20_a_relay_with_the_password_plays(locked, relay, tmp_path, name, config, before):
    out = tmp_path / "out.h264"
    url, _ = start(relay, name, config, *before, source=url_of(locked, RIGHT), lower="tcp")
    if name == "mediamtx":
        wait_for(lambda: locked.stats()["server"]["playing"] == 1, "MediaMTX to play")
    programs.run(["ffmpeg", "-nostdin", "-loglevel", "fatal", "-rtsp_transport", "tcp", "-i", url,
                  "-frames:v", PICTURES, "-c", "copy", "-f", "h264", out])
    assert len(h264.read(out)) == PICTURES
    assert "wrong user name or password" not in locked.log()


@each_relay
def test_20_a_relay_with_a_wrong_password_does_not(locked, relay, name, config, before):
    url, _ = start(relay, name, config, *before, source=url_of(locked, WRONG), lower="tcp")
    done = subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "fatal", "-rtsp_transport", "tcp",
                           "-i", url, "-frames:v", "1", "-f", "null", "-"], timeout=60)
    assert done.returncode != 0
    wait_for(lambda: "wrong user name or password" in locked.log(), "the guess in the log")
    assert locked.wait_for_sessions(0)["server"]["sessions_total"] == 0


def test_without_a_password_the_log_warns(serve):
    assert "no password: whoever reaches the port sees the picture" in serve().log()
