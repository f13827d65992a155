"""Which of a back-end's values is which fact of a person or a record: ``[person]``, ``[record.NAME]`` and ``[codes.NAME]``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adapters.description import Leaf, Operation
from app.services.setup.words import PERSON, RECORD, bare, date_form, label_of, names_fact, sensitivity_of, state_of, words_in

SURE = 0.5
"""From which score on a value is taken for a fact."""
_MOST_FIELDS = 8


def person_map(people: Operation) -> tuple[dict[str, Any], dict[str, str]]:
    """``[person]``, and where each fact was found."""
    found = facts_of(people.leaves, PERSON)
    person: dict[str, Any] = {"id": key_of(people)}
    address: dict[str, Any] = {}
    for fact in PERSON:
        leaf = found.get(fact)
        if leaf is None:
            continue
        if fact.startswith("address."):
            address[fact.partition(".")[2]] = leaf.path
        elif fact in ("phones", "emails"):
            person[fact] = [leaf.path]
        elif fact == "birth_date" and (form := date_form(leaf.samples)):
            person[fact] = {"from": leaf.path, "date": form}
        elif fact == "full_name":
            person[fact] = _full_name(leaf)
        else:
            person[fact] = leaf.path
    if "thoroughfare" in address:
        address.pop("full", None)
    elif "full" in address:
        address = {key: value for key, value in address.items() if key in ("full", "post_code")}
    if address:
        person["address"] = address
    secret = [leaf for leaf in people.leaves if sensitivity_of(leaf) == "national_id"]
    if secret:
        person["identifiers"] = [
            {"scheme": label_of(leaf.path).lower(), "value": leaf.path, "sensitivity": "national_id"} for leaf in secret[:2]
        ]
    return person, {fact: leaf.path for fact, leaf in found.items()}


def record_map(records: Operation, people: Operation | None, name: str) -> tuple[dict[str, Any], dict[str, str], dict[str, Any]]:
    """``[record.NAME]``, where each fact was found, and ``[codes.NAME_status]`` where its words are known."""
    found = facts_of(records.leaves, RECORD)
    number = number_of(records)
    if "title" in found and found["title"].path == number:
        del found["title"]
    record: dict[str, Any] = {"id": number, "title": found["title"].path if "title" in found else number}
    codes: dict[str, Any] = {}
    for fact in ("subject", "status", "opened", "due", "amount", "currency"):
        leaf = found.get(fact)
        if leaf is None:
            continue
        form = date_form(leaf.samples) if fact in ("opened", "due") else ""
        record[fact] = {"from": leaf.path, "date": form} if form else leaf.path
        if fact == "amount" and _counts_cents(leaf):
            record[fact] = {"from": leaf.path, "cents": True}
        if fact == "status":
            words = leaf.choices or tuple(dict.fromkeys(leaf.samples))
            codes = {word: _code(word) for word in words if word and len(words) <= 40}
            if codes:
                codes["*"] = {"label": "Other"}
                record[fact] = {"from": leaf.path, "codes": f"{name}_status"}
    taken = {leaf.path for leaf in found.values()} | {number}
    plain = [leaf for leaf in records.leaves if leaf.path not in taken and leaf.type != "list" and not _technical(leaf.path)]
    fields = [
        {"label": label_of(leaf.path), "value": leaf.path} | ({"sensitivity": kind} if (kind := sensitivity_of(leaf)) != "open" else {})
        for leaf in plain[:_MOST_FIELDS]
    ]
    labels = [each["label"] for each in fields]
    record["fields"] = [each for at, each in enumerate(fields) if each["label"] not in labels[:at]]
    return record, {fact: leaf.path for fact, leaf in found.items()}, codes


def facts_of(leaves: Iterable[Leaf], facts: Iterable[str]) -> dict[str, Leaf]:
    """The value that speaks most for each fact; no value for two facts."""
    ranked = sorted(
        ((names_fact(leaf, fact) - 0.02 * leaf.path.count("."), -at, fact, leaf) for at, leaf in enumerate(leaves) for fact in facts),
        key=lambda each: (-each[0], -each[1]),
    )
    found: dict[str, Leaf] = {}
    taken: set[str] = set()
    for score, _, fact, leaf in ranked:
        if score >= SURE and fact not in found and leaf.path not in taken:
            found[fact] = leaf
            taken.add(leaf.path)
    if "given_name" in found and "family_name" in found:
        found.pop("full_name", None)
    elif "full_name" in found:
        found.pop("given_name", None)
        found.pop("family_name", None)
    return found


def key_of(operation: Operation) -> str:
    """What identifies an item: its key, else what is called so."""
    if operation.keys:
        return operation.keys[0]
    paths = {bare(leaf.path): leaf.path for leaf in reversed(operation.leaves) if leaf.path.count(".") == 0}
    singular = bare(operation.path.rstrip("/").rpartition("/")[2]).removesuffix("s")
    for name in ("id", f"{singular}id", f"{singular}no", "uuid", "key", "identifier", "personid", "partyid", "clientid", "number", "url"):
        if name in paths:
            return paths[name]
    return next((leaf.path for leaf in operation.leaves), "id")


def number_of(records: Operation) -> str:
    """What staff call the number of a record; else its key."""
    scored = [(names_fact(leaf, "number"), -at, leaf.path) for at, leaf in enumerate(records.leaves) if leaf.path.count(".") == 0]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] >= SURE else key_of(records)


def _counts_cents(leaf: Leaf) -> bool:
    return any(each in ("cents", "cts", "cent", "ct") for each in words_in(leaf.path))


def _code(word: str) -> dict[str, str]:
    state = state_of(word)
    return {"label": label_of(word)} | ({"state": state} if state else {})


def _full_name(leaf: Leaf) -> Any:
    commas = sum("," in each for each in leaf.samples)
    capitals = leaf.samples and all(each == each.upper() for each in leaf.samples)
    value: dict[str, Any] = {"from": leaf.path}
    if commas and commas * 2 >= len(leaf.samples):
        value["name_order"] = "family-first"
    if capitals:
        value["case"] = "title"
    return value if len(value) > 1 else leaf.path


def _technical(path: str) -> bool:
    return bare(path) in ("url", "uuid", "self", "links", "etag", "href", "version", "rowversion", "updatedat", "modified", "checksum")
