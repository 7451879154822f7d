# SPDX-License-Identifier: Apache-2.0
"""docs/compatibility.md answers for every need of a player, by tests that exist."""

import re
from pathlib import Path

from oceld import ROOT

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
