"""What the service-request office takes: reports, more words on one, and what its reporters tell of themselves."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from resources.demo.changing import Desk, Document, Refused
from resources.demo.matching import street_key
from resources.demo.service_requests import ATTRIBUTES, SERVICES
from resources.demo.text import digits, fold

LATE_NUMBER = frozenset({"TREE"})
"""Services of which a report is looked at before it has a number: it is answered with a token."""
TOKEN_SECONDS = 3.0
_PROMISES = {code: days for code, _, _, days in SERVICES}
_ZONE = timezone(timedelta(hours=-6))


def now() -> datetime:
    """The office's clock, which knows no summer."""
    return datetime.now(_ZONE)


def reported(desk: Desk, form: Mapping[str, str], several: Mapping[str, list[str]], now: datetime, picture: bool) -> Document:
    """Keep a report; one that says the same of the same place as another is added to that. Raises Refused."""
    code = form.get("service_code", "")
    if code not in _PROMISES:
        raise Refused(404, "service_code was not found")
    place = form.get("address_string", "").split(",")[0].strip()
    if not place and not (form.get("lat") and form.get("long")):
        raise Refused(400, "Say where: address_string, or lat and long.")
    attributes = _attributes(code, several)
    known = desk.connection.execute(
        "SELECT service_request_id, requested_datetime FROM request "
        "WHERE service_code = ? AND status = 'open' AND lower(address) = lower(?)",
        (code, place),
    ).fetchone()
    if known is not None and place:
        number, since = known["service_request_id"], date.fromisoformat(known["requested_datetime"][:10])
        notice = f"It was reported on {since:%m/%d/%Y} already, as {number}: this report is added to that."
        _note(desk, number, f"Reported again: {form.get('description') or 'no details'}", now)
        return {"service_request_id": number, "service_notice": notice, "account_id": form.get("account_id")}
    number = f"{now.year % 100}-{desk.number:06d}"
    token = f"T-{desk.number}" if code in LATE_NUMBER else None
    _insert(desk, number, form, code, place, attributes, now, picture, token)
    if token:
        return {"token": token}
    promise = now.date() + timedelta(days=_PROMISES[code])
    return {"service_request_id": number, "service_notice": f"Promised by {promise:%m/%d/%Y}.", "account_id": form.get("account_id")}


def _attributes(code: str, several: Mapping[str, list[str]]) -> str | None:
    known = {each["code"]: each for each in ATTRIBUTES.get(code, ()) if each.get("variable", True)}
    given = {}
    for name, values in several.items():
        if name.startswith("attribute["):
            inner = name.removeprefix("attribute[").split("]")[0]
            if inner not in known:
                raise Refused(400, f"{code} has no attribute {inner}.")
            given[inner] = values
    if missing := [each["description"] for name, each in known.items() if each.get("required") and name not in given]:
        raise Refused(400, f"An answer is needed: {missing[0]}")
    for name, values in given.items():
        choices = known[name].get("values")
        if choices and (wrong := [value for value in values if value not in choices]):
            raise Refused(400, f"{wrong[0]} is no choice of {name}.")
    said = [
        f"{known[name]['description']} {', '.join((known[name].get('values') or {}).get(v, v) for v in vs)}" for name, vs in given.items()
    ]
    return "; ".join(said) or None


def _insert(
    desk: Desk,
    number: str,
    form: Mapping[str, str],
    code: str,
    place: str,
    attributes: str | None,
    now: datetime,
    picture: bool,
    token: str | None,
) -> None:
    account = form.get("account_id") or None
    known = desk.connection.execute("SELECT * FROM request WHERE account_id = ? LIMIT 1", (account,)).fetchone()
    who: dict[str, Any] = dict(known) if known else {}
    for name in ("first_name", "last_name", "email", "phone"):
        who[name] = form.get(name) or who.get(name)
    who |= {"family": fold(who["last_name"] or ""), "given": fold(who["first_name"] or "")}
    moment, due = now.isoformat(timespec="seconds"), f"{now.date() + timedelta(days=_PROMISES[code])}T17:00:00-06:00"
    post_code = next((part.strip()[-5:] for part in form.get("address_string", "").split(",")[1:] if part.strip()[-5:].isdigit()), None)
    row: dict[str, Any] = {
        **{name: who.get(name) for name in ("first_name", "last_name", "email", "phone", "account_address", "account_zip")},
        **{name: who.get(name) for name in ("family", "given", "phone7", "phone10", "house", "street", "zip")},
        "service_request_id": number,
        "status": "open",
        "status_notes": "Received.",
        "service_code": code,
        "description": form.get("description") or None,
        "requested_datetime": moment,
        "updated_datetime": moment,
        "expected_datetime": due,
        "address": place or None,
        "zipcode": post_code,
        "lat": form.get("lat"),
        "long": form.get("long"),
        "account_id": account,
        "attributes": attributes,
        "token": token,
        "media_url": f"https://requests.springvale.example/media/{number}" if picture else None,
        "numbered_at": time.time() + TOKEN_SECONDS if token else None,
    }
    names = [each["name"] for each in desk.connection.execute("PRAGMA table_info(request)")]
    desk.connection.execute(f"INSERT INTO request VALUES ({', '.join('?' * len(names))})", [row[name] for name in names])


