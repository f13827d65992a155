"""A department's manifest: one TOML file that says what the department is, how it is asked and what its words mean.

``load_manifest`` returns a validated Manifest or raises ManifestError, whose problems each name file, line and what to
write instead. The keys are documented where they are declared; the README's table is held against them by a test.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from adapters.contract import Capability
from adapters.manifest_apply import Apply
from adapters.manifest_kinds import MAPPED_KINDS, Documents, Files, GraphQL, Ldap, OData, Open311, Soap, Zgw
from adapters.manifest_maps import Code, PersonMap, RecordMap, Value
from adapters.manifest_requests import Request
from adapters.tls import Tls
from adapters.toml_lines import line_of
from adapters.toml_tables import Place, Unusable, read_table, regular_expression, time_zone
from models.change_kinds import USUAL_CHANGES
from models.changes import ChangeKind, FormField
from models.query import Part, SearchQuery
from models.verification import Level

PROXY = r"http://[^/@\s]+:\d{1,5}"


class Find(Request, frozen=True, kw_only=True):
    """A question for people. Of several, the first whose ``needs`` the query meets is asked."""

    needs: Annotated[tuple[Part, ...], Meta(min_length=1)]
    pattern: str = ""
    """Which reference numbers this asks by; empty is every one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        regular_expression(self.pattern, "pattern")

    def fits(self, query: SearchQuery) -> bool:
        """Whether the query has what this needs."""
        known = not self.pattern or "reference" not in self.needs or re.fullmatch(self.pattern, query.reference, re.IGNORECASE)
        return bool(known) and query.parts().issuperset(self.needs)


class Records(Request, frozen=True, kw_only=True):
    """A question for one person's records; the template value ``{subject}`` is the person's key there."""

    map: str = ""
    """The name of the record map, where there are several."""


class Lookup(Request, frozen=True, kw_only=True):
    """A question for one record by ``{reference}``."""

    map: str = ""
    pattern: str = ""
    """Which of the department's numbers this looks up; empty is every one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        regular_expression(self.pattern, "pattern")


class Auth(Struct, frozen=True, kw_only=True):
    """How the credential is shown. The secret itself is in the OS keyring, never here."""

    type: Literal["none", "bearer", "api_key", "basic", "oauth2", "jwt", "arcgis", "wsse", "signature", "ssh_key", "aws4"] = "none"
    """``jwt``: a token that the desk signs with the secret. ``arcgis``: one that ArcGIS gives for user and password. For soap: ``wsse`` (a
    user name token) and ``signature`` (of the message); for files: ``ssh_key``; for documents of S3: ``aws4``."""
    header: str = "X-API-Key"
    """Header of an API key."""
    parameter: str = ""
    """Query parameter of an API key, where a header won't do (``api_key`` of Open311)."""
    token_url: str = ""
    client_id: str = ""
    scope: str = ""
    user: str = ""
    digest: bool = False
    """The password goes as a digest with a nonce and the time, not as text (``wsse``)."""
    key: str = ""
    """File of the private key (``signature``, ``ssh_key``), encrypted by the credential; ``{site}`` is the site's folder."""
    certificate: str = ""
    """File of the key's certificate (``signature``), in PEM."""

    def __post_init__(self) -> None:
        if self.type == "signature" and not (self.key and self.certificate):
            raise ValueError("signature needs key and certificate: files in PEM")
        if self.type == "oauth2" and not (self.token_url and self.client_id):
            raise ValueError("oauth2 needs token_url and client_id")
        if self.type == "jwt" and not self.client_id:
            raise ValueError("jwt needs client_id")
        if self.type == "arcgis" and not (self.token_url and self.user):
            raise ValueError("arcgis needs token_url and user")
        if self.type == "ssh_key" and not self.key:
            raise ValueError("ssh_key needs key: the file of a private key")
        if self.type in ("basic", "wsse", "ssh_key", "aws4") and not self.user:
            raise ValueError(f'{self.type} needs user = "..."')


class Limits(Struct, frozen=True, kw_only=True):
    """What is taken of one answer at most."""

    people: Annotated[int, Meta(ge=1, le=1000)] = 50
    records: Annotated[int, Meta(ge=1, le=10_000)] = 500
    bytes: Annotated[int, Meta(ge=1000)] = 8_000_000
    """Decoded bytes."""


