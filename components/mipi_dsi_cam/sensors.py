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


def rates(fps: int) -> list[int]:
    """The rates to which a sensor's own can be divided."""
    return [rate for rate in range(fps, 0, -1) if fps % rate == 0]
