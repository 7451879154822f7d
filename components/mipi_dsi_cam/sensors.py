# SPDX-License-Identifier: Apache-2.0
"""What each camera sensor gives: the formats of Espressif's esp_cam_sensor 2.4."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    fps: int
    option: str  # the end of the sdkconfig options that compile it in and choose it


@dataclass(frozen=True)
class Sensor:
    lanes: int
    address: int
    formats: dict[tuple[int, int], Format]

    def sizes(self) -> str:
        return ", ".join(f"{w}x{h}" for w, h in sorted(self.formats))


# Whose drivers Espressif's library lacks, and where they are asked for.
MISSING = {
    "ov02c10": "the newest version of Espressif's library of sensors (esp_cam_sensor 2.4.0, August "
    "2026) has no driver for the ov02c10; it is proposed there as pull requests 46 and 90",
}

XCLK_HZ = 24000000  # what the tables of every sensor below are made for

SENSORS = {
    "sc202cs": Sensor(
        lanes=1,
        address=0x36,
        formats={
            (1280, 720): Format(30, "RAW8_1280X720_30FPS"),
            (1600, 900): Format(30, "RAW10_1600X900_30FPS"),
            (1600, 1200): Format(30, "RAW8_1600X1200_30FPS"),
        },
    ),
    "ov5647": Sensor(
        lanes=2,
        address=0x36,
        formats={
            (800, 640): Format(50, "RAW8_800X640_50FPS"),
            (800, 800): Format(50, "RAW8_800X800_50FPS"),
            (800, 1280): Format(50, "RAW8_800X1280_50FPS"),
            (1280, 960): Format(45, "RAW10_1280X960_BINNING_45FPS"),
            (1920, 1080): Format(30, "RAW10_1920X1080_30FPS"),
        },
    ),
}

RESOLUTIONS = {
    "QVGA": (320, 240),
    "VGA": (640, 480),
    "480P": (640, 480),
    "720P": (1280, 720),
    "1080P": (1920, 1080),
}


@dataclass(frozen=True)
class Plan:
    """How a size is made of a sensor's: a block in its middle, scaled by eighths."""

    mode: tuple[int, int]
    block: tuple[int, int]
    eighths: int

    @property
    def is_whole(self) -> bool:
        return self.mode == self.block and self.eighths == 8

    def rank(self) -> tuple[float, int]:
        """Much of the sensor's view, to a tenth, then few bytes."""
        seen = self.block[0] * self.block[1] / (self.mode[0] * self.mode[1])
        return round(-seen, 1), self.mode[0] * self.mode[1]


def _side(wanted: int, eighths: int, most: int) -> int | None:
    """The even side that scaling makes `wanted` of; the PPA leaves fractions out."""
    for side in range(wanted, most + 1, 2):
        if side * eighths // 8 == wanted:
            return side
    return None


def plan(sensor: Sensor, size: tuple[int, int]) -> Plan | None:
    """The best way to a size; None if the sensor is too small."""
    if size in sensor.formats:
        return Plan(size, size, 8)
    plans = []
    for mode in sensor.formats:
        for eighths in range(1, 9):
            sides = [_side(size[i], eighths, mode[i]) for i in range(2)]
            if None not in sides:
                plans.append(Plan(mode, tuple(sides), eighths))
    return min(plans, key=Plan.rank, default=None)
