// SPDX-License-Identifier: Apache-2.0
// The floor of what sending a clip to RTSP clients can cost: the packets are made before the
// clock runs, requests are answered by rote, and each access unit is one writev per TCP client,
// or one GSO sendmsg per run of equal packets per UDP client. Linux only.
//
//   bare_sender --file CLIP --port P [--fps N]
#include "clip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { PEERS_MAX = 4096, REQUEST_MAX = 2048, EVENTS = 64, SR_SIZE = 28 };

typedef struct {
  int fd;
  bool open, playing, udp;
  struct sockaddr_in from, rtp;
  const uint8_t *rest;  ///< What the socket did not take of the last access unit.
  size_t rest_size;
  char in[REQUEST_MAX];
  size_t in_size;
} peer;

typedef struct {
  clip clip;
  peer *peers;
  size_t peer_count;  ///< All peers at and beyond this index are closed.
  int epoll, listener, timer, udp, udp_rtcp;
  uint16_t udp_port;
  size_t unit;
  uint16_t seq;
  uint64_t due_ns, period_ns;  ///< When the next access unit is due, since 1970.
} sender;

enum { TAG_LISTENER = PEERS_MAX, TAG_TIMER };

static void die(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t realtime_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t rtp_time(uint64_t ns) {
  return (uint32_t)(ns / 100000u * 9u + ns % 100000u * 9u / 100000u);
}

// ---- sending ----

/// What does not fit stays for the next access unit, which is then left out for that client.
static void send_tcp(peer *p, const uint8_t *data, size_t size) {
  if (p->rest_size > 0) {
    data = p->rest;
    size = p->rest_size;
  }
  const struct iovec v = {(void *)(uintptr_t)data, size};
  const ssize_t n = writev(p->fd, &v, 1);
  const size_t done = n > 0 ? (size_t)n : 0;
  p->rest = data + done;
  p->rest_size = size - done;
}

static void send_udp(const sender *s, const peer *p, const clip_unit *au) {
  for (size_t i = 0; i < au->run_count; i++) {
    const clip_run *r = &s->clip.run[au->first_run + i];
    struct iovec v = {s->clip.packets + r->offset, r->size};
    union {
      char bytes[CMSG_SPACE(sizeof(uint16_t))];
      struct cmsghdr align;
    } control = {{0}};
    struct msghdr m = {.msg_name = (void *)(uintptr_t)&p->rtp,
                       .msg_namelen = sizeof p->rtp,
                       .msg_iov = &v,
                       .msg_iovlen = 1};
    if (r->count > 1) {
      m.msg_control = control.bytes;
      m.msg_controllen = sizeof control.bytes;
      struct cmsghdr *c = CMSG_FIRSTHDR(&m);
      c->cmsg_level = SOL_UDP;
      c->cmsg_type = UDP_SEGMENT;
      c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
      memcpy(CMSG_DATA(c), &r->segment, sizeof r->segment);
    }
    (void)!sendmsg(s->udp, &m, 0);
  }
}

static void send_unit(sender *s) {
  const clip_unit *au = &s->clip.unit[s->unit];
  const clip_packet *first = &s->clip.packet[au->first_packet];
  const clip_packet *last = first + au->packet_count - 1;
  const size_t wire_size = last->frame + CLIP_FRAME_HEAD + last->size - first->frame;

  s->seq = clip_stamp(&s->clip, s->unit, s->seq, rtp_time(s->due_ns));
  s->due_ns += s->period_ns;
  for (size_t i = 0; i < s->peer_count; i++) {
    peer *p = &s->peers[i];
    if (!p->playing) continue;
    if (p->udp)
      send_udp(s, p, au);
    else
      send_tcp(p, s->clip.wire + first->frame, wire_size);
  }
  s->unit = (s->unit + 1) % s->clip.unit_count;
}

/// One sender report, so that a client can tell how old a picture is.
static void send_report(const sender *s, peer *p, uint16_t rtcp_port) {
  const uint64_t now = realtime_ns();
  const uint32_t word[6] = {htonl(0x6f63656c), htonl((uint32_t)(now / 1000000000u + 2208988800u)),
                            htonl((uint32_t)((now % 1000000000u << 32) / 1000000000u)),
                            htonl(rtp_time(now))};
  uint8_t b[CLIP_FRAME_HEAD + SR_SIZE] = {'$', 1, 0, SR_SIZE, 0x80, 200, 0, 6};
  memcpy(b + CLIP_FRAME_HEAD + 4, word, sizeof word);
  if (!p->udp) {
    (void)!write(p->fd, b, sizeof b);
    return;
  }
  struct sockaddr_in to = p->rtp;
  to.sin_port = htons(rtcp_port);
  (void)!sendto(s->udp_rtcp, b + CLIP_FRAME_HEAD, SR_SIZE, 0, (struct sockaddr *)&to, sizeof to);
}

// ---- requests ----

static void reply(const peer *p, const char *headers, const char *body) {
  char out[1024];
  const char *cseq = strcasestr(p->in, "CSeq:");
  const int n =
      snprintf(out, sizeof out, "RTSP/1.0 200 OK\r\nCSeq: %d\r\n%sContent-Length: %zu\r\n\r\n%s",
               cseq != NULL ? atoi(cseq + 5) : 0, headers, strlen(body), body);
  (void)!write(p->fd, out, (size_t)n);
}

static void answer_describe(const peer *p) {
  reply(p, "Content-Type: application/sdp\r\n",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=bare\r\nt=0 0\r\nc=IN IP4 0.0.0.0\r\n"
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
        "a=fmtp:96 packetization-mode=1\r\na=control:track1\r\n");
}

static void answer_setup(const sender *s, peer *p) {
  char head[256];
  const char *ports = strcasestr(p->in, "client_port=");

  p->udp = ports != NULL;
  if (p->udp) {
    const int port = atoi(ports + 12);
    p->rtp = p->from;
    p->rtp.sin_port = htons((uint16_t)port);
    snprintf(head, sizeof head,
             "Session: 1\r\nTransport: RTP/AVP;unicast;client_port=%d-%d;server_port=%u-%u\r\n",
             port, port + 1, s->udp_port, s->udp_port + 1u);
  } else {
    snprintf(head, sizeof head, "Session: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n");
  }
  reply(p, head, "");
}

static void answer(sender *s, peer *p) {
  if (strncmp(p->in, "DESCRIBE", 8) == 0) {
    answer_describe(p);
  } else if (strncmp(p->in, "SETUP", 5) == 0) {
    answer_setup(s, p);
  } else if (strncmp(p->in, "PLAY", 4) == 0) {
    reply(p, "Session: 1\r\n", "");
    send_report(s, p, (uint16_t)(ntohs(p->rtp.sin_port) + 1));
    p->playing = true;
  } else {
    reply(p, "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", "");
  }
}

static void close_peer(sender *s, peer *p) {
  close(p->fd);
  p->open = p->playing = false;
  while (s->peer_count > 0 && !s->peers[s->peer_count - 1].open) s->peer_count--;
}

static void read_peer(sender *s, peer *p) {
  const ssize_t n = read(p->fd, p->in + p->in_size, sizeof p->in - 1 - p->in_size);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    close_peer(s, p);
    return;
  }
  p->in_size += (size_t)n;
  p->in[p->in_size] = '\0';
  const bool report = p->in[0] == '$';
  if (!report && strstr(p->in, "\r\n\r\n") == NULL) return;
  if (!report) answer(s, p);
  p->in_size = 0;
}

