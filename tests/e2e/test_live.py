# SPDX-License-Identifier: Apache-2.0
"""The live page in Chromium, and what it lives on as other programs see it."""

import json
import subprocess
import time

import pytest
from playwright.sync_api import sync_playwright
from websockets.sync.client import connect

import clips
import programs
from oceld import wait_for

PASSWORD = ("--username", "viewer", "--password", "pw")
SANE = 10  # seconds of delay that not even a busy machine reaches
# A number for what the video or the image shows.
LOOK = """(id) => {
  const shown = document.getElementById(id), canvas = document.createElement("canvas");
  canvas.width = 64;
  canvas.height = 36;
  const context = canvas.getContext("2d");
  context.drawImage(shown, 0, 0, 64, 36);
  const bytes = context.getImageData(0, 0, 64, 36).data;
  return bytes.reduce((sum, byte) => (sum * 31 + byte) % 1000003, 0);
}"""


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium",
                                             args=["--no-sandbox"])
        yield browser
        browser.close()


class Page:
    """The live page of an oceld, with what the browser complains about."""

    def __init__(self, browser, oceld, **how):
        self.complaints = []
        self.asked = []
        self.context = browser.new_context(**how)
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.origin = f"http://127.0.0.1:{oceld.port}"
        self.answer = self.page.goto(self.origin + "/")

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def eval(self, script: str, argument=None):
        return self.page.evaluate(script, argument)

    def wait_until_shown(self):
        wait_for(lambda: self.eval("document.getElementById('notice').textContent") == "",
                 "a picture in the page", 30)

    def assert_moves(self, look=None):
        """Five different pictures come."""
        seen = set()

        def see():
            seen.add(look() if look else self.eval(LOOK, "video"))
            return len(seen) >= 5

        wait_for(see, "a picture that moves", 30)


@pytest.fixture
def page(chromium):
    """Opens the page of an oceld; afterwards the browser must not have complained."""
    opened = []

    def open_page(oceld, **how) -> Page:
        opened.append(Page(chromium, oceld, **how))
        return opened[-1]

    yield open_page
    for each in opened:
        each.context.close()
        assert each.complaints == []


def test_the_picture_moves_and_nothing_comes_from_elsewhere(serve, page):
    oceld = serve("plain")
    seen = page(oceld)
    seen.wait_until_shown()
    seen.assert_moves()
    assert seen.eval("[video.videoWidth, video.videoHeight]") == [clips.WIDTH, clips.HEIGHT]
    assert all(url.startswith((seen.origin, "blob:", "data:")) for url in seen.asked), seen.asked
    policy = seen.answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    client, = oceld.wait_for_sessions(1)["clients"]
    assert client["tcp"] and client["playing"] and client["access_units"] > 0
    seen.page.close()
    oceld.wait_for_sessions(0)


def test_the_delay_is_known_and_sane(serve, page, record_property):
    seen = page(serve("plain"))
    seen.wait_until_shown()
    delays = []
    for _ in range(20):
        time.sleep(0.1)
        delays.append(seen.eval("window.live.delay()"))
    middle = sorted(delays)[10]
    record_property("delay", middle)
    print(f"delay {middle * 1000:.0f} ms, capture to decoder")
    assert abs(middle) < SANE  # the clocks meet when a message comes, not when it is sent
    assert seen.eval("video.buffered.end(0) - video.currentTime") < SANE


def test_a_password_opens_the_page_and_its_picture(serve, page):
    oceld = serve("plain", *PASSWORD)
    seen = page(oceld, http_credentials={"username": "viewer", "password": "pw"})
    seen.wait_until_shown()
    seen.assert_moves()
    assert any(url.endswith("/api/ticket") for url in seen.asked)


def test_without_the_password_there_is_nothing(serve, chromium):
    oceld = serve("plain", *PASSWORD)
    context = chromium.new_context(http_credentials={"username": "viewer", "password": "no"})
    tab = context.new_page()
    assert tab.goto(f"http://127.0.0.1:{oceld.port}/").status == 401
    context.close()


