# SPDX-License-Identifier: Apache-2.0
import esphome.codegen as cg
from esphome.components import button
import esphome.config_validation as cv
from esphome.types import ConfigType

from . import CONF_RTSP_SERVER_ID, RTSPServer, rtsp_server_ns

DEPENDENCIES = ["rtsp_server"]

KeyFrameButton = rtsp_server_ns.class_("KeyFrameButton", button.Button)

CONFIG_SCHEMA = button.button_schema(KeyFrameButton, icon="mdi:key-variant").extend(
    {cv.GenerateID(CONF_RTSP_SERVER_ID): cv.use_id(RTSPServer)}
)


async def to_code(config: ConfigType) -> None:
    var = await button.new_button(config)
    await cg.register_parented(var, config[CONF_RTSP_SERVER_ID])
