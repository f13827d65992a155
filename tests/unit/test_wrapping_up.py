"""Wrapping up: a note that is the same for the same call and overwrites nothing, and a summary that tells only what may go out."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.services.credentials import Credentials
from app.services.letters import ENGLISH, compose
from app.services.summaries import Summaries, reachable
from app.services.wrapping_up import done_in, draft, merged, talked_about
from app.tasks import Tasks
from app.viewmodels.states import CallerState, CallState
from app.viewmodels.summary_pdf import pdf_of
from app.viewmodels.wording import Wording
from app.viewmodels.wrapping_up import Around, WrappingUpViewModel
from models.changes import Change, ChangeKind, Delivery, FieldChoice, FormField, Receipt
from models.contacts import Inquiry
from models.people import SubjectRef
from models.store.errors import StoreUnavailable
from models.summary import Done, Summary
from models.verification import Asked, Mandate, Verification
from tests.fakes.departments import FakeAsker, FakeAudit
from tests.fakes.site_script import script
from tests.views import sample

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
TITLES = {"revenue": "Revenue", "permits": "Permits", "courts": "Courts"}
MARIA = SubjectRef("revenue", "1033")
MOVE = ChangeKind(
    id="address",
    title="Change of address",
    fields=(
        FormField(name="address", label="New address", type="address"),
        FormField(name="street", label="Street"),
        FormField(name="from_date", label="From", type="date"),
        FormField(name="why", label="Why", type="choice", choices=(FieldChoice("m", "Moved"),)),
        FormField(name="account", label="Account", sensitivity="bank"),
        FormField(name="more", label="More", type="lines"),
    ),
)
VALUES = {
    "address": "1804 W Belmont Ave",
    "street": "W Belmont Ave",
    "from_date": "2026-12-01",
    "why": "m",
    "account": "DE02 CANARY",
    "more": "a long story",
}


def delivery(department: str, state: Any, reference: str = "", link: str = "", subject: SubjectRef | None = MARIA) -> Delivery:
    receipt = Receipt(reference, link=link) if reference or link else None
    return Delivery(1, 1, department, "key", state, AT, subject, receipt=receipt)


def change(*deliveries: Delivery, kind: str = "address", title: str = "Change of address") -> Change:
    return Change(1, kind, title, VALUES, AT, "areyes", "agent", "Inquiry", "Maria Gonzalez", "call", deliveries)


MOVED = change(delivery("revenue", "done", "A-12"), delivery("permits", "done"), delivery("courts", "waiting"), delivery("x", "undone"))


def test_the_note_is_drafted_from_what_was_done() -> None:
    inquiries = talked_about((Inquiry("Tax reminder", "resolved"), Inquiry("New address", "handed_over"), Inquiry()), TITLES)
    verification = Verification("verified", (Asked("birth date", True), Asked("phone", False)), Mandate("Ana", "Power of attorney"))
    done = done_in((MOVED,), {"address": MOVE}, TITLES, Wording("en", "US"))
    assert draft(inquiries, verification, done, ("Moving within the city",), ("e-mail",)) == (
        "Tax reminder: resolved; New address: handed over.\n"
        "Verified by birth date.\n"
        "Called for them: Ana, Power of attorney.\n"
        "Change of address: 1804 W Belmont Ave, from December 1, 2026, Moved: Revenue (A-12), Permits done; Courts waiting.\n"
        "Told: Moving within the city.\n"
        "Summary sent by e-mail."
    )
    assert draft((), Verification(), (), ()) == ""


@pytest.mark.parametrize(
    ("note", "before", "after"),
    [
        ("", "", "NEW."),
        ("typed", "", "typed\nNEW."),
        ("typed\nOLD.\nmore", "OLD.", "typed\nNEW.\nmore"),
        ("typed\nOLD, changed.", "OLD.", "typed\nOLD, changed.\nNEW."),
        ("typed\nNEW.", "OLD.", "typed\nNEW."),
    ],
)
def test_what_was_typed_is_not_overwritten(note: str, before: str, after: str) -> None:
    assert merged(note, before, "NEW.") == after


def test_the_letter_tells_references_and_links_and_no_values() -> None:
    done = done_in(
        (change(delivery("revenue", "done", "A-12", "https://city.example/A-12"), delivery("courts", "person", "", "javascript:x")),),
        {"address": MOVE},
        TITLES,
        Wording("en", "US"),
    )
    summary = compose(
        ENGLISH, (Done("Tax\nreminder", "", "resolved"), *done), "Maria", "Springvale", date(2026, 11, 24), Wording("en", "US")
    )
    assert summary.subject == "Your call to Springvale on November 24, 2026"
    assert "- Tax reminder: settled in the call\n- Change of address (Revenue): done\n  Number: A-12\n" in summary.text
    assert "  Follow it here: https://city.example/A-12\n- Change of address (Courts): a colleague is working on it\n" in summary.text
    assert summary.short == "Springvale: Change of address A-12"
    for canary in ("CANARY", "1804", "Moved", "javascript", "long story"):
        assert canary not in repr(summary)


@pytest.mark.parametrize(
    ("way", "to", "ok"),
    [
        ("email", "a@b.example", True),
        ("email", "a@b", False),
        ("sms", "+1 (312) 555-0142", True),
        ("sms", "-312", False),
        ("sms", "call me", False),
        ("letter", "1 Main St", True),
        ("letter", "--help", False),
        ("letter", " ", False),
    ],
)
def test_where_it_can_go(way: Any, to: str, ok: bool) -> None:
    assert reachable(way, to) is ok


@pytest.mark.usefixtures("qapp")
def test_a_summary_as_pdf() -> None:
    text = "\n".join(f"Line {at} for María" for at in range(200))
    for region, box in (("US", b"[0 0 612.000000 792"), ("DE", b"[0 0 595")):
        data = pdf_of(Summary("Your call", text, ""), region)
        assert data.startswith(b"%PDF-")
        assert box in data
        assert data.count(b"/MediaBox") >= 3


class FakeMade:
    """The changes of a call; ``broken`` can't be read."""

    def __init__(self, *changes: Change) -> None:
        self.changes = changes
        self.broken = False

    async def of_call(self, call: str) -> tuple[Change, ...]:
        if self.broken:
            raise StoreUnavailable("full", "The disk is full.")
        return self.changes if call == "call" else ()


