"""What the case office makes of a change that is told to it, and how it opens a case."""

from __future__ import annotations

from datetime import date, timedelta

from resources.demo.changing import Desk, Document, Held, Refused

_PROMISED_DAYS = 60


def changed(desk: Desk, party: int, asked: Document, today: date) -> Document:
    """Make a change of the type asked for. Raises Refused."""
    told: Document = asked.get("data") or {}
    if asked["type"] == "case":
        return _opened(desk, party, told, today)
    held = desk.person(party, asked.get("revision"))
    kinds = {"address": _moves, "phone": _phones, "email": _mails, "name": _renamed, "death": _died, "household": _joined}
    if asked["type"] not in kinds:
        raise Refused(422, f"There is no change of the type {asked['type']}.")
    kinds[asked["type"]](held, told)
    desk.keep(party, held)
    return {"number": f"CH-{desk.number}", "text": ""}


def noted(desk: Desk, number: str, text: str | None, today: date) -> Document:
    """Add a note to a case: it is its last step. Raises Refused."""
    case = desk.matter(number)
    if case["stage"]["code"] == "closed":
        raise Refused(422, "The case is closed: no note can be added.")
    if not text:
        raise Refused(422, "The note is empty.")
    case["lastStep"] = {"text": text, "on": today.isoformat()}
    desk.keep_matter(number, case)
    return {"number": f"CH-{desk.number}", "text": f"{case['handler']['name']} is told."}


def _opened(desk: Desk, party: int, told: Document, today: date) -> Document:
    held = desk.person(party, None)
    number, due = f"C-{today.year}-{desk.number:06d}", today + timedelta(days=_PROMISED_DAYS)
    title = told.get("title") or "Request"
    document = {
        "caseNumber": number,
        "subject": {"title": title, "category": title.split(maxsplit=1)[0].lower()},
        "parties": [{"partyId": held.doc["partyId"], "role": "applicant"}],
        "stage": {"code": "received", "label": "Received"},
        "dates": {"opened": today.isoformat(), "decisionDue": due.isoformat()},
        "handler": {"name": "not assigned yet", "team": "Intake"},
        "lastStep": {"text": told.get("text") or "File opened", "on": today.isoformat()},
    }
    desk.new_matter(number, party, today.isoformat(), document)
    return {"number": number, "text": f"A decision is due by {due:%m/%d/%Y}."}


def _moves(held: Held, told: Document) -> None:
    held.lives(told.get("houseNumber") or "", told.get("street") or "", told.get("postCode") or "")
    held.doc["addresses"] = [{**held.doc["addresses"][0], **told}]


def _phones(held: Held, told: Document) -> None:
    held.is_reached(phone=told.get("value") or "")
    _contact(held, "phone", told.get("value"))


def _mails(held: Held, told: Document) -> None:
    held.is_reached(email=told.get("value") or "")
    _contact(held, "email", told.get("value"))


def _contact(held: Held, kind: str, value: str | None) -> None:
    others = [each for each in held.doc["person"]["contactPoints"] if each["type"] != kind]
    held.doc["person"]["contactPoints"] = [*others, *([{"type": kind, "value": value}] if value else [])]


def _renamed(held: Held, told: Document) -> None:
    held.is_called(told.get("given") or "", told.get("family") or "")
    former = [{**each, "use": "old"} for each in held.doc["person"]["names"]]
    held.doc["person"]["names"] = [{"use": "official", "given": told.get("given"), "family": told.get("family")}, *former]


def _died(held: Held, told: Document) -> None:
    if held.doc["person"].get("dateOfDeath"):
        raise Refused(422, "A date of death is there already.")
    held.doc["person"] |= {"dateOfDeath": told.get("date"), "deathReportedBy": told.get("reportedBy")}


def _joined(held: Held, told: Document) -> None:
    held.doc["person"].setdefault("household", []).append(told)
