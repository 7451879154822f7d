# SPDX-License-Identifier: Apache-2.0
"""Pulls H.264 with PyAV and writes it as Annex B: pyav_pull.py URL RTSP_TRANSPORT PICTURES FILE.

What libavformat warns of are lines on standard error.
"""

import sys
from pathlib import Path

import av
import av.logging

url, lower, pictures, out = sys.argv[1:]
av.logging.set_level(av.logging.WARNING)
with (av.logging.Capture() as log,
      av.open(url, options={"rtsp_transport": lower}, timeout=30) as stream):
    packets = [bytes(p) for p, _ in zip(stream.demux(video=0), range(int(pictures)))]
Path(out).write_bytes(b"".join(packets))
for _, name, text in log:
    print(name, text, file=sys.stderr)
