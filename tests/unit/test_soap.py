"""SOAP: how credentials are refused, where a WSDL may come from, and how answers are read along its schema."""

from __future__ import annotations

import base64
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapters.contract import BadAnswer, CallContext, DepartmentError
from adapters.manifest import ManifestError
from adapters.manifest_kinds import Soap
from adapters.soap_answers import Reader, SoapFault, read_body
from adapters.soap_service import read_service
from adapters.transport import HttpResponse
from models.query import SearchQuery
from models.records import RecordRef
from tests.architecture.source import ROOT
from tests.contract.case import department_at
from tests.contract.case_soap import SECRET, Security, key_folder, manifest_toml
from tests.fakes.certificates import make_key
from tests.fakes.http_server import Asked, HttpServer, Reply
from tests.fakes.node_servers import SCRIPTS, node_server
from tests.faults.test_soap_answers import PERSON, people

WSDL, SCHEMA = (SCRIPTS / name for name in ("registry.wsdl", "registry.xsd"))


def refusal(url: str, folder: Path, security: Security, secret: str, version: str = "1.1") -> str:
    """The fault's key when the registry is asked so."""
    with (
        department_at(manifest_toml(url, "npm", version, security), folder, secret) as (department, ctx),
        pytest.raises(DepartmentError) as caught,
    ):
        department.lookup(RecordRef("", "CT-0001"), ctx)
    assert secret not in caught.value.detail
    return caught.value.fault_key


@pytest.mark.parametrize(("security", "version"), [("text", "1.1"), ("digest", "1.2")])
def test_a_wrong_password_is_refused(security: Security, version: str, tmp_path: Path) -> None:
    url = f"{node_server('soap', version, security).url}/registry"
    assert refusal(url, tmp_path, security, "guess", version) == "sign_in_needed"


def test_another_key_than_the_services_is_refused(tmp_path: Path) -> None:
    url = f"{node_server('soap', '1.1', 'signature', str(key_folder() / 'desk.pem')).url}/registry"
    make_key(tmp_path, "another")
    assert refusal(url, tmp_path, "signature", "another") == "sign_in_needed"


def test_a_pass_phrase_that_does_not_open_the_key_is_told(tmp_path: Path) -> None:
    url = f"{node_server('soap', '1.1', 'signature', str(key_folder() / 'desk.pem')).url}/registry"
    for each in key_folder().glob("desk.*"):
        shutil.copy(each, tmp_path)
    assert refusal(url, tmp_path, "signature", "guess") == "sign_in_needed"


def problems(toml: str, folder: Path) -> str:
    with pytest.raises(ManifestError) as caught, department_at(toml, folder, SECRET):
        pass
    return str(caught.value)


def test_a_private_key_lies_on_the_disk_encrypted_only(tmp_path: Path) -> None:
    toml = manifest_toml("http://127.0.0.1:9/", "npm", "1.1", "signature")
    assert "auth.key: the file can't be read" in problems(toml, tmp_path)
    make_key(tmp_path, "")
    assert "auth.key: the private key is not encrypted" in problems(toml, tmp_path)
    make_key(tmp_path, SECRET)
    (tmp_path / "desk.pem").write_text("not it")
    assert "auth.certificate: the file is not in PEM" in problems(toml, tmp_path)


def test_keys_of_other_kinds_are_problems_with_their_lines(tmp_path: Path) -> None:
    toml = manifest_toml("http://127.0.0.1:9/", "npm", "1.1", "none")
    said = problems(toml.replace('operation = "ListCases"', 'path = "/cases"'), tmp_path)
    line = toml.splitlines().index('operation = "ListCases"') + 1
    assert f":{line}: kind soap has no path: write operation and body" in said
    assert "records has no operation" in said
    assert "by page, offset or cursor" in problems(toml.replace('by = "page"', 'by = "link"'), tmp_path)


def served(change: Callable[[str], str] = str) -> Callable[[Asked], Reply]:
    def reply(asked: Asked) -> Reply:
        if asked.method == "GET":
            file = SCHEMA if asked.path.endswith(".xsd") else WSDL
            return Reply(change(file.read_text(encoding="utf-8")).encode(), headers={"content-type": "text/xml"})
        return Reply(people(PERSON.format("")), headers={"content-type": "text/xml"})

    return reply


