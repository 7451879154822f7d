// SPDX-License-Identifier: Apache-2.0
// A SOAP 1.2 message (W3C SOAP 1.2 part 1) as it comes in: which element its body has, and the few
// values that any of our services or WS-Discovery wants. All else is skipped.
#ifndef OCEL_ONVIF_SOAP_H
#define OCEL_ONVIF_SOAP_H

#include "ocel/xml.h"

#define OCEL__NS_SOAP "http://www.w3.org/2003/05/soap-envelope"
#define OCEL__NS_WSSE \
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
#define OCEL__NS_WSU \
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
#define OCEL__NS_ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define OCEL__NS_DISCOVERY "http://schemas.xmlsoap.org/ws/2005/04/discovery"

// Values that are wanted. In the header each may be there once; in the body the first one counts.
// X(enumerator, element, its namespace or NULL for any, in the header?, attribute or NULL)
#define OCEL__SOAP_FIELDS(X)                                      \
  X(USERNAME, "Username", OCEL__NS_WSSE, true, NULL)              \
  X(PASSWORD, "Password", OCEL__NS_WSSE, true, NULL)              \
  X(PASSWORD_TYPE, "Password", OCEL__NS_WSSE, true, "Type")       \
  X(NONCE, "Nonce", OCEL__NS_WSSE, true, NULL)                    \
  X(CREATED, "Created", OCEL__NS_WSU, true, NULL)                 \
  X(MESSAGE_ID, "MessageID", OCEL__NS_ADDRESSING, true, NULL)     \
  X(TYPES, "Types", OCEL__NS_DISCOVERY, false, NULL)              \
  X(SCOPES, "Scopes", OCEL__NS_DISCOVERY, false, NULL)            \
  X(MATCH_BY, "Scopes", OCEL__NS_DISCOVERY, false, "MatchBy")     \
  X(ADDRESS, "Address", OCEL__NS_ADDRESSING, false, NULL)         \
  X(PROFILE_TOKEN, "ProfileToken", NULL, false, NULL)             \
  X(CONFIGURATION_TOKEN, "ConfigurationToken", NULL, false, NULL) \
  X(SOURCE_TOKEN, "VideoSourceToken", NULL, false, NULL)          \
  X(TOKEN, "Token", NULL, false, NULL)                            \
  X(EDITED, "Configuration", NULL, false, "token")                \
  X(CATEGORY, "Category", NULL, false, NULL)                      \
  X(INCLUDE_CAPABILITY, "IncludeCapability", NULL, false, NULL)   \
  X(STREAM, "Stream", NULL, false, NULL)                          \
  X(PROTOCOL, "Protocol", NULL, false, NULL)                      \
  X(ENCODING, "Encoding", NULL, false, NULL)                      \
  X(WIDTH, "Width", NULL, false, NULL)                            \
  X(HEIGHT, "Height", NULL, false, NULL)                          \
  X(FRAME_RATE, "FrameRateLimit", NULL, false, NULL)              \
  X(BITRATE, "BitrateLimit", NULL, false, NULL)                   \
  X(GOV_LENGTH, "GovLength", NULL, false, NULL)                   \
  X(GOV_LENGTH_2, "Configuration", NULL, false, "GovLength")      \
  X(DISCOVERY_MODE, "DiscoveryMode", NULL, false, NULL)           \
  X(DATE_TIME_TYPE, "DateTimeType", NULL, false, NULL)            \
  X(HOUR, "Hour", NULL, false, NULL)                              \
  X(MINUTE, "Minute", NULL, false, NULL)                          \
  X(SECOND, "Second", NULL, false, NULL)                          \
  X(YEAR, "Year", NULL, false, NULL)                              \
  X(MONTH, "Month", NULL, false, NULL)                            \
  X(DAY, "Day", NULL, false, NULL)

typedef enum {
#define OCEL_X(id, element, uri, header, attribute) OCEL__SOAP_##id,
  OCEL__SOAP_FIELDS(OCEL_X)
#undef OCEL_X
      OCEL__SOAP_FIELD_COUNT
} ocel__soap_field;

enum {
  OCEL__SOAP_SIZE = 8192,
  OCEL__SOAP_TEXT = 1536,    // bytes of all values that are kept
  OCEL__SOAP_PREFIXES = 12,  // declarations of namespaces that are remembered
};

typedef struct {
  ocel_span prefix, uri;
} ocel__soap_prefix;

// One message. Spans point into `text`.
typedef struct {
  ocel_span uri, action;                          // of the body's element
  ocel_span field[OCEL__SOAP_FIELD_COUNT];        // trimmed; {NULL,0}: not there
  ocel__soap_prefix prefix[OCEL__SOAP_PREFIXES];  // the last declaration of each
  uint8_t prefix_n;
  // While reading:
  uint8_t depth, wanted_depth;
  bool in_header, in_body, doubled;
  uint8_t wanted;       // the field whose text comes; OCEL__SOAP_FIELD_COUNT: none
  const char *element;  // with wanted attributes, whose attributes come; NULL: none
  size_t text_n;
  uint8_t text[OCEL__SOAP_TEXT];
} ocel__soap;

// OCEL_ERR_SYNTAX also for XML that is no SOAP 1.2 message with one element in its body;
// OCEL_ERR_UNSUPPORTED for an envelope of another version; OCEL_ERR_SPACE also for more text than
// any of our clients sends.
OCEL_MUST_USE ocel_err ocel__soap_read(ocel_xml_reader *read, ocel_span document, ocel__soap *out);

// True if the field is there and says exactly `text`.
bool ocel__soap_is(const ocel__soap *s, ocel__soap_field field, const char *text);

// Its value as a decimal number of at most nine digits; `fallback` if it is not there or none.
int32_t ocel__soap_number(const ocel__soap *s, ocel__soap_field field, int32_t fallback);

// Takes the next word of a list (XML Schema: separated by white space); empty at its end.
ocel_span ocel__soap_word(ocel_span *list);

// The namespace that the prefix of a qualified name stands for, and its local part behind it.
ocel_span ocel__soap_namespace(const ocel__soap *s, ocel_span qname, ocel_span *local);

#endif
