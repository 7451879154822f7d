// SPDX-License-Identifier: Apache-2.0
// The device service (ONVIF Core 8; devicemgmt.wsdl). What a response has, and in which order, is
// the schema's.
#include "action.h"
#include "date.h"
#include "pieces.h"

// ---- services and capabilities ----

static bool with_capabilities(const ocel__onvif_view *v) { return v->answer->with_capabilities; }

const char OCEL__DEVICE_CAPABILITIES[] =
    "<tds:Capabilities>"
    "<tds:Network IPFilter=\"false\" ZeroConfiguration=\"false\" IPVersion6=\"true\""
    " DynDNS=\"false\" Dot11Configuration=\"false\" Dot1XConfigurations=\"0\""
    " HostnameFromDHCP=\"false\" NTP=\"0\" DHCPv6=\"false\" NetworkConfigNotSupported=\"true\"/>"
    "<tds:Security TLS1.0=\"false\" TLS1.1=\"false\" TLS1.2=\"{tls}\""
    " OnboardKeyGeneration=\"false\" AccessPolicyConfig=\"false\" DefaultAccessPolicy=\"true\""
    " Dot1X=\"false\" RemoteUserHandling=\"false\" X.509Token=\"false\" SAMLToken=\"false\""
    " KerberosToken=\"false\" UsernameToken=\"true\" HttpDigest=\"true\" RELToken=\"false\""
    " MaxUsers=\"0\" UserConfigNotSupported=\"true\"/>"
    "<tds:System DiscoveryResolve=\"{found}\" DiscoveryBye=\"{found}\""
    " RemoteDiscovery=\"false\" SystemBackup=\"false\" SystemLogging=\"false\""
    " FirmwareUpgrade=\"false\" HttpFirmwareUpgrade=\"false\" HttpSystemBackup=\"false\""
    " HttpSystemLogging=\"false\" HttpSupportInformation=\"false\""
    " DiscoveryNotSupported=\"{unfound}\"/>"
    "</tds:Capabilities>";

#define VERSION \
  "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
#define SERVICE(uri, path)           \
  "<tds:Service><tds:Namespace>" uri \
  "</tds:Namespace>"                 \
  "<tds:XAddr>{scheme}://{authority}/onvif/" path "</tds:XAddr>"
#define BEGIN OCEL__PIECE_IF(with_capabilities, "<tds:Capabilities>")
#define END OCEL__PIECE_IF(with_capabilities, "</tds:Capabilities>")

static const ocel__onvif_piece SERVICES[] = {
    OCEL__PIECE("<tds:GetServicesResponse>"),
    OCEL__PIECE(SERVICE("http://www.onvif.org/ver10/device/wsdl", "device_service")),
    BEGIN,
    OCEL__PIECE_IF(with_capabilities, OCEL__DEVICE_CAPABILITIES),
    END,
    OCEL__PIECE(VERSION),
    OCEL__PIECE(SERVICE("http://www.onvif.org/ver10/media/wsdl", "media_service")),
    BEGIN,
    OCEL__PIECE_IF(with_capabilities, OCEL__MEDIA_CAPABILITIES),
    END,
    OCEL__PIECE(VERSION "</tds:GetServicesResponse>"),
};

static ocel__onvif_fault get_services(const ocel__onvif_request *r) {
  r->answer->with_capabilities = ocel__soap_is(r->soap, OCEL__SOAP_INCLUDE_CAPABILITY, "true") ||
                                 ocel__soap_is(r->soap, OCEL__SOAP_INCLUDE_CAPABILITY, "1");
  return OCEL__FAULT_NONE;
}

static const ocel__onvif_piece SERVICE_CAPABILITIES[] = {
    OCEL__PIECE("<tds:GetServiceCapabilitiesResponse>"),
    OCEL__PIECE(OCEL__DEVICE_CAPABILITIES),
    OCEL__PIECE("</tds:GetServiceCapabilitiesResponse>"),
};

