"""Cases of the kind ``ldap``: Debian's slapd without TLS, with StartTLS and over LDAPS, with and without a name to bind as."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import Case, department_at
from tests.fakes.ldap_server import READER, SUFFIX, LdapServer, ldif, slapd
from tests.fakes.processes import free_port

Way = Literal["plain", "starttls", "ldaps"]


@cache
def directory() -> LdapServer:
    """The suite's data; people stand below ``ou=people`` by two attributes, as some directories name them."""
    entries: list[tuple[str, dict[str, str | list[str]]]] = [
        (SUFFIX, {"objectClass": ["dcObject", "organization"], "dc": "springvale", "o": "Springvale"}),
        (f"ou=people,{SUFFIX}", {"objectClass": "organizationalUnit", "ou": "people"}),
        (f"ou=cases,{SUFFIX}", {"objectClass": "organizationalUnit", "ou": "cases"}),
        (READER, {"objectClass": ["applicationProcess", "simpleSecurityObject"], "cn": "desk", "userPassword": "unused"}),
    ]
    entries += [
        (
            person_name(each),
            {
                "objectClass": ["inetOrgPerson", "citizen"],
                "uid": each.id,
                "cn": each.full_name,
                "givenName": each.given,
                "sn": each.family,
                "telephoneNumber": each.phone,
                "mail": each.email,
                "street": each.street,
                "roomNumber": each.number,
                "postalCode": each.post_code,
                "l": each.city,
                "dateOfBirth": _time(each.birth_date),
            },
        )
        for each in suite.PEOPLE
    ]
    owners = {each.id: each for each in suite.PEOPLE}
    entries += [
        (
            f"documentIdentifier={row.id},ou=cases,{SUFFIX}",
            {
                "objectClass": "case",
                "documentIdentifier": row.id,
                "documentTitle": row.title,
                "documentAuthor": person_name(owners[row.person]),
                "documentLocation": row.person,
                "caseState": row.status,
                "caseOpened": _time(row.opened),
                "caseDue": _time(row.due),
                "caseCents": "" if row.amount is None else str(int(row.amount * 100)),
            },
        )
        for row in suite.RECORDS
    ]
    return slapd(ldif(entries))


def person_name(person: suite.PersonRow) -> str:
    """``cn=Amy Wong+uid=7,ou=people,...``"""
    return f"cn={person.full_name}+uid={person.id},ou=people,{SUFFIX}"


def _time(day: date | None) -> str:
    return f"{day:%Y%m%d}120000Z" if day else ""


def manifest_toml(url: str, way: Way, signs_in: bool, authority: Path | None = None) -> str:
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    auth = f'credential = "directory"\nauth = {{ type = "basic", user = "{READER}" }}' if signs_in else ""
    day = 'date = "%Y%m%d%H%M%SZ"'
    return f"""
kind = "ldap"
title = "Directory"
colour = "#336699"
address = "{url}"
{auth}
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}
{f'tls = {{ authorities = "{authority}" }}' if authority else ""}
ldap = {{ start_tls = {str(way == "starttls").lower()} }}

[[find]]
needs = ["family"]
base = "ou=people,{SUFFIX}"
filter = "(&(objectClass=inetOrgPerson)(sn={{family}}*))"

[[records]]
base = "ou=cases,{SUFFIX}"
scope = "one"
filter = "(documentLocation={{subject}})"

[[lookup]]
base = "ou=cases,{SUFFIX}"
filter = "(documentIdentifier={{reference}})"

[person]
id = "uid"
given_name = "givenName"
family_name = "sn"
birth_date = {{ from = "dateOfBirth", {day} }}
phones = ["telephoneNumber"]
emails = ["mail"]
address = {{ thoroughfare = "street", locator = "roomNumber", post_code = "postalCode", city = "l" }}

[record.case]
id = "documentidentifier"
title = "documentTitle"
subject = "documentLocation"
status = {{ from = "caseState", codes = "states" }}
opened = {{ from = "caseOpened", {day} }}
due = {{ from = "caseDue", {day} }}
amount = {{ from = "caseCents", cents = true }}

[codes.states]
{codes}
"""


def _case(way: Way, signs_in: bool) -> Case:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        server = directory()
        url = server.secured if way == "ldaps" else server.url
        secret = server.password if signs_in else None
        with department_at(manifest_toml(url, way, signs_in, server.authority), folder, secret) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        url = f"{'ldaps' if way == 'ldaps' else 'ldap'}://127.0.0.1:{free_port()}"
        return department_at(manifest_toml(url, way, signs_in), folder, "x" if signs_in else None)

    return Case(f"ldap-{way}", opened, needs_credential=signs_in, down=down)


CASES = [_case("plain", signs_in=False), _case("starttls", signs_in=True), _case("ldaps", signs_in=True)]
