"""What is particular to one kind of back-end: the tables of a manifest that are named like the kinds."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from adapters.toml_tables import regular_expression

MAPPED_KINDS = frozenset({"sql", "rest", "soap", "odata", "fhir", "graphql", "zgw", "ldap", "arcgis", "files", "documents"})
"""Kinds that ask only what the manifest's questions say and read it by its maps. Others, a third party's too, may know by themselves."""


class Open311(Struct, frozen=True, kw_only=True):
    """What differs at an Open311 server (open311)."""

    jurisdiction: str = ""
    format: Literal["json", "xml"] = "json"
    discovery: str = ""
    """Path or address of the discovery document; the production endpoint that it names is then asked."""
    days: Annotated[int, Meta(ge=1, le=3660)] = 90
    """How far back a person's or an area's requests are asked for. GeoReport v2 limits a call to 90 days."""
    radius: Annotated[int, Meta(ge=1)] = 100
    """Metres around a place."""
    page_size: Annotated[int, Meta(ge=0)] = 0
    """0: as many as the server gives."""
    omit_timezone: bool = False
    accept_encoding: str = "gzip"


Meaning = Literal["not_found", "forbidden", "sign_in_needed", "rate_limited", "rejected", "conflict", "server_error"]
"""What a department's own error can mean here."""


class Soap(Struct, frozen=True, kw_only=True):
    """Where a SOAP service is described, and what its faults mean (soap)."""

    wsdl: str = "?wsdl"
    """The WSDL: a file (``{site}`` is the site's folder), an address, or what follows ``address``."""
    service: str = ""
    port: str = ""
    """Which of several; empty is the first that speaks SOAP over HTTP, 1.1 or 1.2."""
    faults: dict[str, Meaning] = {}
    """Regular expression of a fault's code, subcode, detail element or text, to what it means here."""

    def __post_init__(self) -> None:
        for pattern in self.faults:
            regular_expression(pattern, "faults", pattern)


class OData(Struct, frozen=True, kw_only=True):
    """What an OData service can do besides (odata)."""

    batch: bool = False
    """Several [[records]] questions go in one round trip ($batch in JSON)."""


class GraphQL(Struct, frozen=True, kw_only=True):
    """What a GraphQL server's errors mean (graphql)."""

    errors: dict[str, Meaning] = {}
    """Regular expression of an error's code (``extensions.code``) or message, to what it means here."""

    def __post_init__(self) -> None:
        for pattern in self.errors:
            regular_expression(pattern, "errors", pattern)


class Ldap(Struct, frozen=True, kw_only=True):
    """How a directory is reached (ldap)."""

    start_tls: bool = True
    """An ldap:// address is secured by StartTLS; without, only on this machine."""
