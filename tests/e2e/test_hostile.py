# SPDX-License-Identifier: Apache-2.0
"""Those who mean harm: meanwhile honest viewers lose no picture and newcomers are served, and
afterwards descriptors and memory are what they were."""

import errno
import os
import random
import re
import select
import socket
import struct
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

import programs
from oceld import free_port, wait_for
from rtsp_client import Connection, parameter, request_bytes
from test_tls import handshake, hello

HONEST = Path(__file__).with_name("honest.py")
TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"
OPTIONS = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends a reset
RING = 1024  # KiB: the media ring is larger, and so is a thread's stack
ROUNDING = 192  # KiB: request buffers, 16 of 8 KiB, become resident when they are used


class Server:
    """An oceld under attack; who attacks comes from many addresses, or from one."""

    def __init__(self, oceld, many: bool):
        self.oceld = oceld
        self.many = many
        self.held: list[socket.socket] = []
        self.seed = random.Random(5)

    def connect(self, tls: bool = False, receive_buffer: int = 0) -> socket.socket:
        """A connection; it is kept until the end unless the attack closes it."""
        i = len(self.held) if self.many else 0
        s = socket.socket()
        s.settimeout(10)
        if receive_buffer:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        s.bind((f"127.66.{i // 250}.{i % 250 + 1}", 0))
        s.connect((self.oceld.host, self.oceld.tls_port if tls else self.oceld.port))
        self.held.append(s)
        return s

    def leave(self) -> None:
        for s in self.held:
            s.close()
        self.held.clear()

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.oceld.process.pid}/fd"))

    def resident(self) -> int:
        """KiB of all writable memory but the media ring, which fills as time goes by."""
        maps = Path(f"/proc/{self.oceld.process.pid}/smaps").read_text()
        each = re.findall(r"(?m)^\S+ rw.*\nSize:\s+(\d+) kB\n(?:\w+:.*\n)*?Rss:\s+(\d+) kB", maps)
        return sum(int(rss) for size, rss in each if int(size) < RING)


def say(s: socket.socket, data: bytes) -> None:
    """Sends, or finds that the server has had enough."""
    try:
        s.sendall(data)
    except OSError as failure:
        assert failure.errno in (errno.EPIPE, errno.ECONNRESET), failure


def listen(s: socket.socket) -> bytes:
    try:
        return s.recv(4096)
    except ConnectionResetError:
        return b""


def reset(s: socket.socket) -> None:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    s.close()


def silent_connections(server: Server) -> None:
    for _ in range(400):
        server.connect()


def half_requests(server: Server) -> None:
    for i in range(400):
        say(server.connect(), request_bytes("DESCRIBE", server.oceld.url, {"CSeq": 1})[:10 + i % 40])


def slow_requests(server: Server) -> None:
    for _ in range(60):
        server.connect()
    for byte in request_bytes("DESCRIBE", server.oceld.url, {"CSeq": 1})[:40]:
        for s in server.held:
            say(s, bytes([byte]))
        select.select([], [], [], 0.02)