static void accept_peer(sender *s) {
  struct sockaddr_in from;
  socklen_t size = sizeof from;
  const int fd = accept4(s->listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK);
  size_t i = 0;
  while (i < PEERS_MAX && s->peers[i].open) i++;
  if (fd < 0 || i == PEERS_MAX) {
    if (fd >= 0) close(fd);
    return;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  memset(&s->peers[i], 0, sizeof s->peers[i]);
  s->peers[i].fd = fd;
  s->peers[i].open = true;
  s->peers[i].from = from;
  if (i >= s->peer_count) s->peer_count = i + 1;
  struct epoll_event e = {.events = EPOLLIN, .data.u64 = i};
  if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e) != 0) die("epoll_ctl");
}

// ---- setting up ----

static void watch(const sender *s, int fd, uint64_t tag) {
  struct epoll_event e = {.events = EPOLLIN, .data.u64 = tag};
  if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e) != 0) die("epoll_ctl");
}

static void listen_on(sender *s, uint16_t port) {
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
  const int on = 1;
  s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(s->listener, (const struct sockaddr *)&any, sizeof any) != 0) die("bind");
  if (listen(s->listener, SOMAXCONN) != 0) die("listen");
  watch(s, s->listener, TAG_LISTENER);
}

static void open_udp(sender *s) {
  struct sockaddr_in a = {.sin_family = AF_INET};
  socklen_t size = sizeof a;
  const int room = 4 << 20;
  s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  s->udp_rtcp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (bind(s->udp, (struct sockaddr *)&a, sizeof a) != 0) die("bind");
  if (getsockname(s->udp, (struct sockaddr *)&a, &size) != 0) die("getsockname");
  setsockopt(s->udp, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  s->udp_port = ntohs(a.sin_port);
}

static void start_clock(sender *s, long fps) {
  const struct timespec period = {0, 1000000000L / fps};
  const struct itimerspec every = {period, period};
  s->period_ns = (uint64_t)period.tv_nsec;
  s->due_ns = realtime_ns() + s->period_ns;
  s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  if (timerfd_settime(s->timer, 0, &every, NULL) != 0) die("timerfd_settime");
  watch(s, s->timer, TAG_TIMER);
}

static void on_timer(sender *s) {
  uint64_t due = 0;
  if (read(s->timer, &due, sizeof due) != (ssize_t)sizeof due) return;
  while (due-- > 0) send_unit(s);
}

static void run(sender *s) {
  struct epoll_event e[EVENTS];
  for (;;) {
    const int n = epoll_wait(s->epoll, e, EVENTS, -1);
    if (n < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < n; i++) {
      const uint64_t tag = e[i].data.u64;
      if (tag == TAG_LISTENER)
        accept_peer(s);
      else if (tag == TAG_TIMER)
        on_timer(s);
      else
        read_peer(s, &s->peers[tag]);
    }
  }
}

typedef struct {
  const char *file;
  long port, fps;
} options;

static bool parse_options(options *o, int argc, char **argv) {
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp(argv[i], "--file") == 0) o->file = argv[i + 1];
    if (strcmp(argv[i], "--port") == 0) o->port = strtol(argv[i + 1], NULL, 10);
    if (strcmp(argv[i], "--fps") == 0) o->fps = strtol(argv[i + 1], NULL, 10);
  }
  return o->file != NULL && o->port > 0 && o->port < 65536 && o->fps > 1 && o->fps <= 1000;
}

int main(int argc, char **argv) {
  static sender s;
  options o = {.fps = 30};

  if (!parse_options(&o, argc, argv)) {
    fprintf(stderr, "usage: bare_sender --file CLIP --port PORT [--fps N]\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  s.peers = calloc(PEERS_MAX, sizeof *s.peers);
  s.epoll = epoll_create1(0);
  if (s.peers == NULL || s.epoll < 0) die("start");
  if (!clip_load(&s.clip, o.file)) return 1;
  listen_on(&s, (uint16_t)o.port);
  open_udp(&s);
  start_clock(&s, o.fps);
  run(&s);
}
