# SPDX-License-Identifier: Apache-2.0
"""ESPHome's main loop goes on whatever camera, encoder and viewers do."""

import re
import signal
import socket
import subprocess
import time

import pytest

from conftest import HERE, ROOT


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture
def stuck(esphome):
    """What the program with a camera that hangs says."""
    text = (HERE / "stuck.host.yaml").read_text()
    for old, new in (
        ("../../components", ROOT / "components"),
        ("path: fakes", f"path: {HERE}/fakes"),
        ("28554", free_port()),
        ("28004", free_port()),
        ("28005", free_port()),
    ):
        text = text.replace(old, str(new))
    done = esphome.run("compile", esphome.write(text))
    assert done.returncode == 0, done.stdout[-4000:]
    program = esphome.folder / ".esphome/build/stuckhost/.pioenvs/stuckhost/program"
    log = esphome.folder / "log"
    process = subprocess.Popen(
        [program],
        env=esphome.env,
        stdin=subprocess.DEVNULL,
        stdout=log.open("wb"),
        stderr=subprocess.STDOUT,
    )
    yield log
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def wait_for(log, text: str) -> list[str]:
    for _ in range(600):
        lines = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(errors="replace")).splitlines()
        if any(text in line for line in lines):
            return lines
        time.sleep(0.05)
    raise AssertionError(f"{text!r} is not in the log:\n" + "\n".join(lines[-40:]))


def between(lines: list[str], first: str, last: str) -> list[str]:
    at = [next(i for i, line in enumerate(lines) if text in line) for text in (first, last)]
    return lines[at[0] : at[1]]


def test_goes_on_while_the_camera_hangs(stuck):
    # The fake lets start() and stop() return only if the main loop goes round meanwhile.
    for call in ("start", "stop"):
        lines = wait_for(stuck, f"{call} returns")
        assert any(f"{call} returns: the main loop went on" in line for line in lines), lines
        meanwhile = between(lines, f"{call} hangs", f"{call} returns")
        assert sum("actions done" in line for line in meanwhile) >= 2, meanwhile
    assert not any("stands still" in line for line in lines)
    wait_for(stuck, "switched on")  # and the encoder never gives a picture
