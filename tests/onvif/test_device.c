// SPDX-License-Identifier: Apache-2.0
// The device service: what each client needs to find, and what may be set.
#include "camera.h"

static camera C;

static void begin(void) {
  camera_init(&C);
  C.role = OCEL_ROLE_ADMIN;
}

static void services_are_two_and_where_the_client_came_in(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, DEVICE, "GetServices", "<IncludeCapability>false</IncludeCapability>");
  assert_has(&C,
             "<tds:Namespace>http://www.onvif.org/ver10/device/wsdl</tds:Namespace>"
             "<tds:XAddr>http://camera.example:8080/onvif/device_service</tds:XAddr>");
  // Home Assistant ends its setup without this one; npm's onvif cannot do with a single one.
  assert_has(&C,
             "<tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace>"
             "<tds:XAddr>http://camera.example:8080/onvif/media_service</tds:XAddr>");
  assert_has_not(&C, "Capabilities");
  (void)camera_ask(&C, DEVICE, "GetServices", "<IncludeCapability>true</IncludeCapability>");
  assert_has(&C, "<tds:Capabilities><tds:Capabilities><tds:Network ");
  assert_has(&C, "<tds:Capabilities><trt:Capabilities SnapshotUri=\"true\"");
}

static void addresses_follow_the_request(void **state) {
  (void)state;
  static const struct {
    const char *host, *told;
  } HOSTS[] = {
      {"192.0.2.7",                                                                      "http://192.0.2.7/onvif/"              },
      {"[2001:db8::7]:80",                                                               "http://[2001:db8::7]:80/onvif/"       },
      {"front-door_1.local:8080",                                                        "http://front-door_1.local:8080/onvif/"},
      {NULL,                                                                             "http://192.0.2.7:80/onvif/"           },
      {"",                                                                               "http://192.0.2.7:80/onvif/"           },
      {"evil.example/path?",                                                             "http://192.0.2.7:80/onvif/"           },
      {"a<script>",                                                                      "http://192.0.2.7:80/onvif/"           },
      {"0123456789012345678901234567890123456789012345678901234567890123456789.example",
       "http://192.0.2.7:80/onvif/"                                                                                             },
  };
  begin();
  for (size_t i = 0; i < ARRAY_LEN(HOSTS); i++) {
    C.host = HOSTS[i].host;
    (void)camera_ask(&C, DEVICE, "GetServices", "");
    assert_has(&C, HOSTS[i].told);
    assert_well_formed(&C);
  }
  C.host = NULL;
  C.secure = true;
  memset(C.local.ip, 0x11, sizeof C.local.ip);
  (void)camera_ask(&C, DEVICE, "GetServices", "");
  assert_has(&C, "https://[1111:1111:1111:1111:1111:1111:1111:1111]:80/onvif/");
}

static void capabilities_are_told_by_category(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, DEVICE, "GetCapabilities", "<Category>All</Category>");
  assert_has(&C, "<tt:Device><tt:XAddr>http://camera.example:8080/onvif/device_service</tt:XAddr>");
  assert_has(&C, "<tt:Media><tt:XAddr>http://camera.example:8080/onvif/media_service</tt:XAddr>");
  assert_has(&C, "<tt:RTPMulticast>true</tt:RTPMulticast>");
  assert_has(&C, "<tt:MaximumNumberOfProfiles>2</tt:MaximumNumberOfProfiles>");
  assert_has_not(&C, "PTZ");
  assert_has_not(&C, "Imaging");
  assert_has_not(&C, "Events");
  (void)camera_ask(&C, DEVICE, "GetCapabilities", "");
  assert_has(&C, "<tt:Device>");
  assert_has(&C, "<tt:Media>");
  (void)camera_ask(&C, DEVICE, "GetCapabilities", "<Category>Media</Category>");
  assert_has_not(&C, "<tt:Device>");
  assert_has(&C, "<tt:Media>");
  (void)camera_ask(&C, DEVICE, "GetCapabilities", "<Category>Device</Category>");
  assert_has(&C, "<tt:Device>");
  assert_has_not(&C, "<tt:Media>");
  (void)camera_ask(&C, DEVICE, "GetCapabilities", "<Category>PTZ</Category>");
  assert_int_equal(C.status, 500);
  assert_has(&C, "<s:Value>ter:NoSuchService</s:Value>");
}

static void the_device_says_what_it_is(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, DEVICE, "GetDeviceInformation", "");
  assert_has(&C,
             "<tds:Manufacturer>Maker</tds:Manufacturer><tds:Model>Model</tds:Model>"
             "<tds:FirmwareVersion>1.2</tds:FirmwareVersion>"
             "<tds:SerialNumber>S123</tds:SerialNumber><tds:HardwareId>HW 1</tds:HardwareId>");
  (void)camera_ask(&C, DEVICE, "GetEndpointReference", "");
  assert_has(&C, "urn:uuid:01234567-89ab-cdef-0123-456789abcdef");
}

