// SPDX-License-Identifier: Apache-2.0
// The steps that a viewer's script is made of.
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "viewer.h"
#include "viewer_tunnel.h"
#include "world.h"

typedef struct {
  int number;  ///< Behind '='; -1 if absent.
  unsigned expect;
} step_args;

typedef struct {
  const char *name;
  void (*fn)(viewer *v, const step_args *a);
  ocel_rtsp_method method;  ///< For steps without `fn`: requests.
} step;

static void on_resume(void *ctx) {
  viewer *v = ctx;
  if (v->world->clock.now < v->resume_at || v->waiting) return;
  viewer_run_script(v);
}

static void step_wait(viewer *v, const step_args *a) {
  v->resume_at = v->world->clock.now + a->number * OCEL_MILLISECOND;
  sim_clock_at(&v->world->clock, v->resume_at, on_resume, v);
}

static void step_stall(viewer *v, const step_args *a) {
  if (v->link != NULL) {
    tcp_stall(v->link, v->world->clock.now + a->number * OCEL_MILLISECOND);
  }
}

static void leave(viewer *v, void (*how)(tcp_link *)) {
  if (v->post != NULL) how(v->post);
  if (v->link != NULL) how(v->link);
  v->playing = false;
  v->session[0] = '\0';
  v->link = v->post = NULL;
}

static void step_fin(viewer *v, const step_args *a) {
  (void)a;
  leave(v, tcp_fin);
}

static void step_reset(viewer *v, const step_args *a) {
  (void)a;
  leave(v, tcp_reset);
}

static void step_vanish(viewer *v, const step_args *a) {
  (void)a;
  leave(v, tcp_vanish);
}

static void step_connect(viewer *v, const step_args *a) {
  (void)a;
  viewer_connect(v);
}

static void step_mute(viewer *v, const step_args *a) {
  (void)a;
  v->muted = true;
}

static void step_bye(viewer *v, const step_args *a) {
  (void)a;
  viewer_report(v, true);
}

static void step_tcp(viewer *v, const step_args *a) {
  (void)a;
  v->tcp = true;
}

static void step_udp(viewer *v, const step_args *a) {
  (void)a;
  v->tcp = false;
}

static void step_forget(viewer *v, const step_args *a) {
  (void)a;
  v->session[0] = '\0';
}

// Uses the session of somebody else from here on.
static void step_steal(viewer *v, const step_args *a) {
  (void)a;
  world_any_session(v->world, v, v->session);
}

// An interleaved frame of N bytes on a channel that was not set up: to be passed over.
static void step_frame(viewer *v, const step_args *a) {
  const size_t n = (size_t)a->number;
  uint8_t *mem = calloc(1, n + 4);
  if (mem == NULL) abort();
  mem[0] = '$';
  mem[1] = 255;
  mem[2] = (uint8_t)(n >> 8);
  mem[3] = (uint8_t)n;
  if (v->link != NULL) viewer_send(v, ocel_span_make(mem, n + 4));
  free(mem);
}

static void step_slow(viewer *v, const step_args *a) {
  if (v->link != NULL) v->link->profile.rate = (uint32_t)a->number;
}

// A tunnel's POST is closed; the next request opens another.
static void step_repost(viewer *v, const step_args *a) {
  (void)a;
  viewer_tunnel_close_post(v);
}

// Back to the beginning, N times in all.
static void step_again(viewer *v, const step_args *a) {
  if (v->rounds++ < (unsigned)a->number) v->at = v->profile.script;
}

static const step STEPS[] = {
    {"wait",     step_wait,    OCEL_METHOD_COUNT        },
    {"stall",    step_stall,   OCEL_METHOD_COUNT        },
    {"fin",      step_fin,     OCEL_METHOD_COUNT        },
    {"reset",    step_reset,   OCEL_METHOD_COUNT        },
    {"vanish",   step_vanish,  OCEL_METHOD_COUNT        },
    {"connect",  step_connect, OCEL_METHOD_COUNT        },
    {"mute",     step_mute,    OCEL_METHOD_COUNT        },
    {"bye",      step_bye,     OCEL_METHOD_COUNT        },
    {"tcp",      step_tcp,     OCEL_METHOD_COUNT        },
    {"udp",      step_udp,     OCEL_METHOD_COUNT        },
    {"forget",   step_forget,  OCEL_METHOD_COUNT        },
    {"steal",    step_steal,   OCEL_METHOD_COUNT        },
    {"slow",     step_slow,    OCEL_METHOD_COUNT        },
    {"frame",    step_frame,   OCEL_METHOD_COUNT        },
    {"again",    step_again,   OCEL_METHOD_COUNT        },
    {"repost",   step_repost,  OCEL_METHOD_COUNT        },
    {"options",  NULL,         OCEL_METHOD_OPTIONS      },
    {"describe", NULL,         OCEL_METHOD_DESCRIBE     },
    {"setup",    NULL,         OCEL_METHOD_SETUP        },
    {"play",     NULL,         OCEL_METHOD_PLAY         },
    {"pause",    NULL,         OCEL_METHOD_PAUSE        },
    {"teardown", NULL,         OCEL_METHOD_TEARDOWN     },
    {"get",      NULL,         OCEL_METHOD_GET_PARAMETER},
    {"set",      NULL,         OCEL_METHOD_SET_PARAMETER},
    {"announce", NULL,         OCEL_METHOD_ANNOUNCE     },
    {"record",   NULL,         OCEL_METHOD_RECORD       },
};

static const step *find_step(const char *text, size_t n) {
  for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0]; i++) {
    if (strlen(STEPS[i].name) == n && memcmp(STEPS[i].name, text, n) == 0) return &STEPS[i];
  }
  check_broken("the script knows no step \"%.*s\"", (int)n, text);
}

static int default_track(ocel_rtsp_method m) { return m == OCEL_METHOD_SETUP ? 0 : -1; }

// Takes one step; a trailing '+' sends a request without waiting for its reply.
static void take_step(viewer *v) {
  const size_t name = strcspn(v->at, "=/+ ");
  const step *s = find_step(v->at, name);
  step_args a = {-1, 200};
  char *end = NULL;
  v->at += name;
  if (*v->at == '=') {
    a.number = (int)strtol(v->at + 1, &end, 10);
    v->at = end;
  }
  if (*v->at == '/') {
    a.expect = (unsigned)strtoul(v->at + 1, &end, 10);
    v->at = end;
  }
  const bool pipelined = *v->at == '+';
  v->at += strcspn(v->at, " ");
  v->at += strcspn(v->at, " ");
  TRACE("viewer %d: %s", v->number, s->name);
  if (s->fn != NULL) {
    s->fn(v, &a);
    return;
  }
  const int track = a.number >= 0 ? a.number : default_track(s->method);
  viewer_ask(v, &(viewer_request){s->method, track, a.expect, !pipelined});
  v->waiting = !pipelined;
}

void viewer_run_script(viewer *v) {
  while (!v->waiting && v->resume_at <= v->world->clock.now) {
    v->at += strspn(v->at, " ");
    if (*v->at == '\0') {
      v->done = true;
      return;
    }
    if (v->closed && v->link != NULL) {  // the server has ended it; a later `connect` may help
      v->link = NULL;
      const char *again = strstr(v->at, "connect");
      v->at = again != NULL ? again : v->at + strlen(v->at);
      continue;
    }
    take_step(v);
  }
}
