"""What ``civicdesk outbox`` does: listing what is on its way to departments, telling all of one change, sending again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.bootstrap import Services
from app.config import Site, load_site
from app.services.departments import in_worker
from app.services.handing_over import words_for
from app.terminal import table
from models.audit import Look
from models.changes import Change, Current, Delivery, DeliveryState
from models.outbox import Event
from models.outcomes import DELIVERY_WORDS
from models.store.store import Store

MOST = 500
"""Changes listed."""
FOR_A_PERSON: tuple[DeliveryState, ...] = ("conflict", "refused", "person")
FOR_A_DEPARTMENT: tuple[DeliveryState, ...] = ("waiting", "sending", "unknown")


class Listed(msgspec.Struct, frozen=True):
    """Changes with those of their deliveries that are meant, and the site they are of."""

    site: Site
    changes: tuple[Change, ...]


class Shown(msgspec.Struct, frozen=True):
    """One change with its history; ``open_to`` are the departments whose values may be told."""

    change: Change
    history: dict[int, tuple[Event, ...]]
    open_to: frozenset[str]
    own: bool
    """Made by whoever asks."""


def unfinished(folder: Path) -> Listed:
    """What waits for a department or a person, the oldest first. Raises SiteError or StoreUnavailable."""
    site = load_site(folder)
    with Store.open(site.store_folder) as store:
        return Listed(site, store.changes.unfinished(MOST))


def exit_code(changes: Iterable[Change], *, departments_too: bool = False) -> int:
    """3 when something waits for a person, or for a department too."""
    waits = FOR_A_PERSON + (FOR_A_DEPARTMENT if departments_too else ())
    return 3 if any(part.state in waits for change in changes for part in change.deliveries) else 0


async def retried(services: Services, deliveries: Iterable[int]) -> Listed:
    """Send now what waits, or these deliveries. Returns what was tried. Raises ChangeRefused or StoreUnavailable."""
    changes, rows, worker = services.changes, services.store.changes, services.worker
    named = set(deliveries)
    for number in named:
        await changes.resend(number)
    before = await in_worker(worker, lambda: rows.unfinished(MOST))
    meant = named or {part.id for change in before for part in change.deliveries if part.state in FOR_A_DEPARTMENT}
    if not named:
        await in_worker(worker, lambda: rows.due_now(services.departments.ports))
    await changes.outbox.drain()
    of = {change.id for change in before if any(part.id in meant for part in change.deliveries)}
    after = await in_worker(worker, lambda: rows.get(of))
    parts = [tuple(part for part in change.deliveries if part.id in meant) for change in after]
    tried = (msgspec.structs.replace(change, deliveries=part) for change, part in zip(after, parts, strict=True))
    return Listed(services.site, tuple(tried))


async def shown(services: Services, delivery: int) -> Shown | None:
    """The whole change that a delivery belongs to; None where there is none. A look, and logged. Raises StoreUnavailable."""
    rows, session = services.store.changes, services.session
    change = await in_worker(services.worker, lambda: rows.of_delivery(delivery))
    if change is None:
        return None
    open_to = {part.department for part in change.deliveries if _permitted(services, part.department)}
    subjects = tuple(part.subject for part in change.deliveries if part.subject is not None and part.department in open_to)
    what = f"change {change.id}"
    look = Look(
        session.actor, session.role, session.purpose, "lookup", tuple(part.department for part in change.deliveries), what, subjects
    )
    row = await services.audit.look(look)
    history = await in_worker(services.worker, lambda: {part.id: rows.history(part.id) for part in change.deliveries})
    await services.audit.outcome(row, what)
    return Shown(change, history, frozenset(open_to), own=change.made_by == session.actor)


def _permitted(services: Services, department: str) -> bool:
    return department in services.departments.ports and services.departments.permitted(department, services.session)


def list_as_text(found: Listed) -> str:
    """A line for each delivery, with nothing of what is to be changed."""
    zone = ZoneInfo(found.site.settings.time_zone)
    titles = _titles(found.site)
    rows = [("No", "Change", "Department", "Since", "Tries", "State")]
    rows += [
        (
            str(part.id),
            change.title,
            titles.get(part.department, part.department),
            part.since.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            str(part.attempts),
            _state(part)
            if part.department in titles
            else f"{DELIVERY_WORDS[part.state]}: the site has no such department, or its manifest has errors",
        )
        for change in found.changes
        for part in change.deliveries
    ]
    if len(rows) == 1:
        return "Nothing waits."
    states = [part.state for change in found.changes for part in change.deliveries]
    told = [
        f"{sum(state in group for state in states)} {words}"
        for group, words in ((("done", "undone"), "done"), (FOR_A_DEPARTMENT, "to be sent"), (FOR_A_PERSON, "for a person"))
        if any(state in group for state in states)
    ]
    return "\n".join([*table(rows), "", f"{', '.join(told)}; times are {found.site.settings.time_zone}."])


def list_as_json(found: Listed) -> str:
    """Times are ISO 8601 in UTC; ``why`` is a fault's or a hindrance's name."""
    return json.dumps({"deliveries": [_part_as_json(change, part) for change in found.changes for part in change.deliveries]})


def shown_as_text(found: Shown, site: Site) -> str:
    """The change, then each department's part with its history."""
    change = found.change
    zone = ZoneInfo(site.settings.time_zone)
    titles = _titles(site)
    made = change.made.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    lines = [f"{change.title}, change {change.id}: made {made} by {change.made_by} ({change.role}, {change.purpose})."]
    if _values_open(found):
        lines += [f"  {name}: {value}" for name, value in (("caller", change.caller_name), *change.values.items()) if value]
    else:
        lines.append("  What was filled in is hidden for your role.")
    for part in change.deliveries:
        whose = f", person {part.subject.id}" if part.subject and part.department in found.open_to else ""
        lines += ["", f"{part.id}  {titles.get(part.department, part.department)}{whose}: {_state(part)}"]
        if part.receipt and (number := part.receipt.reference or part.receipt.pending):
            lines.append(f"    number there: {number}")
        for label, current in (("had", part.before), ("has now", part.theirs)):
            if current is not None and part.department in found.open_to:
                lines.append(f"    {label}: {', '.join(f'{name} {value}' for name, value in current.values.items())}")
        lines += [f"    {event.at.astimezone(zone).strftime('%Y-%m-%d %H:%M:%S')}  {_event(event)}" for event in found.history[part.id]]
    return "\n".join([*lines, "", f"Times are {site.settings.time_zone}."])


