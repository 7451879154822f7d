// SPDX-License-Identifier: Apache-2.0
// HTTP: who may do what, by which password, and that no answer to a challenge is good twice.
#include "http_fixture.h"
#include "ocel/credentials.h"
#include "ocel/rtsp_auth.h"

#define BASIC_VIEWER "Authorization: Basic dmlld2VyOnB3\r\n"
#define BASIC_ADMIN "Authorization: Basic YWRtaW46c2VjcmV0\r\n"
#define BASIC_WRONG "Authorization: Basic dmlld2VyOnNlY3JldA==\r\n"

static ocel_role role;
static unsigned calls;
static uint16_t refused;

static void on_call(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  (void)ctx;
  role = call->role;
  calls++;
  if (refused != 0) answer->status = refused;
  if (call->query.n > 0) answer->body = OCEL_HTTP_LATER;
}

// clang-format off
static const ocel_http_route ROUTES[] = {
    {.path = "/free", .methods = OCEL_HTTP_GETS | OCEL_HTTP_POSTS, .handler = on_call},
    {.path = "/see", .methods = OCEL_HTTP_GETS | OCEL_HTTP_POSTS, .least = OCEL_ROLE_VIEWER,
     .handler = on_call},
    {.path = "/set", .methods = OCEL_HTTP_GETS | OCEL_HTTP_POSTS, .least = OCEL_ROLE_ADMIN,
     .handler = on_call},
    {.path = "/open", .methods = OCEL_HTTP_GETS | OCEL_HTTP_POSTS, .least = OCEL_ROLE_ADMIN,
     .unlocked = true, .handler = on_call},
};
// clang-format on

enum { NONE, VIEWER, ADMIN, BOTH };

static void lock(world *w, int who, bool allow_basic) {
  const ocel_credentials viewer = {"viewer", "pw", allow_basic}, admin = {"admin", "secret", false};
  calls = 0;
  for (size_t i = 0; i < ARRAY_LEN(ROUTES); i++) {
    assert_int_equal(ocel_server_add_route(w->srv, &ROUTES[i]), OCEL_OK);
  }
  if ((who & VIEWER) != 0) {
    assert_int_equal(ocel_server_set_credentials(w->srv, &viewer), OCEL_OK);
  }
  if ((who & ADMIN) != 0) assert_int_equal(ocel_server_set_admin(w->srv, &admin), OCEL_OK);
}

static int open_locked(world *w, int who, bool secure) {
  world_open(w);
  lock(w, who, false);
  return connect_through(w, 7, secure);
}

// ---- roles ----

static void each_role_opens_its_routes(void **state) {
  (void)state;
  // clang-format off
  static const char *const SHOWN[] = {"", BASIC_VIEWER, BASIC_ADMIN};
  static const struct {
    int set;
    const char *path;
    int status[3];  // for each of SHOWN
    ocel_role role[3];
  } CASES[] = {
      {NONE,   "/free", {200, 200, 200}, {OCEL_ROLE_VIEWER, OCEL_ROLE_VIEWER, OCEL_ROLE_VIEWER}},
      {NONE,   "/see",  {200, 200, 200}, {OCEL_ROLE_VIEWER, OCEL_ROLE_VIEWER, OCEL_ROLE_VIEWER}},
      {NONE,   "/set",  {403, 403, 403}, {0}                                                   },
      {NONE,   "/open", {200, 200, 200}, {OCEL_ROLE_VIEWER, OCEL_ROLE_VIEWER, OCEL_ROLE_VIEWER}},
      {VIEWER, "/free", {200, 200, 200}, {0, OCEL_ROLE_ADMIN, 0}                               },
      {VIEWER, "/see",  {401, 200, 401}, {0, OCEL_ROLE_ADMIN, 0}                               },
      {VIEWER, "/set",  {401, 200, 401}, {0, OCEL_ROLE_ADMIN, 0}                               },
      {VIEWER, "/open", {401, 200, 401}, {0, OCEL_ROLE_ADMIN, 0}                               },
      {ADMIN,  "/see",  {401, 401, 200}, {0, 0, OCEL_ROLE_ADMIN}                               },
      {ADMIN,  "/set",  {401, 401, 200}, {0, 0, OCEL_ROLE_ADMIN}                               },
      {BOTH,   "/see",  {401, 200, 200}, {0, OCEL_ROLE_VIEWER, OCEL_ROLE_ADMIN}                },
      {BOTH,   "/set",  {401, 401, 200}, {0, 0, OCEL_ROLE_ADMIN}                               },
      {BOTH,   "/open", {401, 401, 200}, {0, 0, OCEL_ROLE_ADMIN}                               },
  };
  // clang-format on
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    for (size_t k = 0; k < ARRAY_LEN(SHOWN); k++) {
      world w;
      CASE(CASES[i].path);
      const int conn = open_locked(&w, CASES[i].set, true);
      assert_int_equal(request(&w, conn, "GET", CASES[i].path, SHOWN[k]), CASES[i].status[k]);
      assert_int_equal(calls, CASES[i].status[k] == 200);
      if (calls > 0) assert_int_equal(role, CASES[i].role[k]);
      assert_false(w.closed[conn]);
    }
  }
}

