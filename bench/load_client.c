// SPDX-License-Identifier: Apache-2.0
// Many RTSP clients in one process, cheap enough not to disturb what they measure. They connect
// one after another, wait until each has its first picture, settle, and then count for a while.
// Prints one line of JSON. Linux only.
//
//   load_client --url rtsp://127.0.0.1:PORT/PATH [--clients N] [--transport tcp|udp]
//               [--ramp MS] [--settle MS] [--window MS] [--timeout MS] [--pid SERVER]
//
// With --pid it also reads that process's CPU clock at both ends of the window, and its memory at
// the end.
#include "load_session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum { CLIENTS_MAX = 4096, EVENTS = 128, AGES_MAX = 1 << 20 };

typedef struct {
  const char *url, *transport;
  long clients, ramp_ms, settle_ms, window_ms, timeout_ms, pid;
} options;

/// Everything that is counted, at one instant.
typedef struct {
  uint64_t at_ns, bytes, packets, lost, units, server_cpu_ns, own_cpu_ns;
} sample;

typedef struct {
  options opt;
  load load;
  session *sessions;
  size_t connected;  ///< Sessions that have been told to connect.
  sample begin, end;
} bench;

// ---- options ----

static bool parse_url(bench *b) {
  char host[64];
  unsigned port;
  if (b->opt.url == NULL || sscanf(b->opt.url, "rtsp://%63[0-9.]:%u/", host, &port) != 2)
    return false;
  b->load.url = b->opt.url;
  b->load.server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  return port > 0 && port < 65536 && strlen(b->opt.url) < SESSION_URL_MAX / 2 &&
         inet_pton(AF_INET, host, &b->load.server.sin_addr) == 1;
}

static bool set_option(options *o, const char *name, const char *value) {
  const struct {
    const char *name;
    long *number;
  } numbers[] = {
      {"--clients", &o->clients   },
      {"--ramp",    &o->ramp_ms   },
      {"--settle",  &o->settle_ms },
      {"--window",  &o->window_ms },
      {"--timeout", &o->timeout_ms},
      {"--pid",     &o->pid       },
  };
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    if (strcmp(name, numbers[i].name) != 0) continue;
    char *end;
    *numbers[i].number = strtol(value, &end, 10);
    return *end == '\0' && *numbers[i].number >= 0;
  }
  if (strcmp(name, "--url") == 0) o->url = value;
  if (strcmp(name, "--transport") == 0) o->transport = value;
  return strcmp(name, "--url") == 0 || strcmp(name, "--transport") == 0;
}

static bool parse_options(bench *b, int argc, char **argv) {
  b->opt = (options){.transport = "tcp",
                     .clients = 1,
                     .ramp_ms = 10,
                     .settle_ms = 1000,
                     .window_ms = 4000,
                     .timeout_ms = 20000};
  for (int i = 1; i < argc; i += 2)
    if (i + 1 == argc || !set_option(&b->opt, argv[i], argv[i + 1])) return false;
  b->load.udp = strcmp(b->opt.transport, "udp") == 0;
  return parse_url(b) && b->opt.clients >= 1 && b->opt.clients <= CLIENTS_MAX &&
         (b->load.udp || strcmp(b->opt.transport, "tcp") == 0);
}

// ---- counting ----

static uint64_t clock_ns(clockid_t id) {
  struct timespec t;
  if (clock_gettime(id, &t) != 0) return 0;
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/// User and system time of all threads of the server, with the scheduler's resolution.
static uint64_t server_cpu_ns(long pid) {
  clockid_t id;
  if (pid == 0 || clock_getcpuclockid((pid_t)pid, &id) != 0) return 0;
  return clock_ns(id);
}

static sample take_sample(const bench *b) {
  sample s = {.at_ns = monotonic_ns(),
              .server_cpu_ns = server_cpu_ns(b->opt.pid),
              .own_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID)};
  for (size_t i = 0; i < b->connected; i++) {
    const media *m = &b->sessions[i].media;
    s.bytes += m->bytes;
    s.packets += m->packets;
    s.lost += m->lost;
    s.units += m->units;
  }
  return s;
}

static size_t count_ready(const bench *b) {
  size_t n = 0;
  for (size_t i = 0; i < b->connected; i++) n += b->sessions[i].picture_ns != 0;
  return n;
}

// ---- the loop ----

static void handle_events(bench *b, int timeout_ms) {
  struct epoll_event e[EVENTS];
  const int n = epoll_wait(b->load.epoll, e, EVENTS, timeout_ms);
  for (int i = 0; i < n; i++) {
    const uint64_t tag = e[i].data.u64;
    session_ready(&b->sessions[tag / SESSION_SOCKETS], &b->load,
                  (session_socket)(tag % SESSION_SOCKETS));
  }
}

static void run_until(bench *b, uint64_t end_ns) {
  for (uint64_t now = monotonic_ns(); now < end_ns; now = monotonic_ns())
    handle_events(b, (int)((end_ns - now) / 1000000u) + 1);
}

static void connect_all(bench *b) {
  for (; b->connected < (size_t)b->opt.clients; b->connected++) {
    session_connect(&b->sessions[b->connected], &b->load, b->connected);
    run_until(b, monotonic_ns() + (uint64_t)b->opt.ramp_ms * 1000000u);
  }
}

