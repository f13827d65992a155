"""The kind ``documents`` beyond the contract: content, what is attached, names that would lead elsewhere, and manifests that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from adapters.contract import BadAnswer, CallContext, Conflict, Department, NotFound, Rejected
from adapters.documents_cmis import multipart
from adapters.documents_s3 import signed
from adapters.manifest import ManifestError, load_manifest
from adapters.registry import make_department
from adapters.transport import HttpRequest, Transport
from models.people import SubjectRef
from models.records import Media, Record, RecordRef
from tests.contract import suite
from tests.contract.case import department_at
from tests.contract.case_documents import Speaks, attached, content_of, manifest_toml, store
from tests.fakes.document_servers import webdav
from tests.fakes.http_server import Asked, HttpServer, Reply

Opened = tuple[Department, CallContext]
ALL: tuple[Speaks, ...] = get_args(Speaks)


@pytest.fixture(params=ALL)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    with store(request.param, tmp_path) as pair:
        yield pair


def letter(opened: Opened, number: str) -> Record:
    return opened[0].lookup(RecordRef("office", number), opened[1])


@pytest.mark.parametrize("row", suite.RECORDS[:2], ids=lambda row: row.id)
def test_a_record_leads_to_its_content(opened: Opened, row: suite.RecordRow) -> None:
    media = letter(opened, row.id).media
    assert media is not None
    assert (media.type, media.size) == ("text/plain", len(content_of(row)))
    assert opened[0].fetch(media, opened[1]) == content_of(row)


def test_what_is_attached_is_there_and_nothing_is_written_over(opened: Opened) -> None:
    department, ctx = opened
    name = f"2026-11-24 CT-{'9' * 4} größe &+#%.pdf"
    body = b"%PDF-1.4\r\n--\0 \xff"
    receipt = department.apply(attached(name, body), ctx)
    assert receipt.reference
    if "cmis" in type(department._store).__name__.lower():  # type: ignore[attr-defined]
        media = Media(receipt.reference, name)
    else:
        [found] = [each for each in department.records(SubjectRef("office", "2002"), ctx) if each.media and each.media.name == name]
        assert found.media is not None
        media = found.media
    assert department.fetch(media, ctx) == body
    with pytest.raises(Conflict):
        department.apply(attached(name, b"other"), ctx)
    assert department.fetch(media, ctx) == body
    # Sent a second time, since nobody knew how the first ended, it is the same document.
    assert department.apply(attached(name, body), ctx).reference


def test_whether_it_was_attached_is_told_by_what_is_there(opened: Opened) -> None:
    department, ctx = opened
    name, body = "2026-11-24 CT-9998.txt", b"one"
    assert department.settled(attached(name, body), ctx) is None
    department.apply(attached(name, body), ctx)
    assert department.settled(attached(name, body), ctx) is not None
    with pytest.raises(Conflict):
        department.settled(attached(name, b"two"), ctx)


@pytest.mark.parametrize("name", ["", "..", "."])
def test_no_file_and_no_name_are_refused(opened: Opened, name: str) -> None:
    department, ctx = opened
    with pytest.raises(Rejected) as caught:
        department.apply(attached("x.txt", b""), ctx)
    assert not caught.value.sent
    if not name:
        with pytest.raises(Rejected):
            department.apply(attached(name, b"x"), ctx)


def test_a_document_that_is_gone_is_not_found(opened: Opened) -> None:
    department, ctx = opened
    media = letter(opened, "CT-0001").media
    assert media is not None
    gone = msgspec.structs.replace(media, place=media.place.replace("0001", "7777").replace("1001", "7777"))
    with pytest.raises(NotFound):
        department.fetch(gone, ctx)


def test_one_that_is_too_large_is_not_asked_for(opened: Opened) -> None:
    department, ctx = opened
    with pytest.raises(BadAnswer) as caught:
        department.fetch(Media("x", "x", size=9_000_000), ctx)
    assert caught.value.fault_key == "too_large"


@pytest.mark.parametrize(
    "place", ["/etc/passwd", "/dav/../etc/passwd", "/dav/%2e%2e/etc", "/davx/y", "//other.example/x", "https://other.example/x"]
)
def test_a_place_outside_of_the_address_is_not_asked(tmp_path: Path, place: str) -> None:
    with store("webdav", tmp_path) as (department, ctx), pytest.raises(Rejected):
        department.fetch(Media(place, "x"), ctx)


@pytest.mark.parametrize("href", ["/etc/passwd", "/dav/../secret/", "http://127.0.0.1:1/other/x", ""])
def test_an_answer_that_names_a_document_elsewhere_is_none(tmp_path: Path, href: str) -> None:
    body = f'<d:multistatus xmlns:d="DAV:"><d:response><d:href>{href}</d:href></d:response></d:multistatus>'

    def answer(asked: Asked) -> Reply:
        return Reply(body.encode(), 207, {"content-type": "application/xml"})

    with HttpServer(answer) as server:
        text = manifest_toml(f"{server.url}/dav", "webdav")
        with department_at(text, tmp_path, "x") as (department, ctx), pytest.raises(BadAnswer, match="outside of the address"):
            list(department.records(SubjectRef("office", "1001"), ctx))


def test_webdav_tells_more_where_the_store_keeps_it(tmp_path: Path) -> None:
    folder = webdav().folder / "people" / "2001"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "2026-01-02 CT-2001.pdf").write_bytes(b"%PDF")
    (folder / "drafts").mkdir(exist_ok=True)
    with store("webdav", tmp_path) as (department, ctx):
        [record] = department.records(SubjectRef("office", "2001"), ctx)  # folders are none
        assert record.title == "2026-01-02 CT-2001.pdf"
        assert record.media is not None
        assert (record.media.type, record.media.size) == ("application/pdf", 4)
        assert department.check(ctx).detail == "WebDAV"


def test_a_signature_is_that_of_amazons_example() -> None:
    """From the example of a GET object in Signature Version 4's documentation."""
    headers = {"range": "bytes=0-9"}
    request = HttpRequest("GET", "https://examplebucket.s3.amazonaws.com/test.txt", headers)
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    made = signed(request, "", "AKIAIOSFODNN7EXAMPLE", secret, "us-east-1", datetime(2013, 5, 24, tzinfo=UTC))
    assert made.headers["authorization"].endswith("Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")


