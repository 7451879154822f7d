// SPDX-License-Identifier: Apache-2.0
// Messages of WS-Discovery, in the order of its schema.
#include "discovery.h"

#define ROLE_ANONYMOUS OCEL__NS_ADDRESSING "/role/anonymous"
#define GROUP "urn:schemas-xmlsoap-org:ws:2005:04:discovery"

static const char HEAD[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<s:Envelope xmlns:s=\"" OCEL__NS_SOAP "\" xmlns:a=\"" OCEL__NS_ADDRESSING
    "\" xmlns:d=\"" OCEL__NS_DISCOVERY
    "\" xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\""
    " xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\"><s:Header>"
    "<a:MessageID>urn:uuid:{message_id}</a:MessageID>";

static const char SEQUENCE[] =
    "<d:AppSequence InstanceId=\"{instance}\" MessageNumber=\"{message_number}\"/></s:Header>"
    "<s:Body>";

#define ENDPOINT "<a:EndpointReference><a:Address>urn:uuid:{uuid}</a:Address></a:EndpointReference>"

// One address only: some clients take the whole list for one.
static const char DESCRIPTION[] = ENDPOINT
    "<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>{scopes}</d:Scopes>"
    "<d:XAddrs>{scheme}://{authority}/onvif/device_service</d:XAddrs>"
    "<d:MetadataVersion>1</d:MetadataVersion>";

static const char TAIL[] = "</s:Body></s:Envelope>\n";

#define TO_GROUP(name) "<a:To>" GROUP "</a:To><a:Action>" OCEL__NS_DISCOVERY "/" name "</a:Action>"
#define TO_SENDER(name)                                          \
  "<a:RelatesTo>{relates_to}</a:RelatesTo><a:To>" ROLE_ANONYMOUS \
  "</a:To>"                                                      \
  "<a:Action>" OCEL__NS_DISCOVERY "/" name "</a:Action>"

typedef struct {
  const char *address, *open, *description, *close;
} message_text;

static const message_text HELLO = {TO_GROUP("Hello"), "<d:Hello>", DESCRIPTION, "</d:Hello>"};
static const message_text BYE = {TO_GROUP("Bye"), "<d:Bye>", ENDPOINT, "</d:Bye>"};
static const message_text PROBE_MATCHES = {TO_SENDER("ProbeMatches"),
                                           "<d:ProbeMatches><d:ProbeMatch>", DESCRIPTION,
                                           "</d:ProbeMatch></d:ProbeMatches>"};
static const message_text RESOLVE_MATCHES = {TO_SENDER("ResolveMatches"),
                                             "<d:ResolveMatches><d:ResolveMatch>", DESCRIPTION,
                                             "</d:ResolveMatch></d:ResolveMatches>"};

static const message_text *const TEXTS[] = {[OCEL__HELLO] = &HELLO,
                                            [OCEL__BYE] = &BYE,
                                            [OCEL__PROBE_MATCHES] = &PROBE_MATCHES,
                                            [OCEL__RESOLVE_MATCHES] = &RESOLVE_MATCHES};

void ocel__discovery_write(ocel_wbuf *w, ocel__discovery_kind kind, const ocel__onvif_view *v) {
  const char *const parts[] = {HEAD,
                               TEXTS[kind]->address,
                               SEQUENCE,
                               TEXTS[kind]->open,
                               TEXTS[kind]->description,
                               TEXTS[kind]->close,
                               TAIL};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) ocel__onvif_expand(w, parts[i], v);
}
