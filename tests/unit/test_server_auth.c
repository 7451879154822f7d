// SPDX-License-Identifier: Apache-2.0
// Passwords: who gets in, with what, and what becomes of those who guess.
#include "ocel/credentials.h"
#include "ocel/rtsp_auth.h"
#include "server_fixture.h"

#define NAME "viewer"
#define PASSWORD "pa:ss w"
#define BASIC_RIGHT "Authorization: Basic dmlld2VyOnBhOnNzIHc=\r\n"
#define BASIC_WRONG "Authorization: Basic dmlld2VyOnBhOnNz\r\n"

static void lock(world *w, bool allow_basic) {
  const ocel_credentials cred = {NAME, PASSWORD, allow_basic};
  assert_int_equal(ocel_server_set_credentials(w->srv, &cred), OCEL_OK);
}

static void open_locked(world *w) {
  world_open(w);
  lock(w, false);
  show(w, 0, true, 300);
}

// What a client makes an answer of.
typedef struct {
  const char *name, *password, *method, *uri, *nonce;
  ocel_hash_kind hash;
} answer;

static const char *header_of(const answer *r) {
  static char text[512];
  uint8_t secret[OCEL_DIGEST_MAX], response[OCEL_DIGEST_MAX];
  const ocel_hasher h = {fake_hash, NULL};
  const ocel_digest_identity who = {ocel_span_str(r->name), ocel_span_str("ocel"),
                                    ocel_span_str(r->password)};
  const ocel_authorization a = {
      .hash = r->hash, .nonce = ocel_span_str(r->nonce), .uri = ocel_span_str(r->uri)};
  assert_true(ocel_digest_secret(&h, r->hash, &who, secret));
  assert_true(ocel_digest_response(&h, secret, ocel_span_str(r->method), &a, response));
  (void)snprintf(text, sizeof text,
                 "Authorization: Digest username=\"%s\", realm=\"ocel\", nonce=\"%s\", "
                 "uri=\"%s\", response=\"%.*s\"\r\n",
                 r->name, r->nonce, r->uri, (int)(2 * ocel_hash_size(r->hash)),
                 (const char *)response);
  return text;
}

// The nonce of the last reply, copied.
static const char *nonce_of(const world *w) {
  static char nonce[64];
  const char *at = strstr(reply_header(w, "WWW-Authenticate"), "nonce=\"");
  assert_non_null(at);
  (void)snprintf(nonce, sizeof nonce, "%.*s", (int)strcspn(at + 7, "\""), at + 7);
  return nonce;
}

static int ask_with(world *w, int conn, const answer *r) {
  return ask(w, conn, r->method, r->uri, header_of(r));
}

// What a client that knows the password sends once it was told the nonce.
static answer right_answer(world *w, int conn) {
  assert_int_equal(ask(w, conn, "DESCRIBE", URL, ""), 401);
  return (answer){NAME, PASSWORD, "DESCRIBE", URL, nonce_of(w), OCEL_HASH_SHA256};
}

static answer wrong_answer(world *w, int conn) {
  answer r = right_answer(w, conn);
  r.password = "guess";
  return r;
}

