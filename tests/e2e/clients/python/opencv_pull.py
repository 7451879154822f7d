# SPDX-License-Identifier: Apache-2.0
"""Decodes with OpenCV and writes the hash of each picture: opencv_pull.py URL PICTURES FILE.

Options of libavformat come in OPENCV_FFMPEG_CAPTURE_OPTIONS, as OpenCV has it.
"""

import hashlib
import sys
from pathlib import Path

import cv2

url, pictures, out = sys.argv[1:]
capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG)
hashes = []
while len(hashes) < int(pictures):
    ok, picture = capture.read()
    if not ok:
        sys.exit(f"only {len(hashes)} of {pictures} pictures")
    hashes.append(hashlib.md5(picture.tobytes()).hexdigest())
capture.release()
Path(out).write_text("\n".join(hashes))
