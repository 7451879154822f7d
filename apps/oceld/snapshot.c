// SPDX-License-Identifier: Apache-2.0
#include "snapshot.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "feed.h"
#include "log.h"
#include "ocel/jpeg.h"
#include "ocel/loop.h"
#include "snapshot_job.h"

enum { START_CODE = 4, JOBS = OCEL_SNAPSHOT_SLOTS };

static const ocel_us OLDEST = 10 * OCEL_SECOND;  // A camera that is gone shows nothing.

typedef enum { FREE, WANTED, MAKING, MADE } stage;

typedef struct {
  stage stage;
  uint8_t stream;
  oceld_snapshot_job job;
  ocel_wbuf jpeg;  // From malloc; empty if it failed.
} order;

struct oceld_snapshots {
  ocel_snapshots engine;
  void (*wake)(void *ctx);
  void *ctx;
  pthread_t thread;
  bool started, stop;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  order order[JOBS];
  bool failing;  // The last one has failed, and the log knows.
};

// ---- the rings; in the server's thread ----

// The first access unit that is needed to decode the newest; false if there is none.
static bool newest_key(ocel_ring *ring, uint32_t *key) {
  const uint32_t tail = ocel_ring_tail(ring);
  for (uint32_t at = ocel_ring_head(ring); at != tail;) {
    ocel_access_unit au;
    ocel_ring_get(ring, --at, &au);
    *key = at;
    if (au.key) return true;
  }
  return false;
}

static ocel_us captured_at(const ocel_ring *ring, uint32_t index) {
  ocel_access_unit au;
  ocel_ring_get(ring, index, &au);
  return au.captured_at;
}

static size_t size_of(const ocel_access_unit *au, ocel_codec codec) {
  return codec == OCEL_CODEC_JPEG ? au->size : au->size + (size_t)START_CODE * au->unit_count;
}

static void put_unit(ocel_wbuf *w, const ocel_access_unit *au, ocel_codec codec) {
  if (codec == OCEL_CODEC_JPEG) {
    ocel_put_span(w, ocel_access_unit_span(au, OCEL_JPEG_FILE));
    return;
  }
  for (size_t i = 0; i < au->unit_count; i++) {
    ocel_put_be32(w, 1);
    ocel_put_span(w, ocel_access_unit_span(au, i));
  }
}

static bool copy_units(oceld_snapshot_job *job, ocel_ring *ring, uint32_t from, uint32_t to) {
  size_t total = 0;
  ocel_access_unit au;
  for (uint32_t i = from; i != to; i++) {
    ocel_ring_get(ring, i, &au);
    job->size[i - from] = (uint32_t)size_of(&au, job->codec);
    total += job->size[i - from];
  }
  job->bytes = total > 0 ? malloc(total) : NULL;
  if (job->bytes == NULL) return false;
  ocel_wbuf w = ocel_wbuf_make(job->bytes, total);
  for (uint32_t i = from; i != to; i++) {
    ocel_ring_get(ring, i, &au);
    put_unit(&w, &au, job->codec);
  }
  job->count = (uint16_t)(to - from);
  return true;
}

// What the thread needs, copied: the ring goes on meanwhile.
static bool fill(oceld_snapshot_job *job, ocel_ring *ring) {
  uint32_t from, to = ocel_ring_head(ring);
  job->codec = ocel_ring_get_config(ring)->codec;
  if (!newest_key(ring, &from) || ocel_loop_now() - captured_at(ring, to - 1) > OLDEST)
    return false;
  if (to - from > OCELD_SNAPSHOT_UNITS) to = from + OCELD_SNAPSHOT_UNITS;
  return copy_units(job, ring, from, to);
}

static order *take(oceld_snapshots *s, stage from, stage to) {
  order *found = NULL;
  (void)pthread_mutex_lock(&s->lock);
  for (size_t i = 0; i < JOBS && found == NULL; i++) {
    if (s->order[i].stage == from) found = &s->order[i];
  }
  if (found != NULL) found->stage = to;
  (void)pthread_mutex_unlock(&s->lock);
  return found;
}

static void put_back(oceld_snapshots *s, order *o, stage to) {
  (void)pthread_mutex_lock(&s->lock);
  o->stage = to;
  (void)pthread_cond_signal(&s->changed);
  (void)pthread_mutex_unlock(&s->lock);
}

