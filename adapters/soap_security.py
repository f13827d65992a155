"""Shows the credential within a SOAP message (WS-Security 1.1): a user name token, as text or digest, or a signature.

The signature needs the package xmlsec (``pip install civicdesk[signature]``); it is RSA with SHA-256 over the body and the time.
The private key's file is encrypted, and the credential in the keyring is its pass phrase.
"""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime, timedelta

from lxml import etree

from adapters import pem
from adapters.contract import SignInNeeded
from adapters.manifest import Auth

_VALID = timedelta(minutes=5)
"""How long a message is good for, as services commonly allow."""


def problem(auth: Auth) -> tuple[str, str] | None:
    """The key of ``auth`` that can't be used, and why; None where all is well."""
    if auth.type != "signature":
        return None
    if importlib.util.find_spec("xmlsec") is None:
        return "type", "a signature needs the package xmlsec: pip install civicdesk[signature]"
    return pem.problem({"key": auth.key, "certificate": auth.certificate})


def secured(envelope: etree._Element, auth: Auth, secret: str, now: datetime | None = None) -> etree._Element:
    """The envelope with its security header, as ``auth`` says. Raises SignInNeeded where the secret does not open the key."""
    from zeep.wsse.utils import WSU, get_security_header, get_timestamp

    now = now or datetime.now(UTC)
    times = (get_timestamp(moment, zulu_timestamp=True) for moment in (now, now + _VALID))
    time = WSU.Timestamp(*(make(text) for make, text in zip((WSU.Created, WSU.Expires), times, strict=True)))
    if auth.type == "wsse":
        from zeep.wsse.username import UsernameToken

        token = UsernameToken(auth.user, secret, use_digest=auth.digest, zulu_timestamp=True, timestamp_token=time)
        token.apply(envelope, {})
        return envelope
    import xmlsec
    from zeep.wsse.signature import BinarySignature

    get_security_header(envelope).append(time)
    try:
        signature = BinarySignature(auth.key, auth.certificate, secret, xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256)
        signature.apply(envelope, {})
    except (OSError, xmlsec.Error):
        raise SignInNeeded("the credential does not open the private key of auth.key, or auth.certificate can't be read") from None
    return envelope