def heads_without_end(server: Server) -> None:
    for i in range(40):
        s = server.connect()
        say(s, b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n" + b"A: b\r\n" * (10 if i % 2 else 5000))


def setups_of_vanishing_clients(server: Server) -> None:
    url, port = server.oceld.url, free_port()
    setup = request_bytes("SETUP", url + "/trackID=0", {
        "CSeq": 1, "Transport": f"RTP/AVP;unicast;client_port={port & ~1}-{port | 1}"})
    for _ in range(300):
        s = server.connect()
        say(s, setup)
        if session := re.search(rb"Session: (\w+)", listen(s)):
            say(s, request_bytes("PLAY", url, {"CSeq": 2, "Session": session[1].decode()}))
        reset(s)


def sessions_that_are_held(server: Server) -> None:
    url = server.oceld.url
    setup = request_bytes("SETUP", url + "/trackID=0", {"CSeq": 1, "Transport": TCP})
    said = set()
    for _ in range(100):
        s = server.connect()
        say(s, setup)
        said.add(listen(s)[9:12])
    assert said <= {b"200", b"453", b"503", b""}, said
    assert b"453" in said or b"503" in said
    for s in server.held[::2]:
        reset(s)


def resets(server: Server) -> None:
    for i in range(2000):
        s = server.connect()
        if i % 2:
            say(s, OPTIONS[: i % 30])
        reset(s)
        if not server.many:
            server.held.clear()


def readers_that_stop(server: Server) -> None:
    url = server.oceld.url
    setup = request_bytes("SETUP", url + "/trackID=0", {"CSeq": 1, "Transport": TCP})
    for _ in range(20):
        s = server.connect(receive_buffer=2048)
        say(s, setup)
        session = re.search(rb"Session: (\w+)", listen(s))[1].decode()
        say(s, request_bytes("PLAY", url, {"CSeq": 2, "Session": session}))
    select.select([], [], [], 4)  # twice as long as a reader may lag behind


def pipelined_requests(server: Server) -> None:
    for _ in range(10):
        s = server.connect(receive_buffer=2048)
        s.setblocking(False)
        rest = memoryview(OPTIONS * 20_000)
        while rest and select.select([], [s], [], 0.3)[1]:
            rest = rest[s.send(rest):]
    answered = server.oceld.wait_for_sessions(3)["server"]["requests"]
    assert 10 < answered < 20_000, "of 200,000, while nobody read the answers"


def garbage(server: Server) -> None:
    with Connection(server.oceld.host, server.oceld.port) as c:
        reply = c.request("SETUP", server.oceld.url + "/trackID=0",
                          Transport="RTP/AVP;unicast;client_port=9000-9001")
        first, last = map(int, parameter(reply["Transport"], "server_port").split("-"))
    for i in range(200):
        data = server.seed.randbytes(1 + 37 * i)
        say(server.connect(), data)
        say(server.connect(tls=True), data)
        say(server.connect(), b"$" + data)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for i in range(1000):
            data = server.seed.randbytes(65_507 if i % 2 else i)
            s.sendto(data, (server.oceld.host, first if i % 4 < 2 else last))


def half_handshakes(server: Server) -> None:
    first = hello(server.oceld)
    for i in range(300):
        say(server.connect(tls=True), first[: [0, 5, len(first) // 2, len(first)][i % 4]])


def tunnels(server: Server) -> None:
    def head(method: str, cookie: str, more: str = "") -> bytes:
        kind = "Accept" if method == "GET" else "Content-Type"
        return (f"{method} /stream HTTP/1.0\r\nx-sessioncookie: {cookie}\r\n"
                f"{kind}: application/x-rtsp-tunnelled\r\n{more}\r\n").encode()

    for i in range(60):
        say(server.connect(), head("GET", f"alone{i}"))
        say(server.connect(), head("POST", f"without{i}", "Content-Length: 32767\r\n") + b"T1BUSU9O")
        say(server.connect(), head("GET", "the same"))
        say(server.connect(), head("POST", "the same", "Content-Length: 32767\r\n"))
        say(server.held[-1], server.seed.randbytes(500))
        say(server.connect(), head("GET", "x" * 4000))
        say(server.connect(), b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * (i * 20))


ATTACKS = (silent_connections, half_requests, slow_requests, heads_without_end,
           setups_of_vanishing_clients, sessions_that_are_held, resets, readers_that_stop,
           pipelined_requests, garbage, half_handshakes, tunnels)


class Viewer:
    """honest.py"""

    def __init__(self, oceld, lower: str):
        port = oceld.tls_port if lower == "tls" else oceld.port
        self.process = subprocess.Popen(
            [sys.executable, HONEST, lower, oceld.host, str(port), oceld.url, "plain"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "playing\n", self.process.communicate()[1]

    def finish(self) -> int:
        """How many access units it got, none of which was missing."""
        said, trouble = self.process.communicate(timeout=programs.LIMIT)
        assert self.process.returncode == 0, trouble
        return int(said)


def newcomers_are_served(oceld) -> None:
    for lower in ("tcp", "udp"):
        with oceld.player(lower) as player:
            player.start().pull(2)
    with handshake(oceld) as tls:
        tls.sendall(OPTIONS)
        assert tls.recv(100).startswith(b"RTSP/1.0 200")


@pytest.mark.parametrize("many", [False, True], ids=["one address", "many addresses"])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda f: f.__name__)
def test_honest_viewers_lose_nothing(serve, attack, many):
    oceld = serve("plain", tls=True)
    server = Server(oceld, many)
    with ExitStack() as stack:
        viewers = [Viewer(oceld, lower) for lower in ("tcp", "udp", "tls")]
        for viewer in viewers:
            stack.callback(viewer.process.kill)
        newcomers_are_served(oceld)
        oceld.wait_for_sessions(3)
        descriptors = server.descriptors()
        stack.callback(server.leave)

        attack(server)  # What is used again and again has now been used.
        server.leave()
        wait_for(lambda: server.descriptors() <= descriptors, "the descriptors", 30)
        resident = server.resident()
        attack(server)
        if not (many and attack is sessions_that_are_held):  # all are taken: 453, as defined
            newcomers_are_served(oceld)
        server.leave()

        wait_for(lambda: server.descriptors() <= descriptors, "the descriptors", 30)
        newcomers_are_served(oceld)
        stats = oceld.wait_for_sessions(3)
        assert server.resident() - resident < ROUNDING
        assert all(viewer.finish() > 2 for viewer in viewers)
        assert all(c["skipped"] == 0 for c in stats["clients"])


def test_ten_thousand_cycles_leave_nothing(serve):
    oceld = serve("plain")
    server = Server(oceld, False)
    descriptors = server.descriptors()
    describe = request_bytes("DESCRIBE", oceld.url, {"CSeq": 1})
    for i in range(10_000):
        with socket.create_connection((oceld.host, oceld.port), timeout=10) as s:
            s.sendall(describe)
            assert s.recv(2000).startswith(b"RTSP/1.0 200")
        if i == 1000:
            resident = server.resident()
    wait_for(lambda: server.descriptors() <= descriptors, "the descriptors")
    assert server.resident() - resident < ROUNDING
