"""What may be seen now of what departments answered: by level of verification, by purpose, and never a secret address.

What goes to the screen is made here and holds nothing that is shut: no list, filter, order, tool tip or screen reader can then
tell it. A shut value is empty and says why (see models.people.Shut).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from adapters.manifest import Manifest
from app.services.identity.normalise import fold, house_key, place
from app.services.session import Session
from app.services.verification import Ladder
from models.changes import ADDRESS_PARTS, FormField
from models.contacts import HISTORY
from models.people import MASK, SENSITIVITIES, Address, Caller, Identifier, Person, Sensitivity, Shut
from models.purposes import Purpose
from models.query import SearchQuery
from models.records import Field, Record
from models.verification import LEVELS, FactLevels, Level, reaches

_FROM: dict[Sensitivity, Level] = {
    "open": "anonymous",
    "sensitive": "verified",
    "national_id": "verified",
    "bank": "verified",
    "health": "strong",
    "protected": "strong",
}
"""The level that a kind of field needs at least, wherever it stands."""


_FACTS = {"address": "address", "phone": "phone", "email": "email", "date": "birth_date"}
"""Types of a form's fields to the facts that a department's present value of them is."""


class Held(NamedTuple):
    """What is seen of a department's present values, and why others, which it has too, are not."""

    seen: dict[str, str]
    shut: dict[str, Shut]


