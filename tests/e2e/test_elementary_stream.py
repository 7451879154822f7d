# SPDX-License-Identifier: Apache-2.0
"""What comes out at the other end is the source, NAL unit by NAL unit, over a whole loop."""

import pytest

import clips
import h264
import programs

PICTURES = 60  # more than one loop of a clip
BOTH = pytest.mark.parametrize("lower", ["udp", "tcp"])
ANNEXB = ["plain", "slices", "large"]  # parameter sets in the stream
CONTAINER = ["bframes", "extradata"]  # parameter sets in the container only

# FFmpeg's copy knows no DTS for the first packet of a stream with B-pictures, whoever serves it.
REORDERED = ("< dts (", "non monotonically increasing dts to muxer")


def assert_same(pulled: list[list[bytes]], clip: str) -> None:
    """Everything equal; sets from a container stand in front of each key picture."""
    source = clips.units(clip)
    if clip in ANNEXB:
        h264.assert_loops(pulled, source)
        return
    for unit in filter(h264.is_key, pulled):
        assert [h264.nal_type(n) for n in unit[:2]] == [h264.SPS, h264.PPS]
    h264.assert_loops([h264.without_parameters(u) for u in pulled], source)


def assert_slices(pulled: list[list[bytes]], clip: str) -> None:
    """As above, from a program that puts parameter sets where it likes."""
    for unit in filter(h264.is_key, pulled):
        assert [h264.nal_type(n) for n in unit[:2]] == [h264.SPS, h264.PPS]
    h264.assert_loops([h264.without_parameters(u) for u in pulled],
                      [h264.without_parameters(u) for u in clips.units(clip)])


@pytest.fixture
def served(serve, request):
    oceld = serve(request.getfixturevalue("clip"), "--ring-size", "16M")
    yield oceld
    oceld.wait_for_sessions(0)


@BOTH
@pytest.mark.parametrize("clip", ANNEXB + CONTAINER)
def test_ffmpeg_pulls_the_source_unchanged(served, clip, lower, tmp_path):
    out = tmp_path / "out.h264"
    programs.ffmpeg_copy(served.url, lower, PICTURES, out, ignore=REORDERED)
    assert_same(h264.read(out), clip)


@BOTH
@pytest.mark.parametrize("clip", ["large"])
def test_gstreamer_pulls_the_source_unchanged(served, clip, lower, tmp_path):
    """GStreamer puts the description's parameter sets in front of the first picture."""
    out = tmp_path / "out.h264"
    programs.gstreamer(served.url, lower, [
        "video/x-h264,stream-format=byte-stream,alignment=au", "!", "identity",
        f"eos-after={PICTURES + 1}", "!", "filesink", f"location={out}"])
    assert_slices(h264.read(out), clip)


@BOTH
@pytest.mark.parametrize("clip", ["large", "bframes"])
def test_gortsplib_pulls_the_source_unchanged(served, clip, lower, tmp_path):
    out = tmp_path / "out.h264"
    programs.gortsplib(served.url, lower, PICTURES, out)
    assert_same(h264.read(out), clip)


@BOTH
@pytest.mark.parametrize("clip", ["large", "bframes"])
def test_retina_pulls_the_source_unchanged(served, clip, lower, tmp_path):
    """retina takes the parameter sets out of the stream and puts its own copy in front."""
    out = tmp_path / "out.h264"
    programs.retina(served.url, lower, PICTURES, out)
    assert_slices(h264.read(out), clip)


@BOTH
@pytest.mark.parametrize("clip", ["plain", "large", "bframes"])
def test_every_packet_is_well_formed(served, clip, lower):
    with served.player(lower) as player:
        pulled = player.start().pull(PICTURES)
        player.teardown()
    assert_same(pulled.units, clip)
