"""A search asks everybody at the same time, tells each outcome for what it is, and shows nothing that was not logged."""

from __future__ import annotations

import asyncio
import random
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import BadAnswer, Unavailable
from app.services.departments import Departments
from app.services.search import MOST_CALLERS, Findings, Search
from models.outcomes import Answered, Failed, NotPermitted, Skipped
from models.people import Caller, SubjectRef
from models.query import SearchQuery
from models.store.errors import StoreUnavailable
from tests.fakes.departments import FakeAsker, FakeAudit, FakeDepartment, FakeSecrets, Gate, departments, person, record

QUERY = SearchQuery(name="maria gonzalez", given="maria", family="gonzalez")
HOME, PHONE = "2210 N Clark St 60614", "(312) 555-0142"


def run(desk: Departments, query: SearchQuery = QUERY, audit: FakeAudit | None = None, asker: FakeAsker | None = None) -> list[Findings]:
    async def work() -> list[Findings]:
        return [found async for found in Search(desk, audit or FakeAudit(), asker or FakeAsker()).run(query)]

    try:
        return asyncio.run(work())
    finally:
        desk.close()


def raising(error: Exception) -> object:
    def fail() -> None:
        raise error

    return fail


def test_each_outcome_is_told_for_what_it_is() -> None:
    desk = departments(
        {
            "well": FakeDepartment([person("well", "1", "Maria Gonzalez")]),
            "empty": FakeDepartment(),
            "down": FakeDepartment(before=raising(Unavailable("refused"))),  # type: ignore[arg-type]
            "unable": FakeDepartment(able=lambda query: False),
            "closed": FakeDepartment(),
        },
        closed={"roles": ("caseworker",)},
    )
    last = run(desk)[-1]
    assert last.finished
    kinds = {name: type(outcome) for name, outcome in last.outcomes.items()}
    assert kinds == {"well": Answered, "empty": Answered, "down": Failed, "unable": Skipped, "closed": NotPermitted}
    assert [caller.name for caller in last.callers] == ["Maria Gonzalez"]


def test_who_may_not_ask_sends_nothing() -> None:
    closed = FakeDepartment([person("closed", "1", "Maria Gonzalez")])
    run(departments({"closed": closed}, closed={"roles": ("caseworker",)}))
    assert closed.asked == []


def test_the_look_is_logged_before_anybody_is_asked() -> None:
    audit, logged = FakeAudit(), []
    fake = FakeDepartment(before=lambda: logged.append(len(audit.looks)))
    run(departments({"a": fake}), audit=audit)
    assert logged == [1]
    assert audit.looks[0].purpose == "Inquiry"
    assert audit.outcomes == ["answered 1, failed 0"]


def test_a_log_that_cannot_be_written_refuses_the_search() -> None:
    audit, fake = FakeAudit(), FakeDepartment()
    audit.broken = True
    with pytest.raises(StoreUnavailable):
        run(departments({"a": fake}), audit=audit)
    assert fake.asked == []


def test_each_person_listed_is_logged_once_before_the_list_is_shown() -> None:
    audit = FakeAudit()
    named, nobody = SubjectRef("c", "9"), None
    desk = departments(
        {
            "a": FakeDepartment([person("a", "1", "Maria Gonzalez"), person("a", "2", "Maria Gonzalez Ruiz")]),
            "b": FakeDepartment([person("b", "1", "Maria Gonzalez")]),
            "c": FakeDepartment([record("c", "r1", subject=named), record("c", "r2", subject=nobody)]),
        }
    )

    async def looking() -> None:
        async for findings in Search(desk, audit, FakeAsker()).run(QUERY):
            listed = {member.ref for caller in findings.callers for member in caller.members}
            assert listed <= {ref for refs in audit.shown for ref in refs}

    asyncio.run(looking())
    desk.close()
    shown = [ref for refs in audit.shown for ref in refs]
    assert sorted(shown) == [SubjectRef("a", "1"), SubjectRef("a", "2"), SubjectRef("b", "1"), named]


def test_who_is_beyond_the_list_was_not_seen() -> None:
    audit = FakeAudit()
    crowd = FakeDepartment(
        [person("crowd", str(n), f"Maria Gonzalez {chr(65 + n // 26)}{chr(65 + n % 26)}") for n in range(MOST_CALLERS + 9)]
    )
    last = run(departments({"crowd": crowd}, crowd={"limits": {"people": 100}}), audit=audit)[-1]
    assert last.more == 9
    assert sum(len(refs) for refs in audit.shown) == MOST_CALLERS


