# SPDX-License-Identifier: Apache-2.0
import esphome.codegen as cg
from esphome.components import sensor
import esphome.config_validation as cv
from esphome.const import (
    CONF_ID,
    DEVICE_CLASS_DATA_RATE,
    DEVICE_CLASS_DURATION,
    ENTITY_CATEGORY_DIAGNOSTIC,
    STATE_CLASS_MEASUREMENT,
    STATE_CLASS_TOTAL_INCREASING,
    UNIT_MILLISECOND,
)
from esphome.types import ConfigType

from . import CONF_RTSP_SERVER_ID, RTSPServer, rtsp_server_ns, stream_path, streams

DEPENDENCIES = ["rtsp_server"]

ServerSensors = rtsp_server_ns.class_("ServerSensors", cg.Component)


def _schema(unit: str, icon: str, decimals: int = 0, **more: str) -> cv.Schema:
    more.setdefault("state_class", STATE_CLASS_MEASUREMENT)
    return sensor.sensor_schema(
        unit_of_measurement=unit,
        icon=icon,
        accuracy_decimals=decimals,
        entity_category=ENTITY_CATEGORY_DIAGNOSTIC,
        **more,
    )


SENSORS = {
    "clients": _schema("", "mdi:account-eye"),
    "frame_rate": _schema("fps", "mdi:filmstrip", 1),
    "bitrate": _schema("kbit/s", "mdi:speedometer", device_class=DEVICE_CLASS_DATA_RATE),
    "packets_lost": _schema("", "mdi:package-variant-remove"),
    "skipped_frames": _schema(
        "", "mdi:debug-step-over", state_class=STATE_CLASS_TOTAL_INCREASING
    ),
    "encode_time": _schema(
        UNIT_MILLISECOND, "mdi:timer-outline", 1, device_class=DEVICE_CLASS_DURATION
    ),
}

CONFIG_SCHEMA = cv.Schema(
    {
        cv.GenerateID(): cv.declare_id(ServerSensors),
        cv.GenerateID(CONF_RTSP_SERVER_ID): cv.use_id(RTSPServer),
        cv.Optional(streams.CONF_STREAM): stream_path,
        **{cv.Optional(name): schema for name, schema in SENSORS.items()},
    }
).extend(cv.COMPONENT_SCHEMA)


FINAL_VALIDATE_SCHEMA = streams.final_validate_entity


async def to_code(config: ConfigType) -> None:
    var = cg.new_Pvariable(config[CONF_ID])
    await cg.register_component(var, config)
    await cg.register_parented(var, config[CONF_RTSP_SERVER_ID])
    if path := config.get(streams.CONF_STREAM):
        cg.add(var.set_stream(streams.number_of(streams.server_of(config), path)))
    for name in SENSORS:
        if name in config:
            cg.add(getattr(var, f"set_{name}_sensor")(await sensor.new_sensor(config[name])))