static void only_options_needs_no_password(void **state) {
  (void)state;
  static const char *const METHODS[] = {"DESCRIBE",      "SETUP",         "PLAY",     "PAUSE",
                                        "GET_PARAMETER", "SET_PARAMETER", "TEARDOWN", "ANNOUNCE",
                                        "RECORD",        "REDIRECT"};
  world w;
  open_locked(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(ask(&w, conn, "OPTIONS", "*", ""), 200);
  for (size_t i = 0; i < ARRAY_LEN(METHODS); i++) {
    assert_int_equal(ask(&w, conn, METHODS[i], URL, TCP_TRANSPORT), 401);
    assert_int_equal(ask(&w, conn, METHODS[i], "rtsp://h/other", TCP_TRANSPORT), 401);
  }
  assert_int_equal(w.events[OCEL_EVENT_AUTH_FAILED], 0);  // to ask is no guess
}

static void a_whole_visit_with_each_hash(void **state) {
  (void)state;
  for (int hash = OCEL_HASH_MD5; hash <= OCEL_HASH_SHA256; hash++) {
    world w;
    open_locked(&w);
    const int conn = connect_from(&w, 7);
    answer r = right_answer(&w, conn);
    r.hash = (ocel_hash_kind)hash;
    assert_int_equal(ask_with(&w, conn, &r), 200);
    r.method = "SETUP";
    r.uri = URL "/trackID=0";
    char headers[640];
    (void)snprintf(headers, sizeof headers, "%s%s", header_of(&r), TCP_TRANSPORT);
    assert_int_equal(set_up(&w, conn, "/trackID=0", headers), 200);
    static const char *const REST[] = {"PLAY", "GET_PARAMETER", "PAUSE", "TEARDOWN"};
    for (size_t i = 0; i < ARRAY_LEN(REST); i++) {
      assert_int_equal(ask(&w, conn, REST[i], URL, ""), 401);  // each request needs it
      r.method = REST[i];
      r.uri = URL;
      pass(&w, 20 * OCEL_SECOND);
      assert_int_equal(ask_with(&w, conn, &r), 200);
    }
  }
}

// SHA-256 first, MD5 last, one nonce; no Basic.
static void the_offer_has_the_order_that_every_client_survives(void **state) {
  (void)state;
  world w;
  char text[1024], want[512];
  open_locked(&w);
  const int conn = connect_from(&w, 7);
  (void)right_answer(&w, conn);
  (void)snprintf(text, sizeof text, "%.*s", (int)w.out_n, (const char *)w.out);
  (void)snprintf(want, sizeof want,
                 "\r\nWWW-Authenticate: Digest realm=\"ocel\", nonce=\"%s\", algorithm=SHA-256"
                 "\r\nWWW-Authenticate: Digest realm=\"ocel\", nonce=\"%s\", algorithm=MD5\r\n",
                 nonce_of(&w), nonce_of(&w));
  assert_non_null(strstr(text, want));
  assert_null(strstr(text, "Basic"));
}

static void the_nonce_stays_for_a_connection_and_is_its_own(void **state) {
  (void)state;
  world w;
  char first[64];
  open_locked(&w);
  const int conn = connect_from(&w, 7), other = connect_from(&w, 7);
  answer r = right_answer(&w, conn);
  (void)snprintf(first, sizeof first, "%s", r.nonce);
  pass(&w, 25 * OCEL_SECOND);
  assert_string_equal(right_answer(&w, conn).nonce, first);
  assert_string_not_equal(right_answer(&w, other).nonce, first);
  // The right password with the nonce of another connection: ask again, no guess.
  r.nonce = first;
  assert_int_equal(ask_with(&w, other, &r), 401);
  assert_non_null(strstr(reply_header(&w, "WWW-Authenticate"), "stale=TRUE"));
  assert_int_equal(w.events[OCEL_EVENT_AUTH_FAILED], 0);
  char own[64];
  (void)snprintf(own, sizeof own, "%s", nonce_of(&w));
  r.nonce = own;
  assert_int_equal(ask_with(&w, other, &r), 200);
  r.nonce = first;
  assert_int_equal(ask_with(&w, conn, &r), 200);
}

// A number that was used before gets another nonce.
static void a_nonce_ends_with_its_connection(void **state) {
  (void)state;
  world w;
  char old[64];
  open_locked(&w);
  const int conn = connect_from(&w, 7);
  answer r = right_answer(&w, conn);
  (void)snprintf(old, sizeof old, "%s", r.nonce);
  ocel_server_closed(w.srv, conn, w.now);
  assert_int_equal(connect_from(&w, 7), conn);
  r.nonce = old;
  assert_int_equal(ask_with(&w, conn, &r), 401);
  assert_string_not_equal(nonce_of(&w), old);
}

typedef struct {
  const char *name;
  answer replayed;  // NULL: as it was right
  const char *method, *url;
  int status;
} replay;

static const replay REPLAYS[] = {
    {"as it was",           {.method = NULL},           "DESCRIBE", URL,              200},
    {"with another method", {.method = NULL},           "TEARDOWN", URL,              401},
    {"with another path",   {.method = NULL},           "DESCRIBE", "rtsp://h/other", 401},
    {"with another query",  {.method = NULL},           "DESCRIBE", URL "?start=idr", 401},
    {"another name",        {.name = "Viewer"},         "DESCRIBE", URL,              401},
    {"another password",    {.password = "pa:ss W"},    "DESCRIBE", URL,              401},
    {"a part of it",        {.password = "pa:ss "},     "DESCRIBE", URL,              401},
    {"more than it",        {.password = PASSWORD "x"}, "DESCRIBE", URL,              401},
    {"no password",         {.password = ""},           "DESCRIBE", URL,              401},
    {"a nonce of its own",  {.nonce = "1234"},          "DESCRIBE", URL,              401},
};

static void an_answer_is_good_for_its_request_only(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(REPLAYS); i++) {
    const replay *p = &REPLAYS[i];
    world w;
    CASE(p->name);
    open_locked(&w);
    const int conn = connect_from(&w, 7);
    answer r = right_answer(&w, conn);
    if (p->replayed.name != NULL) r.name = p->replayed.name;
    if (p->replayed.password != NULL) r.password = p->replayed.password;
    if (p->replayed.nonce != NULL) r.nonce = p->replayed.nonce;
    assert_int_equal(ask(&w, conn, p->method, p->url, header_of(&r)), p->status);
  }
}

