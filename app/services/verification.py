"""The ladder of one contact: which question to put next, whether it was met, and how sure it then is who calls.

A question comes only from what departments answered for the records that are certainly this caller, from another department
each time as long as there is one, and never about what the caller gave away in the search. Answers are weighed and forgotten:
of each question is kept its name, its outcome, and whose records it was drawn from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from app.services.departments import Asker
from app.services.identity.normalise import place
from app.services.reading import ReadingRules
from app.services.said import LAST, Answer, says, says_number
from app.services.search import AuditTrail
from models.audit import Look
from models.people import Address, Caller, Person, SubjectRef
from models.query import SearchQuery
from models.records import Record
from models.verification import CALLING_NUMBER, Asked, Held, Level, Mandate, Question, Verification, VerificationRules

_GIVEN_AWAY: dict[str, set[Held]] = {
    "birth_date": {"birth_date"},
    "post_code": {"post_code"},
    "address": {"post_code", "house_number"},
    "phone": {"phone"},
    "email": {"email"},
}
"""What a part of a search tells already, so that it proves nothing any more."""
_COMPARED: dict[Held, str] = {"post_code": "post_code", "phone": "phone", "email": "email", "identifier": "number", "house_number": "text"}


class Known(Struct, frozen=True):
    """What departments answered about the open caller. ``whole`` are those whose records came complete."""

    caller: Caller
    records: Sequence[Record] = ()
    whole: frozenset[str] = frozenset()


class Offer(Struct, frozen=True):
    """A question to put now, and the department it is drawn from."""

    question: Question
    department: str


class Weighed(Struct, frozen=True):
    """How a question was met: what is kept of it."""

    question: Question
    department: str
    sources: frozenset[SubjectRef]
    right: bool | None


class Aside(NamedTuple):
    """A ladder as it stood in one contact, while another has it."""

    given_away: set[Held]
    references: set[str]
    weighed: list[Weighed]
    before: tuple[Asked, ...]
    mandates: dict[SubjectRef, Mandate]


class Ladder:
    """One contact at a time. Levels belong to a caller, failures to the contact: trying one person after another locks it too."""

    def __init__(self, rules: VerificationRules, reading: ReadingRules, today: Callable[[], date] = date.today) -> None:
        self._rules = rules
        self._reading = reading
        self._today = today
        self.reset()

    def reset(self) -> None:
        """The next contact: nobody is known."""
        self._given_away: set[Held] = set()
        self._references: set[str] = set()
        self._weighed: list[Weighed] = []
        self._before: tuple[Asked, ...] = ()
        self._mandates: dict[SubjectRef, Mandate] = {}

    def resume(self, before: Verification) -> None:
        """A contact that was cut short goes on: its failures still count, its levels don't. Its number speaks again, or does not."""
        self._before = tuple(each for each in before.asked if each.question != CALLING_NUMBER)

    def handed_over(self, before: Verification, members: Iterable[SubjectRef]) -> Aside:
        """The ladder of a call that somebody else began: what its caller has shown counts, and so do its failures."""
        refs = frozenset(members)
        weighed = []
        if before.level != "anonymous" and refs:
            points = {"identified": self._rules.identified, "verified": self._rules.verified, "strong": self._rules.strong}[before.level]
            weighed.append(Weighed(Question("handed over", "", "birth_date", points), "", refs, right=True))
        mandates = dict.fromkeys(refs, before.mandate) if before.mandate is not None else {}
        return Aside(set(), set(), weighed, before.asked, mandates)

    def set_aside(self) -> Aside:
        """As it stands, for this contact to go on with later; it is reset for the other one by whoever asks."""
        return Aside(self._given_away, self._references, self._weighed, self._before, self._mandates)

    def take_up(self, aside: Aside) -> None:
        """Go on where a contact was set aside: whoever is on the line has not changed."""
        self._given_away, self._references, self._weighed, self._before, self._mandates = aside

    def hear(self, query: SearchQuery) -> None:
        """What was searched for in this contact, the caller has said; or somebody has said it to the desk."""
        for part in query.parts():
            self._given_away |= _GIVEN_AWAY.get(part, set())
        if query.reference:
            self._references.add(query.reference)

    @property
    def locked(self) -> bool:
        """Two failures: no further question in this contact."""
        outcomes = (*(each.right for each in self._before), *(each.right for each in self._weighed))
        return outcomes.count(False) >= self._rules.failures

    def level(self, caller: Caller) -> Level:
        """How sure it is that this caller is on the line. What was drawn from records that are no longer theirs counts no more."""
        return self._rules.level(sum(each.question.points for each in self._of(caller) if each.right))

    def kept(self, caller: Caller) -> Verification:
        """Method and outcome, for the contact."""
        asked = (*self._before, *(Asked(each.question.name, each.right) for each in self._of(caller)))
        mandate = next((self._mandates[member.ref] for member in caller.members if member.ref in self._mandates), None)
        return Verification(self.level(caller), asked, mandate, self.locked)

    def offer(self, known: Known) -> Offer | None:
        """The next question; None when there is none, the top is reached, or the ladder is locked."""
        caller = known.caller
        if self.locked or self._asked() >= self._rules.most or self.level(caller) == "strong":
            return None
        before = self._of(caller)
        names = {each.question.name for each in before}
        possible = {
            question.name: (question, departments)
            for question in self._rules.question
            if question.name not in names and (departments := sorted({ref.department for ref in self._held(question, known)}))
        }
        used = {each.department for each in before}
        for left_out in (used, set()):
            for question, departments in possible.values():
                free = [name for name in departments if name not in left_out]
                if free:
                    # A department that alone can answer another question is left for it.
                    needed = Counter(of[0] for other, of in possible.values() if other is not question and len(of) == 1)
                    return Offer(question, min(free, key=lambda name: (needed[name], name)))
        return None

    def weigh(self, known: Known, offer: Offer, said: str | None) -> Weighed:
        """Compare; nothing is kept yet. None: the caller does not know."""
        held = self._held(offer.question, known)
        of = _COMPARED.get(offer.question.of, "number" if offer.question.value not in ("title",) else "text")
        today = self._today()
        right = None if said is None else any(says(each, said, of, self._reading, today) for answers in held.values() for each in answers)
        return Weighed(offer.question, offer.department, frozenset(held), right)

    def number_speaks_for(self, caller: Caller) -> Weighed | None:
        """What it is worth that the call comes from a number of this caller's alone; None where the site gives nothing for it."""
        points = self._rules.calling_number
        if not points or any(each.question.name == CALLING_NUMBER for each in self._weighed):
            return None
        question = Question(CALLING_NUMBER, "", "phone", points)
        return Weighed(question, "", frozenset(member.ref for member in caller.members), True)

    def keep(self, weighed: Weighed, contact: Aside | None = None) -> None:
        """Count a question that was put, in this contact or in one that has been set aside since."""
        (contact or self.set_aside()).weighed.append(weighed)

    def act_for(self, caller: Caller, mandate: Mandate | None, contact: Aside | None = None) -> None:
        """Whoever calls acts for this caller; None: the caller themselves."""
        mandates = (contact or self.set_aside()).mandates
        for member in caller.members:
            if mandate is None:
                mandates.pop(member.ref, None)
            else:
                mandates[member.ref] = mandate

    def _asked(self) -> int:
        return sum(each.question.name != CALLING_NUMBER for each in self._weighed)

    def _of(self, caller: Caller) -> list[Weighed]:
        refs = {member.ref for member in caller.members}
        return [each for each in self._weighed if not refs.isdisjoint(each.sources)]

    def _held(self, question: Question, known: Known) -> dict[SubjectRef, list[Answer]]:
        """What answers a question, by the record of the person it stands in."""
        if question.of in self._given_away:
            return {}
        members = known.caller.members
        if question.of in ("post_code", "house_number") and any(member.protected for member in members):
            return {}  # even to confirm it would give a secret address away
        held: dict[SubjectRef, list[Answer]] = {}
        if question.of == "record":
            refs = {member.ref for member in members}
            for record in self._records(question, known):
                owner = record.subject if record.subject in refs else next(ref for ref in refs if ref.department == record.ref.department)
                held.setdefault(owner, []).extend(self._told(_of_record(record, question.value)))
        else:
            for member in members:
                if not question.departments or member.ref.department in question.departments:
                    held.setdefault(member.ref, []).extend(self._told(self._of_person(member, question)))
        return {ref: answers for ref, answers in held.items() if answers}

    def _told(self, answers: Sequence[Answer | None]) -> list[Answer]:
        """Without what says nothing and what was searched by."""
        return [
            each
            for each in answers
            if each is not None and each != "" and not any(isinstance(each, str) and says_number(each, known) for known in self._references)
        ]

    def _of_person(self, person: Person, question: Question) -> Sequence[Answer | None]:
        if question.of == "birth_date":
            born = person.birth_date
            return () if born is None or born <= date(1900, 1, 1) or born > self._today() else (born,)
        if question.of == "phone":
            return person.phones
        if question.of == "email":
            return person.emails
        if question.of == "identifier":
            return [each.value for each in person.identifiers if each.scheme == question.scheme and len(each.value) >= LAST]
        if question.of == "post_code":
            return [self._post_code(address) for address in person.addresses]
        return [place(address).number for address in person.addresses]

    def _post_code(self, address: Address) -> str:
        found = re.findall(rf"(?<![\w-])(?:{self._reading.post_code})(?![\w-])", address.full, re.IGNORECASE)
        return address.post_code or (found[-1] if found else "")

    @staticmethod
    def _records(question: Question, known: Known) -> list[Record]:
        """The records that may answer; the newest is known only where all came."""
        departments = {member.ref.department for member in known.caller.members}
        fitting = [
            record
            for record in known.records
            if record.kind == question.record
            and record.ref.department in departments
            and (not question.departments or record.ref.department in question.departments)
        ]
        if not question.newest:
            return fitting
        dated = [record for record in fitting if record.opened is not None and record.ref.department in known.whole]
        last = max((record.opened for record in dated if record.opened), default=None)
        return [record for record in dated if record.opened == last]


