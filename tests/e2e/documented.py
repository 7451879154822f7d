# SPDX-License-Identifier: Apache-2.0
"""What programs that cannot be had here document of their configuration, as far as the examples use
it. Written by hand, after Frigate's schema of 0.18 and Home Assistant's of 2025.1.

A schema is a type, a tuple of allowed values, [schema] for a list, or {name: schema} for a mapping,
where "*" stands for any name and a name with "!" must be there.
"""

RETAIN = {"retain": {"days": (int, float)}}
RECORD = {"enabled": bool, "continuous": {"days": (int, float)}, "motion": {"days": (int, float)},
          "alerts": RETAIN, "detections": RETAIN}
DETECT = {"enabled": bool, "width": int, "height": int, "fps": int}
PRESETS = ("preset-rtsp-generic", "preset-rtsp-restream", "preset-rtsp-udp")
INPUT = {"path!": str, "roles!": [("audio", "detect", "record")], "input_args": PRESETS}
OUTPUT = {"record": ("preset-record-generic", "preset-record-generic-audio-aac",
                     "preset-record-generic-audio-copy")}
CAMERA = {"ffmpeg!": {"inputs!": [INPUT], "output_args": OUTPUT}, "detect": DETECT,
          "objects": {"track": [str]}, "record": RECORD, "snapshots": {"enabled": bool}}
FRIGATE = {
    "mqtt!": {"enabled": bool, "host": str},
    "cameras!": {"*": CAMERA},
    "ffmpeg": {"hwaccel_args": str, "output_args": OUTPUT},
    "go2rtc": {"streams": {"*": [str]}},
    "camera_groups": {"*": {"order!": int, "icon!": str, "cameras!": [str]}},
    **{name: schema for name, schema in CAMERA.items() if name != "ffmpeg!"},
}

TARGET = {"entity_id": str}
AUTOMATION = {
    "id": str, "alias": str,
    "triggers!": [{"trigger!": ("state",), "entity_id!": str, "to": ("on", "off"), "for": str}],
    "actions!": [{"action!": str, "target": TARGET}],
}  # fmt: skip
HOME_ASSISTANT = {
    "stream": type(None),
    "camera": [{"platform!": ("ffmpeg",), "name": str, "input!": str}],
    "automation": [AUTOMATION],
}
PICTURE_ENTITY = {"type!": ("vertical-stack",), "cards!": [{
    "type!": ("picture-entity", "entities"), "entity": str, "camera_view": ("live", "auto"),
    "show_name": bool, "show_state": bool, "entities": [{"entity!": str}],
}]}  # fmt: skip
ADVANCED_CAMERA_CARD = {
    "type!": ("custom:advanced-camera-card",),
    "cameras!": [{
        "camera_entity": str, "live_provider": ("auto", "go2rtc", "ha", "jsmpeg"),
        "go2rtc": {"stream": str, "url": str, "modes": [str]}, "frigate": {"camera_name": str},
    }],
    "live": {"preload": bool, "lazy_load": bool},
    "menu": {"style": ("none", "hidden", "overlay", "hover", "hover-card", "outside")},
    "dimensions": {"aspect_ratio_mode": ("dynamic", "static", "unconstrained"),
                   "aspect_ratio": str},
}  # fmt: skip


def _of_mapping(value, schema: dict, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where} is no mapping"]
    known = {name.rstrip("!"): part for name, part in schema.items()}
    found = [f"{where} lacks {name[:-1]}" for name in schema
             if name.endswith("!") and name[:-1] not in value]
    for name, part in value.items():
        inner = known.get(name, known.get("*"))
        place = f"{where}.{name}"
        found += [f"{place} is not known"] if inner is None else complaints(part, inner, place)
    return found


def complaints(value, schema, where: str = "it") -> list[str]:
    """What of `value` is not as `schema` says."""
    if isinstance(schema, dict):
        return _of_mapping(value, schema, where)
    if isinstance(schema, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [c for i, v in enumerate(value) for c in complaints(v, schema[0], f"{where}[{i}]")]
    if isinstance(schema, tuple) and not isinstance(schema[0], type):
        return [] if value in schema else [f"{where} is {value!r}, none of {schema}"]
    return [] if isinstance(value, schema) else [f"{where} is {value!r}, no {schema}"]
