"""Cases of the kind ``zgw``: expanded by the server or read along by us, the latter through Prism with VNG's own description.

The Zaken API knows a person by the citizen's service number alone: nobody is found by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from adapters.contract import CallContext, Department
from tests.conftest import SHARED_DATA
from tests.contract import suite
from tests.contract.case import Case, department_at
from tests.fakes.node_servers import node_server
from tests.fakes.processes import free_port

SECRET = "s3cret=+/ ü"
NATURAL = "etrokkeneIdentificatie__natuurlijkPersoon__inpBsn"
PERSON = r"""
[person]
id = { from = "betrokkeneIdentificatie.inpBsn", match = '99999(.+)' }
given_name = "betrokkeneIdentificatie.voornamen"
family_name = { join = ["betrokkeneIdentificatie.voorvoegselGeslachtsnaam", "betrokkeneIdentificatie.geslachtsnaam"] }
birth_date = { from = "betrokkeneIdentificatie.geboortedatum", date = "iso|%Y%m%d" }

[person.address]
thoroughfare = "betrokkeneIdentificatie.verblijfsadres.gorOpenbareRuimteNaam"
post_code = "betrokkeneIdentificatie.verblijfsadres.aoaPostcode"
city = "betrokkeneIdentificatie.verblijfsadres.wplWoonplaatsNaam"

[person.address.locator]
join = ["betrokkeneIdentificatie.verblijfsadres.aoaHuisnummer", "betrokkeneIdentificatie.verblijfsadres.aoaHuisletter"]
by = ""
"""


def manifest_toml(url: str, expand: bool, apis: str = "") -> str:
    """The manifest of a Zaken API at ``url``. ``expand``: the server puts in what a case names; else we read it, of ``apis``, too."""
    codes = "\n".join(f'"{label}" = {{ label = "{label}", state = "{state}" }}' for label, state in suite.STATUSES.values())
    wanted = "rollen,status.statustype"
    along = f', expand = "{wanted}"' if expand else ""
    zgw = "" if expand else f'zgw = {{ resolve = ["rollen", "status.statustype", "zaaktype"], apis = [{apis}] }}'
    return f"""
kind = "zgw"
title = "Zaken"
colour = "#336699"
address = "{url}"
credential = "zaken"
auth = {{ type = "jwt", client_id = "civicdesk" }}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}', '\\d{{4}}']
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}
{zgw}

[[find]]
needs = ["reference"]
pattern = '\\d{{4}}'
path = "/rollen"
query = {{ b{NATURAL} = "99999{{reference}}" }}

[[records]]
path = "/zaken"
query = {{ rol__b{NATURAL} = "99999{{subject}}"{along} }}

[[lookup]]
pattern = '{suite.RECORD_PATTERN}'
path = "/zaken"
query = {{ identificatie = "{{reference|upper}}"{along} }}
{PERSON}
[record.case]
id = "identificatie"
title = {{ first = ["omschrijving", "_expand.zaaktype.omschrijving"] }}
status = {{ from = "_expand.status._expand.statustype.omschrijving", codes = "status" }}
opened = "startdatum"
due = {{ first = ["einddatumGepland", "uiterlijkeEinddatumAfdoening"] }}

[record.case.subject]
from = "_expand.rollen[?betrokkeneType=='natuurlijk_persoon'] | [0].betrokkeneIdentificatie.inpBsn"
match = '99999(.+)'

[codes.status]
{codes}
"""


def zgw_case(expand: bool, prism: bool) -> Case:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        specification = SHARED_DATA / "zgw" / "zaken-openapi.local.yaml"
        if prism and not specification.is_file():
            pytest.skip(f"no description of the Zaken API at {specification}")
        server = node_server("zgw", *([str(specification)] if prism else []))
        apis = f'"{(server.folder / "catalogue").read_text(encoding="utf-8")}"' if prism else ""
        with department_at(manifest_toml(server.url, expand, apis), folder, SECRET) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(manifest_toml(f"http://127.0.0.1:{free_port()}", expand), folder, SECRET)

    name = f"zgw-{'expand' if expand else 'resolve'}{'-prism' if prism else ''}"
    return Case(name, opened, missing=frozenset({"amount", "find by name"}), needs_credential=True, down=down)


CASES = [zgw_case(expand=True, prism=True), zgw_case(expand=False, prism=True), zgw_case(expand=False, prism=False)]
