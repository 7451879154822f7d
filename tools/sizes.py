#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the core costs on a 32-bit RISC-V: code, memory, stack.

usage: sizes.py            prints the tables as Markdown
       sizes.py --write    writes them to docs/sizes.md
       sizes.py --check    fails if docs/sizes.md is more than 10 % away from the truth

Builds the core with the preset rv32-sizes (-Os, no asserts: as firmware is built) and asks the
compiled library; the memory figures come from a program run by QEMU.
"""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "rv32-sizes"
PAGE = ROOT / "docs" / "sizes.md"
OBJECTS = BUILD / "CMakeFiles" / "ocel.dir" / "src"
TOLERANCE = 0.10
SLACK = 64  # bytes that a small figure may be off
FRAMES = 8  # of the largest stack frames are shown

HEAD = """# What the core costs

Measured by `tools/sizes.py`, which writes this page; `./test rv32` fails when it is more than
10 % off. The core (`src/`) is compiled for the ESP32-P4's instruction set and ABI with Debian's
`riscv64-unknown-elf-gcc -march=rv32imafc -mabi=ilp32f -Os -DNDEBUG` and picolibc.
"""

MEMORY_TEXT = {
    "server": "the server itself",
    "stream": "each stream (without its media ring, whose size the program chooses)",
    "client": "each client: a connection and a session",
    "request_buffer": "each request that is received in parts (`request_buffers`, at least 2)",
    "default": "in all, as `ocel_server_defaults()` has it: 3 clients, 1 stream",
}


def output(*command) -> str:
    done = subprocess.run(
        [str(c) for c in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}")
    return done.stdout


def build() -> None:
    output("cmake", "--preset", "rv32-sizes")
    output("cmake", "--build", "--preset", "rv32-sizes", "--target", "ocel", "memory_prices")


def objects() -> list[Path]:
    """The objects of the sources that exist; a stale build folder may hold more."""
    found = sorted(OBJECTS.rglob("*.obj"))
    return [o for o in found if (ROOT / "src" / o.relative_to(OBJECTS)).with_suffix("").exists()]


def flash() -> dict[str, dict[str, int]]:
    """Bytes of code and constants: folder -> module -> bytes; static memory must be none."""
    sizes = defaultdict(dict)
    for line in output("riscv64-unknown-elf-size", *objects()).splitlines()[1:]:
        text, data, bss, *_, name = line.split()
        path = Path(name)
        if int(data) + int(bss) > 0:
            sys.exit(f"{path.name}: {data} + {bss} bytes of static memory; the core has none")
        sizes[path.parent.name][path.name.removesuffix(".c.obj")] = int(text)
    return sizes


def memory() -> dict[str, int]:
    cache = (ROOT / "tests/rv32/toolchain.cmake").read_text()
    emulator = re.search(r"CMAKE_CROSSCOMPILING_EMULATOR\s+([^)]*)\)", cache).group(1).split()
    said = output(*emulator, BUILD / "tests" / "memory_prices")
    return {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)\r?$", said, re.M)}


def frames() -> dict[str, int]:
    """The largest stack frames: function -> bytes."""
    found = {}
    for path in objects():
        for line in path.with_suffix(".su").read_text().splitlines():
            where, size, _ = line.split("\t")
            found[f"{path.name.split('.')[0]}: {where.rsplit(':', 1)[1]}"] = int(size)
    largest = sorted(found.items(), key=lambda item: -item[1])
    return dict(largest[:FRAMES])


def table(head: str, rows: list[tuple[str, int]]) -> str:
    lines = [f"| {head} | bytes |", "|---|---:|"]
    lines += [f"| {name} | {value:,} |" for name, value in rows]
    return "\n".join(lines) + "\n"


def page() -> str:
    sizes = flash()
    rows = []
    for folder, modules in sorted(sizes.items()):
        rows += [(f"`{folder}/{name}`", value) for name, value in sorted(modules.items())]
    folders = [(f"`{folder}`", sum(modules.values())) for folder, modules in sorted(sizes.items())]
    folders.append(("**in all**", sum(value for _, value in folders)))
    prices = [(MEMORY_TEXT[name], value) for name, value in memory().items()]
    stack = [(f"`{name}`", value) for name, value in frames().items()]
    return "\n".join(
        [
            HEAD,
            "## Code and constants (flash)\n",
            "An upper bound: the linker drops the functions that a program does not call. There",
            "is no static memory.\n",
            table("folder", folders),
            "## Memory (RAM)\n",
            "From `ocel_server_size()`. The caller supplies it; nothing is allocated.\n",
            table("for", prices),
            "## Stack\n",
            "The largest frames, from `-fstack-usage`.\n",
            table("function", stack),
            "## Code by module\n",
            table("module", rows),
        ]
    )


def figures(text: str) -> dict[str, int]:
    rows = re.findall(r"^\| (.+) \| ([\d,]+) \|$", text, re.M)
    return {name: int(value.replace(",", "")) for name, value in rows}


def stale(written: str, true: str) -> list[str]:
    """What the written page says wrongly."""
    old, new = figures(written), figures(true)
    found = []
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name, 0), new.get(name, 0)
        if abs(was - now) > max(TOLERANCE * now, SLACK):
            found.append(f"{name}: docs/sizes.md says {was}, it is {now}")
    return found


def main(arguments: list[str]) -> int:
    build()
    text = page()
    if arguments == ["--write"]:
        PAGE.write_text(text)
    elif arguments == ["--check"]:
        found = stale(PAGE.read_text() if PAGE.exists() else "", text)
        print("\n".join(found + ["Run tools/sizes.py --write"] if found else ["up to date"]))
        return 1 if found else 0
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
