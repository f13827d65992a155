"""What can be done now, the likeliest first, what was done in this call, and what the outbox still keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from app.tasks import Tasks
from app.viewmodels.base import ViewModel
from app.viewmodels.change import ChangeViewModel
from app.viewmodels.doing_states import Doable, DoingState, Done
from app.viewmodels.form import ChangesPort, FollowUp, OwnForm
from models.changes import SETTLED, Change, Delivery, Offer
from models.contacts import ContactOutcome
from models.macros import Macro
from models.people import Caller, SubjectRef
from models.records import Record, RecordRef
from models.store.errors import StoreUnavailable

MOST_RECORDS = 200
"""Of the caller's records, those first in order, of which actions are offered without their being selected."""


class Own(NamedTuple):
    """Something that is done here and in no department."""

    offer: Offer
    form: OwnForm
    more: FollowUp | None = None
    begin: Callable[[], Mapping[str, str]] = dict
    """What its fields begin with."""


class CallSteps(Protocol):
    """What macros do to the call."""

    def set_reason(self, reason: str) -> None: ...
    def set_outcome(self, outcome: ContactOutcome) -> None: ...
    def add_note(self, text: str) -> None: ...


class Situation(Protocol):
    """The call as it is now."""

    def caller(self) -> Caller | None:
        """Who is open, with all that is known."""
        ...

    def records(self) -> tuple[Record, ...]:
        """The caller's records that may be seen, what needs attention first."""
        ...

    def going(self) -> bool:
        """Whether there is a call at all."""
        ...

    def reason(self) -> str: ...
    def call(self) -> str:
        """The key of the open call."""
        ...


