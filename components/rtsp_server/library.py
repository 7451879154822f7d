# SPDX-License-Identifier: Apache-2.0
"""Where the C library is, and how it gets into a build: the root of the repository that this
component lies in. ESPHome builds it in place."""

from pathlib import Path

import esphome.codegen as cg

ROOT = Path(__file__).resolve().parents[2]

def add_to_build() -> None:
    cg.add_library("ocel", None, ROOT.as_uri())
