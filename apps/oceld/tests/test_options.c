// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "ocel_test.h"

#include "ocel/server.h"

static void defaults_are_the_documented_ones(void **state) {
  (void)state;
  oceld_options o;
  const char *path;
  oceld_options_defaults(&o);
  assert_int_equal(o.port, 8554);
  assert_string_equal(o.stream_path, "/stream");
  assert_int_equal(o.rtp_port, 5004);
  assert_int_equal(o.rtcp_port, 5005);
  assert_int_equal(o.max_clients, 64);
  assert_int_equal(o.bitrate, 2000000);
  assert_int_equal(o.gop, 30);
  assert_int_equal(o.qp_min, 10);
  assert_int_equal(o.qp_max, 40);
  assert_int_equal(o.start, OCEL_START_DEFAULT);
  assert_int_equal(o.ring_size, 0);
  assert_int_equal(o.fps.numerator, 0);
  assert_int_equal(oceld_options_source(&o, &path), OCELD_SOURCE_TEST);
  oceld_failure why;
  assert_true(oceld_options_check(&o, &why));
}

// Every option's value as text, as it is kept.
static void put_value(const oceld_options *o, const oceld_option *option, char *out, size_t size) {
  const char *field = (const char *)o + option->offset;
  uint32_t v[2] = {0, 0};
  switch (option->kind) {
    case OCELD_INTEGER:
    case OCELD_BITS:
    case OCELD_BYTES:
    case OCELD_CHOICE:
      memcpy(v, field, sizeof v[0]);
      (void)snprintf(out, size, "%u", v[0]);
      return;
    case OCELD_SIZE:
    case OCELD_RATE:
      memcpy(v, field, sizeof v);
      (void)snprintf(out, size, "%u %u", v[0], v[1]);
      return;
    case OCELD_URL_PATH:
    case OCELD_ADDRESS:
    case OCELD_MULTICAST:
    case OCELD_NETWORKS:
    case OCELD_SOURCE:
    case OCELD_FILE:
    case OCELD_TEXT:
    case OCELD_USERNAME:
    case OCELD_PASSWORD:
    case OCELD_KIND_COUNT: (void)snprintf(out, size, "%s", field); return;
  }
}

