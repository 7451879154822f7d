// SPDX-License-Identifier: Apache-2.0
// WS-Discovery: probes as clients send them, what is answered, when, and how often.
#include "ocel/discovery.h"

#include "camera.h"

static camera C;
static ocel_discovery D;
static uint32_t seed;

enum { PORT = 8080 };

static void make_random(void *ctx, uint8_t *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (uint8_t)next_random(ctx);
}

static ocel_addr prober(void) { return ocel_addr_ipv4(192, 0, 2, 99, 50000); }
static ocel_addr local(void) { return ocel_addr_ipv4(192, 0, 2, 7, 0); }

static void begin(void) {
  camera_init(&C);
  seed = 1;
  const ocel_discovery_config cfg = {&C.cfg.camera, ocel_expat_read, make_random, &seed, PORT, 77};
  ocel_discovery_init(&D, &cfg, 0);
}

#define NAMESPACES                                               \
  "xmlns:s=\"" OCEL__NS_SOAP "\" xmlns:a=\"" OCEL__NS_ADDRESSING \
  "\" xmlns:d=\"" OCEL__NS_DISCOVERY                             \
  "\" xmlns:dn=\"http://www.onvif.org/ver10/"                    \
  "network/wsdl\" xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\""
#define MESSAGE(id, body)                                                                 \
  "<s:Envelope " NAMESPACES "><s:Header><a:MessageID>" id                                 \
  "</a:MessageID><a:To>urn:schemas-"                                                      \
  "xmlsoap-org:ws:2005:04:discovery</a:To><a:Action>x</a:Action></s:Header><s:Body>" body \
  "</s:Body></s:Envelope>"

static void receive(const char *text) {
  const ocel_addr from = prober(), at = local();
  ocel_discovery_datagram(&D, &from, &at, guarded(ocel_span_str(text)), 0);
}

// Writes the next message, whenever it is due; false: none waits.
static bool next(ocel_discovery_way *way) {
  const ocel_us due = ocel_discovery_deadline(&D);
  if (due == OCEL_NEVER) return false;
  assert_true(due >= 0 && due <= 500 * OCEL_MILLISECOND);
  ocel_wbuf w = ocel_wbuf_make(C.text, OCEL_DISCOVERY_MAX);
  assert_false(ocel_discovery_next(&D, due - 1, &w, way));
  assert_true(ocel_discovery_next(&D, due, &w, way));
  C.text[w.n] = '\0';
  return true;
}

typedef struct {
  const char *name, *body;
  bool answered;
} probe;

#define PROBE(types, scopes) "<d:Probe><d:Types>" types "</d:Types>" scopes "</d:Probe>"
#define SCOPES(text) "<d:Scopes>" text "</d:Scopes>"
#define RULED(rule, text) \
  "<d:Scopes MatchBy=\"" OCEL__NS_DISCOVERY "/" rule "\">" text "</d:Scopes>"