class FakeCall:
    def __init__(self) -> None:
        self.state = CallState(inquiries=(Inquiry("Tax reminder", "resolved", "permits"),))
        self.key = "call"

    def draft_note(self, note: str) -> None:
        self.state = msgspec.structs.replace(self.state, note=note)


class Bench:
    """A call that is wrapped up over a site that writes its text messages into ``told``."""

    def __init__(self, folder: Path, body: str = "", *changes: Change) -> None:
        self.told = folder / "told"
        self.audit, self.made, self.call, self.tasks = FakeAudit(), FakeMade(*changes), FakeCall(), Tasks()
        command = script(folder, body or f"open({str(self.told)!r}, 'a').write(sys.stdin.read() + '|')")
        self.summaries = Summaries(
            *(folder, "Springvale", "en", None, command, None, Credentials(FakeKeyring()), self.audit, FakeAsker()),
        )
        self.caller = CallerState(caller=sample.MARIA)
        self.model = WrappingUpViewModel(
            self.call,
            Around(lambda: self.caller, Verification, lambda: ("Moving",), lambda: ""),
            *(self.made, self.summaries, lambda: {"address": MOVE}, TITLES, {"permits": 50}, lambda tag: Wording(tag or "en", "US")),
            *("US", self.tasks),
        )

    async def until(self, come: Callable[[], bool]) -> None:
        for _ in range(600):
            if come():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not come about")

    async def opened(self) -> None:
        self.model.open()
        await self.until(lambda: self.model.state.summary is not None)


class FakeKeyring:
    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing is kept")


def run(bench: Bench, work: Callable[[Bench], Awaitable[Any]]) -> None:
    async def working() -> None:
        try:
            await work(bench)
        finally:
            await bench.tasks.close()

    asyncio.run(working())
    bench.summaries.close()


pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.skipif(sys.platform == "win32", reason="runs scripts by their first line")]


