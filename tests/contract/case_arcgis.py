"""Cases of the kind ``arcgis``: Esri's Koop, by GET with a token and by POST without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import Case, department_at
from tests.fakes.node_servers import node_server
from tests.fakes.processes import free_port

SECRET = "s3cret=+/ ü"
ROOT = "/arcgis/rest/services/City/FeatureServer"


def manifest_toml(url: str, post: bool = False, credential: bool = False) -> str:
    """The manifest of a FeatureServer at ``url``."""
    auth = 'credential = "gis"\nauth = { type = "api_key", parameter = "token" }' if credential else ""
    method = 'method = "POST"\n' if post else ""
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    return f"""
kind = "arcgis"
title = "Land"
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
path = "/0"
{method}query = {{ where = '''UPPER(FAMILY) LIKE '{{family|upper|like}}%' ESCAPE '\\' ''', orderByFields = "OBJECTID" }}

[[records]]
path = "/1"
{method}query = {{ where = "OWNER_ID = '{{subject}}'" }}

[[lookup]]
path = "/1"
{method}query = {{ where = "NUMBER = '{{reference|upper}}'" }}

[person]
id = "OWNER_ID"
given_name = "GIVEN"
family_name = "FAMILY"
birth_date = "BORN"
phones = ["PHONE"]
emails = ["EMAIL"]
address = {{ thoroughfare = "STREET", locator = "HOUSE", post_code = "ZIP", city = "CITY" }}

[record.permit]
id = "NUMBER"
title = "SUBJECT"
subject = "OWNER_ID"
status = {{ from = "STATE", codes = "states" }}
opened = "OPENED"
due = "DUE"
amount = "FEE"

[codes.states]
{codes}
"""


def arcgis_case(post: bool, credential: bool) -> Case:
    secret = SECRET if credential else None

    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        server = node_server("arcgis", "token" if credential else "none")
        with department_at(manifest_toml(server.url + ROOT, post, credential), folder, secret) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}{ROOT}", post, credential), folder, secret)

    return Case(f"arcgis{'-post' if post else ''}{'-token' if credential else ''}", opened, needs_credential=credential, down=down)


CASES = [arcgis_case(post=False, credential=True), arcgis_case(post=True, credential=False)]
