# SPDX-License-Identifier: Apache-2.0
"""rtsp_server on the ESP32-P4: what is refused, and what is generated."""

import pytest

from conftest import ROOT
from p4 import BOARD, CAMERA, I2C, PSRAM

SERVER = """
rtsp_server:
  camera_id: main_camera
  port: 554
  stream_path: "/stream"
  bitrate: 2000000
  gop: 30
"""
SMALLEST = BOARD + PSRAM + I2C + CAMERA + SERVER

BAD = {
    "a gop of 1": (("gop: 30", "gop: 1"), "needs a gop of 2 or more, for example 30"),
    "no PSRAM": ((PSRAM, ""), "the pictures need PSRAM: add 'psram:"),
    "a picture too high": (
        ("resolution: 720P", "resolution: 1600x1200"),
        "the encoder cannot do 1600x1200: choose a resolution with an even height of 80 to 1088",
    ),
    "a picture with an odd width": (("resolution: 720P", "resolution: 641x480"), "even"),
    "a picture too small": (
        ("resolution: 720P", "resolution: 64x64"),
        "the encoder cannot do 64x64: choose a resolution with an even width of 80 to 1920",
    ),
    "the port of the web server": (
        ("rtsp_server:\n  camera_id: main_camera\n  port: 554", "web_server:\nrtsp_server:\n  camera_id: main_camera\n  port: 80"),
        "TCP port 80 is that of 'web_server' already: choose another, for example 8554",
    ),
    "the port of mDNS": (
        ("port: 554", "rtp_port: 5353"),
        "UDP port 5353 is that of 'mdns' already: choose another, for example 5004 and 5005",
    ),
    "too few bits": (
        ("bitrate: 2000000", "bitrate: 100000"),
        "is too little for 1280x720 at 30 pictures a second: write at least 300000",
    ),
    "another component for a camera": (
        ("camera_id: main_camera", "camera_id: bsp_bus"),
        "'bsp_bus' is no camera: give the id of a mipi_dsi_cam",
    ),
    "a camera entity": (
        ("gop: 30", "gop: 30\n  camera: {name: Picture}"),
        "works with rtsp_test_camera on the host platform only",
    ),
    "an ESP-IDF too old": (("type: esp-idf", "type: esp-idf, version: 5.4.0"), "5.4.2"),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses(esphome, name):
    (old, text), message = BAD[name]
    assert old in SMALLEST
    done = esphome.run("config", esphome.write(SMALLEST.replace(old, text)))
    assert done.returncode != 0, done.stdout
    assert message in " ".join(done.stdout.split()), done.stdout


def test_refuses_other_chips(esphome):
    board = BOARD[: BOARD.index("ethernet:")].replace("esp32p4", "esp32s3")
    yaml = board + "wifi: {ssid: a, password: bbbbbbbb}\n" + SERVER
    done = esphome.run("config", esphome.write(yaml))
    assert "rtsp_server is only available on ESP32P4" in " ".join(done.stdout.split()), done.stdout


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    from conftest import Esphome

    esphome = Esphome(tmp_path_factory.mktemp("smallest"))
    done = esphome.run("compile", "--only-generate", esphome.write(SMALLEST))
    assert done.returncode == 0, done.stdout
    return esphome.folder / ".esphome/build/testdevice"


def test_the_smallest_configuration_is_generated(generated):
    main = (generated / "src/main.cpp").read_text()
    assert "->set_camera(rtsp_server::direct_camera(main_camera));" in main
    assert "->set_framerate(30);" in main
    manifest = (generated / "src/idf_component.yml").read_text()
    for name in ("ocel", "ocel_esp32p4", "ocel_esp_video"):
        assert f"path: {ROOT}/ports/esphome/{name}\n" in manifest
        assert (ROOT / "ports/esphome" / name / "CMakeLists.txt").is_file()


def test_takes_the_third_party_camera(esphome):
    """Its class and its options, without any of its code."""
    folder = esphome.folder / "third/mipi_dsi_cam"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "import esphome.codegen as cg\n"
        "import esphome.config_validation as cv\n"
        "ns = cg.esphome_ns.namespace('mipi_dsi_cam')\n"
        "Cam = ns.class_('MipiDSICamComponent', cg.Component)\n"
        "CONFIG_SCHEMA = cv.Schema({cv.GenerateID(): cv.declare_id(Cam),\n"
        "    cv.Optional('resolution', default='720P'): cv.string,\n"
        "    cv.Optional('framerate', default=30): cv.int_}).extend(cv.COMPONENT_SCHEMA)\n"
        "async def to_code(config):\n"
        "    var = cg.new_Pvariable(config['id'])\n"
        "    await cg.register_component(var, config)\n"
    )
    camera = "\nmipi_dsi_cam: {id: main_camera, resolution: 800x640}\n"
    external = f"  - source: {{type: local, path: {folder.parent}}}\n"
    first = f"{{type: local, path: {ROOT}/components}}"
    yaml = BOARD.replace(f"source: {first}", f"source: {first}\n    components: [rtsp_server]")
    yaml = yaml.replace("esp32:\n", external + "esp32:\n") + PSRAM + camera + SERVER
    done = esphome.run("compile", "--only-generate", esphome.write(yaml))
    assert done.returncode == 0, done.stdout
    build = esphome.folder / ".esphome/build/testdevice/src"
    assert "->set_camera(rtsp_server::rgb565_camera(main_camera));" in (build / "main.cpp").read_text()
    assert "esp_video" not in (build / "idf_component.yml").read_text()
    for size in ("800x1280", "1922x1080", "801x640", "800x641", "64x64"):
        done = esphome.run("config", esphome.write(yaml.replace("800x640", size)))
        assert f"the encoder cannot do {size}" in " ".join(done.stdout.split()), done.stdout
