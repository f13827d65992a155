"""What Springvale's departments take: made for real, once for a key, told again, taken back; and what becomes of a reply that is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import msgspec
import pytest

from adapters.contract import CallContext, Conflict, Department, DepartmentError, NotFound, Rejected, TellsForms, Unavailable
from adapters.manifest import Manifest
from adapters.registry import make_department
from adapters.transport import Transport
from app.config import load_site
from models.changes import Writing
from models.people import SubjectRef
from models.records import RecordRef
from resources.demo.city import DemoCity

MARIA = {"revenue": "400001", "permits": "50001", "requests": "A100001", "parking": "7000001", "cases": "30001"}
FATHER = {"benefits": "900005"}
MOVED = {"street": "W Belmont Ave", "number": "1804", "unit": "", "post_code": "60657", "city": "Springvale", "from_date": "2026-12-01"}
MOVED["address"] = "1804 W Belmont Ave, 60657"
CHANGES = {
    "address": MOVED,
    "phone": {"phone": "+13125550199"},
    "email": {"email": "maria.new@mail.example"},
    "name": {"given_name": "Maria", "family_name": "Gonzalez-Núñez", "from_date": "2026-12-01"},
    "death": {"death_date": "2026-11-20", "reported_by": "Ana Gonzalez"},
    "household_member": {
        "member_given_name": "Leo",
        "member_family_name": "Gonzalez",
        "member_birth_date": "2026-10-02",
        "relation": "child",
        "from_date": "2026-11-24",
    },
}


class Desk:
    """The city's departments as a desk has them."""

    def __init__(self, city: DemoCity) -> None:
        self.city = city
        self.transport = Transport()
        self.site = load_site(city.site)
        self.manifests: dict[str, Manifest] = {each.id: each for each in self.site.manifests}
        self.departments: dict[str, Department] = {name: make_department(each, self.transport) for name, each in self.manifests.items()}

    def ctx(self, department: str, seconds: float = 20.0) -> CallContext:
        credential = self.city.credentials().get(self.manifests[department].credential)
        return CallContext(time.monotonic() + seconds, credential, actor="rpham", role="caseworker")

    def close(self) -> None:
        for each in self.departments.values():
            each.close()
        self.transport.close()


@pytest.fixture(scope="module")
def desk(city: DemoCity) -> Iterator[Desk]:
    made = Desk(city)
    yield made
    made.close()


def key() -> str:
    key.count = getattr(key, "count", 0) + 1  # type: ignore[attr-defined]
    return f"K-{key.count}"  # type: ignore[attr-defined]


def taken() -> Iterator[tuple[str, str]]:
    """Department and kind of change, of all that the manifests take of the site's kinds."""
    import tomllib

    from resources import resource

    for name in ("revenue", "permits", "requests", "parking", "cases", "benefits"):
        manifest = tomllib.loads(resource("demo", "site").joinpath("departments", f"{name}.toml").read_text(encoding="utf-8"))
        yield from ((name, each["change"]) for each in manifest.get("apply", []) if each["change"] in CHANGES and "proof" not in each)


def writing(department: str, change: str) -> Writing:
    who = SubjectRef(department, {**MARIA, **FATHER}[department])
    return Writing(change, key(), CHANGES[change], who)


def bare(text: str) -> str:
    from anyascii import anyascii

    return "".join(each for each in anyascii(text).casefold() if each.isalnum())


@pytest.mark.parametrize(("department", "change"), list(taken()))
def test_a_change_is_made_told_again_and_taken_back(desk: Desk, department: str, change: str) -> None:
    adapter, wanted = desk.departments[department], writing(department, change)
    before = adapter.current(wanted, desk.ctx(department))
    assert adapter.settled(wanted, desk.ctx(department)) is None
    if before is not None:
        wanted = msgspec.structs.replace(wanted, before=before.values, version=before.version)
    receipt = adapter.apply(wanted, desk.ctx(department))
    assert receipt.reference
    now = adapter.current(wanted, desk.ctx(department))
    assert (now is None) == (before is None)
    if now is not None and before is not None:
        assert now.version != before.version
        for name, value in now.values.items():
            assert bare(CHANGES[change][name]).endswith(bare(value)), name
    assert adapter.settled(wanted, desk.ctx(department)) == receipt
    assert adapter.apply(wanted, desk.ctx(department)) == receipt
    assert adapter.current(wanted, desk.ctx(department)) == now
    apply = desk.manifests[department].apply_for(change)
    assert apply is not None
    if apply.undo:
        adapter.undo(msgspec.structs.replace(wanted, key=key()), receipt, desk.ctx(department))
        back = adapter.current(wanted, desk.ctx(department))
        assert (back.values if back else None) == (before.values if before else None)


