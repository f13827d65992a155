"""What ``civicdesk audit`` does: proving the log's chains, and answering a citizen's question "who saw my data?"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.bootstrap import Services, keyring_of
from app.config import Site, load_site
from app.services.anchors import read_anchors
from app.services.audit import AuditLog, Progress
from app.services.credentials import KeyringUnavailable
from app.services.reading import read_query
from app.services.search import CLEAR_LEAD, Findings, Search
from app.services.session import Session, actor_name, role_of
from app.terminal import table
from models.audit import Look, RowKind, Seen
from models.audit_chain import Proof
from models.outcomes import Failed, NotPermitted
from models.people import Caller, SubjectRef
from models.purposes import Purpose
from models.store.store import Store

AUDITOR = "auditor"
"""The role that may look into the log."""
ACCESS_REQUEST = "Citizen's question who saw their data"
"""The purpose of asking who saw, unless another is given."""

_LOOKS: dict[RowKind, str] = {
    "search": "in a list of people",
    "records": "file read",
    "lookup": "one record read",
    "reveal": "masked field revealed",
    "verification": "verified a caller by it",
    "break_glass": "glass broken",
    "who_saw": "asked who had looked",
    "link": "linked by hand",
    "part": "parted by hand",
    "unlink": "decision by hand taken back",
    "proposal": "read before a change",
    "change": "changed",
    "undo": "change taken back",
    "document": "document looked into",
}


class NotAuditor(Exception):
    """Whoever asks may not look into the log; the text is for the user."""


class NoSubject(Exception):
    """It is not clear whose looks are meant; the text is for the user."""


class Verified(msgspec.Struct, frozen=True):
    """A proof, and why the ends of the chains could not be proven where they could not."""

    proof: Proof
    no_anchors: str = ""


def verify(folder: Path, progress: Progress | None) -> Verified:
    """Prove the log of a site's store; nothing is written. Raises SiteError, StoreUnavailable or NotAuditor."""
    site = load_site(folder)
    _auditor(site)
    with Store.open_to_read(site.store_folder) as store:
        anchors, why = {}, ""
        try:
            anchors = read_anchors(keyring_of(site))
        except KeyringUnavailable as error:
            why = error.why
        return Verified(AuditLog(store.audit, b"").prove(anchors, progress), why or ("" if anchors else "the keyring has no anchor yet"))


def verified_as_text(found: Verified) -> str:
    """A line for each chain that is broken, and how far the rest is proven."""
    proof = found.proof
    lines = [f"BROKEN: {broken}." for broken in proof.breaks]
    chains = f"{proof.actors:,} {'chain' if proof.actors == 1 else 'chains'}, {proof.rows:,} rows"
    whole = "Every row is as it was written" if not proof.breaks else f"{len(proof.breaks)} not whole"
    lines.append(f"{chains}. {whole}.")
    lines += [f"The end of {actor}'s chain is proven up to row {sequence:,}." for actor, sequence in proof.anchored.items()]
    if found.no_anchors:
        lines.append(f"Whether rows were cut off at the end can't be told: {found.no_anchors.rstrip('.')}.")
    return "\n".join(lines)


def verified_as_json(found: Verified) -> str:
    """``broken`` has the first broken row of each chain."""
    proof = found.proof
    broken = [
        {"actor": str(each.actor), "sequence": each.sequence, "at": each.at or None, "wrong": each.wrong, "why": each.why}
        for each in proof.breaks
    ]
    return json.dumps({"whole": not broken, "rows": proof.rows, "chains": proof.actors, "anchored": proof.anchored, "broken": broken})


class Sightings(msgspec.Struct, frozen=True):
    """Who saw these person records. ``gaps`` are departments whose records may be missing from ``subjects``, each with why."""

    subjects: tuple[SubjectRef, ...]
    looks: tuple[Seen, ...]
    gaps: tuple[str, ...] = ()


