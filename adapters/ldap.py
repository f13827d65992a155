"""The kind ``ldap``: a directory of staff or organisations, asked by the search filters of its manifest (LDAP 3, RFC 4511).

A ``[[find]]``, ``[[records]]`` or ``[[lookup]]`` has a ``base``, a ``scope`` and a ``filter``. Values in a filter are escaped (RFC
4515), in a base as a part of a name (RFC 4514); a base that is ``{subject}`` alone is a whole name, as ``dn`` gives it. The maps read
attributes by their names, in upper or lower case; one with several values is a list. Only what the maps read is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ldap3 import BASE, DEREF_NEVER, LEVEL, SUBTREE
from ldap3.core.exceptions import LDAPExceptionError
from ldap3.operation.search import parse_filter
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn

from adapters.contract import BadAnswer, CallContext, Health, SignInNeeded
from adapters.ldap_session import INVALID_DN, NO_SUCH_OBJECT, PORTS, SIZE_LIMIT, SUCCESS, Sessions
from adapters.manifest import Manifest, values_in
from adapters.manifest_requests import Request
from adapters.questions import QuestionsDepartment, questions, unused
from adapters.sources import fields_read
from adapters.templates import fill, names_in
from adapters.toml_tables import Place
from adapters.transport import Transport, on_this_machine

if TYPE_CHECKING:
    from ldap3 import Connection

_SCOPES = {"base": BASE, "one": LEVEL, "subtree": SUBTREE}
_WELL = frozenset({SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT, INVALID_DN})
_PAGE = 200
"""Entries of one page: few servers give more than 500 or 1,000 at once."""
_PAGED = "1.2.840.113556.1.4.319"
_ABOUT = ["vendorName", "vendorVersion", "objectClass"]


class LdapDepartment(QuestionsDepartment):
    """A directory. Its calls get threads of their own."""

    def __init__(self, manifest: Manifest, transport: Transport) -> None:
        super().__init__(manifest, transport)
        sources = [source for _, value in values_in((manifest.person, manifest.record), ()) for source in value.sources()]
        self._attributes = sorted({name for source in sources for name in fields_read(source)} - {"dn"})
        self._sessions = Sessions(
            manifest.address, manifest.auth.user, _start_tls(manifest), transport.secured, manifest.limits.bytes, manifest.concurrent
        )
        # One more than is taken tells that there are more.
        self._most = {id(each): manifest.limits.records + 1 for each in (*manifest.records, *manifest.lookup)}
        self._most |= {id(each): manifest.limits.people + 1 for each in manifest.find}

    def check(self, ctx: CallContext) -> Health:
        """Bind, and read what the server says of itself."""
        started = time.monotonic()
        self._with_credential(ctx)
        about: dict[str, list[str]] = {}

        def ask(connection: Connection) -> dict[str, Any]:
            connection.search("", "(objectClass=*)", BASE, attributes=_ABOUT)
            for entry in _entries(connection, _ABOUT):
                about.update(entry)
            return dict(connection.result)

        self._sessions.ask(ctx, ask, _WELL)
        classes = about.get("objectClass", [])
        name = " ".join(about.get("vendorName", [])[:1] + about.get("vendorVersion", [])[:1])
        name = name or ("OpenLDAP" if "OpenLDAProotDSE" in classes else "LDAP")
        return Health((time.monotonic() - started) * 1000, name[:40])

    def close(self) -> None:
        self._sessions.close()

    def _asked(self, question: Request, values: dict[str, str], ctx: CallContext) -> Iterator[dict[str, Any]]:
        """Entries as ``{attribute: [values], "dn": name}``. A base that is no name, or of nothing, has none."""
        self._with_credential(ctx)
        filled = fill(question.filter, values, escape_filter_chars)
        base = values["subject"] if question.base == "{subject}" else fill(question.base, values, escape_rdn)
        if not filled or (question.base and not base):
            return
        most = self._most[id(question)]
        found: list[dict[str, Any]] = []

        def ask(connection: Connection) -> dict[str, Any]:
            """All pages on one connection, as servers give them (RFC 2696)."""
            found.clear()
            cookie: bytes | None = None
            while True:
                size = None if question.scope == "base" else min(_PAGE, most - len(found))
                scope = _SCOPES[question.scope]
                connection.search(base, filled, scope, DEREF_NEVER, self._attributes, paged_size=size, paged_cookie=cookie)
                found.extend(_entries(connection, self._attributes))
                result = dict(connection.result)
                cookie = ((result.get("controls") or {}).get(_PAGED) or {}).get("value", {}).get("cookie")
                if not cookie or len(found) >= most:
                    return result

        result = self._sessions.ask(ctx, ask, _WELL)
        if result["result"] == SIZE_LIMIT and len(found) < most:
            raise BadAnswer(f"the directory gives no more than {len(found)} entries: set limits below that", key="too_large")
        yield from found

    def _with_credential(self, ctx: CallContext) -> None:
        if self._manifest.auth.type == "basic" and not ctx.credential:
            # A bind with a name and no password succeeds as nobody (RFC 4513, 5.1.2).
            raise SignInNeeded("the keyring has none of the name in the manifest", key="no_credential")

    def _problems(self) -> Iterator[tuple[Place, str]]:
        manifest = self._manifest
        yield from _address_problems(manifest)
        yield from unused(manifest, ("items", "paging", "path", "query", "headers", "body", "method"), "base, scope and filter")
        if manifest.auth.type not in ("none", "basic"):
            yield ("auth", "type"), 'kind ldap signs in with type = "basic" and user = the name to bind as'
        for place, question in questions(manifest):
            if place == ("check",):
                if question.filter or question.base:
                    yield place, "kind ldap is reached by binding: take [check] out"
                continue
            if not question.filter:
                yield place, 'a filter is needed: write filter = "(sn={family}*)" or its like'
            elif words := _no_filter(question.filter):
                yield (*place, "filter"), words
            if not (names_in(question.filter) | names_in(question.base)) - {"today", "since"}:
                yield (*place, "filter"), "neither filter nor base names a {value}: everybody would be asked for"


def _start_tls(manifest: Manifest) -> bool:
    return urlsplit(manifest.address).scheme == "ldap" and manifest.ldap.start_tls


def _address_problems(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    address = urlsplit(manifest.address)
    try:
        good = address.scheme in PORTS and bool(address.hostname) and address.port != 0 and address.path in ("", "/")
    except ValueError:
        good = False
    if not good:
        yield ("address",), "address is none of a directory: write ldaps://host, or ldap://host, which is secured by StartTLS"
    elif "@" in address.netloc:
        yield ("address",), "address holds a user name: write it as auth.user, and put the password into the keyring"
    elif not manifest.ldap.start_tls and address.scheme == "ldap" and not on_this_machine(address.hostname):
        yield ("ldap", "start_tls"), "a directory on another machine is asked by TLS only: take start_tls = false out"


def _no_filter(template: str) -> str:
    """What is wrong with a filter, in words; empty when nothing is."""
    example = fill(template, dict.fromkeys(names_in(template), "2026-11-24"), lambda text: text or "x")
    try:
        parse_filter(example or "x", None, False, True, None, False)
    except LDAPExceptionError:
        return f'"{template}" is no search filter: write "(&(objectClass=person)(sn={{family}}*))" or its like'
    return ""


def _entries(connection: Connection, attributes: list[str]) -> list[dict[str, Any]]:
    """What a search found, attributes under the names that the manifest uses. References to other servers are left out."""
    spelling = {name.lower(): name for name in attributes}
    found = []
    for entry in connection.response or ():
        if entry.get("type") != "searchResEntry":
            continue
        item: dict[str, Any] = {"dn": entry["dn"]}
        for name, several in entry["raw_attributes"].items():
            if several:
                item[spelling.get(name.lower(), name)] = [_text(name, value) for value in several]
        found.append(item)
    return found


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise BadAnswer(f"the attribute {name[:40]} is no text", key="mapping") from None