def test_a_wsdl_is_read_once_however_many_ask_at_first(tmp_path: Path) -> None:
    with (
        HttpServer(served()) as server,
        department_at(manifest_toml(f"{server.url}/r", "npm", "1.1", "none"), tmp_path, None) as (department, ctx),
        ThreadPoolExecutor(8) as pool,
    ):
        found = list(pool.map(lambda _: len(list(department.find(SearchQuery(name="x", family="x"), ctx))), range(8)))
    assert found == [1] * 8
    assert [asked.path for asked in server.asked if asked.method == "GET"] == ["/r", "/registry.xsd"]


def test_a_question_is_sent_again_where_the_kept_connection_was_closed(tmp_path: Path) -> None:
    with (
        HttpServer(served()) as server,
        department_at(manifest_toml(f"{server.url}/r", "npm", "1.1", "none"), tmp_path, None) as (department, ctx),
    ):
        for _ in range(3):
            assert len(list(department.find(SearchQuery(name="x", family="x"), ctx))) == 1
            server.drop_connections()


def test_a_wsdl_that_did_not_come_is_asked_for_again(tmp_path: Path) -> None:
    down = [True]

    def reply(asked: Asked) -> Reply:
        return Reply(b"", 503) if down else served()(asked)

    with (
        HttpServer(reply) as server,
        department_at(manifest_toml(f"{server.url}/r", "npm", "1.1", "none"), tmp_path, None) as (department, ctx),
    ):
        with pytest.raises(DepartmentError):
            list(department.find(SearchQuery(name="x", family="x"), ctx))
        down.clear()
        assert len(list(department.find(SearchQuery(name="x", family="x"), ctx))) == 1


def test_nothing_is_imported_from_another_host(tmp_path: Path) -> None:
    with HttpServer(served()) as other:
        change = served(lambda text: text.replace("registry.xsd", f"http://localhost:{other.port}/registry.xsd"))
        with (
            HttpServer(change) as server,
            department_at(manifest_toml(f"{server.url}/r", "npm", "1.1", "none"), tmp_path, None) as (department, ctx),
            pytest.raises(BadAnswer, match=r"imports registry\.xsd from another host"),
        ):
            department.check(ctx)
    assert other.asked == []


def test_a_password_is_no_part_of_the_log_or_the_digest(tmp_path: Path) -> None:
    toml = manifest_toml("{url}", "npm", "1.1", "digest")
    with HttpServer(served()) as server, department_at(toml.replace("{url}", f"{server.url}/r"), tmp_path, SECRET) as (department, ctx):
        for _ in range(2):
            list(department.find(SearchQuery(name="x", family="x"), ctx))
    posts = [asked.body for asked in server.asked if asked.method == "POST"]
    assert all(SECRET.encode() not in body and b"PasswordDigest" in body for body in posts)
    nonces = [etree.fromstring(body).findtext(".//{*}Nonce") for body in posts]
    assert len(set(nonces)) == len(posts) == 2


def test_an_attachment_comes_where_it_belongs() -> None:
    envelope = people('<t:scan><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:scan%401"/></t:scan>')
    content = b"\x00%PDF\r\n--no boundary\xff"
    head = b"--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n"
    part = b"\r\n--b\r\nContent-ID: <scan@1>\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    kind = 'multipart/related; type="application/xop+xml"; start="<root>"; boundary=b'
    body = read_body(HttpResponse(200, {"content-type": kind}, head + envelope + part + content + b"\r\n--b--\r\n", ""))
    assert not isinstance(body, SoapFault)
    assert base64.b64decode(body.findtext(".//{urn:registry}scan") or "") == content


TYPES = """
<xs:complexType name="Thing"><xs:sequence>
  <xs:element name="one" type="xs:string"/><xs:element name="many" type="xs:int" minOccurs="0" maxOccurs="unbounded"/>
  <xs:choice maxOccurs="unbounded"><xs:element name="either" type="xs:string"/><xs:element name="or" type="t:Money"/></xs:choice>
  <xs:element name="base" type="t:Base" minOccurs="0"/>
</xs:sequence><xs:attribute name="id" type="xs:string"/></xs:complexType>
<xs:complexType name="Money"><xs:simpleContent><xs:extension base="xs:decimal"><xs:attribute name="currency" type="xs:string"/>
</xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="Base"><xs:sequence><xs:element name="a" type="xs:string"/></xs:sequence></xs:complexType>
<xs:complexType name="More"><xs:complexContent><xs:extension base="t:Base"><xs:sequence>
  <xs:element name="b" type="xs:string" maxOccurs="2"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
</xs:schema>"""