def test_five_departments_know_maria_and_take_her_new_address(desk: Desk) -> None:
    assert {name for name, change in taken() if change == "address"} == set(MARIA)
    for change in ("death", "household_member"):
        assert len({name for name, each in taken() if each == change}) >= 2


def test_benefits_wants_proof(desk: Desk) -> None:
    apply = desk.manifests["benefits"].apply_for("address")
    assert apply is not None
    assert (apply.proof, apply.queue) == ("proof of residence", "Caseworkers")
    now = desk.departments["benefits"].current(writing("benefits", "address"), desk.ctx("benefits"))
    assert now is not None
    assert (now.values["number"], now.values["street"], now.values["post_code"]) == ("87", "S Linden St", "60631")


@pytest.mark.parametrize(("department", "hidden"), [("revenue", "400011"), ("cases", "30011")])
def test_a_secret_address_is_locked(desk: Desk, department: str, hidden: str) -> None:
    theirs = msgspec.structs.replace(writing(department, "address"), subject=SubjectRef(department, hidden))
    for call in (desk.departments[department].current, desk.departments[department].apply):
        with pytest.raises(Conflict) as caught:
            call(theirs, desk.ctx(department))
        assert (caught.value.fault_key, caught.value.sent) == ("locked", False)


@pytest.mark.parametrize("department", sorted(MARIA))
def test_a_post_code_that_is_none_is_refused_in_words(desk: Desk, department: str) -> None:
    wrong = msgspec.structs.replace(writing(department, "address"), values={**MOVED, "post_code": "606"})
    with pytest.raises(Rejected, match="five digits are needed"):
        desk.departments[department].apply(wrong, desk.ctx(department))


@pytest.mark.parametrize("department", sorted(MARIA))
def test_of_two_agents_the_second_meets_a_conflict(desk: Desk, department: str) -> None:
    adapter = desk.departments[department]
    first, second = writing(department, "phone"), msgspec.structs.replace(writing(department, "phone"), values={"phone": "+13125550177"})
    seen = adapter.current(first, desk.ctx(department))
    assert seen is not None
    adapter.apply(msgspec.structs.replace(first, version=seen.version), desk.ctx(department))
    with pytest.raises(Conflict):
        adapter.apply(msgspec.structs.replace(second, version=seen.version), desk.ctx(department))


def record(department: str, change: str, number: str, **values: str) -> Writing:
    return Writing(change, key(), values, SubjectRef(department, MARIA[department]), RecordRef(department, number))


def test_a_bill_gets_a_link_to_pay_by(desk: Desk) -> None:
    revenue = desk.departments["revenue"]
    link = record("revenue", "payment_link", "TB20001107")
    receipt = revenue.apply(link, desk.ctx("revenue"))
    assert receipt.link.startswith("https://pay.springvale.example/TB20001107/")
    assert revenue.settled(link, desk.ctx("revenue")).link == receipt.link
    with pytest.raises(NotFound):
        revenue.apply(record("revenue", "payment_link", "TB20000871"), desk.ctx("revenue"))


def test_an_overdue_bill_gets_a_payment_plan(desk: Desk) -> None:
    revenue = desk.departments["revenue"]
    plan = record("revenue", "payment_plan", "TB20001042", months="6", first_day="2026-12-15")
    receipt = revenue.apply(plan, desk.ctx("revenue"))
    assert receipt.reference == "PP-5001"
    assert receipt.note == "6 instalments of $35.75, the first on 12/15"
    found = revenue.lookup(RecordRef("revenue", "TB20001042"), desk.ctx("revenue"))
    assert (found.status, found.state) == ("Payment plan", "active")
    assert revenue.apply(plan, desk.ctx("revenue")) == receipt
    with pytest.raises(Rejected):
        revenue.apply(msgspec.structs.replace(plan, key=key()), desk.ctx("revenue"))
    back = msgspec.structs.replace(plan, key=key())
    assert revenue.undo(back, receipt, desk.ctx("revenue")) == revenue.undo(back, receipt, desk.ctx("revenue"))
    assert revenue.lookup(RecordRef("revenue", "TB20001042"), desk.ctx("revenue")).status == "Overdue"
    with pytest.raises(Rejected, match="less than"):
        revenue.apply(msgspec.structs.replace(plan, key=key(), values={"months": "12", "first_day": "2026-12-15"}), desk.ctx("revenue"))
    with pytest.raises(NotFound):
        revenue.apply(record("revenue", "payment_plan", "TB20000871", months="3", first_day="2026-12-15"), desk.ctx("revenue"))


