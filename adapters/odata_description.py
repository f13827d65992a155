"""What an OData service can be asked, read from its $metadata: entity sets with their properties, keys, and what they point to."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.contract import CallContext
from adapters.description import Description, Given, Leaf, LeafType, Operation, Parameter, document
from adapters.odata_metadata import Metadata
from adapters.transport import HttpResponse, Transport
from adapters.xml_answers import decode_xml

TEXT = "Edm.String"
"""The type whose literals stand in quotes."""
_DEEPEST = 3
_DATES = ("Edm.Date", "Edm.DateTimeOffset")
_NUMBERS = ("Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double", "Edm.Single", "Edm.Byte", "Edm.Guid")


def describe(given: Given, transport: Transport, ctx: CallContext) -> Description:
    """From the service itself, or from the file that is given. ``about`` of a leaf is its type. Raises DepartmentError."""
    source = given.source or given.address.rstrip("/") + "/$metadata"
    data = document(given, source, transport, ctx)
    metadata = Metadata(decode_xml(HttpResponse(200, {"content-type": "application/xml"}, data, source)))
    operations = [_operation(metadata, name, kind) for name in metadata.sets if (kind := metadata.type_at(f"/{name}"))]
    return Description("", tuple(operations))


def _operation(metadata: Metadata, name: str, kind: str) -> Operation:
    leaves = tuple(_leaves(metadata, kind, "", 0))
    parameters = tuple(Parameter(leaf.path, "column") for leaf in leaves)
    targets = {metadata.type_at(f"/{other}"): f"/{other}" for other in metadata.sets}
    points = []
    for node in metadata.parts(kind, "NavigationProperty"):
        target = targets.get(metadata.type_of(node))
        bound = [each.get("Property", "") for each in node if each.tag.endswith("}ReferentialConstraint")]
        points += [(column, target) for column in bound[:1] if target]
    keys = tuple(each.get("Name", "") for node in metadata.parts(kind, "Key") for each in node)
    return Operation(name, f"/{name}", leaves, parameters, refers_to=tuple(points), keys=keys)


def _leaves(metadata: Metadata, kind: str, before: str, depth: int) -> Iterator[Leaf]:
    for node in metadata.parts(kind, "Property"):
        path, edm = before + node.get("Name", ""), node.get("Type", "")
        inner = metadata.type_of(node)
        if inner in metadata.types and depth < _DEEPEST and not edm.startswith("Collection("):
            yield from _leaves(metadata, inner, f"{path}.", depth + 1)
        else:
            yield Leaf(path, _type(edm), about=edm)


def _type(edm: str) -> LeafType:
    if edm.startswith("Collection("):
        return "list"
    return "date" if edm in _DATES else "number" if edm in _NUMBERS else "yes_no" if edm == "Edm.Boolean" else "text"
