"""Whatever a store of documents answers, listing and getting end in a word of their own, in time, and tell nothing personal."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.contract import CallContext, DepartmentError
from models.people import SubjectRef
from models.records import Media
from tests.contract.case import department_at
from tests.contract.case_documents import Speaks, manifest_toml
from tests.fakes.raw_server import RawServer, answer

DAV = '<d:multistatus xmlns:d="DAV:">{}</d:multistatus>'
ONE = (
    "<d:response><d:href>/x/people/1001/2026-01-01%20CT-0001.txt</d:href><d:propstat><d:prop>{}</d:prop>"
    "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
)
S3 = '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{}</ListBucketResult>'
XML = "application/xml"
FAULTS: dict[str, tuple[Speaks, bytes, str]] = {
    "webdav: a web page": ("webdav", answer(b"<html>Sign in</html>", kind="text/html"), "not_data"),
    "webdav: an error": ("webdav", answer(b"Gonzalez", status="500 Oops"), "server_error"),
    "webdav: no right": ("webdav", answer(b"", status="403 Forbidden"), "forbidden"),
    "webdav: entities": ("webdav", answer(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', kind=XML), "unreadable"),
    "webdav: breaks off": ("webdav", answer(DAV.format(ONE.format(""))[:-20].encode(), kind=XML), "incomplete"),
    "webdav: another document": ("webdav", answer(b"<people/>", kind=XML), "unreadable"),
    "webdav: a size that is none": (
        "webdav",
        answer(DAV.format(ONE.format("<d:getcontentlength>Gonzalez</d:getcontentlength>")).encode(), kind=XML),
        "mapping",
    ),
    "webdav: elsewhere": (
        "webdav",
        answer(DAV.format("<d:response><d:href>/Gonzalez</d:href></d:response>").encode(), kind=XML),
        "mapping",
    ),
    "webdav: another host": ("webdav", answer(b"", status="302 Found", more="Location: https://other.example/\r\n"), "not_data"),
    "s3: no bucket": ("s3", answer(b"<Error><Code>NoSuchBucket</Code></Error>", status="404 Not Found", kind=XML), "not_found"),
    "s3: wrong signature": ("s3", answer(b"<Error/>", status="403 Forbidden", kind=XML), "forbidden"),
    "s3: slow down": ("s3", answer(b"<Error/>", status="503 Slow Down", kind=XML, more="Retry-After: 1\r\n"), "rate_limited"),
    "s3: another document": ("s3", answer(b"<Gonzalez/>", kind=XML), "unreadable"),
    "s3: pages without end": (
        "s3",
        answer(S3.format("<NextContinuationToken>x</NextContinuationToken>").encode(), kind=XML),
        "circular_link",
    ),
    "s3: a size that is none": ("s3", answer(S3.format("<Contents><Key>a</Key><Size>x</Size></Contents>").encode(), kind=XML), "mapping"),
    "cmis: no list": ("cmis", answer(b'{"Gonzalez": 1}'), "mapping"),
    "cmis: a list of numbers": ("cmis", answer(b'{"results": [1]}'), "mapping"),
    "cmis: no properties": ("cmis", answer(b'{"results": [{"properties": {}}]}'), "mapping"),
    "cmis: no id": ("cmis", answer(b'{"results": [{"succinctProperties": {"cmis:name": "Gonzalez"}}]}'), "mapping"),
    "cmis: pages without end": (
        "cmis",
        answer(b'{"results": [{"succinctProperties": {"cmis:baseTypeId": "cmis:folder"}}], "hasMoreItems": true}'),
        "circular_link",
    ),
    "cmis: sign in": ("cmis", answer(b'{"exception": "permissionDenied"}', status="401 Unauthorized"), "sign_in_needed"),
}


@pytest.mark.parametrize(("speaks", "said", "key"), FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_word(tmp_path: Path, speaks: Speaks, said: bytes, key: str) -> None:
    with RawServer(lambda connection: connection.sendall(said)) as server:
        text = manifest_toml(f"{server.url}/x", speaks)
        with department_at(text, tmp_path, "s3cret") as (department, ctx), pytest.raises(DepartmentError) as caught:
            list(department.records(SubjectRef("office", "1001"), ctx))
    assert caught.value.fault_key == key
    assert "gonzalez" not in caught.value.detail.lower()


def test_a_document_that_is_larger_than_it_was_told_is_not_held(tmp_path: Path) -> None:
    with RawServer(lambda connection: connection.sendall(answer(b"x" * 9_000_000, kind="application/pdf"))) as server:
        text = manifest_toml(f"{server.url}/x", "webdav")
        with department_at(text, tmp_path, "s3cret") as (department, ctx), pytest.raises(DepartmentError) as caught:
            department.fetch(Media("/x/a.pdf", "a.pdf", size=10), ctx)
    assert caught.value.fault_key == "too_large"


def test_one_that_drips_ends_at_the_deadline(tmp_path: Path) -> None:
    def drip(connection: object) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")  # type: ignore[attr-defined]
        server.wait(20)

    with RawServer(drip) as server, department_at(manifest_toml(f"{server.url}/x", "webdav"), tmp_path, "s3cret") as (department, _):
        with pytest.raises(DepartmentError) as caught:
            department.fetch(Media("/x/a.pdf", "a.pdf"), CallContext(time.monotonic() + 0.3, "s3cret"))
        assert caught.value.fault_key == "too_slow"


PIECES = st.sampled_from(
    ["", "<d:collection/>", "<d:getetag>x</d:getetag>", "<x>&#xD800;</x>", "<d:getlastmodified>32 Foo</d:getlastmodified>"]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inner=st.lists(PIECES, max_size=4).map("".join), href=st.text(alphabet="/x.%2e people1001<&\\\u202e", max_size=30))
def test_no_answer_of_webdav_is_more_than_a_fault(tmp_path: Path, inner: str, href: str) -> None:
    prop = f"<d:propstat><d:prop>{inner}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
    said = answer(DAV.format(f"<d:response><d:href>{href}</d:href>{prop}</d:response>").encode(), kind=XML)
    with RawServer(lambda connection: connection.sendall(said)) as server:
        text = manifest_toml(f"{server.url}/x", "webdav")
        with department_at(text, tmp_path, "s3cret") as (department, ctx), suppress(DepartmentError):
            for record in department.records(SubjectRef("office", "1001"), ctx):
                assert record.media is not None
                assert "/../" not in record.media.place
