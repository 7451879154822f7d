// SPDX-License-Identifier: Apache-2.0
// What holds for every action: its answer is well-formed, in items that fit, with all values known,
// and only for those who may ask.
#include "camera.h"

static camera C;

static const ocel__onvif_service *const SERVICES[] = {&OCEL__DEVICE_SERVICE, &OCEL__DEVICE_NETWORK,
                                                      &OCEL__MEDIA_SERVICE, &OCEL__MEDIA_ENCODERS};

// Values with which every action does something.
static const char *const INSIDES[] = {
    ("<ProfileToken>profile_0</ProfileToken><ConfigurationToken>video_encoder_0</"
     "ConfigurationToken>"
     "<Stream>RTP-Unicast</Stream><Protocol>RTSP</Protocol><IncludeCapability>true"
     "</IncludeCapability><DiscoveryMode>Discoverable</DiscoveryMode><DateTimeType>NTP"
     "</DateTimeType><Configuration token='video_encoder_0'/>"),
    ("<ProfileToken>profile_1</ProfileToken><ConfigurationToken>video_source_0</ConfigurationToken>"
     "<DiscoveryMode>NonDiscoverable</DiscoveryMode>"),
    "<ConfigurationToken>sound_encoder_0</ConfigurationToken>",
};

typedef void visitor(const ocel__onvif_service *service, const ocel__onvif_action *action);

static void visit(visitor *each) {
  for (size_t s = 0; s < ARRAY_LEN(SERVICES); s++) {
    for (size_t i = 0; i < SERVICES[s]->count; i++) each(SERVICES[s], &SERVICES[s]->actions[i]);
  }
}

static unsigned answered;

static void ask_everything(const ocel__onvif_service *service, const ocel__onvif_action *action) {
  char response[96];
  (void)snprintf(response, sizeof response, "%sResponse", action->name);
  bool told = false;
  for (size_t i = 0; i < ARRAY_LEN(INSIDES); i++) {
    (void)camera_ask(&C, service->uri, action->name, INSIDES[i]);
    assert_well_formed(&C);
    assert_has_not(&C, "{");
    assert_has_not(&C, "}");
    if (C.status != 200) {
      assert_has(&C, "<s:Fault>");
      continue;
    }
    assert_has(&C, response);
    told = true;
  }
  if (!told) fail_msg("%s only faults: %s", action->name, C.text);
  answered++;
}

static void every_action_answers_well(void **state) {
  (void)state;
  camera_init(&C);
  C.role = OCEL_ROLE_ADMIN;
  visit(ask_everything);
  assert_true(answered > 30);
}

// The longest texts, of characters that grow most.
static void items_fit_whatever_they_are_made_of(void **state) {
  (void)state;
  static char text[OCEL_ONVIF_TEXT_MAX + 1];
  memset(text, '"', OCEL_ONVIF_TEXT_MAX);
  camera_init(&C);
  C.role = OCEL_ROLE_ADMIN;
  C.host = "camera-0123456789-0123456789-0123456789-0123456789-0123456789.e:65535";
  ocel_onvif_camera *k = &C.cfg.camera;
  k->manufacturer = k->model = k->firmware = k->hardware = k->serial = k->name = k->location = text;
  C.stream[0].name = C.stream[0].path = C.stream[0].snapshot_path = text;
  C.stream[0].frame_rate = C.stream[0].bitrate = C.stream[0].gop =
      (ocel_onvif_range){UINT32_MAX, UINT32_MAX};
  C.stream[0].video.bitrate = C.stream[0].sound_bitrate = UINT32_MAX;
  memset(C.network.hostname, '<', sizeof C.network.hostname - 1);
  memset(C.network.ntp, '&', sizeof C.network.ntp - 1);
  camera_begin(&C);
  visit(ask_everything);
  assert_true(C.largest > 800);
  assert_true(C.largest <= OCEL_HTTP_PART_MAX);
}