bool oceld_snapshots_want(oceld_snapshots *s, const ocel_event *event, ocel_ring *ring) {
  order *o = take(s, FREE, MAKING);  // Nobody else touches it then.
  if (o == NULL) return true;        // It is asked for again.
  o->stream = (uint8_t)event->a;
  o->job.width = (uint16_t)event->b;
  const bool filled = fill(&o->job, ring);
  put_back(s, o, filled ? WANTED : FREE);
  return filled;
}

void oceld_snapshots_collect(oceld_snapshots *s, ocel_us now) {
  order *o;
  while ((o = take(s, MADE, MAKING)) != NULL) {
    const ocel_snapshot picture = {.stream = o->stream,
                                   .width = o->job.width,
                                   .jpeg = ocel_span_make(o->jpeg.p, o->jpeg.n),
                                   .release = free,
                                   .ctx = o->jpeg.p};
    put_back(s, o, FREE);
    ocel_snapshots_put(&s->engine, &picture, now);
  }
}

// ---- the thread ----

static bool says_its_tables(ocel_span file) {
  for (size_t i = 2; i + 4 <= file.n && file.p[i] == 0xff; i += 2u + ocel_be16(file.p + i + 2)) {
    if (file.p[i + 1] == 0xc4) return true;
    if (file.p[i + 1] == 0xda) return false;
  }
  return false;
}

static bool make(const oceld_snapshot_job *job, ocel_wbuf *jpeg, oceld_failure *why) {
  static oceld_snapshot_maker *const *maker;  // Of this thread alone.
  const ocel_span last = ocel_span_make(job->bytes, job->size[0]);
  if (job->codec == OCEL_CODEC_JPEG && job->width == 0 && says_its_tables(last)) {
    *jpeg = ocel_wbuf_make(malloc(last.n), last.n);
    if (jpeg->p == NULL) return oceld_fail(why, "out of memory");
    ocel_put_span(jpeg, last);
    return true;
  }
  if (maker == NULL) maker = oceld_module_symbol(OCELD_FFMPEG_SNAPSHOT, why);
  return maker != NULL && (*maker)(job, jpeg, why);
}

static void work(oceld_snapshots *s, order *o) {
  oceld_failure why = {""};
  o->jpeg = ocel_wbuf_make(NULL, 0);
  const bool ok = make(&o->job, &o->jpeg, &why);
  free(o->job.bytes);
  o->job.bytes = NULL;
  if (!ok && !s->failing) oceld_log(OCELD_LOG_WARNING, "no snapshot can be made: %s", why.text);
  s->failing = !ok;
  put_back(s, o, MADE);
  s->wake(s->ctx);
}

static bool wait(oceld_snapshots *s) {
  bool any = false;
  (void)pthread_mutex_lock(&s->lock);
  while (!s->stop && !any) {
    for (size_t i = 0; i < JOBS; i++) any |= s->order[i].stage == WANTED;
    if (!any) (void)pthread_cond_wait(&s->changed, &s->lock);
  }
  const bool on = !s->stop;
  (void)pthread_mutex_unlock(&s->lock);
  return on;
}

static void *run(void *arg) {
  oceld_snapshots *s = arg;
  while (wait(s)) {
    order *o = take(s, WANTED, MAKING);
    if (o != NULL) work(s, o);
  }
  return NULL;
}

// ---- the owner ----

oceld_snapshots *oceld_snapshots_open(ocel_server *srv, void (*wake)(void *ctx), void *ctx,
                                      oceld_failure *why) {
  struct timespec now;
  oceld_snapshots *s = calloc(1, sizeof *s);
  if (s == NULL) {
    (void)oceld_fail(why, "out of memory");
    return NULL;
  }
  (void)clock_gettime(CLOCK_REALTIME, &now);
  s->wake = wake;
  s->ctx = ctx;
  (void)pthread_mutex_init(&s->lock, NULL);
  (void)pthread_cond_init(&s->changed, NULL);
  const uint32_t seed = (uint32_t)now.tv_sec ^ (uint32_t)now.tv_nsec;
  if (ocel_snapshots_open(&s->engine, srv, seed) == OCEL_OK) {
    s->started = pthread_create(&s->thread, NULL, run, s) == 0;
  }
  if (s->started) return s;
  (void)oceld_fail(why, "there is no room for snapshots");
  return s;
}

void oceld_snapshots_close(oceld_snapshots *s) {
  if (s == NULL) return;
  if (s->started) {
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_cond_signal(&s->changed);
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_join(s->thread, NULL);
  }
  for (size_t i = 0; i < JOBS; i++) {
    free(s->order[i].job.bytes);
    free(s->order[i].stage == MADE ? s->order[i].jpeg.p : NULL);
  }
  ocel_snapshots_close(&s->engine);
  free(s);
}
