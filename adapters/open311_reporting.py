"""A report to an Open311 server: a service's attributes as a form, what is sent of it, and what the answer means.

GeoReport v2, "POST Service Request" and "GET Service Definition" (http://wiki.open311.org/GeoReport_v2). Its arguments are called as they
are there; attributes have names made of their codes, as those may be any text.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from urllib.parse import urlencode

from adapters.manifest_apply import Apply
from adapters.open311_answers import Item, Service, ServiceAttribute, ServiceDefinition, text
from adapters.toml_tables import Place
from models.changes import FieldChoice, FieldType, FormField, Receipt

SERVICE = "service_code"
"""The field whose choices are the server's services, and which the attributes follow."""
MEDIA = "media"
ARGUMENTS = (
    *("lat", "long", "address_string", "address_id", "email", "device_id", "account_id", "first_name", "last_name", "phone"),
    *("description", "media_url"),
)
"""What a report may say besides service and attributes. At least one way of saying where is needed: the server sees to it."""
_ATTRIBUTE = "attribute_"
_TYPES: dict[str, tuple[str, FieldType]] = {
    # datatype: the letter in the name by which it is known what to send, and how it is filled in
    "string": ("s", "text"),
    "number": ("s", "number"),
    "datetime": ("d", "date"),
    "text": ("s", "lines"),
    "singlevaluelist": ("s", "choice"),
    "multivaluelist": ("m", "several"),
}


def service_choices(services: Iterable[Service]) -> tuple[FieldChoice, ...]:
    """The services, in the server's order."""
    return tuple(FieldChoice(each.code, each.name or each.code) for each in services if each.code)


def attribute_fields(definition: ServiceDefinition) -> tuple[FormField, ...]:
    """A service's attributes as fields; what is only to be shown is of type ``told``."""
    return tuple(_field(each) for each in definition.attributes)


def _field(attribute: ServiceAttribute) -> FormField:
    letter, kind = _TYPES.get(attribute.datatype, ("s", "text"))
    name = f"{_ATTRIBUTE}{letter}{attribute.code.encode().hex()}"
    label = attribute.description or attribute.code
    if not attribute.variable:
        return FormField(name=name, label=label, type="told", required=False)
    choices = tuple(FieldChoice(key, shown or key) for key, shown in attribute.values)
    return FormField(
        name=name,
        label=label,
        type=kind if choices or kind not in ("choice", "several") else "text",
        required=attribute.required,
        choices=choices,
        help=attribute.datatype_description,
    )


def arguments(values: Mapping[str, str], account: str, zone: tzinfo) -> Iterator[tuple[str, str]]:
    """The arguments of the POST: those that say something, then the attributes. ``account``: the reporter's, where one is known."""
    said = {SERVICE: values.get(SERVICE, ""), **{name: values.get(name, "") for name in ARGUMENTS}}
    said["account_id"] = said["account_id"] or account
    yield from ((name, value) for name, value in said.items() if value)
    for name, value in values.items():
        if not name.startswith(_ATTRIBUTE) or not value:
            continue
        letter, code = name[len(_ATTRIBUTE)], bytes.fromhex(name[len(_ATTRIBUTE) + 1 :]).decode()
        if letter == "m":
            yield from ((f"attribute[{code}][]", each) for each in value.splitlines())
        else:
            yield f"attribute[{code}]", datetime.fromisoformat(value).replace(tzinfo=zone).isoformat() if letter == "d" else value


def form_body(said: Iterable[tuple[str, str]], media: bytes) -> tuple[str, bytes]:
    """Content type and body. A file goes along as ``media``, which the standard leaves to servers."""
    if not media:
        return "application/x-www-form-urlencoded", urlencode(list(said)).encode()
    mark = secrets.token_hex(16)
    parts = [_part(mark, f'name="{name}"', value.encode()) for name, value in said]
    parts.append(_part(mark, f'name="{MEDIA}"; filename="{MEDIA}{_suffix(media)}"', media))
    return f"multipart/form-data; boundary={mark}", b"".join(parts) + f"--{mark}--\r\n".encode()


def _part(mark: str, disposition: str, content: bytes) -> bytes:
    return f"--{mark}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"


def _suffix(media: bytes) -> str:
    signs = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"GIF8": ".gif", b"%PDF": ".pdf"}
    return next((suffix for sign, suffix in signs.items() if media.startswith(sign)), "")


def receipt_of(item: Item) -> Receipt:
    """What the server says of a report: its number, or a token for which it tells the number later."""
    number, token = text(item.get("service_request_id")), text(item.get("token"))
    return Receipt(number, text(item.get("service_notice")), pending="" if number else token)


def is_same_report(item: Item, values: Mapping[str, str]) -> bool:
    """Whether a request is what was reported, as far as can be seen; a report without words is like any other."""
    description = values.get("description", "")
    same = text(item.get("description")) == text(description) and text(item.get(SERVICE)) == values.get(SERVICE, "")
    return bool(description) and same


def wrong_reports(applies: Iterable[Apply]) -> Iterator[tuple[Place, str]]:
    """What is wrong with forms of reports. An [[apply]] that sends something else is none."""
    for at, apply in enumerate(applies):
        if apply.send or apply.proof:
            continue
        if SERVICE not in {field.name for field in apply.fields}:
            words = f'a report needs a field {SERVICE} of type = "choice"; its choices are the server\'s services'
            yield ("apply", at), words
        for number, field in enumerate(apply.fields):
            if field.name not in (SERVICE, MEDIA, *ARGUMENTS):
                known = ", ".join((SERVICE, MEDIA, *ARGUMENTS))
                yield ("apply", at, "fields", number), f"{field.name} is no argument of a report: write one of {known}"
