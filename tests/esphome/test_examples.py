# SPDX-License-Identifier: Apache-2.0
"""examples/esphome with the real ESPHome, and whether the complete example is complete."""

import re

import pytest
from esphome import yaml_util
from esphome.automation import ACTION_REGISTRY, CONDITION_REGISTRY
from esphome.config_validation import COMPONENT_SCHEMA
from esphome.loader import get_component, get_platform, install_meta_finder

from conftest import ROOT
from p4 import BOARD, CAMERA, I2C, PSRAM

EXAMPLES = sorted((ROOT / "examples/esphome").glob("*.yaml"))
COMPLETE = ROOT / "examples/esphome/example_esphome.yaml"
DOCS = ROOT / "docs/esphome.md"
PLATFORMS = ("sensor", "binary_sensor", "text_sensor", "number")
SECRETS = (
    "wifi_ssid: home\nwifi_password: correcthorse\nota_password: battery\n"
    "rtsp_username: viewer\nrtsp_password: staple\n"
    "api_key: c3R1ZmYgc3R1ZmYgc3R1ZmYgc3R1ZmYgc3R1ZmYgMzI=\n"
)
HOST_ONLY = {"camera", "streams"}  # options that the board does not take
GENERATED = {"id", "pipeline_id", "rtsp_server_id"}

install_meta_finder(ROOT / "components")


def options(schema) -> set[str]:
    """The names that a schema takes, without what every component has."""
    schema = getattr(schema, "validators", [schema])  # what cv.All has in it
    names = {str(key) for part in schema for key in getattr(part, "schema", {})}
    return names - {str(key) for key in COMPONENT_SCHEMA.schema} - GENERATED


@pytest.fixture
def complete(tmp_path) -> dict:
    """The complete example, read."""
    (tmp_path / "secrets.yaml").write_text(SECRETS)
    (tmp_path / "device.yaml").write_text(COMPLETE.read_text())
    return yaml_util.load_yaml(tmp_path / "device.yaml", clear_secrets=False)


def registered(registry) -> set[str]:
    get_component("rtsp_server")
    return {name for name in registry if name.startswith("rtsp_server.")}


def used(text: str) -> set[str]:
    return set(re.findall(r"\brtsp_server\.\w+", text))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_is_generated(esphome, path):
    esphome.write(SECRETS, "secrets.yaml")
    text = path.read_text().replace("../../components", f"{ROOT}/components")
    done = esphome.run("compile", "--only-generate", esphome.write(text))
    assert done.returncode == 0, done.stdout
    warnings = re.findall(r"WARNING.*(?:rtsp_server|mipi_dsi_cam).*", done.stdout)
    if path.stem == "host":  # on the computer itself
        warnings = [line for line in warnings if "has no password" not in line]
    assert not warnings, done.stdout


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_has_no_credential_of_its_own(path):
    for line in path.read_text().splitlines():
        if re.match(r"\s*-?\s*(ssid|password|username|key):", line):
            assert "!secret " in line, line


def test_the_complete_example_has_every_option(complete):
    wanted = options(get_component("rtsp_server").config_schema)
    assert len(wanted) > 15
    assert wanted - set(complete["rtsp_server"]) == HOST_ONLY
    host = yaml_util.load_yaml(ROOT / "examples/esphome/host.yaml", clear_secrets=False)
    assert HOST_ONLY - set(host["rtsp_server"]) == set()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_complete_example_has_every_entity(complete, platform):
    ours = next(entity for entity in complete[platform] if entity["platform"] == "rtsp_server")
    wanted = options(get_platform(platform, "rtsp_server").config_schema)
    assert wanted and wanted - set(ours) == set()


def test_the_examples_have_every_option_of_the_camera():
    """Those of one sensor are in another example than those of the other."""
    text = "".join(path.read_text() for path in EXAMPLES)
    wanted = options(get_component("mipi_dsi_cam").config_schema) - {"on_snapshot"}
    for platform in ("number", "switch"):
        wanted |= options(get_platform(platform, "mipi_dsi_cam").config_schema) - {"mipi_dsi_cam_id"}
    assert len(wanted) > 20
    assert wanted - set(re.findall(r"^ +(\w+):", text, re.M)) == set()


@pytest.mark.parametrize("file", [COMPLETE, DOCS], ids=lambda path: path.stem)
def test_every_action_and_condition_is_shown(file):
    wanted = registered(ACTION_REGISTRY) | registered(CONDITION_REGISTRY)
    assert len(wanted) > 8
    assert wanted - used(file.read_text()) == set()


def test_the_documentation_has_every_option_and_entity():
    wanted = options(get_component("rtsp_server").config_schema)
    wanted |= options(get_component("mipi_dsi_cam").config_schema)
    for platform in PLATFORMS:
        wanted |= options(get_platform(platform, "rtsp_server").config_schema)
    named = set(re.findall(r"`(\w+)`|\*\*(\w+)\*\*|^ +(\w+): \{name", DOCS.read_text(), re.M))
    assert wanted - {name for names in named for name in names} == set()


# What stands around a piece of YAML in the documentation.
HOST = f"""
esphome: {{name: documented}}
external_components: [{{source: {{type: local, path: {ROOT}/components}}}}]
host:
logger:
api:
network:
rtsp_test_camera: {{id: camera}}
rtsp_server: {{camera_id: camera}}
"""
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", DOCS.read_text(), re.S | re.M)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0])
def test_the_documentations_yaml_is_valid(esphome, block):
    around = HOST
    if "mipi_dsi_cam" in block:
        around = BOARD + PSRAM + ("" if "\nmipi_dsi_cam:" in block else I2C + CAMERA)
    esphome.write(around, "around.yaml")
    block = re.sub(r"path: [./]*components", f"path: {ROOT}/components", block)
    yaml = "packages: {around: !include around.yaml}\n" + block
    done = esphome.run("config", esphome.write(yaml))
    assert done.returncode == 0, done.stdout
