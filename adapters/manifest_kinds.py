"""What is particular to one kind of back-end: the tables of a manifest that are named like the kinds."""

from __future__ import annotations

import codecs
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


class Column(Struct, frozen=True):
    """A column of a file that does not name its own; ``start`` (from 1) and ``width`` count characters of a line of fixed width."""

    name: Annotated[str, Meta(min_length=1)]
    start: Annotated[int, Meta(ge=0)] = 0
    width: Annotated[int, Meta(ge=0)] = 0


class Drop(Struct, frozen=True, kw_only=True):
    """How one kind of file is written."""

    file: Annotated[str, Meta(min_length=1)]
    """The form of its name, ``people-*.csv``: of several files the newest counts."""
    format: Literal["", "delimited", "sheet", "fixed"] = ""
    """Empty: by the file's name, and ``fixed`` where columns have a width."""
    encoding: str = "utf-8"
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Meta(max_length=1)] = '"'
    sheet: str = ""
    """Of a spreadsheet; empty is the first."""
    skip: Annotated[int, Meta(ge=0)] = 0
    """Lines before the heading, or before the first row."""
    columns: tuple[Column, ...] = ()
    """Where the file has no heading."""

    def __post_init__(self) -> None:
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise ValueError(f'encoding "{self.encoding}" is unknown: write utf-8, cp1252, latin-1 or their like') from None
        if self.is_fixed and not all(each.start and each.width for each in self.columns):
            raise ValueError("lines of fixed width need a start and a width for every column")
        if self.format == "fixed" and not self.columns:
            raise ValueError("lines of fixed width need columns = [{ name = ..., start = 1, width = 8 }, ...]")

    @property
    def is_fixed(self) -> bool:
        return self.format == "fixed" or (not self.format and any(each.width for each in self.columns))


class Files(Struct, frozen=True, kw_only=True):
    """Which files a department drops, and how old they may be (files)."""

    tables: dict[str, Drop] = {}
    """By the name under which ``sql`` reads them."""
    stale_hours: Annotated[float, Meta(ge=0)] = 0
    """From which age on the desk says that a drop is old; 0: never."""
    look_every: Annotated[float, Meta(ge=0, le=86_400)] = 60
    """Seconds between two looks for newer files."""
    host_key: Annotated[str, Meta(pattern=r"^(SHA256:[A-Za-z0-9+/]{43})?\Z", description='what ssh-keygen -lf tells: "SHA256:..."')] = ""
    """Fingerprint of the SFTP server's key."""


class Zgw(Struct, frozen=True, kw_only=True):
    """What the Dutch case APIs are asked for besides (zgw)."""

    resolve: tuple[Annotated[str, Meta(pattern=r"^\w+(\.\w+)*\Z", description='keys such as "status.statustype"')], ...] = ()
    """Keys of a resource that hold the address of another, which is read along and put under ``_expand``."""
    apis: tuple[Annotated[str, Meta(pattern=r"^https?://[^/\s@]+")], ...] = ()
    """Addresses of other hosts' APIs (Catalogi, Documenten) that take the same token."""


class Documents(Struct, frozen=True, kw_only=True):
    """Which protocol a store of documents speaks, and whose documents they are (documents)."""

    speaks: Literal["webdav", "s3", "cmis"] = "webdav"
    of: str = ""
    """The department whose persons' keys ``{subject}`` is; empty: this one's own [[find]] tells them."""
    region: str = "us-east-1"
    """What requests are signed for (s3)."""
