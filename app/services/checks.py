"""Checking a site's departments: manifest, credential, and whether the department answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from adapters.contract import Health
from adapters.manifest import Manifest, ManifestProblem
from adapters.manifest_maps import PersonMap, RecordMap, Value
from app.services.bulkhead import Bulkhead
from app.services.departments import Asker, Departments, Port, in_worker
from models.checks import SLOW_MS, CheckRow
from models.outcomes import Fault


class Checks:
    """The rows of the Departments view and of ``civicdesk check``."""

    def __init__(self, departments: Departments, problems: dict[str, list[ManifestProblem]], asker: Asker) -> None:
        self._departments = departments
        self._problems = problems
        self._asker = asker
        self._keyring = Bulkhead("keyring", 1)

    def rows(self) -> tuple[CheckRow, ...]:
        """All departments, unchecked; those with errors in their manifests last."""
        broken = (
            CheckRow(
                id=name,
                title=name,
                colour="#808080",
                kind="?",
                capabilities=(),
                credential="none needed",
                state="manifest error",
                problems=tuple(str(problem) for problem in problems),
                manifest=problems[0].path if problems else "",
            )
            for name, problems in sorted(self._problems.items())
        )
        return (*(_row(port) for port in self._departments.ports.values()), *broken)

    async def check(self, row: CheckRow) -> CheckRow:
        """Reach one department; rows with errors in their manifests come back as they are."""
        port = self._departments.ports.get(row.id)
        if port is None:
            return row
        credential = "none needed"
        if port.manifest.credential:
            there = await in_worker(self._keyring, lambda: self._departments.has_credential(row.id))
            credential = "in keyring" if there else "missing"
        found = await self._departments.check(row.id, self._asker)
        fault = found if isinstance(found, Fault) else None
        ms = found.ms if isinstance(found, Health) else 0.0
        state = "down" if fault else "slow" if ms > SLOW_MS else "well"
        fresh = _row(port)
        return msgspec.structs.replace(
            fresh,
            credential=credential,
            state=state,
            ms=ms,
            fault=fault,
            detail=found.detail,
            switchable=row.switchable,
            switched_off=row.switched_off,
        )

    async def check_all(self) -> tuple[CheckRow, ...]:
        """All departments at the same time."""
        return tuple(await asyncio.gather(*(self.check(row) for row in self.rows())))

    def close(self) -> None:
        self._keyring.close()


def falls_short(row: CheckRow) -> bool:
    """Whether a department is not fit for use: an error in its manifest, no credential, or no answer."""
    return row.state in ("manifest error", "down") or row.credential == "missing"


def _row(port: Port) -> CheckRow:
    manifest = port.manifest
    return CheckRow(
        id=manifest.id,
        title=manifest.title,
        colour=manifest.colour,
        kind=manifest.kind,
        capabilities=manifest.capabilities,
        credential="in keyring" if manifest.credential else "none needed",
        state="unchecked",
        asked=port.asked,
        failed=port.failed,
        p95_ms=port.p95(),
        since=port.down_since,
        manifest=str(Path(manifest.path)),
        roles=manifest.roles,
        mapping=_mapping(manifest),
    )


def _mapping(manifest: Manifest) -> tuple[tuple[str, str], ...]:
    """Here and there, one pair a mapped value, in the manifest's order."""
    pairs: list[tuple[str, str]] = []
    if manifest.person is not None:
        pairs += _pairs("person", manifest.person)
    for name, record in manifest.record.items():
        pairs += _pairs(name, record)
    return tuple(pairs)


def _pairs(prefix: str, mapping: PersonMap | RecordMap) -> list[tuple[str, str]]:
    pairs = []
    for name in mapping.__struct_fields__:
        given = getattr(mapping, name)
        for each in given if isinstance(given, tuple) else (given,):
            if isinstance(each, Value):
                pairs.append((f"{prefix}: {name.replace('_', ' ')}", _source(each)))
            elif isinstance(each, msgspec.Struct):
                label = getattr(each, "label", "") or getattr(each, "scheme", "") or name
                inner = [getattr(each, part) for part in each.__struct_fields__ if isinstance(getattr(each, part), Value)]
                pairs.append((f"{prefix}: {label}", " · ".join(_source(value) for value in inner)))
    return pairs


def _source(value: Value) -> str:
    """A source and its conversions, as in ``DOB (date)`` or ``AMT (÷ 100)``."""
    source = value.from_ or " + ".join(value.join) or " or ".join(value.first) or f'"{value.value}"'
    notes = [value.date and "date", value.cents and "÷ 100", value.codes and f"code list {value.codes}", value.name_order, value.match]
    told = ", ".join(str(note) for note in notes if note)
    return f"{source} ({told})" if told else source
