# SPDX-License-Identifier: Apache-2.0
"""ONVIF's schemas, as the Python package `onvif` carries them, and answers checked against them."""

import urllib.request
from pathlib import Path

import onvif
from lxml import etree

WSDL = Path(onvif.__file__).parent / "wsdl"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
_FILES = {DEVICE: "devicemgmt.wsdl", MEDIA: "media.wsdl"}


def _schema(service: str) -> etree.XMLSchema:
    """The schema inside a service's WSDL; what it imports lies beside it."""
    tree = etree.parse(str(WSDL / _FILES[service]))
    schema = tree.find(".//{http://www.w3.org/2001/XMLSchema}schema")
    text = etree.tostring(schema)
    return etree.XMLSchema(etree.fromstring(text, base_url=str(WSDL / "schema.xsd")))


class Asker:
    """Sends actions without credentials, and gives the body's element once it is valid."""

    def __init__(self, authority: str):
        self._url = f"http://{authority}/onvif/anything"
        self._schemas: dict[str, etree.XMLSchema] = {}

    def post(self, text: str) -> bytes:
        request = urllib.request.Request(self._url, text.encode(),
                                         {"Content-Type": "application/soap+xml; charset=utf-8"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def ask(self, service: str, action: str, inside: str = "") -> etree._Element:
        text = (f'<s:Envelope xmlns:s="{SOAP}"><s:Body><n:{action} xmlns:n="{service}" '
                f'xmlns:tt="http://www.onvif.org/ver10/schema">{inside}</n:{action}></s:Body>'
                f'</s:Envelope>')
        element = etree.fromstring(self.post(text)).find(f"{{{SOAP}}}Body")[0]
        assert element.tag == f"{{{service}}}{action}Response"
        if service not in self._schemas:
            self._schemas[service] = _schema(service)
        self._schemas[service].assertValid(element)
        return element
