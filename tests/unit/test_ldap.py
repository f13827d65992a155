"""The kind ``ldap`` beyond the contract: names of several attributes, escaping, pages, whose limits hold, and manifests that are wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

import pytest

from adapters.contract import BadAnswer, CallContext, Department, NotFound, SignInNeeded
from adapters.manifest import ManifestError, load_manifest
from adapters.registry import make_department
from adapters.transport import Transport
from models.people import Person, SubjectRef
from models.query import SearchQuery
from models.records import Record, RecordRef
from tests.contract.case import department_at
from tests.fakes.ldap_server import SUFFIX, LdapServer, ldif, slapd

PLANET_EXPRESS = Path("/work/shared/data/ldap/bootstrap/data")
CREW = "dc=planetexpress,dc=com"

STAFF = """
kind = "ldap"
title = "Staff"
colour = "#336699"
address = "{url}"
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['[a-z]+\\d']
limits = {{ people = {people}, records = 10 }}
tls = {{ authorities = "{authority}" }}
{more}

[[find]]
needs = ["family"]
base = "{base}"
filter = "(&(objectClass=inetOrgPerson)(|(sn={{family}}*)(cn=*{{family}}*)))"

[[records]]
base = "{base}"
filter = "(member={{subject}})"
map = "group"

[[records]]
base = "{{subject}}"
scope = "base"
filter = "(objectClass=person)"
map = "post"

[[lookup]]
base = "uid={{reference|lower}},ou=people,{base}"
scope = "base"
filter = "(objectClass=*)"
map = "post"

[person]
id = "dn"
full_name = {{ first = ["displayName", "cn"] }}
family_name = "SN"
emails = ["mail[0]", "mail[1]"]
phones = ["telephoneNumber"]

[record.group]
id = "dn"
title = "cn"