static bool tells_device(const ocel__onvif_view *v) {
  return (v->answer->categories & OCEL__CAPABILITY_DEVICE) != 0;
}

static bool tells_media(const ocel__onvif_view *v) {
  return (v->answer->categories & OCEL__CAPABILITY_MEDIA) != 0;
}

// go2rtc looks for "Media", and the XAddr behind it.
static const ocel__onvif_piece CAPABILITIES[] = {
    OCEL__PIECE("<tds:GetCapabilitiesResponse><tds:Capabilities>"),
    OCEL__PIECE_IF(
        tells_device,
        "<tt:Device><tt:XAddr>{scheme}://{authority}/onvif/device_service</tt:XAddr>"
        "<tt:Network><tt:IPFilter>false</tt:IPFilter>"
        "<tt:ZeroConfiguration>false</tt:ZeroConfiguration><tt:IPVersion6>true</tt:IPVersion6>"
        "<tt:DynDNS>false</tt:DynDNS></tt:Network>"
        "<tt:System><tt:DiscoveryResolve>{found}</tt:DiscoveryResolve>"
        "<tt:DiscoveryBye>{found}</tt:DiscoveryBye><tt:RemoteDiscovery>false</tt:RemoteDiscovery>"
        "<tt:SystemBackup>false</tt:SystemBackup><tt:SystemLogging>false</tt:SystemLogging>"
        "<tt:FirmwareUpgrade>false</tt:FirmwareUpgrade>"
        "<tt:SupportedVersions><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tt:SupportedVersions>"
        "</tt:System>"),
    OCEL__PIECE_IF(
        tells_device,
        "<tt:IO><tt:InputConnectors>0</tt:InputConnectors><tt:RelayOutputs>0</tt:RelayOutputs></"
        "tt:IO>"
        "<tt:Security><tt:TLS1.1>false</tt:TLS1.1><tt:TLS1.2>{tls}</tt:TLS1.2>"
        "<tt:OnboardKeyGeneration>false</tt:OnboardKeyGeneration>"
        "<tt:AccessPolicyConfig>false</tt:AccessPolicyConfig><tt:X.509Token>false</tt:X.509Token>"
        "<tt:SAMLToken>false</tt:SAMLToken><tt:KerberosToken>false</tt:KerberosToken>"
        "<tt:RELToken>false</tt:RELToken></tt:Security></tt:Device>"),
    OCEL__PIECE_IF(
        tells_media,
        "<tt:Media><tt:XAddr>{scheme}://{authority}/onvif/media_service</tt:XAddr>"
        "<tt:StreamingCapabilities><tt:RTPMulticast>{multicast}</tt:RTPMulticast>"
        "<tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP>"
        "</tt:StreamingCapabilities>"
        "<tt:Extension><tt:ProfileCapabilities><tt:MaximumNumberOfProfiles>{streams}"
        "</tt:MaximumNumberOfProfiles></tt:ProfileCapabilities></tt:Extension></tt:Media>"),
    OCEL__PIECE("</tds:Capabilities></tds:GetCapabilitiesResponse>"),
};

static ocel__onvif_fault get_capabilities(const ocel__onvif_request *r) {
  static const struct {
    const char *category;
    uint8_t told;
  } CATEGORIES[] = {
      {"All",    OCEL__CAPABILITY_ALL   },
      {"Device", OCEL__CAPABILITY_DEVICE},
      {"Media",  OCEL__CAPABILITY_MEDIA }
  };
  r->answer->categories = OCEL__CAPABILITY_ALL;
  if (r->soap->field[OCEL__SOAP_CATEGORY].p == NULL) return OCEL__FAULT_NONE;
  for (size_t i = 0; i < sizeof CATEGORIES / sizeof CATEGORIES[0]; i++) {
    if (!ocel__soap_is(r->soap, OCEL__SOAP_CATEGORY, CATEGORIES[i].category)) continue;
    r->answer->categories = CATEGORIES[i].told;
    return OCEL__FAULT_NONE;
  }
  return OCEL__FAULT_NO_SERVICE;
}