def test_a_permit_that_expired_is_renewed(desk: Desk) -> None:
    permits = desk.departments["permits"]
    receipt = permits.apply(record("permits", "renew", "PM-27-001991", years="2"), desk.ctx("permits"))
    assert receipt.reference.startswith("RN-")
    assert "Fee: $620.00" in receipt.note
    assert permits.lookup(RecordRef("permits", "PM-27-001991"), desk.ctx("permits")).status == "Issued"
    with pytest.raises(Rejected, match="under review can't be renewed"):
        permits.apply(record("permits", "renew", "PM-24-004388", years="1"), desk.ctx("permits"))


def test_a_resident_permit_is_renewed_and_a_new_zone_told(desk: Desk) -> None:
    parking = desk.departments["parking"]
    receipt = parking.apply(record("parking", "renew", "RP143-00912"), desk.ctx("parking"))
    assert receipt.reference.startswith("PL-")
    assert "Fee: $30.00" in receipt.note
    with pytest.raises(Rejected, match="60 days before its end"):
        parking.apply(record("parking", "renew", "RP143-00912"), desk.ctx("parking"))
    moving = writing("parking", "address")
    receipt = parking.apply(moving, desk.ctx("parking"))
    assert receipt.note == "Zone 143 no longer applies: permit RP143-00912 must be exchanged."


def test_a_case_is_opened_and_noted(desk: Desk) -> None:
    cases = desk.departments["cases"]
    opened = cases.apply(
        Writing("new_case", key(), {"kind": "Noise complaint", "text": "Drums at night"}, SubjectRef("cases", MARIA["cases"])),
        desk.ctx("cases"),
    )
    assert cases.lookup(RecordRef("cases", opened.reference), desk.ctx("cases")).title == "Noise complaint"
    cases.apply(record("cases", "case_note", opened.reference, text="Called again"), desk.ctx("cases"))
    found = cases.lookup(RecordRef("cases", opened.reference), desk.ctx("cases"))
    assert any(field.value.startswith("Called again") for field in found.fields)


def trouble(desk: Desk, department: str, kind: str) -> None:
    assert desk.site.settings.demo is not None
    body = json.dumps({"department": department, "trouble": kind}).encode()
    with urlopen(Request(f"{desk.site.settings.demo.control}/trouble", data=body, method="POST")) as answer:
        assert answer.status == 200


def report(**values: str) -> Writing:
    return Writing("report", key(), values, SubjectRef("requests", MARIA["requests"]))


def test_a_pothole_is_reported_twice_and_escalated(desk: Desk) -> None:
    requests = desk.departments["requests"]
    assert isinstance(requests, TellsForms)
    first, *_ = requests.choices("report", desk.ctx("requests"))
    assert first.label == "Pothole in street"
    fields = {field.label: field for field in requests.following("report", "POTHOLE", desk.ctx("requests"))}
    assert [field.type for field in fields.values()] == ["told", "choice", "several", "date"]
    size = fields["How large is it?"]
    values = {"service_code": "POTHOLE", "address_string": "500 W Adams St, 60661", "description": "Very deep", size.name: "PLATE"}
    values[fields["Where on the street?"].name] = "CURB\nBIKE"
    new = report(**values)
    receipt = requests.apply(new, desk.ctx("requests"))
    assert receipt.reference
    assert "Promised by" in receipt.note
    assert requests.settled(new, desk.ctx("requests")) == receipt == requests.apply(new, desk.ctx("requests"))
    found = requests.lookup(RecordRef("requests", receipt.reference), desk.ctx("requests"))
    assert any("Like a plate" in field.value and "In the bicycle lane" in field.value for field in found.fields)
    again = requests.apply(report(**values | {"address_string": "2200 N Clark St, 60614"}), desk.ctx("requests"))
    assert again.reference == "24-001042"  # hers, which is there and late
    assert "this report is added to that" in again.note
    escalated = requests.apply(record("requests", "escalate", "24-001042", text="Two tyres burst"), desk.ctx("requests"))
    assert escalated.reference.startswith("E-")
    notes = requests.lookup(RecordRef("requests", "24-001042"), desk.ctx("requests")).fields
    assert any("Escalated" in field.value for field in notes)
    with pytest.raises(Rejected, match="not late yet"):
        requests.apply(record("requests", "escalate", "24-001090", text="Soon"), desk.ctx("requests"))
    with pytest.raises(Rejected, match="closed"):
        requests.apply(record("requests", "comment", "24-000877", text="Thanks"), desk.ctx("requests"))
    with pytest.raises(Rejected, match="How large is it"):
        requests.apply(report(service_code="POTHOLE", address_string="1 N State St", description="x"), desk.ctx("requests"))