def shown_as_json(found: Shown) -> str:
    """``values``, ``before`` and ``theirs`` are null where they are hidden for the role, whose events then have no ``detail``."""
    change = found.change
    parts = [
        _part_as_json(change, part)
        | {"key": part.key, "receipt": part.receipt and part.receipt.reference}
        | {
            name: _current(current, part.department in found.open_to)
            for name, current in (("before", part.before), ("theirs", part.theirs))
        }
        | {"history": [_event_as_json(event, part.department in found.open_to) for event in found.history[part.id]]}
        for part in change.deliveries
    ]
    told = {
        "change": change.id,
        "kind": change.kind,
        "made": change.made.isoformat(),
        "made_by": change.made_by,
        "role": change.role,
        "purpose": change.purpose,
        "values": change.values if _values_open(found) else None,
        "deliveries": parts,
    }
    return json.dumps(told)


def _values_open(found: Shown) -> bool:
    return found.own or bool(found.open_to)


def _current(current: Current | None, open_to_role: bool) -> dict[str, str] | None:
    return current.values if current is not None and open_to_role else None


def _part_as_json(change: Change, part: Delivery) -> dict[str, Any]:
    return {
        "delivery": part.id,
        "change": change.id,
        "department": part.department,
        "kind": change.kind,
        "state": part.state,
        "since": part.since.isoformat(),
        "attempts": part.attempts,
        "next_try": part.next_try and part.next_try.isoformat(),
        "why": part.fault or None,
        "task": part.task,
    }


def _event_as_json(event: Event, open_to_role: bool) -> dict[str, Any]:
    """``detail`` may be in the department's words, which may quote what was sent."""
    told = {"at": event.at.isoformat(), "state": event.state, "why": event.fault or None, "times": event.times}
    return told | ({"detail": event.detail} if open_to_role else {})


def _state(part: Delivery) -> str:
    why = words_for(part.fault).rstrip(".")
    return f"{DELIVERY_WORDS[part.state]}: {why}" if why else DELIVERY_WORDS[part.state]


def _event(event: Event) -> str:
    words = f"{DELIVERY_WORDS[event.state]}{f' ({event.fault})' if event.fault else ''}"
    return f"{words}, {event.times} times" if event.times > 1 else words


def _titles(site: Site) -> dict[str, str]:
    return {manifest.id: manifest.title for manifest in site.manifests}