// ---- what the device is ----

static const ocel__onvif_piece INFORMATION[] = {
    OCEL__PIECE("<tds:GetDeviceInformationResponse><tds:Manufacturer>{manufacturer}"
                "</tds:Manufacturer><tds:Model>{model}</tds:Model>"),
    OCEL__PIECE("<tds:FirmwareVersion>{firmware}</tds:FirmwareVersion>"
                "<tds:SerialNumber>{serial}</tds:SerialNumber>"),
    OCEL__PIECE("<tds:HardwareId>{hardware}</tds:HardwareId></tds:GetDeviceInformationResponse>"),
};

static const ocel__onvif_piece ENDPOINT[] = {
    OCEL__PIECE("<tds:GetEndpointReferenceResponse><tds:GUID>urn:uuid:{uuid}</tds:GUID>"
                "</tds:GetEndpointReferenceResponse>"),
};

static const ocel__onvif_piece WSDL_URL[] = {
    OCEL__PIECE(
        "<tds:GetWsdlUrlResponse><tds:WsdlUrl>https://www.onvif.org/profiles/specifications/"
        "</tds:WsdlUrl></tds:GetWsdlUrlResponse>"),
};

#define SCOPE(text) \
  "<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>" text "</tt:ScopeItem></tds:Scopes>"

// Not all cameras have each: one that is empty is not told.
static bool is_scope(const ocel__onvif_view *v) {
  uint8_t none[1];
  ocel_wbuf w = ocel_wbuf_make(none, 0);
  return ocel__onvif_put_scope(&w, v, v->number) && w.overflow;
}

static const ocel__onvif_piece SCOPES[] = {
    OCEL__PIECE("<tds:GetScopesResponse>"),
    OCEL__PIECE_EACH(SCOPE, is_scope, SCOPE("{scope}")),
    OCEL__PIECE("</tds:GetScopesResponse>"),
};

static const ocel__onvif_piece DISCOVERY_MODE[] = {
    OCEL__PIECE(
        "<tds:GetDiscoveryModeResponse><tds:DiscoveryMode>{discovery_mode}</tds:DiscoveryMode>"
        "</tds:GetDiscoveryModeResponse>"),
};

static const ocel__onvif_piece DISCOVERY_MODE_SET[] = {
    OCEL__PIECE("<tds:SetDiscoveryModeResponse/>"),
};

static ocel__onvif_fault set_discovery_mode(const ocel__onvif_request *r) {
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  const bool on = ocel__soap_is(r->soap, OCEL__SOAP_DISCOVERY_MODE, "Discoverable");
  const bool off = ocel__soap_is(r->soap, OCEL__SOAP_DISCOVERY_MODE, "NonDiscoverable");
  if (camera->set_discoverable == NULL) return OCEL__FAULT_NO_ACTION;
  if (!on && !off) return OCEL__FAULT_NO_TYPE;
  return camera->set_discoverable(camera->ctx, on) ? OCEL__FAULT_NONE : OCEL__FAULT_FAILED;
}

// ---- time ----

#define DATE                                                                    \
  "<tt:Time><tt:Hour>{hour}</tt:Hour><tt:Minute>{minute}</tt:Minute>"           \
  "<tt:Second>{second}</tt:Second></tt:Time><tt:Date><tt:Year>{year}</tt:Year>" \
  "<tt:Month>{month}</tt:Month><tt:Day>{day}</tt:Day></tt:Date>"

static const ocel__onvif_piece DATE_AND_TIME[] = {
    OCEL__PIECE("<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
                "<tt:DateTimeType>{date_time_type}</tt:DateTimeType>"
                "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></"
                "tt:TimeZone>"
                "<tt:UTCDateTime>" DATE "</tt:UTCDateTime><tt:LocalDateTime>" DATE
                "</tt:LocalDateTime>"
                "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"),
};

