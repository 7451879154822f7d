# SPDX-License-Identifier: Apache-2.0
import esphome.codegen as cg
from esphome.components import number
import esphome.config_validation as cv
from esphome.const import CONF_ID, ENTITY_CATEGORY_CONFIG
from esphome.core import CORE
from esphome.types import ConfigType

from . import (
    BITRATE_RANGE,
    CONF_BITRATE,
    CONF_GOP,
    CONF_MAX_BITRATE,
    CONF_QP_MAX,
    CONF_QP_MIN,
    CONF_RTSP_SERVER_ID,
    DOMAIN,
    GOP_RANGE,
    QP_RANGE,
    RTSPServer,
    rtsp_server_ns,
)

DEPENDENCIES = ["rtsp_server"]

SettingNumber = rtsp_server_ns.class_("SettingNumber", number.Number, cg.Component)
Setting = rtsp_server_ns.enum("Setting", is_class=True)

# Option -> (what it sets, smallest, largest, step, unit, icon)
NUMBERS = {
    CONF_BITRATE: (Setting.BITRATE, *BITRATE_RANGE, 50000, "bit/s", "mdi:speedometer"),
    CONF_GOP: (Setting.GOP, 2, GOP_RANGE[1], 1, "", "mdi:key-variant"),
    CONF_QP_MIN: (Setting.QP_MIN, QP_RANGE[0], QP_RANGE[1] - 1, 1, "", "mdi:quality-high"),
    CONF_QP_MAX: (Setting.QP_MAX, QP_RANGE[0] + 1, QP_RANGE[1], 1, "", "mdi:quality-low"),
}


def _schema(unit: str, icon: str) -> cv.Schema:
    return number.number_schema(
        SettingNumber, unit_of_measurement=unit, icon=icon, entity_category=ENTITY_CATEGORY_CONFIG
    ).extend(cv.COMPONENT_SCHEMA)


CONFIG_SCHEMA = cv.Schema(
    {
        cv.GenerateID(CONF_RTSP_SERVER_ID): cv.use_id(RTSPServer),
        **{cv.Optional(name): _schema(row[4], row[5]) for name, row in NUMBERS.items()},
    }
)


def _max_bitrate(config: ConfigType) -> int:
    servers = cv.ensure_list(dict)(CORE.config[DOMAIN])
    return next(s for s in servers if s[CONF_ID] == config[CONF_RTSP_SERVER_ID])[CONF_MAX_BITRATE]


async def to_code(config: ConfigType) -> None:
    for name, (setting, low, high, step, _, _) in NUMBERS.items():
        if name not in config:
            continue
        if name == CONF_BITRATE:
            high = _max_bitrate(config)
        var = await number.new_number(config[name], min_value=low, max_value=high, step=step)
        await cg.register_component(var, config[name])
        await cg.register_parented(var, config[CONF_RTSP_SERVER_ID])
        cg.add(var.set_setting(setting))
