"""What the office for permits and licences holds, as flat JSON documents."""

from __future__ import annotations

from datetime import date, timedelta

from resources.demo import words
from resources.demo.changing import Desk, Document, Refused
from resources.demo.dirt import Habits, Known, phone_as_written
from resources.demo.documents import DocumentLedger
from resources.demo.story import MARIA, UNRELATED

_KINDS = (
    ("Porch repair", 75), ("Roof replacement", 180), ("Block party", 25), ("Dumpster on street", 60), ("Garage demolition", 140),
    ("Sidewalk café", 310), ("Food truck licence", 420), ("Day-care licence", 120), ("Fence", 40), ("Sign", 95),
    ("Home bakery licence", 65),
)  # fmt: skip
_RENEWABLE_DAYS = 60
"""How long before its end a permit can be renewed, and a year after it."""


def renewed(desk: Desk, number: str, years: int, today: date) -> Document:
    """Renew a permit from its end, or from today where that is past. Raises Refused."""
    permit = desk.matter(number)
    if permit["status"] not in ("issued", "expired"):
        raise Refused(422, f"A permit that is {permit['status'].replace('_', ' ')} can't be renewed.")
    until = date.fromisoformat(permit["expires"])
    if until > today + timedelta(days=_RENEWABLE_DAYS):
        raise Refused(422, f"It can be renewed from {_RENEWABLE_DAYS} days before its end, {until:%m/%d/%Y}.")
    if until < today - timedelta(days=365):
        raise Refused(422, "It ended more than a year ago: a new permit is needed.")
    new = max(until, today) + timedelta(days=365 * years)
    permit |= {"status": "issued", "expires": new.isoformat(), "fee_paid": False}
    desk.keep_matter(number, permit)
    fee = float(permit["fee"]) * years
    return {"number": f"RN-{desk.number}", "message": f"Valid until {new:%m/%d/%Y}. Fee: ${fee:.2f}, due within 30 days."}


class Permits(DocumentLedger):
    name = "permits"
    habits = Habits(no_birth=0.12, no_phone=0.1, no_email=0.25, misspelt=0.05, stale=0.3, swapped=0.02)
    share = 0.34

    def add(self, person: Known) -> None:
        home, key = person.home, 50_000 + person.number
        self.put_person(
            key,
            person,
            {
                "id": key,
                "first_name": person.given,
                "last_name": person.family,
                "date_of_birth": person.birth.strftime("%m/%d/%Y") if person.birth else None,
                "phone": phone_as_written(person.phone, self.rng, 0 if person.story else None) or None,
                "email": person.email or None,
                "language": "es" if person.number == MARIA or not person.number % 12 else None,
                "address": {"line1": f"{home.number} {home.street}", "line2": home.unit or None, "city": words.CITY, "zip": home.post_code},
            },
        )
        if person.story:
            self._story(person.number, key)
            return
        for _ in range(self.how_many()):
            kind, fee = self.choose(_KINDS)
            filed = -self.between(2, 900)
            fate = self.rng.random()
            if filed > -60 and fate < 0.5:
                self._permit(key, kind, fee, "under_review", filed, filed + self.between(20, 90))
            elif fate < 0.08:
                self._permit(key, kind, fee, "refused", filed, None)
            else:
                until = filed + 30 + self.choose((30, 90, 365, 730))
                self._permit(key, kind, fee, "issued" if until >= 0 else "expired", filed, until)

    def _permit(self, key: int, kind: str, fee: int, status: str, filed: int, until: int | None, ref: str = "") -> None:
        ref = ref or f"PM-{self.between(10, 49)}-{self.next_serial() + 5_000:06d}"
        document = {
            "number": ref,
            "holder_id": key,
            "type": kind,
            "status": status,
            "filed": self.day(filed),
            "expires": self.day(until) if until is not None else None,
            "fee": f"{fee}.00",
            "fee_paid": status != "under_review",
            "inspector": None if status == "refused" else f"Inspector {self.between(1, 40)}",
        }
        self.put_matter(ref, key, self.day(filed), document)

    def _story(self, number: int, key: int) -> None:
        """Maria's porch permit runs; her block party waits for a decision that is near."""
        if number == MARIA:
            self._permit(key, "Porch repair", 75, "issued", -64, 47, "PM-24-004211")
            self._permit(key, "Block party", 25, "under_review", -9, 6, "PM-24-004388")
        elif number == UNRELATED:
            self._permit(key, "Sidewalk café", 310, "expired", -800, -70, "PM-27-001991")
        else:
            self._permit(key, "Fence", 40, "issued", -20 * number, 40 * number, f"PM-2{number}-000{number}10")