class Manifest(Struct, frozen=True, kw_only=True):
    """A department. Its id is the name of its file, without ``.toml``."""

    id: str
    path: str
    kind: str
    """One of those that adapters.registry knows, or another that the site allows."""
    title: Annotated[str, Meta(min_length=1, max_length=40)]
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}\Z", description='a colour as "#rrggbb"')]
    """``#rrggbb``, of the dot that stands for the department."""
    address: Annotated[str, Meta(min_length=1)]
    """A URL. ``{site}`` is the site's folder."""
    credential: str = ""
    """Its name in the OS keyring (service ``civicdesk``); empty where none is needed."""
    auth: Auth = Auth()
    tls: Tls = Tls()
    proxy: Annotated[str, Meta(pattern=rf"^({PROXY}|none)?\Z", description='a proxy as "http://host:port", or "none"')] = ""
    """Through which it is asked; empty is the site's, ``none`` is no proxy."""
    capabilities: Annotated[tuple[Capability, ...], Meta(min_length=1)]
    deadline: Annotated[float, Meta(gt=0, le=120)] = 5.0
    """Seconds for one call, in all."""
    concurrent: Annotated[int, Meta(ge=1, le=32)] = 4
    """Most calls at once."""
    roles: Annotated[tuple[str, ...], Meta(min_length=1)]
    """The roles that may ask."""
    level: Level = "verified"
    """From which level of verification on its records may be seen, where a record map says nothing else."""
    references: tuple[str, ...] = ()
    """Regular expressions of this department's reference numbers, matched against a whole word, upper or lower case."""
    note_limit: Annotated[int, Meta(ge=1)] | None = None
    """Letters of a note that it takes; None: as many as there are."""
    currency: Annotated[str, Meta(pattern=r"^([A-Z]{3})?\Z", description='three capitals, such as "USD"')] = ""
    time_zone: str = ""
    """IANA name of the zone of its times, where they name none; empty is the site's."""
    limits: Limits = Limits()
    open311: Open311 = Open311()
    soap: Soap = Soap()
    odata: OData = OData()
    graphql: GraphQL = GraphQL()
    ldap: Ldap = Ldap()
    files: Files = Files()
    documents: Documents = Documents()
    zgw: Zgw = Zgw()
    find: tuple[Find, ...] = ()
    records: tuple[Records, ...] = ()
    lookup: tuple[Lookup, ...] = ()
    check: Request = Request()
    apply: tuple[Apply, ...] = ()
    """What the department takes: kinds of change, and actions of its own."""
    call_back: tuple[FormField, ...] = ()
    """What the department wants to know of a caller whom it calls back."""
    person: PersonMap | None = None
    record: dict[str, RecordMap] = {}
    """Record maps by name; the name is the record's kind."""
    codes: dict[str, dict[str, Code]] = {}
    """Code lists: code to label and state. The code ``*`` stands for every other one."""

    def __post_init__(self) -> None:
        for at, pattern in enumerate(self.references):
            regular_expression(pattern, "references", at)
        if self.time_zone:
            time_zone(self.time_zone, "time_zone")
        if problems := [*_lacking(self), *_naming_nothing(self)]:
            raise Unusable(problems)

    def apply_for(self, change: str) -> Apply | None:
        """How this kind of change is taken; None where it is not."""
        return next((each for each in self.apply if each.change == change), None)

    def find_for(self, query: SearchQuery) -> Find | None:
        """The first question whose needs this query meets; None when the department can do nothing with it."""
        return next((find for find in self.find if find.fits(query)), None)


