"""What a back-end says of itself that it can be asked: read from an OpenAPI file, $metadata, a WSDL or a database's catalogue.

It is what a manifest is proposed from, and is never needed to ask a department whose manifest is written.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from adapters.contract import BadAnswer, CallContext
from adapters.manifest import Auth
from adapters.transport import HttpRequest, Transport

LeafType = Literal["text", "number", "date", "yes_no", "list"]


class Leaf(Struct, frozen=True):
    """One value of an answer. ``path`` is how a manifest names it (a JMESPath, a column); ``samples`` are values seen, or examples."""

    path: str
    type: LeafType = "text"
    samples: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    """All values that it can have, where the description says so."""
    about: str = ""
    """What the description says of it."""


class Parameter(Struct, frozen=True):
    """One thing that a question can be narrowed by. ``place`` ``column``: any comparison is possible (a table)."""

    name: str
    place: Literal["query", "path", "header", "body", "column"]
    required: bool = False
    about: str = ""


class Operation(Struct, frozen=True):
    """One question that can be asked: a path with its method, an entity set, an operation of a WSDL, or a table."""

    name: str
    path: str
    leaves: tuple[Leaf, ...]
    parameters: tuple[Parameter, ...] = ()
    items: str = ""
    """Where the list stands in the answer."""
    many: bool = True
    """It answers with a list."""
    refers_to: tuple[tuple[str, str], ...] = ()
    """Column and table that it points to (a foreign key)."""
    keys: tuple[str, ...] = ()
    """What identifies an item."""


class Description(Struct, frozen=True):
    """All that a back-end can be asked, and how it wants credentials shown, as keys of a manifest's ``auth``."""

    title: str
    operations: tuple[Operation, ...]
    auth: dict[str, str] = {}
    address: str = ""
    """Where the description says that it is served; empty where it does not."""


class Given(Struct, frozen=True):
    """Where a back-end is, where it describes itself (a file or an address; empty: the usual place), and how a credential is shown."""

    address: str
    source: str = ""
    auth: Auth = Auth()


MOST_BYTES = 20_000_000


def document(given: Given, source: str, transport: Transport, ctx: CallContext) -> bytes:
    """The bytes of a description: of a file, or of an address. A credential goes to the department's own host only.

    Raises DepartmentError; BadAnswer ``mapping`` where the file can't be read.
    """
    if urlsplit(source).scheme not in ("http", "https"):
        try:
            return Path(source).expanduser().read_bytes()
        except OSError as error:
            raise BadAnswer(f"{source} can't be read: {error.strerror}", key="mapping") from None
    headers = {"accept": "application/json, application/yaml, application/xml, */*"}
    if ctx.credential and urlsplit(source)[:2] == urlsplit(given.address)[:2]:
        headers |= _shown(given.auth, ctx.credential)
    return transport.send(HttpRequest("GET", source, headers), ctx, max_bytes=MOST_BYTES).body


def _shown(auth: Auth, secret: str) -> dict[str, str]:
    if auth.type == "bearer":
        return {"authorization": f"Bearer {secret}"}
    if auth.type == "basic":
        return {"authorization": "Basic " + base64.b64encode(f"{auth.user}:{secret}".encode()).decode()}
    return {auth.header.lower(): secret} if auth.type == "api_key" and not auth.parameter else {}