class DoingViewModel(ViewModel[DoingState]):
    """Opens forms in ``change``; ``opened`` is called when one is there to be shown."""

    def __init__(
        self,
        changes: ChangesPort,
        change: ChangeViewModel,
        situation: Situation,
        steps: CallSteps,
        titles: Mapping[str, str],
        own: Iterable[Own],
        follow_up: Callable[[Offer], FollowUp | None],
        macros: tuple[Macro, ...],
        tasks: Tasks,
    ) -> None:
        super().__init__(DoingState(macros=tuple((macro.name, macro.key) for macro in macros)))
        self._changes = changes
        self._change_form = change
        self._situation = situation
        self._steps = steps
        self._titles = titles
        self._own = tuple(own)
        self._follow_up = follow_up
        self._macros = macros
        self._tasks = tasks
        self._found: dict[str, tuple[Offer, RecordRef | None, Own | None]] = {}
        self._selected: RecordRef | None = None
        self._call = ""
        self._about = ("", False)
        self._made: dict[int, Change] = {}
        self._kept: dict[int, Delivery] = {}
        self.begun: Callable[[], None] = lambda: None
        """Something was done: there is a call to keep it with."""
        self.written: Callable[[Delivery], None] = lambda delivery: None
        """A department has changed something in this call: what was read of it is old."""
        change.made = self._made_now
        change.failed = lambda words: self._change(problem=words)
        self.follow()

    def refresh(self) -> None:
        """The caller, their records, the reason, the level or the purpose has become another."""
        self._found = {}
        ranked = sorted(self._offered(), key=lambda each: each[0])
        offers = []
        for _, offer, record, own in ranked:
            doable = self._doable(offer, record)
            if doable.key not in self._found:
                self._found[doable.key] = (offer, record.ref if record is not None else None, own)
                offers.append(doable)
        self._change(offers=tuple(offers))
        self._change_form.refresh()

    def follow(self) -> None:
        """Something of the call has become another: what it is about, or which call it is."""
        call, about = self._situation.call(), (self._situation.reason(), self._situation.going())
        if call != self._call:
            self._call, self._made = call, {}
            self._tell()
            self._tasks.start(self._load(), "changes of this call")
        elif about == self._about:
            return
        self._about = about
        self.refresh()

    def call_is_over(self) -> None:
        """It was wrapped up: nothing of its forms stays."""
        self._change_form.forget()

    def look_at(self, record: RecordRef | None) -> None:
        """The record that is selected."""
        if record != self._selected:
            self._selected = record
            self.refresh()

    def of_record(self, ref: RecordRef) -> tuple[Doable, ...]:
        """What can be done on one record."""
        record = next((each for each in self._situation.records() if each.ref == ref), None)
        if record is None:
            return ()
        fitting = [offer for offer in self._changes.offers() if fits(offer, record)]
        for offer in fitting:
            self._found.setdefault(self._doable(offer, record).key, (offer, ref, None))
        return tuple(self._doable(offer, record) for offer in fitting)

    def label(self, action: str, record: RecordRef | None) -> str:
        """What the button of an action says, by the name of a kind of change or action; empty where it can't be done now."""
        found = self._named(action, record)
        return (found[0].kind.short or found[0].kind.title) if found is not None else ""

    def act(self, action: str, record: RecordRef | None) -> None:
        """Open the form of an action by its name, on this record or wherever it can be done."""
        if (found := self._named(action, record)) is not None:
            self._open(*found)

    def start(self, key: str) -> None:
        """Open the form of what can be done, or run a macro by its name."""
        macro = next((each for each in self._macros if f"macro {each.name}" == key), None)
        if macro is not None:
            self._run(macro)
            return
        found = self._found.get(key)
        if found is not None:
            self._open(*found)

    def reopen(self, change: int) -> None:
        """Show again what was done in this call."""
        made = self._made.get(change)
        offer = next((each for each in self._changes.offers() if made is not None and each.kind.id == made.kind), None)
        if made is not None and offer is not None:
            caller = self._situation.caller()
            members = self._known_as(caller)
            theirs = any(each.subject in members for each in made.deliveries)
            self._change_form.show(made, caller if theirs else None, offer)

    def settled(self) -> set[tuple[str, RecordRef | None]]:
        """What was done in this call, by kind of change and record, as far as it was not refused or taken back."""
        return {
            (change.kind, delivery.record)
            for change in self._made.values()
            for delivery in change.deliveries
            if delivery.state not in ("refused", "undone")
        }

    def discard_problem(self) -> None:
        self._change(problem="")

    def learnt(self, change: Change) -> None:
        """A change was made, or a delivery has become another."""
        before = {each.id: each.state for each in self._made[change.id].deliveries} if change.id in self._made else {}
        for delivery in change.deliveries:
            if delivery.state in ("done", "undone") and before.get(delivery.id, delivery.state) != delivery.state:
                self.written(delivery)
            if delivery.state in SETTLED:
                self._kept.pop(delivery.id, None)
            else:
                self._kept[delivery.id] = delivery
        if change.call == self._call:
            self._made[change.id] = change
        self._change_form.learnt(change)
        self._tell()

    def _named(self, action: str, ref: RecordRef | None) -> tuple[Offer, RecordRef | None, Own | None] | None:
        record = next((each for each in self._situation.records() if each.ref == ref), None) if ref is not None else None
        for found in self._found.values():
            offer = found[0]
            if offer.kind.id == action and not offer.records:
                return found
            if offer.kind.id == action and record is not None and fits(offer, record):
                return offer, record.ref, None
        return None

    def _made_now(self, change: Change) -> None:
        self.begun()
        self.learnt(change)

    def _open(self, offer: Offer, record: RecordRef | None, own: Own | None, values: Mapping[str, str] | None = None) -> None:
        caller = self._situation.caller()
        form, more, begin = (own.form, own.more, own.begin()) if own is not None else (None, self._follow_up(offer), {})
        about = next((each.title for each in self._situation.records() if each.ref == record), "")
        self._change_form.open(offer, record, caller, values={**begin, **(values or {})}, own=form, more=more, about=about)

    def _run(self, macro: Macro) -> None:
        for step in macro.steps:
            if step.reason:
                self._steps.set_reason(step.reason)
            if step.note:
                self._steps.add_note(step.note)
            if step.outcome:
                self._steps.set_outcome(step.outcome)
        for step in (each for each in macro.steps if each.open):
            found = next((each for each in self._found.values() if each[0].kind.id == step.open), None)
            if found is not None:
                self._open(*found, values=step.values)
            else:
                self._change(problem=f"{macro.name}: its form can't be opened now, as there is nobody or nothing that it could be about.")

    def _offered(self) -> Iterable[tuple[tuple[int, ...], Offer, Record | None, Own | None]]:
        """Each with its rank: by the reason of the call, the selected record, what needs attention, and as it is declared."""
        caller, records, reason = self._situation.caller(), self._situation.records(), self._situation.reason()
        selected = next((each for each in records if each.ref == self._selected), None)
        near = records[:MOST_RECORDS]  # what needs attention stands first
        departments = {ref.department for ref in self._known_as(caller)}
        for at, offer in enumerate(self._changes.offers()):
            asked_for = 0 if reason and reason in offer.kind.reasons else 1
            if offer.records:
                fitting = (each for each in (selected, *near) if each is not None and fits(offer, each))
                on = next(fitting, None)
                if on is not None:
                    rank = 0 if on is selected else {"late": 1, "soon": 2, "none": 4}[on.attention]
                    yield (asked_for, rank, at), offer, on, None
            elif offer.anonymous or not departments.isdisjoint(offer.departments):
                usual = at == 0 or len(offer.departments) == 1  # the change that a site names first, and what one department does
                yield (asked_for, 3 if usual else 6, at), offer, None, None
        for at, own in enumerate(self._own):
            if self._situation.going():
                yield (0 if reason and reason in own.offer.kind.reasons else 1, 5, at), own.offer, None, own

    def _known_as(self, caller: Caller | None) -> tuple[SubjectRef, ...]:
        return self._changes.kept_under(member.ref for member in caller.members) if caller is not None else ()

    def _doable(self, offer: Offer, record: Record | None) -> Doable:
        where = [self._titles.get(name, name) for name in offer.departments]
        key = " ".join((offer.kind.id, *(offer.departments[:1] if len(where) == 1 else ()), record.ref.id if record is not None else ""))
        about = record.title if record is not None else ", ".join(where)
        return Doable(key, offer.kind.title, about, offer.kind.short, record.ref if record is not None else None)

    async def _load(self) -> None:
        """What was done in this call before a crash or a lock, and what is kept of all calls."""
        call = self._call
        try:
            made = await self._changes.of_call(call) if call else ()
            kept = await self._changes.waiting()
        except StoreUnavailable as error:
            self._change(problem=str(error))
            return
        if call == self._call:
            self._made = {each.id: each for each in made} | self._made
        self._kept = {each.id: each for each in kept} | self._kept
        self._tell()

    def _tell(self) -> None:
        kept = [each for each in self._kept.values() if each.state in ("waiting", "sending", "unknown")]
        titles = [self._titles.get(each.department, each.department) for each in kept]
        self._change(
            done=tuple(self._done(change) for change in self._made.values()),
            waiting=tuple((title, titles.count(title)) for title in dict.fromkeys(titles)),
        )

    def _done(self, change: Change) -> Done:
        still = tuple(self._titles.get(each.department, each.department) for each in change.deliveries if each.state not in SETTLED)
        asks = any(each.state == "conflict" or (each.state == "refused" and each.fault != "conflict") for each in change.deliveries)
        return Done(change.id, change.title, len(change.deliveries), still, asks)


def fits(offer: Offer, record: Record) -> bool:
    """Whether something is offered on this record."""
    of_kind = record.ref.department in offer.departments and record.kind in offer.records
    return of_kind and (not offer.states or record.state in offer.states)