static void check_names(const ocel__onvif_service *service, const ocel__onvif_action *action) {
  (void)service;
  for (size_t i = 0; i < action->count; i++) {
    const char *text = action->pieces[i].text;
    while ((text = strchr(text, '{')) != NULL) {
      const size_t n = strcspn(++text, "}");
      if (!ocel__onvif_knows(ocel_span_make(text, n))) {
        fail_msg("%s: {%.*s}", action->name, (int)n, text);
      }
    }
  }
}

static void every_value_is_known(void **state) {
  (void)state;
  visit(check_names);
  check_names(NULL, &OCEL__ONVIF_FAULT_ACTION);
  assert_false(ocel__onvif_knows(ocel_span_str("nothing")));
}

// ONVIF Core 5.9.4.3 by name, so that no table can be wrong in silence.
static void check_access(const ocel__onvif_service *service, const ocel__onvif_action *action) {
  static const char *const open[] = {
      "GetServices", "GetServiceCapabilities", "GetCapabilities", "GetEndpointReference",
      "GetWsdlUrl",  "GetSystemDateAndTime",   "GetHostname"};
  static const char *const settings[] = {"SetDiscoveryMode", "SetSystemDateAndTime", "SystemReboot",
                                         "SetVideoEncoderConfiguration"};
  bool is_open = false, sets = false;
  for (size_t i = 0; i < ARRAY_LEN(open); i++) is_open |= strcmp(action->name, open[i]) == 0;
  for (size_t i = 0; i < ARRAY_LEN(settings); i++) sets |= strcmp(action->name, settings[i]) == 0;
  for (int role = OCEL_ROLE_NONE; role <= OCEL_ROLE_ADMIN; role++) {
    C.role = (ocel_role)role;
    (void)camera_ask(&C, service->uri, action->name, INSIDES[0]);
    const bool may = is_open || (sets ? role >= OCEL_ROLE_ADMIN : role >= OCEL_ROLE_VIEWER);
    if (may == (strstr(C.text, "ter:NotAuthorized") != NULL)) fail_msg("%s %d", action->name, role);
    assert_int_equal(C.status == 401, !may && role == OCEL_ROLE_NONE);
  }
}

static void only_those_who_may_are_answered(void **state) {
  (void)state;
  camera_init(&C);
  visit(check_access);
}

static void without_users_all_may_look_and_none_may_set(void **state) {
  (void)state;
  camera_init(&C);
  C.cfg.user[0].username = C.cfg.user[1].username = NULL;
  camera_begin(&C);
  (void)camera_ask(&C, DEVICE, "GetDeviceInformation", "");
  assert_int_equal(C.status, 200);
  (void)camera_ask(&C, DEVICE, "SystemReboot", "");
  assert_int_equal(C.status, 400);
  assert_has(&C, "ter:NotAuthorized");
  assert_int_equal(C.reboots, 0);
  C.cfg.unlocked = true;
  camera_begin(&C);
  (void)camera_ask(&C, DEVICE, "SystemReboot", "");
  assert_int_equal(C.reboots, 1);
}

static void what_does_not_exist_is_a_fault(void **state) {
  (void)state;
  camera_init(&C);
  C.role = OCEL_ROLE_VIEWER;
  (void)camera_ask(&C, "http://www.onvif.org/ver20/ptz/wsdl", "GetNodes", "");
  assert_int_equal(C.status, 500);
  assert_has(&C, "<s:Value>s:Receiver</s:Value>");
  assert_has(&C, "<s:Value>ter:ActionNotSupported</s:Value>");
  (void)camera_ask(&C, MEDIA, "GetDeviceInformation", "");  // right name, wrong service
  assert_has(&C, "ter:ActionNotSupported");
  C.role = OCEL_ROLE_NONE;
  (void)camera_ask(&C, DEVICE, "GetUsers", "");
  assert_int_equal(C.status, 401);
  assert_has(&C, "<s:Value>ter:NotAuthorized</s:Value>");
}

