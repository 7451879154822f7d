// SPDX-License-Identifier: Apache-2.0
#include "load_session.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 256 << 10, BATCH = 64, UDP_ROOM = 4 << 20 };

/// Room for the one control message asked for, a multiple of its alignment.
enum { STAMP_ROOM = CMSG_SPACE(sizeof(struct timespec)) };

uint64_t monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void fail(session *s, const char *why) {
  if (s->state == SESSION_FAILED) return;
  fprintf(stderr, "client %llu: %s: %.200s\n", (unsigned long long)s->tag, why, s->text);
  s->state = SESSION_FAILED;
}

static void watch(const session *s, const load *l, session_socket k, uint32_t events, int op) {
  struct epoll_event e = {.events = events, .data.u64 = s->tag * SESSION_SOCKETS + k};
  epoll_ctl(l->epoll, op, s->fd[k], &e);
}

/// When the kernel took the data in, since 1970; 0 if it did not say.
static uint64_t arrival_of(struct msghdr *m) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
    struct timespec t;
    memcpy(&t, CMSG_DATA(c), sizeof t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
  }
  return 0;
}

static void set_on(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

// ---- media ----

static void note_picture(session *s) {
  if (s->picture_ns == 0 && s->media.first_picture) s->picture_ns = monotonic_ns();
}

static void take_packet(session *s, load *l, bool rtcp, const media_packet *p) {
  if (rtcp)
    media_rtcp(&s->media, p);
  else
    media_rtp(&s->media, p, &l->ages);
}

static size_t frame_size(const session *s) { return 4 + ((size_t)s->frame[2] << 8 | s->frame[3]); }

static void take_frame(session *s, load *l, uint64_t arrival_ns) {
  const size_t size = frame_size(s) - 4;
  const size_t head = size < MEDIA_HEAD_MAX ? size : MEDIA_HEAD_MAX;
  take_packet(s, l, s->frame[1] == 1, &(media_packet){s->frame + 4, head, size, arrival_ns});
}

/// Interleaved frames, cut anywhere. A frame counts when its last byte is here.
static void take_stream(session *s, load *l, const uint8_t *p, size_t n, uint64_t arrival_ns) {
  while (n > 0) {
    const size_t whole = s->frame_got < 4 ? 4 : frame_size(s);
    const size_t k = whole - s->frame_got < n ? whole - s->frame_got : n;
    if (s->frame_got < sizeof s->frame) {
      const size_t room = sizeof s->frame - s->frame_got;
      memcpy(s->frame + s->frame_got, p, k < room ? k : room);
    }
    s->frame_got += k;
    p += k;
    n -= k;
    if (s->frame[0] != '$') {
      fail(s, "no interleaved frame");
      return;
    }
    if (s->frame_got < 4 || s->frame_got < frame_size(s)) continue;
    take_frame(s, l, arrival_ns);
    s->frame_got = 0;
  }
}

static void read_stream(session *s, load *l) {
  static uint8_t bytes[READ_SIZE];
  _Alignas(struct cmsghdr) char room[STAMP_ROOM];
  struct iovec v = {bytes, sizeof bytes};
  struct msghdr m = {
      .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  const ssize_t n = recvmsg(s->fd[SESSION_CONTROL], &m, 0);

  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    s->text[0] = '\0';
    fail(s, "connection lost");
    watch(s, l, SESSION_CONTROL, 0, EPOLL_CTL_DEL);
    return;
  }
  if (l->udp) return;
  take_stream(s, l, bytes, (size_t)n, arrival_of(&m));
  note_picture(s);
}

/// The payloads are not copied out of the kernel: MSG_TRUNC tells their sizes.
static void read_datagrams(session *s, load *l, session_socket which) {
  static uint8_t heads[BATCH][MEDIA_HEAD_MAX];
  static _Alignas(struct cmsghdr) char room[BATCH][STAMP_ROOM];
  struct mmsghdr m[BATCH];
  struct iovec v[BATCH];

  for (size_t i = 0; i < BATCH; i++) {
    v[i] = (struct iovec){heads[i], sizeof heads[i]};
    m[i].msg_hdr = (struct msghdr){.msg_iov = &v[i],
                                   .msg_iovlen = 1,
                                   .msg_control = room[i],
                                   .msg_controllen = sizeof room[i]};
  }
  const int n = recvmmsg(s->fd[which], m, BATCH, MSG_TRUNC, NULL);
  for (int i = 0; i < n; i++) {
    const size_t size = m[i].msg_len;
    const size_t head = size < MEDIA_HEAD_MAX ? size : MEDIA_HEAD_MAX;
    take_packet(s, l, which == SESSION_RTCP,
                &(media_packet){heads[i], head, size, arrival_of(&m[i].msg_hdr)});
  }
  note_picture(s);
}

// ---- requests ----

static void request(session *s, const char *method, const char *url, const char *headers) {
  char out[2048];
  char id[160] = "";
  if (s->id[0] != '\0') snprintf(id, sizeof id, "Session: %s\r\n", s->id);
  const int n = snprintf(out, sizeof out, "%s %s RTSP/1.0\r\nCSeq: %d\r\n%s%s\r\n", method, url,
                         ++s->cseq, id, headers);
  if (write(s->fd[SESSION_CONTROL], out, (size_t)n) != n) fail(s, "cannot send");
}

static bool bind_pair(session *s) {
  for (int attempt = 0; attempt < 200; attempt++) {
    const uint16_t port = (uint16_t)(20000 + (rand() % 20000) * 2);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    bool ok = true;
    for (int k = 0; k < 2; k++) {
      s->fd[SESSION_RTP + k] = socket(AF_INET, type, 0);
      a.sin_port = htons((uint16_t)(port + k));
      ok = ok && bind(s->fd[SESSION_RTP + k], (struct sockaddr *)&a, sizeof a) == 0;
    }
    s->udp_port = port;
    if (ok) return true;
    close(s->fd[SESSION_RTP]);
    close(s->fd[SESSION_RTCP]);
  }
  return false;
}

/// Sockets with room for a whole group of pictures: loss is then the sender's.
static bool open_udp(session *s, const load *l) {
  if (!bind_pair(s)) return false;
  const int room = UDP_ROOM;
  const int rtp = s->fd[SESSION_RTP];
  if (setsockopt(rtp, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
    setsockopt(rtp, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  set_on(rtp, SOL_SOCKET, SO_TIMESTAMPNS);
  watch(s, l, SESSION_RTP, EPOLLIN, EPOLL_CTL_ADD);
  watch(s, l, SESSION_RTCP, EPOLLIN, EPOLL_CTL_ADD);
  return true;
}

/// The URL of the first video track: its a=control, absolute or beneath the presentation's.
static void track_url(const session *s, const load *l, char *out) {
  const char *video = strstr(s->text, "\nm=video");
  const char *control = video != NULL ? strstr(video, "\na=control:") : NULL;
  char name[SESSION_URL_MAX / 2] = "";
  if (control != NULL) sscanf(control + 11, "%255[^\r\n]", name);
  if (strncmp(name, "rtsp://", 7) == 0) {
    snprintf(out, SESSION_URL_MAX, "%s", name);
    return;
  }
  const size_t bare = strcspn(l->url, "?");
  snprintf(out, SESSION_URL_MAX, "%.*s/%s%s", (int)bare, l->url, name, l->url + bare);
}

static void set_up(session *s, const load *l) {
  char url[SESSION_URL_MAX], head[128] = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
  track_url(s, l, url);
  if (l->udp) {
    if (!open_udp(s, l)) {
      fail(s, "no pair of UDP ports");
      return;
    }
    snprintf(head, sizeof head, "Transport: RTP/AVP;unicast;client_port=%u-%u\r\n", s->udp_port,
             s->udp_port + 1u);
  }
  s->state = SESSION_SETTING_UP;
  request(s, "SETUP", url, head);
}

static void take_reply(session *s, const load *l) {
  if (strncmp(s->text, "RTSP/1.0 200", 12) != 0) {
    fail(s, "refused");
    return;
  }
  const char *id = strcasestr(s->text, "\nSession:");
  if (id != NULL) sscanf(id + 9, " %127[^;\r\n]", s->id);
  if (s->state == SESSION_DESCRIBING) {
    set_up(s, l);
  } else if (s->state == SESSION_SETTING_UP) {
    s->state = SESSION_STARTING;
    request(s, "PLAY", l->url, "Range: npt=0.000-\r\n");
  } else {
    s->state = SESSION_PLAYING;
  }
}

/// Size of the first whole reply in `text`; 0 if it is not whole.
static size_t reply_size(const session *s) {
  const char *end = strstr(s->text, "\r\n\r\n");
  if (end == NULL) return 0;
  const char *length = strcasestr(s->text, "\nContent-Length:");
  const size_t body = length != NULL && length < end ? strtoul(length + 16, NULL, 10) : 0;
  const size_t size = (size_t)(end - s->text) + 4 + body;
  return size <= s->text_size ? size : 0;
}

/// live555 lets media run ahead of the reply to PLAY.
static void take_early_frames(session *s, load *l) {
  while (s->text_size >= 4 && s->text[0] == '$') {
    const uint8_t *p = (const uint8_t *)s->text;
    const size_t size = 4 + ((size_t)p[2] << 8 | p[3]);
    if (size > s->text_size) return;
    take_stream(s, l, p, size, 0);
    s->text_size -= size;
    memmove(s->text, s->text + size, s->text_size + 1);
  }
}

static void read_replies(session *s, load *l) {
  const size_t room = sizeof s->text - 1 - s->text_size;
  const ssize_t n = read(s->fd[SESSION_CONTROL], s->text + s->text_size, room);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    fail(s, "closed while starting");
    watch(s, l, SESSION_CONTROL, 0, EPOLL_CTL_DEL);
    return;
  }
  s->text_size += (size_t)n;
  s->text[s->text_size] = '\0';
  take_early_frames(s, l);
  const size_t size = reply_size(s);
  if (size == 0 || s->text[0] == '$') return;
  take_reply(s, l);
  const size_t rest = s->text_size - size;
  if (s->state == SESSION_PLAYING && !l->udp) {
    take_stream(s, l, (const uint8_t *)s->text + size, rest, 0);
    note_picture(s);
  }
  s->text_size = 0;
}

// ---- the connection ----

void session_connect(session *s, load *l, uint64_t tag) {
  s->tag = tag;
  s->fd[SESSION_RTP] = s->fd[SESSION_RTCP] = -1;
  s->fd[SESSION_CONTROL] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  set_on(s->fd[SESSION_CONTROL], IPPROTO_TCP, TCP_NODELAY);
  if (!l->udp) set_on(s->fd[SESSION_CONTROL], SOL_SOCKET, SO_TIMESTAMPNS);
  s->connect_ns = monotonic_ns();
  const struct sockaddr *to = (const struct sockaddr *)&l->server;
  if (connect(s->fd[SESSION_CONTROL], to, sizeof l->server) != 0 && errno != EINPROGRESS) {
    fail(s, "cannot connect");
    return;
  }
  s->state = SESSION_CONNECTING;
  watch(s, l, SESSION_CONTROL, EPOLLOUT, EPOLL_CTL_ADD);
}

void session_ready(session *s, load *l, session_socket which) {
  if (s->state == SESSION_FAILED) {
    watch(s, l, which, 0, EPOLL_CTL_DEL);
  } else if (which != SESSION_CONTROL) {
    read_datagrams(s, l, which);
  } else if (s->state == SESSION_CONNECTING) {
    watch(s, l, SESSION_CONTROL, EPOLLIN, EPOLL_CTL_MOD);
    s->state = SESSION_DESCRIBING;
    request(s, "DESCRIBE", l->url, "Accept: application/sdp\r\n");
  } else if (s->state == SESSION_PLAYING) {
    read_stream(s, l);
  } else {
    read_replies(s, l);
  }
}

void session_close(session *s, const load *l) {
  if (s->state == SESSION_PLAYING) request(s, "TEARDOWN", l->url, "");
  for (int k = 0; k < SESSION_SOCKETS; k++)
    if (s->state != SESSION_IDLE && s->fd[k] >= 0) close(s->fd[k]);
}
