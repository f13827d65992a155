"""What an OData service says that it has ($metadata in CSDL XML, OData 4.01): entity sets, and the properties of their types."""

from __future__ import annotations

import re

from lxml import etree

from adapters.contract import BadAnswer

_SCHEMA = "{http://docs.oasis-open.org/odata/ns/edm}Schema"
_KEY = re.compile(r"\([^()]*\)$")


class Metadata:
    """Read from the document's root element. Raises BadAnswer ``mapping`` where it is none of OData 4."""

    def __init__(self, root: etree._Element) -> None:
        if etree.QName(root).localname != "Edmx":
            raise BadAnswer("$metadata is no OData metadata: does address lead to the service's root?", key="mapping")
        if not root.get("Version", "").startswith("4"):
            raise BadAnswer("the service speaks an older OData than 4", key="mapping")
        self._types: dict[str, etree._Element] = {}
        self._aliases: dict[str, str] = {}
        self.sets: dict[str, str] = {}
        """Entity sets, singletons and functions by name, with their types; a function's may be empty."""
        for schema in root.iter(_SCHEMA):
            space = schema.get("Namespace", "")
            self._aliases[schema.get("Alias") or space] = space
            for each in schema:
                if _local(each) in ("EntityType", "ComplexType"):
                    self._types[f"{space}.{each.get('Name')}"] = each
                elif _local(each) == "EntityContainer":
                    for found in each:
                        kind = found.get("EntityType") or found.get("Type") or ""
                        self.sets[found.get("Name", "")] = kind

    def type_at(self, path: str) -> str | None:
        """The type of what a path of a manifest leads to (``/People('{subject}')/cases``); None where that can't be told.

        Raises KeyError where its first part names nothing of the service.
        """
        first, *more = [_KEY.sub("", part) for part in path.partition("?")[0].strip("/").split("/")]
        kind: str | None = self._qualified(self.sets[first])
        for part in more:
            found = self._property(kind, part) if kind else None
            kind = self._qualified(found.get("Type", "")) if found is not None else None
        return kind if kind in self._types else None

    @property
    def types(self) -> frozenset[str]:
        """Names of all entity and complex types."""
        return frozenset(self._types)

    def parts(self, kind: str, name: str) -> list[etree._Element]:
        """A type's elements of this name (``Property``, ``Key``), those of the types that it derives from first."""
        found: list[etree._Element] = []
        at: str | None = kind
        while at in self._types:
            node = self._types[at]
            found = [*(each for each in node if _local(each) == name), *found]
            at = self._qualified(node.get("BaseType", ""))
        return found

    def type_of(self, node: etree._Element) -> str:
        """The full name of a property's type, of one element where it is a collection."""
        return self._qualified(node.get("Type", ""))

    def properties(self, kind: str) -> list[str]:
        """Names of a type's properties, those of the types that it derives from, and where it leads. Open types: empty."""
        names: list[str] = []
        at: str | None = kind
        while at in self._types:
            node = self._types[at]
            if node.get("OpenType") == "true":
                return []
            names += [each.get("Name", "") for each in node if _local(each) in ("Property", "NavigationProperty")]
            at = self._qualified(node.get("BaseType", ""))
        return names

    def _property(self, kind: str, name: str) -> etree._Element | None:
        at: str | None = kind
        while at in self._types:
            for each in self._types[at]:
                if each.get("Name") == name:
                    return each
            at = self._qualified(self._types[at].get("BaseType", ""))
        return None

    def _qualified(self, name: str) -> str:
        """``Collection(self.Case)`` as ``registry.Case``."""
        name = name.removeprefix("Collection(").removesuffix(")")
        space, _, last = name.rpartition(".")
        return f"{self._aliases.get(space, space)}.{last}"


def _local(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2]
