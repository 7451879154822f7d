// SPDX-License-Identifier: Apache-2.0
// SOAP messages as clients send them, and as they should not.
#include "onvif/soap.h"

#include "ocel_test.h"
#include "xml.h"

#define SOAP "xmlns:s=\"" OCEL__NS_SOAP "\""
#define BODY(inside) "<s:Envelope " SOAP "><s:Body>" inside "</s:Body></s:Envelope>"

static ocel_err read_text(const char *text, ocel__soap *s) {
  return ocel__soap_read(ocel_expat_read, guarded(ocel_span_str(text)), s);
}

static bool is(ocel_span got, const char *want) { return ocel_span_eq(got, ocel_span_str(want)); }

// As Home Assistant's library writes it.
static const char ZEEP[] =
    "<?xml version='1.0' encoding='utf-8'?>\n"
    "<soap-env:Envelope xmlns:soap-env=\"" OCEL__NS_SOAP
    "\"><soap-env:Header>"
    "<wsse:Security xmlns:wsse=\"" OCEL__NS_WSSE
    "\"><wsse:UsernameToken>"
    "<wsse:Username>ada &amp; co</wsse:Username>"
    "<wsse:Password Type=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-"
    "profile-1.0#PasswordDigest\">ZGlnZXN0</wsse:Password>"
    "<wsse:Nonce EncodingType=\"x#Base64Binary\">bm9uY2U=</wsse:Nonce>"
    "<wsu:Created xmlns:wsu=\"" OCEL__NS_WSU
    "\">2026-11-24T20:00:00+00:00</wsu:Created>"
    "</wsse:UsernameToken></wsse:Security></soap-env:Header><soap-env:Body>"
    "<ns0:GetStreamUri xmlns:ns0=\"http://www.onvif.org/ver10/media/wsdl\"><ns0:StreamSetup>"
    "<ns1:Stream xmlns:ns1=\"http://www.onvif.org/ver10/schema\">RTP-Unicast</ns1:Stream>"
    "<ns2:Transport xmlns:ns2=\"http://www.onvif.org/ver10/schema\"><ns2:Protocol>\n  RTSP\n"
    "</ns2:Protocol></ns2:Transport></ns0:StreamSetup>"
    "<ns0:ProfileToken>profile_0</ns0:ProfileToken></ns0:GetStreamUri>"
    "</soap-env:Body></soap-env:Envelope>";

static void action_and_values_are_found(void **state) {
  (void)state;
  ocel__soap s;
  assert_int_equal(read_text(ZEEP, &s), OCEL_OK);
  assert_true(is(s.uri, "http://www.onvif.org/ver10/media/wsdl"));
  assert_true(is(s.action, "GetStreamUri"));
  assert_true(is(s.field[OCEL__SOAP_USERNAME], "ada & co"));
  assert_true(is(s.field[OCEL__SOAP_PASSWORD], "ZGlnZXN0"));
  assert_true(is(s.field[OCEL__SOAP_NONCE], "bm9uY2U="));
  assert_true(is(s.field[OCEL__SOAP_CREATED], "2026-11-24T20:00:00+00:00"));
  assert_true(ocel__soap_is(&s, OCEL__SOAP_STREAM, "RTP-Unicast"));
  assert_true(ocel__soap_is(&s, OCEL__SOAP_PROTOCOL, "RTSP"));
  assert_true(ocel__soap_is(&s, OCEL__SOAP_PROFILE_TOKEN, "profile_0"));
  assert_null(s.field[OCEL__SOAP_WIDTH].p);
}

static void no_prefix_of_a_message_is_one(void **state) {
  (void)state;
  ocel__soap s;
  for (size_t n = 0; n < sizeof ZEEP - 1; n++) {
    const ocel_span part = guarded(ocel_span_make(ZEEP, n));
    assert_int_not_equal(ocel__soap_read(ocel_expat_read, part, &s), OCEL_OK);
  }
}

typedef struct {
  const char *name, *text;
  ocel_err rc;
} refusal;

