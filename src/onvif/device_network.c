// SPDX-License-Identifier: Apache-2.0
// What the device service tells of the network; nothing of it can be set.
#include "action.h"

static bool has_hostname(const ocel__onvif_view *v) { return v->network.hostname[0] != '\0'; }
static bool has_gateway(const ocel__onvif_view *v) {
  return ocel_addr_is_ipv4(&v->network.gateway);
}
static bool has_ipv4(const ocel__onvif_view *v) { return ocel_addr_is_ipv4(&v->network.address); }
static bool is_leased(const ocel__onvif_view *v) { return has_ipv4(v) && v->network.dhcp; }
static bool is_static(const ocel__onvif_view *v) { return has_ipv4(v) && !v->network.dhcp; }
static bool has_dns(const ocel__onvif_view *v) { return ocel_addr_is_ipv4(&v->network.dns); }
static bool has_leased_dns(const ocel__onvif_view *v) { return has_dns(v) && v->network.dhcp; }
static bool has_static_dns(const ocel__onvif_view *v) { return has_dns(v) && !v->network.dhcp; }
static bool has_ntp(const ocel__onvif_view *v) { return v->network.ntp[0] != '\0'; }
static bool has_tls(const ocel__onvif_view *v) { return v->camera->rtsps_port != 0; }

#define PREFIXED(name)                                                  \
  "<tt:" name                                                           \
  "><tt:Address>{address}</tt:Address><tt:PrefixLength>{prefix_length}" \
  "</tt:PrefixLength></tt:" name ">"

static const ocel__onvif_piece INTERFACES[] = {
    OCEL__PIECE("<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token=\"{interface}\">"
                "<tt:Enabled>true</tt:Enabled><tt:Info><tt:Name>{interface}</tt:Name>"
                "<tt:HwAddress>{mac}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info>"),
    OCEL__PIECE_IF(has_ipv4, "<tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config>"),
    OCEL__PIECE_IF(is_static, PREFIXED("Manual")),
    OCEL__PIECE_IF(is_leased, PREFIXED("FromDHCP")),
    OCEL__PIECE_IF(has_ipv4, "<tt:DHCP>{dhcp}</tt:DHCP></tt:Config></tt:IPv4>"),
    OCEL__PIECE("</tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>"),
};

// Home Assistant takes the address for the camera's identity; without one it goes on only if the
// fault says "not implemented".
static ocel__onvif_fault get_interfaces(const ocel__onvif_request *r) {
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  ocel_onvif_network network;
  const bool known = camera->network(camera->ctx, &r->answer->local, &network);
  return known ? OCEL__FAULT_NONE : OCEL__FAULT_NO_INTERFACE;
}

#define PROTOCOL(name, port)                \
  "<tds:NetworkProtocols><tt:Name>" name    \
  "</tt:Name><tt:Enabled>true</tt:Enabled>" \
  "<tt:Port>" port "</tt:Port></tds:NetworkProtocols>"

static bool is_plain(const ocel__onvif_view *v) { return !v->answer->secure; }
static bool is_secure(const ocel__onvif_view *v) { return v->answer->secure; }

static const ocel__onvif_piece PROTOCOLS[] = {
    OCEL__PIECE("<tds:GetNetworkProtocolsResponse>"),
    OCEL__PIECE_IF(is_plain, PROTOCOL("HTTP", "{http_port}")),
    OCEL__PIECE_IF(is_secure, PROTOCOL("HTTPS", "{http_port}")),
    OCEL__PIECE(PROTOCOL("RTSP", "{rtsp_port}")),
    OCEL__PIECE_IF(has_tls, PROTOCOL("HTTPS", "{rtsps_port}")),
    OCEL__PIECE("</tds:GetNetworkProtocolsResponse>"),
};

static const ocel__onvif_piece GATEWAY[] = {
    OCEL__PIECE("<tds:GetNetworkDefaultGatewayResponse><tds:NetworkGateway>"),
    OCEL__PIECE_IF(has_gateway, "<tt:IPv4Address>{gateway}</tt:IPv4Address>"),
    OCEL__PIECE("</tds:NetworkGateway></tds:GetNetworkDefaultGatewayResponse>"),
};

#define DNS(from)                                                  \
  "<tt:DNS" from                                                   \
  "><tt:Type>IPv4</tt:Type><tt:IPv4Address>{dns}</tt:IPv4Address>" \
  "</tt:DNS" from ">"

static const ocel__onvif_piece NAME_SERVERS[] = {
    OCEL__PIECE("<tds:GetDNSResponse><tds:DNSInformation><tt:FromDHCP>{dhcp}</tt:FromDHCP>"),
    OCEL__PIECE_IF(has_leased_dns, DNS("FromDHCP")),
    OCEL__PIECE_IF(has_static_dns, DNS("Manual")),
    OCEL__PIECE("</tds:DNSInformation></tds:GetDNSResponse>"),
};

static const ocel__onvif_piece TIME_SERVERS[] = {
    OCEL__PIECE("<tds:GetNTPResponse><tds:NTPInformation><tt:FromDHCP>false</tt:FromDHCP>"),
    OCEL__PIECE_IF(
        has_ntp,
        "<tt:NTPManual><tt:Type>DNS</tt:Type><tt:DNSname>{ntp}</tt:DNSname></tt:NTPManual>"),
    OCEL__PIECE("</tds:NTPInformation></tds:GetNTPResponse>"),
};

static const ocel__onvif_piece HOSTNAME[] = {
    OCEL__PIECE(
        "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"),
    OCEL__PIECE_IF(has_hostname, "<tt:Name>{hostname}</tt:Name>"),
    OCEL__PIECE("</tds:HostnameInformation></tds:GetHostnameResponse>"),
};

static const ocel__onvif_action ACTIONS[] = {
    OCEL__ACTION("GetNetworkInterfaces", OCEL__READ_SYSTEM, get_interfaces, INTERFACES),
    OCEL__ACTION("GetNetworkProtocols", OCEL__READ_SYSTEM, NULL, PROTOCOLS),
    OCEL__ACTION("GetNetworkDefaultGateway", OCEL__READ_SYSTEM, NULL, GATEWAY),
    OCEL__ACTION("GetDNS", OCEL__READ_SYSTEM, NULL, NAME_SERVERS),
    OCEL__ACTION("GetNTP", OCEL__READ_SYSTEM, NULL, TIME_SERVERS),
    OCEL__ACTION("GetHostname", OCEL__PRE_AUTH, NULL, HOSTNAME),
};

const ocel__onvif_service OCEL__DEVICE_NETWORK = {"http://www.onvif.org/ver10/device/wsdl", ACTIONS,
                                                  sizeof ACTIONS / sizeof ACTIONS[0]};