static bool wait_for_pictures(bench *b) {
  const uint64_t end = monotonic_ns() + (uint64_t)b->opt.timeout_ms * 1000000u;
  while (count_ready(b) < b->connected && monotonic_ns() < end) handle_events(b, 20);
  return count_ready(b) == b->connected;
}

static void measure(bench *b) {
  run_until(b, monotonic_ns() + (uint64_t)b->opt.settle_ms * 1000000u);
  b->load.ages.on = true;
  b->begin = take_sample(b);
  run_until(b, monotonic_ns() + (uint64_t)b->opt.window_ms * 1000000u);
  b->end = take_sample(b);
  b->load.ages.on = false;
}

// ---- the result ----

static int by_value(const void *a, const void *b) {
  int32_t x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

/// `sorted` must be; 0 if it is empty.
static int32_t percentile(const int32_t *sorted, size_t n, size_t percent) {
  if (n == 0) return 0;
  const size_t i = (n * percent + 99) / 100;
  return sorted[i > 0 ? i - 1 : 0];
}

static void print_spread(const char *name, int32_t *us, size_t n) {
  qsort(us, n, sizeof *us, by_value);
  printf(", \"%s\": {\"n\": %zu, \"p50\": %d, \"p90\": %d, \"p99\": %d, \"max\": %d}", name, n,
         percentile(us, n, 50), percentile(us, n, 90), percentile(us, n, 99),
         percentile(us, n, 100));
}

static void print_first_pictures(const bench *b) {
  static int32_t us[CLIENTS_MAX];
  size_t n = 0;
  for (size_t i = 0; i < b->connected; i++) {
    const session *s = &b->sessions[i];
    if (s->picture_ns != 0) us[n++] = (int32_t)((s->picture_ns - s->connect_ns) / 1000u);
  }
  print_spread("first_picture_us", us, n);
}

/// KiB, from smaps_rollup.
static void print_memory(long pid) {
  char path[64], line[256], name[64];
  long kib;
  snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", pid);
  FILE *f = fopen(path, "r");
  if (f == NULL) return;
  printf(", \"memory_kib\": {\"Pid\": %ld", pid);
  while (fgets(line, sizeof line, f) != NULL)
    if (sscanf(line, "%63[A-Za-z_]: %ld kB", name, &kib) == 2) printf(", \"%s\": %ld", name, kib);
  printf("}");
  fclose(f);
}

static void print_result(bench *b) {
  const sample *x = &b->begin, *y = &b->end;
  uint64_t lost = 0, reordered = 0;
  for (size_t i = 0; i < b->connected; i++) {
    lost += b->sessions[i].media.lost;
    reordered += b->sessions[i].media.reordered;
  }
  printf("{\"clients\": %zu, \"transport\": \"%s\", \"ready\": %zu", b->connected, b->opt.transport,
         count_ready(b));
  printf(", \"window_ns\": %llu, \"bytes\": %llu, \"packets\": %llu, \"units\": %llu",
         (unsigned long long)(y->at_ns - x->at_ns), (unsigned long long)(y->bytes - x->bytes),
         (unsigned long long)(y->packets - x->packets), (unsigned long long)(y->units - x->units));
  printf(", \"lost\": %llu, \"lost_in_window\": %llu, \"reordered\": %llu",
         (unsigned long long)lost, (unsigned long long)(y->lost - x->lost),
         (unsigned long long)reordered);
  printf(", \"server_cpu_ns\": %llu, \"client_cpu_ns\": %llu",
         (unsigned long long)(y->server_cpu_ns - x->server_cpu_ns),
         (unsigned long long)(y->own_cpu_ns - x->own_cpu_ns));
  print_first_pictures(b);
  print_spread("age_us", b->load.ages.us, b->load.ages.n);
  if (b->opt.pid != 0) print_memory(b->opt.pid);
  printf("}\n");
}

/// Three sockets a client.
static void raise_file_limit(void) {
  struct rlimit r;
  if (getrlimit(RLIMIT_NOFILE, &r) != 0) return;
  r.rlim_cur = r.rlim_max;
  setrlimit(RLIMIT_NOFILE, &r);
}

int main(int argc, char **argv) {
  static bench b;
  if (!parse_options(&b, argc, argv)) {
    fprintf(
        stderr,
        "usage: load_client --url rtsp://ADDRESS:PORT/PATH [--clients N] [--transport tcp|udp]\n"
        "       [--ramp MS] [--settle MS] [--window MS] [--timeout MS] [--pid SERVER]\n");
    return 2;
  }
  raise_file_limit();
  signal(SIGPIPE, SIG_IGN);
  srand((unsigned)monotonic_ns());
  b.sessions = calloc((size_t)b.opt.clients, sizeof *b.sessions);
  b.load.ages.us = malloc(AGES_MAX * sizeof *b.load.ages.us);
  b.load.ages.max = AGES_MAX;
  b.load.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (b.sessions == NULL || b.load.ages.us == NULL || b.load.epoll < 0) {
    perror("load_client");
    return 1;
  }
  connect_all(&b);
  const bool ready = wait_for_pictures(&b);
  measure(&b);
  print_result(&b);
  for (size_t i = 0; i < b.connected; i++) session_close(&b.sessions[i], &b.load);
  return ready ? 0 : 1;
}
