# SPDX-License-Identifier: Apache-2.0
"""What every test may ask for: `serve(source, *options)` runs an oceld until the test ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import clips  # noqa: E402
from oceld import PROGRAM, Oceld  # noqa: E402


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