static int connect_inside_tls(world *w) {
  const ocel_addr peer = ocel_addr_ipv4(192, 0, 2, 7, 40000);
  const ocel_addr local = ocel_addr_ipv4(192, 0, 2, 1, 322);
  return ocel_server_accept(w->srv, &peer, &local, true, w->now);
}

static void basic_is_for_tls_or_by_leave(void **state) {
  (void)state;
  for (int leave = 0; leave < 2; leave++) {
    for (int tls = 0; tls < 2; tls++) {
      world w;
      open_locked(&w);
      lock(&w, leave != 0);
      const int conn = tls != 0 ? connect_inside_tls(&w) : connect_from(&w, 7);
      const bool offered = leave + tls > 0;
      (void)right_answer(&w, conn);
      w.out[w.out_n] = '\0';
      const char *basic = strstr((const char *)w.out, "\r\nWWW-Authenticate: Basic realm=\"ocel\"");
      assert_int_equal(basic != NULL, offered);
      assert_int_equal(ask(&w, conn, "DESCRIBE", URL, BASIC_RIGHT), offered ? 200 : 401);
      assert_int_equal(ask(&w, conn, "DESCRIBE", URL, BASIC_WRONG), 401);
      assert_int_equal(ask(&w, conn, "DESCRIBE", URL, "Authorization: Basic dmlld2Vy\r\n"), 401);
      assert_int_equal(ask(&w, conn, "DESCRIBE", URL, "Authorization: Basic ****\r\n"), 401);
    }
  }
}

static void guess(world *w, int conn) {
  const answer r = wrong_answer(w, conn);
  (void)ask_with(w, conn, &r);
}

static void guesses_are_counted_and_told_at_intervals(void **state) {
  (void)state;
  world w;
  ocel_server_stats stats;
  open_locked(&w);
  const int conn = connect_from(&w, 7);
  for (int i = 0; i < 4; i++) guess(&w, conn);
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.auth_failures, 4);
  assert_int_equal(w.events[OCEL_EVENT_AUTH_FAILED], 1);
  pass(&w, 10 * OCEL_SECOND);
  guess(&w, conn);
  assert_int_equal(w.events[OCEL_EVENT_AUTH_FAILED], 2);
}

static void spoil(world *w, uint8_t host) {
  const int conn = connect_from(w, host);
  for (int i = 0; i < 5; i++) guess(w, conn);
  ocel_server_closed(w->srv, conn, w->now);
}

static void an_address_that_guesses_waits_for_every_answer(void **state) {
  (void)state;
  for (int right = 0; right < 2; right++) {
    world w;
    open_locked(&w);
    spoil(&w, 7);
    const int conn = connect_from(&w, 7);
    const answer r = right != 0 ? right_answer(&w, conn) : wrong_answer(&w, conn);
    assert_int_equal(ask_with(&w, conn, &r), -1);
    for (int i = 0; i < 19; i++) {
      show(&w, 0, true, 100);
      pass(&w, 100 * OCEL_MILLISECOND);
      drain(&w, conn);
      assert_int_equal(w.out_n, 0);
    }
    pass(&w, 200 * OCEL_MILLISECOND);
    drain(&w, conn);
    assert_int_equal(status_in(w.out, w.out_n), right != 0 ? 200 : 401);
    // Who has shown the password does not wait again on this connection.
    assert_int_equal(ask_with(&w, conn, &r), right != 0 ? 200 : -1);
  }
}

