# SPDX-License-Identifier: Apache-2.0
import esphome.codegen as cg
from esphome.components import text_sensor
import esphome.config_validation as cv
from esphome.const import CONF_ID, CONF_URL, ENTITY_CATEGORY_DIAGNOSTIC
from esphome.types import ConfigType

from . import CONF_RTSP_SERVER_ID, RTSPServer, rtsp_server_ns

DEPENDENCIES = ["rtsp_server"]

ServerTextSensors = rtsp_server_ns.class_("ServerTextSensors", cg.Component)

SENSORS = {
    CONF_URL: text_sensor.text_sensor_schema(
        icon="mdi:link", entity_category=ENTITY_CATEGORY_DIAGNOSTIC
    ),
    "last_client": text_sensor.text_sensor_schema(
        icon="mdi:account-clock", entity_category=ENTITY_CATEGORY_DIAGNOSTIC
    ),
}

CONFIG_SCHEMA = cv.Schema(
    {
        cv.GenerateID(): cv.declare_id(ServerTextSensors),
        cv.GenerateID(CONF_RTSP_SERVER_ID): cv.use_id(RTSPServer),
        **{cv.Optional(name): schema for name, schema in SENSORS.items()},
    }
).extend(cv.COMPONENT_SCHEMA)


async def to_code(config: ConfigType) -> None:
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    await cg.register_parented(var, config[CONF_RTSP_SERVER_ID])
    for name in SENSORS:
        if name in config:
            made = await text_sensor.new_text_sensor(config[name])
            cg.add(getattr(var, f"set_{name}_sensor")(made))
