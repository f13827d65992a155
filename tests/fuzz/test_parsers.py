"""No input makes a parser raise what it may not: the kept ones, and those that Hypothesis makes of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.parsers import PARSERS, SEEDS, seeds

PIECES = [
    *(b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\u0000", b"\\ud800", b"NaN", b"1e999", b"null", b"-9223372036854775809"),
    *(b"<", b">", b"</", b"<!DOCTYPE a [", b"<!ENTITY a SYSTEM 'file:///etc/passwd'>", b"&#0;", b"&a;", b"<![CDATA[", b"]]>", b'xmlns:a="'),
    *(b"\r\n", b"\r\n\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", "é\u202e".encode(), b"HTTP/1.1 200 OK\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\0", b"\r\nffffffff\r\n"),
    *(b"{name|", b"}}", b"{{", b"'''", b'"""', b" = ", b"[[find]]\n", b"1-1-1", b"31/02/2026", b"(312) 555", b"@", b"99999999999999999999"),
]
Edit = tuple[int, int, bytes]


def edited(seed: bytes, edits: list[Edit]) -> bytes:
    """The seed with pieces put in at places, each in the stead of so many bytes."""
    for at, length, piece in edits:
        place = at % (len(seed) + 1)
        seed = seed[:place] + piece + seed[place + length :]
    return seed[:20_000]


EDITS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 60), st.one_of(st.sampled_from(PIECES), st.binary(max_size=6))), max_size=6)


@pytest.mark.parametrize("parser", PARSERS)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_input_breaks_it(parser: str, data: st.DataObject) -> None:
    kept = [file.read_bytes() for file in seeds(parser)]
    whole = data.draw(st.one_of(st.sampled_from(kept), st.binary(max_size=60)))
    PARSERS[parser](edited(whole, data.draw(EDITS)))


@pytest.mark.parametrize(("parser", "kept"), [(parser, file.name) for parser in PARSERS for file in seeds(parser)])
def test_kept_inputs(parser: str, kept: str) -> None:
    PARSERS[parser]((SEEDS / parser / kept).read_bytes())


def test_each_parser_has_inputs_to_begin_with() -> None:
    assert [parser for parser in PARSERS if not seeds(parser)] == []
