# SPDX-License-Identifier: Apache-2.0
"""Packets that are lost on the way come again to GStreamer, which asks for them (RFC 4588)."""

import pytest

import clips
import h264
import programs
from networks import SERVER, inside

PICTURES = 60
RTP_PORT = "5004"
# Every 20th packet of media does not arrive; of what is sent again neither.
LOSS = f"""nft add table inet t &&
    nft add chain inet t in '{{ type filter hook input priority 0; }}' &&
    nft add rule inet t in udp sport {RTP_PORT} numgen inc mod 20 0 counter drop"""


def clip() -> list[list[bytes]]:
    return [h264.without_parameters(unit) for unit in clips.units("plain")]


@pytest.fixture
def pull(serve, networks, tmp_path):
    """What GStreamer gets through a network that loses packets, and the server."""

    def pull(*options: str):
        server, viewers = networks
        programs.run(inside(viewers, ["sh", "-c", LOSS]))
        oceld = serve("plain", "--rtp-port", RTP_PORT, "--rtcp-port", "5005", *options,
                      host=SERVER, prefix=inside(server, []))
        out = tmp_path / "out.h264"
        programs.run(inside(viewers, [
            "gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={oceld.url}", "protocols=udp",
            "latency=500", "!", "rtph264depay", "!",
            "video/x-h264,stream-format=byte-stream,alignment=au", "!", "identity",
            f"eos-after={PICTURES + 1}", "!", "filesink", f"location={out}"]))
        # The depayloader puts the description's parameter sets in front.
        units = [h264.without_parameters(unit) for unit in h264.read(out)]
        return units, oceld.wait_for_sessions(0)["server"]

    return pull


def test_lost_packets_come_again(pull):
    units, server = pull()
    h264.assert_loops(units, clip())
    assert server["retransmitted"] > 0


def test_without_it_pictures_are_missing(pull):
    units, server = pull("--retransmission", "off")
    with pytest.raises(AssertionError):
        h264.assert_loops(units, clip())
    assert server["retransmitted"] == 0