def test_nobody_is_listed_when_that_cannot_be_logged() -> None:
    class Full(FakeAudit):
        async def seen(self, row, subjects):  # type: ignore[no-untyped-def]
            raise StoreUnavailable("full", "The disk is full.")

    found: list[Findings] = []

    async def looking() -> None:
        async for findings in Search(desk, Full(), FakeAsker()).run(QUERY):
            found.append(findings)

    desk = departments({"a": FakeDepartment([person("a", "1", "Maria Gonzalez")])})
    with pytest.raises(StoreUnavailable):
        asyncio.run(looking())
    desk.close()
    assert found == []


def test_a_search_that_nobody_waits_for_shows_and_logs_nobody() -> None:
    audit = FakeAudit()

    async def looking() -> None:
        search = Search(desk, audit, FakeAsker())
        search.cancel()
        assert [findings async for findings in search.run(QUERY)] == []

    desk = departments({"a": FakeDepartment([person("a", "1", "Maria Gonzalez")])})
    asyncio.run(looking())
    desk.close()
    assert (audit.shown, audit.outcomes) == ([], [])


def test_one_that_hangs_is_told_at_its_deadline_and_the_others_come_before() -> None:
    gate = Gate()
    desk = departments(
        {"hung": FakeDepartment(before=gate), "well": FakeDepartment([person("well", "1", "Maria Gonzalez")])}, hung={"deadline": 0.2}
    )
    found = run(desk)
    gate.open()
    assert "hung" not in found[0].outcomes
    assert found[0].callers
    outcome = found[-1].outcomes["hung"]
    assert isinstance(outcome, Failed)
    assert outcome.fault.key == "timed_out"


@pytest.mark.expect_log("unexpected ZeroDivisionError")
def test_a_bug_is_logged_and_the_others_go_on() -> None:
    desk = departments(
        {
            "bug": FakeDepartment(before=lambda: print(1 / 0)),
            "well": FakeDepartment([person("well", "1", "Maria Gonzalez")]),
        }
    )
    last = run(desk)[-1]
    assert isinstance(last.outcomes["bug"], Failed)
    assert last.outcomes["bug"].fault.key == "unexpected"
    assert last.callers


def test_what_came_before_an_unreadable_part_is_kept_and_said() -> None:
    class Half(FakeDepartment):
        def find(self, query, ctx):  # type: ignore[no-untyped-def]
            yield person("half", "1", "Maria Gonzalez")
            raise BadAnswer("person.birth_date is not a date", key="mapping")

    outcome = run(departments({"half": Half()}))[-1].outcomes["half"]
    assert isinstance(outcome, Answered)
    assert len(outcome.people) == 1
    assert outcome.partial is not None


def test_more_than_the_limit_is_cut_and_said() -> None:
    crowd = FakeDepartment([person("crowd", str(n), "Maria Gonzalez") for n in range(9)])
    outcome = run(departments({"crowd": crowd}, crowd={"limits": {"people": 5}}))[-1].outcomes["crowd"]
    assert isinstance(outcome, Answered)
    assert len(outcome.people) == 5
    assert outcome.truncated


def test_a_phone_known_to_one_department_finds_the_person_in_the_others() -> None:
    phone_query = SearchQuery(phone="+13125550142")
    knows = FakeDepartment([person("knows", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME)])
    by_name = FakeDepartment([person("other", "2", "Maria Gonzales", "1984-03-09", "", HOME)], able=lambda query: bool(query.name))
    audit = FakeAudit()
    last = run(departments({"knows": knows, "other": by_name}), phone_query, audit)[-1]
    assert [len(caller.members) for caller in last.callers] == [2]
    assert by_name.asked[-1].birth_date == date(1984, 3, 9)
    assert len(audit.looks) == 2


