"""A department in SOAP by the PyPI package spyne: ``soap_spyne.py PORT VERSION`` with the contract suite's data, on 127.0.0.1."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of 2022's code about today's Python
    from spyne import Application, Array, Date, Decimal, Fault, Integer, ServiceBase, Unicode, rpc
    from spyne.model.complex import ComplexModel, XmlAttribute
    from spyne.protocol.soap import Soap11, Soap12
    from spyne.server.wsgi import WsgiApplication

from tests.contract.suite import PEOPLE, RECORDS, PersonRow, RecordRow

SPACE = "urn:registry"


class Name(ComplexModel):
    """A person's name."""

    __namespace__ = SPACE
    given = Unicode
    family = Unicode


class Address(ComplexModel):
    """Where a person lives."""

    __namespace__ = SPACE
    street = Unicode
    number = Unicode
    postCode = Unicode
    city = Unicode


class Person(ComplexModel):
    """A person."""

    __namespace__ = SPACE
    id = Unicode
    name = Name
    born = Date
    phone = Unicode(max_occurs="unbounded")
    email = Unicode(max_occurs="unbounded")
    address = Address


class Case(ComplexModel):
    """A case of a person."""

    __namespace__ = SPACE
    number = XmlAttribute(Unicode)
    subject = Unicode
    owner = Unicode
    state = Unicode
    opened = Date
    due = Date
    amount = Decimal


def person(row: PersonRow) -> Person:
    """The row as the service gives it."""
    return Person(
        id=row.id,
        name=Name(given=row.given, family=row.family),
        born=row.birth_date,
        phone=[row.phone] if row.phone else [],
        email=[row.email] if row.email else [],
        address=Address(street=row.street, number=row.number, postCode=row.post_code, city=row.city),
    )


def case(row: RecordRow) -> Case:
    """The row as the service gives it."""
    return Case(number=row.id, subject=row.title, owner=row.person, state=row.status, opened=row.opened, due=row.due, amount=row.amount)


class Registry(ServiceBase):
    """The operations."""

    @rpc(Unicode, Integer, Integer, _returns=Array(Person))
    def FindPeople(ctx, family, page, size):
        """People whose family name begins so."""
        found = [person(row) for row in PEOPLE if family and row.family.lower().startswith(family.lower())]
        return found[page * size : (page + 1) * size]

    @rpc(Unicode, Integer, Integer, _returns=Array(Case))
    def ListCases(ctx, owner, page, size):
        """A person's cases."""
        return [case(row) for row in RECORDS if row.person == owner][page * size : (page + 1) * size]

    @rpc(Unicode, _returns=Case)
    def GetCase(ctx, number):
        """One case."""
        for row in RECORDS:
            if row.id == number:
                return case(row)
        raise Fault("Client.NoSuchCase", "unknown number", detail={"NoSuchCase": None})

    @rpc(_returns=Unicode)
    def Ping(ctx):
        """Whether it is there."""
        return "7"


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    port, version = int(sys.argv[1]), sys.argv[2]
    protocol = Soap12 if version == "1.2" else Soap11
    application = Application([Registry], SPACE, name="Registry", in_protocol=protocol(validator="lxml"), out_protocol=protocol())
    make_server("127.0.0.1", port, WsgiApplication(application), handler_class=Quiet).serve_forever()


if __name__ == "__main__":
    main()