class Disclosure:
    """Asked anew whenever level, purpose or answers change; keeps nothing itself."""

    def __init__(self, session: Session, ladder: Ladder, manifests: Iterable[Manifest], facts: FactLevels) -> None:
        self._session = session
        self._ladder = ladder
        self._rules = {manifest.id: _of_manifest(manifest, session.role) for manifest in manifests}
        self._rules[HISTORY] = _Rules("verified")
        self._facts = facts

    def level(self, caller: Caller) -> Level:
        """How far this caller's data is open. Where nobody is on the line the ladder has no part, nor where a record names nobody."""
        return "strong" if not self._session.has_caller or not caller.members else self._ladder.level(caller)

    def sight(self, caller: Caller) -> Sight:
        """What may be seen of this caller's records now."""
        homes = frozenset() if self._shows_address(caller) else _homes(caller)
        nobody = self._session.has_caller and not caller.members
        return Sight(self._session.current, self.level(caller), homes, self._rules, nobody=nobody)

    def callers(self, callers: Sequence[Caller], query: SearchQuery | None) -> tuple[Caller, ...]:
        """The list of people as it may be seen."""
        secret = any(member.protected for caller in callers for member in caller.members)
        return tuple(self.caller(caller, query, no_places=secret) for caller in callers)

    def caller(self, caller: Caller, query: SearchQuery | None = None, *, no_places: bool = False) -> Caller:
        """A caller as they may be seen. What was said in the search is no news and shown; ``no_places``: no reason names an address."""
        level = self.level(caller)
        query = query or SearchQuery()
        shut: dict[str, Shut] = {}

        def seen(
            fact: str, values: Sequence[str], held: Callable[[Person], Iterable[str]], mark: Callable[[str], str], said: str
        ) -> list[str]:
            """Those values that a department holds from which this level may see them, and what was said."""
            open_marks: set[str] = {mark(said)} if said else set()
            needs: list[Level] = []
            for member in caller.members:
                needed = max(getattr(self._facts, fact), self._floor(member), key=LEVELS.index)
                for value in held(member):
                    if reaches(level, needed):
                        open_marks.add(mark(value))
                    else:
                        needs.append(needed)
            shown = [value for value in values if mark(value) in open_marks]
            if len(shown) < len(values) and needs:
                shut[fact] = _needs(min(needs, key=LEVELS.index))
            return shown

        born = caller.birth_date.isoformat() if caller.birth_date else ""
        said_born = query.birth_date.isoformat() if query.birth_date else ""
        birth = seen("birth_date", [born] if born else [], lambda p: [p.birth_date.isoformat()] if p.birth_date else [], str, said_born)
        phones = seen("phone", caller.phones, lambda person: person.phones, _digits, query.phone)
        emails = seen("email", caller.emails, lambda person: person.emails, str.lower, query.email)
        said_home = f"{query.number} {query.street}" if query.number and query.street else ""
        places = seen("address", caller.addresses, lambda person: [each.full for each in person.addresses], _home, said_home)
        if any(member.protected for member in caller.members):
            no_places, places = True, []
            if caller.addresses:
                shut["address"] = _masked(self._session.current, "protected", level, "anonymous")
        return Caller(
            key=caller.key,
            name=caller.name,
            birth_date=caller.birth_date if birth else None,
            addresses=tuple(places),
            phones=tuple(phones),
            emails=tuple(emails),
            match=caller.match,
            why=tuple(why for why in caller.why if not (no_places and "address" in why)),
            members=tuple(self._member(person, level) for person in caller.members),
            relevance=caller.relevance,
            language=caller.language,
            may_be=caller.may_be,
            shut=tuple(sorted(shut.items())),
        )

    def held(self, caller: Caller, department: str, fields: Iterable[FormField], values: Mapping[str, str]) -> Held:
        """What a department has now of a form's fields, as it may be seen beside the new values.

        A secret address is never among them: it is revealed in the caller's header, one look at a time.
        """
        rules, level = self._rules.get(department), self.level(caller)
        purpose = self._session.current
        forbidden = not (purpose.roles and purpose.allows(department)) or (rules is not None and not rules.permitted)
        floor: Level = rules.floor if rules is not None else "anonymous"
        protected = any(member.protected for member in caller.members)
        homes = frozenset() if self._shows_address(caller) else _homes(caller)
        seen: dict[str, str] = {}
        shut: dict[str, Shut] = {}
        for field in fields:
            parts = (field.name, *ADDRESS_PARTS) if field.type == "address" else (field.name,)
            held = {part: values[part] for part in parts if values.get(part)}
            kind: Sensitivity = "protected" if field.type == "address" and protected else field.sensitivity
            needed = max(floor, getattr(self._facts, _FACTS.get(field.type, ""), floor), key=LEVELS.index)
            why: Shut = "not permitted" if forbidden else _masked(purpose, kind, level, needed)
            if held and why:
                shut[field.name] = why
            else:
                seen |= {part: _without(value, homes) for part, value in held.items()}
        return Held(seen, shut)

    def _shows_address(self, caller: Caller) -> bool:
        """Whether the caller's addresses may be told, by whichever record."""
        level = self.level(caller)
        needs = (max(self._facts.address, self._floor(member), key=LEVELS.index) for member in caller.members)
        return not any(member.protected for member in caller.members) and any(reaches(level, needed) for needed in needs)

    def _member(self, person: Person, level: Level) -> Person:
        """Whose record it is, and which numbers there are."""
        numbers = tuple(self._identifier(each, level, self._floor(person)) for each in person.identifiers)
        return Person(person.ref, person.full_name, person.read_at, identifiers=numbers)

    def _floor(self, person: Person) -> Level:
        """The level from which anything of the person's department may be seen."""
        rules = self._rules.get(person.ref.department)
        return rules.floor if rules else "anonymous"

    def _identifier(self, number: Identifier, level: Level, floor: Level) -> Identifier:
        why = _masked(self._session.current, number.sensitivity, level, floor)
        return msgspec.structs.replace(number, value="", shut=why) if why else number


class _Rules:
    """What levels a department's records need, by kind of record and by field. ``floor`` is that of a kind not named."""

    def __init__(
        self,
        floor: Level,
        kinds: Mapping[str, Level] | None = None,
        fields: Mapping[tuple[str, str], Level] | None = None,
        *,
        permitted: bool = True,
    ) -> None:
        self.permitted = permitted
        self.floor: Level = floor
        self.kinds = dict(kinds or {})
        self.opens: Level = min(self.kinds.values() or (floor,), key=LEVELS.index)
        self.fields = dict(fields or {})


def _of_manifest(manifest: Manifest, role: str) -> _Rules:
    kinds = {kind: each.level or manifest.level for kind, each in manifest.record.items()}
    fields = {(kind, field.label): field.level for kind, each in manifest.record.items() for field in each.fields if field.level}
    return _Rules(manifest.level, kinds, fields, permitted=role in manifest.roles)


