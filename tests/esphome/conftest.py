# SPDX-License-Identifier: Apache-2.0
"""The real ESPHome, run on YAML of this folder in a folder of the test's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


class Esphome:
    def __init__(self, folder: Path):
        self.folder = folder
        # Host programs keep what they remember in HOME.
        self.env = {**os.environ, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def write(self, text: str, name: str = "device.yaml") -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def run(self, *arguments, timeout: int = 400) -> subprocess.CompletedProcess:
        esphome = Path(sys.executable).with_name("esphome")
        return subprocess.run(
            [esphome, *map(str, arguments)],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )


@pytest.fixture
def esphome(tmp_path) -> Esphome:
    return Esphome(tmp_path)


@pytest.fixture(scope="session")
def esphome_for_session(tmp_path_factory) -> Esphome:
    return Esphome(tmp_path_factory.mktemp("esphome"))
