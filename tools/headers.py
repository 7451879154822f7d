#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every public header alone, twice in a row, as C11, C17, C2x and C++20, with gcc and clang; and
the core's sources as C17 and C2x.

usage: headers.py [ROOT]

Prints the compiler's messages; exit status 1 when there is one.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

WARNINGS = "-Wall -Wextra -Wpedantic -Wshadow -Wundef -Werror -fsyntax-only".split()
CONVERSIONS = "-Wconversion -Wsign-conversion".split()
DIALECTS = {
    "gcc": ("c11", "c17", "c2x"),
    "clang": ("c11", "c17", "c2x"),
    "g++": ("c++20",),
    "clang++": ("c++20",),
}
CPLUSPLUS_ADAPTERS = (  # what they include of the ports
    "ports/esp32p4/frame_source.h",
    "ports/esp32p4/pipeline.h",
    "ports/esp_video/source_esp_video.h",
)
SOURCE_DIALECTS = {"gcc": ("c17", "gnu2x")}


def compile_text(compiler: str, dialect: str, text: str, includes: list[Path]) -> str:
    language = "c++" if "++" in compiler else "c"
    command = [compiler, f"-std={dialect}", "-x", language, "-", *WARNINGS, *CONVERSIONS]
    command += [f"-I{path}" for path in includes]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return f"{' '.join(command)}\n{text}{done.stderr}" if done.returncode != 0 else ""


def jobs(root: Path) -> list[tuple[str, str, str, list[Path]]]:
    todo = []
    faces = [root / "include"]
    for header in sorted((root / "include").rglob("*.h")):
        text = f'#include "{header.relative_to(root / "include")}"\n' * 2
        todo += [(c, d, text, faces) for c, ds in DIALECTS.items() for d in ds]
    for header in sorted(h for p in ("posix", "mbedtls") for h in (root / "ports" / p).glob("*.h")):
        text = f'#define _GNU_SOURCE 1\n#include "{header}"\n'
        todo.append(("gcc", "c11", text, faces + [header.parent]))
    for name in CPLUSPLUS_ADAPTERS:
        text = f'#include "{root / name}"\n' * 2
        known = [*faces, root / "ports/esp32p4"] if (root / name).exists() else []
        todo += [(c, d, text, known) for c, ds in DIALECTS.items() for d in ds if known]
    for source in sorted((root / "src").rglob("*.c")):
        text = f'#include "{source}"\n'
        todo += [
            (c, d, text, faces + [root / "src", source.parent])
            for c, ds in SOURCE_DIALECTS.items()
            for d in ds
        ]
    return todo


def findings(root: Path) -> list[str]:
    with ThreadPoolExecutor() as pool:
        return [text for text in pool.map(lambda job: compile_text(*job), jobs(root)) if text]


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1]).resolve()
    found = findings(root)
    for line in found:
        print(line)
    print(f"{len(jobs(root))} compilations, {len(found)} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
