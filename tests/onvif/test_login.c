// SPDX-License-Identifier: Apache-2.0
// WS-UsernameToken: right, wrong, old, twice, and guessed.
#include "camera.h"
#include "ocel/base64.h"

static camera C;

enum { DIGEST = 20 };

typedef struct {
  const char *name, *password, *type, *created;
  const char *nonce;  // in base64; the bytes are those that it stands for
} token;

static const token GOOD = {"ada", "engine", "x#PasswordDigest", "2026-11-24T20:15:00Z", "bm9uY2U="};

static void put_digest(ocel_wbuf *w, const token *t) {
  uint8_t nonce[80], hash[OCEL_HASH_MAX];
  ocel_base64 state = {0};
  ocel_span in = ocel_span_str(t->nonce);
  ocel_wbuf n = ocel_wbuf_make(nonce, sizeof nonce);
  assert_int_equal(ocel_base64_decode(&state, &in, &n), OCEL_OK);
  const ocel_span parts[] = {
      {nonce, n.n},
      ocel_span_str(t->created), ocel_span_str(t->password)
  };
  assert_true(fake_hash(NULL, OCEL_HASH_SHA1, parts, 3, hash));
  ocel_put_base64(w, ocel_span_make(hash, DIGEST));
}

static const char *envelope(const token *t, const char *action) {
  static char text[4096];
  char digest[64];
  ocel_wbuf w = ocel_wbuf_make(digest, sizeof digest - 1);
  put_digest(&w, t);
  digest[w.n] = '\0';
  (void)snprintf(text, sizeof text,
                 "<s:Envelope xmlns:s=\"" OCEL__NS_SOAP
                 "\"><s:Header><Security xmlns=\"" OCEL__NS_WSSE
                 "\"><UsernameToken><Username>%s</Username><Password Type=\"%s\">%s</Password>"
                 "<Nonce>%s</Nonce><Created xmlns=\"" OCEL__NS_WSU
                 "\">%s</Created></UsernameToken></Security></s:Header><s:Body><%s xmlns=\"" DEVICE
                 "\"/></s:Body></s:Envelope>",
                 t->name, t->type, digest, t->nonce, t->created, action);
  return text;
}

static bool gets_in(const token *t) {
  (void)camera_post(&C, envelope(t, "GetDeviceInformation"));
  assert_int_equal(C.status == 200, strstr(C.text, "NotAuthorized") == NULL);
  return C.status == 200;
}

static void a_right_digest_gets_in_once(void **state) {
  (void)state;
  token t = GOOD;
  camera_init(&C);
  assert_true(gets_in(&t));
  assert_false(gets_in(&t));  // the same again
  t.nonce = "b3RoZXI=";
  assert_true(gets_in(&t));
  t.created = "2026-11-24T20:15:00.000000001Z";
  assert_true(gets_in(&t));
  t.created = "2026-11-24T20:15:00+00:00";
  assert_true(gets_in(&t));
  assert_int_equal(C.onvif.denials, 0);
}

static void what_is_wrong_stays_out(void **state) {
  (void)state;
  token cases[] = {GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD};
  cases[0].password = "Engine";
  cases[1].name = "eve";
  cases[2].name = "bob";
  cases[3].type = "x#PasswordText";
  cases[4].type = "";
  cases[5].nonce = "";
  cases[6].created = "";
  cases[7].created = "yesterday";
  cases[8].nonce = "bm9uY2U";  // not whole
  cases[9].nonce =
      "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1";
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    camera_init(&C);
    assert_false(gets_in(&cases[i]));
    assert_int_equal(C.status, 401);
    assert_int_equal(C.onvif.denials, 1);
    assert_true(gets_in(&GOOD));
  }
}

static void a_role_allows_what_it_allows(void **state) {
  (void)state;
  token bob = GOOD;
  camera_init(&C);
  bob.name = "bob";
  bob.password = "looks";
  assert_true(gets_in(&bob));
  bob.nonce = "b3RoZXI=";
  (void)camera_post(&C, envelope(&bob, "SystemReboot"));
  assert_int_equal(C.status, 400);
  assert_has(&C, "ter:NotAuthorized");
  (void)camera_post(&C, envelope(&GOOD, "SystemReboot"));
  assert_int_equal(C.status, 200);
  assert_int_equal(C.reboots, 1);
}

static void the_role_shown_to_http_counts_too(void **state) {
  (void)state;
  token wrong = GOOD;
  camera_init(&C);
  wrong.password = "no";
  C.role = OCEL_ROLE_VIEWER;
  assert_true(gets_in(&wrong));
  (void)camera_post(&C, envelope(&GOOD, "SystemReboot"));  // the token shows more
  assert_int_equal(C.status, 200);
}

