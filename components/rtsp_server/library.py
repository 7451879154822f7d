"""Where the C library is, and how it gets into a build.

Beside this file (`core/`) when the folder was packaged to be copied alone, else at the root of the
repository that this component lies in.
"""

from pathlib import Path

import esphome.codegen as cg
from esphome.core import CORE
from esphome.types import ConfigType

_HERE = Path(__file__).resolve().parent
_PACKAGED = _HERE / "core"

ROOT = _PACKAGED if _PACKAGED.is_dir() else _HERE.parents[1]

# What a build needs of it. A bundle for a remote build takes these along.
_PARTS = ("CMakeLists.txt", "idf_component.yml", "library.json", "include", "src", "ports")


def files() -> list[Path]:
    found = []
    for part in _PARTS:
        path = ROOT / part
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        found += [p for p in inside if "tests" not in p.relative_to(ROOT).parts]
    return found


def add_to_bundle(config: ConfigType) -> ConfigType:
    from esphome import bundle

    for path in files():
        bundle.add_bundle_file(path)
    return config


def add_to_build() -> None:
    if CORE.is_esp32:
        from esphome.components import esp32

        esp32.add_idf_component(name="ocel", path=str(ROOT))
    else:
        cg.add_library("ocel", None, ROOT.as_uri())
