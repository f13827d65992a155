"""Reporting to an Open311 server: its services and their attributes as a form, what goes out, tokens, refusals, and lost replies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from adapters.contract import BadAnswer, CallContext, NotFound, Rejected, TellsForms, Unavailable, Unsettled
from adapters.manifest import ManifestError
from adapters.open311 import Open311Department
from models.changes import Receipt, Writing
from models.people import SubjectRef
from tests.contract.case import department_at
from tests.fakes.http_server import HttpServer, Reply
from tests.fakes.open311_server import City, Open311Server
from tests.fakes.processes import free_port

KEY = "k 311&ü"
SERVICES = [
    {"service_code": "P1", "service_name": "Pothole", "metadata": True, "group": "Streets"},
    {"service_code": "L2", "service_name": "Street light", "metadata": False},
]
ATTRIBUTES: list[dict[str, Any]] = [
    {"variable": False, "code": "WARN", "datatype": "string", "required": False, "order": 1, "description": "Danger to life? Call 911."},
    {"variable": True, "code": "SIZE-1", "datatype": "singlevaluelist", "required": True, "order": 2, "description": "How large?"}
    | {"values": [("value", {"key": "S", "name": "A fist"}), ("value", {"key": "L", "name": "A plate"})]},
    {"variable": True, "code": "lanes", "datatype": "multivaluelist", "required": False, "order": 3, "description": "Which lanes?"}
    | {"values": [("value", {"key": "1", "name": "Left"}), ("value", {"key": "2", "name": "Right"})]},
    {"variable": True, "code": "Since when?", "datatype": "datetime", "required": False, "order": 4, "description": "Since"},
    {"variable": True, "code": "DEPTH", "datatype": "number", "required": False, "order": 5, "description": "Depth in inches"},
    {"variable": True, "code": "NOTE", "datatype": "text", "required": False, "order": 6, "description": "Anything else?"},
    {"variable": True, "code": "POLE", "datatype": "string", "required": False, "order": 7, "description": ""},
]
REPORT = """
[[apply]]
change = "report"
title = "Report a problem"
anonymous = true
fields = [
  { name = "service_code", label = "What", type = "choice" },
  { name = "address_string", label = "Where", type = "address" },
  { name = "description", label = "What exactly", type = "lines", required = false },
  { name = "media", label = "Picture", type = "file", required = false },
]
"""


def manifest(address: str, form: str, apply: str = REPORT, more: str = "") -> str:
    return f"""