static void others_do_not_wait(void **state) {
  (void)state;
  world w;
  open_locked(&w);
  const int watching = connect_from(&w, 7);
  answer before = right_answer(&w, watching);
  char nonce[64];
  (void)snprintf(nonce, sizeof nonce, "%s", before.nonce);
  before.nonce = nonce;
  assert_int_equal(ask_with(&w, watching, &before), 200);
  spoil(&w, 7);
  assert_int_equal(ask_with(&w, watching, &before), 200);
  const int elsewhere = connect_from(&w, 8);
  const answer r = right_answer(&w, elsewhere);
  assert_int_equal(ask_with(&w, elsewhere, &r), 200);
}

static void guesses_are_forgotten(void **state) {
  (void)state;
  world w;
  open_locked(&w);
  spoil(&w, 7);
  pass(&w, 301 * OCEL_SECOND);
  const int conn = connect_from(&w, 7);
  const answer r = right_answer(&w, conn);
  assert_int_equal(ask_with(&w, conn, &r), 200);
}

// The table holds sixteen; the one who guessed last is still in it.
static void many_addresses_push_out_the_oldest(void **state) {
  (void)state;
  world w;
  open_locked(&w);
  for (uint8_t host = 10; host < 27; host++) {
    spoil(&w, host);
    pass(&w, OCEL_MILLISECOND);
  }
  for (uint8_t host = 10; host < 27; host++) {
    const int conn = connect_from(&w, host);
    const answer r = right_answer(&w, conn);
    assert_int_equal(ask_with(&w, conn, &r), host == 10 ? 200 : -1);
    ocel_server_closed(w.srv, conn, w.now);
  }
}

static void one_home_is_one_address_of_ipv6(void **state) {
  (void)state;
  world w;
  open_locked(&w);
  const ocel_addr local = {
      {0x20, 1},
      8554, 0
  };
  for (uint8_t i = 0; i < 7; i++) {
    const ocel_addr peer = {
        {0x20, 1, 0, 0, 0, 0, 0, i == 6, i},
        40000, 0
    };
    const int conn = ocel_server_accept(w.srv, &peer, &local, false, w.now);
    const answer r = wrong_answer(&w, conn);
    assert_int_equal(ask_with(&w, conn, &r), i == 5 ? -1 : 401);
    ocel_server_closed(w.srv, conn, w.now);
  }
}

// Guesses that wait hold no place against a newcomer.
static void who_waits_yields_to_a_newcomer(void **state) {
  (void)state;
  world w;
  open_locked(&w);
  spoil(&w, 7);
  for (int i = 0; i < 3 * CONNS; i++) {
    const int conn = connect_from(&w, 7);
    assert_true(conn >= 0);
    const answer r = wrong_answer(&w, conn);
    assert_int_equal(ask_with(&w, conn, &r), -1);
    pass(&w, OCEL_MILLISECOND);
    drain(&w, conn);
  }
  const int honest = connect_from(&w, 8);
  assert_true(honest >= 0);
  const answer r = right_answer(&w, honest);
  assert_int_equal(ask_with(&w, honest, &r), 200);
}

static void a_right_answer_may_still_wait_for_the_stream(void **state) {
  (void)state;
  world w;
  world_open(&w);
  lock(&w, false);
  spoil(&w, 7);
  const int conn = connect_from(&w, 7);
  const answer r = right_answer(&w, conn);
  assert_int_equal(ask_with(&w, conn, &r), -1);
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, conn);
  assert_int_equal(w.out_n, 0);
  show(&w, 0, true, 300);
  drain(&w, conn);
  assert_int_equal(status_in(w.out, w.out_n), 200);
}

typedef struct {
  const char *name;
  const char *username, *password;
  ocel_err want;
} choice;

#define C63 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

