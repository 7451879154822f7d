# SPDX-License-Identifier: Apache-2.0
from dataclasses import dataclass

import esphome.codegen as cg
from esphome.components import number
import esphome.config_validation as cv
from esphome.const import CONF_INITIAL_VALUE, ENTITY_CATEGORY_CONFIG
from esphome.types import ConfigType

from . import CONF_MIPI_DSI_CAM_ID, Control, MipiDSICamComponent, mipi_dsi_cam_ns, only_with

DEPENDENCIES = ["mipi_dsi_cam"]

ControlNumber = mipi_dsi_cam_ns.class_("ControlNumber", number.Number, cg.Component)

OWN_EXPOSURE = (
    "the ov5647 chooses exposure and gain by itself, and its driver takes only their aim: use "
    "exposure_target"
)
NO_AIM = "the sc202cs has no aim: use exposure and gain, and the auto_exposure switch"
OWN_BALANCE = (
    "Espressif's algorithm sets the white balance of the sc202cs with every picture: remove it"
)


@dataclass(frozen=True)
class Row:
    control: cg.MockObj
    low: float
    high: float
    step: float
    initial: float
    icon: str
    unit: str = ""
    factor: float = 1  # units of the control in one of the number's
    sensor: str | None = None  # None: any
    why: str = ""  # not with another


BALANCE = (0.1, 3.9, 0.05, 1.0)
NUMBERS = {
    "brightness": Row(Control.BRIGHTNESS, -128, 127, 1, 0, "mdi:brightness-6"),
    "contrast": Row(Control.CONTRAST, 0, 255, 1, 128, "mdi:contrast-box"),
    "saturation": Row(Control.SATURATION, 0, 255, 1, 128, "mdi:palette"),
    "exposure": Row(Control.EXPOSURE, 100, 33000, 100, 10000, "mdi:camera-iris", "µs",
                    sensor="sc202cs", why=OWN_EXPOSURE),
    "gain": Row(Control.GAIN, 1, 63, 0.1, 1, "mdi:brightness-percent", "x", 1000,
                sensor="sc202cs", why=OWN_EXPOSURE),
    "exposure_target": Row(Control.EXPOSURE_TARGET, 2, 235, 1, 80, "mdi:camera-iris",
                           sensor="ov5647", why=NO_AIM),
    "red_balance": Row(Control.RED_BALANCE, *BALANCE, "mdi:white-balance-auto", "x", 1000,
                       sensor="ov5647", why=OWN_BALANCE),
    "blue_balance": Row(Control.BLUE_BALANCE, *BALANCE, "mdi:white-balance-auto", "x", 1000,
                        sensor="ov5647", why=OWN_BALANCE),
}  # fmt: skip


def _schema(row: Row) -> cv.Schema:
    base = number.number_schema(
        ControlNumber,
        unit_of_measurement=row.unit,
        icon=row.icon,
        entity_category=ENTITY_CATEGORY_CONFIG,
    )
    initial = cv.All(cv.float_, cv.Range(min=row.low, max=row.high))
    return base.extend(
        {cv.Optional(CONF_INITIAL_VALUE, default=row.initial): initial}
    ).extend(cv.COMPONENT_SCHEMA)


CONFIG_SCHEMA = cv.Schema(
    {
        cv.GenerateID(CONF_MIPI_DSI_CAM_ID): cv.use_id(MipiDSICamComponent),
        **{cv.Optional(name): _schema(row) for name, row in NUMBERS.items()},
    }
)


def _final_validate(config: ConfigType) -> None:
    for name, row in NUMBERS.items():
        if name in config and row.sensor is not None:
            only_with(row.sensor, config, name, row.why)


FINAL_VALIDATE_SCHEMA = _final_validate


async def to_code(config: ConfigType) -> None:
    for name, row in NUMBERS.items():
        if name not in config:
            continue
        var = await number.new_number(
            config[name], min_value=row.low, max_value=row.high, step=row.step
        )
        await cg.register_component(var, config[name])
        await cg.register_parented(var, config[CONF_MIPI_DSI_CAM_ID])
        cg.add(var.set_control(row.control, row.factor))
        cg.add(var.set_initial_value(config[name][CONF_INITIAL_VALUE]))
