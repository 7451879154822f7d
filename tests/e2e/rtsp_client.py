# SPDX-License-Identifier: Apache-2.0
"""A small RTSP client that shows what is on the wire, in the order in which it came."""

import re
import select
import socket
import struct
from dataclasses import dataclass, field

from rtp import Depacketizer, Rtcp, Rtp, parse_rtcp, parse_rtp

PATIENCE = 10.0  # seconds until "nothing comes" is a failure; no test waits for it to pass
_SO_TIMESTAMPNS = 35
_SO_RCVBUFFORCE = 33


@dataclass
class Reply:
    status: int
    reason: str
    headers: dict[str, str]
    body: bytes = b""

    def __getitem__(self, name: str) -> str:
        return self.headers[name.lower()]

    def get(self, name: str) -> str | None:
        return self.headers.get(name.lower())


@dataclass
class Frame:
    """An interleaved frame."""

    channel: int
    data: bytes


def request_bytes(method: str, url: str, headers: dict[str, object], body: bytes = b"") -> bytes:
    lines = [f"{method} {url} RTSP/1.0", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """One TCP connection; `arrived` lists the replies and frames as they came."""

    def __init__(self, host: str, port: int, receive_buffer: int = 0):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect((host, port))
        self.arrived: list[Reply | Frame] = []
        self.cseq = 0
        self._buffer = bytearray()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def request(self, method: str, url: str, *, body: bytes = b"", **headers: object) -> Reply:
        """Sends a request and waits for its reply. `Content_Type="..."` is Content-Type."""
        self.cseq += 1
        named = {k.replace("_", "-"): v for k, v in headers.items() if v is not None}
        self.send(request_bytes(method, url, {"CSeq": self.cseq, **named}, body))
        reply = self.reply()
        assert reply.get("CSeq") == str(self.cseq), f"CSeq {reply.get('CSeq')}"
        return reply

    def reply(self) -> Reply:
        """The next reply; frames before it are kept in `arrived`."""
        while True:
            message = self.receive()
            if isinstance(message, Reply):
                return message

    def frame(self) -> Frame:
        while True:
            message = self.receive()
            if isinstance(message, Frame):
                return message

    def receive(self) -> Reply | Frame:
        self._need(1)
        message = self._frame() if self._buffer[0] == 0x24 else self._reply()
        self.arrived.append(message)
        return message

    def closed(self) -> bool:
        """True once the server has closed the connection and nothing more came before that."""
        try:
            return not self._buffer and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def drain_until_closed(self) -> None:
        """Reads messages until the server closes the connection."""
        try:
            while True:
                self.receive()
        except (EOFError, ConnectionResetError):
            pass

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError(f"closed by the server; unread: {bytes(self._buffer[:80])!r}")
        self._buffer += data

    def _need(self, size: int) -> None:
        while len(self._buffer) < size:
            self._more()

    def _take(self, size: int) -> bytes:
        self._need(size)
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _frame(self) -> Frame:
        _, channel, size = struct.unpack(">cBH", self._take(4))
        return Frame(channel, self._take(size))

    def _reply(self) -> Reply:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            self._more()
        head = self._take(end + 4)[:-4].decode("ascii").split("\r\n")
        match = re.fullmatch(r"RTSP/1\.0 (\d{3}) (.+)", head[0])
        assert match, f"status line {head[0]!r}"
        headers = {}
        for line in head[1:]:
            name, separator, value = line.partition(": ")
            assert separator and name.lower() not in headers, f"header line {line!r}"
            headers[name.lower()] = value
        body = self._take(int(headers.get("content-length", 0)))
        return Reply(int(match[1]), match[2], headers, body)


class UdpPair:
    """Two UDP ports in a row; what came is sorted by the kernel's time of arrival."""

    def __init__(self, host: str):
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.rtp, self.rtcp = self._bind(host)
        self.port: int = self.rtp.getsockname()[1]

    def _open(self, host: str, port: int) -> socket.socket:
        s = socket.socket(self.family, socket.SOCK_DGRAM)
        s.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        try:
            s.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 8 << 20)
        except PermissionError:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        try:
            s.bind((host, port))
        except OSError:
            s.close()
            raise
        return s

    def _bind(self, host: str) -> tuple[socket.socket, socket.socket]:
        while True:
            first = self._open(host, 0)
            port = first.getsockname()[1]
            try:
                if port % 2 == 0:
                    return first, self._open(host, port + 1)
            except OSError:
                pass
            first.close()

    def close(self) -> None:
        self.rtp.close()
        self.rtcp.close()

    def receive(self) -> list[tuple[int, bytes, tuple]]:
        """Waits, then takes all that is there: (0 RTP or 1 RTCP, bytes, sender)."""
        ready, _, _ = select.select([self.rtp, self.rtcp], [], [], PATIENCE)
        if not ready:
            raise TimeoutError("no datagram came")
        came = [item for i, s in enumerate((self.rtp, self.rtcp)) for item in self._drain(i, s)]
        return [item[1:] for item in sorted(came, key=lambda item: item[0])]

    def _drain(self, which: int, s: socket.socket) -> list[tuple[int, int, bytes, tuple]]:
        items = []
        while True:
            try:
                data, extra, _, sender = s.recvmsg(65536, 64, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return items
            seconds, nanoseconds = struct.unpack("ll", extra[0][2])
            items.append((seconds * 10**9 + nanoseconds, which, data, sender))


@dataclass
class Received:
    """One media packet: exactly one of the two is set."""

    rtp: Rtp | None = None
    rtcp: list[Rtcp] | None = None
    sender: tuple = ()


def parameter(transport: str, name: str) -> str | None:
    match = re.search(rf"(?:^|;){name}=([^;]*)", transport)
    return match[1] if match else None


@dataclass
class Player:
    """A client that plays one stream over "tcp" or "udp"."""

    host: str
    port: int
    url: str
    lower: str = "tcp"
    receive_buffer: int = 0
    channels: tuple[int, int] = (0, 1)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection = Connection(self.host, self.port, self.receive_buffer)
        self.pair = UdpPair(self.host) if self.lower == "udp" else None

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()
        if self.pair:
            self.pair.close()

    def request(self, method: str, url: str | None = None, **headers: object) -> Reply:
        return self.connection.request(method, url or self.url, **headers)

    def transport(self) -> str:
        if self.pair:
            return f"RTP/AVP;unicast;client_port={self.pair.port}-{self.pair.port + 1}"
        return f"RTP/AVP/TCP;unicast;interleaved={self.channels[0]}-{self.channels[1]}"

    def describe(self) -> Reply:
        self.description = self.request("DESCRIBE", Accept="application/sdp")
        return self.description

    def control_url(self) -> str:
        control = re.search(r"^m=video.*?^a=control:(\S+)", self.description.body.decode(),
                            re.MULTILINE | re.DOTALL)
        assert control, "no a=control in the video section"
        return self.description["Content-Base"] + control[1]

    def setup(self) -> Reply:
        self.setup_reply = self.request("SETUP", self.control_url(), Transport=self.transport())
        if self.setup_reply.status == 200:
            self.session = self.setup_reply["Session"].split(";")[0]
        return self.setup_reply

    def play(self, **headers: object) -> Reply:
        self.play_reply = self.request(
            "PLAY", self.description["Content-Base"], Session=self.session,
            **{"Range": "npt=0.000-", **headers})
        return self.play_reply

    def start(self) -> "Player":
        for step in (self.describe, self.setup, self.play):
            reply = step()
            assert reply.status == 200, f"{step.__name__}: {reply}"
        return self

    def teardown(self) -> Reply:
        return self.request("TEARDOWN", self.description["Content-Base"], Session=self.session)

    def keep_alive(self) -> Reply:
        return self.request("GET_PARAMETER", Session=self.session)

    def _arrivals(self):
        """(0 RTP or 1 RTCP, bytes, sender), in order, without end."""
        if self.pair:
            while True:
                yield from self.pair.receive()
        done = 0
        while True:  # frames that came before a reply lie in `arrived`
            while done < len(self.connection.arrived):
                message = self.connection.arrived[done]
                done += 1
                if isinstance(message, Frame):
                    assert message.channel in self.channels, f"channel {message.channel}"
                    yield self.channels.index(message.channel), message.data, ()
            self.connection.receive()

    def next(self) -> Received:
        if not hasattr(self, "_arrival"):
            self._arrival = self._arrivals()
        which, data, sender = next(self._arrival)
        packet = Received(parse_rtp(data), None, sender) if which == 0 else Received(
            None, parse_rtcp(data), sender)
        self.received.append(packet)
        return packet

    def pull(self, units: int, depacketizer: Depacketizer | None = None) -> Depacketizer:
        """Receives until `units` access units are whole."""
        depacketizer = depacketizer or Depacketizer()
        while len(depacketizer.units) < units:
            packet = self.next()
            if packet.rtp:
                depacketizer.feed(packet.rtp)
        return depacketizer

    def rtcp_until(self, kind: int) -> Rtcp:
        """Receives until an RTCP packet of that kind has come."""
        while True:
            for packet in self.next().rtcp or ():
                if packet.kind == kind:
                    return packet