def test_a_caller_keeps_its_key_while_more_answers_come() -> None:
    gate = Gate()
    first = FakeDepartment([person("zoo", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME)])
    late = FakeDepartment([person("abc", "2", "Maria Gonzalez", "1984-03-09", PHONE, HOME)], before=gate)

    async def work() -> list[Findings]:
        found = []
        async for findings in Search(desk, FakeAudit(), FakeAsker()).run(QUERY):
            found.append(findings)
            gate.open()
        return found

    desk = departments({"zoo": first, "abc": late})
    found = asyncio.run(work())
    desk.close()
    assert len(found[0].callers[0].members) == 1
    assert len(found[-1].callers[0].members) == 2
    assert found[0].callers[0].key == found[-1].callers[0].key


@given(st.lists(st.lists(st.integers(0, 5), min_size=6, max_size=6), min_size=1, max_size=6), st.randoms())
def test_keys_are_never_shared_however_people_are_joined_and_parted(answers: list[list[int]], order: random.Random) -> None:
    """Each answer says of six records which group they are in; a later one may part whom an earlier one joined."""
    search = Search(departments({}), FakeAudit(), FakeAsker())
    records = [person("abc", str(n), "Maria Gonzalez") for n in range(6)]
    for groups in answers:
        parts = [tuple(each for each, group in zip(records, groups, strict=True) if group == number) for number in set(groups)]
        order.shuffle(parts)
        joined = tuple(Caller(f"{part[0].ref.id}", "", None, (), (), (), "single", (), part) for part in parts)
        keyed = search._with_stable_keys(joined)
        assert [caller.members for caller in keyed] == parts
        keys = {caller.key: {f"abc/{member.ref.id}" for member in caller.members} for caller in keyed}
        assert len(keys) == len(parts)
        # A key goes with the record that it was made of.
        assert all(key in own for key, own in keys.items())


def test_a_record_that_names_nobody_is_an_entry_of_its_own() -> None:
    loose, owned = record("requests", "24-1", "Pothole"), record("requests", "24-2", "Tree", SubjectRef("requests", "7"))
    desk = departments({"requests": FakeDepartment([loose, owned, person("requests", "7", "Ann Lee")])})

    async def work() -> tuple[Findings, object]:
        search = Search(desk, FakeAudit(), FakeAsker())
        found = [each async for each in search.run(SearchQuery(reference="24-1"))]
        return found[-1], search.record_of("record:requests/24-1")

    last, found = asyncio.run(work())
    desk.close()
    assert [caller.name for caller in last.callers] == ["Pothole", "Ann Lee"]
    assert found == loose


def test_a_superseded_search_drops_what_is_queued() -> None:
    gate = Gate()
    fake = FakeDepartment([person("slow", "1", "Maria Gonzalez")], before=gate)
    desk = departments({"slow": fake}, slow={"concurrent": 1})

    async def work() -> None:
        searches = [Search(desk, FakeAudit(), FakeAsker()) for _ in range(10)]

        async def one(search: Search) -> None:
            async for _ in search.run(QUERY):
                pass

        tasks = [asyncio.create_task(one(search)) for search in searches]
        await asyncio.sleep(0.1)
        for search in searches[:-1]:
            search.cancel()
        gate.open()
        await asyncio.gather(*tasks)

    asyncio.run(work())
    desk.close()
    assert len(fake.asked) == 2  # the one on the wire, and the last


def test_the_credential_is_handed_to_the_call_and_nowhere_else() -> None:
    fake = FakeDepartment()
    desk = departments({"a": fake}, FakeSecrets({"a-key": "s3cret"}), a={"credential": "a-key"})
    last = run(desk)[-1]
    assert fake.secrets == ["s3cret"]
    assert "s3cret" not in repr(last)


def test_a_fault_is_logged_once_and_once_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    faults = [Unavailable("x"), Unavailable("x"), None, Unavailable("x")]

    def before() -> None:
        if fault := faults.pop(0):
            raise fault

    desk = departments({"a": FakeDepartment(before=before)})

    async def work() -> None:
        for _ in range(4):
            async for _ in Search(desk, FakeAudit(), FakeAsker()).run(QUERY):
                pass

    with caplog.at_level("INFO"):
        asyncio.run(work())
    desk.close()
    assert [line for line in caplog.messages if line.startswith("department")] == [
        "department a fails: no_connection",
        "department a answers again",
        "department a fails: no_connection",
    ]


