# SPDX-License-Identifier: Apache-2.0
"""The `camera:` block: the picture as an entity, shown by Home Assistant through the native API."""

import esphome.codegen as cg
import esphome.config_validation as cv
from esphome.const import CONF_ID, CONF_UPDATE_INTERVAL
from esphome.core import CORE
from esphome.core.entity_helpers import setup_entity
from esphome.types import ConfigType

CONF_CAMERA = "camera"
CONF_CAMERA_ID = "camera_id"

CameraEntity = cg.esphome_ns.namespace("rtsp_server").class_(
    "CameraEntity", cg.EntityBase, cg.Component
)

SCHEMA = cv.ENTITY_BASE_SCHEMA.extend(
    {
        cv.GenerateID(): cv.declare_id(CameraEntity),
        cv.Optional(CONF_UPDATE_INTERVAL, default="200ms"): cv.All(
            cv.positive_time_period_milliseconds,
            cv.Range(min=cv.TimePeriod(milliseconds=50), max=cv.TimePeriod(minutes=1)),
        ),
    }
).extend(cv.COMPONENT_SCHEMA)


def validate(config: ConfigType) -> ConfigType:
    if CONF_CAMERA in config and config[CONF_CAMERA_ID].id == CONF_CAMERA:
        raise cv.Invalid(
            "needs another id of the camera than 'camera', which is a name of ESPHome's own: for "
            "example test_camera",
            path=[CONF_CAMERA_ID],
        )
    if CONF_CAMERA in config and not CORE.is_host:
        raise cv.Invalid(
            "works with rtsp_test_camera on the host platform only: leave it out, and add the RTSP "
            "stream to Home Assistant as a Generic Camera",
            path=[CONF_CAMERA],
        )
    return config


def loads(config: ConfigType) -> list[str]:
    return ["camera"] if CONF_CAMERA in config else []


async def add(config: ConfigType, source: cg.MockObj) -> None:
    var = cg.new_Pvariable(config[CONF_ID])
    cg.add_define("USE_CAMERA")
    cg.add_define("USE_RTSP_SERVER_CAMERA")
    await setup_entity(var, config, "camera")
    await cg.register_component(var, config)
    cg.add(var.set_source(source))
    cg.add(var.set_update_interval(config[CONF_UPDATE_INTERVAL].total_milliseconds))
