# SPDX-License-Identifier: Apache-2.0
"""Looks for cameras as Home Assistant does, and prints those that answer as JSON.

usage: onvif_discover.py [SCOPE]
"""

import json
import sys

from wsdiscovery import QName, Scope
from wsdiscovery.discovery import ThreadedWSDiscovery

search = ThreadedWSDiscovery(ttl=4)
search.start()
found = search.searchServices(
    types=[QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter", "dp0")],
    scopes=[Scope(text) for text in sys.argv[1:]] or None,
    timeout=1.5,
)
print(json.dumps([{"address": s.getEPR(), "xaddrs": s.getXAddrs(),
                   "scopes": [scope.getValue() for scope in s.getScopes()]} for s in found]))
search.stop()