static const choice CHOICES[] = {
    {"the longest",             C63,             C63,                  OCEL_OK        },
    {"UTF-8 and punctuation",   "J\xc3\xb6rg x", "\"\\:\xe2\x82\xac ", OCEL_OK        },
    {"no name",                 "",              "p",                  OCEL_ERR_CONFIG},
    {"no password",             "u",             "",                   OCEL_ERR_CONFIG},
    {"a name too long",         C63 "f",         "p",                  OCEL_ERR_CONFIG},
    {"a password too long",     "u",             C63 "f",              OCEL_ERR_CONFIG},
    {"a colon in the name",     "a:b",           "p",                  OCEL_ERR_CONFIG},
    {"a quote in the name",     "a\"b",          "p",                  OCEL_ERR_CONFIG},
    {"a backslash in the name", "a\\b",          "p",                  OCEL_ERR_CONFIG},
    {"a line end in the name",  "a\nb",          "p",                  OCEL_ERR_CONFIG},
    {"DEL in the name",         "a\x7f",         "p",                  OCEL_ERR_CONFIG},
};

static void credentials_out_of_range_are_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(CHOICES); i++) {
    const choice *c = &CHOICES[i];
    const ocel_credentials cred = {c->username, c->password, false};
    world w;
    CASE(c->name);
    world_open(&w);
    assert_int_equal(ocel_server_set_credentials(w.srv, &cred), c->want);
    const int conn = connect_from(&w, 7);
    assert_int_equal(ask(&w, conn, "GET_PARAMETER", URL, ""), c->want == OCEL_OK ? 401 : 200);
  }
}

static void without_a_hash_there_is_no_password(void **state) {
  (void)state;
  world w;
  const ocel_credentials cred = {NAME, PASSWORD, false};
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.platform.hash = NULL;
  world_open_with(&w, &cfg, 1, true);
  assert_int_equal(ocel_server_set_credentials(w.srv, &cred), OCEL_ERR_UNSUPPORTED);
}

static unsigned hashes_left;

static bool hash_that_fails(void *ctx, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                            uint8_t *out) {
  return hashes_left-- > 0 && fake_hash(ctx, kind, parts, n, out);
}

// Short of memory, a port cannot hash: nobody gets in by that.
static void a_hash_that_fails_lets_nobody_in(void **state) {
  (void)state;
  const ocel_credentials cred = {NAME, PASSWORD, true};
  for (unsigned i = 0; i < 4; i++) {
    world w;
    world_reset(&w);
    ocel_server_config cfg = world_config(&w);
    cfg.platform.hash = hash_that_fails;
    world_open_with(&w, &cfg, 1, true);
    show(&w, 0, true, 300);
    hashes_left = i;
    assert_int_equal(ocel_server_set_credentials(w.srv, &cred),
                     i < 2 ? OCEL_ERR_UNSUPPORTED : OCEL_OK);
    if (i < 2) continue;
    const int conn = connect_from(&w, 7);
    const answer r = right_answer(&w, conn);
    hashes_left = i - 2;
    assert_int_equal(ask_with(&w, conn, &r), 401);
    hashes_left = i - 2;
    assert_int_equal(ask(&w, conn, "DESCRIBE", URL, BASIC_RIGHT), 401);
    hashes_left = 100;
    assert_int_equal(ask(&w, conn, "DESCRIBE", URL, BASIC_RIGHT), 200);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_options_needs_no_password),
      cmocka_unit_test(a_whole_visit_with_each_hash),
      cmocka_unit_test(the_offer_has_the_order_that_every_client_survives),
      cmocka_unit_test(the_nonce_stays_for_a_connection_and_is_its_own),
      cmocka_unit_test(a_nonce_ends_with_its_connection),
      cmocka_unit_test(an_answer_is_good_for_its_request_only),
      cmocka_unit_test(basic_is_for_tls_or_by_leave),
      cmocka_unit_test(guesses_are_counted_and_told_at_intervals),
      cmocka_unit_test(an_address_that_guesses_waits_for_every_answer),
      cmocka_unit_test(others_do_not_wait),
      cmocka_unit_test(guesses_are_forgotten),
      cmocka_unit_test(many_addresses_push_out_the_oldest),
      cmocka_unit_test(one_home_is_one_address_of_ipv6),
      cmocka_unit_test(who_waits_yields_to_a_newcomer),
      cmocka_unit_test(a_right_answer_may_still_wait_for_the_stream),
      cmocka_unit_test(credentials_out_of_range_are_refused),
      cmocka_unit_test(without_a_hash_there_is_no_password),
      cmocka_unit_test(a_hash_that_fails_lets_nobody_in),
  };
  return cmocka_run_group_tests_name("server_auth", tests, NULL, NULL);
}