@pytest.mark.parametrize("width, height", [(390, 844), (844, 390), (320, 568)])
def test_it_fits_on_a_phone(serve, page, width, height):
    seen = page(serve("plain"), viewport={"width": width, "height": height}, has_touch=True)
    seen.wait_until_shown()
    assert seen.eval("document.documentElement.scrollWidth") <= width
    heights = seen.eval("[...document.querySelectorAll('button')].filter((b) => !b.hidden)"
                        ".map((b) => b.getBoundingClientRect().height)")
    assert len(heights) >= 3 and min(heights) >= 44  # a finger's


def test_it_is_light_or_dark_as_the_reader_likes(serve, page):
    oceld = serve("plain")
    grounds = {scheme: page(oceld, color_scheme=scheme).eval(
        "getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark")}
    assert grounds == {"light": "rgb(244, 245, 247)", "dark": "rgb(18, 20, 23)"}


def test_a_stream_of_jpeg_is_shown_as_it_is(serve, page):
    oceld = serve("test", "--codec", "mjpeg", "--size", "320x180", "--fps", "10")
    seen = page(oceld)
    seen.wait_until_shown()
    seen.assert_moves(seen.page.locator("#image").screenshot)  # a canvas gets the first picture


def test_what_it_shows_are_the_counters(serve, page):
    oceld = serve("plain")
    seen = page(oceld)
    seen.wait_until_shown()
    wait_for(lambda: seen.eval("document.querySelectorAll('#clients tr').length") == 1,
             "the page to list its reader")
    cells = seen.eval("[...document.querySelectorAll('#clients td')].map((d) => d.textContent)")
    assert cells[1:3] == ["/stream", "TCP"]
    names = seen.eval("[...document.querySelectorAll('figcaption')].map((c) => c.textContent)")
    assert len(names) == 4 and names[0].startswith("Pictures") and names[0].endswith("/s")
    url = seen.eval("document.querySelector('#urls input').value")
    assert url == oceld.url


def test_a_paused_picture_stays_and_goes_on_live(serve, page):
    seen = page(serve("plain"))
    seen.wait_until_shown()
    seen.page.click("#pause")
    time.sleep(0.3)
    first = seen.eval(LOOK, "video")
    time.sleep(1)
    assert seen.eval(LOOK, "video") == first
    seen.page.click("#pause")
    seen.assert_moves()


def test_fragments_are_the_clip_to_another_reader(serve, tmp_path):
    oceld = serve("plain")
    pictures = 2 * clips.PICTURES
    out = tmp_path / "live.mp4"
    with connect(f"ws://127.0.0.1:{oceld.port}/live/stream", max_size=None) as socket:
        hello = json.loads(socket.recv(timeout=10))
        with out.open("wb") as file:
            for _ in range(1 + pictures):
                file.write(socket.recv(timeout=10))
        assert socket.ping().wait(10)
    assert hello["codecs"].startswith("avc1.") and hello["now"] > 0
    hashes = programs.ffmpeg_decode_file(out)
    want = programs.ffmpeg_decode_file(clips.path("plain"))
    first = want.index(hashes[0])
    assert hashes == [want[(first + i) % len(want)] for i in range(pictures)]
    oceld.wait_for_sessions(0)


def test_sound_comes_with_the_picture(serve, tmp_path):
    oceld = serve("test", "--audio", "aac", "--size", "320x180")
    out = tmp_path / "live.mp4"
    with connect(f"ws://127.0.0.1:{oceld.port}/live/stream", max_size=None) as socket:
        assert json.loads(socket.recv(timeout=20))["codecs"].endswith(",mp4a.40.2")
        out.write_bytes(b"".join(socket.recv(timeout=10) for _ in range(150)))
    probed = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries",
         "stream=codec_name,nb_read_frames", "-of", "json", out],
        capture_output=True, text=True, timeout=60, check=True)
    assert probed.stderr == ""
    streams = {s["codec_name"]: int(s["nb_read_frames"])
               for s in json.loads(probed.stdout)["streams"]}
    assert streams.keys() == {"h264", "aac"} and min(streams.values()) > 20
