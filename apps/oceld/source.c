// SPDX-License-Identifier: Apache-2.0
#include "source.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "log.h"
#include "ocel/loop.h"

enum { RETRY_FIRST = 1, RETRY_LAST = 30 };  // Seconds between attempts.

// A run of this length counts as a success: the next failure is retried soon.
static const ocel_us GOOD_RUN = 30 * OCEL_SECOND;
static const ocel_us DROP_LOG_INTERVAL = 10 * OCEL_SECOND;

struct oceld_feed {
  ocel_ring *ring;
  ocel_ring *sound;  // NULL: sound is left out.
  void (*wake)(void *ctx);
  void *ctx;
  uint32_t unit_max;
  atomic_bool keyframe, wanted;
  ocel_us drop_logged_at;
  uint32_t drops;  // Since the last log.
  ocel_us committed_at;

  pthread_mutex_t lock;  // Guards all below.
  pthread_cond_t changed;
  bool stop;
  bool tuned;
  oceld_tuning tuning;
};

struct oceld_source {
  oceld_feed feeds[OCELD_STREAMS_MAX];  // `stop` is the first one's alone.
  const oceld_source_kind *kind;
  oceld_source_config cfg;
  void *self;  // The kind's state; NULL while it is closed.
  pthread_t thread;
  bool started;
  void (*wake)(void *ctx);  // For the feed, once the source leaves its owner's thread.
};

// ---- the feed ----

static struct timespec to_timespec(ocel_us at) {
  const struct timespec t = {at / OCEL_SECOND, (long)(at % OCEL_SECOND) * 1000};
  return t;
}

// The server makes room for the next unit when it has seen this one; a source that catches up
// gives it the time.
static const ocel_us GAP_LEAST = OCEL_MILLISECOND;

bool oceld_feed_wait(oceld_feed *f, ocel_us until) {
  const ocel_us earliest = f->committed_at + GAP_LEAST;
  const struct timespec t = to_timespec(until > earliest ? until : earliest);
  (void)pthread_mutex_lock(&f->lock);
  int rc = 0;
  while (!f->stop && rc != ETIMEDOUT) rc = pthread_cond_timedwait(&f->changed, &f->lock, &t);
  const bool on = !f->stop;
  (void)pthread_mutex_unlock(&f->lock);
  return on;
}

bool oceld_feed_goes_on(oceld_feed *f) {
  (void)pthread_mutex_lock(&f->lock);
  const bool on = !f->stop;
  (void)pthread_mutex_unlock(&f->lock);
  return on;
}

void oceld_feed_drop(oceld_feed *f, const char *because) {
  const ocel_us now = ocel_loop_now();
  f->drops++;
  if (f->drop_logged_at != 0 && now - f->drop_logged_at < DROP_LOG_INTERVAL) return;
  oceld_log(OCELD_LOG_WARNING, "dropped %u picture%s: %s", f->drops, f->drops == 1 ? "" : "s",
            because);
  f->drop_logged_at = now;
  f->drops = 0;
}

size_t oceld_feed_unit_max(const oceld_feed *f) { return f->unit_max; }

uint8_t *oceld_feed_reserve(oceld_feed *f, size_t max) {
  if (max > f->unit_max) {
    oceld_feed_drop(f, OCELD_TOO_LARGE);
    return NULL;
  }
  uint8_t *room = ocel_ring_reserve(f->ring, (uint32_t)max);
  if (room == NULL) oceld_feed_drop(f, "the network loop is late");
  return room;
}

bool oceld_feed_commit(oceld_feed *f, size_t size, const ocel_commit *how) {
  const ocel_err e = ocel_ring_commit(f->ring, (uint32_t)size, how);
  if (e != OCEL_OK && e != OCEL_ERR_STATE) oceld_feed_drop(f, ocel_err_text(e));
  if (e != OCEL_OK) return false;
  f->committed_at = ocel_loop_now();
  f->wake(f->ctx);
  return true;
}

bool oceld_feed_put(oceld_feed *f, ocel_span unit, const ocel_commit *how) {
  uint8_t *room = oceld_feed_reserve(f, unit.n);
  if (room == NULL) return false;
  memcpy(room, unit.p, unit.n);
  return oceld_feed_commit(f, unit.n, how);
}

oceld_feed *oceld_feed_of(oceld_feed *f, unsigned stream) { return f + stream; }

bool oceld_feed_is_wanted(const oceld_feed *f) { return atomic_load(&f->wanted); }

