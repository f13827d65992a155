"""What Benefits holds, as nested JSON documents: grants, and a national id that only few may see."""

from __future__ import annotations

from resources.demo import words
from resources.demo.dirt import Habits, Known, phone_as_written
from resources.demo.documents import DocumentLedger

_PROGRAMMES = (
    ("FS", "Food support", 240),
    ("HB", "Housing benefit", 615),
    ("EA", "Energy assistance", 90),
    ("CC", "Child-care grant", 380),
)


class Benefits(DocumentLedger):
    name = "benefits"
    habits = Habits(no_birth=0.01, no_phone=0.12, no_email=0.5, misspelt=0.03, stale=0.15, swapped=0.01)
    share = 0.22

    def add(self, person: Known) -> None:
        home, key, between = person.home, 900_000 + person.number, self.between
        phone = phone_as_written(person.phone, self.rng, 2)
        self.put_person(
            key,
            person,
            {
                "id": str(key),
                "name": {"first": person.given, "last": person.family},
                "born": person.birth.isoformat() if person.birth else None,
                "contact": {"phones": [phone] if phone else [], "email": person.email or None},
                "residence": {"line": home.line(), "zip": home.post_code},
                # Numbers from 900 up were never given to anybody.
                "national_id": f"9{person.number % 100:02d}-{between(10, 99)}-{person.number // 100 % 10_000:04d}",
            },
        )
        for _ in range(self.how_many() or int(person.story)):
            code, title, monthly = self.choose(_PROGRAMMES)
            start = -between(5, 900)
            fate = self.rng.random()
            state = "applied" if start > -40 and fate < 0.5 else "granted" if start > -365 or fate < 0.3 else "ended"
            review = between(-6, 25) if fate < 0.2 else between(26, 300)
            ref = f"SB{self.next_serial() + 1_000_000}"
            document = {
                "number": ref,
                "client": str(key),
                "programme": {"code": code, "title": title},
                "state": state,
                "period": {"from": self.day(start), "review_by": self.day(review) if state != "ended" else None},
                "monthly": {"amount": monthly + between(0, 90), "currency": "USD"},
                "caseworker": {"name": self.choose(words.CASEWORKERS)},
                "household_income": between(600, 2400),
            }
            self.put_matter(ref, key, self.day(start), document)