kind = "open311"
title = "Requests"
colour = "#336699"
address = "{address}"
credential = "city"
auth = {{ type = "api_key", parameter = "api_key" }}
capabilities = ["apply"]
roles = ["agent"]
time_zone = "America/Chicago"
open311 = {{ format = "{form}" }}
{more}
{apply}
"""


@contextmanager
def opened(
    folder: Path, form: str = "json", apply: str = REPORT, **habits: Any
) -> Iterator[tuple[Open311Department, CallContext, Open311Server]]:
    city = City(services=SERVICES, definitions={"P1": ATTRIBUTES}, api_key=KEY, **habits)
    with Open311Server(city) as server, department_at(manifest(server.url, form, apply), folder, KEY) as (department, ctx):
        assert isinstance(department, Open311Department)
        yield department, ctx, server


def report(values: dict[str, str], **more: Any) -> Writing:
    where = {"address_string": "2200 N Clark St, 60614", "street": "N Clark St", "number": "2200"}
    return Writing("report", "K-1", {"service_code": "P1", **where, "description": "Deep", **values}, **more)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_services_and_attributes_are_a_form(tmp_path: Path, form: str) -> None:
    with opened(tmp_path, form) as (department, ctx, _):
        assert isinstance(department, TellsForms)
        assert department.followed == "service_code"
        assert [(each.value, each.label) for each in department.choices("report", ctx)] == [("P1", "Pothole"), ("L2", "Street light")]
        fields = department.following("report", "P1", ctx)
        assert department.following("report", "L2", ctx) == ()
    assert [(field.type, field.label, field.required) for field in fields] == [
        ("told", "Danger to life? Call 911.", False),
        ("choice", "How large?", True),
        ("several", "Which lanes?", False),
        ("date", "Since", False),
        ("number", "Depth in inches", False),
        ("lines", "Anything else?", False),
        ("text", "POLE", False),
    ]
    assert [(each.value, each.label) for each in fields[1].choices] == [("S", "A fist"), ("L", "A plate")]
    assert len({field.name for field in fields}) == len(fields)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_report_goes_out_as_the_standard_has_it(tmp_path: Path, form: str) -> None:
    with opened(tmp_path, form) as (department, ctx, server):
        names = {field.label: field.name for field in department.following("report", "P1", ctx)}
        filled = {names["How large?"]: "L", names["Which lanes?"]: "1\n2", names["Since"]: "2026-11-20", names["Depth in inches"]: "4.5"}
        filled |= {names["Danger to life? Call 911."]: "", names["POLE"]: "", names["Anything else?"]: "Größe & more\nof it"}
        receipt = department.apply(report(filled, subject=SubjectRef("office", "A7")), ctx)
        assert receipt == Receipt("R-1", "Crews look at it within ten days.")
        [(kind, body, headers)] = server.posted
    assert kind == "application/x-www-form-urlencoded"
    assert "idempotency-key" not in headers
    assert parse_qsl(body.decode()) == [
        ("service_code", "P1"),
        ("address_string", "2200 N Clark St, 60614"),
        ("account_id", "A7"),
        ("description", "Deep"),
        ("attribute[SIZE-1]", "L"),
        ("attribute[lanes][]", "1"),
        ("attribute[lanes][]", "2"),
        ("attribute[Since when?]", "2026-11-20T00:00:00-06:00"),
        ("attribute[DEPTH]", "4.5"),
        ("attribute[NOTE]", "Größe & more\nof it"),
        ("api_key", KEY),
    ]


def test_a_picture_goes_along(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n--x\r\n\x00\xff"
    with opened(tmp_path) as (department, ctx, server):
        assert department.apply(report({}, media=picture), ctx).reference == "R-1"
        [(kind, body, _)] = server.posted
        assert server.city.requests[0]["description"] == "Deep"
    assert kind.startswith("multipart/form-data; boundary=")
    assert b'name="media"; filename="media.png"\r\n\r\n' + picture in body


def test_a_token_becomes_a_number_later(tmp_path: Path) -> None:
    with opened(tmp_path, answers_tokens=True) as (department, ctx, server):
        receipt = department.apply(report({}), ctx)
        assert receipt == Receipt(pending="T-R-1")
        later = msgspec.structs.replace(report({}), pending=receipt.pending)
        assert department.settled(later, ctx) == receipt
        assert department.settled(msgspec.structs.replace(later, pending="T-unknown"), ctx) == Receipt(pending="T-unknown")
        server.release()
        assert department.settled(later, ctx) == Receipt("R-1")


@pytest.mark.parametrize("errors", ["standard", "bare", "typed", "nested"])
def test_a_refusal_says_why(tmp_path: Path, errors: str) -> None:
    with opened(tmp_path, errors=errors) as (department, ctx, server):
        with pytest.raises(Rejected, match="an address or a place is needed"):
            department.apply(report({"address_string": ""}), ctx)
        with pytest.raises(NotFound):
            department.apply(report({"service_code": "X"}), ctx)
        assert server.city.requests == []


def test_an_error_after_taking_is_read_back(tmp_path: Path) -> None:
    with opened(tmp_path, fails_after_taking=True) as (department, ctx, _):
        mine = report({})
        with pytest.raises(Unsettled):
            department.settled(mine, ctx)  # there is none yet; but that it is not public yet can't be told
        with pytest.raises(Unavailable) as caught:
            department.apply(mine, ctx)
        assert caught.value.sent
        assert department.settled(mine, ctx) == Receipt("R-1")
        with pytest.raises(Unsettled):
            department.settled(report({"description": "Another"}), ctx)
        with pytest.raises(Unsettled):
            department.settled(report({"description": ""}), ctx)


@pytest.mark.parametrize("answer", [[], [{"service_notice": "Thank you"}], b"<html>Thank you</html>", b""])
def test_an_answer_without_number_or_token_leaves_it_open(tmp_path: Path, answer: Any) -> None:
    with HttpServer(lambda asked: Reply(answer)) as server, department_at(manifest(server.url, "json"), tmp_path, KEY) as (department, ctx):
        with pytest.raises(BadAnswer) as caught:
            department.apply(report({}), ctx)
        assert caught.value.sent


def test_a_server_that_is_down_was_sent_nothing(tmp_path: Path) -> None:
    with department_at(manifest(f"http://127.0.0.1:{free_port()}", "json"), tmp_path, KEY) as (department, ctx):
        assert isinstance(department, Open311Department)
        with pytest.raises(Unavailable) as caught:
            department.apply(report({}), ctx)
        assert not caught.value.sent
        with pytest.raises(Unavailable):
            department.choices("report", ctx)


@pytest.mark.parametrize(
    ("apply", "words"),
    [
        (REPORT.replace('{ name = "service_code", label = "What", type = "choice" },', ""), "needs a field service_code"),
        (
            REPORT.replace('name = "description"', 'name = "words"'),
            "words is no argument of a report: write one of service_code",
        ),
        (REPORT + '\n[apply.send]\npath = "escalate"\n', "begin it with /"),
    ],
)
def test_a_form_that_no_server_takes_is_told(tmp_path: Path, apply: str, words: str) -> None:
    with pytest.raises(ManifestError) as caught, department_at(manifest("http://127.0.0.1:1", "json", apply), tmp_path, KEY):
        pass
    assert words in str(caught.value)


assert BadAnswer
