# SPDX-License-Identifier: Apache-2.0
"""docs/compatibility.md answers for every need of a player, by tests that exist, and shows each
player that test_matrix.py plays, with the version."""

import platform
import re
import subprocess
from pathlib import Path

import av
import cv2
import pytest

from oceld import ROOT
from players import PLAYERS, TRANSPORTS

TEXT = (ROOT / "docs" / "compatibility.md").read_text()
TESTS = set(re.findall(r"^def (test_\w+)", "\n".join(
    p.read_text() for p in Path(__file__).parent.glob("test_*.py")), re.MULTILINE))


def test_every_need_is_listed():
    assert [int(n) for n in re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)] == [*range(1, 34)]


def test_every_test_named_exists():
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert named and named <= TESTS, named - TESTS


def test_every_numbered_test_is_named():
    numbered = {t for t in TESTS if re.match(r"test_\d\d_", t)}
    assert numbered <= set(re.findall(r"`(test_\w+)`", TEXT)), "not in docs/compatibility.md"


def pinned(file: str, pattern: str) -> str:
    return re.search(pattern, (Path(__file__).parent / file).read_text())[1]


PINNED = {
    "pyav": lambda: f"{av.__version__} (FFmpeg {av.ffmpeg_version_info})",
    "opencv": lambda: f"{cv2.__version__} (libavformat {libavformat_of_opencv()})",
    "gortsplib": lambda: pinned("clients/gortsplib/go.mod", r"gortsplib/v5 v(\S+)"),
    "mediamtx": lambda: pinned("prepare", r"mediamtx_version=v(\S+)"),
    "go2rtc": lambda: pinned("clients/go2rtc/go.mod", r"AlexxIT/go2rtc v(\S+)"),
    "retina": lambda: pinned("clients/retina/Cargo.toml", r'retina = "=(\S+)"'),
}
DEBIAN = {"ffmpeg": ["ffmpeg", "-version"], "mpv": ["mpv", "--version"],
          "gstreamer": ["gst-launch-1.0", "--version"]}


def libavformat_of_opencv() -> str:
    return re.search(r"avformat: +YES \((\d+\.\d+)", cv2.getBuildInformation())[1]


def row_of(name: str) -> list[str]:
    """The cells of the line that begins with the player's title."""
    line = re.search(rf"(?m)^\| {re.escape(PLAYERS[name].title)} \|.*$", TEXT)
    assert line, f"no line for {PLAYERS[name].title}"
    return [cell.strip() for cell in line[0].strip("|").split("|")]


def test_every_transport_has_its_column():
    assert f"| program | version | {' | '.join(TRANSPORTS.values())} |\n" in TEXT


@pytest.mark.parametrize("name", PLAYERS)
def test_every_cell_says_what_the_matrix_says(name):
    version = row_of(name)[1]
    assert PLAYERS[name].row(version) + "\n" in TEXT
    assert version


@pytest.mark.parametrize("name", PINNED)
def test_pinned_versions_are_those_listed(name):
    assert row_of(name)[1] == PINNED[name]()


@pytest.mark.parametrize("name", DEBIAN)
def test_debians_versions_are_those_listed(name):
    system = platform.freedesktop_os_release()
    if (system["ID"], system.get("VERSION_ID")) != ("debian", "12"):
        pytest.skip("the table lists what Debian 12 has")
    said = subprocess.run(DEBIAN[name], capture_output=True, text=True, check=True).stdout
    series = re.search(r"(\d+\.\d+)\.\d", said)[1]  # security updates change the third number
    assert row_of(name)[1].startswith(f"{series}.")


def test_the_matrix_has_every_player():
    assert set(PLAYERS) == {*PINNED, *DEBIAN}
