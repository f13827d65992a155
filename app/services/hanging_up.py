"""Before you hang up: what a site's rules find in the records of a caller, in all departments, as far as they may be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from app.services.blanks import Wording, blanks, fill
from app.services.bulkhead import Bulkhead
from app.services.departments import in_worker
from app.services.linking import disagreeing
from models.contacts import HISTORY
from models.hanging_up import HangUpRule, Thing
from models.people import Caller
from models.records import Record

MOST = 30
"""Things that are listed: who has more has another trouble than forgetting one."""


class HangingUp:
    """Rules looked through in a ``worker``: for ten thousand records they take their time. ``titles``: departments' by id."""

    def __init__(self, rules: Sequence[HangUpRule], wording: Wording, titles: Mapping[str, str], worker: Bulkhead) -> None:
        self._rules = rules
        self._wording = wording
        self._titles = titles
        self._worker = worker

    async def things(self, caller: Caller | None, records: Sequence[Record], reason: str, today: date) -> tuple[Thing, ...]:
        """What is to be settled, in the order of the rules, the late first. ``caller`` and ``records`` are as they may be seen."""
        return await in_worker(self._worker, lambda: self.found(caller, records, reason, today))

    def found(self, caller: Caller | None, records: Sequence[Record], reason: str, today: date) -> tuple[Thing, ...]:
        """The same, blocking. A record is listed once, by the first rule that holds for it."""
        if caller is None:
            return ()
        differing = disagreeing(caller)
        own = [record for record in records if record.ref.department != HISTORY]
        told: set[object] = set()
        things: list[Thing] = []
        for rule in self._rules:
            if not rule.when.holds_besides(reason, differing):
                continue
            about, said = _contacts(rule, records, reason, today)
            if rule.contacts is not None and about < rule.contacts:
                continue
            more = {"contacts": str(about), "reason": said, "days": str(rule.days)}
            matters: list[Record | None] = [None]
            if rule.when.of_records:
                matters = [each for each in own if each.ref not in told and rule.when.holds_for(each, today)]
            for record in matters:
                values = blanks(self._wording, caller, record, self._titles, **more)
                late = record is not None and record.attention == "late"
                things.append(Thing(rule.name, fill(rule.say, values), rule.action, record.ref if record is not None else None, late))
                told.add(record.ref if record is not None else rule.name)
        return tuple(sorted(things, key=lambda thing: not thing.late)[:MOST])


def _contacts(rule: HangUpRule, records: Sequence[Record], reason: str, today: date) -> tuple[int, str]:
    """How often the caller has been in touch about the same, this time included, and about what."""
    if rule.contacts is None:
        return 0, ""
    since = today - timedelta(rule.days)
    recent = (each for each in records if each.ref.department == HISTORY and each.opened is not None and each.opened >= since)
    times = Counter(subject for each in recent for subject in set(each.title.split(" · ")))
    if reason:
        return times[reason] + 1, reason
    subject, count = max(times.items(), key=lambda each: each[1], default=("", 0))
    return count, subject
