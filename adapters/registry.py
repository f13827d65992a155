"""Kinds by name, and departments made from their manifests: the only place that names a kind.

A built-in kind is imported when the first manifest names it: a site without a database loads no database library. A third
party's kind is a package with an entry point in the group ``civicdesk.adapters``; it is used only if the site allows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from adapters.contract import PROTOCOLS, BadAnswer, CallContext, Department
from adapters.description import Description, Given
from adapters.manifest import Manifest, ManifestError, ManifestProblem
from adapters.tls import problem as tls_problem
from adapters.transport import Transport

ENTRY_POINT_GROUP = "civicdesk.adapters"

BUILT_IN = {
    "sql": "adapters.sql:SqlDepartment",
    "rest": "adapters.rest:RestDepartment",
    "open311": "adapters.open311:Open311Department",
    "soap": "adapters.soap:SoapDepartment",
    "odata": "adapters.odata:ODataDepartment",
    "fhir": "adapters.fhir:FhirDepartment",
    "graphql": "adapters.graphql:GraphqlDepartment",
    "zgw": "adapters.zgw:ZgwDepartment",
    "arcgis": "adapters.arcgis:ArcgisDepartment",
    "ldap": "adapters.ldap:LdapDepartment",
    "files": "adapters.files:FilesDepartment",
    "documents": "adapters.documents:DocumentsDepartment",
}

DESCRIBED = {
    "rest": "adapters.openapi:describe",
    "sql": "adapters.sql_catalogue:describe",
    "odata": "adapters.odata_description:describe",
    "soap": "adapters.soap_description:describe",
}
"""What reads the description of a back-end of a kind; a third party's kind may have a ``describe`` of its own."""


def describe(kind: str, given: Given, transport: Transport, ctx: CallContext) -> Description:
    """What a back-end of this kind says that it can be asked. Raises DepartmentError; BadAnswer ``mapping`` where nothing is said."""
    place = DESCRIBED.get(kind)
    if place is None:
        raise BadAnswer(f"a department of kind {kind} can't be proposed: write its manifest as the README says", key="mapping")
    module, _, name = place.partition(":")
    found: Description = getattr(import_module(module), name)(given, transport, ctx)
    return found


def make_department(manifest: Manifest, transport: Transport, allowed: Iterable[str] = ()) -> Department:
    """The department that a manifest describes. Raises ManifestError when its kind is unknown or can't do what it claims."""
    kind = _kind(manifest, set(allowed))
    unable = [name for name in manifest.capabilities if not issubclass(kind, PROTOCOLS[name])]
    if unable:
        raise _problem(manifest, f"kind {manifest.kind} can't do {', '.join(unable)}: take it out of capabilities")
    if found := tls_problem(manifest.tls):
        raise _problem(manifest, f"tls.{found[0]}: {found[1]}", "tls", found[0])
    return cast("Department", kind(manifest, transport.for_department(manifest)))


def _kind(manifest: Manifest, allowed: set[str]) -> type:
    if place := BUILT_IN.get(manifest.kind):
        module, _, name = place.partition(":")
        return cast("type", getattr(import_module(module), name))
    found = {point.name: point for point in entry_points(group=ENTRY_POINT_GROUP)}
    if manifest.kind in found and manifest.kind in allowed:
        return cast("type", found[manifest.kind].load())
    if manifest.kind in found:
        raise _problem(manifest, f'kind "{manifest.kind}" is installed but not allowed: add it to allow_kinds in site.toml')
    raise _problem(manifest, f'kind is "{manifest.kind}": write one of {", ".join(sorted({*BUILT_IN, *(allowed & set(found))}))}')


def _problem(manifest: Manifest, text: str, *place: str) -> ManifestError:
    from pathlib import Path

    from adapters.toml_lines import line_of

    text_of_file = Path(manifest.path).read_text(encoding="utf-8") if Path(manifest.path).exists() else ""
    return ManifestError([ManifestProblem(manifest.path, line_of(text_of_file, place or ("kind",)), text)])
