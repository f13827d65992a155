"""The ladder: which questions may be put, what they lead to, and when it is locked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import msgspec
import pytest

from app.services.verification import Known, Ladder
from models.people import Address, Caller, Identifier, Person, SubjectRef
from models.query import SearchQuery
from models.records import Field, Record
from models.store.errors import StoreUnavailable
from models.verification import Mandate, Question, Verification, VerificationRules
from tests.fakes.contact import TODAY, FakeContact
from tests.fakes.departments import person, record

HOME, PHONE, MAIL = "2210 N Clark St, 60614", "(312) 555-0142", "m@mail.example"
RULES = VerificationRules(
    question=(
        Question("birth date", "When were you born?", "birth_date", 2),
        Question("last payment", "How much did you pay last?", "record", 2, record="payment", value="amount", newest=True),
        Question("permit", "Which permit?", "record", 2, departments=("permits",), record="permit", value="id"),
        Question("post code", "Which post code?", "post_code"),
        Question("phone", "Which phone?", "phone"),
        Question("house", "Which house?", "house_number"),
        Question("plate", "Which plate?", "record", record="permit", value="Plate"),
        Question("card", "Which card?", "identifier", scheme="library card"),
    )
)


def caller(*members: Person) -> Caller:
    return Caller("k", members[0].full_name, None, (), (), (), "certain", (), members)


def payment(department: str, key: str, amount: str, day: int) -> Record:
    return msgspec.structs.replace(record(department, key), kind="payment", amount=Decimal(amount), opened=TODAY.replace(day=day))


REVENUE = person("revenue", "1", "Maria Gonzalez", "1984-03-09", PHONE, HOME)
PERMITS = person("permits", "2", "Maria Gonzalez", "1984-03-09", "", HOME)
PAID = (payment("revenue", "p1", "10.00", 1), payment("revenue", "p2", "214.50", 20))
PERMIT = msgspec.structs.replace(record("permits", "PM-24-004211"), kind="permit", fields=(Field("Plate", "ABC 1234"),))


def known(members: Sequence[Person], records: Sequence[Record] = (), whole: Sequence[str] = ("revenue", "permits")) -> Known:
    return Known(caller(*members), records, frozenset(whole))


def ladder(rules: VerificationRules = RULES) -> Ladder:
    return FakeContact(rules=rules).ladder


def put(steps: Ladder, of: Known, said: str | None) -> tuple[str, str, bool | None]:
    """The next question, the department it comes from, and what came of it."""
    offer = steps.offer(of)
    assert offer is not None
    weighed = steps.weigh(of, offer, said)
    steps.keep(weighed)
    return offer.question.name, offer.department, weighed.right


def names(steps: Ladder, of: Known) -> list[str]:
    """All questions that would be put, none of them known to the caller."""
    found = []
    while (offer := steps.offer(of)) is not None:
        found.append(offer.question.name)
        steps.keep(steps.weigh(of, offer, None))
    return found


def test_right_answers_lead_up() -> None:
    steps, of = ladder(), known((REVENUE, PERMITS), (*PAID, PERMIT))
    assert steps.level(of.caller) == "anonymous"
    assert put(steps, of, "3/9/84")[2] is True
    assert steps.level(of.caller) == "identified"
    assert put(steps, of, "214.50")[2] is True
    assert steps.level(of.caller) == "verified"
    assert put(steps, of, "4211")[2] is True
    assert steps.level(of.caller) == "strong"
    assert steps.offer(of) is None
    assert steps.kept(of.caller).met() == ("birth date", "last payment", "permit")


def test_each_question_comes_from_another_department_as_long_as_there_is_one() -> None:
    steps, of = ladder(), known((REVENUE, PERMITS), PAID)
    # Both know the birth date; Revenue alone knows the payment and the phone, so it is left for them.
    assert put(steps, of, "3/9/84")[:2] == ("birth date", "permits")
    assert put(steps, of, None)[:2] == ("last payment", "revenue")
    # No department is left that was not asked: then the order of the site counts.
    assert put(steps, of, None)[0] == "post code"


def test_only_the_newest_payment_counts_and_only_where_all_came() -> None:
    steps, of = ladder(), known((REVENUE, PERMITS), PAID)
    put(steps, of, None)
    assert put(steps, of, "10.00") == ("last payment", "revenue", False)
    assert "last payment" not in names(ladder(), known((REVENUE,), PAID, whole=()))


def test_what_was_searched_by_is_no_question() -> None:
    of = known((REVENUE, PERMITS), (*PAID, PERMIT))
    for query, gone in (
        (SearchQuery(birth_date=REVENUE.birth_date), {"birth date"}),
        (SearchQuery(post_code="60614"), {"post code"}),
        (SearchQuery(address="2210 N Clark St", street="N Clark St", number="2210"), {"post code", "house"}),
        (SearchQuery(phone="+13125550142"), {"phone"}),
        (SearchQuery(reference="PM-24-004211"), {"permit"}),
    ):
        steps = ladder()
        steps.hear(query)
        steps.hear(SearchQuery(name="maria"))  # said once in the contact is said
        put_to = set(names(steps, of))
        assert not put_to & gone, query
        everything = set(names(ladder(), of))
        assert put_to or everything == gone


def test_questions_come_only_from_this_callers_records() -> None:
    stranger = person("library", "9", "Mario Rossi", "1990-01-01", "5551234567")
    other_payment = payment("library", "x", "5.00", 3)
    of = known((PERMITS,), (other_payment, PERMIT))
    offered = names(ladder(), of)
    assert "last payment" not in offered
    assert "phone" not in offered
    assert stranger.ref not in {member.ref for member in of.caller.members}


@pytest.mark.parametrize("born", ["1900-01-01", "2030-01-01"])
def test_a_birth_date_that_stands_for_unknown_is_no_question(born: str) -> None:
    assert names(ladder(), known((person("revenue", "1", "Maria Gonzalez", born),))) == []


def test_two_failures_lock_the_ladder_for_the_contact_whoever_is_open() -> None:
    steps, of = ladder(), known((REVENUE, PERMITS), PAID)
    put(steps, of, "1/1/1999")
    another = known((person("cases", "7", "Maria Gonzales", "1948-06-30", "3125550187"),))
    put(steps, another, "2/2/1950")
    assert steps.locked
    assert steps.offer(of) is None
    assert steps.offer(another) is None
    assert steps.kept(of.caller).locked
    steps.reset()
    assert steps.offer(of) is not None


def test_a_restart_unlocks_nothing_and_verifies_nobody() -> None:
    steps, of = ladder(), known((REVENUE, PERMITS), PAID)
    put(steps, of, "3/9/84")
    put(steps, of, "1.00")
    before = steps.kept(of.caller)
    again = ladder()
    again.resume(before)
    assert again.level(of.caller) == "anonymous"
    put(again, of, "1/1/1999")
    assert again.locked


def test_not_to_know_is_no_failure_and_five_questions_are_enough() -> None:
    steps, of = ladder(), known((REVENUE, PERMITS), (*PAID, PERMIT))
    assert len(names(steps, of)) == 5
    assert not steps.locked
    assert steps.level(of.caller) == "anonymous"


def test_levels_belong_to_a_caller_and_go_with_their_records() -> None:
    steps, both = ladder(), known((REVENUE, PERMITS), PAID)
    put(steps, both, "3/9/84")
    put(steps, both, "214.50")
    assert steps.level(both.caller) == "verified"
    assert steps.level(caller(person("cases", "7", "Maria Gonzales"))) == "anonymous"
    # Revenue's record turns out to be somebody else's: what it answered proves nothing any more.
    assert steps.level(caller(PERMITS)) == "identified"


def test_a_secret_address_is_never_asked_for() -> None:
    hidden = msgspec.structs.replace(PERMITS, protected=True)
    assert {"post code", "house"} & set(names(ladder(), known((REVENUE, PERMITS))))
    assert not {"post code", "house"} & set(names(ladder(), known((REVENUE, hidden))))


def test_numbers_and_fields_and_the_post_code_in_a_whole_address() -> None:
    reader = msgspec.structs.replace(
        PERMITS,
        birth_date=None,
        addresses=(Address("618 N Cedar St, Springvale, 60641"),),
        identifiers=(Identifier("library card", "L00042117"),),
    )
    steps, of = ladder(), known((reader,), (PERMIT,))
    said = {"permit": "4211", "post code": "60641", "house": "618", "plate": "abc1234", "card": "2117"}
    while (offer := steps.offer(of)) is not None:
        weighed = steps.weigh(of, offer, said[offer.question.name])
        assert weighed.right, offer.question.name
        steps.keep(weighed)
    assert steps.level(of.caller) == "strong"


def test_the_outcome_is_logged_before_it_is_told_and_never_the_answer() -> None:
    contact = FakeContact(rules=RULES)
    of = known((REVENUE, PERMITS), PAID)
    offer = contact.ladder.offer(of)
    assert offer is not None
    assert asyncio.run(contact.verifier.answer(of, offer, "march 9 1984")) is True
    asyncio.run(contact.verifier.act_for(of.caller, Mandate("Ana Gonzalez", "Power of attorney")))
    assert [look.kind for look in contact.audit.looks] == ["verification", "verification"]
    assert contact.audit.outcomes == ["birth date: right", "acts for another: Power of attorney"]
    told = repr((contact.audit.looks, contact.audit.outcomes, contact.ladder.kept(of.caller), vars(contact.ladder)))
    assert not any(secret in told for secret in ("1984", "march", "214.5"))


def test_a_log_that_cannot_be_written_tells_and_counts_nothing() -> None:
    contact = FakeContact(rules=RULES)
    of = known((REVENUE, PERMITS), PAID)
    offer = contact.ladder.offer(of)
    assert offer is not None
    contact.audit.broken = True
    with pytest.raises(StoreUnavailable):
        asyncio.run(contact.verifier.answer(of, offer, "1/1/1999"))
    assert contact.ladder.kept(of.caller) == Verification()


def test_a_call_from_a_number_of_this_caller_alone_counts_once_and_is_no_question() -> None:
    rules = msgspec.structs.replace(RULES, calling_number=1, most=1)
    desk, of = FakeContact(rules=rules), known((REVENUE, PERMITS))
    steps = desk.ladder
    asyncio.run(desk.verifier.called_from(of.caller))
    asyncio.run(desk.verifier.called_from(of.caller))
    assert (steps.level(of.caller), steps.kept(of.caller).met()) == ("identified", ("calling number",))
    assert put(steps, of, "3/9/84")[2] is True
    assert steps.level(of.caller) == "verified"
    assert steps.level(caller(person("permits", "9", "Somebody Else"))) == "anonymous"
    before = steps.kept(of.caller)
    steps.reset()
    steps.resume(before)
    asyncio.run(desk.verifier.called_from(of.caller))
    assert [each.question for each in steps.kept(of.caller).asked].count("calling number") == 1, "it speaks anew after a crash"


def test_a_call_from_a_known_number_counts_nothing_where_the_site_gives_nothing_for_it() -> None:
    desk, of = FakeContact(rules=RULES), known((REVENUE,))
    asyncio.run(desk.verifier.called_from(of.caller))
    assert desk.ladder.kept(of.caller) == Verification()


def test_a_number_never_verifies_by_itself() -> None:
    with pytest.raises(ValueError, match="fewer points than verified"):
        VerificationRules(calling_number=3)


def test_a_mandate_is_kept_with_the_caller() -> None:
    steps, of = ladder(), known((REVENUE, PERMITS))
    steps.act_for(of.caller, Mandate("Ana", "Court order"))
    assert steps.kept(caller(PERMITS)).mandate == Mandate("Ana", "Court order")
    assert steps.kept(caller(person("cases", "7", "X"))).mandate is None
    steps.act_for(of.caller, None)
    assert steps.kept(of.caller).mandate is None


def test_records_of_several_members_of_one_department() -> None:
    first, second = PERMITS, msgspec.structs.replace(PERMITS, ref=SubjectRef("permits", "3"))
    mine = msgspec.structs.replace(PERMIT, subject=second.ref)
    steps, of = ladder(), known((first, second), (mine,))
    put(steps, of, None)
    name, department, right = put(steps, of, "4211")
    assert (name, department, right) == ("permit", "permits", True)
    assert steps.level(caller(second)) == "identified"
    assert steps.level(caller(first)) == "anonymous"