def test_a_form_with_a_file_can_not_be_broken_out_of() -> None:
    head, body = multipart({"propertyValue[1]": "x"}, 'a"\r\nX: 1', "text/plain", b"--x")
    assert b"\r\nX: 1" not in body
    mark = head["content-type"].partition("boundary=")[2].encode()
    assert body.count(b"--" + mark) == 3


CHANGES: dict[str, tuple[Speaks, str, str]] = {
    "aws4": ("webdav", 'type = "basic"', 'type = "aws4"'),
    "basic": ("s3", 'type = "aws4"', 'type = "basic"'),
    "everybody": ("webdav", 'path = "/people/{subject}/"', 'path = "/people/"'),
    "no path": ("webdav", 'path = "/people/{subject}/"', ""),
    "begin": ("s3", 'path = "/people/{subject}/"', 'path = "people/{subject}/"'),
    "query": ("webdav", 'path = "/people/{subject}/"', 'query = { q = "SELECT" }'),
    "quotes": ("cmis", "'{subject}'", "{subject}"),
    "check": ("webdav", "[record.letter]", '[check]\npath = "/x"\n\n[record.letter]'),
    "undo": ("webdav", 'send = [{ path = "/people/{subject}/{name}" }]', 'send = [{ path = "/{name}" }]\nundo = [{ path = "/{receipt}" }]'),
    "method": ("webdav", 'send = [{ path = "/people', 'send = [{ method = "PUT", path = "/people'),
    "blank": ("webdav", 'path = "/people/{subject}/"', 'path = "/all people/{subject}/"'),
    "address": ("webdav", "https://archive.example", "dav://archive.example"),
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("aws4", "nothing else does"),
        ("basic", 'S3 signs in with type = "aws4"'),
        ("everybody", "everybody's would be listed"),
        ("no path", "write the path of a folder or a document"),
        ("begin", "begin it with /"),
        ("query", "of CMIS, query"),
        ("quotes", "stands outside of quotes"),
        ("check", "checked by its address"),
        ("undo", "takes nothing back"),
        ("method", "has no method: write path"),
        ("blank", "%20 for a blank"),
        ("address", "no web address"),
    ],
)
def test_a_manifest_that_can_not_be_used_says_why(tmp_path: Path, change: str, words: str) -> None:
    speaks, old, new = CHANGES[change]
    text = manifest_toml("https://archive.example/x", speaks)
    assert old in text
    file = tmp_path / "archive.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        make_department(load_manifest(file, tmp_path), Transport())
    assert words in str(caught.value)
