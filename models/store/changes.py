"""Changes and their deliveries in the store: an outbox from which each delivery is claimed by one worker at a time.

A claim is a lease on the database's time with a fence, a number that grows: who comes back after the lease is over writes nothing. The
database's time is the clock of this machine on SQLite. Should it be set back, nobody waits longer for it: what would be due further
ahead than anything is ever put off is due now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, func, insert, or_, select, tuple_, update

from models.audit import AuditEntry
from models.changes import Change, Current, Delivery, Receipt
from models.outbox import LONGEST_WAIT, Claim, Decision, Event, NewChange, NewDelivery, Result, Slots, Task
from models.people import SubjectRef
from models.records import RecordRef
from models.store.audit import append_rows
from models.store.database import Database
from models.store.tables import changes, deliveries, storable, work_items
from models.store.work import put, take_out

CUT_SHORT = "the desk that sent it ended before the answer"
_LATEST_EVENTS = 200


# Made once: putting a statement together takes longer than its execution.
_BY_TOKEN = select(changes.c.id).where(changes.c.token == bindparam("token"))
_BY_ID = select(changes).where(changes.c.id.in_(bindparam("ids", expanding=True))).order_by(changes.c.id)
_PARTS = (
    select(deliveries)
    .where(deliveries.c.change_id.in_(bindparam("ids", expanding=True)))
    .order_by(deliveries.c.change_id, deliveries.c.position)
)


def _now() -> datetime:
    return datetime.now(UTC)


class ChangeRows:
    """Every method blocks and raises StoreUnavailable. What is written is on the disk when a method returns. ``now`` is in UTC."""

    def __init__(self, database: Database, now: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._now = now

    def add(self, new: NewChange, entries: Sequence[AuditEntry]) -> int:
        """Keep a change, its deliveries, their tasks and its audit rows: all or nothing. Returns its number, also of one kept before."""
        new = _storable(new)
        with self._database.writing() as connection:
            known: int | None = connection.scalar(_BY_TOKEN, {"token": new.token})
            if known is not None:
                return known
            append_rows(connection, entries)
            now = self._now()
            same = ("token", "kind", "title", "media", "made_by", "role", "purpose", "caller_name")
            fields = {name: getattr(new, name) for name in same} | {"filled": new.values, "in_call": new.call, "made": now}
            change: int = connection.execute(insert(changes).returning(changes.c.id), fields).scalar_one()
            rows = [self._row(connection, new, change, position, each, now) for position, each in enumerate(new.deliveries)]
            if rows:
                connection.execute(insert(deliveries), rows)
            return change

    def get(self, ids: Iterable[int]) -> tuple[Change, ...]:
        """These changes, the oldest first; those that are not there are left out."""
        return self._found(_BY_ID, {"ids": list(ids)})

    def of_call(self, call: str) -> tuple[Change, ...]:
        """What was changed in a call, the oldest first."""
        return self._found(select(changes).where(changes.c.in_call == storable(call)).order_by(changes.c.id))

    def about(self, members: Iterable[SubjectRef], since: datetime) -> tuple[Change, ...]:
        """What was changed of these person records since then, the newest first."""
        pairs = [(storable(member.department), storable(member.id)) for member in members]
        of_these = select(deliveries.c.change_id).where(tuple_(deliveries.c.department, deliveries.c.subject).in_(pairs))
        newest = select(changes).where(changes.c.id.in_(of_these), changes.c.made >= since)
        return self._found(newest.order_by(changes.c.id.desc()))

    def of_delivery(self, delivery: int) -> Change | None:
        """The change that a delivery belongs to."""
        whose = select(deliveries.c.change_id).where(deliveries.c.id == delivery).scalar_subquery()
        return next(iter(self._found(select(changes).where(changes.c.id == whose))), None)

    def unfinished(self, limit: int) -> tuple[Change, ...]:
        """Changes of which something waits for a department or a person, the oldest first, with those deliveries alone."""
        todo = or_(
            deliveries.c.state.in_(("waiting", "sending", "unknown", "conflict")),
            deliveries.c.task.in_(select(work_items.c.id).where(work_items.c.done.is_(None))),
        )
        whose = select(changes).where(changes.c.id.in_(select(deliveries.c.change_id).where(todo)))
        return self._found(whose.order_by(changes.c.id).limit(limit), only=todo)

    def history(self, delivery: int) -> tuple[Event, ...]:
        """What became of a delivery, from its beginning."""
        with self._database.reading() as connection:
            return _events(connection.scalar(select(deliveries.c.history).where(deliveries.c.id == delivery)))

    def claim(self, slots: Mapping[str, Slots], held: Iterable[int] = (), over: Iterable[int] = ()) -> tuple[Claim, ...]:
        """Take what is due, of each department the longest due first.

        ``held``: deliveries that this worker still has; ``over``: those whose lease is over whatever the clock says.
        """
        held, over = list(held), list(over)
        with self._database.writing() as connection:
            now = self._now()
            taken: list[tuple[RowMapping, datetime]] = []
            for department, (free, lease) in slots.items():
                due = or_(deliveries.c.lease_until <= now, deliveries.c.id.in_(over), deliveries.c.lease_until.is_(None) & _due(now))
                of_department = (deliveries.c.department == department) & deliveries.c.next_try.is_not(None) & deliveries.c.id.not_in(held)
                found = select(deliveries).where(of_department, due).order_by(deliveries.c.next_try, deliveries.c.id).limit(free)
                until = now + timedelta(seconds=lease)
                taken += [(row, until) for row in connection.execute(found.with_for_update(skip_locked=True)).mappings()]
            if not taken:
                return ()
            fields = [_claimed(row, until, now) for row, until in taken]
            connection.execute(update(deliveries).where(deliveries.c.id == bindparam("row")), fields)
            whose = select(changes).where(changes.c.id.in_({row["change_id"] for row, _ in taken}))
            of = {row["id"]: row for row in connection.execute(whose).mappings()}
        return tuple(_claim(dict(row) | written, of[row["change_id"]]) for (row, _), written in zip(taken, fields, strict=True))

    def next_due(self, departments: Iterable[str], held: Iterable[int] = ()) -> float | None:
        """Seconds until something of these departments that is not ``held`` is due (0: it is); None when nothing is."""
        mine = deliveries.c.id.not_in(list(held))
        waiting = deliveries.c.department.in_(list(departments)) & deliveries.c.next_try.is_not(None) & mine
        with self._database.reading() as connection:
            moment = connection.scalar(select(func.min(func.coalesce(deliveries.c.lease_until, deliveries.c.next_try))).where(waiting))
            now = self._now()
        return None if moment is None else max(0.0, (moment.replace(tzinfo=UTC) - now).total_seconds())

    def leased(self) -> tuple[tuple[int, int], ...]:
        """All claimed deliveries, each with its fence."""
        with self._database.reading() as connection:
            found = connection.execute(select(deliveries.c.id, deliveries.c.fence).where(deliveries.c.lease_until.is_not(None)))
            return tuple((row.id, row.fence) for row in found)

    def record(self, results: Sequence[Result]) -> tuple[int, ...]:
        """Write what came of claims, all or nothing, and give them back. Returns the changes concerned; a stale fence concerns none."""
        by_id = {result.delivery: result for result in results}
        with self._database.writing() as connection:
            now = self._now()
            rows = connection.execute(select(deliveries).where(deliveries.c.id.in_(by_id))).mappings().all()
            current = [(row, by_id[row["id"]]) for row in rows if row["fence"] == by_id[row["id"]].fence and row["lease_until"] is not None]
            if current:
                whose = {row["id"]: row["made_by"] for row in connection.execute(_makers(current)).mappings()}
                fields = [self._ended(connection, row, result, whose[row["change_id"]], now) for row, result in current]
                connection.execute(update(deliveries).where(deliveries.c.id == bindparam("row")), fields)
                connection.execute(_without_media(whose))
        return tuple(dict.fromkeys(row["change_id"] for row, _ in current))

    def decide(self, decision: Decision, entries: Sequence[AuditEntry]) -> bool:
        """Write what a person decided, with its audit rows. False when the delivery is in no state for it any more: nothing is written.

        Its task, if it has one, is taken out of its queue.
        """
        with self._database.writing() as connection:
            row = connection.execute(select(deliveries).where(deliveries.c.id == decision.delivery)).mappings().first()
            if row is None or row["state"] not in decision.of or row["lease_until"] is not None:
                return False
            now = self._now()
            # What is sent again is nobody's task any more; what somebody has done by hand is not sent again.
            if row["task"] is not None and not take_out(connection, row["task"], entries[0].actor, "sent again", now):
                return False
            append_rows(connection, entries)
            event = Event(now, decision.state, decision.fault, storable(decision.detail))
            fields: dict[str, Any] = dict(
                state=decision.state,
                since=now,
                next_try=now if decision.state in ("waiting", "unknown") else None,
                fault=event.fault,
                detail=event.detail,
                theirs=None,
                task=None,
                can_undo=decision.can_undo,
                history=_with_event(row["history"], event),
            )
            fields |= {name: value for name in ("intent", "key") if (value := getattr(decision, name))}
            if decision.before is not None:
                fields["before"] = _json(decision.before)
            connection.execute(update(deliveries).where(deliveries.c.id == decision.delivery).values(fields))
            return True

    def due_now(self, departments: Iterable[str], faults: Iterable[str] = ()) -> int:
        """Put off nothing any more that waits for these departments, because of these faults or any. Returns how many."""
        waiting = (deliveries.c.state == "waiting") & deliveries.c.lease_until.is_(None) & deliveries.c.department.in_(list(departments))
        if because := list(faults):
            waiting &= deliveries.c.fault.in_(because)
        with self._database.writing() as connection:
            return connection.execute(update(deliveries).where(waiting).values(next_try=self._now())).rowcount

    def _row(self, connection: Connection, new: NewChange, change: int, position: int, each: NewDelivery, now: datetime) -> dict[str, Any]:
        return dict(
            change_id=change,
            position=position,
            department=each.department,
            key=each.key,
            intent="apply",
            state=each.state,
            since=now,
            subject=None if each.subject is None else each.subject.id,
            record=None if each.record is None else each.record.id,
            before=_json(each.before),
            attempts=0,
            next_try=now if each.state == "waiting" else None,
            lease_until=None,
            fence=0,
            fault=each.fault,
            detail=each.detail,
            receipt=None,
            theirs=None,
            task=_put(connection, each.task, new.made_by, now),
            can_undo=False,
            history=_with_event([], Event(now, each.state, each.fault, each.detail)),
        )

    def _ended(self, connection: Connection, row: Any, result: Result, made_by: str, now: datetime) -> dict[str, Any]:
        history = _with_event(row["history"], Event(now, result.state, result.fault, storable(result.detail)))
        return dict(
            row=row["id"],
            state=result.state,
            since=_events(history)[-1].at,  # since the first try that ended so
            next_try=None if result.wait is None else now + timedelta(seconds=min(result.wait, LONGEST_WAIT)),
            lease_until=None,
            fault=result.fault,
            detail=storable(result.detail),
            receipt=_json(result.receipt) or row["receipt"],
            before=_json(result.before) or row["before"],
            theirs=_json(result.theirs),
            task=_put(connection, result.task, made_by, now) or row["task"],
            can_undo=result.can_undo,
            history=history,
        )

    def _found(self, whose: Any, given: Mapping[str, Any] | None = None, only: Any = None) -> tuple[Change, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(whose, given or {}).mappings().all()
            of_these = _PARTS if only is None else _PARTS.where(only)
            parts: dict[int, list[Delivery]] = {}
            for part in connection.execute(of_these, {"ids": [row["id"] for row in rows]}).mappings():
                parts.setdefault(part["change_id"], []).append(_delivery(part))
        return tuple(_change(row, tuple(parts.get(row["id"], ()))) for row in rows)


def _due(now: datetime) -> Any:
    return or_(deliveries.c.next_try <= now, deliveries.c.next_try > now + timedelta(seconds=LONGEST_WAIT))


def _makers(current: Iterable[tuple[Any, Result]]) -> Any:
    return select(changes.c.id, changes.c.made_by).where(changes.c.id.in_({row["change_id"] for row, _ in current}))


def _without_media(ids: Iterable[int]) -> Any:
    """A picture that every department has is not kept here as well."""
    open_ = select(deliveries.c.id).where(deliveries.c.change_id == changes.c.id, deliveries.c.state.not_in(("done", "undone")))
    over = changes.c.id.in_(list(ids)) & (func.length(changes.c.media) > 0) & ~open_.exists()
    return update(changes).where(over).values(media=b"")


def _claimed(row: Any, until: datetime, now: datetime) -> dict[str, Any]:
    """What a claim writes. ``sending`` whose lease is over was cut short: nobody knows what came of it."""
    cut = row["state"] == "sending"
    history = _with_event(row["history"], Event(now, "unknown", "", CUT_SHORT)) if cut else row["history"]
    state = "sending" if row["state"] == "waiting" else "unknown" if cut else row["state"]
    tries = row["attempts"] + (row["state"] != "done")
    since = row["since"] if state == row["state"] else now
    fence = row["fence"] + 1
    return dict(row=row["id"], state=state, since=since, fence=fence, lease_until=until, attempts=tries, history=history)


def _claim(row: Mapping[str, Any], change: RowMapping) -> Claim:
    unsure = row["state"] == "unknown"
    return Claim(_delivery(row), _change(change, ()), row["fence"], change["media"], unsure)


def _put(connection: Connection, task: Task | None, made_by: str, now: datetime) -> int | None:
    return None if task is None else put(connection, task.queue, task.title, task.detail, made_by, now).id


def _with_event(history: list[Any], event: Event) -> list[Any]:
    """The history with one more event; one that is as the last is only counted."""
    if history and [history[-1][name] for name in ("state", "fault", "detail")] == [event.state, event.fault, event.detail]:
        return [*history[:-1], history[-1] | {"times": history[-1]["times"] + 1}]
    return [*history, _json(event)][-_LATEST_EVENTS:]


def _events(history: Any) -> tuple[Event, ...]:
    return msgspec.convert(history or [], tuple[Event, ...])


def _json(value: Any) -> Any:
    return _clean(msgspec.to_builtins(value))


def _clean(value: Any) -> Any:
    """All texts storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value


def _storable(new: NewChange) -> NewChange:
    whole = msgspec.convert(_json(msgspec.structs.replace(new, media=b"")), NewChange)
    return msgspec.structs.replace(whole, media=new.media)


def _delivery(row: Mapping[str, Any] | RowMapping) -> Delivery:
    name = row["department"]
    return Delivery(
        **{key: row[key] for key in ("id", "department", "key", "state", "since", "attempts", "next_try", "fault", "detail", "task")},
        change=row["change_id"],
        can_undo=row["can_undo"],
        undoing=row["intent"] == "undo" and row["state"] != "undone",
        subject=None if row["subject"] is None else SubjectRef(name, row["subject"]),
        record=None if row["record"] is None else RecordRef(name, row["record"]),
        before=msgspec.convert(row["before"], Current | None),
        receipt=msgspec.convert(row["receipt"], Receipt | None),
        theirs=msgspec.convert(row["theirs"], Current | None),
    )


def _change(row: RowMapping, parts: tuple[Delivery, ...]) -> Change:
    kept = {name: row[name] for name in ("id", "kind", "title", "made", "made_by", "role", "purpose", "caller_name")}
    return Change(**kept, values=row["filled"], call=row["in_call"], deliveries=parts)
