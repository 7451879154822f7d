# SPDX-License-Identifier: Apache-2.0
"""A viewer in a process of its own: what its neighbours do takes no time from it.

honest.py LOWER HOST PORT URL CLIP - plays over tcp, udp or tls; says "playing"; when its input
ends, goes on for a second and checks that each access unit came, in order and as it is in the
clip. Says how many, or ends with an AssertionError."""

import ssl
import sys
import threading

import clips
import h264
from rtp import Depacketizer
from rtsp_client import Player


def player(lower: str, host: str, port: int, url: str) -> Player:
    if lower != "tls":
        return Player(host, port, url, lower)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    viewer = Player(host, port, url)
    viewer.connection.socket = context.wrap_socket(viewer.connection.socket)
    return viewer


def main(lower: str, host: str, port: str, url: str, clip: str) -> None:
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    seen = Depacketizer()
    with player(lower, host, int(port), url) as viewer:
        viewer.start().pull(2, seen)
        print("playing", flush=True)
        while not over.is_set():
            viewer.pull(len(seen.units) + 1, seen)
        viewer.pull(len(seen.units) + clips.RATE, seen)
    h264.assert_loops(seen.units, clips.units(clip))
    print(len(seen.units))


main(*sys.argv[1:])
