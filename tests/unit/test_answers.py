"""What is refused of an answer before it is parsed, as a few bytes of it would come to hundreds in memory."""

from __future__ import annotations

import pytest

from adapters.answers import decode_json
from adapters.contract import BadAnswer
from adapters.transport import HttpResponse
from adapters.xml_answers import decode_xml

MANY = {
    "empty objects": b"[" + b"{}," * 200_000 + b"1]",
    "lists": b"[" + b"[]," * 200_000 + b"1]",
    "small texts": b"[" + b'"",' * 400_000 + b"1]",
    "elements": b"<r>" + b"<a/>" * 200_000 + b"</r>",
    "attributes": b"<r " + b" ".join(b'a%d="1"' % n for n in range(200_000)) + b"/>",
}


@pytest.mark.parametrize("case", MANY)
def test_what_would_burst_is_too_large(case: str) -> None:
    body = MANY[case]
    decode = decode_xml if body[:1] == b"<" else decode_json
    with pytest.raises(BadAnswer) as refused:
        decode(HttpResponse(200, {}, body, ""))
    assert refused.value.fault_key == "too_large"


def test_a_long_answer_of_ordinary_rows_is_read() -> None:
    row = b'{"id": "R-000001", "title": "Property tax bill, parcel 14-33-105-0001", "note": "%s"}' % (b"Billed, reminded, paid. " * 10)
    assert len(decode_json(HttpResponse(200, {}, b"[" + b",".join([row] * 20_000) + b"]", ""))) == 20_000
    element = b"<row><id>R-000001</id><title>Property tax bill</title><note>%s</note></row>" % (b"Billed, reminded, paid. " * 10)
    assert len(decode_xml(HttpResponse(200, {}, b"<rows>" + element * 20_000 + b"</rows>", ""))) == 20_000
