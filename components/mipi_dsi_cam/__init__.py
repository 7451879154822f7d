# SPDX-License-Identifier: Apache-2.0
"""A MIPI-CSI camera on the ESP32-P4, for rtsp_server. It takes the YAML of the third-party
component of the same name."""

import logging
import re

from esphome import automation, pins
import esphome.codegen as cg
from esphome.components import esp32, i2c
from esphome.components.rtsp_server import library
import esphome.config_validation as cv
from esphome.const import CONF_I2C_ID, CONF_ID, CONF_RESOLUTION, CONF_ROTATION
import esphome.final_validate as fv
from esphome.types import ConfigType

from .sensors import RESOLUTIONS, SENSORS, XCLK_HZ, rates

_LOGGER = logging.getLogger(__name__)

CODEOWNERS = ["@ocel"]
DEPENDENCIES = ["esp32", "i2c"]
DOMAIN = "mipi_dsi_cam"

HAS_FRAME_SOURCE = True  # for rtsp_server, which knows the third-party component by its lack

CONF_CROP_OFFSET_X = "crop_offset_x"
CONF_EXTERNAL_CLOCK_PIN = "external_clock_pin"
CONF_FRAMERATE = "framerate"
CONF_FREQUENCY = "frequency"
CONF_JPEG_QUALITY = "jpeg_quality"
CONF_LANE = "lane"
CONF_MIRROR_X = "mirror_x"
CONF_MIRROR_Y = "mirror_y"
CONF_PIXEL_FORMAT = "pixel_format"
CONF_RGB_GAINS = "rgb_gains"
CONF_SENSOR = "sensor"
CONF_SENSOR_ADDR = "sensor_addr"
CONF_SENSOR_TYPE = "sensor_type"
CONF_XCLK_FREQ = "xclk_freq"
CONF_XCLK_PIN = "xclk_pin"

ALIASES = {
    CONF_SENSOR: CONF_SENSOR_TYPE,
    CONF_EXTERNAL_CLOCK_PIN: CONF_XCLK_PIN,
    CONF_FREQUENCY: CONF_XCLK_FREQ,
}

mipi_dsi_cam_ns = cg.esphome_ns.namespace("mipi_dsi_cam")
MipiDSICamComponent = mipi_dsi_cam_ns.class_("MipiDSICamComponent", cg.Component)


def _aliases(config: ConfigType) -> ConfigType:
    config = dict(config)
    for alias, name in ALIASES.items():
        if alias not in config:
            continue
        if name in config:
            raise cv.Invalid(f"is another name of {name}: give one of the two", path=[alias])
        config[name] = config.pop(alias)
    return config


def _sensor_type(value: object) -> str:
    name = cv.string_strict(value).lower()
    if name in SENSORS:
        return name
    known = " or ".join(SENSORS)
    if name == "ov02c10":
        raise cv.Invalid(
            "Espressif's library of sensors (esp_cam_sensor 2.4) has no driver for the ov02c10: "
            f"use a camera with {known}, or the third-party mipi_dsi_cam, which brings one"
        )
    raise cv.Invalid(f"'{name}' is not known here: write {known}")


def _resolution(value: object) -> tuple[int, int]:
    text = cv.string(value).strip().upper()
    if text in RESOLUTIONS:
        return RESOLUTIONS[text]
    if not (match := re.fullmatch(r"([0-9]{1,4})X([0-9]{1,4})", text)):
        raise cv.Invalid(f"write {', '.join(RESOLUTIONS)} or WIDTHxHEIGHT, for example 1280x720")
    size = int(match[1]), int(match[2])
    if size[0] % 2 or size[1] % 2:
        raise cv.Invalid("width and height must be even, for example 1280x720")
    return size


def _pixel_format(value: object) -> str:
    name = cv.string_strict(value).upper()
    if name in ("RGB565", "YUV420"):
        return name
    raise cv.Invalid(
        f"'{name}' cannot feed the H.264 encoder: write RGB565 or leave the option out; "
        "for rtsp_server the picture is YUV420 in any case, straight from the ISP"
    )


def _xclk_pin(value: object) -> int:
    if value in (-1, "-1"):
        return -1
    return pins.internal_gpio_output_pin_number(value)


def _xclk_freq(value: object) -> int:
    if (hertz := int(cv.frequency(value))) != XCLK_HZ:
        raise cv.Invalid("these sensors are driven with 24 MHz: write 24MHz or leave it out")
    return hertz


def _rotation(value: object) -> int:
    if (angle := cv.int_(value)) in (0, 180):
        return angle
    raise cv.Invalid(
        "only 0 and 180 can be had from the sensor: mount the camera upright, or turn the picture "
        "in the player or in Frigate"
    )


def _no_crop(value: object) -> int:
    if (offset := cv.int_range(min=0, max=800)(value)) == 0:
        return offset
    raise cv.Invalid("pictures are not cropped here: remove it, or choose a smaller resolution")


def _no_gains(value: object) -> None:
    raise cv.Invalid("the ISP balances the colours by itself: remove rgb_gains")