// `kept` NULL: refused, and the refusal says `remedy`.
static const struct {
  const char *name, *value, *kept, *remedy;
} VALUES[] = {
    {"port",                        "0",                                                                           "0",                          NULL                                 },
    {"port",                        "65535",                                                                       "65535",                      NULL                                 },
    {"port",                        "65536",                                                                       NULL,                         "give a whole number from 0 to 65535"},
    {"port",                        "-1",                                                                          NULL,                         "give a whole number from 0 to 65535"},
    {"port",                        "4294967297",                                                                  NULL,                         "give a whole number"                },
    {"port",                        "99999999999999999999999",                                                     NULL,                         "give a whole number"                },
    {"port",                        "",                                                                            NULL,                         "give a whole number"                },
    {"port",                        "8554x",                                                                       NULL,                         "give a whole number"                },
    {"port",                        " 8554",                                                                       NULL,                         "give a whole number"                },
    {"multicast",                   "239.1.2.3",                                                                   "239.1.2.3",                  NULL                                 },
    {"multicast",                   "239.1.2.3:6000:255",                                                          "239.1.2.3:6000:255",         NULL                                 },
    {"multicast",                   "[ff15::1]:6000",                                                              "[ff15::1]:6000",             NULL                                 },
    {"multicast",                   "",                                                                            "",                           NULL                                 },
    {"multicast",                   "10.1.2.3",                                                                    NULL,                         "give a multicast group"             },
    {"multicast",                   "[fe80::1]",                                                                   NULL,                         "give a multicast group"             },
    {"multicast",                   "[ff15::1",                                                                    NULL,                         "give a multicast group"             },
    {"multicast",                   "ff15::1",                                                                     NULL,                         "give a multicast group"             },
    {"multicast",                   "239.1.2.3:6001",                                                              NULL,                         "an even port"                       },
    {"multicast",                   "239.1.2.3:0",                                                                 NULL,                         "an even port"                       },
    {"multicast",                   "239.1.2.3:65502",                                                             NULL,                         "an even port"                       },
    {"multicast",                   "239.1.2.3:6000:0",                                                            NULL,                         "a TTL"                              },
    {"multicast",                   "239.1.2.3:6000:256",                                                          NULL,                         "a TTL"                              },
    {"multicast",                   "239.1.2.3:6000:1:1",                                                          NULL,                         "a TTL"                              },
    {"multicast",                   "239.1.2.3:",                                                                  NULL,                         "give a multicast group"             },
    {"max_clients",                 "0",                                                                           NULL,                         "from 1 to 4096"                     },
    {"max_clients",                 "1",                                                                           "1",                          NULL                                 },
    {"max-clients",                 "4096",                                                                        "4096",                       NULL                                 },
    {"max_clients",                 "4097",                                                                        NULL,                         "from 1 to 4096"                     },
    {"gop",                         "1",                                                                           "1",                          NULL                                 },
    {"gop",                         "120",                                                                         "120",                        NULL                                 },
    {"gop",                         "121",                                                                         NULL,                         "from 1 to 120"                      },
    {"qp_min",                      "0",                                                                           "0",                          NULL                                 },
    {"qp_max",                      "51",                                                                          "51",                         NULL                                 },
    {"qp_max",                      "52",                                                                          NULL,                         "from 0 to 51"                       },
    {"bitrate",                     "100000",                                                                      "100000",                     NULL                                 },
    {"bitrate",                     "99999",                                                                       NULL,                         "100000 to 10000000 bits per second" },
    {"bitrate",                     "2M",                                                                          "2000000",                    NULL                                 },
    {"bitrate",                     "1.5M",                                                                        "1500000",                    NULL                                 },
    {"bitrate",                     "500k",                                                                        "500000",                     NULL                                 },
    {"bitrate",                     "10M",                                                                         "10000000",                   NULL                                 },
    {"bitrate",                     "10.000001M",                                                                  NULL,                         "for example 2M"                     },
    {"bitrate",                     "1.5",                                                                         NULL,                         "for example 2M"                     },
    {"bitrate",                     "200000.5",                                                                    NULL,                         "for example 2M"                     },
    {"bitrate",                     "2Mbit",                                                                       NULL,                         "for example 2M"                     },
    {"bitrate",                     "M",                                                                           NULL,                         "for example 2M"                     },
    {"ring_size",                   "8M",                                                                          "8388608",                    NULL                                 },
    {"ring_size",                   "1.5M",                                                                        "1572864",                    NULL                                 },
    {"ring_size",                   "1G",                                                                          "1073741824",                 NULL                                 },
    {"ring_size",                   "1000",                                                                        NULL,                         "1M to 1024M bytes"                  },
    {"ring_size",                   "5G",                                                                          NULL,                         "1M to 1024M bytes"                  },
    {"size",                        "640x480",                                                                     "640 480",                    NULL                                 },
    {"size",                        "640",                                                                         NULL,                         "width x height"                     },
    {"size",                        "640x",                                                                        NULL,                         "width x height"                     },
    {"size",                        "x480",                                                                        NULL,                         "width x height"                     },
    {"size",                        "641x480",                                                                     NULL,                         "both even"                          },
    {"size",                        "640x8194",                                                                    NULL,                         "from 16 to 8192"                    },
    {"size",                        "640*480",                                                                     NULL,                         "for example 1280x720"               },
    {"fps",                         "25",                                                                          "25 1",                       NULL                                 },
    {"fps",                         "29.97",                                                                       "2997 100",                   NULL                                 },
    {"fps",                         "30000/1001",                                                                  "30000 1001",                 NULL                                 },
    {"fps",                         "240",                                                                         "240 1",                      NULL                                 },
    {"fps",                         "0.5",                                                                         NULL,                         "from 1 to 240"                      },
    {"fps",                         "241",                                                                         NULL,                         "from 1 to 240"                      },
    {"fps",                         "30/0",                                                                        NULL,                         "from 1 to 240"                      },
    {"fps",                         "30/",                                                                         NULL,                         "from 1 to 240"                      },
    {"fps",                         "25.",                                                                         NULL,                         "from 1 to 240"                      },
    {"start",                       "gop",                                                                         "1",                          NULL                                 },
    {"start",                       "idr",                                                                         "2",                          NULL                                 },
    {"start",                       "live",                                                                        "3",                          NULL                                 },
    {"start",                       "GOP",                                                                         NULL,                         "default, gop, idr or live"          },
    {"log_level",                   "debug",                                                                       "3",                          NULL                                 },
    {"log_level",                   "loud",                                                                        NULL,                         "error, warning, info or debug"      },
    {"stream_path",                 "/cam/1",                                                                      "/cam/1",                     NULL                                 },
    {"stream_path",                 "stream",                                                                      NULL,                         "begins with '/'"                    },
    {"stream_path",                 "/",                                                                           NULL,                         "begins with '/'"                    },
    {"stream_path",                 "/a b",                                                                        NULL,                         "begins with '/'"                    },
    {"stream_path",                 "/a?b",                                                                        NULL,                         "begins with '/'"                    },
    {"stream_path",                 "/a\"b",                                                                       NULL,                         "begins with '/'"                    },
    {"stream_path",                 "/234567890123456789012345678901234567890123456789012345678901234",            NULL,
     "at most 63 fit"                                                                                                                                                                 },
    {"bind",                        "",                                                                            "",                           NULL                                 },
    {"bind",                        "127.0.0.1",                                                                   "127.0.0.1",                  NULL                                 },
    {"bind",                        "::1",                                                                         "::1",                        NULL                                 },
    {"dscp",                        "0",                                                                           "0",                          NULL                                 },
    {"dscp",                        "63",                                                                          "63",                         NULL                                 },
    {"dscp",                        "64",                                                                          NULL,                         "from 0 to 63"                       },
    {"tcp_pace",                    "0",                                                                           "0",                          NULL                                 },
    {"tcp_pace",                    "20M",                                                                         "20000000",                   NULL                                 },
    {"max_connections_per_address", "0",                                                                           "0",                          NULL                                 },
    {"max_connections_per_address", "8193",                                                                        NULL,                         "from 0 to 8192"                     },
    {"allowed_ips",                 "",                                                                            "",                           NULL                                 },
    {"allowed_ips",                 "192.0.2.7",                                                                   "192.0.2.7",                  NULL                                 },
    {"allowed_ips",                 "192.0.2.0/24, fd00::/8 ::1",                                                  "192.0.2.0/24, fd00::/8 ::1", NULL                                 },
    {"allowed_ips",                 "192.0.2.0/33",                                                                NULL,                         "for example 192.168.1.0/24"         },
    {"allowed_ips",                 "fd00::/129",                                                                  NULL,                         "\"fd00::/129\" is no network"       },
    {"allowed_ips",                 "192.0.2.0/",                                                                  NULL,                         "is no network"                      },
    {"allowed_ips",                 "192.0.2.0/+8",                                                                NULL,                         "is no network"                      },
    {"allowed_ips",                 "192.0.2",                                                                     NULL,                         "is no network"                      },
    {"allowed_ips",                 "localhost",                                                                   NULL,                         "is no network"                      },
    {"allowed_ips",                 "1111:2222:3333:4444:5555:6666:7777:8888:9999/128aaaaaaaaaaaaaaaaaaaa",        NULL,
     "is no network"                                                                                                                                                                  },
    {"allowed_ips",                 "::1,::2,::3,::4,::5,::6,::7,::8,::9,::10,::11,::12,::13,::14,::15,::16,::17",
     NULL,                                                                                                                                       "more than 16"                       },
    {"bind",                        "localhost",                                                                   NULL,                         "a numeric address"                  },
    {"source",                      "test",                                                                        "test",                       NULL                                 },
    {"source",                      "file:a b.mp4",                                                                "file:a b.mp4",               NULL                                 },
    {"source",                      "v4l2:/dev/video0",                                                            "v4l2:/dev/video0",           NULL                                 },
    {"source",                      "file:",                                                                       NULL,                         "test, file:PATH or v4l2:DEVICE"     },
    {"source",                      "clip.mp4",                                                                    NULL,                         "test, file:PATH or v4l2:DEVICE"     },
    {"source",                      "tests",                                                                       NULL,                         "test, file:PATH or v4l2:DEVICE"     },
    {"stats",                       "/tmp/s.json",                                                                 "/tmp/s.json",                NULL                                 },
};