static const probe PROBES[] = {
    {"everything",                                                  "<d:Probe/>",                                 true                                                                                                                                   },
    {"go2rtc",                                                      "<d:Probe><d:Types/><d:Scopes/></d:Probe>",   true                                                                                                                                   },
    {"npm's onvif",                                                 PROBE("dn:NetworkVideoTransmitter",           ""),                                                                                                                                     true},
    {"libonvif",                                                             PROBE("tds:Device",                                                                                                ""),                                                                                                                                                         true},
    {"both types",                                                         PROBE(" dn:NetworkVideoTransmitter\n tds:Device ",                                                                                                     ""),                                                                         true},
    {"Home Assistant",
     PROBE("dn:NetworkVideoTransmitter",SCOPES("onvif://www.onvif.org/Profile/Streaming")),                                                             true},
    {"a printer",                            PROBE("dn:Printer",                         ""),                                                                                                false},
    {"a camera and a printer",                                                   PROBE("dn:NetworkVideoTransmitter dn:Printer",                                                  ""),                                                                                                                                                              false},
    {"a name of another namespace",                                                             PROBE("d:NetworkVideoTransmitter",                                                                                  ""),                                                                                                                          false},
    {"a prefix that is not declared",                                                        PROBE("x:NetworkVideoTransmitter",                                                                                                    ""),                                                  false},
    {"a display",                                                          PROBE("dn:NetworkVideoDisplay",                ""),                              false},
    {"a segment",PROBE("",SCOPES("onvif://www.onvif.org/name")),true},
    {"a segment and its end",                                                   PROBE("",        SCOPES("onvif://www.onvif.org/name/")),                                                                                                                             true},
    {"half a segment",                                                             PROBE("",                                                                                               SCOPES("onvif://www.onvif.org/nam")),                                                                                                                                                                                                                                                          false},
    {"another authority's case",                                                         PROBE("",                                                                                                     SCOPES("ONVIF://WWW.onvif.org/name/Front%20door")),
     true},
    {"another path's case",                       PROBE("",                                                        SCOPES("onvif://www.onvif.org/NAME")),                                                                   false},
    {"two scopes",
     PROBE("",SCOPES("onvif://www.onvif.org/hardware/HW%201 "
                      "onvif://www.onvif.org/location/Hall")),
     true},
    {"one of them another's",
     PROBE("",                SCOPES("onvif://www.onvif.org/hardware "
                      "onvif://www.onvif.org/location/Door")),
     false},
    {"one that was added",                                                             PROBE("",                                                                                     SCOPES("onvif://www.onvif.org/two")),                                                                                                                                                                                              true},
    {"the hardware address",                                                        PROBE("",                                                                                                    SCOPES("onvif://www.onvif.org/mac/02:00:5e:10:ab:cd")),
     true},
    {"rule rfc3986", PROBE("",                                                                                                        RULED("rfc3986",                                                                                                                                                                                                                                               "onvif://www.onvif.org/name")), true},
    {"rule strcmp0",                                                      PROBE("",                                      RULED("strcmp0",                                                                                                                                                                                                                                                "onvif://www.onvif.org/name")), false},
    {"rule strcmp0, whole",                                          PROBE("",                  RULED("strcmp0",                                 "onvif://www.onvif.org/name/Front%20door")),
     true},
    {"an unknown rule",                                                             PROBE("",                                                                                    RULED("ldap",                                                                                                                                                            "onvif://www.onvif.org/name")), false},
    {"a longer scope",                                                          PROBE("",                                                                                                      SCOPES("onvif://www.onvif.org/name/Front%20door/left")),                                                                                                                                                                                                                                false},
    {"another action",                                              "<d:Hello/>",false},
    {"an action of another namespace",                                                "<dn:Probe/>",                               false                                                                                                                 },
    {"our address",
     "<d:Resolve><a:EndpointReference><a:Address>urn:uuid:01234567-89ab-cdef-0123-"
     "456789abcdef</a:Address></a:EndpointReference></d:Resolve>",                                                                                                    true                                                                                                                                                                                                                      },
    {"another's address",
     "<d:Resolve><a:EndpointReference><a:Address>urn:uuid:01234567-89ab-cdef-"
     "0123-456789abcdee</a:Address></a:EndpointReference></d:Resolve>",                              false                                                                                                                                                                                                                                                },
    {"no address",                                             "<d:Resolve/>",                     false                                                            },
};

static void what_matches_is_answered_and_nothing_else(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(PROBES); i++) {
    char text[4096];
    ocel_discovery_way way;
    CASE(PROBES[i].name);
    begin();
    (void)snprintf(text, sizeof text, MESSAGE("urn:uuid:1", "%s"), PROBES[i].body);
    receive(text);
    assert_int_equal(next(&way), PROBES[i].answered);
    assert_int_equal(D.answered, PROBES[i].answered);
    assert_int_equal(D.ignored, !PROBES[i].answered);
  }
}

static const char PROBE_ALL[] = MESSAGE("urn:uuid:&lt;1", "<d:Probe/>");

