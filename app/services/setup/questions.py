"""The chosen questions as a manifest puts them: paths with their queries and pages, or SELECTs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.description import Operation
from app.services.setup.choosing import SEARCHED, Asked, asked_for, path_keys, searched_by, subject_parameters
from app.services.setup.maps import number_of
from app.services.setup.words import bare

_NEEDS = ("family", "phone", "email", "birth_date", "address", "reference")
_TEXT = "Edm.String"


class Paths:
    """Questions by path and query (rest)."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def finds(self, person: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """A question for each part that people can be found by."""
        people = self._asked.people
        assert people is not None
        by = {part: name for part in SEARCHED if (name := searched_by(people, part))}
        address = {part: by[part] for part in ("street", "number", "post_code") if part in by}
        whole = {name: SEARCHED[part][1] for part, name in by.items() if part not in ("reference", "name", "street", "number")}
        for need in _NEEDS:
            if need == "family" and "family" in by:
                query = whole
            elif need == "family" and "name" in by:
                query = {by["name"]: "{name}"}
            elif need == "address" and "street" in by:
                query = {name: SEARCHED[part][1] for part, name in address.items()}
            elif need in by:
                query = {by[need]: SEARCHED[need][1]}
            else:
                continue
            yield self._question({"needs": [need]}, people, query)

    def records(self, records: Operation) -> dict[str, Any]:
        """The question for one person's records."""
        keys = path_keys(records)
        path = records.path.replace("{" + keys[0] + "}", "{subject}") if keys else records.path
        query = {} if keys else dict.fromkeys(subject_parameters(records, self._asked.people)[:1], "{subject}")
        return self._question({}, records, query, path)

    def lookup(self, lookup: Operation) -> dict[str, Any]:
        """The question for one record by its number."""
        keys = path_keys(lookup)
        return self._question({}, lookup, {}, lookup.path.replace("{" + keys[-1] + "}", "{reference|upper}"))

    def check(self) -> dict[str, Any]:
        """The question that reaches the department."""
        assert self._asked.check is not None
        return {"path": self._asked.check.path} if not path_keys(self._asked.check) else {}

    def _question(self, question: dict[str, Any], operation: Operation, query: dict[str, str], path: str = "") -> dict[str, Any]:
        question["path"] = path or operation.path
        if query:
            question["query"] = query
        if operation.items:
            question["items"] = operation.items
        if operation.many and (paging := paging_of(operation)):
            question["paging"] = paging
        return question


class Tables(Paths):
    """Questions by SELECTs over one table each (sql)."""

    def finds(self, person: dict[str, Any]) -> Iterator[dict[str, Any]]:
        people = self._asked.people
        assert people is not None
        table = _name(people.path)
        family = _source(person.get("family_name")) or _source(person.get("full_name"))
        given = _source(person.get("given_name"))
        if family:
            wheres, params = [f"lower({_name(family)}) LIKE :family"], {"family": "{family|lower}%"}
            if given:
                wheres.append(f"(lower({_name(given)}) LIKE :given OR :given IS NULL)")
                params["given"] = "{given|lower}%"
            yield {"needs": ["family"], "sql": f"SELECT * FROM {table} WHERE {' AND '.join(wheres)}", "params": params}
        for need, source in (("phone", person.get("phones")), ("email", person.get("emails")), ("birth_date", person.get("birth_date"))):
            column = _source(source[0] if isinstance(source, list) else source)
            if not column:
                continue
            sql, template = f"SELECT * FROM {table} WHERE lower({_name(column)}) = :{need}", f"{{{need}|lower}}"
            if need == "phone":
                sql, template = f"SELECT * FROM {table} WHERE {_name(column)} LIKE :phone", "%{phone|digits|last4}"
            elif need == "birth_date":
                sql, template = f"SELECT * FROM {table} WHERE {_name(column)} = :birth_date", _date_template(source)
            yield {"needs": [need], "sql": sql, "params": {need: template}}

    def records(self, records: Operation) -> dict[str, Any]:
        column = subject_parameters(records, self._asked.people)[0]
        return {"sql": f"SELECT * FROM {_name(records.path)} WHERE {_name(column)} = :subject", "params": {"subject": "{subject}"}}

    def lookup(self, lookup: Operation) -> dict[str, Any]:
        sql = f"SELECT * FROM {_name(lookup.path)} WHERE {_name(number_of(lookup))} = :reference"
        return {"sql": sql, "params": {"reference": "{reference|upper}"}}

    def check(self) -> dict[str, Any]:
        return {}


