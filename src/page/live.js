// SPDX-License-Identifier: Apache-2.0
// The live page: MP4 by WebSocket into Media Source Extensions, or else JPEG; and what the server
// counts. ocel/live.h has the routes.
"use strict";

const $ = (id) => document.getElementById(id);
const video = $("video"), image = $("image");
const Source = window.ManagedMediaSource || window.MediaSource;

const SECOND = 1e6;           // microseconds of the server's clock
const TARGET_MIN = 0.06;      // seconds that are kept ready to be shown
const TARGET_MAX = 1.5;
const JITTER_WINDOW = 5000;   // milliseconds
const KEEP = 4;               // seconds behind the picture that stay in the buffer
const JUMP = 0.8;             // seconds over the target that are not made up for by playing faster
const RETRY = [0.5, 1, 2, 4, 8];
const SILENCE = 8000;         // milliseconds without a picture after which to connect anew
const HIDDEN = 20000;         // milliseconds that a page nobody sees stays connected

function notice(text) {
  if ($("notice").textContent !== text) $("notice").textContent = text;
}

// ---- how much to keep ready ----

// The target is what the arrivals of the last seconds ask for, and more after a stall.
class Target {
  constructor() {
    this.arrivals = [];
    this.extra = 0;
    this.seconds = 0.12;
  }

  arrived(media, now) {
    this.arrivals.push({ now, late: now / 1000 - media });
    while (this.arrivals[0].now < now - JITTER_WINDOW) this.arrivals.shift();
    const late = this.arrivals.map((a) => a.late).sort((a, b) => a - b);
    const jitter = late[Math.floor((late.length - 1) * 0.95)] - late[0];
    this.extra = Math.max(0, this.extra - 0.0005);
    this.seconds = Math.min(TARGET_MAX, Math.max(TARGET_MIN, jitter * 1.2 + 0.02) + this.extra);
  }

  stalled() {
    this.extra = Math.min(TARGET_MAX, this.extra + 0.04);
  }
}

// ---- MP4 ----

// When a fragment of the first track is to be shown, in seconds of the server's clock.
function mediaTime(data, clock) {
  const view = new DataView(data);
  if (view.byteLength < 108 || view.getUint32(4) !== 0x6d6f6f66 || view.getUint32(44) !== 1) return NaN;
  return (view.getUint32(60) * 2 ** 32 + view.getUint32(64)) / clock;
}

class Mp4Player {
  constructor(path, ended, unplayable) {
    this.path = path;
    this.ended = ended;
    this.unplayable = unplayable;
    this.target = new Target();
    this.queue = [];
    this.heard = performance.now();
    this.timer = setInterval(() => this.check(), 100);
    this.stalled = () => this.shown && this.target.stalled();
    video.addEventListener("waiting", this.stalled);
    this.connect();
  }

  async connect() {
    try {
      const reply = await fetch("/api/ticket", { method: "POST" });
      const { ticket } = await reply.json();
      if (this.closed) return;
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      const url = `${scheme}//${location.host}/ticket/live${this.path}?ticket=${ticket}`;
      this.socket = new WebSocket(url);
      this.socket.binaryType = "arraybuffer";
      this.socket.onmessage = (e) => this.take(e.data);
      this.socket.onclose = () => this.end();
    } catch {
      this.end();
    }
  }

  take(data) {
    this.heard = performance.now();
    if (typeof data === "string") {
      this.greet(JSON.parse(data));
      return;
    }
    const media = mediaTime(data, 90000);
    // No picture comes before it was captured: the clocks cannot be further apart.
    this.lead = Math.min(this.lead, this.heard / 1000 - media || this.lead);
    if (media > this.since) this.target.arrived(media, this.heard);  // not the burst at the start
    this.queue.push(data);
    this.pump();
  }

