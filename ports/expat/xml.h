// SPDX-License-Identifier: Apache-2.0
// XML read by Expat, for ocel/xml.h: Debian's libexpat1-dev, Espressif's component `expat`.
#ifndef OCEL_EXPAT_XML_H
#define OCEL_EXPAT_XML_H

#include "ocel/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

/// An ocel_xml_reader. Several may run at once. Expat allocates, and frees all before it returns.
ocel_err ocel_expat_read(ocel_span document, const ocel_xml_limits *limits,
                         const ocel_xml_listener *listener, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