static void scopes_are_those_that_clients_look_for(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, DEVICE, "GetScopes", "");
  assert_has(&C, "<tt:ScopeItem>onvif://www.onvif.org/Profile/Streaming</tt:ScopeItem>");
  assert_has(&C, "onvif://www.onvif.org/name/Front%20door<");
  assert_has(&C, "onvif://www.onvif.org/hardware/HW%201<");
  assert_has(&C, "onvif://www.onvif.org/location/Hall<");
  assert_has(&C, "onvif://www.onvif.org/one<");
  assert_has(&C, "onvif://www.onvif.org/two<");
  C.cfg.camera.location = NULL;
  C.cfg.camera.scopes = NULL;
  camera_begin(&C);
  C.role = OCEL_ROLE_ADMIN;
  (void)camera_ask(&C, DEVICE, "GetScopes", "");
  assert_has_not(&C, "location");
  assert_has_not(&C, "/two");
}

static void the_interface_identifies_the_camera(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, DEVICE, "GetNetworkInterfaces", "");
  assert_has(&C,
             "<tds:NetworkInterfaces token=\"eth0\"><tt:Enabled>true</tt:Enabled><tt:Info>"
             "<tt:Name>eth0</tt:Name><tt:HwAddress>02:00:5e:10:ab:cd</tt:HwAddress>");
  assert_has(&C,
             "<tt:Manual><tt:Address>192.0.2.7</tt:Address>"
             "<tt:PrefixLength>24</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP>");
  C.network.dhcp = true;
  (void)camera_ask(&C, DEVICE, "GetNetworkInterfaces", "");
  assert_has(&C, "<tt:FromDHCP><tt:Address>192.0.2.7</tt:Address>");
  memset(&C.network.address, 0, sizeof C.network.address);
  (void)camera_ask(&C, DEVICE, "GetNetworkInterfaces", "");
  assert_has_not(&C, "IPv4");
}

// Any other text ends Home Assistant's dialogue.
static void an_unknown_interface_is_not_implemented(void **state) {
  (void)state;
  begin();
  C.networked = false;
  (void)camera_ask(&C, DEVICE, "GetNetworkInterfaces", "");
  assert_int_equal(C.status, 500);
  assert_has(&C, "not implemented");
}

static void the_network_is_told_as_far_as_it_is_known(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, DEVICE, "GetNetworkProtocols", "");
  assert_has(&C, "<tt:Name>HTTP</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>8080</tt:Port>");
  assert_has(&C, "<tt:Name>RTSP</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>8554</tt:Port>");
  (void)camera_ask(&C, DEVICE, "GetNetworkDefaultGateway", "");
  assert_has(&C, "<tt:IPv4Address>192.0.2.1</tt:IPv4Address>");
  (void)camera_ask(&C, DEVICE, "GetDNS", "");
  assert_has(&C, "<tt:DNSManual><tt:Type>IPv4</tt:Type><tt:IPv4Address>192.0.2.53<");
  (void)camera_ask(&C, DEVICE, "GetNTP", "");
  assert_has(&C, "<tt:DNSname>pool.example</tt:DNSname>");
  (void)camera_ask(&C, DEVICE, "GetHostname", "");
  assert_has(&C, "<tt:Name>front-door</tt:Name>");
  C.network = (ocel_onvif_network){.dhcp = true};
  (void)camera_ask(&C, DEVICE, "GetNetworkDefaultGateway", "");
  assert_has(&C, "<tds:NetworkGateway></tds:NetworkGateway>");
  (void)camera_ask(&C, DEVICE, "GetDNS", "");
  assert_has(&C, "<tt:FromDHCP>true</tt:FromDHCP></tds:DNSInformation>");
  (void)camera_ask(&C, DEVICE, "GetHostname", "");
  assert_has_not(&C, "<tt:Name>");
  C.host = "camera.example";
  (void)camera_ask(&C, DEVICE, "GetNetworkProtocols", "");
  assert_has(&C, "<tt:Name>HTTP</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>80</tt:Port>");
  C.secure = true;
  (void)camera_ask(&C, DEVICE, "GetNetworkProtocols", "");
  assert_has(&C, "<tt:Name>HTTPS</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>443</tt:Port>");
}

static void the_date_is_utc(void **state) {
  (void)state;
  begin();
  C.role = OCEL_ROLE_NONE;
  (void)camera_ask(&C, DEVICE, "GetSystemDateAndTime", "");
  assert_int_equal(C.status, 200);
  assert_has(&C, "<tt:DateTimeType>NTP</tt:DateTimeType>");
  assert_has(&C,
             "<tt:UTCDateTime><tt:Time><tt:Hour>20</tt:Hour><tt:Minute>15</tt:Minute>"
             "<tt:Second>30</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year>"
             "<tt:Month>11</tt:Month><tt:Day>24</tt:Day></tt:Date></tt:UTCDateTime>");
  // Home Assistant then offers to set it.
  C.clock = OCEL_ONVIF_CLOCK_UNSET;
  (void)camera_ask(&C, DEVICE, "GetSystemDateAndTime", "");
  assert_has(&C, "<tt:DateTimeType>Manual</tt:DateTimeType>");
}