  greet({ codecs, now }) {
    const type = `video/mp4; codecs="${codecs}"`;
    if (!Source || !Source.isTypeSupported(type)) {
      this.unplayable(codecs);
      return;
    }
    this.since = now / SECOND;
    this.lead = performance.now() / 1000 - now / SECOND;  // of this page's clock
    $("mute").hidden = !codecs.includes(",");
    if (this.buffer) {
      this.queue.push({ type });
      this.pump();
    } else {
      this.open(type);
    }
  }

  open(type) {
    this.source = new Source();
    this.source.addEventListener("sourceopen", () => {
      if (this.closed) return;
      URL.revokeObjectURL(video.src);
      this.buffer = this.source.addSourceBuffer(type);
      this.buffer.addEventListener("updateend", () => this.updated());
      this.pump();
    }, { once: true });
    video.disableRemotePlayback = true;
    video.src = URL.createObjectURL(this.source);
  }

  // Hands everything that waits to the buffer, up to a change of type.
  pump() {
    if (!this.buffer || this.buffer.updating || this.queue.length === 0) return;
    try {
      if (this.queue[0].type) this.buffer.changeType(this.queue.shift().type);
      const change = this.queue.findIndex((part) => part.type);
      const parts = this.queue.splice(0, change < 0 ? this.queue.length : change);
      if (parts.length > 0) this.append(parts);
    } catch {
      this.end();  // the buffer is full, or broken
    }
  }

  append(parts) {
    const whole = new Uint8Array(parts.reduce((n, part) => n + part.byteLength, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(new Uint8Array(part), at);
      at += part.byteLength;
    }
    this.buffer.appendBuffer(whole);
  }

  updated() {
    const ranges = this.buffer.buffered;
    this.steer();
    if (!this.buffer.updating && ranges.length > 0 && ranges.start(0) < video.currentTime - 2 * KEEP) {
      this.buffer.remove(0, video.currentTime - KEEP);
    } else {
      this.pump();
    }
  }

  // Keeps the target: by playing a little faster or slower, or by a jump.
  steer() {
    const ranges = this.buffer.buffered;
    if (ranges.length === 0 || this.paused) return;
    const last = ranges.length - 1;
    const end = ranges.end(last), ready = end - video.currentTime, target = this.target.seconds;
    if (video.currentTime < ranges.start(last) || ready < 0 || ready > target + JUMP) {
      video.currentTime = Math.max(ranges.start(last), end - target);
    } else {
      const off = (ready - target) / target;
      video.playbackRate = off > 0.4 ? Math.min(1.3, 1 + off * 0.1) : off < -0.6 ? 0.95 : 1;
    }
    if (video.paused) video.play().catch(() => notice("Press Play to start"));
    if (!this.shown && video.readyState > 2) {
      this.shown = true;
      notice("");
    }
  }

  check() {
    if (this.buffer && !this.buffer.updating) this.steer();
    if (performance.now() - this.heard > SILENCE) this.end();
  }

  // Seconds from the capture of the picture on the screen until now, but for the network's part.
  delay() {
    if (!this.shown || this.paused) return NaN;
    return performance.now() / 1000 - this.lead - video.currentTime;
  }

  pause(paused) {
    this.paused = paused;
    if (paused) {
      video.pause();
    } else {
      this.steer();
    }
  }

  end() {
    if (this.closed) return;
    this.close();
    this.ended();
  }

  close() {
    this.closed = true;
    clearInterval(this.timer);
    video.removeEventListener("waiting", this.stalled);
    if (this.socket) {
      this.socket.onmessage = this.socket.onclose = null;
      this.socket.close();
    }
    video.removeAttribute("src");
    video.load();
  }
}

// ---- JPEG ----

class JpegPlayer {
  constructor(path, ended) {
    this.path = path;
    image.onload = () => notice("");
    image.onerror = ended;
    this.pause(false);
  }

  delay() {
    return NaN;
  }

  pause(paused) {
    if (paused) {
      image.src = snapshot(image);
    } else {
      image.src = `/mjpeg${this.path}`;
    }
  }

