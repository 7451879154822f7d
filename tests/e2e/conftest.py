# SPDX-License-Identifier: Apache-2.0
"""What every test may ask for: `serve(source, *options)` runs an oceld until the test ends."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import clips  # noqa: E402
import programs  # noqa: E402
from networks import linked_networks  # noqa: E402
from oceld import PROGRAM, Oceld, wait_for  # noqa: E402


def pytest_configure(config):
    if not os.access(PROGRAM, os.X_OK):
        raise pytest.UsageError(f"there is no {PROGRAM}; set OCELD, or build with ./run --build")


@pytest.fixture
def serve(tmp_path_factory):
    """Runs oceld on a clip's name, or on a source as its option --source wants it."""
    running = []

    def start(source: str = "plain", *options: str, **how) -> Oceld:
        if source in clips.RECIPES:
            source = f"file:{clips.path(source)}"
        running.append(Oceld(tmp_path_factory.mktemp("oceld"), source, *options, **how))
        return running[-1]

    yield start
    failures = []
    for oceld in running:
        try:
            oceld.stop()
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


@pytest.fixture
def relay(tmp_path):
    """Runs a relay until the test ends: `relay(name, its configuration, the port it opens)`, with
    arguments before the configuration file and with environment; gives the file it logs to."""
    running = []

    def start(name: str, config: str, port: int, *before: str, prefix: tuple[str, ...] = (),
              **environment: str) -> Path:
        file, log = tmp_path / f"{name}.yml", tmp_path / f"{name}.log"
        file.write_text(config)
        with log.open("wb") as out:
            running.append(subprocess.Popen(
                [*prefix, programs.PEERS / name, *before, file], stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, env={**os.environ, **environment}))
        if not prefix:  # In another network its port cannot be seen from here.
            wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0,
                     f"{name}'s port")
        return log

    yield start
    for process in running:
        process.terminate()
        process.wait(10)


@pytest.fixture
def networks():
    """Two networks with a link between them: processes in the server's and in the viewers'."""
    yield from linked_networks()


@pytest.fixture
def unheard_udp():
    """The beginning of a command: it runs in a network of its own, where no UDP arrives."""
    script = """ip link set lo up
        nft add table inet t
        nft add chain inet t in '{ type filter hook input priority 0; }'
        nft add rule inet t in meta l4proto udp drop
        echo ready; exec sleep 300"""
    with subprocess.Popen(["unshare", "-n", "sh", "-ec", script], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout.readline() == b"ready\n", "no network namespace could be made"
            yield ("nsenter", "-t", str(holder.pid), "-n")
        finally:
            holder.kill()