static const refusal REFUSALS[] = {
    {"nothing",                 "",                                                                            OCEL_ERR_SYNTAX     },
    {"no XML",                  "GetServices",                                                                 OCEL_ERR_SYNTAX     },
    {"another root",            "<Envelope/>",                                                                 OCEL_ERR_UNSUPPORTED},
    {"SOAP 1.1",
     "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body/></s:Envelope>",               OCEL_ERR_UNSUPPORTED},
    {"an empty body",           BODY(""),                                                                      OCEL_ERR_SYNTAX     },
    {"no body",                 "<s:Envelope " SOAP "><s:Header/></s:Envelope>",                               OCEL_ERR_SYNTAX     },
    {"two actions",             BODY("<a/><b/>"),                                                              OCEL_ERR_SYNTAX     },
    {"two bodies",              "<s:Envelope " SOAP "><s:Body><a/></s:Body><s:Body/></s:Envelope>",
     OCEL_ERR_SYNTAX                                                                                                               },
    {"two user names",
     "<s:Envelope " SOAP "><s:Header xmlns=\"" OCEL__NS_WSSE
     "\"><Username>a</Username><Username>b</Username></s:Header><s:Body><a/></s:Body></s:Envelope>",           OCEL_ERR_SYNTAX     },
    {"a document type",         "<!DOCTYPE a>" BODY("<a/>"),                                                   OCEL_ERR_SYNTAX     },
    {"entities of entities",
     "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;\">]>" BODY("<a>&c;</a>"),
     OCEL_ERR_SYNTAX                                                                                                               },
    {"a file",                  "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>" BODY("<a>&b;</a>"),
     OCEL_ERR_SYNTAX                                                                                                               },
    {"an unknown entity",       BODY("<a>&b;</a>"),                                                            OCEL_ERR_SYNTAX     },
    {"an unknown prefix",       BODY("<x:a/>"),                                                                OCEL_ERR_SYNTAX     },
    {"bytes that are no UTF-8", BODY("<a>\xff</a>"),                                                           OCEL_ERR_SYNTAX     },
};

static void what_is_no_message_is_refused(void **state) {
  (void)state;
  ocel__soap s;
  for (size_t i = 0; i < ARRAY_LEN(REFUSALS); i++) {
    CASE(REFUSALS[i].name);
    assert_int_equal(read_text(REFUSALS[i].text, &s), REFUSALS[i].rc);
  }
}

// A message with `n` times `unit`, and what ends it again, inside its action.
static ocel_err read_repeated(const char *unit, const char *end, size_t n, ocel__soap *s) {
  static char text[3 * OCEL__SOAP_SIZE];
  text[0] = '\0';
  append(text, sizeof text, "<s:Envelope " SOAP "><s:Body><a>");
  for (size_t i = 0; i < n; i++) append(text, sizeof text, unit);
  for (size_t i = 0; i < n; i++) append(text, sizeof text, end);
  append(text, sizeof text, "</a></s:Body></s:Envelope>");
  return read_text(text, s);
}

static void depth_number_and_size_are_bounded(void **state) {
  (void)state;
  ocel__soap s;
  assert_int_equal(read_repeated("<x>", "</x>", 21, &s), OCEL_OK);
  assert_int_equal(read_repeated("<x>", "</x>", 22, &s), OCEL_ERR_SPACE);
  assert_int_equal(read_repeated("<x/>", "", 253, &s), OCEL_OK);
  assert_int_equal(read_repeated("<x/>", "", 254, &s), OCEL_ERR_SPACE);
  assert_int_equal(read_repeated("0123456789abcdef", "", 500, &s), OCEL_OK);
  assert_int_equal(read_repeated("0123456789abcdef", "", 512, &s), OCEL_ERR_SPACE);
}

