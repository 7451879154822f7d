#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes ESPHome components that need nothing but themselves.

usage: tools/esphome_package.py [FOLDER]      (default: build/esphome/components)

FOLDER then holds one folder for each component; `rtsp_server` has the C library inside. Copy
what a device needs beside its YAML and name the place under `external_components`:
`rtsp_server`, and `mipi_dsi_cam` for this project's own camera. What stood in FOLDER under
these names is replaced.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "components/rtsp_server"))
sys.dont_write_bytecode = True

from library_files import library_files  # noqa: E402

LIBRARY = Path("rtsp_server/ocel")  # where components/rtsp_server/library.py looks
PARTS = (".py", ".h", ".cpp")
LICENCE = ("LICENSE", "NOTICE")


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def package(folder: Path) -> None:
    for component in sorted((ROOT / "components").glob("*/__init__.py")):
        target = folder / component.parent.name
        shutil.rmtree(target, ignore_errors=True)
        for path in component.parent.iterdir():
            if path.suffix in PARTS:
                copy(path, target / path.name)
        for name in LICENCE:
            copy(ROOT / name, target / name)
    for path in library_files(ROOT):
        copy(ROOT / path, folder / LIBRARY / path)


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0 if len(arguments) == 1 else 2
    folder = Path(arguments[0] if arguments else ROOT / "build/esphome/components").resolve()
    if folder == ROOT / "components":
        print("that is where the components come from: name another folder", file=sys.stderr)
        return 2
    package(folder)
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
