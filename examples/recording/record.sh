#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: record.sh URL FOLDER
# Records a camera without end, as it sends it: FOLDER/2026-11-24_18-05-00.mp4, one file for each
# EVERY seconds (600), each beginning with a key picture and readable up to a power cut. Files older than
# KEEP days (7) are removed, and a stream that breaks is opened again. SIGTERM or Ctrl-C ends it.
#   EVERY=60 KEEP=2 ./record.sh rtsp://192.168.1.50:554/stream /srv/front_door
set -u
url=${1:?usage: record.sh URL FOLDER}
folder=${2:?usage: record.sh URL FOLDER}
every=${EVERY:-600} keep=${KEEP:-7} pause=${PAUSE:-5}
mkdir -p "$folder" || exit 1

ffmpeg=
end() {
  trap '' INT TERM
  [ -n "$ffmpeg" ] && kill -INT "$ffmpeg" 2>/dev/null && wait "$ffmpeg"
  exit 0
}
trap end INT TERM

while :; do
  find "$folder" -name '*.mp4' -mtime "+$((keep - 1))" -delete
  # -timeout: a camera that says nothing for ten seconds is opened again.
  ffmpeg -hide_banner -nostdin -loglevel warning -rtsp_transport tcp -timeout 10000000 -i "$url" \
    -map 0 -c copy -f segment -segment_time "$every" -segment_atclocktime 1 -strftime 1 \
    -reset_timestamps 1 -segment_format mp4 \
    -segment_format_options movflags=+frag_keyframe+empty_moov+default_base_moof \
    "$folder/%Y-%m-%d_%H-%M-%S.mp4" &
  ffmpeg=$!
  wait "$ffmpeg"
  echo "record.sh: the stream ended; again in $pause s" >&2
  ffmpeg=
  sleep "$pause" &
  wait $!
done
