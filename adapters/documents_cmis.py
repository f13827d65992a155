"""Documents by CMIS 1.1's browser binding: a folder's children or the answer to a query, content streams, and new documents.

See https://docs.oasis-open.org/cmis/CMIS/v1.1/CMIS-v1.1.html, 5.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from adapters.answers import decode_json
from adapters.contract import BadAnswer, CallContext, Conflict, NotFound
from adapters.document_stores import OTHER, Item, whole
from adapters.documents_webdav import part
from adapters.http_auth import Authorizer
from adapters.manifest_requests import Request
from adapters.templates import fill
from adapters.transport import HttpRequest
from models.changes import Receipt

MOST_PAGES = 20
_PAGE = 200


class Cmis:
    """``address`` is the repository's, below which its folders begin with ``/root``."""

    def __init__(self, address: str, http: Authorizer) -> None:
        self._address = address.rstrip("/")
        self._http = http

    def listed(self, question: Request, values: Mapping[str, str], ctx: CallContext) -> Iterator[Item]:
        if "q" in question.query:
            asked = {"cmisselector": "query", "q": fill(question.query["q"], values, literal), "searchAllVersions": "false"}
            url, found_in = self._address, "results"
            if not asked["q"]:
                return
        else:
            path = fill(question.path, values, part)
            if not path:
                return
            asked, url, found_in = {"cmisselector": "children"}, f"{self._address}/root{path.rstrip('/')}", "objects"
        asked |= {"succinct": "true", "maxItems": str(_PAGE)}
        for page in range(MOST_PAGES):
            try:
                answer = self._get(url, {**asked, "skipCount": str(page * _PAGE)}, ctx)
            except NotFound:
                return
            found = answer.get(found_in) if isinstance(answer, dict) else None
            if not isinstance(found, list):
                raise BadAnswer(f"no list of {found_in}, as CMIS answers", key="mapping")
            for each in found:
                if (item := _item(each)) is not None:
                    yield item
            if not answer.get("hasMoreItems") or not found:
                return
        raise BadAnswer(f"more than {MOST_PAGES} pages", key="circular_link")

    def at(self, path: str, ctx: CallContext) -> str:
        try:
            item = _item(self._get(f"{self._address}/root{path}", {"cmisselector": "object", "succinct": "true"}, ctx))
        except NotFound:
            return ""
        return str(item["place"]) if item is not None else ""

    def fetch(self, place: str, ctx: CallContext) -> bytes:
        url = f"{self._address}/root?{urlencode({'objectId': place, 'cmisselector': 'content'})}"
        return self._http.send(HttpRequest("GET", url), ctx).body

    def put(self, path: str, name: str, kind: str, body: bytes, ctx: CallContext) -> Receipt:
        folder = path.rpartition("/")[0]
        fields = {
            "cmisaction": "createDocument",
            "propertyId[0]": "cmis:objectTypeId",
            "propertyValue[0]": "cmis:document",
            "propertyId[1]": "cmis:name",
            "propertyValue[1]": name,
            "succinct": "true",
        }
        head, content = multipart(fields, name, kind, body)
        try:
            response = self._http.send(HttpRequest("POST", f"{self._address}/root{folder}", head, content), ctx)
        except Conflict:
            raise Conflict("a document of this name is there already") from None
        made = decode_json(response)
        properties = made.get("succinctProperties") if isinstance(made, dict) else None
        if not isinstance(properties, dict) or not properties.get("cmis:objectId"):
            raise BadAnswer("the answer does not tell the new document's id", key="mapping")
        return Receipt(str(properties["cmis:objectId"]))

    def reach(self, ctx: CallContext) -> str:
        answer = self._get(self._address, {"cmisselector": "repositoryInfo"}, ctx)
        infos = [each for each in answer.values() if isinstance(each, dict)] if isinstance(answer, dict) else []
        if not infos:
            raise BadAnswer("no repository, as CMIS answers", key="mapping")
        return f"{infos[0].get('productName', 'CMIS')} {infos[0].get('productVersion', '')}".strip()[:40]

    def _get(self, url: str, query: Mapping[str, str], ctx: CallContext) -> Any:
        request = HttpRequest("GET", f"{url}?{urlencode(query, quote_via=quote)}", {"accept": "application/json"}, only_asks=True)
        return decode_json(self._http.send(request, ctx))


def literal(text: str) -> str:
    """A value within a query's quotes (CMIS 1.1, 2.1.14.2.1)."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def multipart(fields: Mapping[str, str], name: str, kind: str, body: bytes) -> tuple[dict[str, str], bytes]:
    """Header and body of a form with a file (RFC 7578)."""
    mark = secrets.token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    shown = name.replace("\\", "_").replace('"', "%22").replace("\r", "").replace("\n", "")
    parts.append(f'--{mark}\r\nContent-Disposition: form-data; name="content"; filename="{shown}"\r\nContent-Type: {kind}\r\n\r\n')
    content = "".join(parts).encode() + body + f"\r\n--{mark}--\r\n".encode()
    return {"content-type": f"multipart/form-data; boundary={mark}", "accept": "application/json"}, content


def _item(entry: Any) -> Item | None:
    """None for a folder. A child stands within ``object``, a query's result does not."""
    inner = entry.get("object", entry) if isinstance(entry, dict) else None
    said = inner.get("succinctProperties") if isinstance(inner, dict) else None
    if not isinstance(said, dict):
        raise BadAnswer("an object without succinctProperties", key="mapping")
    if said.get("cmis:baseTypeId", "cmis:document") != "cmis:document":
        return None
    if not said.get("cmis:objectId"):
        raise BadAnswer("a document without cmis:objectId", key="mapping")
    shown = {key: _moment(value) if isinstance(value, int) and "date" in key.lower() else value for key, value in said.items()}
    name = str(said.get("cmis:name") or said.get("cmis:contentStreamFileName") or "")
    return {
        "place": str(said["cmis:objectId"]),
        "name": name,
        "title": "",
        "path": str(said["cmis:objectId"]),
        "size": whole(said.get("cmis:contentStreamLength"), "cmis:contentStreamLength"),
        "type": str(said.get("cmis:contentStreamMimeType") or OTHER),
        "modified": shown.get("cmis:lastModificationDate", ""),
        "created": shown.get("cmis:creationDate", ""),
        "etag": str(said.get("cmis:changeToken") or ""),
        "properties": shown,
    }


def _moment(milliseconds: int) -> str:
    """CMIS writes moments as milliseconds since 1970."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)