[record.post]
id = "uid"
title = {{ join = ["employeeType[0]", "employeeType[1]"], by = ", " }}
fields = [{{ label = "Office", value = "ou" }}]
"""

Opened = Callable[..., AbstractContextManager[tuple[Department, CallContext]]]


def people(*entries: tuple[str, dict[str, str | list[str]]]) -> str:
    """A small staff directory with these entries below ``ou=people``."""
    top: list[tuple[str, dict[str, str | list[str]]]] = [
        (SUFFIX, {"objectClass": ["dcObject", "organization"], "dc": "springvale", "o": "Springvale"}),
        (f"ou=people,{SUFFIX}", {"objectClass": "organizationalUnit", "ou": "people"}),
    ]
    named = [(f"{name},ou=people,{SUFFIX}", {"objectClass": "inetOrgPerson", **attributes}) for name, attributes in entries]
    return ldif([*top, *named])


@cache
def springvale() -> LdapServer:
    """Names that are not simple, in a directory that gives 20 entries at once."""
    many: list[tuple[str, dict[str, str | list[str]]]] = [
        (f"uid=clerk{number}", {"uid": f"clerk{number}", "cn": f"Clerk {number}", "sn": "Clerk"}) for number in range(45)
    ]
    odd: tuple[str, dict[str, str | list[str]]] = (
        "cn=Wong\\, Amy (IT) #1+sn=Kroker",
        {"cn": "Wong, Amy (IT) #1", "sn": "Kroker", "mail": ["amy@springvale.example", "kroker@springvale.example"], "uid": "amy9"},
    )
    return slapd(people(odd, *many), most=20)


@pytest.fixture
def staff(tmp_path: Path) -> Opened:
    def opened(
        server: LdapServer, base: str = SUFFIX, *, most: int = 5, more: str = ""
    ) -> AbstractContextManager[tuple[Department, CallContext]]:
        text = STAFF.format(url=server.url, people=most, authority=server.authority, base=base, more=more)
        return department_at(text, tmp_path, None)

    return opened


def found(department: Department, ctx: CallContext, family: str) -> list[Person]:
    return [each for each in department.find(SearchQuery(name=family, family=family), ctx) if isinstance(each, Person)]


def test_a_name_of_two_attributes_with_marks_in_it_leads_back_to_its_entry(staff: Opened) -> None:
    with staff(springvale()) as (department, ctx):
        [amy] = found(department, ctx, "kroker")
        assert amy.ref.id.replace("\\2C", "\\,").startswith("cn=Wong\\, Amy (IT) #1+sn=Kroker,")
        assert amy.family_name == "Kroker"
        assert amy.emails == ("amy@springvale.example", "kroker@springvale.example")
        [post] = department.records(amy.ref, ctx)
        assert post.ref.id == "amy9"


@pytest.mark.skipif(not PLANET_EXPRESS.is_dir(), reason="the directory of Planet Express is not on this machine")
def test_another_makers_directory(staff: Opened) -> None:
    entries = "\n\n".join(file.read_text(encoding="utf-8").strip() for file in sorted(PLANET_EXPRESS.glob("*.ldif")))
    top = ldif([(CREW, {"objectClass": ["dcObject", "organization"], "dc": "planetexpress", "o": "Planet Express"})])
    with staff(slapd(f"{top}\n{entries}\n", CREW), CREW) as (department, ctx):
        [amy] = found(department, ctx, "Kroker")
        assert (amy.full_name, amy.ref.id) == ("Amy Wong", f"cn=Amy Wong+sn=Kroker,ou=people,{CREW}")
        [fry] = found(department, ctx, "Fry")
        assert fry.full_name == "Fry"
        assert [(each.kind, each.title) for each in department.records(fry.ref, ctx)] == [
            ("group", "ship_crew"),
            ("post", "Delivery boy"),
        ]
        [hermes] = found(department, ctx, "Conrad")
        assert [each.title for each in department.records(hermes.ref, ctx)] == ["admin_staff", "Bureaucrat, Accountant"]
        assert department.check(ctx).detail == "OpenLDAP"


@pytest.mark.parametrize("family", ["*", "x)(sn=*", "*)(objectClass=*", "Kroker)(uid=amy9", "\\2a", "Kro*"])
def test_what_was_typed_is_no_part_of_the_filter(staff: Opened, family: str) -> None:
    with staff(springvale()) as (department, ctx):
        assert found(department, ctx, family) == []


def test_a_number_is_no_part_of_a_name(staff: Opened) -> None:
    with staff(springvale()) as (department, ctx):
        record = department.lookup(RecordRef("x", "clerk7"), ctx)
        assert isinstance(record, Record)
        for number in ("clerk7,ou=people", "clerk7+cn=Clerk 7", "*", "nobody1"):
            with pytest.raises(NotFound):
                department.lookup(RecordRef("x", number), ctx)


@pytest.mark.parametrize("name", ["no name", "=", "cn=Wong", "", f"ou=people,{SUFFIX}"])
def test_a_key_that_is_no_persons_name_has_no_records(staff: Opened, name: str) -> None:
    with staff(springvale()) as (department, ctx):
        assert list(department.records(SubjectRef("x", name), ctx)) == []


def test_a_directory_that_gives_less_than_is_taken_says_so(staff: Opened) -> None:
    with staff(springvale(), most=15) as (department, ctx):
        assert len(found(department, ctx, "Clerk")) == 16
    with staff(springvale(), most=30) as (department, ctx), pytest.raises(BadAnswer, match="no more than 20") as caught:
        found(department, ctx, "Clerk")
    assert caught.value.fault_key == "too_large"


def test_several_pages_are_read_on_one_connection(staff: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.ldap._PAGE", 4)
    with staff(springvale(), most=15) as (department, ctx):
        assert len({each.ref.id for each in found(department, ctx, "Clerk")}) == 16


def test_a_wrong_password_is_told(staff: Opened) -> None:
    more = f'credential = "staff"\nauth = {{ type = "basic", user = "cn=desk,{SUFFIX}" }}'
    with staff(springvale(), more=more) as (department, ctx):
        wrong = CallContext(ctx.deadline, "not the password")
        for call in (lambda: found(department, wrong, "Kroker"), lambda: department.check(wrong)):
            with pytest.raises(SignInNeeded) as caught:
                call()
            assert caught.value.fault_key == "sign_in_needed"
        right = CallContext(time.monotonic() + 10, springvale().password)
        assert len(found(department, right, "Kroker")) == 1


def problems(tmp_path: Path, **changes: str) -> Iterator[str]:
    text = STAFF.format(url="ldaps://directory.example", people=5, authority="", base=SUFFIX, more="").replace(
        'tls = { authorities = "" }\n', ""
    )
    for old, new in changes.items():
        text = text.replace(CHANGED[old], new)
    file = tmp_path / "staff.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        make_department(load_manifest(file, tmp_path), Transport())
    return (each.text for each in caught.value.problems)


CHANGED = {
    "address": "ldaps://directory.example",
    "filter": '"(member={subject})"',
    "title": 'title = "Staff"',
    "scope": 'scope = "base"\nfilter = "(objectClass=person)"',
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"address": "https://directory.example"}, "address is none of a directory"),
        ({"address": "ldap://desk@directory.example"}, "address holds a user name"),
        ({"address": "ldap://directory.example", "title": 'title = "Staff"\nldap = { start_tls = false }'}, "TLS only"),
        ({"filter": '"(member={subject}"'}, "is no search filter"),
        ({"filter": '"(member=*)"'}, "everybody would be asked for"),
        ({"filter": '""'}, "a filter is needed"),
        ({"scope": 'path = "/x"\nfilter = "(objectClass=person)"'}, "has no path: write base, scope and filter"),
        ({"title": 'title = "Staff"\ncredential = "x"\nauth = { type = "bearer" }'}, "signs in with"),
    ],
)
def test_a_manifest_that_can_not_be_used_says_why(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    assert any(words in each for each in problems(tmp_path, **changes))
