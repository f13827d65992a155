"""Cases of the kind ``graphql``: The Guild's Yoga, by Relay's connections with a bearer token, and by lists with offset and limit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import Case, department_at
from tests.fakes.node_servers import node_server
from tests.fakes.processes import free_port

SECRET = "s3cret=+/ ü"
Asks = Literal["connection", "list"]

PERSON = "id given family born phones emails home { street number postCode city }"
CASE = "number subject owner { id } state opened due amount"
QUESTIONS = {
    "connection": f'''
[[find]]
needs = ["family"]
operation = """
query FindPeople($family: String!, $born: String, $after: String) {{
  people(filter: {{family: $family, born: $born}}, after: $after) {{
    edges {{ node {{ ...person }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
fragment person on Person {{ {PERSON} }}
"""
body = {{ family = "{{family}}", born = "{{birth_date}}" }}
items = "people.edges[].node"
paging = {{ by = "cursor", parameter = "after", next = "people.pageInfo" }}

[[records]]
operation = """
query CasesOf($id: ID!, $after: String, $most: Int = 1) {{
  person(id: $id) {{ cases(first: $most, after: $after) {{ edges {{ node {{ {CASE} }} }} pageInfo {{ hasNextPage endCursor }} }} }}
}}
"""
body = {{ id = "{{subject}}" }}
items = "person.cases.edges[].node"
paging = {{ by = "cursor", parameter = "after", next = "person.cases.pageInfo", size_parameter = "most", size = 2 }}

[[lookup]]
operation = "query OneCase($number: ID!) {{ case(number: $number) {{ {CASE} }} }}"
body = {{ number = "{{reference|upper}}" }}
items = "case"
''',
    "list": f'''
[graphql]
errors = {{ NO_SUCH_CASE = "not_found" }}

[[find]]
needs = ["family"]
operation = """
query P($family: String!, $offset: Int!, $limit: Int!) {{
  found: peopleList(family: $family, offset: $offset, limit: $limit) {{ {PERSON} }}
}}
"""
body = {{ family = "{{family}}" }}
items = "found"
paging = {{ by = "offset", parameter = "offset", size_parameter = "limit", size = 2 }}

[[records]]
operation = "query C($owner: ID!, $offset: Int!, $limit: Int!) {{ casesOf(owner: $owner, offset: $offset, limit: $limit) {{ {CASE} }} }}"
body = {{ owner = "{{subject}}" }}
items = "casesOf"
paging = {{ by = "offset", parameter = "offset", size_parameter = "limit", size = 4 }}

[[lookup]]
operation = "query L($number: ID!) {{ caseOrError(number: $number) {{ {CASE} }} }}"
body = {{ number = "{{reference|upper}}" }}
items = "caseOrError"
''',
}


def manifest_toml(url: str, asks: Asks, credential: bool = False) -> str:
    """The manifest of the GraphQL server at ``url``."""
    auth = 'credential = "registry"\nauth = { type = "bearer" }' if credential else ""
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    return f"""
kind = "graphql"
title = "Registry"
colour = "#336699"
address = "{url}"
{auth}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}
{QUESTIONS[asks]}
[person]
id = "id"
given_name = "given"
family_name = "family"
birth_date = "born"
phones = ["phones[0]"]
emails = ["emails[0]"]
address = {{ thoroughfare = "home.street", locator = "home.number", post_code = "home.postCode", city = "home.city" }}

[record.case]
id = "number"
title = "subject"
subject = "owner.id"
status = {{ from = "state", codes = "states" }}
opened = "opened"
due = "due"
amount = "amount"

[codes.states]
{codes}
"""


def graphql_case(asks: Asks, credential: bool = False) -> Case:
    secret = SECRET if credential else None

    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        server = node_server("graphql", "bearer" if credential else "none")
        with department_at(manifest_toml(f"{server.url}/graphql", asks, credential), folder, secret) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}/graphql", asks, credential), folder, secret)

    return Case(f"graphql-{asks}{'-bearer' if credential else ''}", opened, needs_credential=credential, down=down)


CASES = [graphql_case("connection", credential=True), graphql_case("list")]
