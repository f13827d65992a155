"""Documents by WebDAV (RFC 4918): a folder is listed by PROPFIND, a document got by GET and put by PUT, never over another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from adapters.contract import BadAnswer, CallContext, NotFound, Rejected
from adapters.document_stores import Item, type_of, whole
from adapters.http_auth import Authorizer
from adapters.manifest_requests import Request
from adapters.templates import fill
from adapters.transport import HttpRequest, joined
from adapters.xml_answers import decode_xml, local_name
from models.changes import Receipt

_ASKED = b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><allprop/></propfind>'
_NO_FOLDER = frozenset({404, 409})
"""Answers to a PUT whose folder is not there (RFC 4918, 9.7.1). 412 is one over what is there."""
_KNOWN = {"displayname", "getcontentlength", "getcontenttype", "getlastmodified", "creationdate", "getetag", "resourcetype"}


class WebDav:
    """``address`` is the folder below which everything lies."""

    def __init__(self, address: str, http: Authorizer) -> None:
        self._address = address.rstrip("/")
        self._root = urlsplit(self._address).path
        self._http = http

    def listed(self, question: Request, values: Mapping[str, str], ctx: CallContext) -> Iterator[Item]:
        path = fill(question.path, values, part)
        if not path:
            return
        depth = "1" if path.endswith("/") else "0"
        try:
            answer = self._propfind(path, depth, ctx)
        except NotFound:
            return
        for response in answer.iterchildren("{DAV:}response"):
            item = self._item(response)
            if item is not None:
                yield item

    def at(self, path: str, ctx: CallContext) -> str:
        try:
            answer = self._propfind(path, "0", ctx)
        except NotFound:
            return ""
        items = [item for each in answer.iterchildren("{DAV:}response") if (item := self._item(each)) is not None]
        return str(items[0]["place"]) if items else ""

    def fetch(self, place: str, ctx: CallContext) -> bytes:
        return self._http.send(HttpRequest("GET", self._url(place)), ctx).body

    def put(self, path: str, name: str, kind: str, body: bytes, ctx: CallContext) -> Receipt:
        request = HttpRequest("PUT", f"{self._address}{path}", {"content-type": kind, "if-none-match": "*"}, body)
        response = self._http.send(request, ctx, accept=_NO_FOLDER)
        if response.status in _NO_FOLDER:  # of somebody who had no document yet
            folder = HttpRequest("MKCOL", f"{self._address}{path.rpartition('/')[0]}/")
            self._http.send(folder, ctx, accept=frozenset({405}))
            self._http.send(request, ctx)
        return Receipt(unquote(path))

    def reach(self, ctx: CallContext) -> str:
        self._propfind("/", "0", ctx)
        return "WebDAV"

    def _propfind(self, path: str, depth: str, ctx: CallContext) -> etree._Element:
        headers = {"depth": depth, "content-type": "application/xml; charset=utf-8"}
        response = self._http.send(HttpRequest("PROPFIND", f"{self._address}{path}", headers, _ASKED, only_asks=True), ctx)
        root = decode_xml(response)
        if root.tag != "{DAV:}multistatus":
            raise BadAnswer("no multistatus, as WebDAV answers")
        return root

    def _item(self, response: etree._Element) -> Item | None:
        """None for a folder, and for what is gone or may not be read."""
        place = urlsplit(joined("", (response.findtext("{DAV:}href") or "").strip())).path
        path = unquote(place)
        if not path.startswith(f"{unquote(self._root)}/") or not _below(path):
            raise BadAnswer("an answer names a document outside of the address", key="mapping")
        found: dict[str, str] = {}
        folder = False
        for status in response.iterchildren("{DAV:}propstat"):
            if " 200" not in (status.findtext("{DAV:}status") or ""):
                continue
            for one in status.iterfind("{DAV:}prop/*"):
                name = local_name(one)
                folder = folder or (name == "resourcetype" and one.find("{DAV:}collection") is not None)
                found.setdefault(name, "".join(map(str, one.itertext())).strip())
        if folder or path.endswith("/"):
            return None
        name = path.rpartition("/")[2]
        return {
            "place": place,
            "name": name,
            "title": found.get("displayname", ""),
            "path": path.removeprefix(unquote(self._root)).lstrip("/"),
            "size": whole(found.get("getcontentlength"), "getcontentlength"),
            "type": found.get("getcontenttype", "").partition(";")[0].strip() or type_of(name),
            "modified": _moment(found.get("getlastmodified", "")),
            "created": found.get("creationdate", ""),
            "etag": found.get("getetag", ""),
            "properties": {key: value for key, value in found.items() if key not in _KNOWN},
        }

    def _url(self, place: str) -> str:
        """The address of a document that was listed. Raises Rejected for one that is outside."""
        if not unquote(place).startswith(f"{unquote(self._root)}/") or not _below(unquote(place)):
            raise Rejected("a document outside of the address")
        parts = urlsplit(self._address)
        return f"{parts.scheme}://{parts.netloc}{quote(place, safe='/%:@!$&()*+,;=~')}"


def part(text: str) -> str:
    """A value as one part of a path, which it can't leave."""
    return quote(text, safe="") if text.strip(".") else "%2E" * len(text)


def _below(path: str) -> bool:
    return not any(each in (".", "..") for each in path.split("/"))


def _moment(text: str) -> str:
    """An HTTP date as ISO 8601; empty where it is none."""
    try:
        return parsedate_to_datetime(text).isoformat()
    except (ValueError, TypeError, IndexError):
        return ""
