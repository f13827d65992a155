"""What can be asked, read from OpenAPI files."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.contract import BadAnswer
from adapters.openapi import read_openapi
from resources import resource

ZGW = Path(__file__).resolve().parents[4] / "shared/data/zgw/zaken-openapi.local.yaml"
SWAGGER = b"""
swagger: "2.0"
info: {title: Old register}
host: register.example
basePath: /v1
schemes: [https]
securityDefinitions: {key: {type: apiKey, in: header, name: X-Key}}
paths:
  /clients:
    get:
      parameters: [{name: surname, in: query, type: string}]
      responses:
        200: {schema: {type: array, items: {$ref: "#/definitions/Client"}}}
  /clients/{id}:
    get:
      parameters: [{name: id, in: path, required: true, type: string}]
      responses:
        200: {schema: {type: object, properties: {client: {$ref: "#/definitions/Client"}}}}
  /orders: {post: {responses: {200: {schema: {type: object}}}}}
definitions:
  Base: {type: object, properties: {id: {type: integer, example: 7}}}
  Client:
    allOf:
      - $ref: "#/definitions/Base"
      - type: object
        properties:
          surname: {type: string}
          "date of birth": {type: string, format: date}
          partner: {$ref: "#/definitions/Client"}
          phones: {type: array, items: {type: string}}
          homes: {type: array, items: {type: object, properties: {zip: {type: string}}}}
"""


def test_operations_with_their_lists_parameters_and_values() -> None:
    found = read_openapi(resource("demo", "permits_openapi.json").read_bytes())
    people = next(each for each in found.operations if each.path == "/api/v1/people")
    assert (people.items, people.many) == ("data", True)
    assert {"last_name", "page"} <= {each.name for each in people.parameters}
    assert "address.zip" in {leaf.path for leaf in people.leaves}
    permit = next(each for each in found.operations if each.path == "/api/v1/permits/{number}")
    assert not permit.many
    assert next(leaf.choices for leaf in permit.leaves if leaf.path == "status") == ("issued", "under_review", "refused", "expired")
    assert found.auth == {"type": "bearer"}


def test_swagger_2_in_yaml_with_references_parts_and_circles() -> None:
    found = read_openapi(SWAGGER)
    assert (found.title, found.address, found.auth) == (
        "Old register",
        "https://register.example/v1",
        {"type": "api_key", "header": "X-Key"},
    )
    clients, client = found.operations
    assert (clients.items, clients.many, client.items, client.many) == ("", True, "client", False)
    types = {leaf.path: leaf.type for leaf in clients.leaves}
    assert types["id"] == "number"
    assert types['"date of birth"'] == "date"
    assert {"phones[0]", "homes[0].zip"} <= types.keys()


@pytest.mark.skipif(not ZGW.exists(), reason="../shared/data is not here")
def test_a_real_interface_of_dutch_cases() -> None:
    found = read_openapi(ZGW.read_bytes())
    assert len(found.operations) > 20
    zaken = next(each for each in found.operations if each.path == "/zaken")
    assert (zaken.items, zaken.many) == ("results", True)
    assert {"identificatie", "startdatum"} <= {leaf.path for leaf in zaken.leaves}


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"{", b"[1]", b"{}", b"paths: 3", b"a: [", b"!!python/object/apply:os.system [echo]"], ids=repr
)
def test_what_is_no_openapi_file_is_told_so(data: bytes) -> None:
    with pytest.raises(BadAnswer, match="OpenAPI") as refused:
        read_openapi(data)
    assert refused.value.fault_key == "mapping"


def test_paths_that_are_none_are_left_out() -> None:
    assert read_openapi(b'{"paths": {"/a": 3, "/b": {"get": []}}}').operations == ()