static void an_answer_has_all_that_clients_look_for(void **state) {
  (void)state;
  ocel_discovery_way way;
  const ocel_addr from = prober(), at = local();
  begin();
  receive(PROBE_ALL);
  assert_true(next(&way));
  assert_true(ocel_addr_same_host(&way.to, &from) && way.to.port == from.port);
  assert_true(ocel_addr_same_host(&way.local, &at));
  assert_well_formed(&C);
  assert_has(&C, "<a:RelatesTo>urn:uuid:&lt;1</a:RelatesTo>");
  assert_has(&C, "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches<");
  assert_has(&C, "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous<");
  assert_has(&C, "<d:AppSequence InstanceId=\"77\" MessageNumber=\"1\"/>");
  assert_has(&C, "<a:Address>urn:uuid:01234567-89ab-cdef-0123-456789abcdef</a:Address>");
  assert_has(&C, "<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>");
  assert_has(&C, "onvif://www.onvif.org/Profile/Streaming ");
  assert_has(&C, "onvif://www.onvif.org/mac/02:00:5e:10:ab:cd ");
  assert_has(&C, "<d:XAddrs>http://192.0.2.7:8080/onvif/device_service</d:XAddrs>");
  assert_has(&C, "<d:MetadataVersion>1</d:MetadataVersion>");
  assert_has_not(&C, "{");
  char first[64];
  memcpy(first, strstr(C.text, "<a:MessageID>"), sizeof first);
  receive(PROBE_ALL);
  assert_true(next(&way));
  assert_has(&C, "MessageNumber=\"2\"");
  assert_int_not_equal(memcmp(first, strstr(C.text, "<a:MessageID>"), sizeof first), 0);
}

static void a_resolve_is_answered_in_its_own_words(void **state) {
  (void)state;
  ocel_discovery_way way;
  begin();
  receive(MESSAGE("urn:uuid:2",
                  "<d:Resolve><a:EndpointReference><a:Address>urn:uuid:01234567-89ab-"
                  "cdef-0123-456789abcdef</a:Address></a:EndpointReference>"
                  "</d:Resolve>"));
  assert_true(next(&way));
  assert_has(&C, "/ResolveMatches<");
  assert_has(&C, "<d:ResolveMatches><d:ResolveMatch>");
  assert_well_formed(&C);
}

static void hello_and_bye_go_to_the_group(void **state) {
  (void)state;
  ocel_discovery_way way;
  const ocel_addr at = local(), group = ocel_discovery_group();
  begin();
  ocel_discovery_announce(&D, &at, 0);
  assert_true(next(&way));
  assert_true(ocel_addr_same_host(&way.to, &group) && way.to.port == group.port);
  assert_has(&C, "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>");
  assert_has(&C, "/Hello</a:Action>");
  assert_has(&C, "<d:Hello><a:EndpointReference>");
  assert_has_not(&C, "RelatesTo");
  assert_well_formed(&C);
  receive(PROBE_ALL);
  ocel_wbuf w = ocel_wbuf_make(C.text, OCEL_DISCOVERY_MAX);
  ocel_discovery_bye(&D, &at, &w);
  C.text[w.n] = '\0';
  assert_has(&C, "<d:Bye><a:EndpointReference>");
  assert_has_not(&C, "XAddrs");
  assert_well_formed(&C);
  assert_false(next(&way));  // what waited is forgotten
}

static void the_same_probe_is_answered_once_while_it_waits(void **state) {
  (void)state;
  ocel_discovery_way way;
  begin();
  for (int i = 0; i < 4; i++) receive(PROBE_ALL);
  assert_true(next(&way));
  assert_false(next(&way));
  receive(PROBE_ALL);  // the answer may have been lost
  assert_true(next(&way));
}

static void receive_numbered(int number, ocel_us now) {
  char text[2048];
  const ocel_addr from = prober(), at = local();
  (void)snprintf(text, sizeof text, MESSAGE("%d", "<d:Probe/>"), number);
  ocel_discovery_datagram(&D, &from, &at, ocel_span_str(text), now);
}

static void a_flood_is_answered_at_a_bounded_rate(void **state) {
  (void)state;
  uint32_t before = 0;
  int number = 0;
  begin();
  for (ocel_us now = 0; now < 20 * OCEL_SECOND; now += OCEL_MILLISECOND) {
    ocel_discovery_way way;
    receive_numbered(number++, now);
    ocel_wbuf w = ocel_wbuf_make(C.text, OCEL_DISCOVERY_MAX);
    while (ocel_discovery_next(&D, now, &w, &way)) w.n = 0;
    if (now == 10 * OCEL_SECOND) before = D.answered;
  }
  assert_in_range(before, 100, 117);
  assert_in_range(D.answered - before, 99, 101);
}

