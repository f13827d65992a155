"""The database of parking and library: normalised, with ISO dates; fines, resident permits, library cards and loans."""

from __future__ import annotations

from resources.demo import words
from resources.demo.dirt import Habits, Known
from resources.demo.ledger import Ledger
from resources.demo.story import MARIA, NOBODY
from resources.demo.text import fold

_OFFENCES = ("Expired meter", "No resident permit", "Street cleaning hours", "Fire hydrant", "Loading zone", "Double parking")


class Parking(Ledger):
    name = "parking"
    habits = Habits(no_birth=0.04, no_phone=0.12, no_email=0.2, misspelt=0.05, stale=0.45, swapped=0.02, landline=0.2)
    share = 0.6
    children = 0.5
    tables = {  # noqa: RUF012 - never changed
        "resident": (
            "resident_id INTEGER PRIMARY KEY, given_name TEXT, family_name TEXT, given_key TEXT, family_key TEXT, "
            "birth_date TEXT, phone TEXT, phone_digits TEXT, email TEXT, died_on TEXT, version INTEGER NOT NULL"
        ),
        "address": "resident_id INTEGER, house_number TEXT, street TEXT, apartment TEXT, post_code TEXT, city TEXT",
        "fine": (
            "notice_no TEXT PRIMARY KEY, resident_id INTEGER, plate TEXT, place TEXT, offence TEXT, issued_on TEXT, due_on TEXT, "
            "amount NUMERIC, status TEXT"
        ),
        "resident_permit": (
            "permit_no TEXT PRIMARY KEY, resident_id INTEGER, zone INTEGER, plate TEXT, valid_from TEXT, valid_until TEXT, "
            "fee NUMERIC, status TEXT"
        ),
        "library_card": "card_no TEXT PRIMARY KEY, resident_id INTEGER, issued_on TEXT, valid_until TEXT, status TEXT",
        "household": "resident_id INTEGER, given_name TEXT, family_name TEXT, birth_date TEXT, relation TEXT",
        "change": (
            "change_no INTEGER PRIMARY KEY, change_key TEXT UNIQUE NOT NULL, resident_id INTEGER, kind TEXT, made_on TEXT, made_by TEXT, "
            "note TEXT"
        ),
        "loan": "loan_no TEXT PRIMARY KEY, card_no TEXT, resident_id INTEGER, title TEXT, lent_on TEXT, due_on TEXT, status TEXT",
    }
    rules = (
        "CREATE TRIGGER post_code BEFORE UPDATE OF post_code ON address WHEN NEW.post_code NOT GLOB '[0-9][0-9][0-9][0-9][0-9]' "
        "BEGIN SELECT RAISE(ABORT, 'That is no post code: five digits are needed.'); END",
        "CREATE TRIGGER early BEFORE UPDATE OF valid_until ON resident_permit "
        "WHEN NEW.valid_until > OLD.valid_until AND OLD.valid_until > date('now', '+60 days') "
        "BEGIN SELECT RAISE(ABORT, 'It can be renewed from 60 days before its end.'); END",
    )
    indexes = (
        "resident (family_key, given_key)",
        "resident (substr(phone_digits, -7))",
        "resident (birth_date)",
        "resident (email)",
        "address (resident_id)",
        "address (house_number, street)",
        "fine (resident_id)",
        "resident_permit (resident_id)",
        "library_card (resident_id)",
        "loan (resident_id)",
    )

    def add(self, person: Known) -> None:
        home, between = person.home, self.between
        key = 7_000_000 + person.number
        written = f"{person.phone[:3]}-{person.phone[3:6]}-{person.phone[6:]}" if person.phone else None
        birth = person.birth.isoformat() if person.birth else None
        keys = fold(person.given), fold(person.family)
        self.put("resident", key, person.given, person.family, *keys, birth, written, person.phone or None, person.email or None, None, 1)
        self.put("address", key, str(home.number), home.street, home.unit or None, home.post_code, words.CITY)
        if person.story:
            self._story(person.number, key)
            return
        for _ in range(self.how_many()):
            share = self.rng.random()
            if share < 0.35:
                start = -between(1, 380)
                self._permit(key, between(101, 180), start, start + 365)
            elif share < 0.65:
                issued = -between(1, 400)
                fate = self.rng.random()
                status = "paid" if fate < 0.6 else "contested" if fate < 0.7 else "unpaid" if issued > -120 else "paid"
                place = f"{between(1, 79)}00 {self.choose(words.STREETS)}"
                self._fine(key, place, self.choose(_OFFENCES), issued, between(3, 15) * 10, status)
            else:
                self._card(key, -between(30, 1000), between(0, 3))

    def _permit(self, key: int, zone: int, start: int, end: int, number: str = "") -> None:
        number = number or f"RP{zone}-{self.next_serial():05d}"
        status = "active" if end >= 0 else "expired"
        self.put("resident_permit", number, key, zone, self._plate(), self.day(start), self.day(end), 30, status)

    def _fine(self, key: int, place: str, offence: str, issued: int, amount: int, status: str, number: str = "") -> None:
        number = number or f"V{self.next_serial() + 30_000_000}"
        overdue = status == "unpaid" and issued + 30 < 0
        where = (self._plate(), place, offence, self.day(issued), self.day(issued + 30), amount)
        self.put("fine", number, key, *where, "overdue" if overdue else status)

    def _card(self, key: int, issued: int, loans: int, number: str = "") -> None:
        number = number or f"L{self.next_serial() + 20_010_000}"
        self.put("library_card", number, key, self.day(issued), self.day(issued + 1095), "valid" if issued > -1095 else "lapsed")
        for position in range(loans):
            lent = -self.between(0, 60)
            status = "returned" if lent < -21 and self.rng.random() < 0.85 else "overdue" if lent < -21 else "on loan"
            self._loan(f"{number}-{position + 1}", number, key, self.choose(words.BOOKS), lent, status)

    def _loan(self, number: str, card: str, key: int, title: str, lent: int, status: str) -> None:
        self.put("loan", number, card, key, title, self.day(lent), self.day(lent + 21), status)

    def _plate(self) -> str:
        return f"{self.choose(tuple(words.PLATES))}{self.choose(tuple(words.PLATES))} {self.between(10_000, 99_999)}"

    def _story(self, number: int, key: int) -> None:
        """Maria's permit for zone 143 ends in nine days, one book is due, and a fine was paid."""
        if number == MARIA:
            self._permit(key, 143, -356, 9, "RP143-00912")
            self._card(key, -400, 0, "L20004711")
            self._loan("L20004711-1", "L20004711", key, words.BOOKS[0], -17, "on loan")
            self._fine(key, "2200 N Clark St", "Street cleaning hours", -210, 60, "paid", "V30000815")
        elif number != NOBODY:  # who is known, and has nothing
            self._permit(key, 120 + number, -200, 165, f"RP{120 + number}-00{number:03d}")
            self._card(key, -100 * number, 1, f"L200010{number:02d}")
        self.serial = max(self.serial, 2_000)
