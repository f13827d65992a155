"""Manifests proposed for other people's servers, as they describe themselves, and tried on them at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adapters.contract import CallContext
from adapters.description import Given
from adapters.manifest import load_manifest
from adapters.registry import describe, make_department
from adapters.transport import Transport
from app.services.setup.manifest_text import manifest_text
from app.services.setup.proposal import propose, variants
from app.services.setup.trial import run_trial
from models.query import SearchQuery
from tests.contract import suite
from tests.fakes.node_servers import node_server


@pytest.mark.parametrize(
    ("kind", "script", "arguments", "path"),
    [("odata", "odata", ("none",), "/odata/v4/registry"), ("soap", "soap", ("1.1", "none"), "/registry")],
)
def test_a_server_is_set_up_from_what_it_says(kind: str, script: str, arguments: tuple[str, ...], path: str, tmp_path: Path) -> None:
    address = node_server(script, *arguments).url + path
    transport = Transport()
    try:
        described = describe(kind, Given(address), transport, CallContext(time.monotonic() + 20))
        proposal = propose(described, kind, "Registry", address, "#336699", ("agent",))
        person = suite.PEOPLE[0]
        query = SearchQuery(name=f"{person.given} {person.family}", given=person.given, family=person.family)
        for tables in variants(proposal.manifest):
            (tmp_path / "registry.toml").write_text(manifest_text(tables, "Registry"), encoding="utf-8")
            manifest = load_manifest(tmp_path / "registry.toml", tmp_path)
            department = make_department(manifest, transport)
            trial = run_trial(department, manifest, query, None, "test", "administrator")
            department.close()
            if trial.people:
                break
    finally:
        transport.close()
    assert trial.passed, trial.steps
    assert person.family in [each.family_name for each in trial.people]
    assert [step.name for step in trial.steps] == ["check", "find", "records", "lookup"]
    assert trial.coverage["record.title"] == 1.0
