# SPDX-License-Identifier: Apache-2.0
"""Counts the test cases that test programs say they ran."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

# "[       OK ] name", "[  FAILED  ] name": what cmocka prints for one test.
CMOCKA = re.compile(r"^\[\s+(OK|FAILED|SKIPPED)\s+\] ([A-Za-z_]\S*)", re.M)


@dataclass
class Counts:
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skips: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.failures)

    @property
    def skipped(self) -> int:
        return len(self.skips)

    def add(self, name: str, ok: bool) -> None:
        if ok:
            self.passed += 1
        else:
            self.failures.append(name)

    def merge(self, other: "Counts") -> None:
        self.passed += other.passed
        self.failures += other.failures
        self.skips += other.skips

    def __str__(self) -> str:
        text = f"{self.passed} passed, {self.failed} failed"
        return f"{text}, {self.skipped} skipped" if self.skips else text


def of_program(name: str, ok: bool, output: str) -> Counts:
    """The cases of one test program; a program that says nothing of cases is one case.

    A program that ends badly counts as a failure even if no case of it says so: a sanitizer
    or a crash ended it.
    """
    counts = Counts()
    for outcome in ("FAILED", "SKIPPED"):
        # A failed case is listed twice, where it ran and in the summary.
        names = dict.fromkeys(n for o, n in CMOCKA.findall(output) if o == outcome)
        listed = counts.failures if outcome == "FAILED" else counts.skips
        listed += [f"{name}: {n}" for n in names]
    counts.passed = sum(1 for o, _ in CMOCKA.findall(output) if o == "OK")
    if not ok and not counts.failures:
        counts.failures.append(f"{name}: ended badly")
    if ok and not counts.passed and not counts.skips:
        counts.passed = 1
    return counts


def of_ctest(junit: Path) -> Counts:
    """The cases in what `ctest --output-junit` wrote."""
    counts = Counts()
    for case in ET.parse(junit).getroot().iter("testcase"):
        ok = case.get("status") == "run"
        output = case.findtext("system-out") or ""
        counts.merge(of_program(case.get("name"), ok, output))
    return counts


def of_pytest(junit: Path) -> Counts:
    """The cases in what `pytest --junitxml` wrote."""
    counts = Counts()
    for case in ET.parse(junit).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            counts.failures.append(name)
        elif (skip := case.find("skipped")) is not None:
            counts.skips.append(f"{name}: {skip.get('message')}")
        else:
            counts.passed += 1
    return counts


def of_lines(output: str) -> Counts:
    """The cases in "ok NAME" and "FAILED NAME" lines."""
    counts = Counts()
    for word, name in re.findall(r"^(ok|FAILED) (\S+)", output, re.M):
        counts.add(name, word == "ok")
    return counts