static void values_that_nobody_sends_are_too_much(void **state) {
  (void)state;
  enum { FILLED = OCEL__SOAP_TEXT - 64 };  // what the envelope's namespace takes aside
  static char unit[OCEL__SOAP_TEXT + 192];
  ocel__soap s;
  append(unit, sizeof unit, "<ProfileToken>");
  for (size_t i = strlen(unit); i < FILLED; i++) unit[i] = 'x';
  append(unit, sizeof unit, "</ProfileToken>");
  assert_int_equal(read_repeated(unit, "", 1, &s), OCEL_OK);
  assert_int_equal(read_repeated(unit, "", 2, &s), OCEL_OK);  // the first one counts
  assert_int_equal(s.field[OCEL__SOAP_PROFILE_TOKEN].n, FILLED - strlen("<ProfileToken>"));
  append(unit, sizeof unit,
         "<ConfigurationToken>0123456789012345678901234567890123456789"
         "012345678901234567890123456789</ConfigurationToken>");
  assert_int_equal(read_repeated(unit, "", 1, &s), OCEL_ERR_SPACE);
}

static void attributes_are_bounded(void **state) {
  (void)state;
  static char text[2048];
  ocel__soap s;
  for (int n = 16; n <= 17; n++) {
    text[0] = '\0';
    append(text, sizeof text, "<s:Envelope " SOAP "><s:Body><a");
    for (int i = 0; i < n; i++) {
      char one[32];
      (void)snprintf(one, sizeof one, " x%d='1'", i);
      append(text, sizeof text, one);
    }
    append(text, sizeof text, "/></s:Body></s:Envelope>");
    assert_int_equal(read_text(text, &s), n == 16 ? OCEL_OK : OCEL_ERR_SPACE);
  }
}

static void attributes_are_values_too(void **state) {
  (void)state;
  ocel__soap s;
  assert_int_equal(read_text(BODY("<a><Configuration token='t1' GovLength='30' x='y'>"
                                  "<Name>n</Name></Configuration></a>"),
                             &s),
                   OCEL_OK);
  assert_true(is(s.field[OCEL__SOAP_EDITED], "t1"));
  assert_int_equal(ocel__soap_number(&s, OCEL__SOAP_GOV_LENGTH_2, -1), 30);
  assert_int_equal(ocel__soap_number(&s, OCEL__SOAP_EDITED, -1), -1);
  assert_int_equal(ocel__soap_number(&s, OCEL__SOAP_WIDTH, -1), -1);
}

static void qualified_names_are_resolved(void **state) {
  (void)state;
  ocel__soap s;
  assert_int_equal(
      read_text("<s:Envelope " SOAP "><s:Body><a xmlns:p='urn:1'><Types xmlns='" OCEL__NS_DISCOVERY
                "' xmlns:q='urn:2'> q:b\tp:c  d</Types></a></s:Body></s:Envelope>",
                &s),
      OCEL_OK);
  ocel_span list = s.field[OCEL__SOAP_TYPES], local;
  assert_true(is(ocel__soap_namespace(&s, ocel__soap_word(&list), &local), "urn:2"));
  assert_true(is(local, "b"));
  assert_true(is(ocel__soap_namespace(&s, ocel__soap_word(&list), &local), "urn:1"));
  assert_true(is(local, "c"));
  assert_true(is(ocel__soap_namespace(&s, ocel__soap_word(&list), &local), OCEL__NS_DISCOVERY));
  assert_true(is(local, "d"));
  assert_int_equal(ocel__soap_word(&list).n, 0);
  assert_int_equal(ocel__soap_namespace(&s, ocel_span_str("z:e"), &local).n, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(action_and_values_are_found),
      cmocka_unit_test(no_prefix_of_a_message_is_one),
      cmocka_unit_test(what_is_no_message_is_refused),
      cmocka_unit_test(depth_number_and_size_are_bounded),
      cmocka_unit_test(values_that_nobody_sends_are_too_much),
      cmocka_unit_test(attributes_are_bounded),
      cmocka_unit_test(attributes_are_values_too),
      cmocka_unit_test(qualified_names_are_resolved),
  };
  return cmocka_run_group_tests_name("onvif_soap", tests, NULL, NULL);
}
