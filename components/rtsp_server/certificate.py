# SPDX-License-Identifier: Apache-2.0
"""The `tls:` block: RTSPS on a port of its own, and whose certificate it shows."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

import esphome.codegen as cg
from esphome.components import esp32
import esphome.config_validation as cv
from esphome.const import CONF_PORT
from esphome.core import CORE
from esphome.types import ConfigType

from . import library

CONF_CERTIFICATE = "certificate"
CONF_PRIVATE_KEY = "private_key"
PAIR = (CONF_CERTIFICATE, CONF_PRIVATE_KEY)

# At once, each with a socket that is no connection of the server yet.
HANDSHAKES = 2
RSA_BITS_LEAST = 2048
CURVES = (ec.SECP256R1, ec.SECP384R1)


def _pem(value: str | Path) -> bytes:
    """What stands in the YAML, or in the file that it names."""
    return value.read_bytes() if isinstance(value, Path) else value.encode()


def _source(value: object) -> str | Path:
    """PEM text as it is, else the path of a file."""
    text = cv.string_strict(value)
    source = text if "-----BEGIN " in text else cv.file_(text)
    if b"-----BEGIN " not in _pem(source):
        raise cv.Invalid(f"{value} has no PEM text: it begins with -----BEGIN")
    return source


def certificate(value: object) -> str | Path:
    source = _source(value)
    try:
        x509.load_pem_x509_certificates(_pem(source))
    except ValueError:
        raise cv.Invalid(
            "is no certificate: give PEM text with -----BEGIN CERTIFICATE-----, or a file with it"
        ) from None
    return source


def _load_key(source: str | Path) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(_pem(source), None)
    except TypeError:
        raise cv.Invalid(
            "is locked by a password; unlock it: openssl pkey -in KEY -out UNLOCKED"
        ) from None
    except ValueError:
        raise cv.Invalid(
            "is no private key: give PEM text with -----BEGIN PRIVATE KEY-----, or a file with it"
        ) from None


def private_key(value: object) -> str | Path:
    source = _source(value)
    key = _load_key(source)
    is_ec = isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, CURVES)
    is_rsa = isinstance(key, rsa.RSAPrivateKey) and key.key_size >= RSA_BITS_LEAST
    if not is_ec and not is_rsa:
        raise cv.Invalid(f"must be of P-256, P-384, or RSA with at least {RSA_BITS_LEAST} bits")
    return source


def _pair(config: ConfigType) -> ConfigType:
    if (CONF_CERTIFICATE in config) != (CONF_PRIVATE_KEY in config):
        raise cv.Invalid(
            "certificate and private_key go together: give both, or neither for one that the "
            "device makes"
        )
    if CONF_CERTIFICATE in config:
        first = x509.load_pem_x509_certificates(_pem(config[CONF_CERTIFICATE]))[0]
        key = _load_key(config[CONF_PRIVATE_KEY])
        if first.public_key() != key.public_key():
            raise cv.Invalid(
                "does not belong to the certificate: give the key that it was made with",
                path=[CONF_PRIVATE_KEY],
            )
    return config


def _empty(value: object) -> object:
    return {} if value is None else value


SCHEMA = cv.All(
    _empty,
    cv.Schema(
        {
            cv.Optional(CONF_PORT, default=322): cv.port,
            cv.Optional(CONF_CERTIFICATE): certificate,
            cv.Optional(CONF_PRIVATE_KEY): cv.sensitive(private_key),
        }
    ),
    _pair,
)


def _add_to_build() -> None:
    cg.add_define("USE_RTSP_SERVER_TLS")
    if not CORE.is_esp32:
        cg.add_build_flag(f"-I{library.ROOT / 'ports/mbedtls/include'}")
        return
    esp32.request_tls()
    esp32.require_mbedtls_tls_server()
    esp32.require_mbedtls_tls_extras(["CONFIG_MBEDTLS_SERVER_SSL_SESSION_TICKETS"])
    # The sessions' buffers lie in PSRAM.
    esp32.set_idf_sdkconfig_default("CONFIG_MBEDTLS_EXTERNAL_MEM_ALLOC", True)


def add(var: cg.MockObj, config: ConfigType) -> None:
    _add_to_build()
    cg.add(var.set_tls(config[CONF_PORT], HANDSHAKES))
    if CONF_CERTIFICATE in config:
        cg.add(var.set_certificate(*(_pem(config[name]).decode() for name in PAIR)))
