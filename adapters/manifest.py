"""A department's manifest: one TOML file that says what the department is, how it is asked and what its words mean.

``load_manifest`` returns a validated Manifest or raises ManifestError, whose problems each name file, line and what to
write instead. The keys are documented where they are declared; the README's table is held against them by a test.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from adapters.contract import Capability
from adapters.manifest_maps import Code, PersonMap, RecordMap, Value, Values, regular_expression
from adapters.templates import problems as template_problems
from adapters.toml_lines import line_of
from models.query import Part, SearchQuery

_STRICT = ConfigDict(extra="forbid", frozen=True)


class Paging(Values):
    """How further pages are asked for (rest): by ``page`` number, row ``offset``, ``cursor`` or ``link`` header."""

    by: Literal["page", "offset", "cursor", "link"]
    parameter: str = ""
    """The query parameter that carries the page number, offset or cursor."""
    size_parameter: str = ""
    size: int = Field(default=100, ge=1, le=10_000)
    start: int = 1
    """The number of the first page (``page``)."""
    next: str = ""
    """JMESPath of the next cursor in the answer; empty or null ends (``cursor``)."""

    @model_validator(mode="after")
    def _complete(self) -> Paging:
        if self.by != "link" and not self.parameter:
            raise ValueError(f'paging by {self.by} needs parameter = "..."')
        if self.by == "cursor" and not self.next:
            raise ValueError('paging by cursor needs next = "..." (where the answer names the next cursor)')
        return self


class Request(Values):
    """One question to the department: ``sql`` for kind sql, ``path`` (with ``query``, ``headers``, ``items``) for the others."""

    sql: str = ""
    """One SELECT with :parameters."""
    params: dict[str, str] = Field(default={})
    """Parameter name to template: the SELECT's parameters (sql)."""
    method: Literal["GET", "POST"] = "GET"
    path: str = ""
    query: dict[str, str] = Field(default={})
    """Parameter name to template; one whose template comes out empty is left out."""
    headers: dict[str, str] = Field(default={})
    body: dict[str, str] = Field(default={})
    """JSON body of a POST that only asks: key to template."""
    items: str = ""
    """JMESPath (JSON) or XPath (XML) of the list in the answer; empty is the whole answer."""
    paging: Paging | None = None

    @model_validator(mode="after")
    def _templates_are_right(self) -> Request:
        templates = [self.path, *self.params.values(), *self.query.values(), *self.headers.values(), *self.body.values()]
        if found := [problem for template in templates for problem in template_problems(template)]:
            raise ValueError("; ".join(found))
        return self


class Find(Request):
    """A question for people. Of several, the first whose ``needs`` the query meets is asked."""

    needs: tuple[Part, ...] = Field(min_length=1)


class Records(Request):
    """A question for one person's records; the template value ``{subject}`` is the person's key there."""

    map: str = ""
    """The name of the record map, where there are several."""


class Lookup(Request):
    """A question for one record by ``{reference}``."""

    map: str = ""
    pattern: str = ""
    """Which of the department's numbers this looks up; empty is every one."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return regular_expression(pattern)


class Auth(Values):
    """How the credential is shown (rest, open311). The secret itself is in the OS keyring, never here."""

    type: Literal["none", "bearer", "api_key", "basic", "oauth2"] = "none"
    header: str = "X-API-Key"
    """Header of an API key."""
    parameter: str = ""
    """Query parameter of an API key, where a header won't do (``api_key`` of Open311)."""
    token_url: str = ""
    client_id: str = ""
    scope: str = ""
    user: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Auth:
        if self.type == "oauth2" and not (self.token_url and self.client_id):
            raise ValueError("oauth2 needs token_url and client_id")
        if self.type == "basic" and not self.user:
            raise ValueError('basic needs user = "..."')
        return self


class Limits(Values):
    """What is taken of one answer at most."""

    people: int = Field(default=50, ge=1, le=1000)
    records: int = Field(default=500, ge=1, le=10_000)
    bytes: int = Field(default=8_000_000, ge=1000)
    """Decoded bytes."""


class Open311(Values):
    """What differs at an Open311 server (open311)."""

    jurisdiction: str = ""
    format: Literal["json", "xml"] = "json"
    discovery: str = ""
    """Path or address of the discovery document; the production endpoint that it names is then asked."""
    days: int = Field(default=90, ge=1, le=3660)
    """How far back a person's or an area's requests are asked for. GeoReport v2 limits a call to 90 days."""
    radius: int = Field(default=100, ge=1)
    """Metres around a place."""
    page_size: int = Field(default=0, ge=0)
    """0: as many as the server gives."""
    omit_timezone: bool = False
    accept_encoding: str = "gzip"