def read(inside: str) -> Any:
    """What a thing with this content is read as."""
    wsdl = WSDL.read_text(encoding="utf-8").replace('"t:Person" minOccurs="0" maxOccurs="unbounded"', '"t:Thing"')
    documents = {"/registry.wsdl": wsdl, "/registry.xsd": SCHEMA.read_text(encoding="utf-8").replace("</xs:schema>", TYPES)}
    service = read_service("/registry.wsdl", lambda place: etree.fromstring(documents[place].encode()), Soap(), "http://x/")
    operation = service.operation("FindPeople")
    assert operation is not None
    xsi = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:u="urn:registry:types"'
    body = read_body(HttpResponse(200, {"content-type": "text/xml"}, people(f"<t:person {xsi} id='7'>{inside}</t:person>"), ""))
    assert not isinstance(body, SoapFault)
    answer, unknown = Reader(service).answer(operation, body)
    assert unknown == ""
    return answer["person"]


def test_what_may_be_several_is_a_list_and_what_is_not_there_is_none() -> None:
    assert read("<u:one>x</u:one>") == {"id": "7", "one": "x", "many": [], "either": [], "or": [], "base": None}
    found = read("<u:one/><u:many>1</u:many><u:either>e</u:either><u:or currency='EUR'>1.50</u:or><u:either>f</u:either>")
    assert (found["one"], found["many"], found["either"]) == ("", ["1"], ["e", "f"])
    assert found["or"] == [{"currency": "EUR", "_value_1": "1.50"}]


def test_derived_types_nothing_and_more_than_the_schema_has() -> None:
    assert read("<u:one i:nil='true'/><u:base i:type='u:More'><u:a>1</u:a><u:b>2</u:b></u:base>")["base"] == {"a": "1", "b": ["2"]}
    assert read("<u:one i:nil='true'/>")["one"] is None
    found = read("<u:one>x</u:one><u:one>y</u:one><u:extra><u:deep>z</u:deep></u:extra>")
    assert (found["one"], found["extra"]) == (["x", "y"], {"deep": "z"})


def test_a_question_that_the_wsdl_does_not_take_is_told_without_its_values() -> None:
    documents = {"/registry.wsdl": WSDL, "/registry.xsd": SCHEMA}
    service = read_service("/registry.wsdl", lambda place: etree.parse(documents[place]).getroot(), Soap(), "http://x/")
    operation = service.operation("FindPeople")
    assert operation is not None
    with pytest.raises(BadAnswer, match=r"FindPeople can't be asked so: the WSDL demands .*family") as caught:
        operation.written({"criteria.born": "1984-03-07"})
    assert "1984" not in caught.value.detail


def test_what_the_library_stumbles_over_is_told_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(self: Any) -> None:
        raise AttributeError("'lxml.etree.QName' object has no attribute 'resolve'")

    monkeypatch.setattr("zeep.xsd.types.complex.ComplexType.resolve", stumble)
    documents = {"/registry.wsdl": WSDL, "/registry.xsd": SCHEMA}
    with pytest.raises(BadAnswer, match=r"the WSDL can't be read: Criteria in registry\.xsd"):
        read_service("/registry.wsdl", lambda place: etree.parse(documents[place]).getroot(), Soap(), "http://x/")


def test_asking_holds_to_the_deadline_while_the_wsdl_is_fetched(tmp_path: Path) -> None:
    def slow(asked: Asked) -> Reply:
        time.sleep(1)
        return served()(asked)

    with (
        HttpServer(slow) as server,
        department_at(manifest_toml(f"{server.url}/r", "npm", "1.1", "none"), tmp_path, None) as (department, _),
        pytest.raises(DepartmentError) as caught,
    ):
        department.check(CallContext(time.monotonic() + 0.2))
    assert caught.value.fault_key == "timed_out"


def test_the_library_is_loaded_with_the_first_wsdl_only() -> None:
    code = "import sys, adapters.soap, adapters.rest; sys.exit(any(name in sys.modules for name in ('zeep', 'xmlsec')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
