"""Reads GeoReport v2 answers, in JSON or XML and as cities really write them, into one form.

JSON and XML first become the same raw tree (dicts, lists, scalars). From it come *items*: one dict for each request or
service, with the keys of GeoReport v2 (http://wiki.open311.org/GeoReport_v2), without the empty ones, and with values that a
server wrapped in a list taken out of it. An answer that is an error in any of the forms in use raises the DepartmentError
that fits; one of no known form raises BadAnswer with key ``mapping``. Nothing here holds state or reaches the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from adapters.answers import decode_json
from adapters.contract import (
    BadAnswer,
    Conflict,
    DepartmentError,
    Forbidden,
    NotFound,
    RateLimited,
    Rejected,
    SignInNeeded,
    Unavailable,
)
from adapters.texts import clean, text_of
from adapters.transport import HttpResponse

Item = dict[str, Any]

_LONGEST_WORDS = 300
DEEPEST = 60
"""Levels of nesting: real answers have about ten, errors within errors some thirty."""
_REQUEST_WRAPPERS = ("service_requests", "service_request", "requests", "request")
_REQUEST_IDS = frozenset({"service_request_id", "token"})
_REQUEST_KEYS = _REQUEST_IDS | {
    *("status", "status_notes", "service_name", "service_code", "description", "agency_responsible", "service_notice"),
    *("requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode", "lat", "long"),
    *("media_url", "account_id"),
}
_SERVICE_WRAPPERS = ("services", "service")
_SERVICE_KEYS = frozenset({"service_code", "service_name"})
_ERROR_WRAPPERS = ("errors", "error", "fault")
_ERROR_TEXTS = ("description", "message", "msg", "title", "detail", "faultstring")
_ERROR_CODES = ("code", "status", "status_code", "type")


class Endpoint(msgspec.Struct, frozen=True):
    """One endpoint of a discovery document; ``formats`` are media types, empty where it names none."""

    url: str
    specification: str
    type: str
    formats: tuple[str, ...]


class Service(msgspec.Struct, frozen=True):
    """One thing that can be asked for. ``metadata``: its definition has attributes."""

    code: str
    name: str
    description: str = ""
    group: str = ""
    keywords: tuple[str, ...] = ()
    metadata: bool = False
    type: str = ""


class ServiceAttribute(msgspec.Struct, frozen=True):
    """One question of a service. Not ``variable``: nothing to answer, ``description`` is text to show. ``values``: (key, name)."""

    code: str
    description: str
    variable: bool
    datatype: str
    required: bool
    order: int
    datatype_description: str = ""
    values: tuple[tuple[str, str], ...] = ()


class ServiceDefinition(msgspec.Struct, frozen=True):
    """The attributes of a service, in the order to show them in."""

    code: str
    attributes: tuple[ServiceAttribute, ...]


def read(response: HttpResponse, *, aloud: bool = False) -> Any:
    """The raw tree of an answer. An error, told by the status or in the body, is raised; so is what can't be parsed.

    ``aloud``: with the server's sentence, which is meant for whoever sent something.
    """
    if response.status == 204:
        return []
    try:
        document = _document(response)
    except DepartmentError:
        if response.status >= 400:
            raise error_for(response.status, []) from None
        raise
    _refuse_depth(document)
    found = list(_errors(document))
    if response.status >= 400 or found:
        error = error_for(response.status, found)
        words = "; ".join(text for _, text in found)[:_LONGEST_WORDS]
        raise type(error)(words, key=error.fault_key) if aloud and words else error
    return document


def _document(response: HttpResponse) -> Any:
    """What the server sent decides, not what was asked for: some answer XML to a .json address."""
    media = response.headers.get("content-type", "").partition(";")[0].lower()
    xml = "xml" in media or ("json" not in media and response.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"))
    if not xml:
        return decode_json(response)
    from adapters.xml_answers import decode_xml, local_name, tree  # here, as many sites need none

    root = decode_xml(response)
    return {local_name(root): tree(root)}


def _refuse_depth(document: Any) -> None:
    level = [document]
    for _ in range(DEEPEST):
        level = [child for node in level if isinstance(node, dict | list) for child in (node.values() if isinstance(node, dict) else node)]
        if not level:
            return
    raise BadAnswer("nested too deeply")


def error_for(status: int, found: list[tuple[int | None, str]]) -> DepartmentError:
    """The error that a status and (code, text) pairs tell. Texts are only searched, never repeated: they may name people."""
    codes = [code for code, _ in found if code is not None and 400 <= code < 600]
    code = codes[0] if codes and status <= 400 else status if status >= 400 else 400
    words = " ".join(text for _, text in found).lower()
    detail = f"Open311 error {code}" + (f", and {len(found) - 1} more" if len(found) > 1 else "")
    if code in (400, 401, 403) and re.search("api.?key", words):
        return SignInNeeded(f"{detail}: about the api_key")
    if code in (400, 404) and "jurisdiction" in words:
        return Rejected(f"{detail}: about the jurisdiction_id: check open311.jurisdiction in the manifest")
    if code >= 500:
        return Unavailable(detail, key="server_error")
    known: dict[int, type[DepartmentError]] = {
        401: SignInNeeded,
        403: Forbidden,
        404: NotFound,
        409: Conflict,
        410: NotFound,
        412: Conflict,
        429: RateLimited,
    }
    return known.get(code, Rejected)(detail)


def _errors(node: Any) -> Iterator[tuple[int | None, str]]:
    """Errors at the top of an answer or nested below each other; none in an answer that holds items."""
    if isinstance(node, list):
        for each in node:
            yield from _errors(each)
    if not isinstance(node, dict) or _SERVICE_KEYS & node.keys() or _REQUEST_IDS & node.keys():
        return
    wrapped = [node[name] for name in _ERROR_WRAPPERS if not empty(node.get(name))]
    for value in wrapped:
        inner = list(_errors(value))
        yield from inner or [(None, text(value))]
    texts = [text(node[name]) for name in _ERROR_TEXTS if name in node]
    codes = [text(node[name]) for name in _ERROR_CODES if name in node]
    if not wrapped and texts and codes and not (_REQUEST_KEYS - {"status", "description"}) & node.keys():
        number = next((int(found[1]) for code in codes if (found := re.match(r"(\d{3})\b", code))), None)
        yield number, " ".join((*codes, *texts))


def request_items(document: Any) -> list[Item]:
    """The requests of an answer: a list, one alone, or wrapped in any of the ways in use."""
    return _items(document, _REQUEST_WRAPPERS, _REQUEST_IDS, _REQUEST_KEYS)


def service_items(document: Any) -> list[Item]:
    """The services of an answer, likewise."""
    return _items(document, _SERVICE_WRAPPERS, _SERVICE_KEYS, _SERVICE_KEYS)


def _items(node: Any, wrappers: tuple[str, ...], ids: frozenset[str], keys: frozenset[str]) -> list[Item]:
    if isinstance(node, list):
        return [item for each in node for item in _items(each, wrappers, ids, keys)]
    if isinstance(node, dict):
        names = [name for name in wrappers if name in node]
        if names and not ids & node.keys():
            return [item for name in names if not empty(node[name]) for item in _items(node[name], wrappers, ids, keys)]
        if keys & node.keys():
            item = _tidy(node)
            return [item] if item else []
    raise BadAnswer(f"the answer has no {wrappers[0]} where Open311 puts them", key="mapping")


def _tidy(node: Any) -> Any:
    """Without empty values, and with a value that alone is in a list taken out of it."""
    if isinstance(node, dict):
        tidied = {str(name): _tidy(value) for name, value in node.items()}
        return {name: value for name, value in tidied.items() if not empty(value)}
    if isinstance(node, list):
        values = [value for value in map(_tidy, node) if not empty(value)]
        return values[0] if len(values) == 1 else values
    return node.strip() if isinstance(node, str) else node


def empty(value: Any) -> bool:
    """Whether a value says nothing: null, blank, or a list or object without content. Zero and false say something."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def text(value: Any) -> str:
    """Any value as clean text: ids that are numbers, lists joined, what is nested as ``name: value``."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(text, value)))
    if isinstance(value, dict):
        return "; ".join(f"{clean(str(name))}: {text(each)}" for name, each in value.items() if not empty(each))
    return text_of(value)


def _true(value: Any) -> bool:
    return text(value).lower() in ("true", "1", "yes", "y", "t")


def endpoints(document: Any) -> list[Endpoint]:
    """All endpoints of a discovery document, in its order, however they are nested or repeated."""
    found = [
        Endpoint(
            text(node.get("url")),
            text(node.get("specification")),
            text(node.get("type")).lower(),
            tuple(text(each).lower() for each in _leaves(node.get("formats"))),
        )
        for node in _with_key(document, "url")
    ]
    if not found:
        raise BadAnswer("the discovery document names no endpoint", key="mapping")
    return list(dict.fromkeys(found))


def production(found: list[Endpoint]) -> Endpoint:
    """The production endpoint of GeoReport v2; a draft of a later version only where there is no other."""
    candidates = [each for each in found if each.type in ("production", "") and "georeport_v2" in each.specification.lower()]
    if not candidates:
        raise BadAnswer("the discovery document names no production endpoint of GeoReport_v2", key="mapping")
    return next((each for each in candidates if each.specification.lower().rstrip("/").endswith("georeport_v2")), candidates[0])


def services(document: Any) -> list[Service]:
    """The services list."""
    return [
        Service(
            text(item.get("service_code")),
            text(item.get("service_name")),
            text(item.get("description")),
            text(item.get("group")),
            tuple(filter(None, (word.strip() for word in text(item.get("keywords")).split(",")))),
            _true(item.get("metadata")),
            text(item.get("type")),
        )
        for item in service_items(document)
    ]


def definition(document: Any) -> ServiceDefinition:
    """A service's definition; its attributes in a list, wrapped once more, or repeated without one."""
    root = next(_with_key(document, "service_code"), None)
    if root is None:
        raise BadAnswer("the answer is no service definition: it has no service_code", key="mapping")
    found = [_attribute(node) for node in _with_key([root.get("attributes"), root.get("attribute")], "code")]
    return ServiceDefinition(text(root["service_code"]), tuple(sorted(found, key=lambda each: each.order)))


def _attribute(node: dict[str, Any]) -> ServiceAttribute:
    order = text(node.get("order"))
    return ServiceAttribute(
        text(node["code"]),
        text(node.get("description")),
        _true(node.get("variable")),
        text(node.get("datatype")).lower(),
        _true(node.get("required")),
        int(order) if re.fullmatch(r"-?[0-9]{1,6}", order) else 0,
        text(node.get("datatype_description")),
        tuple((text(value["key"]), text(value.get("name"))) for value in _with_key(node.get("values"), "key")),
    )


def _with_key(node: Any, key: str) -> Iterator[dict[str, Any]]:
    """The outermost dicts that have a key, at any depth."""
    if isinstance(node, dict) and not empty(node.get(key)):
        yield node
    elif isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from _with_key(each, key)


def _leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from _leaves(each)
    elif not empty(node):
        yield node
