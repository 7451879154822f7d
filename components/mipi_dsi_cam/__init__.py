# SPDX-License-Identifier: Apache-2.0
"""A MIPI-CSI camera on the ESP32-P4, for rtsp_server. It takes the YAML of the third-party
component of the same name."""

import re

from esphome import automation, pins
import esphome.codegen as cg
from esphome.components import esp32, i2c
from esphome.components.rtsp_server import library
import esphome.config_validation as cv
from esphome.const import CONF_I2C_ID, CONF_ID, CONF_RESOLUTION, CONF_ROTATION
import esphome.final_validate as fv
from esphome.types import ConfigType

from .sensors import MISSING, RESOLUTIONS, SENSORS, XCLK_HZ, Plan, plan

CODEOWNERS = ["@ocel"]
DEPENDENCIES = ["esp32", "i2c"]
DOMAIN = "mipi_dsi_cam"

HAS_FRAME_SOURCE = True  # for rtsp_server, which knows the third-party component by its lack

CONF_BUFFERS = "buffers"
CONF_CROP_OFFSET_X = "crop_offset_x"
CONF_EXTERNAL_CLOCK_PIN = "external_clock_pin"
CONF_FILENAME = "filename"
CONF_FRAMERATE = "framerate"
CONF_FREQUENCY = "frequency"
CONF_JPEG_QUALITY = "jpeg_quality"
CONF_LANE = "lane"
CONF_MIPI_DSI_CAM_ID = "mipi_dsi_cam_id"
CONF_MIRROR_X = "mirror_x"
CONF_MIRROR_Y = "mirror_y"
CONF_ON_SNAPSHOT = "on_snapshot"
CONF_PIXEL_FORMAT = "pixel_format"
CONF_RGB_GAINS = "rgb_gains"
CONF_SENSOR = "sensor"
CONF_SENSOR_ADDR = "sensor_addr"
CONF_SENSOR_TYPE = "sensor_type"
CONF_XCLK_FREQ = "xclk_freq"
CONF_XCLK_PIN = "xclk_pin"

TURNED_WIDTH_MAX = 1088  # lines that the encoder takes

ALIASES = {
    CONF_SENSOR: CONF_SENSOR_TYPE,
    CONF_EXTERNAL_CLOCK_PIN: CONF_XCLK_PIN,
    CONF_FREQUENCY: CONF_XCLK_FREQ,
}

mipi_dsi_cam_ns = cg.esphome_ns.namespace("mipi_dsi_cam")
MipiDSICamComponent = mipi_dsi_cam_ns.class_("MipiDSICamComponent", cg.Component)
Control = mipi_dsi_cam_ns.enum("Control", is_class=True)


def _aliases(config: ConfigType) -> ConfigType:
    config = dict(config)
    for alias, name in ALIASES.items():
        if alias not in config:
            continue
        if name in config:
            raise cv.Invalid(f"is another name of {name}: give one of the two", path=[alias])
        config[name] = config.pop(alias)
    _bus(config)
    return config


def _bus(config: ConfigType) -> None:
    """The third-party component also counts buses, and its default is the first one."""
    if (bus := config.get(CONF_I2C_ID)) == 0:
        del config[CONF_I2C_ID]
    elif isinstance(bus, int):
        raise cv.Invalid("write the id that the bus has under i2c:", path=[CONF_I2C_ID])