def test_a_report_gets_its_number_later(desk: Desk) -> None:
    requests = desk.departments["requests"]
    tree = report(service_code="TREE", address_string="77 N Cedar St", description="Branch over the wire")
    receipt = requests.apply(tree, desk.ctx("requests"))
    assert (receipt.reference, bool(receipt.pending)) == ("", True)
    waiting = msgspec.structs.replace(tree, pending=receipt.pending)
    end = time.monotonic() + 20
    while not (known := requests.settled(waiting, desk.ctx("requests"))).reference and time.monotonic() < end:  # type: ignore[union-attr]
        assert known == receipt
        time.sleep(0.1)
    assert known is not None
    assert requests.lookup(RecordRef("requests", known.reference), desk.ctx("requests")).title.startswith("Tree trimming")


LOST = [
    ("requests", "lose_reply"),
    ("requests", "error_after"),
    ("cases", "lose_reply"),
    ("cases", "error_after"),
    ("permits", "error_after"),
]


@pytest.mark.parametrize(("department", "kind"), LOST)
def test_a_reply_that_is_lost_leaves_it_open_and_can_be_looked_up(desk: Desk, department: str, kind: str) -> None:
    adapter, change = desk.departments[department], writing(department, "phone")
    trouble(desk, department, kind)
    with pytest.raises(Unavailable) as caught:
        adapter.apply(change, desk.ctx(department))
    assert caught.value.sent
    known = adapter.settled(change, desk.ctx(department))
    assert known is not None
    assert known.reference
    assert adapter.apply(change, desk.ctx(department)) == known


def test_what_has_a_key_in_its_header_is_sent_again_at_once(desk: Desk) -> None:
    trouble(desk, "permits", "lose_reply")
    change = writing("permits", "phone")
    assert desk.departments["permits"].settled(change, desk.ctx("permits")) is None
    receipt = desk.departments["permits"].apply(change, desk.ctx("permits"))
    assert desk.departments["permits"].settled(change, desk.ctx("permits")) == receipt


def test_a_database_that_is_locked_was_surely_not_written_to(desk: Desk) -> None:
    desk.city.switch("revenue", False)
    try:
        with pytest.raises(DepartmentError) as caught:
            desk.departments["revenue"].apply(writing("revenue", "phone"), desk.ctx("revenue", 0.5))
        assert not caught.value.sent
    finally:
        desk.city.switch("revenue", True)


def test_what_was_changed_stays_when_a_department_is_switched_off_and_on(desk: Desk) -> None:
    change = writing("permits", "email")
    receipt = desk.departments["permits"].apply(change, desk.ctx("permits"))
    desk.city.switch("permits", False)
    with pytest.raises(Unavailable) as caught:
        desk.departments["permits"].apply(writing("permits", "phone"), desk.ctx("permits"))
    assert not caught.value.sent
    desk.city.switch("permits", True)
    assert desk.departments["permits"].settled(change, desk.ctx("permits")) == receipt


def test_an_order_for_trouble_that_makes_no_sense_is_refused(desk: Desk, tmp_path: Path) -> None:
    from urllib.error import HTTPError

    for department, kind, status in (("permits", "fire", 400), ("revenue", "lose_reply", 404)):
        with pytest.raises(HTTPError) as caught:
            trouble(desk, department, kind)
        caught.value.close()
        assert caught.value.code == status
