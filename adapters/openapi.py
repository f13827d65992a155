"""What a JSON interface can be asked, read from its OpenAPI 3 or Swagger 2 file, in JSON or YAML (https://spec.openapis.org/oas/)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from adapters.contract import BadAnswer, CallContext
from adapters.description import Description, Given, Leaf, LeafType, Operation, Parameter, document
from adapters.transport import Transport, joined

_DEEPEST = 5
"""Levels of an answer that are looked into: what lies deeper is no fact about a person."""
_MOST_LEAVES = 400


def describe(given: Given, transport: Transport, ctx: CallContext) -> Description:
    """From the file or address that is given. Raises DepartmentError."""
    if not given.source:
        raise BadAnswer("name the OpenAPI file of this interface, or the address where it lies, with --describe", key="mapping")
    return read_openapi(document(given, given.source, transport, ctx), given.source)


def read_openapi(data: bytes, source: str = "") -> Description:
    """Every GET with a JSON answer. ``source`` is where the file came from: an address in it may be relative to that.

    Raises BadAnswer ``mapping`` where it is no OpenAPI file.
    """
    document = _parsed(data)
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        raise BadAnswer("this is no OpenAPI file: it has no paths", key="mapping")
    reader = _Reader(document)
    paths = [(str(path), item) for path, item in document["paths"].items() if isinstance(item, dict)]
    found = [operation for path, item in paths if (operation := reader.operation(path, item))]
    info = document.get("info")
    title = str(info.get("title", "")) if isinstance(info, dict) else ""
    return Description(title, tuple(found), _auth(document), _address(document, source))


def _parsed(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return json.loads(text)
        import yaml

        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    except UnicodeDecodeError:
        raise BadAnswer("this is no OpenAPI file: it is not text in UTF-8", key="mapping") from None
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"this OpenAPI file can't be read: {str(error)[:200]}", key="mapping") from None
    except Exception as error:  # PyYAML's errors have no base of ours
        if type(error).__module__.startswith("yaml"):
            raise BadAnswer(f"this OpenAPI file can't be read: {' '.join(str(error).split())[:200]}", key="mapping") from None
        raise


class _Reader:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def operation(self, path: str, item: dict[str, Any]) -> Operation | None:
        get = item.get("get")
        if not isinstance(get, dict):
            return None
        schema = self._answer(get)
        if schema is None:
            return None
        parameters = tuple(self._parameters([*_list(item.get("parameters")), *_list(get.get("parameters"))]))
        items, many, inner = self._listed(schema, envelope=not path.endswith("}"))
        leaves = tuple(leaf for leaf, _ in zip(self._leaves(inner, "", 0, ()), range(_MOST_LEAVES), strict=False))
        name = str(get.get("operationId") or get.get("summary") or path)
        return Operation(name, path, leaves, parameters, items, many)

    def _answer(self, get: dict[str, Any]) -> dict[str, Any] | None:
        responses = get.get("responses") or {}
        found = self._followed(next((responses[code] for code in ("200", 200, "2XX", "default") if code in responses), None))
        if not isinstance(found, dict):
            return None
        if isinstance(found.get("schema"), dict):  # Swagger 2
            schema = self._followed(found["schema"])
            return schema if isinstance(schema, dict) else None
        content = found.get("content")
        if not isinstance(content, dict):
            return None
        media = next((each for kind, each in content.items() if "json" in str(kind)), None)
        schema = self._followed(media.get("schema")) if isinstance(media, dict) else None
        return schema if isinstance(schema, dict) else None

    def _parameters(self, given: list[Any]) -> Iterator[Parameter]:
        for each in given:
            found = self._followed(each)
            if isinstance(found, dict) and found.get("in") in ("query", "path", "header") and found.get("name"):
                about = " ".join(str(found.get("description", "")).split())[:200]
                yield Parameter(str(found["name"]), found["in"], bool(found.get("required")), about)

    def _listed(self, schema: dict[str, Any], *, envelope: bool) -> tuple[str, bool, dict[str, Any]]:
        """Where the list of an answer stands, whether there is one, and the schema of an item.

        Not ``envelope``: one item is asked for by its key, so that a list in it is part of the item.
        """
        if (inner := self._item(schema)) is not None:
            return "", True, inner
        properties = self._properties(schema)
        if not envelope:
            inside = [(name, self._followed(each)) for name, each in properties.items()]
            objects = [(name, each) for name, each in inside if isinstance(each, dict) and self._properties(each)]
            wrapped = len(objects) == 1 and len(properties) <= 2  # {"grant": {...}}
            return (_quoted(objects[0][0]), False, objects[0][1]) if wrapped else ("", False, schema)
        for path, each in self._objects(schema, "", 0, ()):
            if (inner := self._item(each)) is not None:
                return path, True, inner
        return "", False, schema

    def _objects(self, schema: dict[str, Any], path: str, depth: int, seen: tuple[int, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Lists first, level by level: the list of an envelope is nearer than one within an item."""
        if depth > 2:
            return
        level = [(_joined(path, name), self._followed(each)) for name, each in self._properties(schema).items()]
        tables = [(place, each) for place, each in level if isinstance(each, dict) and id(each) not in seen]
        yield from tables
        for place, each in tables:
            if self._item(each) is None:
                yield from self._objects(each, place, depth + 1, (*seen, id(each)))

    def _item(self, schema: dict[str, Any]) -> dict[str, Any] | None:
        """The schema of a list's items, where it is a list of objects."""
        inner = self._followed(schema.get("items")) if "items" in schema else None
        return inner if isinstance(inner, dict) and self._properties(inner) else None

    def _leaves(self, schema: dict[str, Any], path: str, depth: int, seen: tuple[int, ...]) -> Iterator[Leaf]:
        if depth > _DEEPEST or id(schema) in seen:
            return
        seen = (*seen, id(schema))
        for name, each in self._properties(schema).items():
            found, place = self._followed(each), _joined(path, name)
            if not isinstance(found, dict):
                continue
            if self._properties(found):
                yield from self._leaves(found, place, depth + 1, seen)
            elif "items" in found:
                inner = self._followed(found["items"])
                if isinstance(inner, dict) and self._properties(inner):
                    yield from self._leaves(inner, f"{place}[0]", depth + 1, seen)
                elif isinstance(inner, dict):
                    yield self._leaf(inner, f"{place}[0]")
            else:
                yield self._leaf(found, place)

    def _leaf(self, schema: dict[str, Any], path: str) -> Leaf:
        kind = schema.get("type")
        kind = next((each for each in kind if each != "null"), "string") if isinstance(kind, list) else kind
        types: dict[Any, LeafType] = {"integer": "number", "number": "number", "boolean": "yes_no"}
        leaf_type: LeafType = "date" if schema.get("format") in ("date", "date-time") else types.get(kind, "text")
        samples = [schema[key] for key in ("example", "default") if schema.get(key) not in (None, "")] + _list(schema.get("examples"))
        choices = tuple(str(each) for each in _list(schema.get("enum")) if each is not None)
        texts = tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in samples if not isinstance(each, dict | list))
        return Leaf(path, leaf_type, texts, choices, " ".join(str(schema.get("description", "")).split())[:200])

    def _properties(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The object's properties, those of all its parts among them."""
        found: dict[str, Any] = {}
        for part in (*_list(schema.get("allOf")), *_list(schema.get("oneOf"))[:1], *_list(schema.get("anyOf"))[:1]):
            inner = self._followed(part)
            if isinstance(inner, dict) and inner is not schema:
                found |= self._properties(inner)
        own = schema.get("properties")
        return found | own if isinstance(own, dict) else found

    def _followed(self, part: Any) -> Any:
        """What a ``$ref`` within the file leads to."""
        for _ in range(20):
            if not isinstance(part, dict) or not isinstance(part.get("$ref"), str):
                return part
            at: Any = self._document
            for key in part["$ref"].removeprefix("#/").split("/"):
                at = at.get(key.replace("~1", "/").replace("~0", "~")) if isinstance(at, dict) else None
            part = at
        return None


def _auth(document: dict[str, Any]) -> dict[str, str]:
    components = document.get("components")
    schemes = (components or {}).get("securitySchemes") if isinstance(components, dict) else document.get("securityDefinitions")
    for each in (schemes or {}).values() if isinstance(schemes, dict) else ():
        kind, scheme = each.get("type"), str(each.get("scheme", "")).lower()
        if kind == "apiKey" and each.get("in") in ("header", "query"):
            return {"type": "api_key", "header" if each["in"] == "header" else "parameter": str(each.get("name", ""))}
        if kind == "basic" or (kind == "http" and scheme == "basic"):
            return {"type": "basic"}
        if kind == "http" and scheme == "bearer":
            return {"type": "bearer"}
        flows = each.get("flows") if isinstance(each.get("flows"), dict) else {}
        flow = flows.get("clientCredentials") if kind == "oauth2" else None
        if isinstance(flow, dict) and flow.get("tokenUrl"):
            return {"type": "oauth2", "token_url": str(flow["tokenUrl"])}
        if kind in ("oauth2", "openIdConnect"):
            return {"type": "bearer"}
    return {}


def _address(document: dict[str, Any], source: str) -> str:
    servers = document.get("servers")
    if isinstance(servers, list) and servers and isinstance(servers[0], dict):
        address = str(servers[0].get("url", ""))
    elif document.get("host"):
        scheme = next(iter(_list(document.get("schemes"))), "https")
        address = f"{scheme}://{document['host']}{document.get('basePath', '')}"
    else:
        address = ""
    full = joined(source if source.startswith(("http://", "https://")) else "", address)
    return full.rstrip("/") if full.startswith(("http://", "https://")) and "{" not in full else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _joined(path: str, name: str) -> str:
    return f"{path}.{_quoted(name)}" if path else _quoted(name)


def _quoted(name: str) -> str:
    """A key as JMESPath writes it: in quotes unless it is a plain word."""
    return name if name.isascii() and name.isidentifier() else json.dumps(name)
