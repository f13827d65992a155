"""TLS as departments are reached by it: 1.2 or later, always verified, with no off-switch.

Whom the operating system trusts is trusted, as truststore reads it there, unless a manifest names a file of authorities: then
those alone are. A department that wants to know the desk is shown a certificate, whose key is a file that the keyring opens.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable

from msgspec import Struct

from adapters import pem
from adapters.contract import DepartmentError, SignInNeeded, Unavailable


class Tls(Struct, frozen=True, kw_only=True):
    """Whom to trust and what to show; ``{site}`` is the site's folder."""

    authorities: str = ""
    """File of the only authorities that are trusted, in PEM; empty: those of the operating system."""
    certificate: str = ""
    """File of the desk's own certificate with its chain, in PEM."""
    key: str = ""
    """File of the certificate's private key, in PEM, encrypted."""
    credential: str = ""
    """Name, in the OS keyring, of the pass phrase that opens the key."""

    def __post_init__(self) -> None:
        given = [bool(each) for each in (self.certificate, self.key, self.credential)]
        if any(given) and not all(given):
            raise ValueError("a client certificate needs certificate and key (files in PEM) and credential (what opens the key)")


def problem(tls: Tls) -> tuple[str, str] | None:
    """The key of ``tls`` whose file can't be used, and why; None where all is well."""
    named = {key: getattr(tls, key) for key in ("authorities", "certificate", "key")}
    return pem.problem({key: file for key, file in named.items() if file})


def make_context(tls: Tls, secret: Callable[[str], str | None]) -> ssl.SSLContext:
    """A client's context. ``secret`` gives the keyring's entry of a name, and may block. Raises SignInNeeded or Unavailable."""
    import truststore

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if tls.authorities else truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if tls.authorities:
        try:
            context.load_verify_locations(tls.authorities)
        except OSError as error:
            raise Unavailable(f"tls.authorities can't be read: {error.strerror or type(error).__name__}") from None
    if tls.certificate:
        phrase = secret(tls.credential)
        if phrase is None:
            raise SignInNeeded("the keyring has none of the name in tls.credential", key="no_credential")
        try:
            context.load_cert_chain(tls.certificate, tls.key, phrase)
        except OSError:  # an SSLError is one, too
            raise SignInNeeded("the credential does not open tls.key, or it is not the key of tls.certificate") from None
    return context


def told(error: ssl.SSLError, host: str) -> DepartmentError:
    """What a failure of TLS with ``host`` means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unavailable(f"the certificate of {host} is refused: {error.verify_message}", key="not_trusted")
    reason = error.reason or type(error).__name__
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason or "ACCESS_DENIED" in reason):
        return SignInNeeded("it misses a client certificate (tls.certificate), or does not take the one that was shown")
    return Unavailable(f"no TLS with {host}: {reason}")
