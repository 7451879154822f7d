# SPDX-License-Identifier: Apache-2.0
"""RTSP over HTTP, on the RTSP port: as VLC and QuickTime say it; test_matrix.py has the programs."""

import base64
import socket

import pytest

import programs
from oceld import free_port

PICTURES = 60  # more than one loop of a clip
COOKIE = "x-sessioncookie: 0123456789abcdefghijklm\r\n"
GET = ("GET /stream HTTP/1.0\r\nCSeq: 1\r\n"
       "User-Agent: LibVLC/3.0.24 (LIVE555 Streaming Media v2026.06.24)\r\n" + COOKIE +
       "Accept: application/x-rtsp-tunnelled\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\r\n")
POST = ("POST /stream HTTP/1.0\r\nCSeq: 1\r\n"
        "User-Agent: LibVLC/3.0.24 (LIVE555 Streaming Media v2026.06.24)\r\n" + COOKIE +
        "Content-Type: application/x-rtsp-tunnelled\r\nPragma: no-cache\r\n"
        "Cache-Control: no-cache\r\nContent-Length: 32767\r\n"
        "Expires: Sun, 9 Jan 1972 00:00:00 GMT\r\n\r\n")


@pytest.fixture
def served(serve):
    """An oceld, and afterwards the proof that the program left nothing behind."""
    oceld = serve("plain", "--log-level", "debug")
    yield oceld
    oceld.wait_for_sessions(0)
    assert "RTSP over HTTP: requests come in" in oceld.log()


def test_the_port_for_http_takes_tunnels(serve):
    port = free_port()
    oceld = serve("plain", "--log-level", "debug", "--http-port", str(port))
    programs.ffmpeg_decode(f"rtsp://127.0.0.1:{port}/stream", "http", PICTURES)
    assert "RTSP over HTTP: requests come in" in oceld.log()
    oceld.wait_for_sessions(0)


class Tunnel:
    """The two connections as live555 (VLC, openRTSP) uses them."""

    def __init__(self, port: int):
        self.port = port
        self.down = self.connect(GET)
        head = self.read_until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.0 200 OK\r\n"), head
        self.up = self.connect(POST)

    def connect(self, head: str) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(head.encode())
        return connection

    def read_until(self, end: bytes) -> bytes:
        got = b""
        while not got.endswith(end):
            byte = self.down.recv(1)
            assert byte, got
            got += byte
        return got

    def ask(self, request: str) -> bytes:
        self.up.sendall(base64.b64encode(request.encode()))
        while True:
            first = self.down.recv(1)
            assert first
            if first != b"$":
                return first + self.read_until(b"\r\n\r\n")
            size = int.from_bytes(self.down.recv(3, socket.MSG_WAITALL)[1:], "big")
            assert len(self.down.recv(size, socket.MSG_WAITALL)) == size

    def reopen(self) -> None:
        self.up.close()
        self.up = self.connect(POST)

    def close(self) -> None:
        self.up.close()
        self.down.close()


def test_vlcs_way_with_posts_that_are_closed_and_opened_again(served):
    tunnel = Tunnel(served.port)
    url = served.url
    transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
    reply = tunnel.ask(f"SETUP {url}/trackID=0 RTSP/1.0\r\nCSeq: 4\r\n{transport}\r\n")
    assert reply.startswith(b"RTSP/1.0 200 OK\r\nCSeq: 4\r\n")
    session = reply.split(b"Session: ")[1].split(b";")[0].decode()
    named = f"Session: {session}\r\n"
    tunnel.reopen()
    assert b" 200 " in tunnel.ask(f"PLAY {url}/ RTSP/1.0\r\nCSeq: 5\r\n{named}\r\n")
    for cseq in range(6, 16):
        tunnel.reopen()
        reply = tunnel.ask(f"GET_PARAMETER {url}/ RTSP/1.0\r\nCSeq: {cseq}\r\n{named}\r\n")
        assert reply.startswith(f"RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n".encode())
    assert b" 200 " in tunnel.ask(f"TEARDOWN {url}/ RTSP/1.0\r\nCSeq: 16\r\n{named}\r\n")
    tunnel.close()