static void put_sound(oceld_feed *f, ocel_span block, ocel_us captured_at) {
  const ocel_commit how = {.wrap = OCEL_WRAP_BLOCK, .captured_at = captured_at};
  if (f->sound == NULL) return;
  uint8_t *room = ocel_ring_reserve(f->sound, (uint32_t)block.n);
  if (room == NULL) {
    oceld_feed_drop(f, "the network loop is late for sound");
    return;
  }
  memcpy(room, block.p, block.n);
  if (ocel_ring_commit(f->sound, (uint32_t)block.n, &how) == OCEL_OK) f->wake(f->ctx);
}

// A ring has one consumer that frees; so each stream gets a copy, of some hundred bytes.
void oceld_feed_put_sound(oceld_feed *f, ocel_span block, ocel_us captured_at) {
  for (unsigned i = 0; i < OCELD_STREAMS_MAX; i++) put_sound(&f[i], block, captured_at);
}

void oceld_feed_set_parameters(oceld_feed *f, ocel_span sps, ocel_span pps) {
  const ocel_err e = ocel_ring_set_parameters(f->ring, sps, pps);
  if (e != OCEL_OK) oceld_log(OCELD_LOG_WARNING, "parameter sets: %s", ocel_err_text(e));
}

bool oceld_feed_take_keyframe(oceld_feed *f) { return atomic_exchange(&f->keyframe, false); }

bool oceld_feed_take_tuning(oceld_feed *f, oceld_tuning *out) {
  (void)pthread_mutex_lock(&f->lock);
  const bool tuned = f->tuned;
  if (tuned) *out = f->tuning;
  f->tuned = false;
  (void)pthread_mutex_unlock(&f->lock);
  return tuned;
}

