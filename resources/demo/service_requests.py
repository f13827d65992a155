"""What the service-request office holds: potholes, lights and bins, each with where it is and who reported it."""

from __future__ import annotations

from typing import Any

from resources.demo import words
from resources.demo.dirt import Habits, Known, phone_as_written
from resources.demo.ledger import Ledger
from resources.demo.matching import street_key
from resources.demo.story import MARIA
from resources.demo.text import fold

SERVICES: tuple[tuple[str, str, str, int], ...] = (
    # code, name, group, days that are promised
    ("POTHOLE", "Pothole in street", "Streets", 10),
    ("LIGHT", "Street light out", "Streets", 7),
    ("BIN", "Missed bin collection", "Sanitation", 3),
    ("GRAFFITI", "Graffiti removal", "Sanitation", 14),
    ("TREE", "Tree trimming", "Parks", 60),
    ("RODENT", "Rodent baiting", "Health", 21),
    ("CAR", "Abandoned vehicle", "Streets", 14),
    ("WATER", "Water in basement", "Water", 5),
)
ATTRIBUTES: dict[str, tuple[dict[str, Any], ...]] = {
    "POTHOLE": (
        {"code": "WARNING", "datatype": "string", "variable": False, "description": "Is somebody in danger? Then it is a call to 911."},
        {"code": "SIZE", "datatype": "singlevaluelist", "required": True, "description": "How large is it?"}
        | {"values": {"FIST": "Like a fist", "PLATE": "Like a plate", "TYRE": "Like a tyre, or larger"}},
        {"code": "LANES", "datatype": "multivaluelist", "description": "Where on the street?"}
        | {"values": {"CURB": "At the curb", "LANE": "In the lane", "BIKE": "In the bicycle lane", "CROSS": "At a crossing"}},
        {"code": "SINCE", "datatype": "datetime", "description": "Seen since"},
    ),
    "LIGHT": (
        {"code": "POLE", "datatype": "string", "description": "Number on the pole", "datatype_description": "Six digits at eye level"},
        {"code": "LIGHTS", "datatype": "number", "required": True, "description": "How many lights are out?"},
    ),
    "RODENT": ({"code": "FOOD", "datatype": "text", "description": "What may they feed on?"},),
}
"""What is asked besides about some services; those that have none here have no attributes."""


class Requests(Ledger):
    name = "requests"
    habits = Habits(no_birth=1.0, no_phone=0.2, no_email=0.3, misspelt=0.08, stale=0.25, swapped=0.03, landline=0.15)
    share = 0.34
    tables = {  # noqa: RUF012 - never changed
        "request": (
            "service_request_id TEXT PRIMARY KEY, status TEXT, status_notes TEXT, service_code TEXT, description TEXT, "
            "requested_datetime TEXT, updated_datetime TEXT, expected_datetime TEXT, address TEXT, zipcode TEXT, lat REAL, long REAL, "
            "account_id TEXT, first_name TEXT, last_name TEXT, email TEXT, phone TEXT, account_address TEXT, account_zip TEXT, "
            "family TEXT, given TEXT, phone7 TEXT, phone10 TEXT, house TEXT, street TEXT, zip TEXT, "
            "attributes TEXT, media_url TEXT, token TEXT, numbered_at REAL"
        ),
        "account": "account_id TEXT PRIMARY KEY, rev INTEGER",
        "taken": "key TEXT PRIMARY KEY, number INTEGER UNIQUE, before TEXT, answer TEXT",
    }
    indexes = (
        "request (account_id, requested_datetime)",
        "request (family, given)",
        "request (phone7)",
        "request (email)",
        "request (house, street)",
        "request (requested_datetime)",
    )

    def add(self, person: Known) -> None:
        self.put("account", f"A{person.number + 100_000}", 1)
        if person.story:
            self._story(person)
            return
        for _ in range(self.how_many()):
            code, _, _, promise = self.choose(SERVICES)
            age = int(self.rng.random() ** 2 * 500)
            done = age > promise * 2 or self.rng.random() < 0.4
            number = f"{self.between(10, 49)}-{self.next_serial() + 2_000:06d}"
            self._request(number, person, code, age, promise, "closed" if done else "open", self._place(person))

    def _place(self, person: Known) -> str:
        """Two in three report what is before their own door."""
        if self.rng.random() < 0.66:
            return f"{person.home.number} {person.home.street}"
        return f"{self.between(1, 78)}{self.between(10, 99)} {self.choose(words.STREETS)}"

    def _request(
        self, number: str, person: Known, code: str, age: int, promise: int, status: str, place: str, description: str = ""
    ) -> None:
        home, rng = person.home, self.rng
        notes = "Done by the district's crew." if status == "closed" else "Crew not assigned." if age > promise else "Planned."
        written = phone_as_written(person.phone, rng) or None
        updated = self.day(-age + min(age, promise // 2))
        self.put(
            "request",
            *(number, status, notes, code, description or None),
            *(f"{self.day(-age)}T{self.between(7, 19):02d}:{self.between(0, 59):02d}:00-06:00", f"{updated}T09:00:00-06:00"),
            *(f"{self.day(promise - age)}T17:00:00-06:00", place, home.post_code),
            *(round(41.85 + rng.random() / 8, 6), round(-87.75 + rng.random() / 8, 6)),
            *(f"A{person.number + 100_000}", person.given, person.family, person.email or None, written, home.line(), home.post_code),
            *(fold(person.family), fold(person.given), person.phone[3:] or None, person.phone or None),
            *(str(home.number), street_key(home.street), home.post_code),
            *(None, None, None, None),
        )

    def _story(self, person: Known) -> None:
        """Maria's pothole is past its promise; a light was mended, and a bin comes tomorrow."""
        if person.number == MARIA:
            pothole = "Deep pothole beside the bus stop, two tyres burst."
            self._request("24-001042", person, "POTHOLE", 15, 10, "open", "2200 N Clark St", pothole)
            self._request("24-000877", person, "LIGHT", 61, 7, "closed", "2212 N Clark St")
            self._request("24-001090", person, "BIN", 2, 3, "open", "2210 N Clark St")
        else:
            number = person.number
            service = SERVICES[number % len(SERVICES)]
            self._request(f"2{number}-0010{number:02d}", person, service[0], 3 * number, service[3], "open", self._place(person))
