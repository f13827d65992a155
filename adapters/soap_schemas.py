"""Schemas that WSDLs import from addresses on the web, kept here so that nothing need be fetched: xml.xsd and SOAP encoding.

They are cut down to what a WSDL refers to: the attributes of XML (XML Schema 1.0, xml.xsd) and the arrays, types and attributes
of SOAP 1.1, section 5.
"""

from __future__ import annotations

_SIMPLE = (
    "string boolean decimal float double duration dateTime time date hexBinary base64Binary anyURI QName normalizedString token language "
    "integer long int short byte nonNegativeInteger positiveInteger unsignedLong unsignedInt unsignedShort unsignedByte"
)
# With no id and href, which are followed before a type is looked at: a text then stays a text.
_TYPES = "".join(
    f'<xs:simpleType name="{name}"><xs:restriction base="xs:{name}"/></xs:simpleType><xs:element name="{name}" type="e:{name}"/>'
    for name in _SIMPLE.split()
)
_ENCODING = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:e="http://schemas.xmlsoap.org/soap/encoding/"
    targetNamespace="http://schemas.xmlsoap.org/soap/encoding/">
  <xs:attribute name="arrayType" type="xs:string"/><xs:attribute name="offset" type="xs:string"/>
  <xs:attributeGroup name="commonAttributes"><xs:attribute name="id" type="xs:ID"/><xs:attribute name="href" type="xs:anyURI"/>
  </xs:attributeGroup>
  <xs:attributeGroup name="arrayAttributes"><xs:attribute ref="e:arrayType"/><xs:attribute ref="e:offset"/></xs:attributeGroup>
  <xs:complexType name="Array"><xs:sequence><xs:any namespace="##any" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
  </xs:sequence><xs:attributeGroup ref="e:arrayAttributes"/><xs:attributeGroup ref="e:commonAttributes"/></xs:complexType>
  <xs:element name="Array" type="e:Array"/>
  <xs:complexType name="Struct"><xs:sequence><xs:any namespace="##any" minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
  </xs:sequence><xs:attributeGroup ref="e:commonAttributes"/></xs:complexType>
  <xs:simpleType name="base64"><xs:restriction base="xs:base64Binary"/></xs:simpleType>{_TYPES}
</xs:schema>"""
_XML = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">
  <xs:attribute name="lang" type="xs:string"/><xs:attribute name="space" type="xs:string"/>
  <xs:attribute name="base" type="xs:anyURI"/><xs:attribute name="id" type="xs:ID"/>
  <xs:attributeGroup name="specialAttrs"><xs:attribute ref="xml:base"/><xs:attribute ref="xml:lang"/><xs:attribute ref="xml:space"/>
  <xs:attribute ref="xml:id"/></xs:attributeGroup>
</xs:schema>"""
_KNOWN = {
    "schemas.xmlsoap.org/soap/encoding": _ENCODING,
    "www.w3.org/XML/1998/namespace": _XML,
    **{f"www.w3.org/{year}xml.xsd": _XML for year in ("2001/", "2001/03/", "2004/10/", "2005/08/", "2007/08/", "2009/01/")},
}


def known(place: str) -> bytes | None:
    """The schema at this address; None where it is none of these."""
    scheme, _, rest = place.partition("://")
    found = _KNOWN.get(rest.rstrip("/")) if scheme in ("http", "https") else None
    return found.encode() if found else None
