// SPDX-License-Identifier: Apache-2.0
#include "ocel/http_target.h"

#include "ocel_test.h"

static void text_of(ocel_span s, char *out, size_t cap) {
  (void)snprintf(out, cap, "%.*s", (int)s.n, s.n > 0 ? (const char *)s.p : "");
}

static void targets_are_taken_apart(void **state) {
  (void)state;
  static const struct {
    const char *text, *path, *query;
  } CASES[] = {
      {"/",                "/",    NULL   },
      {"/a/b?c=d?e",       "/a/b", "c=d?e"},
      {"/a?",              "/a",   ""     },
      {"//a",              "//a",  NULL   },
      {"*",                "*",    NULL   },
      {"http://h",         "/",    NULL   },
      {"http://h/",        "/",    NULL   },
      {"HTTPS://h:80/a?b", "/a",   "b"    },
      {"https://h?b",      "/",    "b"    },
      {"",                 NULL,   NULL   },
      {"a",                NULL,   NULL   },
      {"**",               NULL,   NULL   },
      {"http://",          NULL,   NULL   },
      {"http:///a",        NULL,   NULL   },
      {"http://?a",        NULL,   NULL   },
      {"ftp://h/a",        NULL,   NULL   },
      {"http:/h",          NULL,   NULL   },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    ocel_http_target t;
    char got[64];
    CASE(CASES[i].text);
    const ocel_err rc = ocel_http_target_parse(guarded(ocel_span_str(CASES[i].text)), &t);
    assert_int_equal(rc, CASES[i].path != NULL ? OCEL_OK : OCEL_ERR_SYNTAX);
    if (rc != OCEL_OK) continue;
    text_of(t.path, got, sizeof got);
    assert_string_equal(got, CASES[i].path);
    assert_int_equal(t.query.p != NULL, CASES[i].query != NULL);
    text_of(t.query, got, sizeof got);
    assert_string_equal(got, CASES[i].query == NULL ? "" : CASES[i].query);
  }
}

static void paths_are_decoded(void **state) {
  (void)state;
  static const struct {
    const char *text, *want;
  } CASES[] = {
      {"/",         "/"        },
      {"/%41%7a+b", "/Az+b"    },
      {"/%C3%a9",   "/\xc3\xa9"},
      {"/a//b",     "/a//b"    },
      {"/...",      "/..."     },
      {"/a.b/.c",   "/a.b/.c"  },
      {"/.",        NULL       },
      {"/../a",     NULL       },
      {"/a/%2e.",   NULL       },
      {"/a%2f..",   NULL       },
      {"/%",        NULL       },
      {"/%4",       NULL       },
      {"/%g0",      NULL       },
      {"/%0g",      NULL       },
      {"/%00",      NULL       },
      {"/%0a",      NULL       },
      {"/%7f",      NULL       },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    char mem[64];
    CASE(CASES[i].text);
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem - 1);
    const ocel_err rc = ocel_http_path_decode(guarded(ocel_span_str(CASES[i].text)), &w);
    assert_int_equal(rc, CASES[i].want != NULL ? OCEL_OK : OCEL_ERR_SYNTAX);
    mem[w.n] = '\0';
    if (rc == OCEL_OK) assert_string_equal(mem, CASES[i].want);
  }
  char small[2];
  ocel_wbuf w = ocel_wbuf_make(small, sizeof small);
  assert_int_equal(ocel_http_path_decode(ocel_span_str("/ab"), &w), OCEL_ERR_SPACE);
}

static void queries_are_looked_up(void **state) {
  (void)state;
  static const struct {
    const char *query, *name, *want;
  } CASES[] = {
      {"width=640",       "width", "640"  },
      {"a=1&width=2",     "width", "2"    },
      {"width=1&width=2", "width", "1"    },
      {"a&b=",            "a",     ""     },
      {"a&b=",            "b",     ""     },
      {"a=b=c",           "a",     "b=c"  },
      {"a=x%20y+z",       "a",     "x y z"},
      {"a=%2B",           "a",     "+"    },
      {"",                "a",     NULL   },
      {"ab=1",            "a",     NULL   },
      {"a=%4",            "a",     NULL   },
      {"A=1",             "a",     NULL   },
      {"a=0123456789",    "a",     NULL   },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    char mem[8];
    CASE(CASES[i].query);
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem - 1);
    const bool found = ocel_http_query(guarded(ocel_span_str(CASES[i].query)), CASES[i].name, &w);
    assert_int_equal(found, CASES[i].want != NULL);
    mem[w.n] = '\0';
    assert_string_equal(mem, found ? CASES[i].want : "");
  }
  ocel_wbuf none = ocel_wbuf_make(NULL, 0);
  assert_false(ocel_http_query(ocel_span_make(NULL, 0), "a", &none));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(targets_are_taken_apart),
      cmocka_unit_test(paths_are_decoded),
      cmocka_unit_test(queries_are_looked_up),
  };
  return cmocka_run_group_tests_name("http_target", tests, NULL, NULL);
}
