# SPDX-License-Identifier: Apache-2.0
"""Each gate says nothing about good code and names what is wrong with bad code."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import gate  # noqa: E402
import headers  # noqa: E402
import includes  # noqa: E402

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


@pytest.fixture
def tree(tmp_path):
    """Writes files below a folder that looks like the repository; returns that folder."""

    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return lambda files: write(**files)


def function(lines=1, params="void", body=""):
    return f"int f({params}) {{\n{body}" + "  g();\n" * (lines - 2) + "}\n"


BRANCHES = "".join(f"  if (x == {n}) g();\n" for n in range(10))

SIZES = [
    ("a function of 60 lines", "src/base/a.c", function(60), None),
    ("a function of 61 lines", "src/base/a.c", function(61), "a.c:1: f: 61 lines, at most 60"),
    ("complexity 11", "apps/oceld/a.c", function(3, "int x", BRANCHES), "cyclomatic complexity"),
    ("5 parameters", "ports/posix/a.c", function(3, "int a, int b, int c, int d, int e"), None),
    (
        "6 parameters",
        "ports/posix/a.c",
        function(3, "int a, int b, int c, int d, int e, int g"),
        "f: 6 parameters, at most 5",
    ),
    ("a source of 400 lines", "src/base/a.c", "\n" * 400, None),
    ("a source of 401 lines", "src/base/a.c", "\n" * 401, "src/base/a.c: 401 lines"),
    ("a header of 201 lines", "include/ocel/a.h", "\n" * 201, "include/ocel/a.h: 201 lines"),
    ("a test of 601 lines", "tests/unit/test_a.c", "\n" * 601, "test_a.c: 601 lines"),
    ("100 columns", "src/base/a.c", "/" * 100, None),
    ("101 columns", "src/base/a.c", "/" * 101, "src/base/a.c:1: 101 columns"),
    ("101 columns in a script", "tools/a.py", "#" * 101, "tools/a.py:1: 101 columns"),
    ("an exemption", "src/base/a.c", "// #lizard forgives\n", "no function is exempt"),
]


@pytest.mark.parametrize("path, text, want", [s[1:] for s in SIZES], ids=[s[0] for s in SIZES])
def test_sizes(tree, path, text, want):
    found = gate.findings(tree({path: text}))
    assert found == [] if want is None else any(want in line for line in found)


INCLUDES = [
    ("its own header", "src/rtp/rtp.c", '#include "ocel/rtp.h"\n', None),
    ("a lower layer", "src/server/a.c", '#include "ocel/span.h"\n', None),
    ("a higher layer", "src/base/a.c", '#include "ocel/server.h"\n', "base must not include"),
    ("a neighbour", "src/rtp/a.c", '#include "ocel/sdp.h"\n', "rtp must not include"),
    ("a higher layer, in a header", "include/ocel/span.h", '#include "ocel/sdp.h"\n', "must not"),
    ("the C library's string.h", "src/base/a.c", "#include <string.h>\n", None),
    ("stdio.h", "src/base/a.c", "#include <stdio.h>\n", "<stdio.h> is not one of"),
    ("a socket", "src/server/a.c", "#include <sys/socket.h>\n", "<sys/socket.h> is not one of"),
    ("an unknown header", "src/server/a.c", '#include "nowhere.h"\n', "belongs to no layer"),
    ("a folder without a level", "src/odd/a.c", "", "odd is no layer"),
    ("a source in the wrong folder", "src/server/sdp.c", "", "belongs to media"),
    ("malloc", "src/base/a.c", "void f(void) { malloc(1); }\n", ":2: malloc() is banned"),
    ("malloc in a comment", "src/base/a.c", "// malloc(1)\n", None),
    ("a member named free", "src/base/a.c", "void f(T *t) { t->free(t); }\n", None),
    ("malloc in a port", "ports/posix/a.c", "void f(void) { malloc(1); }\n", None),
    ("strcpy in a port", "ports/posix/a.c", "void f(void) { strcpy(a, b); }\n", "strcpy()"),
    ("sprintf in the program", "apps/oceld/a.c", "void f(void) { sprintf(a, b); }\n", "sprintf()"),
]


@pytest.mark.parametrize(
    "path, text, want", [s[1:] for s in INCLUDES], ids=[s[0] for s in INCLUDES]
)
def test_includes(tree, path, text, want):
    found = includes.findings(tree({path: SPDX + text}))
    assert found == [] if want is None else any(want in line for line in found)


def test_a_private_header_belongs_to_its_folder(tree):
    files = {"src/server/conn.h": SPDX, "src/rtsp/a.c": SPDX + '#include "server/conn.h"\n'}
    assert "rtsp must not include" in includes.findings(tree(files))[0]
    files = {"src/server/a.c": SPDX + '#include "conn.h"\n', "src/rtsp/a.c": SPDX}
    assert includes.findings(tree(files)) == []


def test_every_file_names_its_licence(tree):
    assert "SPDX" in includes.findings(tree({"src/base/a.c": "int a;\n"}))[0]


HEADERS = [
    ("self-contained", "#include <stdint.h>\nstatic inline uint8_t f(void) { return 1; }\n", 0),
    ("needs stdint.h first", "uint8_t f(void);\n", 8),
    ("not C++", "int f(int *restrict p);\n", 2),
]


@pytest.mark.parametrize("text, failures", [h[1:] for h in HEADERS], ids=[h[0] for h in HEADERS])
def test_headers_compile_alone(tree, text, failures):
    guarded = f"#ifndef A_H\n#define A_H\n{text}#endif\n"
    assert len(headers.findings(tree({"include/ocel/a.h": guarded}))) == failures


def test_headers_have_guards(tree):
    assert headers.findings(tree({"include/ocel/a.h": "typedef struct { int a; } a;\n"}))
