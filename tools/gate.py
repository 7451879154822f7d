#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The size gates: which function or file is too big, and why.

usage: gate.py [ROOT]

Measures src/, ports/ and apps/ with lizard and prints one line per finding and the medians.
Exit status 1 when there is a finding.
"""

import statistics
import sys
from pathlib import Path

import lizard

FUNCTION_LINES = 60
COMPLEXITY = 10
PARAMETERS = 5
SOURCE_LINES = 400
HEADER_LINES = 200
TEST_LINES = 600
WIDTH = 100

CODE = ("src", "ports", "apps")
TESTS = ("tests", "fuzz", "bench")
HEADERS = ("include",)
SCRIPTS = ("tools",)


def files(root: Path, folders: tuple[str, ...], *suffixes: str) -> list[Path]:
    found = []
    for folder in folders:
        found += [p for p in (root / folder).rglob("*") if p.suffix in suffixes]
    return sorted(found)


def is_test(root: Path, path: Path) -> bool:
    parts = path.relative_to(root).parts
    return parts[0] in TESTS or "tests" in parts


def functions(root: Path) -> list[tuple[Path, object]]:
    measured = []
    paths = [p for p in files(root, CODE, ".c", ".h") if not is_test(root, p)]
    for path in paths:
        measured += [(path, f) for f in lizard.analyze_file(str(path)).function_list]
    return measured


def length(function) -> int:
    return function.end_line - function.start_line + 1


def function_findings(root: Path, measured) -> list[str]:
    found = []
    for path, f in measured:
        for what, value, limit in (
            ("lines", length(f), FUNCTION_LINES),
            ("cyclomatic complexity", f.cyclomatic_complexity, COMPLEXITY),
            ("parameters", f.parameter_count, PARAMETERS),
        ):
            if value > limit:
                where = f"{path.relative_to(root)}:{f.start_line}: {f.name}"
                found.append(f"{where}: {value} {what}, at most {limit}")
    return found


def limits_of(root: Path, path: Path) -> tuple[int, int | None] | None:
    """The most lines and columns that a file may have; None for what is not code."""
    if is_test(root, path):  # clang-format sees to the columns, not to the rows of tables
        return (TEST_LINES, None) if path.suffix in (".c", ".h", ".py") else None
    if path.suffix == ".h" and path.relative_to(root).parts[0] in HEADERS:
        return HEADER_LINES, WIDTH
    script = path.suffix == "" and path.read_bytes()[:2] == b"#!"
    if path.suffix in (".c", ".h", ".py") or script:
        return SOURCE_LINES, WIDTH
    return None


def file_findings(root: Path) -> list[str]:
    found = []
    for path in files(root, HEADERS + CODE + TESTS + SCRIPTS, ".c", ".h", ".py", ""):
        limits = limits_of(root, path) if path.is_file() else None
        if limits is None:
            continue
        where = str(path.relative_to(root))
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > limits[0]:
            found.append(f"{where}: {len(lines)} lines, at most {limits[0]}")
        if path.suffix in (".c", ".h") and any("#lizard forgive" in line for line in lines):
            found.append(f"{where}: no function is exempt from the gates")
        found += [
            f"{where}:{n}: {len(line)} columns, at most {limits[1]}"
            for n, line in enumerate(lines, 1)
            if limits[1] and len(line) > limits[1]
        ]
    return found


def findings(root: Path) -> list[str]:
    return function_findings(root, functions(root)) + file_findings(root)


def summary(measured, folder: str) -> str:
    def spread(values):
        values = sorted(values)
        p95 = values[min(len(values) - 1, int(0.95 * len(values)))]
        return f"{statistics.median(values):g}/{p95}/{values[-1]}"

    if not measured:
        return f"{folder}: no function"
    columns = (
        ("lines", [length(f) for _, f in measured]),
        ("complexity", [f.cyclomatic_complexity for _, f in measured]),
        ("parameters", [f.parameter_count for _, f in measured]),
    )
    spreads = ", ".join(f"{name} {spread(values)}" for name, values in columns)
    return f"{folder}: {len(measured)} functions; median/p95/max: {spreads}"


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1]).resolve()
    measured = functions(root)
    found = function_findings(root, measured) + file_findings(root)
    for line in found:
        print(line)
    for folder in CODE:
        inside = [m for m in measured if m[0].relative_to(root).parts[0] == folder]
        print(summary(inside, folder))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
