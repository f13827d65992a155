"""GraphQL: variables have the types that the query declares, nothing is asked without a value, and the server validates the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.contract import BadAnswer, CallContext, Department, NotFound
from adapters.graphql_text import read_query
from adapters.manifest import ManifestError
from models.people import SubjectRef
from models.query import SearchQuery
from models.records import RecordRef
from tests.contract.case import department_at
from tests.contract.case_graphql import manifest_toml
from tests.fakes.http_server import HttpServer, Reply
from tests.fakes.node_servers import node_server


def test_a_query_tells_its_name_and_its_variables() -> None:
    query = read_query('''
        # query Other($x: Int!) { a }
        query Find_1($family: String!, $born: Date, $ids: [ID!]!, $page: Int! = 1, $by: Order = {field: "name", up: true}) @cached {
          people(filter: {family: $family}) { name(style: "a } $b: C") text(of: """block " } { """) ...more }
        }
        fragment more on Person { id }
    ''')
    assert query.name == "Find_1"
    assert query.types == {"family": "String!", "born": "Date", "ids": "[ID!]!", "page": "Int!", "by": "Order"}
    assert query.needed == {"family", "ids"}


@pytest.mark.parametrize(
    "text",
    [
        "{ people { id } }",
        "query { people { id } }",
        "query ($family: String!) { people { id } }",
        "mutation Close($id: ID!) { close(id: $id) { id } }",
        "subscription Watch { people { id } }",
        "query A { a } query B { b }",
        "query A { a } mutation B { b }",
        "fragment a on B { c }",
        "people",
        "query A { a { b }",
        "query A { a } }",
    ],
)
def test_one_named_query_is_wanted(text: str) -> None:
    with pytest.raises(ValueError, match=r"one query, with a name|brace is not closed"):
        read_query(text)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("String!", "12", "12"),
        ("ID", "12", "12"),
        ("Date", "1984-03-07", "1984-03-07"),
        ("[String!]", "a", "a"),
        ("Int", "12", 12),
        ("Int!", "-3", -3),
        ("Int", 7, 7),
        ("[Int!]!", "0", 0),
        ("Float", "1.5", 1.5),
        ("Boolean", "true", True),
        ("Boolean!", "false", False),
        ("Int", "1.5", None),
        ("Int", "2147483648", None),
        ("Int", "9" * 5000, None),
        ("Int", "１", None),
        ("Int", "one", None),
        ("Float", "NaN", None),
        ("Float", "1e999", None),
        ("Boolean", "yes", None),
        ("String!", "", None),
    ],
)
def test_a_variable_has_a_value_of_its_type(kind: str, value: str | int, expected: Any) -> None:
    variables = read_query(f"query Q($a: {kind}) {{ a }}").variables({"a": value})
    assert variables == ({"a": expected} if expected is not None else None)
    assert variables is None or type(variables["a"]) is type(expected)


@contextmanager
def registry(folder: Path, answer: Any, **parts: str) -> Iterator[tuple[HttpServer, Department, CallContext]]:
    """A department whose server answers every question alike; ``parts``: what of the manifest's text is another."""
    with HttpServer(lambda _: Reply(answer)) as server:
        text = manifest_toml(server.url, "connection")
        for old, new in parts.items():
            assert old in text
            text = text.replace(old, new)
        with department_at(text, folder, None) as (department, ctx):
            yield server, department, ctx


def page(*people: Any, more: bool = False, end: str | None = None) -> dict[str, Any]:
    edges = [{"node": each} for each in people]
    return {"data": {"people": {"edges": edges, "pageInfo": {"hasNextPage": more, "endCursor": end}}}}


JAN = {"id": "1", "given": "Jan", "family": "Nowak"}
NOWAK = SearchQuery(name="Nowak", family="Nowak")


def test_what_is_asked(tmp_path: Path) -> None:
    with registry(tmp_path, page(JAN)) as (server, department, ctx):
        assert len(list(department.find(SearchQuery(name="x", family='a" }) { b'), ctx))) == 1
    [asked] = server.asked
    body = msgspec.json.decode(asked.body)
    assert (asked.method, body["operationName"], body["variables"]) == ("POST", "FindPeople", {"family": 'a" }) { b'})
    assert "fragment person" in body["query"]
    assert "graphql-response+json" in asked.headers["accept"]


def test_a_last_page_may_have_a_cursor_all_the_same(tmp_path: Path) -> None:
    with registry(tmp_path, page(JAN, end="c1")) as (server, department, ctx):
        assert len(list(department.find(NOWAK, ctx))) == 1
        assert len(server.asked) == 1


def test_a_page_that_goes_on_for_ever_is_a_fault(tmp_path: Path) -> None:
    with registry(tmp_path, page(more=True, end="c1")) as (server, department, ctx):
        with pytest.raises(BadAnswer, match="in a circle"):
            list(department.find(NOWAK, ctx))
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    "data",
    [{"person": None}, {"person": {"cases": None}}, {"person": {"cases": {"edges": []}}}, {"person": {"cases": {"edges": None}}}],
)
def test_a_null_on_the_way_is_none(tmp_path: Path, data: Any) -> None:
    with registry(tmp_path, {"data": data}) as (_, department, ctx):
        assert list(department.records(SubjectRef("office", "1"), ctx)) == []


@pytest.mark.parametrize("data", [{}, {"persons": None}, {"person": {"case": None}}, {"person": [None]}, {"person": {"cases": 1}}])
def test_what_is_not_there_at_all_is_not_none(tmp_path: Path, data: Any) -> None:
    with registry(tmp_path, {"data": data}) as (_, department, ctx), pytest.raises(BadAnswer, match=r"office.toml:\d+: records.items"):
        list(department.records(SubjectRef("office", "1"), ctx))


def test_what_came_beside_an_error_is_shown_and_the_rest_told(tmp_path: Path) -> None:
    """Yoga's own answer where one person's field can't be had: it is null, and everybody is there."""
    server = node_server("graphql", "none")
    text = manifest_toml(f"{server.url}/graphql", "list").replace("limits = { people = 1", "limits = { people = 9")
    with department_at(text.replace(") { id given", ") { fragile id given"), tmp_path, None) as (department, ctx):
        answers = department.find(NOWAK, ctx)
        found = [next(answers) for _ in range(3)]
        with pytest.raises(BadAnswer, match="the answer has errors: INTERNAL_SERVER_ERROR") as caught:
            next(answers)
    assert [each.ref.id for each in found] == ["1004", "1005", "1006"], "the second one has the error, the third is on the next page"
    assert (caught.value.fault_key, "Ewa" in caught.value.detail) == ("mapping", False)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("case(number", "caze(number", r'office.toml:LINE: lookup.operation: Cannot query field "caze" on type "Query".'),
        (
            "case(number: $number) { number",
            "case(number: $number) { nummer",
            r'LINE: lookup.operation: Cannot query field "nummer" on type "Case"',
        ),
        ("$number: ID!", "$number: Number!", r'LINE: lookup.operation: Unknown type "Number"'),
        ("case(number: $number)", "case(number: $number))", r"LINE: lookup.operation: Syntax Error"),
    ],
)
def test_the_server_validates_every_query(tmp_path: Path, old: str, new: str, words: str) -> None:
    server = node_server("graphql", "none")
    good = manifest_toml(f"{server.url}/graphql", "connection")
    line = next(at for at, text in enumerate(good.splitlines(), 1) if "query OneCase" in text)
    with department_at(good, tmp_path, None) as (department, ctx):
        assert department.check(ctx).detail == "GraphQL"
    with (
        department_at(good.replace(old, new), tmp_path, None) as (department, ctx),
        pytest.raises(BadAnswer, match=words.replace("LINE", str(line))),
    ):
        department.check(ctx)


def test_a_check_of_its_own_is_all_that_is_asked(tmp_path: Path) -> None:
    with registry(tmp_path, {"data": {"health": "ok"}}, **{"[person]": '[check]\noperation = "query Health { health }"\n\n[person]'}) as (
        server,
        department,
        ctx,
    ):
        department.check(ctx)
    assert [msgspec.json.decode(each.body)["operationName"] for each in server.asked] == ["Health"]


def test_a_number_that_is_none_is_not_asked_for(tmp_path: Path) -> None:
    with registry(tmp_path, {"data": {"case": None}}, **{"$number: ID!": "$number: Int!"}) as (server, department, ctx):
        with pytest.raises(NotFound):
            department.lookup(RecordRef("office", "CT-0001"), ctx)
        assert server.asked == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("query OneCase(", "mutation OneCase(", "operation: write one query, with a name"),
        ("body = { number =", "body = { reference =", "body: the query declares no $reference"),
        ("body = { number =", "body = { reference =", "operation: $number must have a value: write body = { number = ... }"),
        ('parameter = "after"', 'parameter = "cursor"', "paging: the query declares no $cursor"),
        ('body = { id = "{subject}" }', 'body = { id = "{subject}" }\npath = "/x"', "kind graphql has no path: write operation and body"),
        ('by = "cursor", parameter = "after", next = "people.pageInfo"', 'by = "link"', "kind graphql has no links"),
    ],
)
def test_what_the_kind_can_not_do_is_told_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = manifest_toml("http://127.0.0.1:1/graphql", "connection")
    assert old in text
    with pytest.raises(ManifestError) as caught, department_at(text.replace(old, new, 1), tmp_path, None):
        pass
    assert words in str(caught.value)
    assert all(each.line > 1 for each in caught.value.problems)


def test_a_question_without_a_query_is_told(tmp_path: Path) -> None:
    text = manifest_toml("http://127.0.0.1:1/graphql", "connection")
    start = text.index('operation = "query OneCase')
    with pytest.raises(ManifestError) as caught, department_at(text[:start] + text[text.index("body = { number") :], tmp_path, None):
        pass
    assert 'lookup has no operation: write operation = "query Name($variable: Type) { ... }"' in str(caught.value)