static void what_is_no_soap_is_a_fault(void **state) {
  (void)state;
  camera_init(&C);
  (void)camera_post(&C, "hello");
  assert_int_equal(C.status, 400);
  assert_has(&C, "ter:WellFormed");
  assert_well_formed(&C);
  (void)camera_post(&C, "");
  assert_int_equal(C.status, 401);
  C.onvif.requests = C.onvif.faults = 1;
  static char big[OCEL__SOAP_SIZE + 2];
  memset(big, ' ', sizeof big - 1);
  (void)camera_post(&C, big);
  assert_int_equal(C.status, 400);
  assert_has(&C, "ter:InvalidArgs");
  assert_int_equal(C.onvif.requests, 2);
  assert_int_equal(C.onvif.faults, 2);
}

static void answers_under_way_are_bounded(void **state) {
  (void)state;
  static const char text[] = "<s:Envelope xmlns:s=\"" OCEL__NS_SOAP
                             "\"><s:Body><GetHostname xmlns=\"" DEVICE "\"/></s:Body></s:Envelope>";
  ocel_http_answer answers[OCEL_ONVIF_ANSWERS];
  camera_init(&C);
  for (size_t i = 0; i < OCEL_ONVIF_ANSWERS; i++) {
    answers[i] = camera_call(&C, ocel_span_str(text));
    assert_int_equal(answers[i].status, 200);
  }
  assert_int_equal(camera_call(&C, ocel_span_str(text)).status, 503);
  answers[3].release(answers[3].ctx);
  assert_int_equal(camera_call(&C, ocel_span_str(text)).status, 200);
  assert_int_equal(camera_call(&C, ocel_span_str(text)).status, 503);
}

static void configurations_are_checked(void **state) {
  (void)state;
  static char text[OCEL_ONVIF_TEXT_MAX + 2];
  ocel_onvif o;
  memset(text, 'x', sizeof text - 1);
  camera_init(&C);
  const ocel_onvif_config good = C.cfg;
  ocel_onvif_config cfg = good;
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_OK);
  cfg.read_xml = NULL;
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_ERR_CONFIG);
  cfg = good;
  cfg.hash = NULL;
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_ERR_CONFIG);
  cfg = good;
  cfg.user[1].password = NULL;
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_ERR_CONFIG);
  cfg = good;
  cfg.camera.serial = text;
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_ERR_CONFIG);
  cfg = good;
  cfg.camera.location = text;
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_ERR_CONFIG);
  cfg.camera.location = NULL;
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_OK);
  cfg.camera.uuid[0] = '\0';
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_ERR_CONFIG);
  cfg = good;
  cfg.camera.utc = NULL;
  assert_int_equal(ocel_onvif_init(&o, &cfg), OCEL_ERR_CONFIG);
}

static void text_is_escaped(void **state) {
  (void)state;
  char out[128];
  ocel_wbuf w = ocel_wbuf_make(out, sizeof out);
  ocel__put_xml(&w, ocel_span_str("a<b>&\"'\x01\x1f\t\n\xc3\xa9"));
  assert_string_equal((out[w.n] = '\0', out), "a&lt;b&gt;&amp;&quot;&#39;??\t\n\xc3\xa9");
  ocel__onvif_view v = {0};
  w.n = 0;
  ocel__onvif_expand(&w, "x{nothing}y{open", &v);
  assert_string_equal((out[w.n] = '\0', out), "xy");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_action_answers_well),
      cmocka_unit_test(items_fit_whatever_they_are_made_of),
      cmocka_unit_test(every_value_is_known),
      cmocka_unit_test(only_those_who_may_are_answered),
      cmocka_unit_test(without_users_all_may_look_and_none_may_set),
      cmocka_unit_test(what_does_not_exist_is_a_fault),
      cmocka_unit_test(what_is_no_soap_is_a_fault),
      cmocka_unit_test(answers_under_way_are_bounded),
      cmocka_unit_test(configurations_are_checked),
      cmocka_unit_test(text_is_escaped),
  };
  return cmocka_run_group_tests_name("onvif_answers", tests, NULL, NULL);
}
