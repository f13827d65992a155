"""A search without a window: for operators, scripts and tests."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any

import msgspec

from app.bootstrap import Services
from app.services.caller_file import place_of
from app.services.reading import read_query
from app.services.search import Findings
from models.outcomes import FAULT_WORDS, Answered, Failed, NotPermitted, Outcome, Skipped
from models.people import Caller, SubjectRef
from models.query import PARTS, SearchQuery
from models.records import Record

CALLERS_READ = 10
"""Callers whose records are read: reading a file is a look, and nobody looks at fifty. Others have ``records: null``."""


class Answer(msgspec.Struct):
    """What a search found, and what reading the first callers' files found."""

    query: SearchQuery
    findings: Findings
    records: dict[str, list[Record]]
    """By caller's key."""
    read: dict[str, Outcome]
    """The worst outcome of reading files, by department."""
    elapsed_ms: float


async def ask(services: Services, text: str) -> Answer:
    """Search, then read the files of the first callers. Raises StoreUnavailable when the looks can't be logged."""
    started = monotonic()
    query, _ = read_query(text, services.rules, date.today())
    search = services.new_search()
    findings = Findings({})
    async for found in search.run(query):
        findings = found
    raw = findings.callers
    findings = msgspec.structs.replace(findings, callers=services.disclosure.callers(raw, query))
    records: dict[str, list[Record]] = {}
    read: dict[str, Outcome] = {}

    async def open_file(caller: Caller) -> None:
        kept = records.setdefault(caller.key, [])
        sight = services.disclosure.sight(caller)
        if (loose := search.record_of(caller.key)) and (seen := sight.record(loose)):
            kept.append(seen)
        members: tuple[SubjectRef, ...] = tuple(member.ref for member in caller.members)
        async for outcomes in services.new_file().read(members, lambda: sight):
            for department, outcome in outcomes.items():
                if isinstance(outcome, Answered):
                    kept += [seen for record in outcome.records if (seen := sight.record(record))]
                if not isinstance(read.get(department), Failed):
                    read[department] = outcome

    await asyncio.gather(*(open_file(caller) for caller in raw[:CALLERS_READ]))
    return Answer(query, findings, records, read, (monotonic() - started) * 1000)


def exit_code(answer: Answer) -> int:
    """0 when all that were asked answered, 3 when some failed, 4 when all did."""
    asked = [outcome for outcome in _outcomes(answer).values() if isinstance(outcome, Answered | Failed)]
    failed = sum(isinstance(outcome, Failed) for outcome in asked)
    return 0 if not failed else 4 if failed == len(asked) else 3


def as_json(answer: Answer, services: Services) -> bytes:
    """The answer as the README documents it; amounts are decimal numbers, dates ISO 8601."""
    departments = []
    for name, outcome in _outcomes(answer).items():
        found = answer.findings.outcomes[name]
        row: dict[str, Any] = {"id": name, "title": services.departments.ports[name].manifest.title}
        row["outcome"] = _word(outcome)
        row["people"] = sum(member.ref.department == name for caller in answer.findings.callers for member in caller.members)
        row["records"] = sum(record.ref.department == name for kept in answer.records.values() for record in kept)
        row["ms"] = round(getattr(found, "ms", 0.0), 1)
        row["error"] = FAULT_WORDS[outcome.fault.key][0] if isinstance(outcome, Failed) else None
        departments.append(row)
    data = {
        "query": {part: getattr(answer.query, part) for part in PARTS if getattr(answer.query, part)},
        "elapsed_ms": round(answer.elapsed_ms, 1),
        "departments": departments,
        "callers": [_caller(caller, answer.records.get(caller.key)) for caller in answer.findings.callers],
    }
    return msgspec.json.Encoder(decimal_format="number").encode(data)