static void open_actions_ask_for_no_token(void **state) {
  (void)state;
  token wrong = GOOD;
  camera_init(&C);
  wrong.password = "no";
  (void)camera_post(&C, envelope(&wrong, "GetSystemDateAndTime"));
  assert_int_equal(C.status, 200);
  assert_int_equal(C.onvif.denials, 0);
}

typedef struct {
  const char *created;
  bool in;
} age;

static const age AGES[] = {
    {"2026-11-24T20:10:30Z",      true },
    {"2026-11-24T20:10:29Z",      false},
    {"2026-11-24T20:20:30Z",      true },
    {"2026-11-24T20:20:31Z",      false},
    {"2026-11-24T22:15:30+02:00", true },
    {"2020-01-01T00:00:00Z",      false},
};

static void old_digests_stay_out_while_the_clock_is_right(void **state) {
  (void)state;
  token t = GOOD;
  for (size_t i = 0; i < ARRAY_LEN(AGES); i++) {
    CASE(AGES[i].created);
    camera_init(&C);
    t.created = AGES[i].created;
    assert_int_equal(gets_in(&t), AGES[i].in);
    assert_int_equal(C.onvif.denials, 0);  // no guess: the password was right
    camera_init(&C);
    C.clock = OCEL_ONVIF_CLOCK_UNSET;  // the camera must be reachable without a time server
    assert_true(gets_in(&t));
    assert_false(gets_in(&t));
  }
}

// What is old enough is refused for its date, so that nothing has to remember it.
static void a_digest_is_remembered_until_its_date_refuses_it(void **state) {
  (void)state;
  camera_init(&C);
  token t = GOOD;
  t.created = "2026-11-24T20:20:30Z";
  assert_true(gets_in(&t));
  for (C.utc = NOW; C.utc <= NOW + 700; C.utc += 10) assert_false(gets_in(&t));
}

static void who_guesses_waits_and_others_do_not(void **state) {
  (void)state;
  token wrong = GOOD;
  camera_init(&C);
  wrong.password = "no";
  for (int i = 0; i < 5; i++) assert_false(gets_in(&wrong));
  assert_int_equal(C.onvif.denials, 5);
  assert_false(gets_in(&GOOD));  // not even looked at
  assert_int_equal(C.onvif.denials, 5);
  C.peer = ocel_addr_ipv4(192, 0, 2, 98, 1);
  assert_true(gets_in(&GOOD));
  token again = GOOD;
  again.nonce = "b3RoZXI=";
  C.peer = ocel_addr_ipv4(192, 0, 2, 99, 2);
  C.now += 2 * OCEL_SECOND;
  assert_true(gets_in(&again));  // and is forgiven
  again.nonce = "dGhpcmQ=";
  assert_true(gets_in(&again));
}

static void many_addresses_that_guess_are_forgotten_in_turn(void **state) {
  (void)state;
  token wrong = GOOD;
  camera_init(&C);
  wrong.password = "no";
  for (uint8_t i = 0; i < 100; i++) {
    C.peer = ocel_addr_ipv4(198, 51, 100, i, 1);
    C.now += OCEL_MILLISECOND;
    assert_false(gets_in(&wrong));
  }
  C.peer = ocel_addr_ipv4(192, 0, 2, 98, 1);
  assert_true(gets_in(&GOOD));
}

static bool hash_that_fails(void *ctx, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                            uint8_t *out) {
  (void)ctx, (void)kind, (void)parts, (void)n, (void)out;
  return false;
}

static void a_failing_hash_lets_nobody_in(void **state) {
  (void)state;
  camera_init(&C);
  C.cfg.hash = hash_that_fails;
  camera_begin(&C);
  assert_false(gets_in(&GOOD));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_right_digest_gets_in_once),
      cmocka_unit_test(what_is_wrong_stays_out),
      cmocka_unit_test(a_role_allows_what_it_allows),
      cmocka_unit_test(the_role_shown_to_http_counts_too),
      cmocka_unit_test(open_actions_ask_for_no_token),
      cmocka_unit_test(old_digests_stay_out_while_the_clock_is_right),
      cmocka_unit_test(a_digest_is_remembered_until_its_date_refuses_it),
      cmocka_unit_test(who_guesses_waits_and_others_do_not),
      cmocka_unit_test(many_addresses_that_guess_are_forgotten_in_turn),
      cmocka_unit_test(a_failing_hash_lets_nobody_in),
  };
  return cmocka_run_group_tests_name("onvif_login", tests, NULL, NULL);
}
