"""Stores of documents that tests start: WsgiDAV (PyPI), s3rver (npm), and a CMIS 1.1 repository by the examples of its standard."""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.fakes.http_server import Asked, Reply
from tests.fakes.node_servers import SCRIPTS, node_server
from tests.fakes.processes import folder_of_the_run, free_port, start, wait_for_port

S3_KEY = "S3RVER"
"""Id and secret of s3rver's only key."""


@dataclass(frozen=True)
class WebDavServer:
    """``folder`` is what it serves; the user is ``desk``."""

    url: str
    password: str
    folder: Path


@cache
def webdav() -> WebDavServer:
    folder, port, password = folder_of_the_run("webdav"), free_port(), secrets.token_hex(8)
    files = folder / "files"
    files.mkdir()
    wait_for_port(start([sys.executable, SCRIPTS / "webdav.py", port, files, "desk", password], folder), port, folder)
    return WebDavServer(f"http://127.0.0.1:{port}/dav", password, files)


@cache
def s3() -> str:
    """The address of an empty bucket."""
    return f"{node_server('s3').url}/documents"


@dataclass
class Document:
    """One document of the repository."""

    properties: dict[str, Any]
    content: bytes


class CmisRepository:
    """Answers as CMIS 1.1's browser binding has it (5.4): queries for documents by one property, children, content, new documents.

    It keeps to what the standard says of errors (409 for a name that is there), and wants basic authentication.
    """

    def __init__(self, documents: Mapping[str, Document], authorization: str = "") -> None:
        self.documents = dict(documents)
        self.authorization = authorization
        self.page = 3

    def __call__(self, asked: Asked) -> Reply:
        if self.authorization and asked.headers.get("authorization") != self.authorization:
            return self._error(401, "permissionDenied")
        selector = asked.query.get("cmisselector", "")
        if asked.method == "POST":
            return self._create(asked)
        if selector == "repositoryInfo":
            return Reply({"city": {"repositoryId": "city", "productName": "Springvale Records", "productVersion": "1.1"}})
        if selector == "content":
            found = self.documents.get(asked.query.get("objectId", ""))
            if found is None:
                return self._error(404, "objectNotFound")
            return Reply(found.content, headers={"content-type": found.properties["cmis:contentStreamMimeType"]})
        if selector == "object":
            folder, _, name = asked.path.partition("/root/")[2].rpartition("/")
            same = [
                each for each in self.documents.values() if (each.properties["cmis:name"], each.properties["city:folder"]) == (name, folder)
            ]
            return Reply({"succinctProperties": same[0].properties}) if same else self._error(404, "objectNotFound")
        if selector == "query":
            return self._query(asked)
        if selector == "children":
            name = asked.path.partition("/root/")[2]
            return self._page([each for each in self.documents.values() if each.properties["city:folder"] == name], asked, "objects")
        return self._error(400, "invalidArgument")

    def _query(self, asked: Asked) -> Reply:
        condition = re.fullmatch(r"SELECT \* FROM cmis:document WHERE ([\w:]+) = '((?:[^'\\]|\\.)*)'", asked.query["q"], re.DOTALL)
        if condition is None:
            return self._error(400, "invalidArgument")
        wanted = re.sub(r"\\(.)", r"\1", condition[2], flags=re.DOTALL)
        return self._page([each for each in self.documents.values() if each.properties.get(condition[1]) == wanted], asked, "results")

    def _page(self, found: list[Document], asked: Asked, name: str) -> Reply:
        skip = int(asked.query.get("skipCount", "0")) // 200 * self.page
        shown = [{"succinctProperties": each.properties} for each in found[skip : skip + self.page]]
        entries = shown if name == "results" else [{"object": each} for each in shown]
        return Reply({name: entries, "hasMoreItems": len(found) > skip + self.page, "numItems": len(found)})

    def _create(self, asked: Asked) -> Reply:
        mark = asked.headers["content-type"].partition("boundary=")[2].encode()
        fields: dict[str, bytes] = {}
        kind = ""
        for part in asked.body.split(b"--" + mark)[1:-1]:
            head, _, value = part.partition(b"\r\n\r\n")
            name = re.search(rb'name="([^"]*)"', head)
            assert name is not None
            fields[name[1].decode()] = value.removesuffix(b"\r\n")
            if b"filename=" in head:
                said = re.search(rb"Content-Type: ([^\r\n]*)", head)
                kind = said[1].decode() if said else ""
        name_of_it = fields["propertyValue[1]"].decode()
        folder = asked.path.partition("/root/")[2]
        same = (each.properties for each in self.documents.values())
        if any((each["cmis:name"], each["city:folder"]) == (name_of_it, folder) for each in same):
            return self._error(409, "nameConstraintViolation")
        key = f"id-{len(self.documents) + 1}"
        made = document(key, name_of_it, fields["content"], kind, {"city:folder": folder})
        self.documents[key] = made
        return Reply({"succinctProperties": made.properties}, 201)

    @staticmethod
    def _error(status: int, name: str) -> Reply:
        return Reply({"exception": name, "message": "about somebody"}, status)


def document(key: str, name: str, content: bytes, kind: str, more: Mapping[str, Any]) -> Document:
    """A document with the properties that every one has (2.1.4.3.3)."""
    return Document(
        {
            "cmis:objectId": key,
            "cmis:baseTypeId": "cmis:document",
            "cmis:name": name,
            "cmis:contentStreamMimeType": kind,
            "cmis:contentStreamLength": len(content),
            "cmis:creationDate": 1_790_000_000_000,
            "cmis:lastModificationDate": 1_790_000_000_000,
            **more,
        },
        content,
    )