def as_text(answer: Answer, services: Services) -> str:
    """The answer for a terminal."""
    read_as = ", ".join(f"{part.replace('_', ' ')}: {getattr(answer.query, part)}" for part in PARTS if getattr(answer.query, part))
    lines = [f"Read as {read_as}." if read_as else "Nothing to search by in this text."]
    for name, outcome in _outcomes(answer).items():
        title = services.departments.ports[name].manifest.title
        lines.append(f"  {title:<24} {_told(outcome, answer.findings.outcomes[name])}")
    if not answer.findings.callers:
        failed = sum(isinstance(outcome, Failed) for outcome in _outcomes(answer).values())
        session = services.session
        if all(isinstance(outcome, NotPermitted) for outcome in _outcomes(answer).values()):
            lines.append(f"Nobody was asked: not permitted in the role {session.role} for the purpose {session.purpose}.")
            return "\n".join(lines)
        lines.append("Nobody found." if not failed else f"Nobody found, but {failed} did not answer: this is not the whole picture.")
    for caller in answer.findings.callers:
        born = f", born {caller.birth_date}" if caller.birth_date else ""
        lines.append(f"\n{caller.name}{born}  [{caller.match}: {', '.join(caller.why) or 'one record'}]")
        lines += [f"  {address}" for address in caller.addresses]
        kept = answer.records.get(caller.key)
        lines += ["  (file not read)"] if kept is None else [_record_line(record, services) for record in sorted(kept, key=place_of)]
    if answer.findings.more:
        lines.append(f"\n{answer.findings.more} more fit: add a birth date, a post code or a phone number.")
    lines.append(f"\n{len(answer.findings.callers)} found in {answer.elapsed_ms / 1000:.2f} s.")
    return "\n".join(lines)


def _outcomes(answer: Answer) -> dict[str, Outcome]:
    """One outcome a department: that of the search, unless reading files failed where the search did not."""
    merged = dict(answer.findings.outcomes)
    for name, outcome in answer.read.items():
        if isinstance(outcome, Failed):
            merged[name] = outcome
    return merged


def _word(outcome: Outcome) -> str:
    if isinstance(outcome, Answered):
        return "answered"
    if isinstance(outcome, Failed):
        return "failed"
    return "not_permitted" if isinstance(outcome, NotPermitted) else "skipped"


def _told(outcome: Outcome, found: Outcome) -> str:
    if isinstance(outcome, Failed):
        return f"did not answer: {FAULT_WORDS[outcome.fault.key][0]}"
    if isinstance(outcome, Skipped):
        return f"not asked: {outcome.why}"
    if isinstance(outcome, NotPermitted):
        return "not permitted for this role and purpose"
    ms = getattr(found, "ms", 0.0)
    return f"answered in {ms:.0f} ms"


def _caller(caller: Caller, records: list[Record] | None) -> dict[str, Any]:
    return {
        "name": caller.name,
        "birth_date": caller.birth_date,
        "addresses": caller.addresses,
        "match": caller.match,
        "why": caller.why,
        "members": [{"department": member.ref.department, "id": member.ref.id} for member in caller.members],
        "records": None if records is None else [_record(record) for record in sorted(records, key=place_of)],
    }


def _record(record: Record) -> dict[str, Any]:
    return {
        "department": record.ref.department,
        "id": record.ref.id,
        "kind": record.kind,
        "title": record.title,
        "status": record.status,
        "attention": record.attention,
        "opened": record.opened,
        "due": record.due,
        "amount": record.amount,
        "currency": record.currency or None,
    }


def _record_line(record: Record, services: Services) -> str:
    port = services.departments.ports.get(record.ref.department)
    title = port.manifest.title if port else record.ref.department
    money = f"{_grouped(record.amount)} {record.currency}" if record.amount is not None else ""
    mark = {"late": "!!", "soon": "! ", "none": "  "}[record.attention]
    due = record.due or ""
    return f"  {mark} {record.opened or ''!s:<10}  {title:<22} {record.title[:44]:<44} {record.status:<16} {due!s:<10} {money:>12}"


def _grouped(amount: Decimal) -> str:
    return f"{amount:,.2f}"
