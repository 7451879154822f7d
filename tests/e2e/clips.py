# SPDX-License-Identifier: Apache-2.0
"""The clips that are served, made by FFmpeg when first asked for, and kept in build/clips."""

import fcntl
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av

import h264

FOLDER = Path(__file__).resolve().parents[2] / "build" / "clips"
PICTURES, RATE, GOP = 50, 25, 25  # of every clip but `camera`
WIDTH, HEIGHT = 640, 360

_TEST_PICTURE = f"testsrc2=size={WIDTH}x{HEIGHT}:rate={RATE}"
_KEYS = f"keyint={GOP}:min-keyint={GOP}:scenecut=0"


@dataclass(frozen=True)
class Recipe:
    file: str
    picture: str = _TEST_PICTURE
    x264: str = "repeat-headers=1:bframes=0"
    more: tuple[str, ...] = ()
    codec: str = "libx264"

    def command(self, path: Path) -> list[str]:
        codec = ["-c:v", self.codec]
        if self.codec == "libx264":
            codec += ["-preset", "veryfast", "-x264-params", f"{_KEYS}:{self.x264}"]
        return ["ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", self.picture,
                "-frames:v", str(PICTURES), "-pix_fmt", "yuv420p", *codec, *self.more, str(path)]


RECIPES = {
    # Parameter sets before every IDR picture, nothing reordered: as a camera does it.
    "plain": Recipe("plain.h264"),
    # Several slices a picture, access unit delimiters.
    "slices": Recipe("slices.h264", x264="repeat-headers=1:bframes=0:slices=4:aud=1"),
    # IDR pictures over 64 KiB: a fixed noise that the other pictures can predict.
    "large": Recipe("large.h264", picture=f"testsrc2=size=1280x720:rate={RATE},noise=alls=12",
                    more=("-qp", "32")),
    # Parameter sets only in the container (avcC), B-pictures.
    "bframes": Recipe("bframes.mp4", x264="bframes=3"),
    # Parameter sets only in the container, nothing reordered.
    "extradata": Recipe("extradata.mkv", x264="bframes=0"),
    # Not H.264 at all.
    "mpeg4": Recipe("mpeg4.mp4", codec="mpeg4"),
}


def path(name: str) -> Path:
    """The clip's file; made once, also when several processes ask at the same time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    recipe = RECIPES[name]
    target = FOLDER / recipe.file
    with (FOLDER / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            fresh = FOLDER / f"fresh-{recipe.file}"
            subprocess.run(recipe.command(fresh), check=True, timeout=120)
            os.replace(fresh, target)
    return target


def units(name: str) -> list[list[bytes]]:
    """The access units in the file, in decoding order, as FFmpeg's container code finds them."""
    clip = path(name)
    if clip.suffix == ".h264":
        return h264.read(clip)
    with av.open(str(clip)) as container:
        packets = [bytes(p) for p in container.demux(video=0) if p.size]
    return [h264.split_lengths(p) for p in packets]