class Entities(Paths):
    """Questions by $filter over one entity set each (odata). An empty value asks nothing, so each choice of parts is a question."""

    def finds(self, person: dict[str, Any]) -> Iterator[dict[str, Any]]:
        people = self._asked.people
        assert people is not None
        family = _source(person.get("family_name")) or _source(person.get("full_name"))
        given = _source(person.get("given_name"))
        begins = "startswith(tolower({}),tolower('{{{}}}'))"
        by_family = begins.format(_filtered(family), "family")
        if family and given:
            yield self._filter({"needs": ["family", "given"]}, people, f"{by_family} and {begins.format(_filtered(given), 'given')}")
        if family:
            yield self._filter({"needs": ["family"]}, people, by_family)
        first = {key: value[0] if isinstance(value, list) else value for key, value in person.items()}
        if phone := _source(first.get("phones")):
            yield self._filter({"needs": ["phone"]}, people, f"endswith({_filtered(phone)},'{{phone|digits|last4}}')")
        if email := _source(first.get("emails")):
            yield self._filter({"needs": ["email"]}, people, f"tolower({_filtered(email)}) eq '{{email|lower}}'")
        if (born := _source(first.get("birth_date"))) and any(leaf.path == born and leaf.type == "date" for leaf in people.leaves):
            yield self._filter({"needs": ["birth_date"]}, people, f"{_filtered(born)} eq {{birth_date}}")

    def records(self, records: Operation) -> dict[str, Any]:
        column = subject_parameters(records, self._asked.people)[0]
        return self._filter({}, records, f"{_filtered(column)} eq {_literal(records, column, 'subject')}")

    def lookup(self, lookup: Operation) -> dict[str, Any]:
        column = number_of(lookup)
        return self._filter({}, lookup, f"{_filtered(column)} eq {_literal(lookup, column, 'reference|upper')}")

    def check(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def _filter(question: dict[str, Any], operation: Operation, text: str) -> dict[str, Any]:
        return question | {"path": operation.path, "query": {"$filter": text}}


class Operations(Paths):
    """Questions by operations of a WSDL (soap)."""

    def records(self, records: Operation) -> dict[str, Any]:
        return self._question({}, records, dict.fromkeys(subject_parameters(records, self._asked.people)[:1], "{subject}"))

    def lookup(self, lookup: Operation) -> dict[str, Any]:
        return self._question({}, lookup, {asked_for(lookup): "{reference|upper}"})

    def check(self) -> dict[str, Any]:
        return {"operation": self._asked.check.name} if self._asked.check is not None else {}

    def _question(self, question: dict[str, Any], operation: Operation, query: dict[str, str], path: str = "") -> dict[str, Any]:
        made = super()._question(question, operation, query, path)
        made.pop("path")
        return {"operation": operation.name} | {"body" if key == "query" else key: value for key, value in made.items()}


MAKERS: dict[str, type[Paths]] = {"rest": Paths, "sql": Tables, "odata": Entities, "soap": Operations}


def paging_of(operation: Operation) -> dict[str, Any]:
    """How further pages are asked for, by the names of parameters; empty where none of them says so."""
    names = {bare(each.name): each.name for each in operation.parameters if each.place in ("query", "body")}
    size = next((names[each] for each in ("perpage", "pagesize", "limit", "size", "count", "top") if each in names), "")
    sized = {"size_parameter": size, "size": 50} if size else {}
    if "cursor" in names or "pagetoken" in names:
        return {"by": "cursor", "parameter": names.get("cursor") or names["pagetoken"], "next": "next_cursor"}
    for word in ("page", "pagenumber", "pageno"):
        if word in names:
            return {"by": "page", "parameter": names[word], **sized}
    for word in ("offset", "skip", "start"):
        if word in names:
            return {"by": "offset", "parameter": names[word], **sized}
    return {}


def _source(value: Any) -> str:
    """The column of a map's value."""
    return value if isinstance(value, str) else str(value.get("from", "")) if isinstance(value, dict) else ""


def _filtered(path: str) -> str:
    """A property as $filter names it: ``home/street``."""
    return path.replace(".", "/")


def _literal(operation: Operation, path: str, value: str) -> str:
    text = next((leaf.about in (_TEXT, "") for leaf in operation.leaves if leaf.path == path), True)
    return f"'{{{value}}}'" if text else f"{{{value.partition('|')[0]}}}"


def _name(name: str) -> str:
    """A table or column as SQL writes it: in quotes unless every database takes it without."""
    return name if name.isascii() and name.replace(".", "_").isidentifier() else '"' + name.replace('"', '""') + '"'


def _date_template(value: Any) -> str:
    form = value.get("date", "") if isinstance(value, dict) else ""
    known = {"%Y%m%d": "ymd", "%m/%d/%Y": "mdy", "%d.%m.%Y": "dmy"}
    return f"{{birth_date|{known[form]}}}" if form in known else "{birth_date}"