async def who_saw(services: Services, asked: Sequence[str], purpose: str) -> Sightings:
    """Who saw the records of one person, named each as ``department/id`` or found by a search; both are looks, and logged.

    Raises NotAuditor, NoSubject or StoreUnavailable.
    """
    _auditor(services.site)
    actor, role = services.session.actor, services.session.role
    session = Session(actor, role, (Purpose(purpose, roles=(role,)),))
    subjects: dict[SubjectRef, None] = {}
    gaps: dict[str, None] = {}
    for text in asked:
        department, slash, key = text.partition("/")
        if slash and key and department in {*services.departments.ports, *services.site.problems}:
            subjects[SubjectRef(department, key)] = None
        else:
            caller, missing = await _find(services, session, text)
            subjects |= {member.ref: None for member in caller.members}
            gaps |= dict.fromkeys(missing)
    refs = tuple(subjects)
    what = " ".join(f"{ref.department}/{ref.id}" for ref in refs)
    departments = tuple(dict.fromkeys(ref.department for ref in refs))
    row = await services.audit.look(Look(session.actor, session.role, purpose, "who_saw", departments, what, refs))
    looks = [seen for seen in await services.audit.who_saw(refs) if (seen.actor, seen.sequence) != (row.actor, row.sequence)]
    await services.audit.outcome(row, f"{len(looks)} looks")
    return Sightings(refs, tuple(looks), tuple(gaps))


def sightings_as_text(found: Sightings, site: Site) -> str:
    """A line for each look, the newest first, in the site's time zone."""
    zone = ZoneInfo(site.settings.time_zone)
    lines = [f"Person records: {', '.join(f'{ref.department}/{ref.id}' for ref in found.subjects)}."]
    lines += [f"Records of this person may be missing: {gap}." for gap in found.gaps]
    if not found.looks:
        return "\n".join([*lines, "Nobody has looked at them."])
    rows = [("When", "Who", "Role", "Purpose", "Look", "Departments", "Outcome")]
    rows += [
        (
            seen.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            seen.actor,
            seen.role,
            seen.purpose,
            _LOOKS.get(seen.kind, seen.kind),
            ", ".join(seen.departments),
            seen.outcome or "cut short",
        )
        for seen in found.looks
    ]
    looks = "1 look" if len(found.looks) == 1 else f"{len(found.looks):,} looks"
    return "\n".join([*lines, "", *table(rows), "", f"{looks}; times are {site.settings.time_zone}."])


def sightings_as_json(found: Sightings) -> str:
    """Times are ISO 8601 in UTC; ``outcome`` is null where a look was cut short."""
    looks: list[dict[str, Any]] = [
        {
            "at": seen.at.isoformat(),
            "actor": seen.actor,
            "role": seen.role,
            "purpose": seen.purpose,
            "look": seen.kind,
            "departments": seen.departments,
            "outcome": seen.outcome or None,
        }
        for seen in found.looks
    ]
    subjects = [{"department": ref.department, "id": ref.id} for ref in found.subjects]
    return json.dumps({"subjects": subjects, "gaps": found.gaps, "looks": looks})


async def _find(services: Services, session: Session, text: str) -> tuple[Caller, list[str]]:
    """The one caller whom a search finds, and the departments where they may be known besides."""
    query, _ = read_query(text, services.rules, date.today())
    if not query.parts():
        raise NoSubject("There is nothing to search by: name a record as department/id, or give a name with a birth date.")
    findings = Findings({})
    async for found in Search(services.departments, services.audit, session).run(query):
        findings = found
    gaps = [
        f"{services.departments.ports[name].manifest.title} {why}"
        for name, outcome in findings.outcomes.items()
        if (why := _gap(outcome, session.role))
    ]
    callers = [caller for caller in findings.callers if caller.members]
    if not callers:
        raise NoSubject("Nobody was found" + (f", but {'; '.join(gaps)}." if gaps else ". Name a record as department/id."))
    if len(callers) > 1 and callers[0].relevance - callers[1].relevance < CLEAR_LEAD:
        several = "\n".join(f"  {_candidate(caller)}" for caller in callers[:10])
        raise NoSubject(f"{len(callers)} persons fit. Add a birth date or an address, or name the records of one of them:\n{several}")
    return callers[0], gaps


def _gap(outcome: object, role: str) -> str:
    if isinstance(outcome, Failed):
        return "did not answer"
    return f"may not be asked in the role {role}" if isinstance(outcome, NotPermitted) else ""


def _candidate(caller: Caller) -> str:
    born = f", born {caller.birth_date}" if caller.birth_date else ""
    return f"{caller.name}{born}: " + " ".join(f'--subject "{member.ref.department}/{member.ref.id}"' for member in caller.members)


def _auditor(site: Site) -> None:
    """In a demo city, whose people are made up, everybody may look into the log."""
    settings = site.settings
    role = role_of(actor_name(), settings.staff, settings.default_role)
    if role != AUDITOR and settings.demo is None:
        raise NotAuditor(f"Only the role {AUDITOR} may look into the audit log, and yours is {role}: see staff in the site's site.toml.")