class ManifestProblem(Struct, frozen=True):
    """One thing to mend: ``text`` says what is wrong and what to write instead."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class ManifestError(Exception):
    """A manifest that can't be used, with all its problems."""

    def __init__(self, problems: list[ManifestProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


_IN_THE_SITE = (
    ("", "address"),
    ("soap", "wsdl"),
    *(("auth", key) for key in ("key", "certificate")),
    *(("tls", key) for key in ("authorities", "certificate", "key")),
)
"""Tables and their keys in which ``{site}`` is the site's folder."""


def load_manifest(path: Path, site: Path, changes: Iterable[ChangeKind] = USUAL_CHANGES) -> Manifest:
    """Read and validate one manifest; ``changes`` are the site's kinds of change. Raises ManifestError with every problem found."""
    text = _read(path)
    data = _parse(path, text)
    for name, key in _IN_THE_SITE:
        table = data.get(name) if name else data
        if isinstance(table, dict) and isinstance(table.get(key), str):
            table[key] = table[key].replace("{site}", site.resolve().as_posix())
    data["id"], data["path"] = path.stem, str(path)
    from adapters.apply_problems import wrong_applies  # here: it is told in this module's words

    try:
        manifest = read_table(Manifest, data, "manifest")
        if found := list(wrong_applies(manifest, changes)):
            raise Unusable(found)
        return manifest
    except Unusable as error:
        problems = [ManifestProblem(str(path), line_of(text, place), words) for place, words in error.problems]
        raise ManifestError(sorted(problems, key=lambda problem: problem.line)) from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors put a mark in front
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ManifestError([ManifestProblem(str(path), line, "not UTF-8: save the file as UTF-8")]) from None
    except OSError as error:
        raise ManifestError([ManifestProblem(str(path), 1, f"can't be read: {error.strerror}")]) from None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise ManifestError([ManifestProblem(str(path), line, f"not TOML: {error}")]) from None


def _lacking(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """What the manifest must have beside what it says."""
    if manifest.kind in MAPPED_KINDS:
        for capability in ("find", "records", "lookup", "apply"):
            if capability in manifest.capabilities and not getattr(manifest, capability):
                yield ("capabilities",), f'"{capability}" is named, so a [[{capability}]] is needed'
        if "find" in manifest.capabilities and manifest.person is None:
            yield ("capabilities",), '"find" is named, so a [person] map is needed'
        if named := [each for each in ("records", "lookup") if each in manifest.capabilities and not manifest.record]:
            yield ("capabilities",), f'"{named[0]}" is named, so a [record.NAME] map is needed'
        for at, each in enumerate(manifest.apply):
            if not (each.send or each.proof):
                yield ("apply", at), "it sends nothing: write [apply.send], or what must be shown first: proof = ..."
    if manifest.apply and "apply" not in manifest.capabilities:
        yield ("capabilities",), 'there is an [[apply]]: add "apply", or take it out'
    if manifest.auth.type in ("wsse", "signature") and manifest.kind != "soap":
        yield ("auth", "type"), f'"{manifest.auth.type}" is for kind soap alone'
    if manifest.auth.type != "none" and not manifest.credential:
        yield ("auth", "type"), f'"{manifest.auth.type}" needs credential = the name of the secret in the keyring'


def _naming_nothing(manifest: Manifest) -> Iterator[tuple[Place, str]]:
    """Names of record maps and code lists that are not there."""
    mapped: list[tuple[Place, Records | Lookup]] = [(("records", at), each) for at, each in enumerate(manifest.records)]
    mapped += [(("lookup", at), each) for at, each in enumerate(manifest.lookup)]
    for place, request in mapped:
        if request.map and request.map not in manifest.record:
            yield (*place, "map"), f'"{request.map}" names no [record.{request.map}]; there are: {_listed(manifest.record)}'
        if not request.map and len(manifest.record) > 1:
            yield place, f"there are several record maps: write map = one of {_listed(manifest.record)}"
    for place, value in (
        *values_in(manifest.person, ("person",)),
        *values_in(manifest.record, ("record",)),
        *values_in(manifest.apply, ("apply",)),
    ):
        if value.codes is not None and value.codes not in manifest.codes:
            yield (*place, "codes"), f'"{value.codes}" names no [codes.{value.codes}]; there are: {_listed(manifest.codes)}'


def _listed(names: dict[str, Any]) -> str:
    return ", ".join(names) or "none"


def values_in(part: Any, place: Place) -> Iterator[tuple[Place, Value]]:
    """All Values of a map, at any depth, with their places."""
    if isinstance(part, Value):
        yield place, part
    elif isinstance(part, Struct):
        for name in part.__struct_fields__:
            yield from values_in(getattr(part, name), (*place, name))
    elif isinstance(part, dict | tuple):
        for key, each in part.items() if isinstance(part, dict) else enumerate(part):
            yield from values_in(each, (*place, key))