def _sensor_type(value: object) -> str:
    name = cv.string_strict(value).lower()
    if name in SENSORS:
        return name
    known = " or ".join(SENSORS)
    if name in MISSING:
        raise cv.Invalid(
            f"{MISSING[name]}: use a camera with {known}, or the third-party mipi_dsi_cam, which "
            "brings one of its own"
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
    if (angle := cv.int_(value)) in (0, 90, 180, 270):
        return angle
    raise cv.Invalid("the hardware turns by right angles: write 0, 90, 180 or 270 (clockwise)")


def _file_name(value: object) -> str:
    name = cv.string_strict(value)
    if not name.startswith("/"):
        raise cv.Invalid(
            "write the path on a mounted file system, which begins with '/': for example "
            f"/sdcard/{name}"
        )
    return name


def _no_crop(value: object) -> int:
    if (offset := cv.int_range(min=0, max=800)(value)) == 0:
        return offset
    raise cv.Invalid("pictures are not cropped here: remove it, or choose a smaller resolution")


RGB_GAINS = {cv.Optional(color, default=1.0): cv.float_range(min=0.1, max=3.999)
             for color in ("red", "green", "blue")}  # fmt: skip


def _gains_suit(config: ConfigType) -> ConfigType:
    if CONF_RGB_GAINS not in config:
        return config
    if config[CONF_SENSOR_TYPE] != "ov5647":
        raise cv.Invalid(
            f"Espressif's algorithm sets the white balance of the {config[CONF_SENSOR_TYPE]} with "
            "every picture: remove rgb_gains",
            path=[CONF_RGB_GAINS],
        )
    gains = config[CONF_RGB_GAINS]
    for color in ("red", "blue"):
        if not 0.001 <= gains[color] / gains["green"] <= 3.999:
            raise cv.Invalid(
                f"{color} is more than 3.999 times green: write a smaller one", path=[CONF_RGB_GAINS]
            )
    return config


def only_with(sensor: str, config: ConfigType, option: str, why: str) -> None:
    """For the entities: they depend on the sensor behind their camera."""
    full = fv.full_config.get()
    path = full.get_path_for_id(config[CONF_MIPI_DSI_CAM_ID])[:-1]
    if full.get_config_for_path(path)[CONF_SENSOR_TYPE] != sensor:
        raise cv.Invalid(why, path=[option])


def _size_suits(config: ConfigType) -> Plan:
    name = config[CONF_SENSOR_TYPE]
    width, height = config[CONF_RESOLUTION]
    if (way := plan(SENSORS[name], (width, height))) is None:
        raise cv.Invalid(
            f"is more than the {name} gives: write one of {SENSORS[name].sizes()}, or a smaller one",
            path=[CONF_RESOLUTION],
        )
    if config[CONF_ROTATION] in (90, 270) and width > TURNED_WIDTH_MAX:
        raise cv.Invalid(
            f"{width}x{height} would be turned into more lines than the encoder takes "
            f"({TURNED_WIDTH_MAX}): choose a resolution with a smaller width, for example 800x600",
            path=[CONF_ROTATION],
        )
    return way


def _suits_the_sensor(config: ConfigType) -> ConfigType:
    name = config[CONF_SENSOR_TYPE]
    sensor = SENSORS[name]
    way = _size_suits(config)
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
    fps = sensor.formats[way.mode].fps
    if config[CONF_FRAMERATE] > fps:
        raise cv.Invalid(
            f"the {name} gives {fps} pictures a second at this resolution: write {fps} or less",
            path=[CONF_FRAMERATE],
        )
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
            cv.Optional(CONF_FRAMERATE, default=30): cv.int_range(min=1, max=60),
            cv.Optional(CONF_BUFFERS, default=2): cv.int_range(min=2, max=6),
            cv.Optional(CONF_JPEG_QUALITY, default=10): cv.int_range(min=1, max=63),
            cv.Optional(CONF_MIRROR_X, default=False): cv.boolean,
            cv.Optional(CONF_MIRROR_Y, default=False): cv.boolean,
            cv.Optional(CONF_ROTATION, default=0): _rotation,
            cv.Optional(CONF_CROP_OFFSET_X, default=0): _no_crop,
            cv.Optional(CONF_RGB_GAINS): cv.Schema(RGB_GAINS),
            cv.Optional(CONF_ON_SNAPSHOT): automation.validate_automation(),
        }
    ).extend(cv.COMPONENT_SCHEMA),
    esp32.only_on_variant(supported=[esp32.VARIANT_ESP32P4], msg_prefix="mipi_dsi_cam"),
    cv.require_framework_version(esp_idf=cv.Version(5, 4, 2)),
    _suits_the_sensor,
    _gains_suit,
)


