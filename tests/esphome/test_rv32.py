# SPDX-License-Identifier: Apache-2.0
"""The components' C++ compiles for the ESP32-P4's instruction set, against stand-ins for ESP-IDF's
headers and the headers of the real ESPHome. Nothing is linked."""

import re
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT, Esphome
from p4 import BOARD, WIFI_BOARD
from test_board import SMALLEST

STANDINS = ROOT / "tests/standins/esphome"
IDF = ROOT / "tests/standins/idf"  # what is not in the former
GXX = "riscv64-unknown-elf-g++"
FLAGS = """-march=rv32imafc -mabi=ilp32f -std=gnu++20 -Os -Wall -Werror -Wno-sign-compare
-fno-exceptions -fno-rtti -nostdinc -nostdinc++ -D_GNU_SOURCE -DESP_PLATFORM -DUSE_ESP32
-DUSE_ESP32_FRAMEWORK_ESP_IDF -DUSE_ESP32_VARIANT_ESP32P4 -DUSE_ESP_IDF -DUSE_LWIP_FAST_SELECT
-DESPHOME_LOG_LEVEL=ESPHOME_LOG_LEVEL_VERBOSE""".split()
ADAPTERS = """
#include "esphome/components/mipi_dsi_cam/mipi_dsi_cam.h"
#include "esphome/components/rtsp_server/camera_adapters.h"
// The public methods of the third-party camera that are called.
struct Third {
  bool is_streaming() const;
  bool start_streaming();
  void stop_streaming();
  bool capture_frame();
  uint8_t *get_image_data();
  uint16_t get_image_width() const, get_image_height() const;
  size_t get_image_size() const;
};
void *third(Third *c) { return esphome::rtsp_server::rgb565_camera(c); }
using esphome::mipi_dsi_cam::MipiDsiCam;
using esphome::mipi_dsi_cam::SimpleBufferElement;
void *own(MipiDsiCam *c) { return esphome::rtsp_server::direct_camera(c); }
// What displays and web servers for the third-party camera call.
size_t others(MipiDsiCam *c) {
  int width, height;
  uint8_t *data = nullptr;
  SimpleBufferElement *buffer = nullptr;
  if (!c->is_pipeline_ready() || (!c->is_streaming() && !c->start_streaming()) || !c->capture_frame())
    return 0;
  const bool have = c->get_current_rgb_frame(&buffer, &data, &width, &height);
  c->release_buffer(buffer);
  SimpleBufferElement *again = c->acquire_buffer();
  const bool same = have && c->get_buffer_data(again) == data && c->get_buffer_index(again) > 0;
  c->release_buffer(again);
  c->add_on_snapshot_callback([](const std::string &name, bool done) { (void) name, (void) done; });
  c->capture_snapshot("/sdcard/a.jpg");
  if (!c->capture_snapshot_to_file("/sdcard/a.jpg"))
    return 0;
  c->set_exposure(0);
  if (!c->set_gain(2000) || !c->set_brightness(1) || !c->set_contrast(1) || !c->set_saturation(1))
    return 0;
  c->stop_streaming();
  uint8_t *pixels = c->get_image_data();
  return same && pixels != nullptr ? c->get_image_size() + c->get_image_width() * c->get_image_height() : 0;
}
"""
ENTITIES = """
ota: [{platform: esphome}]
api:
sensor: [{platform: rtsp_server, clients: {name: Clients}}]
binary_sensor: [{platform: rtsp_server, streaming: {name: Streaming}}]
text_sensor: [{platform: rtsp_server, url: {name: Stream URL}}]
switch:
  - {platform: rtsp_server, name: Stream}
  - {platform: mipi_dsi_cam, auto_exposure: {name: Auto exposure}}
number:
  - {platform: rtsp_server, gop: {name: GOP}}
  - {platform: mipi_dsi_cam, gain: {name: Gain}}
button: [{platform: rtsp_server, name: Key frame}]
"""