HIDDEN = msgspec.structs.replace(person("cases", "9", "Hannah Lindqvist", "1986-05-21", PHONE, HOME), protected=True)
OPEN_HERE = person("revenue", "8", "Hannah Lindqvist", "1986-05-21", PHONE, HOME)
PLACE = SearchQuery(address="2210 N Clark St", street="N Clark St", number="2210")
KEEPS = {"person": {"id": "id", "full_name": "name", "protected": "secret"}}


def test_nobody_is_found_by_a_secret_address_nor_is_it_confirmed() -> None:
    by_name = SearchQuery(name="Hannah Lindqvist", given="Hannah", family="Lindqvist")
    for query, found in (
        (PLACE, []),
        (SearchQuery(post_code="60614"), []),
        (msgspec.structs.replace(by_name, post_code="60614"), []),
        (msgspec.structs.replace(by_name, address="2210 N Clark St", street="N Clark St", number="2210"), []),
        (by_name, ["Hannah Lindqvist"]),
        (SearchQuery(phone="+13125550142"), ["Hannah Lindqvist"]),
    ):
        audit = FakeAudit()
        desk = departments({"revenue": FakeDepartment([OPEN_HERE]), "cases": FakeDepartment([HIDDEN])}, cases=KEEPS)
        last = run(desk, query, audit)[-1]
        assert [caller.name for caller in last.callers] == found, query
        assert (HIDDEN.ref in {ref for each in audit.shown for ref in each}) == bool(found)


def test_others_at_a_place_are_found() -> None:
    neighbour = person("revenue", "7", "Peter Neighbour", "1950-01-01", "", HOME)
    desk = departments({"revenue": FakeDepartment([OPEN_HERE, neighbour]), "cases": FakeDepartment([HIDDEN])}, cases=KEEPS)
    assert [caller.name for caller in run(desk, PLACE)[-1].callers] == ["Peter Neighbour"]


def test_a_place_shows_nobody_before_it_is_known_whose_address_is_secret() -> None:
    asked = FakeDepartment([HIDDEN], able=lambda query: bool(query.family))  # can't be searched by a place
    desk = departments({"revenue": FakeDepartment([OPEN_HERE]), "cases": asked}, cases=KEEPS)
    every = run(desk, PLACE)
    assert all(found.callers == () for found in every)
    assert [query.family for query in asked.asked] == ["Lindqvist"]


def test_a_place_shows_nobody_while_the_keeper_of_secret_addresses_is_down() -> None:
    desk = departments(
        {"revenue": FakeDepartment([OPEN_HERE]), "cases": FakeDepartment(before=raising(Unavailable("refused")))},  # type: ignore[arg-type]
        cases=KEEPS,
    )
    last = run(desk, PLACE)[-1]
    assert last.callers == ()
    assert isinstance(last.outcomes["cases"], Failed)


def test_who_is_asked_by_name_is_found_while_the_keeper_is_down() -> None:
    desk = departments(
        {"revenue": FakeDepartment([OPEN_HERE]), "cases": FakeDepartment(before=raising(Unavailable("refused")))},  # type: ignore[arg-type]
        cases=KEEPS,
    )
    query = SearchQuery(name="Hannah Lindqvist", given="Hannah", family="Lindqvist", post_code="60614")
    assert [caller.name for caller in run(desk, query)[-1].callers] == ["Hannah Lindqvist"]


def test_the_purpose_decides_who_is_asked() -> None:
    tax, streets = FakeDepartment(), FakeDepartment()
    last = run(departments({"tax": tax, "streets": streets}), asker=FakeAsker(forbidden=("tax",)))[-1]
    assert isinstance(last.outcomes["tax"], NotPermitted)
    assert (tax.asked, len(streets.asked)) == ([], 1)


def test_another_purpose_in_the_middle_asks_and_leaves_out() -> None:
    asker = FakeAsker(forbidden=("tax",))
    desk = departments({"tax": FakeDepartment([person("tax", "1", "Maria Gonzalez")]), "streets": FakeDepartment()})

    async def work() -> None:
        search = Search(desk, FakeAudit(), asker)
        async for found in search.run(QUERY):
            assert found.callers == ()
        asker.forbidden = ()
        assert [caller.name for caller in (await search.retry("tax", QUERY)).callers] == ["Maria Gonzalez"]
        asker.forbidden = ("tax",)
        after = await search.retry("tax", QUERY)
        assert isinstance(after.outcomes["tax"], NotPermitted)
        assert after.callers == ()

    asyncio.run(work())
    desk.close()