  close() {
    image.onload = image.onerror = null;
    image.removeAttribute("src");
  }
}

// The picture that is shown, so that the connection can end.
function snapshot(picture) {
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth || 1;
  canvas.height = picture.naturalHeight || 1;
  canvas.getContext("2d").drawImage(picture, 0, 0);
  return canvas.toDataURL("image/jpeg");
}

// ---- which stream is shown, and how ----

const page = { place: null, stream: 0, player: null, failures: 0, retry: 0, paused: false };

function stop() {
  clearTimeout(page.retry);
  if (page.player) page.player.close();
  page.player = null;
}

function show(jpeg) {
  const stream = page.place.streams[page.stream];
  stop();
  video.hidden = jpeg;
  image.hidden = !jpeg;
  if (jpeg) $("mute").hidden = true;
  page.player = jpeg ? new JpegPlayer(stream.path, ended) : new Mp4Player(stream.path, ended, unplayable);
}

function ended() {
  notice("Connecting…");
  const wait = RETRY[Math.min(page.failures++, RETRY.length - 1)];
  clearTimeout(page.retry);
  page.retry = setTimeout(start, wait * 1000);
}

// A stream of JPEG serves instead: the same path, or any other.
function unplayable(codecs) {
  const streams = page.place.streams;
  const other = streams[page.stream].mjpeg ? page.stream : streams.findIndex((s) => s.mjpeg);
  stop();
  if (other < 0) {
    notice(`This browser cannot play ${codecs}, and there is no stream of JPEG`);
    return;
  }
  page.stream = other;
  tellStreams();
  show(true);
}

function start() {
  const stream = page.place.streams[page.stream];
  notice("Connecting…");
  if (stream.live && Source) {
    show(false);
  } else if (stream.mjpeg) {
    show(true);
  } else {
    unplayable(stream.codecs.join(", "));
  }
}

function choose(index) {
  page.stream = index;
  page.failures = 0;
  page.history = [];
  setPaused(false);
  tellStreams();
  tellUrls();
  start();
}

function element(name, properties, ...children) {
  const e = Object.assign(document.createElement(name), properties);
  e.append(...children);
  return e;
}

function tellStreams() {
  const streams = page.place.streams;
  const buttons = streams.map((stream, i) => {
    const b = element("button", { type: "button", textContent: stream.path.slice(1) });
    b.setAttribute("aria-current", String(i === page.stream));
    b.onclick = () => choose(i);
    return b;
  });
  $("streams").replaceChildren(...(streams.length > 1 ? buttons : []));
}

// ---- addresses ----

async function copy(field, button) {
  field.select();
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(field.value);
    } else {
      document.execCommand("copy");  // all there is without TLS
    }
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

function urlRow(url) {
  const field = element("input", { readOnly: true, value: url });
  const button = element("button", { type: "button", textContent: "Copy" });
  field.setAttribute("aria-label", "Address");
  button.setAttribute("aria-label", `Copy ${url}`);
  button.onclick = () => copy(field, button);
  return element("li", {}, field, button);
}

function tellUrls() {
  const { place, stream } = page, { path, mjpeg } = place.streams[stream];
  const host = location.hostname;
  const urls = [];
  if (place.rtsp) urls.push(`rtsp://${host}:${place.rtsp}${path}`);
  if (place.rtsps) urls.push(`rtsps://${host}:${place.rtsps}${path}`);
  if (mjpeg) urls.push(`${location.origin}/mjpeg${path}`);
  $("urls").replaceChildren(...urls.map(urlRow));
}

// ---- counters ----

const POINTS = 120;
const PLOTS = [
  { name: "Pictures", unit: "/s", digits: 1, of: (s) => s.track.frame_rate },
  { name: "Bit rate", unit: "Mbit/s", digits: 2, of: (s) => s.track.bit_rate / 1e6 },
  { name: "Sent", unit: "Mbit/s", digits: 2, of: (s) => s.track.bit_rate_sent / 1e6 },
  { name: "Delay", unit: "ms", digits: 0, of: (s) => s.delay * 1000 },
];

function makePlots() {
  const space = "http://www.w3.org/2000/svg";
  for (const plot of PLOTS) {
    const svg = document.createElementNS(space, "svg");
    plot.line = document.createElementNS(space, "polyline");
    plot.value = element("b", {});
    svg.setAttribute("viewBox", `0 0 ${POINTS - 1} 100`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    svg.append(plot.line);
    $("plots").append(element("figure", {}, element("figcaption", {}, plot.name, plot.value), svg));
  }
}

function draw() {
  const history = page.history;
  for (const plot of PLOTS) {
    const values = history.map(plot.of);
    const top = Math.max(...values.filter(Number.isFinite), 0) * 1.1 || 1;
    const first = POINTS - values.length;
    const points = values.map((v, i) => (Number.isFinite(v) ? `${first + i},${100 - (v / top) * 100}` : ""));
    const last = values[values.length - 1];
    plot.line.setAttribute("points", points.join(" "));
    plot.value.textContent = Number.isFinite(last) ? `${last.toFixed(plot.digits)} ${plot.unit}` : "–";
  }
}

function since(seconds) {
  const s = Math.floor(seconds);
  return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h`;
}

function tellClients(stats) {
  const rows = stats.clients.map((c) => {
    const path = (page.place.streams[c.stream] || {}).path;
    const cells = [c.peer, path, c.multicast ? "multicast" : c.tcp ? "TCP" : "UDP", since(c.since), c.skipped];
    return element("tr", {}, ...cells.map((text) => element("td", { textContent: text })));
  });
  $("clients").replaceChildren(...rows);
}

async function poll() {
  const delay = page.player ? page.player.delay() : NaN;
  $("delay").textContent = Number.isFinite(delay) ? `${Math.round(delay * 1000)} ms` : "";
  if (document.hidden) return;
  try {
    const stats = await (await fetch("/api/stats")).json();
    const track = stats.streams[page.stream].tracks[0];
    page.history.push({ track, delay });
    page.history.splice(0, page.history.length - POINTS);
    draw();
    tellClients(stats);
    if (page.player && page.player.shown) page.failures = 0;
  } catch {
    // The server is away, or counts nothing; the picture's connection says so.
  }
}

// ---- controls ----

function setPaused(paused) {
  page.paused = paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  $("pause").textContent = paused ? "Play" : "Pause";
  if (page.player) page.player.pause(paused);
}

function setMuted(muted) {
  video.muted = muted;
  $("mute").setAttribute("aria-pressed", String(muted));
  $("mute").textContent = muted ? "Sound off" : "Sound on";
}

function toggleFull() {
  if (document.fullscreenElement) {
    document.exitFullscreen();
  } else if ($("frame").requestFullscreen) {
    $("frame").requestFullscreen();
  } else if (video.webkitEnterFullscreen) {
    video.webkitEnterFullscreen();  // the only way on an iPhone
  }
}

// A page that nobody sees lets the camera go.
function onVisibility() {
  clearTimeout(page.hide);
  if (document.hidden) {
    page.hide = setTimeout(stop, HIDDEN);
  } else if (!page.player) {
    start();
  }
}

async function begin() {
  try {
    page.place = await (await fetch("/api/live")).json();
  } catch {
    setTimeout(begin, 2000);
    return;
  }
  document.title = $("title").textContent = page.place.title || location.hostname;
  makePlots();
  $("pause").onclick = () => setPaused(!page.paused);
  $("mute").onclick = () => setMuted(!video.muted);
  $("full").onclick = toggleFull;
  document.addEventListener("visibilitychange", onVisibility);
  if (page.place.streams.length === 0) {
    notice("There is no stream");
    return;
  }
  const wanted = page.place.streams.findIndex((s) => s.path === decodeURI(location.hash.slice(1)));
  choose(Math.max(0, wanted));
  setInterval(poll, 1000);
  poll();
}

window.live = { delay: () => (page.player ? page.player.delay() : NaN) };
begin();
