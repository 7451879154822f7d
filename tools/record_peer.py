#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records how a program talks to an RTSP server, as a file that tests/peers/replay.c replays.

usage: record_peer.py URL FILE TITLE COMMAND...

Stands between the program and the server at URL (rtsp://127.0.0.1:PORT/PATH). COMMAND is run with
`{url}` in it replaced; what it says on its TCP connections goes to FILE, in the format that
tests/peers/README.md describes. Whatever differs from run to run becomes a pattern.
"""

import re
import selectors
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

REPLAYED = "127.0.0.1:8554"  # the authority in a recording
VOLATILE = [
    (re.compile(r"(?<=ssrc=)[0-9A-Fa-f]{8}"), "*"),
    (re.compile(r"(?<=server_port=)\d+-\d+"), "*"),
    (re.compile(r"(?<=seq=)\d+"), "*"),
    (re.compile(r"(?<=rtptime=)\d+"), "*"),
    (re.compile(r"(?<=^Content-Length: )[1-9]\d*"), "*"),
    (re.compile(r"(?<=^Date: ).*"), "*"),
]


@dataclass
class Side:
    """One direction of one connection: bytes not yet written down."""

    rest: bytearray = field(default_factory=bytearray)

    def messages(self):
        """Whole messages: (head lines, body) or (channel, data) of an interleaved frame."""
        while self.rest:
            if self.rest[0] == 0x24:
                if len(self.rest) < 4 or len(self.rest) < 4 + int.from_bytes(self.rest[2:4], "big"):
                    return
                end = 4 + int.from_bytes(self.rest[2:4], "big")
                yield self.rest[1], bytes(self.rest[4:end])
            else:
                head = self.rest.find(b"\r\n\r\n")
                if head < 0:
                    return
                lines = self.rest[:head].decode("latin-1").split("\r\n")
                sizes = [int(m[1]) for m in (re.match(r"(?i)content-length:\s*(\d+)", line)
                                             for line in lines) if m]
                end = head + 4 + (sizes[0] if sizes else 0)
                if len(self.rest) < end:
                    return
                yield lines, bytes(self.rest[head + 4 : end])
            del self.rest[:end]


class Recording:
    """The file's lines, in the order in which things happened."""

    def __init__(self, title: str, authority: str):
        self.lines = [f"# {title}"]
        self.authority = authority
        self.session = ""
        self.current = 0
        self.media: set[int] = set()
        self.over_udp = False  # what the last SETUP asked for
        self.playing = False  # PLAY has been asked, not yet answered

    def switch(self, number: int) -> None:
        if number != self.current:
            self.lines += ["", f"@ {number}"]
            self.current = number
            self.media = set()

    def from_client(self, number: int, first, body: bytes) -> None:
        self.switch(number)
        if isinstance(first, int):
            body = re.sub(rb"[\w-]+@[\w-]+", lambda m: b"x" * len(m[0]), body)  # no one's CNAME
            self.lines.append(f">$ {first} {body.hex()}")
            return
        self.media = set()
        self.playing = first[0].startswith("PLAY ")
        self.lines.append("")
        for line in first:
            if line.startswith("Transport: "):
                self.over_udp = "client_port" in line
            line = line.replace(self.authority, REPLAYED)
            if self.session:
                line = line.replace(self.session, "{session}")
            self.lines.append(f"> {line}")
        self.lines += [">"] + ([f">+ {body.hex()}"] if body else [])

    def from_server(self, number: int, first, _: bytes) -> None:
        self.switch(number)
        if isinstance(first, int):
            if first not in self.media:
                self.media.add(first)
                self.lines.append(f"<$ {first}")
            return
        for line in first:
            if line.startswith("Server: "):
                continue
            line = line.replace(self.authority, REPLAYED)
            for pattern, replacement in VOLATILE:
                line = pattern.sub(replacement, line)
            if (match := re.match(r"Session: ([^;]+)", line)):
                self.session = match[1]
                line = line.replace(self.session, "{session}")
            self.lines.append(f"< {line}")
        if self.playing and self.over_udp and " 200 " in first[0]:
            self.lines += ["<udp rtcp", "<udp rtp"]  # they do not pass here, but must come

    def closed(self, number: int) -> None:
        self.switch(number)
        self.lines.append("> closes")


def relay(command: list[str], server: tuple[str, int], listener: socket.socket,
          recording: Recording) -> int:
    """Runs the command and carries bytes until it has ended and its connections are closed."""
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    connections = 0
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def accept() -> None:
        nonlocal connections
        connections += 1
        client, upstream = listener.accept()[0], socket.create_connection(server)
        for one, other, tell in ((client, upstream, recording.from_client),
                                 (upstream, client, recording.from_server)):
            selector.register(one, selectors.EVENT_READ, (other, tell, connections, Side()))

    def carry(one: socket.socket, how) -> None:
        other, tell, number, side = how
        try:
            data = one.recv(65536)
            other.sendall(data)
        except ConnectionError:
            data = b""
        if not data:
            if tell == recording.from_client:
                recording.closed(number)
            for end in (one, other):
                selector.unregister(end)
                end.close()
            return
        side.rest += data
        for message in side.messages():
            tell(number, *message)

    while process.poll() is None or len(selector.get_map()) > 1:
        for key, _ in selector.select(0.1):
            if key.fileobj is listener:
                accept()
            elif key.fileobj.fileno() >= 0:
                carry(key.fileobj, key.data)
    return process.returncode


def main(arguments: list[str]) -> int:
    if len(arguments) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    url, file, title, *command = arguments
    match = re.fullmatch(r"rtsp://([\d.]+):(\d+)(/.*)", url)
    if not match:
        print(f"record_peer.py: {url} is not rtsp://ADDRESS:PORT/PATH", file=sys.stderr)
        return 2
    with socket.create_server(("127.0.0.1", 0)) as listener:
        authority = f"127.0.0.1:{listener.getsockname()[1]}"
        recording = Recording(title, authority)
        asked = f"rtsp://{authority}{match[3]}"
        status = relay([c.replace("{url}", asked) for c in command],
                       (match[1], int(match[2])), listener, recording)
    Path(file).write_text("\n".join(recording.lines) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
