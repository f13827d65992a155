"""What every kind of back-end must do alike, whatever it speaks: each test runs against each case of each kind."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from adapters.contract import PROTOCOLS, CallContext, Cancelled, Department, DepartmentError, NotFound, TimedOut
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef
from tests.contract import suite
from tests.contract.case import Case
from tests.contract.suite import MANY, NAMESAKES, PEOPLE, QUIET, RECORDS, STATUSES, UNDATED, PersonRow, RecordRow, records_of

ODD_TEXTS = {
    "quotes": "O'Brien\"; DROP TABLE people; --",
    "nul": "No\x00wak\x00zz",
    "emoji": "👩‍👩‍👧 Nowak",
    "wildcards": "%_*?",
    "per cent": "%",
    "surrogate": "zz\ud800",
    "right to left": "zz\u202ekawoN",
    "long": "z" * 10_000,
    "url": "zz/../?a=b&c=d#e",
    "line break": "zz\r\nX-Other: 1",
    "expression": "zz' || `@` || '{{7*7}}",
    "half a letter": "zz \ud83d zz",
    "always true": "zz\\' OR 1=1 -- ",
    "backslash": "\\",
    "places": "${x} {name} :name %(name)s %s ? $1 ::text",
    "more than 63 bits": str(2**63),
    "many quotes": "'" * 10_000,
    "blanks": "zz\n\r\t\x1a\x7f\u2028",
}


def find(department: Department, ctx: CallContext, family: str) -> list[Person]:
    found = list(department.find(SearchQuery(name=family, family=family), ctx))
    assert all(isinstance(item, Person) for item in found)
    return [item for item in found if isinstance(item, Person)]


def subject(department: Department, ctx: CallContext, person: PersonRow) -> SubjectRef:
    """The person's key, as the department itself gives it."""
    return SubjectRef(_department_id(department, ctx), person.id)


def _department_id(department: Department, ctx: CallContext) -> str:
    return department.lookup(RecordRef("", RECORDS[0].id), ctx).ref.department


@pytest.fixture
def by_name(case: Case) -> None:
    if "find" not in case.capabilities or "find by name" in case.missing:
        pytest.skip(f"{case.name} knows nobody by name")


def test_it_can_do_what_it_claims(case: Case, department: Department) -> None:
    assert all(isinstance(department, PROTOCOLS[name]) for name in case.capabilities)  # type: ignore[index]


@pytest.mark.usefixtures("by_name")
@pytest.mark.parametrize("person", PEOPLE[:3], ids=lambda person: person.family)
def test_finds_people_as_they_are(case: Case, department: Department, ctx: CallContext, person: PersonRow) -> None:
    [found] = find(department, ctx, person.family)
    assert (found.ref.id, found.full_name, found.read_at) == (person.id, person.full_name, ctx.now)
    if "birth_date" not in case.missing:
        assert found.birth_date == person.birth_date
    if "phone" not in case.missing:
        assert found.phones == ((person.phone,) if person.phone else ())
    if "email" not in case.missing:
        assert found.emails == ((person.email,) if person.email else ())
    if "address" not in case.missing:
        [address] = found.addresses
        for part in (person.street, person.number, person.post_code):
            assert part in address.full


@pytest.mark.usefixtures("by_name")
def test_finds_by_the_beginning_in_any_case(department: Department, ctx: CallContext) -> None:
    assert [person.ref.id for person in find(department, ctx, "hundred")] == [PEOPLE[2].id]


@pytest.mark.usefixtures("by_name")
def test_one_more_than_the_limit_tells_that_there_are_more(department: Department, ctx: CallContext) -> None:
    found = find(department, ctx, "Nowak")
    assert len(found) == suite.PEOPLE_LIMIT + 1
    assert {person.ref.id for person in found} <= {person.id for person in NAMESAKES}


@pytest.mark.usefixtures("by_name")
def test_nobody_found_is_no_error(department: Department, ctx: CallContext) -> None:
    assert find(department, ctx, "Zzyzx") == []


@pytest.mark.usefixtures("by_name")
@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_odd_texts_find_nobody_and_harm_nothing(department: Department, ctx: CallContext, text: str) -> None:
    assert find(department, ctx, text) == []
    assert len(find(department, ctx, PEOPLE[1].family)) == 1


@pytest.mark.usefixtures("by_name")
def test_a_missing_birth_date_is_missing(case: Case, department: Department, ctx: CallContext) -> None:
    found = {person.ref.id: person for person in find(department, ctx, UNDATED.family)}
    assert all((person.birth_date is None) == (key == UNDATED.id) or "birth_date" in case.missing for key, person in found.items())


def test_says_what_it_can_not_search_by(department: Department) -> None:
    assert not department.can_find(SearchQuery())


def assert_same(case: Case, found: Record, row: RecordRow, ctx: CallContext) -> None:
    assert found.ref.id == row.id
    assert found.opened == row.opened
    assert found.read_at == ctx.now
    if "title" not in case.missing:
        assert found.title == row.title
    if "status" not in case.missing:
        assert (found.status, found.state) == STATUSES[row.status]
    if "due" not in case.missing:
        assert found.due == row.due
    if "amount" not in case.missing:
        assert found.amount == row.amount
        assert found.currency == (suite.CURRENCY if row.amount is not None else "")


