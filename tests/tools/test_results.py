# SPDX-License-Identifier: Apache-2.0
"""The summary of ./test counts what the programs ran, and never loses a failure."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import results  # noqa: E402
import sizes  # noqa: E402

TWO_OF_THREE = """[==========] Running 3 test(s).
[ RUN      ] one
[       OK ] one
[ RUN      ] two
[  ERROR   ] --- 0x1 != 0x2
[   LINE   ] --- a.c:3: error: Failure!
[  FAILED  ] two
[ RUN      ] three
[  SKIPPED ] three
[==========] 3 test(s) run.
[  PASSED  ] 1 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] three
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] two

 1 FAILED TEST(S)
"""

PROGRAMS = [
    ("cases of every kind", False, TWO_OF_THREE, (1, 1, 1)),
    ("a crash after a good case", False, "[       OK ] one\nSEGV\n", (1, 1, 0)),
    ("a crash at once", False, "", (0, 1, 0)),
    ("no cases, well ended", True, "hello\n", (1, 0, 0)),
]


@pytest.mark.parametrize(
    "ok, output, want", [p[1:] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS]
)
def test_programs(ok, output, want):
    counts = results.of_program("p", ok, output)
    assert (counts.passed, counts.failed, counts.skipped) == want


def test_ctest(tmp_path):
    path = tmp_path / "j.xml"
    path.write_text(
        '<testsuite><testcase name="a" status="run"><system-out>[       OK ] x\n'
        "[       OK ] y\n</system-out></testcase>"
        '<testcase name="b" status="fail"><failure message=""/></testcase></testsuite>'
    )
    assert str(results.of_ctest(path)) == "2 passed, 1 failed"


def test_pytest(tmp_path):
    path = tmp_path / "j.xml"
    path.write_text(
        '<testsuites><testsuite><testcase classname="t" name="a"/>'
        '<testcase classname="t" name="b"><failure/></testcase>'
        '<testcase classname="t" name="c"><error/></testcase>'
        '<testcase classname="t" name="d"><skipped message="no"/></testcase>'
        "</testsuite></testsuites>"
    )
    assert str(results.of_pytest(path)) == "1 passed, 2 failed, 1 skipped"


def test_lines():
    assert str(results.of_lines("ok a\nx\nFAILED b\nok c\n")) == "2 passed, 1 failed"


PAGES = [
    ("the same", "| `a` | 10,000 |", []),
    ("within a tenth", "| `a` | 9,200 |", []),
    ("too far away", "| `a` | 8,900 |", ["`a`: docs/sizes.md says 8900, it is 10000"]),
    ("gone", "", ["`a`: docs/sizes.md says 0, it is 10000"]),
    ("no longer there", "| `a` | 10,000 |\n| `b` | 99 |", ["`b`: docs/sizes.md says 99, it is 0"]),
]


@pytest.mark.parametrize("written, want", [p[1:] for p in PAGES], ids=[p[0] for p in PAGES])
def test_stale_sizes_are_seen(written, want):
    assert sizes.stale(written, "| `a` | 10,000 |") == want