def _suits_the_sensor(config: ConfigType) -> ConfigType:
    name = config[CONF_SENSOR_TYPE]
    sensor = SENSORS[name]
    width, height = config[CONF_RESOLUTION]
    if (width, height) not in sensor.formats:
        raise cv.Invalid(
            f"the {name} does not give {width}x{height}: write one of {sensor.sizes()}",
            path=[CONF_RESOLUTION],
        )
    if config.setdefault(CONF_LANE, sensor.lanes) != sensor.lanes:
        raise cv.Invalid(
            f"the {name} uses {sensor.lanes}: write lane: {sensor.lanes} or leave it out",
            path=[CONF_LANE],
        )
    if config.setdefault(CONF_SENSOR_ADDR, sensor.address) != sensor.address:
        raise cv.Invalid(
            f"the {name} is looked for at 0x{sensor.address:02X}: leave it out",
            path=[CONF_SENSOR_ADDR],
        )
    fps = sensor.formats[(width, height)].fps
    if config.setdefault(CONF_FRAMERATE, fps) not in rates(fps):
        raise cv.Invalid(
            f"the {name} gives {fps} pictures a second at {width}x{height}, or a whole part of "
            f"them: write one of {', '.join(map(str, rates(fps)))}",
            path=[CONF_FRAMERATE],
        )
    return config


def _without_effect(config: ConfigType) -> ConfigType:
    if CONF_JPEG_QUALITY in config:
        _LOGGER.warning("mipi_dsi_cam: jpeg_quality has no effect, since no JPEG is made")
    return config


CONFIG_SCHEMA = cv.All(
    _aliases,
    cv.Schema(
        {
            cv.GenerateID(): cv.declare_id(MipiDSICamComponent),
            cv.GenerateID(CONF_I2C_ID): cv.use_id(i2c.InternalI2CBus),
            cv.Optional(CONF_SENSOR_TYPE, default="sc202cs"): _sensor_type,
            cv.Optional(CONF_LANE): cv.int_range(min=1, max=4),
            cv.Optional(CONF_XCLK_PIN, default="GPIO36"): _xclk_pin,
            cv.Optional(CONF_XCLK_FREQ, default=XCLK_HZ): _xclk_freq,
            cv.Optional(CONF_SENSOR_ADDR): cv.i2c_address,
            cv.Optional(CONF_RESOLUTION, default="720P"): _resolution,
            cv.Optional(CONF_PIXEL_FORMAT, default="RGB565"): _pixel_format,
            cv.Optional(CONF_FRAMERATE): cv.int_range(min=1, max=60),
            cv.Optional(CONF_JPEG_QUALITY): cv.int_range(min=1, max=63),
            cv.Optional(CONF_MIRROR_X, default=False): cv.boolean,
            cv.Optional(CONF_MIRROR_Y, default=False): cv.boolean,
            cv.Optional(CONF_ROTATION, default=0): _rotation,
            cv.Optional(CONF_CROP_OFFSET_X, default=0): _no_crop,
            cv.Optional(CONF_RGB_GAINS): _no_gains,
        }
    ).extend(cv.COMPONENT_SCHEMA),
    esp32.only_on_variant(supported=[esp32.VARIANT_ESP32P4], msg_prefix="mipi_dsi_cam"),
    cv.require_framework_version(esp_idf=cv.Version(5, 4, 2)),
    _suits_the_sensor,
    _without_effect,
)


def _final_validate(config: ConfigType) -> None:
    if "psram" not in fv.full_config.get():
        raise cv.Invalid(
            "the pictures need PSRAM: add 'psram: {mode: hex, speed: 200MHz}' to the YAML"
        )


FINAL_VALIDATE_SCHEMA = _final_validate


def _refuse(why: str):
    def validator(value: object) -> None:
        raise cv.Invalid(why)

    return validator


_FOLLOWS_VIEWERS = (
    "rtsp_server starts the camera with the first viewer and stops it after the last: "
    "use rtsp_server.start and rtsp_server.stop"
)
for _name, _why in {
    "capture_snapshot": "no JPEG is made yet: take a picture from the stream, for example with "
    "ffmpeg -i rtsp://ADDRESS:554/stream -frames:v 1 picture.jpg",
    "start_streaming": _FOLLOWS_VIEWERS,
    "stop_streaming": _FOLLOWS_VIEWERS,
}.items():
    automation.register_action(
        f"{DOMAIN}.{_name}", automation.Action, _refuse(_why), synchronous=True
    )(None)  # no code: it is always refused


def _choose_sensor(config: ConfigType) -> None:
    name = config[CONF_SENSOR_TYPE]
    chosen = SENSORS[name].formats[config[CONF_RESOLUTION]].option
    prefix = f"CONFIG_CAMERA_{name.upper()}"
    esp32.add_idf_sdkconfig_option(prefix, True)
    for each in SENSORS[name].formats.values():
        esp32.add_idf_sdkconfig_option(f"{prefix}_MIPI_{each.option}", each.option == chosen)
    esp32.add_idf_sdkconfig_option(f"{prefix}_MIPI_DEFAULT_FMT_{chosen}", True)


async def to_code(config: ConfigType) -> None:
    library.add_camera_to_build()
    _choose_sensor(config)
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    bus = await cg.get_variable(config[CONF_I2C_ID])
    cg.add(var.set_i2c_bus(bus))
    cg.add(var.set_sensor_type(config[CONF_SENSOR_TYPE]))
    cg.add(var.set_xclk(config[CONF_XCLK_PIN], config[CONF_XCLK_FREQ]))
    cg.add(var.set_resolution(*config[CONF_RESOLUTION]))
    cg.add(var.set_framerate(config[CONF_FRAMERATE]))
    turned = config[CONF_ROTATION] == 180
    cg.add(var.set_mirror(config[CONF_MIRROR_X] != turned, config[CONF_MIRROR_Y] != turned))