static void values_are_kept_or_refused_with_a_remedy(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(VALUES); i++) {
    oceld_options o, before;
    oceld_failure why;
    char got[OCELD_PATH_MAX];
    const oceld_option *option = oceld_option_find(VALUES[i].name);
    CASE(VALUES[i].value);
    assert_non_null(option);
    oceld_options_defaults(&o);
    before = o;
    const bool ok = oceld_option_set(&o, option, VALUES[i].value, &why);
    assert_int_equal(ok, VALUES[i].kept != NULL);
    if (ok) {
      put_value(&o, option, got, sizeof got);
      assert_string_equal(got, VALUES[i].kept);
    } else {
      assert_non_null(strstr(why.text, VALUES[i].remedy));
      assert_true(oceld_option_equal(&o, &before, option));
    }
  }
}

static void a_longer_text_leaves_no_rest_behind(void **state) {
  (void)state;
  oceld_options a, b;
  oceld_failure why;
  const oceld_option *option = oceld_option_find("stats");
  oceld_options_defaults(&a);
  oceld_options_defaults(&b);
  assert_true(oceld_option_set(&a, option, "/tmp/long-name", &why));
  assert_true(oceld_option_set(&a, option, "/tmp/x", &why));
  assert_true(oceld_option_set(&b, option, "/tmp/x", &why));
  assert_true(oceld_option_equal(&a, &b, option));
}