def includes(generated) -> list[str]:
    """Where headers are looked for, ours first."""
    def say(*arguments):
        return subprocess.run(arguments, capture_output=True, text=True, check=True)

    # The C++ library of the PC's own compiler, which is of the same version as the other one.
    version = say(GXX, "-dumpversion").stdout.split(".")[0]
    machine = say("gcc", "-print-multiarch").stdout.strip()
    built_in = say(GXX, "-print-file-name=include").stdout.strip()
    system = [STANDINS / "cxx", f"/usr/include/c++/{version}",
              f"/usr/include/{machine}/c++/{version}", built_in, f"{built_in}-fixed",
              "/usr/lib/picolibc/riscv64-unknown-elf/include"]  # fmt: skip
    own = [STANDINS, IDF, generated, ROOT / "include", ROOT / "ports/esp32p4",
           ROOT / "ports/esp_video", ROOT / "ports/mbedtls/include"]
    return [f"-I{path}" for path in own] + [a for path in system for a in ("-isystem", str(path))]


def generate(folder, yaml):
    esphome = Esphome(folder)
    done = esphome.run("compile", "--only-generate", esphome.write(yaml + ENTITIES))
    assert done.returncode == 0, done.stdout
    return esphome.folder / ".esphome/build/testdevice/src"


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    source = generate(tmp_path_factory.mktemp("rv32"), SMALLEST)
    (source / "adapters.cpp").write_text(ADAPTERS)
    return source


def compile_one(generated, name) -> Path:
    out = generated / "out.o"
    done = subprocess.run(
        [GXX, *FLAGS, *includes(generated), "-c", generated / name, "-o", out],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return out


@pytest.mark.parametrize(
    "name",
    [
        "adapters.cpp",
        "esphome/components/mipi_dsi_cam/entities.cpp",
        "esphome/components/mipi_dsi_cam/mipi_dsi_cam.cpp",
        "esphome/components/mipi_dsi_cam/snapshot.cpp",
        "esphome/components/rtsp_server/entities.cpp",
        "esphome/components/rtsp_server/network_care.cpp",
        "esphome/components/rtsp_server/pipeline_source.cpp",
        "esphome/components/rtsp_server/rtsp_server.cpp",
    ],
)
def test_compiles_warning_free(generated, name):
    out = compile_one(generated, name)
    said = subprocess.run(["riscv64-unknown-elf-size", out], capture_output=True, text=True)
    assert int(re.findall(r"^\s*(\d+)", said.stdout, re.M)[0]) > 100, "nothing was compiled"


def test_announces_itself_where_there_is_mdns(generated):
    out = compile_one(generated, "esphome/components/rtsp_server/network_care.cpp")
    said = subprocess.run(["riscv64-unknown-elf-nm", out], capture_output=True, text=True).stdout
    assert "U mdns_service_add" in said
    assert b"_rtsp\0" in out.read_bytes() and b"_tcp\0" in out.read_bytes()


def test_compiles_with_wifi(tmp_path):
    source = generate(tmp_path, SMALLEST.replace(BOARD, WIFI_BOARD))
    out = compile_one(source, "esphome/components/rtsp_server/network_care.cpp")
    said = subprocess.run(["riscv64-unknown-elf-nm", out], capture_output=True, text=True).stdout
    assert "request_high_performance" in said and "release_high_performance" in said


def test_compiles_with_tls(tmp_path):
    source = generate(tmp_path, SMALLEST.replace("port: 554", "tls: {port: 8322}"))
    calls = {
        "kept_certificate": ("ocel_tls_make_pem", "global_preferences"),
        "rtsp_server_tls": ("ocel_tls_open", "ocel_tls_fingerprint", "ocel_tls_close"),
        "rtsp_server": ("open_tls_", "close_tls_", "load_certificate_", "keep_certificate_"),
    }
    for name, wanted in calls.items():
        out = compile_one(source, f"esphome/components/rtsp_server/{name}.cpp")
        said = subprocess.run(["riscv64-unknown-elf-nm", out], capture_output=True, text=True).stdout
        assert [call for call in wanted if call not in said] == []