@pytest.mark.parametrize("person", PEOPLE[1:4], ids=lambda person: person.family)
def test_reads_all_records_of_a_person(case: Case, department: Department, ctx: CallContext, person: PersonRow) -> None:
    whose = subject(department, ctx, person)
    found = sorted(department.records(whose, ctx), key=lambda record: record.ref.id)
    expected = records_of(person)
    assert [record.ref.id for record in found] == [row.id for row in expected]
    for record, row in zip(found, expected, strict=True):
        assert_same(case, record, row, ctx)
        assert record.subject == whose


def test_one_record_more_than_the_limit_tells_that_there_are_more(department: Department, ctx: CallContext) -> None:
    found = list(department.records(subject(department, ctx, MANY), ctx))
    assert len(found) == suite.RECORDS_LIMIT + 1
    assert len({record.ref.id for record in found} & {row.id for row in records_of(MANY)}) == len(found)


def test_no_records_are_no_error(case: Case, department: Department, ctx: CallContext) -> None:
    if "people without records" in case.missing:
        pytest.skip(f"{case.name} knows nobody without records")
    assert list(department.records(subject(department, ctx, QUIET), ctx)) == []


@pytest.mark.parametrize("key", ["nobody", "1001' OR '1'='1", "../1001", "1001?x=1", "\ud800", "%"])
def test_records_of_an_unknown_person_are_never_anothers(department: Department, ctx: CallContext, key: str) -> None:
    with suppress(NotFound):
        assert list(department.records(SubjectRef(_department_id(department, ctx), key), ctx)) == []


@pytest.mark.parametrize("row", RECORDS, ids=lambda row: row.id)
def test_looks_up_one_record(case: Case, department: Department, ctx: CallContext, row: RecordRow) -> None:
    found = department.lookup(RecordRef(_department_id(department, ctx), row.id), ctx)
    assert_same(case, found, row, ctx)
    assert found.subject is not None
    assert found.subject.id == row.person


def test_an_unknown_number_is_not_found(department: Department, ctx: CallContext) -> None:
    with pytest.raises(NotFound):
        department.lookup(RecordRef(_department_id(department, ctx), "CT-9999"), ctx)


def test_finds_the_record_whose_number_was_typed(department: Department, ctx: CallContext) -> None:
    query = SearchQuery(reference=RECORDS[3].id)
    assert department.can_find(query)
    [found] = department.find(query, ctx)
    assert isinstance(found, Record)
    assert found.ref.id == RECORDS[3].id
    assert list(department.find(SearchQuery(reference="CT-9999"), ctx)) == []


def test_its_numbers_are_known_by_their_form(department: Department) -> None:
    assert department.can_find(SearchQuery(reference=RECORDS[3].id.lower()))
    assert not department.can_find(SearchQuery(reference="XX-0004"))


def test_says_that_it_is_there(department: Department, ctx: CallContext) -> None:
    assert 0 <= department.check(ctx).ms < 10_000


def raised_by_all(department: Department, ctx: CallContext) -> list[BaseException]:
    """What each method raises; one that raises nothing fails the test."""
    ref, whose = RecordRef("x", RECORDS[0].id), SubjectRef("x", MANY.id)
    raised: list[BaseException] = []
    for call in (
        lambda: list(department.find(SearchQuery(name="Nowak", family="Nowak", reference=RECORDS[0].id), ctx)),
        lambda: list(department.records(whose, ctx)),
        lambda: department.lookup(ref, ctx),
        lambda: department.check(ctx),
    ):
        with pytest.raises((DepartmentError, Cancelled)) as caught:
            call()
        raised.append(caught.value)
    return raised


def test_nothing_is_asked_after_the_deadline(department: Department, ctx: CallContext) -> None:
    late = msgspec.structs.replace(ctx, deadline=time.monotonic() - 1)
    assert {type(error) for error in raised_by_all(department, late)} == {TimedOut}


def test_nothing_is_asked_when_nobody_waits(department: Department, ctx: CallContext) -> None:
    gone = msgspec.structs.replace(ctx, cancelled=lambda: True)
    assert {type(error) for error in raised_by_all(department, gone)} == {Cancelled}


def test_a_missing_credential_is_told(case: Case, department: Department, ctx: CallContext) -> None:
    if not case.needs_credential:
        pytest.skip(f"{case.name} needs none")
    errors = raised_by_all(department, msgspec.structs.replace(ctx, credential=None))
    assert {getattr(error, "fault_key", "") for error in errors} == {"no_credential"}


def test_a_department_that_is_down_is_told(case: Case, tmp_path: Path) -> None:
    if case.down is None:
        pytest.skip(f"{case.name} can't be down")
    with case.down(tmp_path) as (department, ctx):
        errors = raised_by_all(department, msgspec.structs.replace(ctx, deadline=time.monotonic() + 10))
    assert {(getattr(error, "fault_key", ""), getattr(error, "retryable", False)) for error in errors} == {("no_connection", True)}


@pytest.mark.usefixtures("by_name")
def test_many_threads_get_the_same_answers(department: Department, ctx: CallContext) -> None:
    whose = subject(department, ctx, PEOPLE[1])

    def ask(number: int) -> tuple[list[str], list[str]]:
        person = PEOPLE[number % 3]
        patient = msgspec.structs.replace(ctx, deadline=time.monotonic() + 30)
        return [each.full_name for each in find(department, patient, person.family)], sorted(
            record.ref.id for record in department.records(whose, patient)
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(40)))
    expected = [row.id for row in records_of(PEOPLE[1])]
    assert answers == [([PEOPLE[number % 3].full_name], expected) for number in range(40)]
