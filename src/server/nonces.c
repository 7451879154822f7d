// SPDX-License-Identifier: Apache-2.0
// Nonces of HTTP Digest (RFC 7616 3.3, 5.4). A browser uses one on many connections, so it carries
// its own proof: when it was made, a random number, and a hash of both, the peer and a key. Which
// counts have been used is kept for nonces that came with a right password only. One that had to
// make room takes all that are as old with it, so that no count is ever good twice.
#include <string.h>

#include "../rtsp/text.h"
#include "auth.h"

enum { PROOF_BYTES = 8, WINDOW = 32 };

#define LIFETIME_SECONDS 300u

typedef struct {
  uint32_t made, random;
  uint8_t proof[2 * PROOF_BYTES];
} nonce;

// Since the start, and never 0, which stands for a free entry.
static uint32_t seconds(const ocel_server *s, ocel_us now) {
  return (uint32_t)((now - s->started) / OCEL_SECOND) + 1;
}

static bool prove(const ocel_server *s, const ocel_addr *peer, nonce *n) {
  uint8_t mem[8], hash[OCEL_HASH_MAX];
  ocel_wbuf numbers = ocel_wbuf_make(mem, sizeof mem),
            text = ocel_wbuf_make(n->proof, sizeof n->proof);
  ocel_put_be32(&numbers, n->made);
  ocel_put_be32(&numbers, n->random);
  const ocel_span parts[] = {ocel_span_make(s->nonce_key, sizeof s->nonce_key),
                             ocel_span_make(mem, sizeof mem),
                             ocel_span_make(peer->ip, sizeof peer->ip)};
  if (!s->cfg.platform.hash(s->cfg.platform.ctx, OCEL_HASH_SHA256, parts, 3, hash)) return false;
  for (size_t i = 0; i < PROOF_BYTES; i++) ocel_put_hex(&text, hash[i], 2);
  return true;
}

void ocel__nonce_put(ocel_server *s, const ocel_addr *peer, ocel_us now, ocel_wbuf *w) {
  nonce n = {.made = seconds(s, now), .random = ocel__random32(s)};
  if (!prove(s, peer, &n)) memset(n.proof, '0', sizeof n.proof);  // will be found stale
  ocel_put_hex(w, n.made, 8);
  ocel_put_hex(w, n.random, 8);
  ocel_put_span(w, ocel_span_make(n.proof, sizeof n.proof));
}

static bool take_hex(ocel_span text, uint32_t *value) {
  *value = 0;
  for (size_t i = 0; i < text.n; i++) {
    const int digit = ocel__hex_digit(text.p[i]);
    if (digit < 0) return false;
    *value = *value << 4 | (uint32_t)digit;
  }
  return true;
}

static bool is_ours(const ocel_server *s, const ocel_addr *peer, ocel_span text, nonce *n) {
  if (text.n != OCEL__HTTP_NONCE_SIZE) return false;
  if (!take_hex(ocel_span_take(&text, 8), &n->made)) return false;
  if (!take_hex(ocel_span_take(&text, 8), &n->random)) return false;
  return prove(s, peer, n) && ocel_secret_eq(n->proof, text.p, sizeof n->proof);
}

static ocel__nonce *oldest(ocel_server *s) {
  ocel__nonce *o = &s->nonces[0];
  for (size_t i = 1; i < OCEL__NONCES; i++) {
    if (s->nonces[i].made < o->made) o = &s->nonces[i];
  }
  return o;
}

static ocel__nonce *find(ocel_server *s, const nonce *n) {
  for (size_t i = 0; i < OCEL__NONCES; i++) {
    ocel__nonce *e = &s->nonces[i];
    if (e->made == n->made && e->random == n->random) return e;
  }
  if (n->made <= s->nonces_end) return NULL;
  ocel__nonce *e = oldest(s);
  if (e->made >= n->made) return NULL;  // would have to go at once
  s->nonces_end = e->made;
  *e = (ocel__nonce){.made = n->made, .random = n->random};
  return e;
}

// Counts may come in any order from connections side by side (RFC 7616 3.4.5).
static bool use_count(ocel__nonce *e, uint32_t count) {
  if (count > e->last) {
    const uint32_t step = count - e->last;
    e->used = step < WINDOW ? e->used << step | 1 : 1;
    e->last = count;
    return true;
  }
  const uint32_t age = e->last - count;
  if (count == 0 || age >= WINDOW || (e->used >> age & 1) != 0) return false;
  e->used |= UINT32_C(1) << age;
  return true;
}

bool ocel__nonce_use(ocel_server *s, const ocel_addr *peer, ocel_us now, ocel_span text,
                     ocel_span count) {
  nonce n;
  uint32_t number;
  if (!is_ours(s, peer, text, &n) || seconds(s, now) - n.made >= LIFETIME_SECONDS) return false;
  if (!take_hex(count, &number)) return false;
  ocel__nonce *e = find(s, &n);
  return e != NULL && use_count(e, number);
}
