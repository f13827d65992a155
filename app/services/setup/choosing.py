"""Which of the questions that a back-end offers list people, list a person's records, find one record, and tell that all is well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from adapters.description import Description, Operation
from app.services.setup.maps import facts_of, key_of
from app.services.setup.words import PERSON, RECORD, bare

SEARCHED = {
    "family": ("family last lastname lastnm familyname surname lname achternaam nachname", "{family}"),
    "given": ("given first firstname givenname forename fname voornaam vorname", "{given}"),
    "name": ("name fullname q query search text term naam", "{name}"),
    "birth_date": ("birthdate dateofbirth dob born birth geboortedatum geburtsdatum", "{birth_date}"),
    "phone": ("phone phonenumber telephone tel mobile telefoonnummer", "{phone|digits|last10}"),
    "email": ("email mail emailaddress emailadres", "{email}"),
    "post_code": ("zip zipcode postcode postalcode plz", "{post_code}"),
    "street": ("street streetname straat strasse", "{street}"),
    "number": ("house housenumber houseno huisnummer", "{number}"),
    "reference": ("ref reference number casenumber permit permitnumber identification zaaknummer identificatie", "{reference}"),
}
"""Part of a query: names of parameters that are searched by it, and the template of its value."""
_PEOPLE = "people persons person residents resident clients citizens customers parties owners taxpayers taxpayer patients"
_WHOSE = "person subject client holder owner customer citizen resident party applicant taxpayer account"


class Asked(Struct, frozen=True):
    """The questions that were chosen among those that a back-end offers."""

    people: Operation | None = None
    records: tuple[Operation, ...] = ()
    lookups: tuple[tuple[Operation, Operation], ...] = ()
    """What finds one record, with the question of ``records`` whose map reads it."""
    check: Operation | None = None


def choose(description: Description) -> Asked:
    """Which operation lists people, which their records, which finds one record, and which says that all is well."""
    operations = description.operations
    people = _best((each, _people_score(each)) for each in operations if each.many and not path_keys(each))
    records: list[Operation] = []
    if people is not None:
        scored = [(each, _records_score(each, people)) for each in operations if each is not people and each.many]
        best = _best(scored)
        records = [best] if best is not None else []
        if best is not None and is_table(best):  # each table holds another kind of matter
            records = [each for each, score in scored if score > 0]
    lookups: list[tuple[Operation, Operation]] = []
    for each in records:
        single = (
            each if is_table(each) else _best((other, _lookup_score(other, each)) for other in operations if other not in (people, each))
        )
        if single is not None:
            lookups.append((single, each))
    check = next((each for each in operations if _named(each.path, "health status ping about version ready capabilities")), None)
    return Asked(people, tuple(records), tuple(lookups), check)


def _people_score(operation: Operation) -> float:
    found = facts_of(operation.leaves, PERSON)
    if not ({"family_name", "full_name"} & found.keys()) or (found.keys() <= {"full_name"}):
        return 0.0
    searchable = is_table(operation) or any(searched_by(operation, part) for part in SEARCHED)
    named = (
        1.0
        if _named(operation.path, "people persons person residents clients citizens customers parties owners taxpayers patients")
        else 0.0
    )
    return len(found) + named + (2.0 if searchable else 0.0)


def _records_score(operation: Operation, people: Operation) -> float:
    found = facts_of(operation.leaves, RECORD)
    linked = bool(path_keys(operation)) or bool(subject_parameters(operation, people))
    if not linked or not ({"status", "opened", "due", "amount"} & found.keys()) or len(path_keys(operation)) > 1:
        return 0.0
    within = 2.0 if operation.path.startswith(people.path.rstrip("/") + "/") else 0.0
    return len(found) + within


def _lookup_score(operation: Operation, records: Operation) -> float:
    if operation.many or not asked_for(operation):
        return 0.0
    ours, theirs = {bare(leaf.path) for leaf in operation.leaves}, {bare(leaf.path) for leaf in records.leaves}
    return len(ours & theirs) / max(1, len(ours | theirs)) if ours & theirs else 0.0


def asked_for(operation: Operation) -> str:
    """What names the one item that is asked for: the key at the end of a path, or the only thing that an operation needs; else empty."""
    keys = path_keys(operation)
    if len(keys) == 1 and operation.path.endswith("}"):
        return keys[0]
    needed = [each.name for each in operation.parameters if each.place == "body" and each.required]
    return needed[0] if len(needed) == 1 and not keys else ""


def _best(scored: Iterable[tuple[Operation, float]]) -> Operation | None:
    best = max(scored, key=lambda each: each[1], default=None)
    return best[0] if best is not None and best[1] > 0 else None


def searched_by(operation: Operation, part: str) -> str:
    """The parameter by which people are found by this part of a query; empty where there is none."""
    names = SEARCHED[part][0].split()
    found = {bare(each.name): each.name for each in operation.parameters if each.place in ("query", "body")}
    return next((found[name] for name in names if name in found), "")


def subject_parameters(operation: Operation, people: Operation | None) -> list[str]:
    """Parameters, or columns, that name the person whose records they are."""
    tables = [column for column, table in operation.refers_to if people is not None and table == people.path]
    words = set(_subject_words(people))
    return tables + [each.name for each in operation.parameters if each.place in ("query", "column", "body") and bare(each.name) in words]


def _subject_words(people: Operation | None) -> Iterator[str]:
    for word in _WHOSE.split():
        yield from (word, f"{word}id", f"{word}no")
    if people is not None:
        key = bare(key_of(people))
        if key not in ("id", "key", "no", "number", "code"):
            yield key


def path_keys(operation: Operation) -> list[str]:
    """Names of the values that stand in the path."""
    return [each.name for each in operation.parameters if each.place == "path" and "{" + each.name + "}" in operation.path]


def is_table(operation: Operation) -> bool:
    """Any column can be compared with (a table)."""
    return any(each.place == "column" for each in operation.parameters)


def _named(path: str, words: str) -> bool:
    return bare(path.rstrip("/").rpartition("/")[2]) in words.split()