static void places_are_bounded(void **state) {
  (void)state;
  ocel_discovery_way way;
  const ocel_addr at = local();
  begin();
  for (int i = 0; i < 12; i++) receive_numbered(i, 0);
  assert_int_equal(D.answered, OCEL_DISCOVERY_PENDING);
  ocel_discovery_announce(&D, &at, 0);
  for (unsigned i = 0; i < OCEL_DISCOVERY_PENDING; i++) assert_true(next(&way));
  assert_false(next(&way));
}

static void strangers_are_not_answered(void **state) {
  (void)state;
  ocel_discovery_way way;
  ocel_addr far = ocel_addr_ipv4(198, 51, 100, 1, 50000);
  const ocel_addr at = local();
  const ocel_span text = ocel_span_str(PROBE_ALL);
  begin();
  ocel_discovery_datagram(&D, &far, &at, text, 0);
  memset(far.ip, 0x20, sizeof far.ip);
  ocel_discovery_datagram(&D, &far, &at, text, 0);
  assert_false(next(&way));
  C.network.prefix = 0;
  far = ocel_addr_ipv4(198, 51, 100, 1, 50000);
  ocel_discovery_datagram(&D, &far, &at, text, 0);
  assert_true(next(&way));
  begin();
  C.networked = false;  // nobody can tell
  ocel_discovery_datagram(&D, &far, &at, text, 0);
  assert_true(next(&way));
  assert_has_not(&C, "/mac/");
}

static void who_is_hidden_is_silent(void **state) {
  (void)state;
  ocel_discovery_way way;
  begin();
  C.discoverable = false;
  receive(PROBE_ALL);
  assert_false(next(&way));
}

static void requests_without_identity_or_sense_are_ignored(void **state) {
  (void)state;
  ocel_discovery_way way;
  char id[OCEL_DISCOVERY_ID_MAX + 2], text[2048];
  begin();
  receive("hello");
  receive(MESSAGE("", "<d:Probe/>"));
  memset(id, 'x', sizeof id);
  id[OCEL_DISCOVERY_ID_MAX + 1] = '\0';
  (void)snprintf(text, sizeof text, MESSAGE("%s", "<d:Probe/>"), id);
  receive(text);
  static char big[OCEL_DISCOVERY_MAX + 512];
  (void)snprintf(big, sizeof big, "%s", PROBE_ALL);
  memset(big + strlen(big), ' ', OCEL_DISCOVERY_MAX + 1 - strlen(big));
  receive(big);
  assert_false(next(&way));
  assert_int_equal(D.ignored, 4);
  big[OCEL_DISCOVERY_MAX] = '\0';
  receive(big);
  assert_true(next(&way));
  id[OCEL_DISCOVERY_ID_MAX] = '\0';
  (void)snprintf(text, sizeof text, MESSAGE("%s", "<d:Probe/>"), id);
  receive(text);
  assert_true(next(&way));
  assert_has(&C, id);
}

static void what_does_not_fit_is_not_sent(void **state) {
  (void)state;
  ocel_discovery_way way;
  uint8_t small[64];
  ocel_wbuf w = ocel_wbuf_make(small, sizeof small);
  begin();
  receive(PROBE_ALL);
  assert_true(ocel_discovery_next(&D, OCEL_SECOND, &w, &way));
  assert_int_equal(w.n, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_matches_is_answered_and_nothing_else),
      cmocka_unit_test(an_answer_has_all_that_clients_look_for),
      cmocka_unit_test(a_resolve_is_answered_in_its_own_words),
      cmocka_unit_test(hello_and_bye_go_to_the_group),
      cmocka_unit_test(the_same_probe_is_answered_once_while_it_waits),
      cmocka_unit_test(a_flood_is_answered_at_a_bounded_rate),
      cmocka_unit_test(places_are_bounded),
      cmocka_unit_test(strangers_are_not_answered),
      cmocka_unit_test(who_is_hidden_is_silent),
      cmocka_unit_test(requests_without_identity_or_sense_are_ignored),
      cmocka_unit_test(what_does_not_fit_is_not_sent),
  };
  return cmocka_run_group_tests_name("onvif_discovery", tests, NULL, NULL);
}
