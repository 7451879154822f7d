# SPDX-License-Identifier: Apache-2.0
"""Multicast in networks of its own: several players at once, and each packet is sent once."""

import socket
import subprocess
import sys

import pytest

import clips
import programs
from networks import GROUP, SERVER, VIEWERS, inside
from oceld import wait_for

PICTURES = 60
PORT = 5004

# Receives what goes to the group until its input ends; then says how many packets of which SSRCs
# came, and which sequence numbers came twice or not at all.
LISTENER = f"""
import select, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
s.bind(("{GROUP}", {PORT}))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
             socket.inet_aton("{GROUP}") + socket.inet_aton("{VIEWERS}"))
print("ready", flush=True)
seen, ssrcs, twice = [], set(), 0
while True:
    ready, _, _ = select.select([s, sys.stdin], [], [])
    if sys.stdin in ready:
        break
    packet = s.recv(2048)
    _, _, number, _, ssrc = struct.unpack(">BBHII", packet[:12])
    seen.append(number)
    ssrcs.add(ssrc)
gaps = sum((b - a) % 65536 != 1 for a, b in zip(seen, seen[1:]))
print(len(seen), len(ssrcs), gaps)
"""


@pytest.fixture
def network(networks):
    return networks[1]


@pytest.fixture
def served(serve, networks):
    oceld = serve("plain", "--rtp-port", "5004", "--rtcp-port", "5005", "--multicast", GROUP,
                  host=SERVER, prefix=inside(networks[0], []))
    yield oceld
    oceld.wait_for_sessions(0)


def start(pid: int, command: list[object]) -> subprocess.Popen:
    return subprocess.Popen(inside(pid, command), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(player: subprocess.Popen) -> str:
    out, err = player.communicate(timeout=programs.LIMIT)
    assert player.returncode == 0, err
    return out


def ffmpeg(url: str, out) -> list[object]:
    return ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-rtsp_transport",
            "udp_multicast", "-i", url, "-frames:v", PICTURES, "-c", "copy", "-f", "h264", out]


def gstreamer(url: str, out) -> list[object]:
    return ["gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={url}", "protocols=udp-mcast",
            "latency=100", "!", "rtph264depay", "!", "avdec_h264", "!", "identity",
            f"eos-after={PICTURES + 1}", "!", "filesink", f"location={out}"]


def test_three_players_share_each_packet(served, network, tmp_path):
    listener = subprocess.Popen(inside(network, [sys.executable, "-c", LISTENER]),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert listener.stdout.readline() == "ready\n"
    copy, raw, pulled = tmp_path / "copy.h264", tmp_path / "raw", tmp_path / "pulled.h264"
    players = [start(network, ffmpeg(served.url, copy)),
               start(network, gstreamer(served.url, raw)),
               start(network, [programs.PEERS / "gortsplib-pull", served.url, "multicast",
                               PICTURES, pulled])]
    for player in players:
        finish(player)
    served.wait_for_sessions(0)
    packets = served.stats()["server"]["packets"]
    out, _ = listener.communicate("", timeout=10)
    received, ssrcs, gaps = (int(n) for n in out.split())
    assert (ssrcs, gaps) == (1, 0)
    assert received == packets
    assert raw.stat().st_size == PICTURES * clips.WIDTH * clips.HEIGHT * 3 // 2
    for path in (copy, pulled):
        assert len(programs.ffmpeg_decode_file(path)) >= PICTURES - 1


def test_nothing_is_sent_when_the_last_has_left(served, network, tmp_path):
    finish(start(network, ffmpeg(served.url, tmp_path / "copy.h264")))
    served.wait_for_sessions(0)
    before = served.stats()["server"]["packets"]
    assert before > 0
    uptime = served.stats()["server"]["uptime"]
    wait_for(lambda: served.stats()["server"]["uptime"] > uptime + 1, "two more statistics")
    assert served.stats()["server"]["packets"] == before


def test_multicast_is_off_by_default(serve):
    oceld = serve()
    reply = socket.create_connection(("127.0.0.1", oceld.port), timeout=10)
    reply.sendall(f"SETUP {oceld.url}/trackID=0 RTSP/1.0\r\nCSeq: 1\r\n"
                  "Transport: RTP/AVP;multicast\r\n\r\n".encode())
    assert reply.recv(100).startswith(b"RTSP/1.0 461 ")
    reply.close()
