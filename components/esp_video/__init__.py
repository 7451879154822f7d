# SPDX-License-Identifier: Apache-2.0
"""The block that configurations of the third-party camera carry. The project's mipi_dsi_cam
prepares the hardware by itself, so nothing is made of it: it is checked and told of."""

import logging

import esphome.codegen as cg
import esphome.config_validation as cv
import esphome.final_validate as fv
from esphome.types import ConfigType

_LOGGER = logging.getLogger(__name__)

CODEOWNERS = ["@ocel"]
DEPENDENCIES = ["esp32"]

CAMERA = "mipi_dsi_cam"

# What the third-party component knows, of all its versions, and what mipi_dsi_cam does about it.
WITHOUT_EFFECT = """enable_h264 enable_jpeg use_heap_allocator i2c_frequency i2c_port
sensor_address""".split()
IN_THE_CAMERA = {"enable_xclk_init": "xclk_pin", "xclk_pin": "xclk_pin", "xclk_freq": "xclk_freq"}
IN_THE_BUS = {"i2c_sda": "sda", "i2c_scl": "scl"}
REFUSED = {
    "reset_pin": "the sensor's reset is not driven here: tie it to 3.3 V, or switch it with a "
    "'switch: platform: gpio' that is ALWAYS_ON, and remove it",
    "pwdn_pin": "the sensor's power-down is not driven here: tie it to ground, or switch it with a "
    "'switch: platform: gpio' that is ALWAYS_OFF, and remove it",
    "ldo_voltage": "the regulator of the MIPI lines is set to 2.5 V by esp_video: remove it",
    "ldo_channel": "the regulator of the MIPI lines is channel 3 here: remove it",
}


def _refuse(why: str):
    def validator(value: object) -> object:
        if value in (-1, "-1"):
            return value
        raise cv.Invalid(why)

    return validator


def _needs_isp(value: object) -> bool:
    if cv.boolean(value):
        return True
    raise cv.Invalid("the pictures come from the ISP: write enable_isp: true, or remove the block")


CONFIG_SCHEMA = cv.Schema(
    {
        cv.Optional("id"): cv.valid_name,
        cv.Optional("i2c_id"): cv.Any(cv.int_, cv.validate_id_name),
        cv.Optional("enable_isp", default=True): _needs_isp,
        **{cv.Optional(name): cv.Any(cv.boolean, cv.int_) for name in WITHOUT_EFFECT},
        **{cv.Optional(name): cv.valid for name in (*IN_THE_CAMERA, *IN_THE_BUS)},
        **{cv.Optional(name): _refuse(why) for name, why in REFUSED.items()},
    }
)


def _same(one: object, other: object) -> bool:
    def plain(value: object) -> str:
        return str(value).upper().removeprefix("GPIO")

    return plain(one) == plain(other)


def _clock(config: ConfigType, camera: ConfigType) -> None:
    """Two blocks may name the clock; they must not differ."""
    if not config.get("enable_xclk_init", False):
        return
    pin = config.get("xclk_pin", "GPIO36")
    if not _same(pin, camera["xclk_pin"]):
        raise cv.Invalid(
            f"mipi_dsi_cam starts the sensor's clock: write 'xclk_pin: {pin}' there, and remove "
            "this block",
            path=["xclk_pin"],
        )


def _final_validate(config: ConfigType) -> None:
    camera = fv.full_config.get().get(CAMERA)
    if camera is None:
        raise cv.Invalid(
            "is of use only with the third-party mipi_dsi_cam: remove it, or add mipi_dsi_cam"
        )
    _clock(config, camera)
    _LOGGER.warning("esp_video: mipi_dsi_cam does this by itself; the block can be removed")


FINAL_VALIDATE_SCHEMA = _final_validate


async def to_code(config: ConfigType) -> None:
    cg.add_define("USE_ESP_VIDEO_BLOCK")
