"""Whatever a SOAP service answers, and however its WSDL is broken, the chip gets its own word, and the detail no personal data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from adapters.manifest import Manifest, load_manifest
from models.outcomes import Answered, Failed
from tests.contract.case_soap import manifest_toml
from tests.fakes.node_servers import SCRIPTS
from tests.fakes.raw_server import RawServer, answer
from tests.faults.behaviours import everywhere
from tests.faults.matrix import http_cases, search

S11 = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
S12 = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
PERSON = "<t:person><u:id>1</u:id><u:name><u:given>Maria</u:given><u:family>Gonzalez</u:family></u:name>{}</t:person>"
SPACES = 'xmlns:t="urn:registry" xmlns:u="urn:registry:types"'


def envelope(body: str, space: str = S11) -> bytes:
    return f'<?xml version="1.0"?><s:Envelope {space}><s:Header/><s:Body>{body}</s:Body></s:Envelope>'.encode()


def people(*persons: str) -> bytes:
    return envelope(f"<t:FindPeopleResponse {SPACES}>{''.join(persons)}</t:FindPeopleResponse>")


def fault(code: str, detail: str = "") -> bytes:
    told = f"<faultcode>{code}</faultcode><faultstring>Maria Gonzalez is odd</faultstring><detail>{detail}</detail>"
    return envelope(f"<s:Fault>{told}</s:Fault>")


def fault12(code: str, subcode: str) -> bytes:
    codes = f"<s:Code><s:Value>s:{code}</s:Value><s:Subcode><s:Value>x:{subcode}</s:Value></s:Subcode></s:Code>"
    return envelope(f'<s:Fault>{codes}<s:Reason><s:Text xml:lang="en">Gonzalez</s:Text></s:Reason></s:Fault>', S12)


def registry(url: str, folder: Path) -> Manifest:
    for name in ("registry.wsdl", "registry.xsd"):
        if not (folder / name).exists():
            shutil.copy(SCRIPTS / name, folder)
    text = manifest_toml(url, "npm", "1.1", "none", "{site}/registry.wsdl").replace(
        '"not_found" }', '"not_found", "s:Busy|Busy" = "rate_limited" }'
    )
    # One question in all, so that the first fault is the one that is told.
    file = folder / "faulty.toml"
    file.write_text("deadline = 0.8\n" + "\n".join(line for line in text.splitlines() if not line.startswith("paging")), encoding="utf-8")
    return load_manifest(file, folder)


XML = "text/xml; charset=utf-8"
CASES = {
    "a fault of the server's in a 200": (answer(fault("s:Server"), kind=XML), "server_error"),
    "a fault of ours in a 200": (answer(fault("s:Client"), kind=XML), "rejected"),
    "a fault with a 500": (answer(fault("s:Server.Timeout"), status="500 Internal Server Error", kind=XML), "server_error"),
    "a fault of ours with a 500": (answer(fault("s:Client"), status="500 Internal Server Error", kind=XML), "rejected"),
    "a refused token": (answer(fault("wsse:FailedAuthentication"), status="500 Error", kind=XML), "sign_in_needed"),
    "a fault that the manifest knows by its detail": (answer(fault("s:Server", "<Busy/>"), kind=XML), "rate_limited"),
    "a fault that the manifest knows by its subcode": (answer(fault12("Receiver", "Busy"), status="500 E", kind=XML), "rate_limited"),
    "SOAP 1.2: the receiver's": (answer(fault12("Receiver", "Database"), kind=XML), "server_error"),
    "SOAP 1.2: the sender's, with a 400": (answer(fault12("Sender", "Name"), status="400 Bad Request", kind=XML), "rejected"),
    "another version of SOAP": (answer(fault("s:VersionMismatch"), status="500 Error", kind=XML), "mapping"),
    "a code of its own": (answer(fault("E-4711"), kind=XML), "server_error"),
    "a fault with nothing in it": (answer(envelope("<s:Fault/>"), kind=XML), "server_error"),
    "a stack trace with a 500": (answer(b"java.lang.NullPointerException: Gonzalez", status="500 E", kind="text/plain"), "server_error"),
    "a 400 without a word": (answer(b"", status="400 Bad Request"), "rejected"),
    "a 401": (answer(b"", status="401 Unauthorized"), "sign_in_needed"),
    "a web page": (answer(b"<html>Maintenance</html>", kind="text/html"), "not_data"),
    "a web page that says it is XML": (answer(b"<!DOCTYPE html><html>Maintenance</html>", kind=XML), "not_data"),
    "JSON": (answer(b'{"person": []}', kind="application/json"), "not_data"),
    "XML of another kind": (answer(b"<people/>", kind=XML), "not_data"),
    "an envelope without a body": (answer(f"<s:Envelope {S11}/>".encode(), kind=XML), "unreadable"),
    "half an envelope, without a length": (answer(people(PERSON.format(""))[:200], kind=XML, length=-1), "incomplete"),
    "entities": (answer(b'<!DOCTYPE s [<!ENTITY a "aaaa">]>' + people(), kind=XML), "unreadable"),
    "a file as an entity": (answer(b'<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + people(), kind=XML), "unreadable"),
    "another character set": (answer(people(PERSON.format("")).replace(b"Maria", "José".encode("latin-1")), kind=XML), "charset"),
    "nested too deeply": (answer(envelope("<a>" * 2000 + "</a>" * 2000), kind=XML), "unreadable"),
    "elements that the WSDL does not know instead of people": (answer(people("<t:folk/>"), kind=XML), "mapping"),
    "people without their key": (answer(people(PERSON.format("").replace("u:id", "u:key")), kind=XML), "mapping"),
    "a part that breaks off": (answer(b"--b\r\n\r\n<a/>", kind='multipart/related; boundary="b"'), "incomplete"),
    "parts without a boundary": (answer(b"--b\r\n\r\n<a/>\r\n--b--", kind="multipart/related"), "unreadable"),
}


MATRIX = http_cases("soap", registry, answer(people(PERSON.format("")), kind=XML), everywhere(people(PERSON.format("")), XML) | CASES)


def test_one_bad_entry_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    body = people(PERSON.format("<u:born>soon</u:born>"), PERSON.format("").replace("<u:id>1", "<u:id>2"))
    with RawServer(lambda connection: connection.sendall(answer(body, kind=XML))) as server:
        outcome = search(registry(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert [each.ref.id for each in outcome.people] == ["2"]
    assert outcome.partial is not None
    assert "birth_date" in outcome.partial.detail


def test_more_than_the_wsdl_knows_is_no_fault(tmp_path: Path) -> None:
    body = people(PERSON.format("<u:born>1984-03-09</u:born><u:new/>"), "<t:more>yes</t:more>")
    with RawServer(lambda connection: connection.sendall(answer(body, kind=XML))) as server:
        outcome = search(registry(server.url, tmp_path)).outcomes["faulty"]
    assert isinstance(outcome, Answered)
    assert [each.full_name for each in outcome.people] == ["Maria Gonzalez"]


WSDLS = {
    "is not there": (lambda text: None, "registry.wsdl of the WSDL can't be read"),
    "is a web page": (lambda text: "<!DOCTYPE html><html/>", "a web page"),
    "has entities": (lambda text: '<!DOCTYPE w [<!ENTITY a "a">]>' + text.partition("?>")[2], "document type definition"),
    "breaks off": (lambda text: text.partition("<wsdl:binding")[0], "the XML breaks off"),
    "lacks a schema": (lambda text: text.replace("registry.xsd", "more.xsd"), "more.xsd of the WSDL can't be read"),
    "has a schema outside": (lambda text: text.replace("registry.xsd", "../../etc/passwd"), "passwd of the WSDL can't be read"),
    "names a type that is not there": (lambda text: text.replace('"t:Cases"', '"t:Casks"'), "Casks"),
    "names an element that is not there": (
        lambda text: text.replace('element="tns:FindPeople"', 'element="tns:FindCake"'),
        "wsdl:message for '{urn:registry}FindPeople'",
    ),
    "lacks the operation": (
        lambda text: text.replace("FindPeople", "SeekPeople"),
        "find.operation (FindPeople) is not in the WSDL; it has: ",
    ),
    "lacks the argument": (
        lambda text: text.replace('name="criteria"', 'name="terms"'),
        "FindPeople is given no criteria.family; at that place: terms",
    ),
    "speaks no SOAP": (lambda text: text.partition("<wsdl:service")[0] + "</wsdl:definitions>", "no SOAP port"),
}


@pytest.mark.parametrize("case", WSDLS)
def test_a_wsdl_that_can_not_be_read_is_told_by_its_part(case: str, tmp_path: Path) -> None:
    change, words = WSDLS[case]
    changed = change((SCRIPTS / "registry.wsdl").read_text(encoding="utf-8"))
    manifest = registry("http://127.0.0.1:9/", tmp_path)
    if changed is None:
        (tmp_path / "registry.wsdl").unlink()
    else:
        (tmp_path / "registry.wsdl").write_text(changed, encoding="utf-8")
    outcome = search(manifest).outcomes["faulty"]
    assert isinstance(outcome, Failed)
    assert outcome.fault.key in ("mapping", "incomplete", "not_data", "unreadable")
    assert words in outcome.fault.detail
    if "operation" in words:
        line = Path(manifest.path).read_text(encoding="utf-8").splitlines().index('operation = "FindPeople"') + 1
        assert f"faulty.toml:{line}: " in outcome.fault.detail
