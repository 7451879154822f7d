# SPDX-License-Identifier: Apache-2.0
"""The servers that are compared: how each is started, fed and stopped."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the programs and the clip are, and the ports of one start."""

    build: pathlib.Path
    oceld: str | None
    clip: pathlib.Path
    port: int
    rtp_port: int

    def program(self, name: str) -> pathlib.Path:
        return self.build / ("peers" if name not in OWN_PROGRAMS else "bench") / name

    def file(self, name: str, text: str) -> str:
        path = self.build / "bench" / name
        path.write_text(text, encoding="ascii")
        return str(path)


OWN_PROGRAMS = {"bare_sender", "load_client"}
FPS = 30


@dataclasses.dataclass(frozen=True)
class Server:
    name: str
    command: Callable[[Place], list[str]]
    program: str
    transports: tuple[str, ...] = ("tcp", "udp")
    fed: bool = False  # gets the clip by RTSP from FFmpeg
    ages: bool = True  # its sender reports say when a picture was captured

    def available(self, place: Place) -> bool:
        if self.name == "oceld":
            return place.oceld is not None and pathlib.Path(place.oceld).is_file()
        return place.program(self.program).is_file()


def oceld(p: Place) -> list[str]:
    return [
        p.oceld or "oceld", "--source", f"file:{p.clip}", "--port", str(p.port), "--http-port", "0",
        "--rtp-port", str(p.rtp_port), "--rtcp-port", str(p.rtp_port + 1),
        "--max-clients", "256", "--max-connections-per-address", "0", "--start", "gop", "--stream-path", "/stream",
    ]  # fmt: skip


def bare(p: Place) -> list[str]:
    return [str(p.program("bare_sender")), "--file", str(p.clip), "--port", str(p.port)]


def gst(p: Place) -> list[str]:
    return [str(p.program("gst_server")), str(p.clip), str(p.port), str(FPS)]


def live555(p: Place) -> list[str]:
    return [str(p.program("live555_server")), str(p.clip), str(p.port)]


def go2rtc(p: Place) -> list[str]:
    config = f"""
api: {{listen: ""}}
webrtc: {{listen: ""}}
srtp: {{listen: ""}}
rtsp: {{listen: "127.0.0.1:{p.port}"}}
log: {{level: warn}}
streams: {{stream: ""}}
"""
    return [str(p.program("go2rtc")), "-config", p.file("go2rtc.yaml", config)]


def mediamtx(p: Place) -> list[str]:
    config = f"""
logLevel: warn
rtmp: no
hls: no
webrtc: no
srt: no
rtspTransports: [udp, tcp]
rtspAddress: 127.0.0.1:{p.port}
rtpAddress: 127.0.0.1:{p.rtp_port}
rtcpAddress: 127.0.0.1:{p.rtp_port + 1}
paths: {{all_others: }}
"""
    return [str(p.program("mediamtx")), p.file("mediamtx.yml", config)]


# The bare sender comes first: every ratio is against it.
SERVERS = (
    Server("bare", bare, "bare_sender"),
    Server("oceld", oceld, "oceld"),
    Server("gst-rtsp-server", gst, "gst_server"),
    Server("live555", live555, "live555_server"),
    Server("go2rtc", go2rtc, "go2rtc", transports=("tcp",), fed=True, ages=False),
    Server("MediaMTX", mediamtx, "mediamtx", fed=True, ages=False),
)


def free_ports() -> tuple[int, int]:
    """A free TCP port, and an even UDP port whose successor is free too."""
    while True:
        rtp = random.randrange(10000, 19000, 2)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as a,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as b,
        ):
            try:
                tcp.bind(("127.0.0.1", 0))
                a.bind(("127.0.0.1", rtp))
                b.bind(("127.0.0.1", rtp + 1))
            except OSError:
                continue
            return tcp.getsockname()[1], rtp


class Running:
    """A started server and its feeder. Use as a context manager."""

    def __init__(self, server: Server, place: Place) -> None:
        self.server, self.place = server, place
        self.url = f"rtsp://127.0.0.1:{place.port}/stream"
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Running:
        try:
            self._spawn(self.server.command(self.place), self.server.name)
            self._wait(self._listening, "does not listen")
            if self.server.fed:
                self._spawn(self._feeder(), f"{self.server.name}-feeder")
                self._wait(self._described, "has no picture")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def pid(self) -> int:
        return self.processes[0].pid

    def memory_kib(self) -> dict[str, int]:
        text = pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii")
        rows = (line.split() for line in text.splitlines()[1:])
        return {row[0].rstrip(":"): int(row[1]) for row in rows}

    def _spawn(self, command: list[str], name: str) -> None:
        log = self.place.build / "bench" / "logs" / f"{name}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=os.environ | {"GST_DEBUG": "0"},
            )  # fmt: skip
        self.processes.append(process)

    def _feeder(self) -> list[str]:
        return [
            "ffmpeg", "-v", "error", "-re", "-stream_loop", "-1",
            "-i", str(self.place.clip.with_suffix(".mp4")), "-c", "copy",
            "-pkt_size", "1412", "-f", "rtsp", "-rtsp_transport", "tcp", self.url,
        ]  # fmt: skip

    def _wait(self, ready: Callable[[], bool], complaint: str) -> None:
        end = time.monotonic() + 10
        while not ready():
            gone = [p.args for p in self.processes if p.poll() is not None]
            if gone or time.monotonic() > end:
                raise RuntimeError(
                    f"{self.server.name} {complaint}; its log is in build/bench/logs"
                )
            time.sleep(0.05)

    def _listening(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.place.port), 1).close()
        except OSError:
            return False
        return True

    def _described(self) -> bool:
        request = f"DESCRIBE {self.url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self.place.port), 2) as s:
                s.sendall(request.encode())
                return s.recv(4096).startswith(b"RTSP/1.0 200")
        except OSError:
            return False
