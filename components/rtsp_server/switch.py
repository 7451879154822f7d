# SPDX-License-Identifier: Apache-2.0
import esphome.codegen as cg
from esphome.components import switch
import esphome.config_validation as cv
from esphome.types import ConfigType

from . import CONF_RTSP_SERVER_ID, RTSPServer, rtsp_server_ns, stream_path, streams

DEPENDENCIES = ["rtsp_server"]

StreamSwitch = rtsp_server_ns.class_("StreamSwitch", switch.Switch, cg.Component)

CONFIG_SCHEMA = (
    switch.switch_schema(StreamSwitch, icon="mdi:video", default_restore_mode="RESTORE_DEFAULT_ON")
    .extend(
        {
            cv.GenerateID(CONF_RTSP_SERVER_ID): cv.use_id(RTSPServer),
            cv.Optional(streams.CONF_STREAM): stream_path,
        }
    )
    .extend(cv.COMPONENT_SCHEMA)
)


FINAL_VALIDATE_SCHEMA = streams.final_validate_entity


async def to_code(config: ConfigType) -> None:
    var = await switch.new_switch(config)
    await cg.register_component(var, config)
    await cg.register_parented(var, config[CONF_RTSP_SERVER_ID])
    if path := config.get(streams.CONF_STREAM):
        cg.add(var.set_stream(streams.number_of(streams.server_of(config), path)))
