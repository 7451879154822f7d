# SPDX-License-Identifier: Apache-2.0
import esphome.codegen as cg
from esphome.components import binary_sensor
import esphome.config_validation as cv
from esphome.const import CONF_ID, DEVICE_CLASS_CONNECTIVITY, DEVICE_CLASS_RUNNING
from esphome.types import ConfigType

from . import CONF_RTSP_SERVER_ID, RTSPServer, rtsp_server_ns

DEPENDENCIES = ["rtsp_server"]

ServerBinarySensors = rtsp_server_ns.class_("ServerBinarySensors", cg.Component)

SENSORS = {
    "streaming": binary_sensor.binary_sensor_schema(device_class=DEVICE_CLASS_RUNNING),
    "client_connected": binary_sensor.binary_sensor_schema(device_class=DEVICE_CLASS_CONNECTIVITY),
}

CONFIG_SCHEMA = cv.Schema(
    {
        cv.GenerateID(): cv.declare_id(ServerBinarySensors),
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
            made = await binary_sensor.new_binary_sensor(config[name])
            cg.add(getattr(var, f"set_{name}_sensor")(made))