static void feed_init(oceld_feed *f) {
  pthread_condattr_t attr;
  (void)pthread_condattr_init(&attr);
  (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  (void)pthread_cond_init(&f->changed, &attr);
  (void)pthread_condattr_destroy(&attr);
  (void)pthread_mutex_init(&f->lock, NULL);
  atomic_store(&f->wanted, true);
}

// ---- the thread ----

static void close_kind(oceld_source *s) {
  if (s->self != NULL) s->kind->close(s->self);
  s->self = NULL;
}

static oceld_tuning *tuning_of(oceld_source_config *cfg, unsigned stream) {
  return stream == 0 ? &cfg->tuning : &cfg->more[stream - 1].tuning;
}

static oceld_tuning read_tuning(oceld_source *s, unsigned stream) {
  oceld_feed *f = &s->feeds[stream];
  (void)pthread_mutex_lock(&f->lock);
  const oceld_tuning tuning = f->tuning;
  (void)pthread_mutex_unlock(&f->lock);
  return tuning;
}

// Opens what is closed, and runs. False: failed.
static bool attempt(oceld_source *s, oceld_failure *why) {
  if (s->self == NULL) {
    oceld_source_traits traits[OCELD_STREAMS_MAX] = {0};
    for (unsigned i = 0; i <= s->cfg.more_count; i++) *tuning_of(&s->cfg, i) = read_tuning(s, i);
    s->self = s->kind->open(&s->cfg, traits, why);
    if (s->self == NULL) return false;
    oceld_log(OCELD_LOG_INFO, "%s is back: %s", s->kind->name, traits[0].description);
  }
  const bool ok = s->kind->run(s->self, s->feeds, why);
  close_kind(s);
  return ok;
}

static void *run(void *arg) {
  oceld_source *s = arg;
  int delay = RETRY_FIRST;
  for (;;) {
    oceld_failure why = {"ended"};
    const ocel_us began = ocel_loop_now();
    (void)attempt(s, &why);
    if (!oceld_feed_goes_on(s->feeds)) return NULL;
    const ocel_us now = ocel_loop_now();
    if (now - began >= GOOD_RUN) delay = RETRY_FIRST;
    oceld_log(OCELD_LOG_ERROR, "%s: %s; trying again in %d s", s->kind->name, why.text, delay);
    if (!oceld_feed_wait(s->feeds, now + delay * OCEL_SECOND)) return NULL;
    delay = delay * 2 < RETRY_LAST ? delay * 2 : RETRY_LAST;
  }
}

// ---- the owner ----

oceld_source *oceld_source_open(const oceld_source_config *cfg, oceld_source_traits *traits,
                                oceld_failure *why) {
  memset(traits, 0, (1 + cfg->more_count) * sizeof *traits);
  const oceld_source_kind *kind = oceld_kind_for(cfg, why);
  if (kind == NULL) return NULL;
  oceld_source *s = calloc(1, sizeof *s);
  if (s == NULL) {
    (void)oceld_fail(why, "out of memory");
    return NULL;
  }
  s->kind = kind;
  s->cfg = *cfg;
  for (unsigned i = 0; i < OCELD_STREAMS_MAX; i++) {
    feed_init(&s->feeds[i]);
    if (i <= cfg->more_count) s->feeds[i].tuning = *tuning_of(&s->cfg, i);
  }
  s->self = kind->open(cfg, traits, why);
  if (s->self == NULL) {
    oceld_source_close(s);
    return NULL;
  }
  for (unsigned i = 0; i <= cfg->more_count; i++) s->feeds[i].unit_max = traits[i].unit_max;
  return s;
}

static bool start_thread(oceld_source *s, oceld_failure *why) {
  const int e = pthread_create(&s->thread, NULL, run, s);
  if (e != 0) return oceld_fail(why, "cannot start a thread: %s", strerror(e));
  s->started = true;
  return true;
}

void oceld_source_carry_sound(oceld_source *s, unsigned stream, ocel_ring *ring) {
  s->feeds[stream].sound = ring;
}

void oceld_source_carry(oceld_source *s, unsigned stream, ocel_ring *ring) {
  s->feeds[stream].ring = ring;
}

static void connect(oceld_source *s, ocel_ring *ring, void (*wake)(void *ctx), void *ctx) {
  assert(!s->started);
  s->feeds[0].ring = ring;
  for (unsigned i = 0; i < OCELD_STREAMS_MAX; i++) {
    s->feeds[i].wake = wake;
    s->feeds[i].ctx = ctx;
  }
}

bool oceld_source_start(oceld_source *s, ocel_ring *ring, void (*wake)(void *ctx), void *ctx,
                        oceld_failure *why) {
  connect(s, ring, wake, ctx);
  return start_thread(s, why);
}

static void wake_nobody(void *ctx) { (void)ctx; }

bool oceld_source_start_stepped(oceld_source *s, ocel_ring *ring, void (*wake)(void *ctx),
                                void *ctx) {
  if (s->kind->step == NULL) return false;
  connect(s, ring, wake_nobody, ctx);
  s->wake = wake;
  return true;
}

// Failures are for the thread to deal with: it may wait until the source can be opened again.
static void leave_to_thread(oceld_source *s, oceld_failure *why) {
  oceld_log(OCELD_LOG_ERROR, "%s: %s", s->kind->name, why->text);
  close_kind(s);
  connect(s, s->feeds[0].ring, s->wake, s->feeds[0].ctx);
  if (!start_thread(s, why)) oceld_log(OCELD_LOG_ERROR, "%s: %s", s->kind->name, why->text);
}

ocel_us oceld_source_step(oceld_source *s, ocel_us now) {
  ocel_us next;
  oceld_failure why;
  if (s->started || s->self == NULL) return OCEL_NEVER;
  if (s->kind->step(s->self, s->feeds, now, &next, &why)) return next;
  leave_to_thread(s, &why);
  return OCEL_NEVER;
}

void oceld_source_request_keyframe(oceld_source *s, unsigned stream) {
  atomic_store(&s->feeds[stream].keyframe, true);
}

void oceld_source_want(oceld_source *s, unsigned stream, bool wanted) {
  atomic_store(&s->feeds[stream].wanted, wanted);
}

void oceld_source_tune(oceld_source *s, unsigned stream, const oceld_tuning *tuning) {
  oceld_feed *f = &s->feeds[stream];
  (void)pthread_mutex_lock(&f->lock);
  f->tuning = *tuning;
  f->tuned = true;
  (void)pthread_mutex_unlock(&f->lock);
}

void oceld_source_set_bitrate(oceld_source *s, unsigned stream, uint32_t bitrate) {
  oceld_feed *f = &s->feeds[stream];
  (void)pthread_mutex_lock(&f->lock);
  f->tuning.bitrate = bitrate;
  f->tuned = true;
  (void)pthread_mutex_unlock(&f->lock);
}

void oceld_source_close(oceld_source *s) {
  if (s == NULL) return;
  oceld_feed *f = s->feeds;
  (void)pthread_mutex_lock(&f->lock);
  f->stop = true;
  (void)pthread_cond_signal(&f->changed);
  (void)pthread_mutex_unlock(&f->lock);
  if (s->started) (void)pthread_join(s->thread, NULL);
  close_kind(s);
  for (unsigned i = 0; i < OCELD_STREAMS_MAX; i++) {
    (void)pthread_cond_destroy(&f[i].changed);
    (void)pthread_mutex_destroy(&f[i].lock);
  }
  free(s);
}