def test_a_summary_is_logged_before_it_goes_and_sent_once(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        await bench.opened()
        state = bench.model.state
        assert (state.ways, dict(state.to)["sms"]) == (("sms", "pdf"), ("(312) 555-0142",))
        bench.model.send("sms", " (312) 555-0142 ")
        bench.model.send("sms", "(312) 555-0142")  # a double click
        await bench.until(lambda: not bench.model.state.sending)
        assert bench.told.read_text(encoding="utf-8") == "Springvale: Change of address A-12|"
        assert bench.model.state.sent == ("Sent by text message to (312) 555-0142",)
        (look,) = bench.audit.looks
        assert (look.kind, look.subjects[0]) == ("summary", MARIA)
        assert bench.audit.outcomes == ["sent: sms"]
        assert (await bench.model.drafted()).endswith("Summary sent by text message.")

    run(Bench(tmp_path, "", MOVED), work)


def test_what_can_not_be_logged_does_not_go(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        await bench.opened()
        bench.audit.broken = True
        bench.model.send("sms", "3125550142")
        await bench.until(lambda: bool(bench.model.state.problem))
        assert bench.model.state.problem.startswith("Not sent: ")
        assert not bench.told.exists()

    run(Bench(tmp_path), work)


def test_what_is_refused_stays_and_can_be_sent_otherwise(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        await bench.opened()
        bench.model.send("sms", "no number")
        assert bench.model.state.problem == "Write a phone number."
        bench.model.send("sms", "3125550142")
        await bench.until(lambda: not bench.model.state.sending)
        state = bench.model.state
        assert "did not send it" in state.problem
        assert (state.said, state.summary is None, state.sent) == ("no credit", False, ())
        bench.model.save_pdf(str(tmp_path / "nowhere" / "s.pdf"))
        await bench.until(lambda: "can't be written" in bench.model.state.problem)
        bench.model.save_pdf(str(tmp_path / "s.pdf"))
        await bench.until(lambda: bool(bench.model.state.sent))
        assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF-")
        assert bench.audit.outcomes == ["not sent", "not sent", "sent: pdf"]

    run(Bench(tmp_path, "sys.stderr.write('no credit'); sys.exit(1)"), work)


def test_nothing_of_another_person_goes_out(tmp_path: Path) -> None:
    """A call was about somebody else first: only the caller who is open is written to of their own matters."""
    other = change(delivery("courts", "done", "OTHER-1", subject=SubjectRef("courts", "9")))
    nobody = change(delivery("courts", "done", "REP-1", subject=None), kind="report", title="Report")

    async def work(bench: Bench) -> None:
        await bench.opened()
        text = repr(bench.model.state.summary)
        assert "A-12" in text
        assert "REP-1" in text
        assert "OTHER-1" not in text
        assert "OTHER-1" in await bench.model.drafted()

    run(Bench(tmp_path, "", MOVED, other, nobody), work)


def test_only_what_may_be_seen_of_the_caller_is_offered(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        bench.caller = sample.SHUT
        await bench.opened()
        assert dict(bench.model.state.to) == {"email": (), "sms": (), "letter": ()}
        assert "Maria Gonzalez" in bench.model.state.summary.text
        bench.model.close()
        bench.caller = CallerState()
        await bench.opened()
        assert bench.model.state.to == ()

    run(Bench(tmp_path), work)


def test_the_note_is_drafted_behind_what_was_typed_and_its_limit_is_known(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        bench.call.draft_note("typed")
        bench.model.draft()
        await bench.until(lambda: "A-12" in bench.call.state.note)
        first = bench.call.state.note
        assert first.startswith("typed\nTax reminder: resolved.")
        bench.model.draft()
        await asyncio.sleep(0.1)
        assert bench.call.state.note == first
        bench.made.broken = True
        assert "A-12" not in await bench.model.drafted()
        bench.model.hear(bench.call.state)
        assert (bench.model.state.limit, bench.model.state.limit_of) == (50, "Permits")
        bench.model.hear(CallState())
        assert bench.model.state.limit == 0

    run(Bench(tmp_path, "", MOVED), work)


def test_what_can_not_be_read_is_told(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        bench.made.broken = True
        bench.model.open()
        await bench.until(lambda: bool(bench.model.state.problem))
        bench.made.broken = False
        (tmp_path / "summary.txt").write_text("no front matter", encoding="utf-8")
        bench.model.open()
        await bench.until(lambda: "summary.txt:1" in bench.model.state.problem)

    run(Bench(tmp_path), work)


def test_a_refusal_that_comes_in_the_next_call_is_told_there(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        late: list[str] = []
        bench.model.late = late.append
        await bench.opened()
        bench.model.send("sms", "3125550142")
        bench.call.key = "next"
        bench.model.next_contact()
        await bench.until(lambda: bool(late))
        assert "did not go out" in late[0]
        assert bench.model.state.problem == ""

    run(Bench(tmp_path, "sys.exit(1)"), work)


def test_the_lock_takes_it_away_and_brings_back_what_was_sent(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        await bench.opened()
        bench.model.send("sms", "3125550142")
        await bench.until(lambda: bool(bench.model.state.sent))
        kept = msgspec.json.decode(msgspec.json.encode(await bench.model.suspend()))
        assert "Maria" not in repr(bench.model.state)
        bench.model.resume(kept)
        assert bench.model.state.sent
        assert "Summary sent" in await bench.model.drafted()
        bench.model.resume(None)

    run(Bench(tmp_path), work)
