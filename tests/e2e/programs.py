# SPDX-License-Identifier: Apache-2.0
"""The real programs: how each is told to pull, and what it says."""

import os
import subprocess
from pathlib import Path

PEERS = Path(os.environ.get("OCEL_PEERS") or Path(__file__).resolve().parents[2] / "build/peers")
# At the end of a stream GStreamer 1.22 closes its connection and sends PAUSE on it in two threads;
# the server then sees TEARDOWN alone. What was received is compared all the same.
GSTREAMER_PARTING = ("gst_rtspsrc_pause", "Could not send message. (Received end-of-file)")
LIMIT = 60  # seconds after which a program is ended and the test has failed


def run(command: list[object], ignore: tuple[str, ...] = (), ok: tuple[int, ...] = (0,),
        parting: tuple[str, ...] = ()) -> str:
    """Runs a program that must say nothing on standard error; gives its standard output.

    `ignore`: lines with one of these texts are no complaint about the stream.
    `parting`: a program that says all of these has failed after all was received.
    """
    done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=LIMIT)
    if done.returncode != 0 and parting and all(text in done.stderr for text in parting):
        return done.stdout
    complaints = [line for line in done.stderr.splitlines()
                  if line.strip() and not any(text in line for text in ignore)]
    assert done.returncode in ok, f"status {done.returncode}\n{done.stderr}\n{done.stdout}"
    assert not complaints, "\n".join(complaints)
    return done.stdout


def ffmpeg(*arguments: object, **how) -> str:
    return run(["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "warning", *arguments], **how)


def transport(lower: str) -> list[str]:
    """FFmpeg's option for "udp" and "tcp"; nothing for "default"."""
    return [] if lower == "default" else ["-rtsp_transport", lower]


def ffmpeg_copy(url: str, lower: str, pictures: int, out: Path, **how) -> None:
    """The elementary stream, untouched."""
    ffmpeg(*transport(lower), "-i", url, "-frames:v", pictures, "-c", "copy", "-f", "h264", out,
           **how)


def _hashes(frame_md5: str) -> list[str]:
    return [line.split(",")[-1].strip() for line in frame_md5.splitlines() if line[0] != "#"]


def ffmpeg_decode(url: str, lower: str, pictures: int, *options: str) -> list[str]:
    """The hash of each decoded picture."""
    return _hashes(ffmpeg("-xerror", *transport(lower), *options, "-i", url, "-map", "0:v",
                          "-frames:v", pictures, "-fps_mode", "passthrough", "-f", "framemd5", "-"))


def ffmpeg_decode_file(path: Path) -> list[str]:
    return _hashes(ffmpeg("-xerror", "-i", path, "-fps_mode", "passthrough", "-f", "framemd5",
                          "-"))


def gstreamer(url: str, lower: str, sink: list[object]) -> None:
    run(["gst-launch-1.0", "-q", "-e", "rtspsrc", f"location={url}", f"protocols={lower}",
         "latency=100", "!", "rtph264depay", "!", *sink])


def gortsplib(url: str, lower: str, pictures: int, out: Path, **how) -> None:
    run([PEERS / "gortsplib-pull", url, lower, pictures, out], **how)


def retina(url: str, lower: str, pictures: int, out: Path) -> None:
    run([PEERS / "retina-pull", url, lower, pictures, out])


def mpv(url: str, lower: str, pictures: int, *options: str) -> str:
    return run(["mpv", "--no-config", "--no-terminal", "--msg-level=all=warn",
                f"--rtsp-transport={lower}", "--vo=null", "--ao=null", "--untimed",
                f"--frames={pictures}", *options, url])
