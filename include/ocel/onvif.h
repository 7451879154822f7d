// SPDX-License-Identifier: Apache-2.0
// The camera as ONVIF clients see it: the device service and both media services (ver10 and
// ver20), by SOAP 1.2 on every path below /onvif/ of the server's HTTP (ocel/http_route.h).
//
//   ocel_onvif_defaults(&cfg);  cfg.stream = ...;
//   ocel_onvif_init(&onvif, &cfg);
//   ocel_onvif_attach(&onvif, srv);
//
// Everything that is told comes from the texts and functions of the configuration when it is asked
// for. Called in the server's thread only.
#ifndef OCEL_ONVIF_H
#define OCEL_ONVIF_H

#include "ocel/http_route.h"
#include "ocel/onvif_camera.h"
#include "ocel/xml.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What a client may prove to be, by WS-UsernameToken (WSS 1.1) as by HTTP. Both texts must outlive
/// the service: SOAP's digest needs the password itself.
typedef struct {
  const char *username, *password;  ///< NULL: there is no such user.
  ocel_role role;
} ocel_onvif_user;

#define OCEL_ONVIF_USERS 2u

/// All that is told and done. Texts are UTF-8, must outlive the service, and are at most
/// OCEL_ONVIF_TEXT_MAX bytes.
typedef struct {
  ocel_xml_reader *read_xml;  ///< ports/expat has one.
  ocel_hash_fn *hash;         ///< With SHA-1; needed for users only.
  void *hash_ctx;
  ocel_onvif_user user[OCEL_ONVIF_USERS];  ///< None (default): all may look, and watch.
  bool unlocked;  ///< Without users, everybody may change settings too. False.
  /// How old or early a password's digest may be, seconds. It is not looked at while the clock is
  /// not known to be right. 300.
  uint32_t skew_max;
  ocel_onvif_camera camera;
} ocel_onvif_config;

void ocel_onvif_defaults(ocel_onvif_config *cfg);

/// Answers under way at once; a further one gets 503.
#define OCEL_ONVIF_ANSWERS 6u
/// Digests that are remembered, so that none is taken twice.
#define OCEL_ONVIF_NONCES 32u
/// Addresses that lately sent wrong passwords.
#define OCEL_ONVIF_SUSPECTS 8u

/// One answer under way. Fields are private.
typedef struct {
  struct ocel_onvif *service;  // NULL: free
  const struct ocel__onvif_action *action;
  uint8_t fault, transport, categories, item;  // item: number of the one stream or source, or all
  bool secure, with_capabilities, clock_manual;
  ocel_addr local;
  int64_t utc;
  char host[72];  // name or address, and port, as the client knows them
} ocel_onvif_answer;

/// The service. Fields are private.
typedef struct ocel_onvif {
  ocel_onvif_config cfg;
  ocel_onvif_answer answer[OCEL_ONVIF_ANSWERS];
  struct {
    uint8_t digest[16];
    int64_t until;  // seconds since 1970; 0: free
  } nonce[OCEL_ONVIF_NONCES];
  uint8_t next_nonce;
  struct {
    ocel_addr peer;
    uint32_t failures;
    ocel_us last;
  } suspect[OCEL_ONVIF_SUSPECTS];
  uint32_t requests, faults, denials;
  ocel_http_route route;
} ocel_onvif;

/// @return OCEL_OK; OCEL_ERR_CONFIG if a function or text that is needed is missing, a text is too
///         long, or a user is there without a hash.
OCEL_MUST_USE ocel_err ocel_onvif_init(ocel_onvif *onvif, const ocel_onvif_config *cfg);

/// Adds the route /onvif/ to a server, which `onvif` must outlive.
/// @return What ocel_server_add_route does.
OCEL_MUST_USE ocel_err ocel_onvif_attach(ocel_onvif *onvif, ocel_server *srv);

#ifdef __cplusplus
}
#endif
#endif
