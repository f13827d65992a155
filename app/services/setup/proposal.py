"""A manifest proposed from what a back-end says of itself: which questions to ask it, and which of its values is which fact.

Everything proposed is only that: an administrator looks at it with a test person before it is written, and may change each line.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from adapters.description import Description, Operation
from app.services.setup.choosing import choose
from app.services.setup.maps import person_map, record_map
from app.services.setup.questions import MAKERS, Paths


class Proposal(Struct, frozen=True):
    """A manifest as tables, ready to be written as TOML, and in words what an administrator should still look at."""

    manifest: dict[str, Any]
    gaps: tuple[str, ...]
    facts: dict[str, str]
    """Fact of the vocabulary to where its value was found, for the screen."""


def propose(description: Description, kind: str, title: str, address: str, colour: str, roles: tuple[str, ...]) -> Proposal:
    """The manifest of a department of this kind. What could not be found is left out and told in ``gaps``."""
    asked = choose(description)
    gaps: list[str] = []
    facts: dict[str, str] = {}
    manifest: dict[str, Any] = {"kind": kind, "title": title, "colour": colour, "address": address or description.address}
    capabilities: list[str] = []
    questions: dict[str, Any] = {}
    maker = MAKERS.get(kind, Paths)(asked)
    if asked.people is not None:
        person, found = person_map(asked.people)
        facts |= found
        questions["find"] = [*maker.finds(person)]
        if questions["find"]:
            capabilities.append("find")
            questions["person"] = person
        else:
            gaps.append(f"{asked.people.path} lists people, but nothing was found to search it by: write a [[find]]")
        gaps += [f"no {each.replace('_', ' ')} was found for people" for each in ("birth_date", "phones") if each not in found]
    else:
        gaps.append("no question was found that lists people: write a [[find]] and [person]")
    names = _record_names(asked.records)
    for name, operation in names.items():
        record, found, codes = record_map(operation, asked.people, name)
        facts |= {f"record.{name}.{fact}": path for fact, path in found.items()}
        mapped = {"map": name} if len(names) > 1 else {}
        questions.setdefault("records", []).append(mapped | maker.records(operation))
        questions["lookup"] = [mapped | maker.lookup(lookup) for lookup, of in asked.lookups if of is operation] + questions.get(
            "lookup", []
        )
        questions.setdefault("record", {})[name] = record
        if codes:
            questions.setdefault("codes", {})[f"{name}_status"] = codes
        gaps += [f"no {each} was found for {name}s" for each in ("status", "opened") if each not in found]
    if names:
        capabilities += ["records", "lookup"] if questions.get("lookup") else ["records"]
    if not questions.get("lookup"):
        questions.pop("lookup", None)
    if not names:
        gaps.append("no question was found that lists a person's records: write a [[records]] and [record.NAME]")
    if asked.check is not None and (check := maker.check()):
        questions["check"] = check
    capabilities.append("check")
    if description.auth:
        manifest["auth"] = dict(description.auth)
    manifest |= {"capabilities": capabilities, "deadline": 5.0, "concurrent": 4, "roles": list(roles)}
    return Proposal(manifest | questions, tuple(gaps), facts)


def _record_names(records: Iterable[Operation]) -> dict[str, Operation]:
    """A name for each, none twice."""
    named: dict[str, Operation] = {}
    for each in records:
        name = _record_name(each)
        named[name if name not in named else f"{name}_{len(named) + 1}"] = each
    return named


def variants(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The manifest, and with what no description tells said otherwise: pages may be counted from 0. The first that finds somebody is it."""
    yield manifest
    paged = [question.get("paging", {}) for key in ("find", "records", "lookup") for question in manifest.get(key, ())]
    if any(paging.get("by") == "page" for paging in paged):
        other = copy.deepcopy(manifest)
        for key in ("find", "records", "lookup"):
            for question in other.get(key, ()):
                if question.get("paging", {}).get("by") == "page":
                    question["paging"]["start"] = 0
        yield other


_VERBS = re.compile(r"^(list|get|find|search|query|read|fetch|retrieve)_?(?=[a-z])")


def _record_name(records: Operation) -> str:
    last = next((part for part in reversed(records.path.strip("/").split("/")) if not part.startswith("{")), "record")
    name = "".join(letter if letter.isalnum() else "_" for letter in last.lower()).strip("_")
    name = _VERBS.sub("", name)
    return (name[:-3] + "y" if name.endswith("ies") else name.removesuffix("s")) or "record"
