"""Documents in an S3 bucket: objects are listed by their prefix (ListObjectsV2), got, and put where none of the key is there.

Requests are signed as AWS does (Signature Version 4, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html):
forty lines here, where the libraries that sign bring a client of their own along.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

import msgspec
from lxml import etree

from adapters.contract import BadAnswer, CallContext, Conflict
from adapters.document_stores import Item, type_of, whole
from adapters.http_auth import Authorizer
from adapters.manifest import Auth
from adapters.manifest_requests import Request
from adapters.templates import fill
from adapters.transport import HttpRequest, HttpResponse
from adapters.xml_answers import decode_xml, local_name
from models.changes import Receipt

MOST_PAGES = 20
_PAGE = 500


class S3:
    """``address`` is the bucket's, ``https://s3.example/bucket`` or ``https://bucket.s3.example``."""

    def __init__(self, address: str, http: Authorizer, auth: Auth, region: str) -> None:
        self._address = address.rstrip("/")
        self._http = http
        self._auth = auth
        self._region = region

    def listed(self, question: Request, values: Mapping[str, str], ctx: CallContext) -> Iterator[Item]:
        prefix = fill(question.path, values, _part).lstrip("/")
        if not prefix:
            return
        token = ""
        for _ in range(MOST_PAGES):
            asked = {"list-type": "2", "prefix": prefix, "max-keys": str(_PAGE)}
            asked |= {"delimiter": "/"} if prefix.endswith("/") else {}
            asked |= {"continuation-token": token} if token else {}
            root = decode_xml(self._send(HttpRequest("GET", self._address, only_asks=True), asked, ctx))
            if local_name(root) != "ListBucketResult":
                raise BadAnswer("no ListBucketResult, as S3 answers")
            for each in root:
                if local_name(each) == "Contents" and (item := _item(each)) is not None:
                    yield item
            token = _text(root, "NextContinuationToken")
            if not token:
                return
        raise BadAnswer(f"more than {MOST_PAGES} pages", key="circular_link")

    def at(self, path: str, ctx: CallContext) -> str:
        key = unquote(path.lstrip("/"))
        there = self._send(HttpRequest("GET", self._address, only_asks=True), {"list-type": "2", "prefix": key, "max-keys": "1"}, ctx)
        return key if any(_text(each, "Key") == key for each in decode_xml(there)) else ""

    def fetch(self, place: str, ctx: CallContext) -> bytes:
        return self._send(HttpRequest("GET", f"{self._address}/{_quoted(place)}"), {}, ctx).body

    def put(self, path: str, name: str, kind: str, body: bytes, ctx: CallContext) -> Receipt:
        url, key = f"{self._address}/{path.lstrip('/')}", unquote(path.lstrip("/"))
        if self.at(path, ctx):  # not every store knows If-None-Match
            raise Conflict("a document of this name is there already", sent=False)
        try:
            self._send(HttpRequest("PUT", url, {"content-type": kind, "if-none-match": "*"}, body), {}, ctx)
        except Conflict:
            raise Conflict("a document of this name is there already") from None
        return Receipt(key)

    def reach(self, ctx: CallContext) -> str:
        asked = {"list-type": "2", "max-keys": "1", "prefix": "civicdesk-check/"}
        response = self._send(HttpRequest("GET", self._address, only_asks=True), asked, ctx)
        decode_xml(response)
        return response.headers.get("server", "S3")[:40]

    def _send(self, request: HttpRequest, query: Mapping[str, str], ctx: CallContext) -> HttpResponse:
        said = "&".join(f"{quote(key, safe='-_.~')}={quote(query[key], safe='-_.~')}" for key in sorted(query))
        if self._auth.type == "aws4" and ctx.credential:
            request = signed(request, said, self._auth.user, ctx.credential, self._region, datetime.now(UTC))
        url = f"{request.url}?{said}" if said else request.url
        return self._http.send(msgspec.structs.replace(request, url=url), ctx)


def signed(request: HttpRequest, query: str, key_id: str, secret: str, region: str, now: datetime) -> HttpRequest:
    """The request with its signature. ``query`` is sorted and quoted; the URL's path is quoted."""
    parts = urlsplit(request.url)
    day, moment, content = now.strftime("%Y%m%d"), now.strftime("%Y%m%dT%H%M%SZ"), hashlib.sha256(request.body).hexdigest()
    headers = {**request.headers, "host": parts.netloc, "x-amz-content-sha256": content, "x-amz-date": moment}
    names = ";".join(sorted(headers))
    canonical = "\n".join(f"{name}:{headers[name].strip()}" for name in sorted(headers))
    whole_request = f"{request.method}\n{parts.path or '/'}\n{query}\n{canonical}\n\n{names}\n{content}"
    scope = f"{day}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(whole_request.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for each in (day, region, "s3", "aws4_request", text):
        key = hmac.digest(key, each.encode(), "sha256")
    said = f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
    return msgspec.structs.replace(request, headers={**headers, "authorization": said})


def _item(element: etree._Element) -> Item | None:
    """None for what stands for a folder."""
    key = _text(element, "Key")
    if not key or key.endswith("/"):
        return None
    name = key.rpartition("/")[2]
    return {
        "place": key,
        "name": name,
        "title": "",
        "path": key,
        "size": whole(_text(element, "Size"), "Size"),
        "type": type_of(name),  # a list does not tell it
        "modified": _text(element, "LastModified"),
        "created": "",
        "etag": _text(element, "ETag"),
        "properties": {},
    }


def _text(element: etree._Element, name: str) -> str:
    return next((each.text or "" for each in element if local_name(each) == name), "")


def _part(text: str) -> str:
    """A value as one part of a key: it can't begin another folder."""
    return text.replace("/", "")


def _quoted(key: str) -> str:
    return quote(key, safe="/-_.~")
