# SPDX-License-Identifier: Apache-2.0
"""Where the C library is, and how it gets into a build. It is the root of the repository that this
component lies in, or the folder `ocel` in a component that tools/esphome_package.py made. ESPHome
builds it in place."""

from pathlib import Path

import esphome.codegen as cg
from esphome.bundle import add_bundle_file
from esphome.components import esp32
import esphome.config_validation as cv
from esphome.core import CORE
from esphome.types import ConfigType

from .library_files import library_files

HERE = Path(__file__).resolve().parent
PACKAGED = HERE / "ocel"
ROOT = PACKAGED if PACKAGED.is_dir() else HERE.parents[1]


def validate(config: ConfigType) -> ConfigType:
    """The library is there, and will be in a bundle."""
    if not (ROOT / "include/ocel/server.h").is_file():
        raise cv.Invalid(
            "the C library is not there: name the whole repository under external_components, or "
            "copy the folder that its tools/esphome_package.py makes"
        )
    _add_to_bundle()
    return config


def _add_to_bundle() -> None:
    # `esphome bundle` packs the folder of a local source, so a packaged component whole, and
    # leaves a Git source, which lies in ESPHome's own folder, to be fetched again.
    inside = ROOT.is_relative_to(CORE.config_dir.resolve())
    if ROOT == PACKAGED or not inside or ROOT.is_relative_to(CORE.data_dir.resolve()):
        return
    for path in library_files(ROOT):
        add_bundle_file(ROOT / path)


def add_to_build() -> None:
    if not CORE.is_esp32:
        cg.add_library("ocel", None, ROOT.as_uri())
        return
    add_pipeline_to_build()
    # Another task wakes the server's by a datagram to itself.
    esp32.add_idf_sdkconfig_option("CONFIG_LWIP_NETIF_LOOPBACK", True)


def _add_idf_component(name: str) -> None:
    # ESP-IDF calls a component as its folder is called.
    esp32.add_idf_component(name=name, path=str(ROOT / "ports/esphome" / name))


def add_pipeline_to_build() -> None:
    """The core, and the way of a picture from a camera through the encoder."""
    _add_idf_component("ocel")
    _add_idf_component("ocel_esp32p4")
    esp32.add_idf_component(name="espressif/esp_h264", ref="^1.3.8")


def add_camera_to_build() -> None:
    """The MIPI-CSI camera through esp_video, with what it stands on."""
    add_pipeline_to_build()
    _add_idf_component("ocel_esp_video")
    esp32.add_idf_component(name="espressif/esp_video", ref="~2.4.1")
    esp32.add_idf_component(name="espressif/esp_cam_sensor", ref="~2.4.0")
    for name in ("esp_driver_cam", "esp_driver_i2c"):
        esp32.include_builtin_idf_component(name)
    esp32.add_idf_sdkconfig_option("CONFIG_ESP_VIDEO_ENABLE_MIPI_CSI_VIDEO_DEVICE", True)
    esp32.add_idf_sdkconfig_option("CONFIG_ESP_VIDEO_ENABLE_DVP_VIDEO_DEVICE", False)
    esp32.add_idf_sdkconfig_option("CONFIG_ESP_VIDEO_ENABLE_ISP_VIDEO_DEVICE", True)
    # Exposure and white balance by Espressif's algorithms; without, the picture stays dark.
    esp32.add_idf_sdkconfig_option("CONFIG_ESP_VIDEO_ENABLE_ISP_PIPELINE_CONTROLLER", True)
    esp32.add_idf_sdkconfig_option("CONFIG_CAMERA_XCLK_USE_ESP_CLOCK_ROUTER", True)
