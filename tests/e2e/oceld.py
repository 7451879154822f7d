# SPDX-License-Identifier: Apache-2.0
"""One running oceld."""

import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from rtsp_client import PATIENCE, Player

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("OCELD") or str(ROOT / "build/release/apps/oceld/oceld")
_URL = re.compile(rb"rtsp://\S*?:(\d+)/\S*")


def wait_for(what, description: str, patience: float = PATIENCE):
    """Polls until `what()` gives something true, which is returned."""
    deadline = time.monotonic() + patience
    while not (result := what()):
        assert time.monotonic() < deadline, f"waited in vain for {description}"
        time.sleep(0.02)
    return result


def _ports():
    """Even ports of this worker's own, below those that the kernel hands out by itself
    (ip_local_port_range): nobody gets one between its choice and its use."""
    workers, first, share = 16, 12_000, 1250
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % workers
    at = random.Random().randrange(share // 2)
    for i in itertools.count(at):
        yield first + worker * share + 2 * (i % (share // 2))


_PORTS = _ports()


def free_port(host: str = "127.0.0.1") -> int:
    for port in itertools.islice(_PORTS, 600):
        with socket.socket() as s:
            try:
                s.bind((host, port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


class Oceld:
    """Serves `source` on free ports of the loopback until `stop`."""

    def __init__(self, folder: Path, source: str, *options: str, host: str = "127.0.0.1",
                 prefix: tuple[str, ...] = (), tls: bool = False, program: str = PROGRAM,
                 http: str | None = "0"):
        self.host = host
        self._log = folder / "oceld.log"
        self._stats = folder / "stats.json"
        ports = ("--port", "0", "--rtp-port", "0", "--rtcp-port", "0")
        self.tls_port = free_port(host) if tls else 0
        if tls:
            options = ("--tls-port", str(self.tls_port), *options)
            if "--tls-cert" not in options:
                options = ("--tls-cert", str(folder / "tls.pem"), *options)
        if http is not None and "--http-port" not in options:
            options = ("--http-port", http, *options)
        self.command = [*prefix, program, "--bind", host, *ports, "--source", source,
                        "--stats", str(self._stats), *options]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stderr=log,
                                            stdout=log)
        self.port = int(wait_for(self._url, f"the URL in the log\n{self.log()}")[1])

    def _url(self):
        assert self.process.poll() is None, f"oceld ended at its start\n{self.log()}"
        return _URL.search(self._log.read_bytes())

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"rtsp://{host}:{self.port}"

    @property
    def url(self) -> str:
        return self.authority + "/stream"

    @property
    def secure_url(self) -> str:
        return f"rtsps://{self.host}:{self.tls_port}/stream"

    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as it was logged at last."""
        return re.findall(r"SHA-256 ([0-9A-F]{64})", self.log())[-1]

    def player(self, lower: str = "tcp", url: str | None = None, **how) -> Player:
        return Player(self.host, self.port, url or self.url, lower, **how)

    def stats(self) -> dict:
        """The latest counters."""
        wait_for(self._stats.exists, "the file of counters")
        return json.loads(self._stats.read_text())

    def wait_for_sessions(self, count: int, patience: float = PATIENCE) -> dict:
        """Waits until counters written from now on say that there are `count` sessions."""
        before = self._stats.stat().st_mtime_ns if self._stats.exists() else 0

        def fresh():
            if not self._stats.exists() or self._stats.stat().st_mtime_ns == before:
                return None
            stats = self.stats()
            return stats if stats["server"]["sessions"] == count else None

        return wait_for(fresh, f"{count} sessions", patience)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def pause(self) -> None:
        """Stops it until SIGCONT."""
        self.signal(signal.SIGSTOP)
        state = Path(f"/proc/{self.process.pid}/stat")
        wait_for(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", "the pause")

    def wait(self) -> int:
        """Its exit status."""
        return self.process.wait(PATIENCE)

    def stop(self) -> None:
        """Ends it as a service manager would, and expects that to be clean."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        assert status == 0, f"exit status {status}\n{self.log()}"
        trouble = re.search(r"(?m)^.*(Sanitizer|runtime error|Assertion).*$", self.log())
        assert not trouble, self.log()
