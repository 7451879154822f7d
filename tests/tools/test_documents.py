# SPDX-License-Identifier: Apache-2.0
"""The documents: links lead somewhere, and the README says the same in both languages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
LINK = re.compile(r"\]\(([^)]+)\)")


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    broken = []
    for link in LINK.findall(path.read_text()):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def skeleton(path: Path) -> dict:
    """What does not depend on the language."""
    text = path.read_text()
    commands = re.findall(r"^    (\./\S+|ffplay|mpv)", text, re.M)
    tables = [line.count("|") for line in text.splitlines() if line.startswith("|")]
    blocks = re.findall(r"^```.*?^```", text, re.S | re.M)
    levels = re.findall(r"^(#+) ", text, re.M)
    figures = re.findall(r"\d+", re.sub(r"README\.\w+|\d+ [^\d\W]+ 2026|2026-\d+-\d+", "", text))
    return {"headings": levels, "tables": tables, "blocks": blocks, "commands": commands,
            "links": sorted(set(LINK.findall(text)) - {"README.md", "README.fr.md"}),
            "figures": sorted(figures)}  # fmt: skip


def test_the_readmes_say_the_same():
    english, french = skeleton(ROOT / "README.md"), skeleton(ROOT / "README.fr.md")
    for name, part in english.items():
        assert french[name] == part, name