def escalated(desk: Desk, number: str, text: str | None, now: datetime) -> Document:
    """Hand a request that is late to a supervisor. Raises Refused."""
    row = _open_request(desk, number)
    if row["expected_datetime"][:10] >= now.date().isoformat():
        raise Refused(422, f"It is promised for {date.fromisoformat(row['expected_datetime'][:10]):%m/%d/%Y}, and not late yet.")
    _note(desk, number, f"Escalated to the district supervisor: {text or 'the caller waits'}", now)
    answer_by = now.date() + timedelta(days=2)
    return {"number": f"E-{desk.number}", "note": f"The district supervisor answers by {answer_by:%m/%d/%Y}."}


def commented(desk: Desk, number: str, text: str | None, now: datetime) -> Document:
    """Add what the caller says to a request. Raises Refused."""
    _open_request(desk, number)
    if not text:
        raise Refused(422, "The comment is empty.")
    _note(desk, number, text, now)
    return {"number": f"M-{desk.number}", "note": ""}


def _open_request(desk: Desk, number: str) -> Any:
    row = desk.connection.execute("SELECT * FROM request WHERE service_request_id = ?", (number,)).fetchone()
    if row is None:
        raise Refused(404, "There is no such request.")
    if row["status"] != "open":
        raise Refused(422, "The request is closed.")
    return row


def _note(desk: Desk, number: str, text: str, now: datetime) -> None:
    desk.connection.execute(
        "UPDATE request SET status_notes = ? || char(10) || ifnull(status_notes, ''), updated_datetime = ? WHERE service_request_id = ?",
        (f"{now:%m/%d}: {text}", now.isoformat(timespec="seconds"), number),
    )


def account(desk: Desk, key: str, seen: str | None = None) -> Document:
    """What is known of a reporter. Raises Refused: 404, or 409 where ``seen`` is another state than there is."""
    state = desk.connection.execute("SELECT rev FROM account WHERE account_id = ?", (key,)).fetchone()
    row = desk.connection.execute("SELECT * FROM request WHERE account_id = ? ORDER BY requested_datetime DESC", (key,)).fetchone()
    if state is None or row is None:
        raise Refused(404, "Nobody has this account.")
    if seen is not None and str(seen) != str(state["rev"]):
        raise Refused(409, "It was changed meanwhile.")
    names = ("first_name", "last_name", "email", "phone", "account_address", "account_zip")
    return {**{name: row[name] for name in names}, "rev": state["rev"]}


def told(desk: Desk, key: str, asked: Document) -> Document:
    """What a reporter tells of themselves: an address, phone or e-mail, for all their requests. Raises Refused."""
    before = account(desk, key, asked.get("rev"))
    new: Document = {**before}
    new |= {name: asked[name] for name in ("email", "phone") if name in asked}
    if address := asked.get("address"):
        new["account_address"], new["account_zip"] = _line(address), address.get("zip") or ""
        if len(new["account_zip"]) != 5 or not new["account_zip"].isdigit():
            raise Refused(422, f"{new['account_zip'] or 'An empty text'} is no post code: five digits are needed.")
    desk.before = {"account": key, "values": before}
    _keep(desk, key, new)
    return {"number": f"SR-{desk.number}", "note": ""}


def restored(desk: Desk, key: str, number: str, seen: str | None) -> Document:
    """Take back what was told under this number. Raises Refused."""
    account(desk, key, seen)
    row = desk.connection.execute("SELECT before FROM taken WHERE number = ?", (int(digits(number) or 0),)).fetchone()
    before = json.loads(row["before"]) if row else {}
    if before.get("account") != key:
        raise Refused(404, "There is no change of this number.")
    _keep(desk, key, before["values"])
    return {"number": f"SR-{desk.number}", "note": ""}


def _line(address: Document) -> str:
    return " ".join(filter(None, (address.get("number"), address.get("street"), address.get("unit"))))


def _keep(desk: Desk, key: str, new: Document) -> None:
    house, _, rest = (new["account_address"] or "").partition(" ")
    phone = digits(new["phone"] or "")[-10:]
    desk.connection.execute(
        "UPDATE request SET email = ?, phone = ?, account_address = ?, account_zip = ?, phone7 = ?, phone10 = ?, house = ?, street = ?, "
        "zip = ? WHERE account_id = ?",
        (
            *(new["email"], new["phone"], new["account_address"], new["account_zip"], phone[3:] or None, phone or None),
            *(digits(house), street_key(rest), new["account_zip"], key),
        ),
    )
    desk.connection.execute("UPDATE account SET rev = rev + 1 WHERE account_id = ?", (key,))
