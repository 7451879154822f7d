# SPDX-License-Identifier: Apache-2.0
"""go2rtc (so Frigate and Home Assistant) and MediaMTX pull from oceld and hand the stream on."""

import pytest

import clips
import h264
from oceld import free_port, wait_for
from relays import GO2RTC, MEDIAMTX, from_whole_key_picture, pull

pytestmark = pytest.mark.slow

def start(relay, name: str, config: str, *before: str, **values: object):
    """The URL that the relay serves, and its log."""
    port = free_port()
    log = relay(name, config.format(port=port, **values), port, *before)
    return f"rtsp://127.0.0.1:{port}/stream", log


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