def _of_record(record: Record, value: str) -> Sequence[Answer | None]:
    if value == "id":
        return (record.ref.id,) if len(record.ref.id) >= LAST else ()
    if value in ("amount", "opened", "due", "title"):
        found: Answer | None = getattr(record, value)
        return (found,)
    return [field.value for field in record.fields if field.label == value]


class Verifier:
    """Puts what came of each question into the audit log before the desk says it.

    It counts for the contact in which it was asked, though that may have been set aside while the log was written.
    """

    def __init__(self, ladder: Ladder, audit: AuditTrail, asker: Asker) -> None:
        self.ladder = ladder
        self._audit = audit
        self._asker = asker

    async def answer(self, known: Known, offer: Offer, said: str | None) -> bool | None:
        """Weigh what was said; None: the caller does not know. Raises StoreUnavailable: then nothing is counted or told."""
        weighed, contact = self.ladder.weigh(known, offer, said), self.ladder.set_aside()
        words = "not known" if weighed.right is None else "right" if weighed.right else "wrong"
        await self._log(known.caller, (offer.department,), f"{offer.question.name}: {words}")
        self.ladder.keep(weighed, contact)
        return weighed.right

    async def called_from(self, caller: Caller) -> None:
        """The call comes from a number of this caller's alone. Raises StoreUnavailable: then it is not counted."""
        weighed, contact = self.ladder.number_speaks_for(caller), self.ladder.set_aside()
        if weighed is not None:
            departments = tuple(dict.fromkeys(member.ref.department for member in caller.members))
            await self._log(caller, departments, f"{CALLING_NUMBER}: right")
            self.ladder.keep(weighed, contact)

    async def act_for(self, caller: Caller, mandate: Mandate | None) -> None:
        """Write down on what ground somebody acts for the caller. Raises StoreUnavailable."""
        departments = tuple(dict.fromkeys(member.ref.department for member in caller.members))
        contact = self.ladder.set_aside()
        await self._log(caller, departments, f"acts for another: {mandate.ground}" if mandate else "acts for themselves")
        self.ladder.act_for(caller, mandate, contact)

    async def _log(self, caller: Caller, departments: tuple[str, ...], note: str) -> None:
        subjects = tuple(member.ref for member in caller.members)
        what = " ".join(f"{ref.department}/{ref.id}" for ref in subjects)
        asker = self._asker
        row = await self._audit.look(Look(asker.actor, asker.role, asker.purpose, "verification", departments, what, subjects))
        await self._audit.outcome(row, note)
