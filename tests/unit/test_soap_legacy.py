"""SOAP as older services speak it: RPC style with SOAP encoding (arrays, parts that refer to each other), and what their WSDLs import."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from adapters.contract import BadAnswer
from adapters.manifest_kinds import Soap
from adapters.soap_answers import Reader, SoapFault, read_body
from adapters.soap_service import Service, read_service
from adapters.transport import HttpResponse

ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
WSDL = f"""<?xml version="1.0"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:t="urn:old"
    xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:e="{ENCODING}" targetNamespace="urn:old">
  <types><xs:schema targetNamespace="urn:old">
    <xs:import namespace="{ENCODING}"/>
    <xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="http://www.w3.org/2001/03/xml.xsd"/>
    <xs:complexType name="Person"><xs:sequence>
      <xs:element name="name" type="e:string"/><xs:element name="friend" type="t:Person" nillable="true"/>
      <xs:element name="marks" type="t:SomeMarks" minOccurs="0"/>
    </xs:sequence><xs:attribute ref="xml:lang"/></xs:complexType>
    <xs:simpleType name="Marks"><xs:list itemType="xs:int"/></xs:simpleType>
    <xs:simpleType name="SomeMarks"><xs:restriction base="t:Marks"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
    <xs:complexType name="People"><xs:complexContent><xs:restriction base="e:Array">
      <xs:attribute ref="e:arrayType" wsdl:arrayType="t:Person[]" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"/>
    </xs:restriction></xs:complexContent></xs:complexType>
  </xs:schema></types>
  <message name="ask"><part name="family" type="xs:string"/><part name="most" type="xs:int"/></message>
  <message name="told"><part name="return" type="t:People"/></message>
  <portType name="P"><operation name="find"><input message="t:ask"/><output message="t:told"/></operation></portType>
  <binding name="B" type="t:P"><soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="find"><soap:operation soapAction=""/>
      <input><soap:body use="encoded" namespace="urn:old" encodingStyle="{ENCODING}"/></input>
      <output><soap:body use="encoded" namespace="urn:old" encodingStyle="{ENCODING}"/></output></operation></binding>
  <service name="S"><port name="P" binding="t:B"><soap:address location="http://old.invalid/"/></port></service>
</definitions>"""
SPACES = (
    'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="urn:old" '
    f'xmlns:e="{ENCODING}"'
)


@pytest.fixture(scope="module")
def service() -> Service:
    return read_service("/old.wsdl", lambda place: {"/old.wsdl": etree.fromstring(WSDL.encode())}[place], Soap(), "http://x/")


def read(service: Service, returned: str, parts: str = "") -> Any:
    envelope = f"<s:Envelope {SPACES}><s:Body><t:findResponse>{returned}</t:findResponse>{parts}</s:Body></s:Envelope>"
    body = read_body(HttpResponse(200, {"content-type": "text/xml"}, envelope.encode(), ""))
    assert not isinstance(body, SoapFault)
    operation = service.operation("find")
    assert operation is not None
    return Reader(service).answer(operation, body)[0]["return"]


def test_arguments_stand_in_the_operations_own_element(service: Service) -> None:
    operation = service.operation("find")
    assert operation is not None
    assert operation.unknown(["family", "least"]) == ("least", ["family", "most"])
    written = operation.written({"family": "Nowak", "most": 5})
    [asked] = written.envelope.find("{*}Body")  # type: ignore[misc]
    assert (asked.tag, [(part.tag, part.text) for part in asked]) == ("{urn:old}find", [("family", "Nowak"), ("most", "5")])
    assert written.headers["soapaction"] == '""'


@pytest.mark.parametrize("typed", ['i:type="e:Array" e:arrayType="t:Person[2]"', "", 'i:type="t:People"'])
def test_an_array_is_a_list(service: Service, typed: str) -> None:
    items = '<item i:type="t:Person" xml:lang="en"><name i:type="e:string">Ann</name><marks>1 2</marks></item><item i:nil="true"/>'
    assert read(service, f"<return {typed}>{items}</return>") == [{"name": "Ann", "friend": None, "marks": "1 2", "lang": "en"}, None]
    assert read(service, f"<return {typed}/>") == []


def test_parts_are_read_where_they_are_referred_to(service: Service) -> None:
    parts = '<multiRef id="a"><name>Ann</name><friend href="#b"/></multiRef><multiRef id="b"><name>Ben</name><friend i:nil="1"/></multiRef>'
    found = read(service, '<return e:arrayType="t:Person[2]"><item href="#a"/><item href="#b"/></return>', parts)
    assert [(each["name"], (each["friend"] or {}).get("name")) for each in found] == [("Ann", "Ben"), ("Ben", None)]


@pytest.mark.parametrize(
    "parts",
    ['<m id="a"><name>x</name><friend href="#a"/></m>', "".join(f'<m id="{n}">{f"""<x href="#{n + 1}"/>""" * 9}</m>' for n in range(30))],
    ids=["itself", "nine times nine times nine"],
)
def test_parts_that_refer_to_each_other_without_end_are_refused(service: Service, parts: str) -> None:
    first = "a" if 'id="a"' in parts else "0"
    with pytest.raises(BadAnswer, match="without end"):
        read(service, f'<return e:arrayType="t:Person[1]"><item href="#{first}"/></return>', parts)
