"""Writes a federated city as a CSV file with its column map, to try whole files on: ``python -m tests.federation DIR [PEOPLE [SEED]]``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from tests.federation.registers import known_people

COLUMNS = """\
id = "id"
department = "register"
given_name = "given"
family_name = "family"
birth_date = "born"
phones = "phone"
emails = "email"
address = "address"
street = "street"
house_number = "number"
unit = "unit"
post_code = "post_code"
city = "city"
as_of = "2026-11-24"
"""
HEAD = "id register given family born phone email address street number unit post_code city"


def write(folder: Path, people: int, seed: int) -> int:
    """``city.csv``, ``city.toml`` and ``truth.csv`` (record to person); the number of records."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city.toml").write_text(COLUMNS, encoding="utf-8")
    count = 0
    with (folder / "city.csv").open("w", encoding="utf-8", newline="") as file, (folder / "truth.csv").open("w", encoding="utf-8") as truth:
        rows = csv.writer(file)
        rows.writerow(
            ["id", "register", "given", "family", "born", "phone", "email", "address", "street", "number", "unit", "post_code", "city"]
        )
        for who, person in known_people(people, seed):
            count += 1
            address = person.addresses[0] if person.addresses else None
            parts = (address.thoroughfare, address.locator, address.unit, address.post_code, address.city) if address else ("",) * 5
            whole = address.full if address and not address.thoroughfare else ""
            phone, email = "".join(person.phones), "".join(person.emails)
            names = (person.given_name, person.family_name)
            rows.writerow((person.ref.id, person.ref.department, *names, person.birth_date or "", phone, email, whole, *parts))
            truth.write(f"{person.ref.id},{who}\n")
    return count


if __name__ == "__main__":
    place, people, seed = (*sys.argv[1:], "10000", "1")[:3] if len(sys.argv) != 3 else (*sys.argv[1:], "1")
    sys.stdout.write(f"{write(Path(place), int(people), int(seed)):,} records\n")