static const struct {
  const char *set[2][2], *remedy;
} CHECKS[] = {
    {{{"qp_min", "30"}, {"qp_max", "29"}},          "qp_min (30) is above qp_max (29)"  },
    {{{"rtp_port", "7000"}, {"rtcp_port", "7000"}}, "are both 7000; give them different"},
    {{{"rtp_port", "0"}, {"rtcp_port", "7000"}},    "0 to both for any free ones"       },
    {{{"bitrate", "2M"}, {"tcp_pace", "1M"}},       "is below the bitrate (2000000)"    },
};

static void contradictions_are_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(CHECKS); i++) {
    oceld_options o;
    oceld_failure why;
    oceld_options_defaults(&o);
    for (size_t k = 0; k < 2; k++) {
      const oceld_option *option = oceld_option_find(CHECKS[i].set[k][0]);
      assert_true(oceld_option_set(&o, option, CHECKS[i].set[k][1], &why));
    }
    assert_false(oceld_options_check(&o, &why));
    assert_non_null(strstr(why.text, CHECKS[i].remedy));
  }
  oceld_options o;
  oceld_failure why;
  oceld_options_defaults(&o);
  o.qp_min = o.qp_max = 30;
  assert_true(oceld_options_check(&o, &why));
  o.rtp_port = o.rtcp_port = 0;
  assert_true(oceld_options_check(&o, &why));
}

static void a_slip_is_recognised(void **state) {
  (void)state;
  static const struct {
    const char *typed, *meant;
  } SLIPS[] = {
      {"prot",                                             "port"       },
      {"bitrates",                                         "bitrate"    },
      {"max-client",                                       "max_clients"},
      {"qp-mn",                                            "qp_min"     },
      {"verbose",                                          NULL         },
      {"rotation",                                         NULL         },
      {"",                                                 NULL         },
      {"an_option_name_that_is_longer_than_any_other_one", NULL         },
  };
  for (size_t i = 0; i < ARRAY_LEN(SLIPS); i++) {
    CASE(SLIPS[i].typed);
    const oceld_option *near = oceld_option_nearest(SLIPS[i].typed);
    if (SLIPS[i].meant == NULL) {
      assert_null(near);
    } else {
      assert_non_null(near);
      assert_string_equal(near->name, SLIPS[i].meant);
    }
  }
}

static void the_source_is_split(void **state) {
  (void)state;
  oceld_options o;
  oceld_failure why;
  const char *path;
  const oceld_option *source = oceld_option_find("source");
  oceld_options_defaults(&o);
  assert_true(oceld_option_set(&o, source, "file:a:b.mp4", &why));
  assert_int_equal(oceld_options_source(&o, &path), OCELD_SOURCE_FILE);
  assert_string_equal(path, "a:b.mp4");
  assert_true(oceld_option_set(&o, source, "v4l2:/dev/video2", &why));
  assert_int_equal(oceld_options_source(&o, &path), OCELD_SOURCE_V4L2);
  assert_string_equal(path, "/dev/video2");
}

// --help names every option as it is typed.
static void help_names_every_option(void **state) {
  (void)state;
  char text[16384] = "";
  FILE *out = fmemopen(text, sizeof text, "w");
  assert_non_null(out);
  oceld_options_help(out);
  (void)fclose(out);
  size_t count;
  const oceld_option *table = oceld_option_table(&count);
  assert_true(count > 10);
  for (size_t i = 0; i < count; i++) {
    char typed[64];
    (void)snprintf(typed, sizeof typed, "  --%s %s ", table[i].name, table[i].metavar);
    for (char *c = typed; *c != '\0'; c++) *c = *c == '_' ? '-' : *c;
    assert_non_null(strstr(text, typed));
  }
  assert_non_null(strstr(text, "--config FILE"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_are_the_documented_ones),
      cmocka_unit_test(values_are_kept_or_refused_with_a_remedy),
      cmocka_unit_test(a_longer_text_leaves_no_rest_behind),
      cmocka_unit_test(contradictions_are_refused),
      cmocka_unit_test(a_slip_is_recognised),
      cmocka_unit_test(the_source_is_split),
      cmocka_unit_test(help_names_every_option),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
