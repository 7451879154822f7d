# SPDX-License-Identifier: Apache-2.0
"""The compressed page in the library is that of its files, and staleness is seen."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import page  # noqa: E402


def test_the_page_is_fresh():
    assert page.is_fresh(page.DATA.read_text(encoding="utf-8")), "run tools/page.py"


def test_what_is_made_is_fresh_and_holds_the_files():
    made = page.make()
    assert page.is_fresh(made)
    assert page.holds(made)["LIVE_JS"] == page.content("live.js")


def test_another_file_is_stale(monkeypatch):
    made = page.make()
    monkeypatch.setattr(page, "content", lambda name: b"changed")
    assert not page.is_fresh(made)


def test_the_page_asks_for_nothing_from_elsewhere():
    for name, _, _ in page.FILES:
        text = page.content(name).decode()
        for mark in ("https://", "http://"):
            rest = text.replace('"http://www.w3.org/2000/svg"', "")
            assert mark not in rest, name
