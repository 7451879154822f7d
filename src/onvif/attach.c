// SPDX-License-Identifier: Apache-2.0
#include "action.h"

ocel_err ocel_onvif_attach(ocel_onvif *onvif, ocel_server *srv) {
  // An action says itself who may do it, and proves that in its body.
  onvif->route = (ocel_http_route){.path = "/onvif/",
                                   .prefix = true,
                                   .methods = OCEL_HTTP_POSTS,
                                   .least = OCEL_ROLE_NONE,
                                   .handler = ocel__onvif_handle,
                                   .ctx = onvif};
  return ocel_server_add_route(srv, &onvif->route);
}
