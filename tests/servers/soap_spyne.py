"""A department in SOAP by the PyPI package spyne: ``soap_spyne.py PORT VERSION`` with the contract suite's data, on 127.0.0.1."""

from __future__ import annotations

import json
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
from tests.contract.writing import HAS, KEPT, PERSON, REFUSED, WORDS

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


class Resident(ComplexModel):
    """One person who may be changed."""

    __namespace__ = SPACE
    street = Unicode
    number = Unicode
    unit = Unicode
    postCode = Unicode
    revision = Unicode


class Taken(ComplexModel):
    """A change that was taken."""

    __namespace__ = SPACE
    number = Unicode


HOME = {name: HAS[name] for name in KEPT}
STATE = {"revision": 1, "home": HOME, "taken": {}}
"""What ``Reset`` begins anew."""


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

    @rpc(Unicode, _returns=Resident)
    def GetResident(ctx, id):
        """The one, as they are now."""
        if id != PERSON:
            raise Fault("Client.NoSuchCase", "unknown number", detail={"NoSuchCase": None})
        home = STATE["home"]
        return Resident(**{name: home[name] for name in KEPT[:3]}, postCode=home["post_code"], revision=str(STATE["revision"]))

    @rpc(Unicode, Unicode, Unicode, Unicode, Unicode, Unicode, Unicode, _returns=Taken)
    def ChangeAddress(ctx, key, id, revision, street, number, unit, postCode):
        """Take a change, once for its key, on the revision that was seen."""
        if key in STATE["taken"]:
            return Taken(number=STATE["taken"][key])
        if id != PERSON:
            raise Fault("Client.NoSuchCase", "unknown number", detail={"NoSuchCase": None})
        if revision != str(STATE["revision"]):
            raise Fault("Client.Stale", "changed meanwhile")
        if postCode == REFUSED:
            raise Fault("Client.Refused", f"Sorry, {WORDS}.")
        STATE["home"] = {"street": street, "number": number, "unit": unit or "", "post_code": postCode}
        STATE["revision"] += 1
        STATE["taken"][key] = f"S-{len(STATE['taken']) + 1}"
        return Taken(number=STATE["taken"][key])

    @rpc(Unicode, _returns=Taken)
    def FindChange(ctx, key):
        """A change by its key; nothing where there is none."""
        return Taken(number=STATE["taken"][key]) if key in STATE["taken"] else None

    @rpc(_returns=Unicode)
    def Reset(ctx):
        """As it was at first."""
        STATE.update(revision=1, home=HOME, taken={})
        return "1"

    @rpc(_returns=Unicode)
    def Meddle(ctx):
        """Somebody else changes the street."""
        STATE["home"] = {**STATE["home"], "street": "Meddled Street"}
        STATE["revision"] += 1
        return "1"

    @rpc(_returns=Unicode)
    def Tell(ctx):
        """All that there is, in JSON."""
        return json.dumps({"home": STATE["home"], "effects": len(STATE["taken"])})

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