def _final_validate(config: ConfigType) -> None:
    if "psram" not in fv.full_config.get():
        raise cv.Invalid(
            "the pictures need PSRAM: add 'psram: {mode: hex, speed: 200MHz}' to the YAML"
        )


FINAL_VALIDATE_SCHEMA = _final_validate


_ID_SCHEMA = automation.maybe_simple_id({cv.GenerateID(): cv.use_id(MipiDSICamComponent)})

for _name in ("start_streaming", "stop_streaming"):
    automation.register_apply_action(
        f"{DOMAIN}.{_name}", _ID_SCHEMA, automation.ApplyCall(f"{_name}()")
    )

automation.register_apply_action(
    f"{DOMAIN}.capture_snapshot",
    cv.Schema(
        {
            cv.GenerateID(): cv.use_id(MipiDSICamComponent),
            cv.Required(CONF_FILENAME): cv.templatable(_file_name),
        }
    ),
    automation.ApplyCall("capture_snapshot({})", ((CONF_FILENAME, cg.std_string),)),
)

for _name in ("is_streaming", "is_pipeline_ready"):
    automation.register_apply_condition(f"{DOMAIN}.{_name}", _ID_SCHEMA, f"{_name}()")

_CALLBACKS = (
    automation.CallbackAutomation(
        CONF_ON_SNAPSHOT,
        "add_on_snapshot_callback",
        [(cg.std_string, "filename"), (cg.bool_, "success")],
    ),
)


def _choose_sensor(config: ConfigType, mode: tuple[int, int]) -> None:
    name = config[CONF_SENSOR_TYPE]
    chosen = SENSORS[name].formats[mode].option
    prefix = f"CONFIG_CAMERA_{name.upper()}"
    esp32.add_idf_sdkconfig_option(prefix, True)
    for each in SENSORS[name].formats.values():
        esp32.add_idf_sdkconfig_option(f"{prefix}_MIPI_{each.option}", each.option == chosen)
    esp32.add_idf_sdkconfig_option(f"{prefix}_MIPI_DEFAULT_FMT_{chosen}", True)


def _orientation(var: cg.MockObj, config: ConfigType) -> None:
    """Half a turn is both mirrors, which the sensor does; quarters are the PPA's."""
    angle = config[CONF_ROTATION]
    turned = angle == 180
    cg.add(var.set_mirror(config[CONF_MIRROR_X] != turned, config[CONF_MIRROR_Y] != turned))
    if angle in (90, 270):
        cg.add(var.set_quarter_turn(angle))


async def to_code(config: ConfigType) -> None:
    library.add_camera_to_build()
    way = plan(SENSORS[config[CONF_SENSOR_TYPE]], config[CONF_RESOLUTION])
    _choose_sensor(config, way.mode)
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    bus = await cg.get_variable(config[CONF_I2C_ID])
    cg.add(var.set_i2c_bus(bus))
    cg.add(var.set_sensor_type(config[CONF_SENSOR_TYPE]))
    cg.add(var.set_xclk(config[CONF_XCLK_PIN], config[CONF_XCLK_FREQ]))
    cg.add(var.set_resolution(*config[CONF_RESOLUTION]))
    if not way.is_whole:
        cg.add(var.set_block(*way.block, way.eighths))
    cg.add(var.set_framerate(config[CONF_FRAMERATE]))
    cg.add(var.set_buffers(config[CONF_BUFFERS]))
    cg.add(var.set_jpeg_quality(100 - config[CONF_JPEG_QUALITY]))  # less is better, as it was
    if (gains := config.get(CONF_RGB_GAINS)) is not None:
        cg.add(var.set_rgb_gains_config(gains["red"], gains["green"], gains["blue"]))
    _orientation(var, config)
    await automation.build_callback_automations(var, config, _CALLBACKS)