// The camera's other protocol knows the same two.
static void a_route_may_look_and_ask_by_itself(void **state) {
  (void)state;
  world w;
  int conn = open_locked(&w, BOTH, true);
  assert_int_equal(get(&w, conn, "/free"), 200);
  assert_int_equal(role, OCEL_ROLE_NONE);
  assert_int_equal(request(&w, conn, "GET", "/free", BASIC_VIEWER), 200);
  assert_int_equal(role, OCEL_ROLE_VIEWER);
  assert_int_equal(request(&w, conn, "GET", "/free", BASIC_ADMIN), 200);
  assert_int_equal(role, OCEL_ROLE_ADMIN);
  assert_int_equal(request(&w, conn, "GET", "/free", BASIC_WRONG), 200);
  assert_int_equal(role, OCEL_ROLE_NONE);
  assert_int_equal(w.events[OCEL_EVENT_AUTH_FAILED], 1);
  refused = 401;
  assert_int_equal(get(&w, conn, "/free"), 401);
  refused = 0;
  assert_non_null(reply_header(&w, "WWW-Authenticate"));
}

static void rtsp_lets_both_in(void **state) {
  (void)state;
  world w;
  const int conn = open_locked(&w, BOTH, true);
  show(&w, 0, true, 300);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, ""), 401);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, BASIC_VIEWER), 200);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, BASIC_ADMIN), 200);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, BASIC_WRONG), 401);
}

static void a_viewer_who_asks_too_much_is_no_suspect(void **state) {
  (void)state;
  world w;
  const int conn = open_locked(&w, BOTH, true);
  for (int i = 0; i < 20; i++) {
    assert_int_equal(request(&w, conn, "GET", "/set", BASIC_VIEWER), 401);
  }
  assert_int_equal(w.events[OCEL_EVENT_AUTH_FAILED], 0);
}

static void basic_stays_inside_tls(void **state) {
  (void)state;
  world w;
  const int conn = open_locked(&w, VIEWER, false);
  assert_int_equal(get(&w, conn, "/see"), 401);
  assert_null(strstr(out_text(&w), "Basic"));
  assert_int_equal(request(&w, conn, "GET", "/see", BASIC_VIEWER), 401);
  const int secure = connect_through(&w, 8, true);
  assert_int_equal(get(&w, secure, "/see"), 401);
  assert_non_null(strstr(out_text(&w), "WWW-Authenticate: Basic realm=\"ocel\"\r\n"));
  world_open(&w);
  lock(&w, VIEWER, true);
  const int allowed = connect_from(&w, 7);
  assert_int_equal(request(&w, allowed, "GET", "/see", BASIC_VIEWER), 200);
}

// The same table as RTSP: who guesses is answered late, on any connection and in either protocol.
static void guesses_are_slowed(void **state) {
  (void)state;
  world w;
  const int conn = open_locked(&w, VIEWER, true);
  for (int i = 0; i < 5; i++) {
    assert_int_equal(request(&w, conn, "GET", "/see", BASIC_WRONG), 401);
  }
  assert_int_equal(request(&w, conn, "GET", "/see", BASIC_WRONG), -1);
  const int other = connect_through(&w, 7, true);
  assert_int_equal(request(&w, other, "POST", "/see",
                           BASIC_VIEWER "Expect: 100-continue\r\nContent-Length: 1\r\n"),
                   -1);
  const int honest = connect_through(&w, 8, true);
  assert_int_equal(request(&w, honest, "GET", "/see", BASIC_VIEWER), 200);
  w.out_n = 0;
  pass(&w, 3 * OCEL_SECOND);
  drain(&w, other);
  assert_int_equal(http_status(&w), 100);
  assert_int_equal(say_http(&w, other, "x"), 200);
  show(&w, 0, true, 300);
  const int rtsp = connect_through(&w, 7, true);
  assert_int_equal(ask(&w, rtsp, "DESCRIBE", URL, BASIC_VIEWER), -1);
}

