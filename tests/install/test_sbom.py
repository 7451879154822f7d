# SPDX-License-Identifier: Apache-2.0
"""The bills of materials are CycloneDX by its authors' schema, and name what is really there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parents[2]
APPS = ROOT / "build/release/apps/oceld"


def written(*arguments) -> str:
    return subprocess.run([sys.executable, ROOT / "tools/sbom.py", *arguments], check=True,
                          stdout=subprocess.PIPE, text=True, timeout=300).stdout  # fmt: skip


def problems(text: str):
    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)


def depends(text: str) -> dict[str, list[str]]:
    return {d["ref"]: d["dependsOn"] for d in json.loads(text)["dependencies"]}


def check_references(text: str) -> None:
    bill = json.loads(text)
    known = {p["bom-ref"] for p in bill["components"]}
    root = bill["metadata"]["component"]["bom-ref"]
    edges = depends(text)
    assert set(edges) == known | {root}
    assert all(set(on) <= known for on in edges.values())


@pytest.fixture(scope="module")
def oceld() -> str:
    return written("oceld", APPS / "oceld", APPS / "ffmpeg/oceld-ffmpeg.so")


def test_oceld_is_described_by_the_standard(oceld):
    assert problems(oceld) is None
    check_references(oceld)


def test_oceld_names_what_it_is_linked_with(oceld):
    parts = {p["bom-ref"]: p for p in json.loads(oceld)["components"]}
    edges = depends(oceld)
    for name, package in (("libmbedtls.so", "libmbedtls"), ("libyaml-0.so", "libyaml-0-2")):
        part = next(parts[ref] for ref in edges["oceld"] if ref.startswith(name))
        installed = subprocess.run(["dpkg-query", "-W", "-f=${Version}\n", f"{package}*"],
                                   stdout=subprocess.PIPE, text=True, check=True)  # fmt: skip
        assert part["version"] in installed.stdout.split()
        assert part["purl"].startswith(f"pkg:deb/debian/{package}")
        assert len(part["hashes"][0]["content"]) == 64
    assert any(ref.startswith("libavcodec.so") for ref in edges["oceld-ffmpeg.so"])
    assert not any(ref.startswith("libavcodec.so") for ref in edges["oceld"])
    assert "oceld-ffmpeg.so" in edges["oceld"]


def test_the_component_is_described_by_the_standard():
    text = written("esphome")
    assert problems(text) is None
    check_references(text)
    assert text == written("esphome")


def test_the_component_names_what_it_declares():
    parts = {p["bom-ref"]: p for p in json.loads(written("esphome"))["components"]}
    source = (ROOT / "components/rtsp_server/library.py").read_text()
    for name in ("espressif/esp_h264", "espressif/esp_video", "espressif/esp_cam_sensor"):
        accepted = parts[name]["properties"][0]["value"]
        assert f'name="{name}", ref="{accepted}"' in source
    assert {"mbedtls", "lwip", "esp-idf", "ocel"} <= set(parts)


def test_the_check_can_fail():
    broken = json.loads(written("esphome"))
    broken["components"][0]["type"] = "something"
    assert problems(json.dumps(broken)) is not None
