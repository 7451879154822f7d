# SPDX-License-Identifier: Apache-2.0
"""Relays that pull from oceld, and what is pulled from them."""

import clips
import h264
import programs

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


def from_whole_key_picture(pulled: list[list[bytes]], clip: str) -> list[list[bytes]]:
    """Without what comes before the first key picture that is whole, at most a group."""
    keys = [unit for unit in clips.units(clip) if h264.is_key(unit)]
    first = next((i for i, unit in enumerate(pulled[: clips.GOP + 1]) if unit in keys), 0)
    return pulled[first:]


def pull(url: str, out) -> list[list[bytes]]:
    programs.run(["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-rtsp_transport",
                  "tcp", "-i", url, "-frames:v", PICTURES, "-c", "copy", "-f", "h264", "-y", out])
    return h264.read(out)
