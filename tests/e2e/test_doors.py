# SPDX-License-Identifier: Apache-2.0
"""Who may connect, how many connections an address can have, and marks on what is sent."""

import socket
import struct
import subprocess

import pytest

from oceld import wait_for
from rtsp_client import Connection
from test_tls import connect, handshake


def ended(s: socket.socket) -> bytes:
    """All that comes until the server's end."""
    got = b""
    try:
        while data := s.recv(1000):
            got += data
    except ConnectionResetError:
        pass
    return got


def test_who_is_not_allowed_is_closed_without_a_word(serve):
    oceld = serve("plain", "--allowed-ips", "192.0.2.0/24,127.0.0.2", tls=True)
    for port in (oceld.port, oceld.tls_port):
        with socket.create_connection((oceld.host, port), timeout=10) as s:
            assert ended(s) == b""
    with socket.create_connection((oceld.host, oceld.port), 10, ("127.0.0.2", 0)) as s:
        s.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        assert s.recv(100).startswith(b"RTSP/1.0 200")
    stats = oceld.wait_for_sessions(0)
    assert stats["server"]["turned_away"] == 2
    assert "not in allowed_ips" in oceld.log()


def test_who_is_allowed_plays(serve):
    oceld = serve("plain", "--allowed-ips", "10.0.0.0/8, 127.0.0.0/8, ::1", tls=True)
    for lower in ("tcp", "udp"):
        with oceld.player(lower) as player:
            player.start().pull(5)
    handshake(oceld).close()


def test_one_address_cannot_take_all_sessions(serve):
    oceld = serve("plain", "--max-clients", "8", "--max-connections-per-address", "3")
    players = [oceld.player() for _ in range(3)]
    try:
        for player in players:
            player.start()
        with Connection(oceld.host, oceld.port) as more:
            assert more.reply().status == 503
        with socket.create_connection((oceld.host, oceld.port), 10, ("127.0.0.2", 0)) as other:
            other.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            assert other.recv(100).startswith(b"RTSP/1.0 200")
        for player in players:
            player.pull(5)
    finally:
        for player in players:
            player.close()


@pytest.fixture
def wire():
    """Every IPv4 and IPv6 packet on the loopback."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3)) as s:
        s.bind(("lo", 3))
        s.settimeout(10)
        yield s


def marks_from(wire: socket.socket, protocol: int, port: int, count: int) -> set[int]:
    """The DSCP of so many packets that came from `port`."""
    marks: list[int] = []
    while len(marks) < count:
        p = wire.recv(65536)
        v4 = p[0] >> 4 == 4
        head = (p[0] & 15) * 4 if v4 else 40
        if (p[9] if v4 else p[6]) != protocol or len(p) < head + 8:
            continue
        if struct.unpack_from(">H", p, head)[0] == port:
            marks.append((p[1] if v4 else struct.unpack_from(">H", p)[0] >> 4 & 255) >> 2)
    return set(marks)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::"])
@pytest.mark.parametrize("lower", ["tcp", "udp"])
@pytest.mark.parametrize("dscp", [0, 34])
def test_what_is_sent_has_the_mark(serve, wire, host, lower, dscp):
    oceld = serve("plain", "--dscp", str(dscp), host=host)
    oceld.host = "127.0.0.1" if host == "::" else host  # a socket of both families
    with oceld.player(lower) as player:
        player.start().pull(3)
        if lower == "tcp":
            assert marks_from(wire, socket.IPPROTO_TCP, oceld.port, 30) == {dscp}
        else:
            port = next(p.sender for p in player.received if p.rtp)[1]
            assert marks_from(wire, socket.IPPROTO_UDP, port, 10) == {dscp}


@pytest.mark.parametrize("pace", ["0", "20M"])
def test_a_connection_is_paced(serve, pace):
    """What the kernel is told of a connection: ss shows the largest rate behind the present one."""
    oceld = serve("plain", "--tcp-pace", pace)
    with oceld.player("tcp") as player:
        player.start().pull(3)
        shown = subprocess.run(
            ["ss", "-Htni", "state", "established", f"sport = :{oceld.port}"],
            capture_output=True, text=True, check=True).stdout
    assert "pacing_rate" in shown
    assert ("/20Mbps" in shown or "/20000000bps" in shown) == (pace == "20M"), shown


def test_a_silent_peer_is_asked_and_given_up(serve):
    """What the kernel is told of a connection: ss shows its timers."""
    oceld = serve()
    with Connection(oceld.host, oceld.port) as connection:
        assert connection.request("OPTIONS", "*").status == 200
        shown = wait_for(lambda: subprocess.run(
            ["ss", "-Htno", "state", "established", f"sport = :{oceld.port}"],
            capture_output=True, text=True, check=True).stdout, "the connection")
    assert "timer:(keepalive," in shown, shown