#define SET(type, year, day)                                                         \
  "<DateTimeType>" type                                                              \
  "</DateTimeType><DaylightSavings>false</DaylightSavings><UTCDateTime>"             \
  "<Time><Hour>7</Hour><Minute>8</Minute><Second>9</Second></Time><Date><Year>" year \
  "</Year>"                                                                          \
  "<Month>2</Month><Day>" day "</Day></Date></UTCDateTime>"

static void the_clock_can_be_set(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, DEVICE, "SetSystemDateAndTime", SET("Manual", "2027", "28"));
  assert_int_equal(C.status, 200);
  assert_has(&C, "<tds:SetSystemDateAndTimeResponse/>");
  assert_true(C.utc_set == 1803798489);
  C.utc_set = 0;
  (void)camera_ask(&C, DEVICE, "SetSystemDateAndTime", SET("NTP", "2027", "28"));
  assert_int_equal(C.status, 200);
  (void)camera_ask(&C, DEVICE, "SetSystemDateAndTime", SET("Manual", "2027", "29"));
  assert_has(&C, "ter:InvalidDateTime");
  (void)camera_ask(&C, DEVICE, "SetSystemDateAndTime", SET("Guess", "2027", "28"));
  assert_has(&C, "ter:InvalidArgVal");
  (void)camera_ask(&C, DEVICE, "SetSystemDateAndTime", "<DateTimeType>Manual</DateTimeType>");
  assert_has(&C, "ter:InvalidDateTime");
  assert_true(C.utc_set == 0);
  C.refuses = true;
  (void)camera_ask(&C, DEVICE, "SetSystemDateAndTime", SET("Manual", "2027", "28"));
  assert_has(&C, "ter:Action<");
}

static void discovery_can_be_switched(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, DEVICE, "GetDiscoveryMode", "");
  assert_has(&C, "<tds:DiscoveryMode>Discoverable<");
  (void)camera_ask(&C, DEVICE, "SetDiscoveryMode",
                   "<DiscoveryMode>NonDiscoverable</DiscoveryMode>");
  assert_int_equal(C.status, 200);
  (void)camera_ask(&C, DEVICE, "GetDiscoveryMode", "");
  assert_has(&C, "<tds:DiscoveryMode>NonDiscoverable<");
  (void)camera_ask(&C, DEVICE, "GetServiceCapabilities", "");
  assert_has(&C, "DiscoveryNotSupported=\"true\"");
  (void)camera_ask(&C, DEVICE, "SetDiscoveryMode", "<DiscoveryMode>Maybe</DiscoveryMode>");
  assert_int_equal(C.status, 400);
  C.refuses = true;
  (void)camera_ask(&C, DEVICE, "SetDiscoveryMode", "<DiscoveryMode>Discoverable</DiscoveryMode>");
  assert_int_equal(C.status, 500);
}

static void what_the_device_cannot_do_is_a_fault(void **state) {
  (void)state;
  static const char *const ACTIONS[] = {"SetSystemDateAndTime", "SystemReboot", "SetDiscoveryMode",
                                        "GetUsers", "SetSystemFactoryDefault"};
  begin();
  (void)camera_ask(&C, DEVICE, "SystemReboot", "");
  assert_int_equal(C.reboots, 1);
  C.cfg.camera.set_utc = NULL;
  C.cfg.camera.reboot = NULL;
  C.cfg.camera.set_discoverable = NULL;
  C.cfg.camera.discoverable = NULL;
  camera_begin(&C);
  for (size_t i = 0; i < ARRAY_LEN(ACTIONS); i++) {
    (void)camera_ask(&C, DEVICE, ACTIONS[i], SET("Manual", "2027", "28"));
    assert_int_equal(C.status, 500);
    assert_has(&C, "ter:ActionNotSupported");
  }
  (void)camera_ask(&C, DEVICE, "GetDiscoveryMode", "");
  assert_has(&C, "NonDiscoverable");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(services_are_two_and_where_the_client_came_in),
      cmocka_unit_test(addresses_follow_the_request),
      cmocka_unit_test(capabilities_are_told_by_category),
      cmocka_unit_test(the_device_says_what_it_is),
      cmocka_unit_test(scopes_are_those_that_clients_look_for),
      cmocka_unit_test(the_interface_identifies_the_camera),
      cmocka_unit_test(an_unknown_interface_is_not_implemented),
      cmocka_unit_test(the_network_is_told_as_far_as_it_is_known),
      cmocka_unit_test(the_date_is_utc),
      cmocka_unit_test(the_clock_can_be_set),
      cmocka_unit_test(discovery_can_be_switched),
      cmocka_unit_test(what_the_device_cannot_do_is_a_fault),
  };
  return cmocka_run_group_tests_name("onvif_device", tests, NULL, NULL);
}
