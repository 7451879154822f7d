#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compresses the files of the live page into C: src/page/page_data.inc.

usage: page.py [--check]

  --check   only says whether it is what the files make; exit status 1 if not

The compressed bytes depend on the version of zlib, so the check compares what they hold.
"""

import gzip
import hashlib
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "src" / "page"
DATA = FOLDER / "page_data.inc"
FILES = (
    ("index.html", "/", "text/html; charset=utf-8"),
    ("live.css", "/live.css", "text/css; charset=utf-8"),
    ("live.js", "/live.js", "text/javascript; charset=utf-8"),
)
SIZE_MAX = 32 * 1024  # of all, compressed
COLUMNS = 20


def symbol(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def content(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def array(name: str, data: bytes) -> str:
    lines = (data[i : i + COLUMNS] for i in range(0, len(data), COLUMNS))
    rows = "".join("    " + " ".join(f"{byte}," for byte in line) + "\n" for line in lines)
    return f"static const uint8_t {symbol(name)}[] = {{\n{rows}}};\n"


def row(name: str, path: str, kind: str) -> str:
    etag = hashlib.sha256(content(name)).hexdigest()[:16]
    return f'    {{"{path}", "{kind}", "{etag}", {{{symbol(name)}, sizeof {symbol(name)}}}}},\n'


def make() -> str:
    packed = {name: gzip.compress(content(name), 9, mtime=0) for name, _, _ in FILES}
    total = sum(map(len, packed.values()))
    if total > SIZE_MAX:
        sys.exit(f"the page has {total} bytes, compressed; at most {SIZE_MAX}")
    arrays = "\n".join(array(name, data) for name, data in packed.items())
    rows = "".join(row(*file) for file in FILES)
    table = f"const ocel__page_file OCEL__PAGE[OCEL__PAGE_FILES] = {{\n{rows}}};\n"
    return f"// Made by tools/page.py: change the files that it is made of.\n{arrays}\n{table}"


def holds(text: str) -> dict[str, bytes]:
    """The files that are in there, by their symbol."""
    found = re.findall(r"uint8_t (\w+)\[\] = \{([\d\s,]+)\}", text)
    return {name: gzip.decompress(bytes(map(int, data.split(",")[:-1]))) for name, data in found}


def is_fresh(text: str) -> bool:
    rows = all(row(*file) in text for file in FILES)
    return rows and holds(text) == {symbol(name): content(name) for name, _, _ in FILES}


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        fresh = DATA.exists() and is_fresh(DATA.read_text(encoding="utf-8"))
        if not fresh:
            print("src/page/page_data.inc is stale: run tools/page.py")
        return 0 if fresh else 1
    DATA.write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
