"""What the case office holds, as deeply nested JSON documents: objections, appeals, complaints."""

from __future__ import annotations

from resources.demo import words
from resources.demo.dirt import Habits, Known, phone_as_written
from resources.demo.documents import DocumentLedger
from resources.demo.story import MARIA
from resources.demo.text import days_from

USER = "civicdesk"
"""The user name to sign in with; the credential is the password."""
MARIA_OPENED = -52
"""The day on which the story's case C-YYYY-00017 was opened, counted from today."""
_SUBJECTS = (
    "Objection to assessment", "Noise complaint", "Tenant mediation", "Appeal of parking fine", "Request for records",
    "Street tree petition", "Claim for damage", "Complaint about a contractor", "Zoning objection",
)  # fmt: skip
_STAGES = (("received", "Received"), ("caseworker", "With caseworker"), ("waiting", "Waiting for citizen"), ("hearing", "Hearing set"))


class Cases(DocumentLedger):
    name = "cases"
    habits = Habits(no_birth=0.06, no_phone=0.1, no_email=0.3, misspelt=0.05, stale=0.3, swapped=0.03)
    share = 0.24

    def add(self, person: Known) -> None:
        home, key = person.home, 30_000 + person.number
        points = [("phone", phone_as_written(person.phone, self.rng, 1 if person.story else None)), ("email", person.email)]
        self.put_person(
            key,
            person,
            {
                "partyId": f"{key}",
                "person": {
                    "names": [{"use": "official", "given": person.given, "family": person.family}],
                    "dateOfBirth": person.birth.isoformat() if person.birth else None,
                    "addressProtected": person.protected,
                    "contactPoints": [{"type": kind, "value": value} for kind, value in points if value],
                },
                "addresses": [
                    {"street": home.street, "houseNumber": str(home.number), "unit": home.unit}
                    | {"postCode": home.post_code, "city": words.CITY}
                ],
            },
        )
        if person.story:
            self._story(person.number, key)
            return
        for _ in range(self.how_many()):
            opened = -self.between(1, 800)
            subject = self.choose(_SUBJECTS)
            if opened < -150 or self.rng.random() < 0.3:
                self._case(key, subject, opened, opened + 90, ("closed", "Closed"))
            else:
                self._case(key, subject, opened, opened + self.between(60, 160), self.choose(_STAGES))

    def _case(self, key: int, subject: str, opened: int, due: int, stage: tuple[str, str], serial: int = 0) -> None:
        ref = f"C-{days_from(self.today, opened).year}-{serial or self.next_serial():05d}"
        document = {
            "caseNumber": ref,
            "subject": {"title": subject, "category": subject.split(maxsplit=1)[0].lower()},
            "parties": [{"partyId": f"{key}", "role": "applicant"}],
            "stage": {"code": stage[0], "label": stage[1]},
            "dates": {"opened": self.day(opened), "decisionDue": self.day(due)},
            "handler": {"name": self.choose(words.CASEWORKERS), "team": self.choose(("North", "South", "Lakeside"))},
            "lastStep": {"text": "File opened" if stage[0] == "received" else "Letter sent", "on": self.day(min(0, opened + 9))},
        }
        self.put_matter(ref, key, self.day(opened), document)

    def _story(self, number: int, key: int) -> None:
        """Maria objects to an assessment."""
        if number == MARIA:
            self._case(key, "Objection to assessment", MARIA_OPENED, 21, ("caseworker", "With caseworker"), 17)
        else:
            self._case(key, _SUBJECTS[number % len(_SUBJECTS)], -10 * number, 80 - 10 * number, _STAGES[number % len(_STAGES)], 20 + number)
        self.serial = max(self.serial, 100)