// ---- other sites ----

static void other_sites_change_nothing(void **state) {
  (void)state;
  static const struct {
    const char *method, *headers;
    int status;
  } CASES[] = {
      {"POST", "Origin: http://camera.lan\r\n",                         200},
      {"POST", "Origin: https://camera.lan\r\n",                        200},
      {"POST", "",                                                      200},
      {"POST", "Origin: http://evil.example\r\n",                       403},
      {"POST", "Origin: http://camera.lan:81\r\n",                      403},
      {"POST", "Origin: null\r\n",                                      403},
      {"POST", "Origin: \r\n",                                          403},
      {"POST", "Origin: http://\r\n",                                   403},
      {"GET",  "Origin: http://evil.example\r\n",                       200},
      {"HEAD", "Origin: http://evil.example\r\n",                       200},
      {"GET",  "Origin: http://evil.example\r\nUpgrade: websocket\r\n", 403},
      {"GET",  "Origin: http://camera.lan\r\nUpgrade: websocket\r\n",   200},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    world w;
    CASE(CASES[i].headers);
    const int conn = open_locked(&w, NONE, false);
    assert_int_equal(request(&w, conn, CASES[i].method, "/open", CASES[i].headers),
                     CASES[i].status);
    assert_int_equal(calls, CASES[i].status == 200);
    assert_null(strstr(out_text(&w), "Access-Control"));
  }
}

// ---- Digest ----

// What a client makes an answer of.
typedef struct {
  const char *name, *password, *method, *uri, *nonce, *nc, *qop;
  ocel_hash_kind hash;
} answer;

static const char *header_of(const answer *r) {
  static char text[600];
  char qop[64] = "";
  uint8_t secret[OCEL_DIGEST_MAX], response[OCEL_DIGEST_MAX];
  const ocel_hasher h = {fake_hash, NULL};
  const ocel_digest_identity who = {ocel_span_str(r->name), ocel_span_str("ocel"),
                                    ocel_span_str(r->password)};
  ocel_authorization a = {
      .hash = r->hash, .nonce = ocel_span_str(r->nonce), .uri = ocel_span_str(r->uri)};
  if (r->qop != NULL) {
    a.qop = ocel_span_str(r->qop);
    a.nc = ocel_span_str(r->nc);
    a.cnonce = ocel_span_str("c0ffee");
    (void)snprintf(qop, sizeof qop, ", qop=%s, nc=%s, cnonce=\"c0ffee\"", r->qop, r->nc);
  }
  assert_true(ocel_digest_secret(&h, r->hash, &who, secret));
  assert_true(ocel_digest_response(&h, secret, ocel_span_str(r->method), &a, response));
  (void)snprintf(text, sizeof text,
                 "Authorization: Digest username=\"%s\", realm=\"ocel\", nonce=\"%s\", "
                 "uri=\"%s\", response=\"%.*s\"%s\r\n",
                 r->name, r->nonce, r->uri, (int)(2 * ocel_hash_size(r->hash)),
                 (const char *)response, qop);
  return text;
}

static void take_nonce(world *w, int conn, char *nonce) {
  assert_int_equal(get(w, conn, "/see"), 401);
  const char *at = strstr(reply_header(w, "WWW-Authenticate"), "nonce=\"");
  assert_non_null(at);
  (void)snprintf(nonce, 40, "%.*s", (int)strcspn(at + 7, "\""), at + 7);
}

static answer right_answer(const char *nonce) {
  return (answer){"viewer", "pw", "GET", "/see", nonce, "00000001", "auth", OCEL_HASH_SHA256};
}

static int show_it(world *w, int conn, const answer *a) {
  return request(w, conn, a->method, a->uri, header_of(a));
}

static bool says_stale(const world *w) { return strstr(out_text(w), "stale=TRUE") != NULL; }

