# SPDX-License-Identifier: Apache-2.0
"""go2rtc (so Frigate and Home Assistant) and MediaMTX pull from oceld and hand the stream on."""

import socket

import pytest

import clips
import h264
import programs
from oceld import wait_for

pytestmark = pytest.mark.slow
PICTURES = 60  # more than one loop of a clip

GO2RTC = """
api: {{listen: ""}}
webrtc: {{listen: ""}}
srtp: {{listen: ""}}
rtsp: {{listen: "127.0.0.1:{port}"}}
log: {{level: warn}}
streams: {{stream: "{source}"}}
"""
MEDIAMTX = """
logLevel: warn
rtmp: no
hls: no
webrtc: no
srt: no
rtspAddress: 127.0.0.1:{port}
rtspTransports: [tcp]
paths:
  stream: {{source: "{source}", rtspTransport: {lower}}}
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(relay, name: str, config: str, *before: str, **values: object):
    """The URL that the relay serves, and its log."""
    port = free_port()
    log = relay(name, config.format(port=port, **values), port, *before)
    return f"rtsp://127.0.0.1:{port}/stream", log


def from_whole_key_picture(pulled: list[list[bytes]], clip: str) -> list[list[bytes]]:
    """Without what comes before the first key picture that is whole, at most a group."""
    keys = [unit for unit in clips.units(clip) if h264.is_key(unit)]
    first = next((i for i, unit in enumerate(pulled[: clips.GOP + 1]) if unit in keys), 0)
    return pulled[first:]


def pull(url: str, out) -> list[list[bytes]]:
    programs.run(["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-rtsp_transport",
                  "tcp", "-i", url, "-frames:v", PICTURES, "-c", "copy", "-f", "h264", "-y", out])
    return h264.read(out)


@pytest.mark.parametrize("clip", ["plain", "large"])
@pytest.mark.parametrize("lower", ["tcp", "udp"])
def test_go2rtc_hands_the_stream_on(serve, relay, tmp_path, clip, lower):
    oceld = serve(clip)
    source = oceld.url + ("#transport=udp" if lower == "udp" else "")
    url, log = start(relay, "go2rtc", GO2RTC, "-config", source=source)
    pulled = pull(url, tmp_path / "out.h264")
    if lower == "udp":  # seldom it hands on nothing, or a part, of what came first
        pulled = from_whole_key_picture(pulled, clip)
    h264.assert_loops(pulled, clips.units(clip))
    assert "ERR" not in log.read_text() and "WRN" not in log.read_text(), log.read_text()
    oceld.wait_for_sessions(0)  # go2rtc ends its pull when nobody looks


@pytest.mark.parametrize("clip", ["plain", "large"])
@pytest.mark.parametrize("lower", ["tcp", "udp", "automatic"])
def test_mediamtx_hands_the_stream_on(serve, relay, tmp_path, clip, lower):
    oceld = serve(clip)
    url, log = start(relay, "mediamtx", MEDIAMTX, source=oceld.url, lower=lower)
    oceld.wait_for_sessions(1)
    wait_for(lambda: oceld.stats()["server"]["playing"] == 1, "MediaMTX to play")
    pulled = pull(url, tmp_path / "out.h264")
    h264.assert_loops(from_whole_key_picture(pulled, clip), clips.units(clip))
    assert not log.read_text(), log.read_text()
