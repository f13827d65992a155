"""GeoReport v2 answers in all the forms that cities give them: they come to one form, or to an error of the right class."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.contract import BadAnswer, Conflict, DepartmentError, Forbidden, NotFound, RateLimited, Rejected, SignInNeeded, Unavailable
from adapters.open311_answers import (
    DEEPEST,
    Endpoint,
    ServiceAttribute,
    definition,
    empty,
    endpoints,
    production,
    read,
    request_items,
    services,
    text,
)
from adapters.transport import HttpResponse

ITEM = {"service_request_id": "7", "status": "open", "lat": "51.43999862670898"}
ITEM_XML = "<service_request_id>7</service_request_id><status>open</status><lat>51.43999862670898</lat>"


def json_answer(content: Any, status: int = 200, media: str = "application/json") -> HttpResponse:
    return HttpResponse(status, {"content-type": media}, json.dumps(content).encode(), "http://city.example/")


def xml_answer(content: str, status: int = 200, media: str = "text/xml; charset=utf-8") -> HttpResponse:
    return HttpResponse(status, {"content-type": media}, content.encode(), "http://city.example/")


@pytest.mark.parametrize(
    "response",
    [
        json_answer([ITEM]),
        json_answer(ITEM),
        json_answer({"service_requests": [ITEM]}),
        json_answer({"service_requests": ITEM}),
        json_answer({"service_requests": {"request": [ITEM]}}),
        json_answer({"service_requests": {"request": ITEM}, "status": "ok"}),
        json_answer([{"service_request": ITEM}]),
        json_answer({"requests": [{"request": ITEM}]}),
        json_answer([{name: [value] for name, value in ITEM.items()}]),
        json_answer([[ITEM]]),
        json_answer([{**ITEM, "description": None, "zipcode": "", "media_url": [], "notes": {}, "address": "  "}]),
        json_answer([ITEM], media="text/plain"),
        xml_answer(f"<service_requests><request>{ITEM_XML}</request></service_requests>"),
        xml_answer(f"<service_requests><service_request>{ITEM_XML}</service_request></service_requests>"),
        xml_answer(f"<service_requests is_array='true'><request is_array='true'>{ITEM_XML}</request></service_requests>"),
        xml_answer(f"<request>{ITEM_XML}</request>", media="application/xml"),
        xml_answer(f"<a:service_requests xmlns:a='urn:x'><request>{ITEM_XML}<address/></request></a:service_requests>"),
        xml_answer(f"\n<requests><!-- one --><request>{ITEM_XML}<zipcode> </zipcode></request></requests>", media="text/plain"),
    ],
)
def test_one_request_in_every_wrapping(response: HttpResponse) -> None:
    assert request_items(read(response)) == [ITEM]


@pytest.mark.parametrize(
    "response",
    [
        json_answer([]),
        json_answer({"service_requests": []}),
        json_answer({"service_requests": None}),
        json_answer({"service_requests": {"request": []}}),
        xml_answer("<service_requests/>"),
        xml_answer("<service_requests> </service_requests>"),
        xml_answer("<service_requests><request/></service_requests>"),
        HttpResponse(204, {}, b"", "http://city.example/"),
    ],
)
def test_an_empty_answer_is_nothing_found(response: HttpResponse) -> None:
    assert request_items(read(response)) == []


@pytest.mark.parametrize("content", [None, {}, {"hello": 1}, ["7"], 7, "none", [None], {"service_requests": "none"}])
def test_what_holds_no_requests_is_not_taken_for_nothing_found(content: Any) -> None:
    with pytest.raises(BadAnswer) as caught:
        request_items(read(json_answer(content)))
    assert caught.value.fault_key == "mapping"


def test_values_keep_their_meaning() -> None:
    sent = {"service_request_id": 638344, "lat": 51.43999862670898, "media_url": ["a", "b"], "anonymous": False, "votes": 0}
    (item,) = request_items([sent])
    assert {name: text(value) for name, value in item.items()} == {
        "service_request_id": "638344",
        "lat": "51.43999862670898",
        "media_url": "a, b",
        "anonymous": "false",
        "votes": "0",
    }
    assert text(638344.0) == "638344"
    assert text([{"note": "called", "by": None}, {"note": "done"}]) == "note: called, note: done"


def test_markup_within_a_text_is_text() -> None:
    response = xml_answer(f"<request>{ITEM_XML}<description>Turn <br/>left <b>now</b>.</description></request>")
    assert request_items(read(response))[0]["description"] == "Turn left now."


def test_elements_that_repeat_within_an_item_are_kept_together() -> None:
    response = xml_answer(f"<request>{ITEM_XML}<media_url>a</media_url><media_url>b</media_url></request>")
    assert request_items(read(response))[0]["media_url"] == ["a", "b"]


# --- errors


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (json_answer([{"code": 404, "description": "no such request"}], 404), NotFound),
        (json_answer([{"code": 404, "description": "no such request"}]), NotFound),
        (json_answer({"errors": [{"code": "404", "description": "no such request"}]}), NotFound),
        (json_answer({"errors": {"error": {"code": 400, "description": "no"}}}), Rejected),
        (json_answer({"error": {"code": 500, "message": "database"}}), Unavailable),
        (json_answer({"error": "it is broken"}), Rejected),
        (json_answer({"type": "error", "code": "404", "message": "unknown"}), NotFound),
        (json_answer({"type": "about:blank", "title": "Too many", "status": 429}), RateLimited),
        (json_answer({"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth"}}}, 400), SignInNeeded),
        (json_answer([{"code": 403, "description": "not yours"}]), Forbidden),
        (json_answer([{"code": 403, "description": "Missing or Invalid API Key"}]), SignInNeeded),
        (json_answer([{"code": 409, "description": "changed"}]), Conflict),
        (json_answer([{"code": 404, "description": "jurisdiction_id provided was not found"}], 404), Rejected),
        (json_answer([{"code": "400 - service_request_id was not provided", "description": "no"}], 400), Rejected),
        (json_answer([], 403), Forbidden),
        (xml_answer("<errors><error><code>404</code><description>none</description></error></errors>"), NotFound),
        (xml_answer("<error>Invalid api_key received</error>", 403), SignInNeeded),
        (xml_answer("<error>went wrong</error>"), Rejected),
        (xml_answer("<errors><error>went wrong</error></errors>"), Rejected),
        (xml_answer("<errors>" * 9 + "<error><code>404</code><description>x</description></error>" + "</errors>" * 9), NotFound),
        (xml_answer("not found", 404, "text/plain"), NotFound),
        (xml_answer("<!doctype html><p>No such page", 404, "text/html"), NotFound),
        (HttpResponse(400, {}, b"", "http://city.example/"), Rejected),
    ],
)
def test_errors_in_every_form(response: HttpResponse, expected: type[DepartmentError]) -> None:
    with pytest.raises(DepartmentError) as caught:
        read(response)
    assert type(caught.value) is expected
    assert "no such request" not in str(caught.value)


def test_nine_errors_are_one_with_a_count() -> None:
    with pytest.raises(Rejected, match=r"^Open311 error 400, and 8 more$"):
        read(json_answer({"errors": [{"code": 400, "description": f"field {number}"} for number in range(9)]}, 400))


def test_a_service_or_request_with_words_of_an_error_is_none() -> None:
    service = {"service_code": "1", "service_name": "Error in a bill", "type": "realtime", "description": "404"}
    assert [each.code for each in services(read(json_answer([service])))] == ["1"]
    request = {"status": "open", "description": "a hole", "service_name": "Pothole"}  # neither number nor token nor code
    assert request_items(read(json_answer([request]))) == [request]


@pytest.mark.parametrize(
    ("response", "key"),
    [
        (xml_answer("<html><body>maintenance</body></html>", media="text/html"), "not_data"),
        (HttpResponse(200, {"content-type": "application/json"}, b'[{"service_request_id": "7"', ""), "incomplete"),
        (HttpResponse(200, {"content-type": "text/xml"}, b"<service_requests><request>", ""), "incomplete"),
        (HttpResponse(200, {"content-type": "application/json"}, b'[{"status": "\xff"}]', ""), "charset"),
        (HttpResponse(200, {"content-type": "text/plain"}, b"try later", ""), "unreadable"),
    ],
)
def test_what_is_no_answer_says_why(response: HttpResponse, key: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        read(response)
    assert caught.value.fault_key == key


def test_characters_illegal_in_xml_cost_no_record() -> None:
    (item,) = request_items(read(xml_answer(f"<request>{ITEM_XML}<description>a\x0bb</description></request>")))
    assert text(item["description"]) == "a\ufffdb"


def test_deep_nesting_is_refused() -> None:
    deep: Any = ITEM
    for _ in range(DEEPEST):
        deep = [deep]
    with pytest.raises(BadAnswer):
        read(json_answer(deep))


# --- definitions and discovery

ATTRIBUTE = {"code": "A", "description": "Which?", "variable": "true", "datatype": "singlevaluelist", "required": False, "order": "2"}
READ = ServiceAttribute("A", "Which?", True, "singlevaluelist", False, 2, "", (("1", "one"),))


ONE = {"key": 1, "name": "one"}


@pytest.mark.parametrize("values", [[ONE], {"value": ONE}, {"value": [ONE]}, ONE])
@pytest.mark.parametrize("wrap", [lambda a: {"attributes": [a]}, lambda a: {"attributes": {"attribute": a}}, lambda a: {"attribute": a}])
def test_a_definition_in_every_wrapping(wrap: Any, values: Any) -> None:
    content = {"service_code": 12, **wrap({**ATTRIBUTE, "values": values})}
    for document in (content, [content], {"service_definition": content}):
        found = definition(read(json_answer(document)))
        assert (found.code, found.attributes) == ("12", (READ,))


def test_a_definition_without_attributes_or_none_at_all() -> None:
    assert definition({"service_code": "1", "attributes": []}).attributes == ()
    with pytest.raises(BadAnswer):
        definition({"attributes": [ATTRIBUTE]})


def test_a_definitions_empty_parts() -> None:
    attribute = {"code": "N", "variable": "false", "values": None, "order": "last"}
    (found,) = definition({"service_code": "1", "attributes": [attribute]}).attributes
    assert found == ServiceAttribute("N", "", False, "", False, 0)


def test_endpoints_nested_or_repeated() -> None:
    v2 = "http://wiki.open311.org/GeoReport_v2"
    one = {"url": "http://a.example/v2", "specification": v2, "type": "production", "formats": "text/xml"}
    two = {**one, "url": "http://a.example/test", "type": "test", "formats": {"format": ["text/xml", "application/json"]}}
    wanted = [
        Endpoint("http://a.example/v2", v2, "production", ("text/xml",)),
        Endpoint("http://a.example/test", v2, "test", ("text/xml", "application/json")),
    ]
    for document in (
        {"endpoints": [one, two]},
        {"endpoints": [{"endpoint": [one, two]}]},
        {"discovery": {"endpoints": [{"endpoint": one}, {"endpoint": two}]}},
        {"discovery": {"endpoints": {"endpoint": [one, two, one]}}},
    ):
        assert endpoints(document) == wanted


def test_no_endpoint_to_ask_is_said() -> None:
    with pytest.raises(BadAnswer):
        endpoints({"endpoints": []})
    with pytest.raises(BadAnswer):
        production([Endpoint("http://a.example", "http://wiki.open311.org/GeoReport_v2", "test", ())])


# --- any bytes at all

ALL = (request_items, services, definition, endpoints)
media = st.sampled_from(["application/json", "text/xml", "text/plain", "", "application/json; charset=latin-1", "text/html"])
_WRAPPERS = ["service_requests", "request", "services", "attributes", "errors", "error"]
names = st.sampled_from([*_WRAPPERS, "service_request_id", "token", "status", "service_code", "code", "url"])
markup = st.text(alphabet='<>/&;#x0[]{}":,aé\x0b\u2028 ', max_size=80)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def parse_all(response: HttpResponse) -> None:
    for parse in ALL:
        with suppress(DepartmentError):
            parse(read(response))


@given(st.binary(max_size=200) | markup.map(str.encode), media, st.sampled_from([200, 204, 400]))
@example(b"<a><b/>" * 300, "text/xml", 200)
@example(b"[" * 5000, "application/json", 200)
@example(b"<service_requests><request>" * 120 + b"</request></service_requests>" * 120, "text/xml", 200)
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise_anything_but_a_departments_error(body: bytes, kind: str, status: int) -> None:
    parse_all(HttpResponse(status, {"content-type": kind}, body, "http://city.example/"))


@given(trees)
@settings(max_examples=300, deadline=None)
def test_no_json_value_raises_anything_but_a_departments_error(tree: Any) -> None:
    body = json.dumps(tree).encode()
    parse_all(HttpResponse(200, {"content-type": "application/json"}, body, "http://city.example/"))


@given(trees)
@settings(max_examples=200, deadline=None)
def test_items_have_no_empty_values(tree: Any) -> None:
    for item in request_items([{"service_request_id": "1", "extra": tree}]):
        assert item["service_request_id"] == "1"
        assert not any(empty(value) for value in item.values())