class Manifest(BaseModel):
    """A department. Its id is the name of its file, without ``.toml``."""

    model_config = _STRICT

    id: str
    path: str
    kind: str
    """``sql``, ``rest``, ``open311``, or a kind that the site allows."""
    title: str = Field(min_length=1, max_length=40)
    colour: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    """``#rrggbb``, of the dot that stands for the department."""
    address: str = Field(min_length=1)
    """A URL. ``{site}`` is the site's folder."""
    credential: str = ""
    """Its name in the OS keyring (service ``civicdesk``); empty where none is needed."""
    auth: Auth = Auth()
    capabilities: tuple[Capability, ...] = Field(min_length=1)
    deadline: float = Field(default=5.0, gt=0, le=120)
    """Seconds for one call, in all."""
    concurrent: int = Field(default=4, ge=1, le=32)
    """Most calls at once."""
    roles: tuple[str, ...] = Field(min_length=1)
    """The roles that may ask."""
    references: tuple[str, ...] = ()
    """Regular expressions of this department's reference numbers, matched against a whole word, upper or lower case."""
    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    time_zone: str = ""
    """IANA name of the zone of its times, where they name none; empty is the site's."""
    limits: Limits = Limits()
    open311: Open311 = Open311()
    find: tuple[Find, ...] = ()
    records: tuple[Records, ...] = ()
    lookup: tuple[Lookup, ...] = ()
    check: Request = Request()
    person: PersonMap | None = None
    record: dict[str, RecordMap] = {}
    """Record maps by name; the name is the record's kind."""
    codes: dict[str, dict[str, Code]] = {}
    """Code lists: code to label and state. The code ``*`` stands for every other one."""

    @field_validator("find", "records", "lookup", mode="before")
    @classmethod
    def _one_or_many(cls, data: Any) -> Any:
        return (data,) if isinstance(data, dict) else data

    @field_validator("references")
    @classmethod
    def _compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(regular_expression(pattern) for pattern in patterns)

    @model_validator(mode="after")
    def _consistent(self) -> Manifest:
        if self.kind != "open311":
            for capability in ("find", "records", "lookup"):
                if capability in self.capabilities and not getattr(self, capability):
                    raise ValueError(f'capabilities names "{capability}", so a [[{capability}]] is needed')
            if "find" in self.capabilities and self.person is None:
                raise ValueError('capabilities names "find", so a [person] map is needed')
            if {"records", "lookup"} & set(self.capabilities) and not self.record:
                raise ValueError("a [record.NAME] map is needed")
        mapped: tuple[Records | Lookup, ...] = (*self.records, *self.lookup)
        for request in mapped:
            if request.map and request.map not in self.record:
                raise ValueError(f'map = "{request.map}" names no [record.{request.map}]; there are: {_listed(self.record)}')
            if not request.map and len(self.record) > 1:
                raise ValueError(f"with several record maps, each [[records]] and [[lookup]] needs map = one of {_listed(self.record)}")
        for value in _values(self):
            if value.codes is not None and value.codes not in self.codes:
                raise ValueError(f'codes = "{value.codes}" names no [codes.{value.codes}]; there are: {_listed(self.codes)}')
        if self.auth.type != "none" and not self.credential:
            raise ValueError(f'auth type "{self.auth.type}" needs credential = the name of the secret in the keyring')
        return self

    def find_for(self, query: SearchQuery) -> Find | None:
        """The first question whose needs this query meets; None when the department can do nothing with it."""
        parts = query.parts()
        return next((find for find in self.find if parts.issuperset(find.needs)), None)


class ManifestProblem(msgspec.Struct, frozen=True):
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


def load_manifest(path: Path, site: Path) -> Manifest:
    """Read and validate one manifest. Raises ManifestError with every problem found."""
    text = _read(path)
    data = _parse(path, text)
    if "address" in data and isinstance(data["address"], str):
        data["address"] = data["address"].replace("{site}", site.resolve().as_posix())
    data["id"], data["path"] = path.stem, str(path)
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        problems = {
            ManifestProblem(str(path), line_of(text, problem["loc"]), problem_in_words(dict(problem))) for problem in error.errors()
        }
        raise ManifestError(sorted(problems, key=lambda problem: problem.line)) from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
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


def problem_in_words(problem: dict[str, Any], whole: str = "manifest") -> str:
    """A validation problem (of pydantic) as one sentence that names the key and what to write; ``whole`` is the file's name for it."""
    where = ".".join(str(part) for part in problem["loc"]) or whole
    kind, given = problem["type"], problem.get("input")
    message = str(problem["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        return f"{where} is missing: write {problem['loc'][-1]} = ..."
    if kind == "extra_forbidden":
        return f"{where} is not a key of a {whole}: take it out, or check its spelling"
    if kind == "string_pattern_mismatch" and where.endswith("colour"):
        return f'{where} is {given!r}: write a colour as "#rrggbb"'
    if kind == "literal_error":
        return f"{where} is {given!r}: write one of {problem['ctx']['expected']}"
    if kind == "value_error":
        return message if where == whole else f"{where}: {message}"
    return f"{where} is {given!r}: {message[:1].lower()}{message[1:]}"


def _listed(names: dict[str, Any]) -> str:
    return ", ".join(names) or "none"


def _values(model: Any) -> list[Value]:
    """All Value objects of a model, at any depth."""
    if isinstance(model, Value):
        return [model]
    if isinstance(model, BaseModel):
        return [value for name in type(model).model_fields for value in _values(getattr(model, name))]
    if isinstance(model, dict):
        return [value for part in model.values() for value in _values(part)]
    if isinstance(model, tuple):
        return [value for part in model for value in _values(part)]
    return []