class Sight:
    """What may be seen of one caller's records, for one purpose at one level. Two that are equal show the same."""

    def __init__(
        self, purpose: Purpose, level: Level, homes: frozenset[tuple[str, str]], rules: Mapping[str, _Rules], *, nobody: bool
    ) -> None:
        """``homes``: number and street that no text may tell; ``nobody``: the caller is a record that names no person."""
        self.level = level
        self._purpose = purpose
        self._homes = homes
        self._nobody = nobody
        self._rules = rules
        self._masks = {sensitivity: _masked(purpose, sensitivity, level, "anonymous") for sensitivity in SENSITIVITIES}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sight) and (self.level, self._purpose, self._homes, self._nobody) == (
            *(other.level, other._purpose, other._homes),
            other._nobody,
        )

    __hash__ = None  # type: ignore[assignment]

    def tab(self, department: str) -> Shut:
        """Why all of a department's records are shut; empty when some may be seen."""
        rules = self._rules.get(department)
        if not (self._purpose.roles and self._purpose.allows(department)) or (rules is not None and not rules.permitted):
            return "not permitted"
        return _needs(rules.opens) if rules is not None and not reaches(self.level, rules.opens) else ""

    def needed(self, record: Record) -> Level:
        """The level from which such a record may be seen."""
        rules = self._rules.get(record.ref.department)
        return rules.kinds.get(record.kind, rules.floor) if rules is not None else "anonymous"

    def record(self, record: Record) -> Record | None:
        """The record as it may be seen; None where nothing of it may."""
        rules = self._rules.get(record.ref.department)
        if self.tab(record.ref.department) or (self._nobody and record.subject is not None):
            return None
        if not reaches(self.level, self.needed(record)):
            return None
        fields = record.fields
        if self._homes or (rules is not None and rules.fields) or any(field.sensitivity != "open" for field in fields):
            fields = tuple(self._field(record.kind, field, rules) for field in fields)
        title = _without(record.title, self._homes)
        if title is record.title and fields is record.fields:
            return record
        return msgspec.structs.replace(record, title=title, fields=fields)

    def _field(self, kind: str, field: Field, rules: _Rules | None) -> Field:
        own = rules.fields.get((kind, field.label)) if rules is not None else None
        why = _masked(self._purpose, field.sensitivity, self.level, own) if own else self._masks[field.sensitivity]
        value = "" if why else _without(field.value, self._homes)
        return field if not why and value is field.value else msgspec.structs.replace(field, value=value, shut=why)


def _masked(purpose: Purpose, sensitivity: Sensitivity, level: Level, needed: Level) -> Shut:
    """Why a value of this kind is shut; empty when it is open."""
    if sensitivity not in purpose.fields:
        return "not permitted"
    needed = max(needed, _FROM[sensitivity], key=LEVELS.index)
    if not reaches(level, needed):
        return _needs(needed)
    return "" if sensitivity == "open" else "reveal"


def _needs(level: Level) -> Shut:
    return "" if level == "anonymous" else level


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-10:]


def _home(address: str) -> str:
    return house_key(Address(address)) or fold(address)


def _homes(caller: Caller) -> frozenset[tuple[str, str]]:
    """Number and street of each address of a caller, whichever department holds it, in letters and digits only."""
    places = (place(address) for member in caller.members for address in member.addresses)
    return frozenset((each.number, each.street) for each in places if each.number and each.street)


def _without(text: str, homes: frozenset[tuple[str, str]]) -> str:
    """The text, with what tells one of these addresses masked; the same object where it tells none."""
    for number, street in homes:
        told = fold(text).split()
        if number in told and street in "".join(told):
            name, house = "[^a-z0-9]*".join(street), rf"\b{re.escape(number)}\b"
            masked = re.sub(rf"(?i)(?:{house}[^,;]*?{name}|{name}[^,;]*?{house})[^,;]*", MASK, text)
            text = masked if masked != text else MASK
    return text
