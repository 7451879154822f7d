# SPDX-License-Identifier: Apache-2.0
"""What the ESP32-P4 can do, told when the YAML is validated."""

import re

from esphome.components import esp32, socket
import esphome.config_validation as cv
from esphome.core import CORE
import esphome.final_validate as fv
from esphome.loader import get_component
from esphome.types import ConfigType

CAMERA = "mipi_dsi_cam"

WIDTHS, HEIGHTS = (80, 1920), (80, 1088)  # of the encoder
BITS_PER_PIXEL_LEAST = 0.01  # below, qp_max is reached by any scene

# What the third-party component calls its sizes.
NAMES = {"QVGA": (320, 240), "VGA": (640, 480), "480P": (640, 480), "720P": (1280, 720),
         "1080P": (1920, 1080)}  # fmt: skip


# Of ports/espidf: two that wait for the other side's end, and one that is told it is too many.
LINGERING_SOCKETS = 3

# Over UDP to one client: bytes per second, and at once; docs/esp32p4.md says why.
WIFI_PACE, WIFI_BURST = 2500000, 16384

# Per connection over TCP; docs/esp32p4.md says why.
SEND_BUFFER = 32768


def size_the_network() -> None:
    """lwIP's sizes for a device that sends and hardly receives. What the YAML or another component
    has asked for stays."""
    options = {"CONFIG_LWIP_TCP_SND_BUF_DEFAULT": SEND_BUFFER}
    # Closed connections stay for a while.
    options["CONFIG_LWIP_MAX_ACTIVE_TCP"] = max(16, socket.get_socket_counts().tcp + 8)
    if "wifi" in CORE.config:
        options |= {
            "CONFIG_SPIRAM_TRY_ALLOCATE_WIFI_LWIP": True,
            "CONFIG_ESP_WIFI_DYNAMIC_TX_BUFFER_NUM": 64,
            "CONFIG_ESP_WIFI_AMPDU_TX_ENABLED": True,
            "CONFIG_ESP_WIFI_TX_BA_WIN": 32,
        }
    for name, value in options.items():
        esp32.set_idf_sdkconfig_default(name, value)


def is_own_camera() -> bool:
    """Whether the camera is the project's own, which has a frame source."""
    component = get_component(CAMERA)
    return component is not None and getattr(component.module, "HAS_FRAME_SOURCE", False)


def validate(config: ConfigType) -> ConfigType:
    if not CORE.is_esp32:
        return config
    esp32.only_on_variant(supported=[esp32.VARIANT_ESP32P4], msg_prefix="rtsp_server")(config)
    cv.require_framework_version(esp_idf=cv.Version(5, 4, 2))(config)
    if config["gop"] < 2:
        raise cv.Invalid(
            "the encoder of the ESP32-P4 needs a gop of 2 or more, for example 30", path=["gop"]
        )
    return config


def camera_of(config: ConfigType) -> ConfigType:
    """The YAML of the camera behind camera_id."""
    full = fv.full_config.get()
    path = full.get_path_for_id(config["camera_id"])[:-1]
    if path[0] != CAMERA:
        raise cv.Invalid(
            f"'{config['camera_id']}' is no camera: give the id of a {CAMERA}", path=["camera_id"]
        )
    return full.get_config_for_path(path)


def size_of(camera: ConfigType) -> tuple[int, int] | None:
    value = camera.get("resolution")
    if isinstance(value, str):
        if value.upper() in NAMES:
            return NAMES[value.upper()]
        if match := re.fullmatch(r"([0-9]+)[xX]([0-9]+)", value):
            return int(match[1]), int(match[2])
        return None
    return tuple(value) if value else None


def _check_size(size: tuple[int, int]) -> None:
    for side, (least, most), name in ((size[0], WIDTHS, "width"), (size[1], HEIGHTS, "height")):
        if not least <= side <= most or side % 2:
            raise cv.Invalid(
                f"the encoder cannot do {size[0]}x{size[1]}: choose a resolution with an even "
                f"{name} of {least} to {most}, for example 1280x720",
                path=["camera_id"],
            )


def _check_bitrate(bitrate: int, size: tuple[int, int], fps: int) -> None:
    least = int(size[0] * size[1] * fps * BITS_PER_PIXEL_LEAST)
    if bitrate < least:
        raise cv.Invalid(
            f"is too little for {size[0]}x{size[1]} at {fps} pictures a second: write at least "
            f"{(least + 99999) // 100000 * 100000}, or choose a smaller resolution or framerate",
            path=["bitrate"],
        )


def final_validate(config: ConfigType) -> None:
    if not CORE.is_esp32:
        return
    if "psram" not in fv.full_config.get():
        raise cv.Invalid(
            "the pictures need PSRAM: add 'psram: {mode: hex, speed: 200MHz}' to the YAML"
        )
    camera = camera_of(config)
    if (size := size_of(camera)) is not None:
        _check_size(size)
        _check_bitrate(config["bitrate"], size, camera.get("framerate", 30))


def hash_for_websockets() -> None:
    """SHA-1, which the handshake of the live page's connection is made with."""
    esp32.set_idf_sdkconfig_default("CONFIG_MBEDTLS_SHA1_C", True)
