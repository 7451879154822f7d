# SPDX-License-Identifier: Apache-2.0
"""Which files of the repository a build of the C library reads. Also used without ESPHome."""

from pathlib import Path

FOLDERS = ("include", "src", "ports")
SUFFIXES = (".c", ".h", ".inc")
NAMES = ("CMakeLists.txt", "idf_component.yml", "library.json")


def library_files(root: Path) -> list[Path]:
    """Relative to `root`, sorted."""
    found = [path for folder in FOLDERS for path in (root / folder).rglob("*")]
    found += [root / name for name in NAMES]
    files = (path.relative_to(root) for path in found if path.is_file())
    return sorted(
        path
        for path in files
        if (path.suffix in SUFFIXES or path.name in NAMES) and "tests" not in path.parts
    )
