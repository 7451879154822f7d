// SPDX-License-Identifier: Apache-2.0
// Reading of XML with namespaces, which a port lends to the core as a hash function is lent:
// ports/expat has it. The text comes from strangers, so a reader keeps these promises:
// a document type declaration ends it before any entity is looked at; nothing outside of the
// document is read; its memory is bounded by the document's size.
#ifndef OCEL_XML_H
#define OCEL_XML_H

#include "ocel/err.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What a document may have; one that has more is refused where that shows.
typedef struct {
  size_t size;          ///< Bytes.
  uint16_t depth;       ///< Elements inside each other, the root counted.
  uint16_t elements;    ///< In all.
  uint16_t attributes;  ///< Of one element, declarations of namespaces not counted.
} ocel_xml_limits;

/// Whom a reader tells, in the document's order. Each returns false to end the reading. All spans
/// are UTF-8 and valid during the call only.
typedef struct {
  /// A prefix (empty: no prefix) stands for `uri` in the element that is opened next, and inside
  /// it. May be NULL.
  bool (*declared)(void *ctx, ocel_span prefix, ocel_span uri);
  bool (*opened)(void *ctx, ocel_span uri, ocel_span name);  ///< `uri` is empty for no namespace.
  /// Of the element that was opened last. Its own namespace, if it has one, is not told.
  bool (*attribute)(void *ctx, ocel_span name, ocel_span value);
  bool (*text)(void *ctx, ocel_span text);  ///< A piece of it; entities are replaced.
  bool (*closed)(void *ctx);                ///< The innermost element that is open.
} ocel_xml_listener;

/// Reads one whole document in UTF-8; nothing is kept.
///
/// @return OCEL_OK; OCEL_ERR_SYNTAX if it is not well-formed, or has a document type declaration;
///         OCEL_ERR_SPACE beyond a limit, or out of memory; OCEL_ERR_STATE if the listener ended
///         it.
typedef ocel_err ocel_xml_reader(ocel_span document, const ocel_xml_limits *limits,
                                 const ocel_xml_listener *listener, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
