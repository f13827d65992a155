"""Cases of the kind ``fhir``: R4 by Medplum's router, with a Task, a ServiceRequest or an Encounter as the record, by GET and by POST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import Case, Missing, department_at
from tests.fakes.node_servers import node_server
from tests.fakes.processes import free_port

SECRET = "s3cret=+/ ü"
Resource = Literal["Task", "ServiceRequest", "Encounter"]

STATUSES = {
    # FHIR's own codes for what the suite writes.
    "Task": {"requested": "O", "in-progress": "P", "failed": "L", "completed": "C"},
    "ServiceRequest": {"draft": "O", "active": "P", "on-hold": "L", "completed": "C"},
    "Encounter": {"planned": "O", "in-progress": "P", "onleave": "L", "finished": "C"},
}
MAPS = {
    "Task": """
title = "description"
subject = { from = "for.reference", match = "Patient/([^/]+)" }
opened = "authoredOn"
due = "restriction.period.end"
amount = "input[?type.text=='fee'].valueMoney.value | [0]"
""",
    "ServiceRequest": """
title = { first = ["code.text", "code.coding[0].display"] }
subject = { from = "subject.reference", match = "Patient/([^/]+)" }
opened = "authoredOn"
due = "occurrenceDateTime"
""",
    "Encounter": """
title = { first = ["type[0].text", "class.display"] }
subject = { from = "subject.reference", match = "Patient/([^/]+)" }
opened = "period.start"
""",
}
PERSON = """
[person]
id = "id"
given_name = "(name[?use=='official'] || name) | [0].given || `[]` | join(' ', @)"
family_name = "(name[?use=='official'] || name) | [0].family"
birth_date = { from = "birthDate", match = '^\\d{4}-\\d\\d-\\d\\d$' }
phones = ["telecom[?system=='phone'].value | [0]"]
emails = ["telecom[?system=='email'].value | [0]"]

[person.address]
locator = { from = "address[0].line[0]", match = '^(\\w+) ' }
thoroughfare = { from = "address[0].line[0]", match = '^\\w+ (.+)' }
post_code = "address[0].postalCode"
city = "address[0].city"
"""
MISSING: dict[Resource, frozenset[Missing]] = {
    "Task": frozenset(),
    "ServiceRequest": frozenset({"amount"}),
    "Encounter": frozenset({"amount", "due"}),
}


def manifest_toml(url: str, resource: Resource, post: bool = False, credential: bool = False) -> str:
    """The manifest of a FHIR server whose root is ``url``."""
    auth = 'credential = "clinic"\nauth = { type = "bearer" }' if credential else ""
    method = 'method = "POST"\n' if post else ""
    lookup = f'path = "/{resource}"\nquery = {{ identifier = "http://city.example/numbers|{{reference|upper}}" }}'
    if resource == "Task":
        lookup = 'path = "/Task/{reference|upper}"'
    codes = "\n".join(
        f'{code} = {{ label = "{suite.STATUSES[written][0]}", state = "{suite.STATUSES[written][1]}" }}'
        for code, written in STATUSES[resource].items()
    )
    return f"""
kind = "fhir"
title = "Clinic"
colour = "#336699"
address = "{url}"
{auth}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}

[[find]]
needs = ["family"]
path = "/Patient"
{method}query = {{ family = "{{family}}", given = "{{given}}", birthdate = "{{birth_date}}" }}

[[records]]
path = "/{resource}"
{method}query = {{ subject = "Patient/{{subject}}", _sort = "-_lastUpdated" }}

[[lookup]]
{lookup}
{PERSON}
[record.{resource.lower()}]
id = "identifier[0].value"
status = {{ from = "status", codes = "status" }}
{MAPS[resource]}
[codes.status]
{codes}
"""


def fhir_case(resource: Resource, post: bool = False, credential: bool = False) -> Case:
    secret = SECRET if credential else None

    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        server = node_server("fhir", "bearer" if credential else "none")
        with department_at(manifest_toml(f"{server.url}/fhir", resource, post, credential), folder, secret) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}/fhir", resource, post, credential), folder, secret)

    name = f"fhir-{resource}{'-post' if post else ''}{'-bearer' if credential else ''}"
    return Case(name, opened, missing=MISSING[resource], needs_credential=credential, down=down)


CASES = [fhir_case("Task"), fhir_case("ServiceRequest", post=True, credential=True), fhir_case("Encounter")]
