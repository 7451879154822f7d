# SPDX-License-Identifier: Apache-2.0
"""GET /snapshot: a JPEG of what is being shown, and how little it costs."""

import io
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest

import clips
from test_mjpeg import MJPEG, clip, jpegs  # noqa: F401

SMALL = ("--size", "320x240", "--audio", "none")


def get(oceld, path: str, **headers: str):
    """(status, headers, body)."""
    request = urllib.request.Request(f"http://{oceld.host}:{oceld.port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read()


def picture(oceld, path: str = "/snapshot") -> np.ndarray:
    status, headers, body = get(oceld, path)
    assert status == 200, body
    assert headers["Content-Type"] == "image/jpeg"
    return decode(body)


def decode(jpeg: bytes) -> np.ndarray:
    with av.open(io.BytesIO(jpeg), format="jpeg_pipe") as file:
        return next(file.decode(video=0)).to_ndarray(format="rgb24").astype(int)


def frames_of(path) -> list[np.ndarray]:
    with av.open(str(path)) as file:
        return [f.to_ndarray(format="rgb24").astype(int) for f in file.decode(video=0)]


@pytest.mark.parametrize("name", ["plain", "raw"])
def test_it_is_a_picture_of_the_clip(serve, name, tmp_path):
    source = "plain"
    if name == "raw":  # served without FFmpeg, by the loop's own thread
        raw = tmp_path / "clip.h264"
        raw.write_bytes(b"".join(b"\0\0\0\1" + n for u in clips.units("plain") for n in u))
        source = f"file:{raw}"
    shown = picture(serve(source))
    off = min(np.abs(shown - f).mean() for f in frames_of(clips.path("plain")))
    assert shown.shape == (clips.HEIGHT, clips.WIDTH, 3)
    assert off < 3, off


def test_it_moves(serve):
    oceld = serve("test", *SMALL)
    first = picture(oceld)
    time.sleep(0.8)
    assert np.abs(picture(oceld) - first).max() > 50


def test_it_is_the_file_itself_of_mjpeg(serve, clip):  # noqa: F811
    oceld = serve(f"file:{clip}", *MJPEG)
    assert get(oceld, "/snapshot")[2] in jpegs(clip)
    assert picture(oceld, "/snapshot?width=320").shape == (180, 320, 3)


def test_a_width_keeps_the_proportions(serve):
    oceld = serve()
    small = picture(oceld, "/snapshot/stream?width=160")
    assert small.shape == (90, 160, 3)
    assert picture(oceld, "/snapshot?width=4000").shape == (clips.HEIGHT, clips.WIDTH, 3)


def test_pollers_share_a_picture(serve):
    oceld = serve("test", *SMALL)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: get(oceld, "/snapshot"), range(200)))
    lasted = time.monotonic() - began
    assert {status for status, _, _ in answers} == {200}
    assert len({headers["ETag"] for _, headers, _ in answers}) <= 2 + lasted / 0.5


def test_who_has_it_gets_304(serve):
    oceld = serve("test", *SMALL)
    etag = get(oceld, "/snapshot")[1]["ETag"]
    assert get(oceld, "/snapshot", **{"If-None-Match": etag})[0] == 304


def test_what_is_not_there(serve):
    oceld = serve("test", *SMALL)
    assert get(oceld, "/snapshot/other")[0] == 404
    assert get(oceld, "/snapshot?width=1")[0] == 400


def test_it_asks_for_the_password(serve):
    oceld = serve("test", *SMALL, "--username", "viewer", "--password", "secret")
    assert get(oceld, "/snapshot")[0] == 401