static const ocel__onvif_piece DATE_AND_TIME_SET[] = {
    OCEL__PIECE("<tds:SetSystemDateAndTimeResponse/>"),
};

// "NTP" changes nothing: who sets the clock is not for clients to say.
static ocel__onvif_fault set_date_and_time(const ocel__onvif_request *r) {
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  const ocel__date date = {.year = ocel__soap_number(r->soap, OCEL__SOAP_YEAR, -1),
                           .month = ocel__soap_number(r->soap, OCEL__SOAP_MONTH, -1),
                           .day = ocel__soap_number(r->soap, OCEL__SOAP_DAY, -1),
                           .hour = ocel__soap_number(r->soap, OCEL__SOAP_HOUR, -1),
                           .minute = ocel__soap_number(r->soap, OCEL__SOAP_MINUTE, -1),
                           .second = ocel__soap_number(r->soap, OCEL__SOAP_SECOND, -1)};
  int64_t seconds;
  if (camera->set_utc == NULL) return OCEL__FAULT_NO_ACTION;
  if (ocel__soap_is(r->soap, OCEL__SOAP_DATE_TIME_TYPE, "NTP")) return OCEL__FAULT_NONE;
  if (!ocel__soap_is(r->soap, OCEL__SOAP_DATE_TIME_TYPE, "Manual")) return OCEL__FAULT_NO_TYPE;
  if (!ocel__date_seconds(&date, &seconds)) return OCEL__FAULT_NO_DATE;
  return camera->set_utc(camera->ctx, seconds) ? OCEL__FAULT_NONE : OCEL__FAULT_FAILED;
}

static const ocel__onvif_piece REBOOT[] = {
    OCEL__PIECE("<tds:SystemRebootResponse><tds:Message>Restarting</tds:Message></"
                "tds:SystemRebootResponse>"),
};

static ocel__onvif_fault reboot(const ocel__onvif_request *r) {
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  if (camera->reboot == NULL) return OCEL__FAULT_NO_ACTION;
  camera->reboot(camera->ctx);
  return OCEL__FAULT_NONE;
}

static const ocel__onvif_action ACTIONS[] = {
    OCEL__ACTION("GetServices", OCEL__PRE_AUTH, get_services, SERVICES),
    OCEL__ACTION("GetServiceCapabilities", OCEL__PRE_AUTH, NULL, SERVICE_CAPABILITIES),
    OCEL__ACTION("GetCapabilities", OCEL__PRE_AUTH, get_capabilities, CAPABILITIES),
    OCEL__ACTION("GetDeviceInformation", OCEL__READ_SYSTEM, NULL, INFORMATION),
    OCEL__ACTION("GetEndpointReference", OCEL__PRE_AUTH, NULL, ENDPOINT),
    OCEL__ACTION("GetWsdlUrl", OCEL__PRE_AUTH, NULL, WSDL_URL),
    OCEL__ACTION("GetScopes", OCEL__READ_SYSTEM, NULL, SCOPES),
    OCEL__ACTION("GetDiscoveryMode", OCEL__READ_SYSTEM, NULL, DISCOVERY_MODE),
    OCEL__ACTION("SetDiscoveryMode", OCEL__WRITE_SYSTEM, set_discovery_mode, DISCOVERY_MODE_SET),
    OCEL__ACTION("GetSystemDateAndTime", OCEL__PRE_AUTH, NULL, DATE_AND_TIME),
    OCEL__ACTION("SetSystemDateAndTime", OCEL__WRITE_SYSTEM, set_date_and_time, DATE_AND_TIME_SET),
    OCEL__ACTION("SystemReboot", OCEL__UNRECOVERABLE, reboot, REBOOT),
};

const ocel__onvif_service OCEL__DEVICE_SERVICE = {"http://www.onvif.org/ver10/device/wsdl", ACTIONS,
                                                  sizeof ACTIONS / sizeof ACTIONS[0]};