static void the_challenge_offers_qop(void **state) {
  (void)state;
  world w;
  char nonce[40];
  const int conn = open_locked(&w, VIEWER, false);
  take_nonce(&w, conn, nonce);
  assert_int_equal(strlen(nonce), 32);
  assert_non_null(strstr(out_text(&w), "algorithm=SHA-256, qop=\"auth\"\r\n"));
  assert_non_null(strstr(out_text(&w), "algorithm=MD5, qop=\"auth\"\r\n"));
  assert_string_equal(body_of(&w), "401 Unauthorized\n");
  assert_false(says_stale(&w));
  assert_int_equal(w.events[OCEL_EVENT_AUTH_FAILED], 0);
}

static void each_digest_has_its_verdict(void **state) {
  (void)state;
  static const struct {
    const char *name;
    answer a;
    const char *target;
    int status;
  } CASES[] = {
      {"SHA-256",
       {"viewer", "pw", "GET", "/see", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/see",                                                                                                  200},
      {"MD5",
       {"viewer", "pw", "GET", "/see", NULL, "00000001", "auth", OCEL_HASH_MD5},
       "/see",                                                                                                  200},
      {"POST",
       {"viewer", "pw", "POST", "/see", NULL, "00000001", "auth", OCEL_HASH_MD5},
       "/see",                                                                                                  200},
      {"the whole URL",
       {"viewer", "pw", "GET", "http://camera.lan/see", NULL, "00000001", "auth", OCEL_HASH_MD5},
       "/see",                                                                                                  200},
      {"the admin",
       {"admin", "secret", "GET", "/set", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/set",                                                                                                  200},
      {"the viewer for the admin",
       {"viewer", "pw", "GET", "/set", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/set",                                                                                                  401},
      {"the other's password",
       {"viewer", "secret", "GET", "/see", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/see",                                                                                                  401},
      {"no such name",
       {"nobody", "pw", "GET", "/see", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/see",                                                                                                  401},
      {"another path",
       {"viewer", "pw", "GET", "/free", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/see",                                                                                                  401},
      {"another query",
       {"viewer", "pw", "GET", "/see?a", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/see",                                                                                                  401},
      {"no target",
       {"viewer", "pw", "GET", "see", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/see",                                                                                                  401},
      {"count 0",
       {"viewer", "pw", "GET", "/see", NULL, "00000000", "auth", OCEL_HASH_SHA256},
       "/see",                                                                                                  401},
      {"no qop",                   {"viewer", "pw", "GET", "/see", NULL, NULL, NULL, OCEL_HASH_SHA256}, "/see", 401},
      {"another method",
       {"viewer", "pw", "PUT", "/see", NULL, "00000001", "auth", OCEL_HASH_SHA256},
       "/see",                                                                                                  401},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    world w;
    char nonce[40];
    answer a = CASES[i].a;
    CASE(CASES[i].name);
    const int conn = open_locked(&w, BOTH, false);
    take_nonce(&w, conn, nonce);
    a.nonce = nonce;
    const char *method = strcmp(a.method, "POST") == 0 ? "POST" : "GET";
    assert_int_equal(request(&w, conn, method, CASES[i].target, header_of(&a)), CASES[i].status);
  }
}

static void a_nonce_is_good_on_every_connection(void **state) {
  (void)state;
  world w;
  char nonce[40];
  const int conn = open_locked(&w, VIEWER, false);
  take_nonce(&w, conn, nonce);
  answer a = right_answer(nonce);
  assert_int_equal(show_it(&w, conn, &a), 200);
  const int other = connect_from(&w, 7);
  a.nc = "00000002";
  assert_int_equal(show_it(&w, other, &a), 200);
  const int foreign = connect_from(&w, 8);
  a.nc = "00000003";
  assert_int_equal(show_it(&w, foreign, &a), 401);
  assert_true(says_stale(&w));
}

static void no_count_is_good_twice(void **state) {
  (void)state;
  static const struct {
    const char *nc;
    int status;
  } STEPS[] = {
      {"00000001", 200},
      {"00000001", 401},
      {"00000003", 200},
      {"00000002", 200}, // from a connection beside
      {"00000002", 401},
      {"00000001", 401},
      {"00000040", 200},
      {"00000021", 200},
      {"00000020", 401}, // too far behind to be known
      {"00000021", 401},
      {"FFFFFFFF", 200},
      {"fffffffe", 200},
      {"FFFFFFFF", 401},
  };
  world w;
  char nonce[40];
  const int conn = open_locked(&w, VIEWER, false);
  take_nonce(&w, conn, nonce);
  answer a = right_answer(nonce);
  for (size_t i = 0; i < ARRAY_LEN(STEPS); i++) {
    CASE(STEPS[i].nc);
    a.nc = STEPS[i].nc;
    assert_int_equal(show_it(&w, conn, &a), STEPS[i].status);
    assert_int_equal(says_stale(&w), STEPS[i].status == 401);
  }
  assert_int_equal(w.events[OCEL_EVENT_AUTH_FAILED], 0);
}

static void a_nonce_ages(void **state) {
  (void)state;
  world w;
  char nonce[40];
  const int conn = open_locked(&w, VIEWER, false);
  take_nonce(&w, conn, nonce);
  answer a = right_answer(nonce);
  w.now += 299 * OCEL_SECOND;
  assert_int_equal(show_it(&w, conn, &a), 200);
  w.now += OCEL_SECOND;
  a.nc = "00000002";
  assert_int_equal(show_it(&w, conn, &a), 401);
  assert_true(says_stale(&w));
}

static void nonces_that_are_not_ours_are_stale(void **state) {
  (void)state;
  world w;
  char nonce[40];
  const int conn = open_locked(&w, VIEWER, false);
  take_nonce(&w, conn, nonce);
  answer a = right_answer(nonce);
  for (size_t i = 0; i < 32; i++) {
    const char c = nonce[i];
    nonce[i] = c == '0' ? '1' : '0';
    assert_int_equal(show_it(&w, conn, &a), 401);
    assert_true(says_stale(&w));
    nonce[i] = 'x';
    assert_int_equal(show_it(&w, conn, &a), 401);
    nonce[i] = c;
  }
  a.nonce = "abc";
  assert_int_equal(show_it(&w, conn, &a), 401);
  a.nonce = nonce;
  assert_int_equal(show_it(&w, conn, &a), 200);
}

// More nonces in use than are remembered: the oldest make room, and are never good again.
static void nonces_that_made_room_are_stale(void **state) {
  (void)state;
  enum { MANY = 20, KEPT = 16 };
  static char nonce[MANY][40];
  world w;
  const int conn = open_locked(&w, VIEWER, false);
  for (int i = 0; i < MANY; i++) {
    take_nonce(&w, conn, nonce[i]);
    w.now += OCEL_SECOND;
  }
  for (int i = 0; i < MANY; i++) {
    const answer a = right_answer(nonce[i]);
    assert_int_equal(show_it(&w, conn, &a), 200);
  }
  for (int i = 0; i < MANY; i++) {
    answer a = right_answer(nonce[i]);
    assert_int_equal(show_it(&w, conn, &a), 401);
    assert_true(says_stale(&w));
    a.nc = "00000002";
    assert_int_equal(show_it(&w, conn, &a), i < MANY - KEPT ? 401 : 200);
  }
}

// A request that waits for its answer is not asked for its password again: its count is used.
static void a_count_is_used_once_per_request(void **state) {
  (void)state;
  world w;
  char nonce[40];
  const int conn = open_locked(&w, VIEWER, false);
  take_nonce(&w, conn, nonce);
  answer a = right_answer(nonce);
  a.uri = "/see?later";
  assert_int_equal(show_it(&w, conn, &a), -1);
  for (int i = 0; i < 40; i++) pass(&w, 100 * OCEL_MILLISECOND);
  drain(&w, conn);
  assert_int_equal(http_status(&w), 503);
  assert_true(calls > 10);
  a.uri = "/see";
  a.nc = "00000002";
  assert_int_equal(show_it(&w, conn, &a), 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_role_opens_its_routes),
      cmocka_unit_test(a_route_may_look_and_ask_by_itself),
      cmocka_unit_test(rtsp_lets_both_in),
      cmocka_unit_test(a_viewer_who_asks_too_much_is_no_suspect),
      cmocka_unit_test(basic_stays_inside_tls),
      cmocka_unit_test(guesses_are_slowed),
      cmocka_unit_test(other_sites_change_nothing),
      cmocka_unit_test(the_challenge_offers_qop),
      cmocka_unit_test(each_digest_has_its_verdict),
      cmocka_unit_test(a_nonce_is_good_on_every_connection),
      cmocka_unit_test(no_count_is_good_twice),
      cmocka_unit_test(a_nonce_ages),
      cmocka_unit_test(nonces_that_are_not_ours_are_stale),
      cmocka_unit_test(nonces_that_made_room_are_stale),
      cmocka_unit_test(a_count_is_used_once_per_request),
  };
  return cmocka_run_group_tests_name("server_http_auth", tests, NULL, NULL);
}
