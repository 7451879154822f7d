# SPDX-License-Identifier: Apache-2.0
"""Where no UDP arrives, players go over to TCP by themselves, each in its own way."""

import pytest

import clips
import h264
import programs

PICTURES = 60  # more than one loop of a clip


@pytest.fixture
def oceld(serve, unheard_udp):
    oceld = serve("plain", prefix=unheard_udp)
    yield oceld
    oceld.wait_for_sessions(0)


def test_ffmpeg_falls_back_from_udp_to_tcp(oceld, unheard_udp, tmp_path):
    """PAUSE, then SETUP without Session on the same connection, then PLAY."""
    out = tmp_path / "out.h264"
    programs.run([*unheard_udp, "ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning",
                  "-timeout", 1000000, "-i", oceld.url, "-frames:v", PICTURES, "-c", "copy", "-f",
                  "h264", out], ignore=("UDP timeout, retrying with TCP",))
    h264.assert_loops(h264.read(out), clips.units("plain"))


def test_gortsplib_falls_back_from_udp_to_tcp(oceld, unheard_udp, tmp_path):
    """TEARDOWN, and a new connection over TCP, after three seconds."""
    out = tmp_path / "out.h264"
    programs.run([*unheard_udp, programs.PEERS / "gortsplib-pull", oceld.url, "auto", PICTURES, out],
                 ignore=("switch: no UDP packets received",))
    h264.assert_loops(h264.read(out), clips.units("plain"))


def test_gstreamer_falls_back_from_udp_to_tcp(oceld, unheard_udp, tmp_path):
    """TEARDOWN, and a new connection over TCP, after five seconds."""
    out = tmp_path / "out.h264"
    programs.run([*unheard_udp, "gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={oceld.url}",
                  "latency=100", "!", "rtph264depay", "!",
                  "video/x-h264,stream-format=byte-stream,alignment=au", "!", "identity",
                  f"eos-after={PICTURES + 1}", "!", "filesink", f"location={out}"],
                 ignore=("WARNING: from element", "Could not receive any UDP packets",
                         "Additional debug info", "gstrtspsrc.c"))
    h264.assert_loops([h264.without_parameters(u) for u in h264.read(out)],
                      [h264.without_parameters(u) for u in clips.units("plain")])
