"""What ``civicdesk match`` does: files in, pairs out, told as JSON or in a few lines; and what ``match train`` does."""

from __future__ import annotations

import csv
import json
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from app.services.identity.gate import CERTAIN_BITS, MAYBE_BITS
from app.services.identity.weights import FILE, Weights, load_weights, site_weights
from app.services.matching.backend import backend_of
from app.services.matching.columns import BadUse, load_columns
from app.services.matching.files import LIKELY_BITS, Row, match, shared_values
from app.services.matching.reading import Records, read_file
from app.services.matching.training import weights_text

Bar = Callable[[int, int], None] | None
FEWEST = 1000
"""Records to learn from: with fewer, shares are chance."""
TOLD = 20
"""Lines that could not be read are told in words up to so many; JSON has all."""


class Done(msgspec.Struct, frozen=True):
    """What came of it."""

    summary: dict[str, Any]
    problems: tuple[str, ...]

    def as_json(self) -> str:
        return json.dumps(self.summary | {"problems": list(self.problems)})

    def as_text(self) -> str:
        told = self.summary
        lines = [*self.problems[:TOLD]]
        if len(self.problems) > TOLD:
            lines.append(f"... and {len(self.problems) - TOLD} more.")
        pairs = ", ".join(f"{count:,} {tier}" for tier, count in told.get("pairs", {}).items())
        done = f"{sum(told['records']):,} records in {told['seconds']:.1f} s"
        return "\n".join([*lines, f"{done}: pairs {pairs}." if pairs else f"Learnt from {done}.", f"Written to {told['out']}."])


def match_files(paths: Sequence[Path], map_path: Path, out: Path, site: Path | None, backend: str, bar: Bar) -> Done:
    """Join one file within, or two across, and write the pairs. Raises BadUse, or WeightsError."""
    started = time.monotonic()
    engine = backend_of(backend)
    weights = site_weights(site)
    records = _read(paths, map_path, bar)
    counts = _write(out, records, match(records, weights, engine, _told(bar)))
    summary = {
        "records": [records.left, len(records.ids) - records.left][: len(paths)],
        "pairs": counts,
        "seconds": round(time.monotonic() - started, 2),
        "out": str(out),
        "settings": _settings(weights, backend, map_path),
    }
    return Done(summary, tuple(map(str, records.problems)))


def train(paths: Sequence[Path], map_path: Path, out: Path, backend: str, bar: Bar, said: Sequence[str]) -> Done:
    """Learn weights from files and write them. Raises BadUse."""
    started = time.monotonic()
    engine = backend_of(backend)
    records = _read(paths, map_path, bar)
    if len(records.ids) < FEWEST:
        raise BadUse(f"{len(records.ids)} records are too few to learn from: give at least {FEWEST:,}")
    learnt = engine.learn(records.traits, records.left, shared_values(records.traits), _told(bar))
    text = weights_text(learnt, records.traits, _usual(), said)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadUse(f"{out} can't be written: {error.strerror}") from None
    load_weights(out)
    summary = {
        "records": [records.left, len(records.ids) - records.left][: len(paths)],
        "learnt": sorted(learnt.m),
        "seconds": round(time.monotonic() - started, 2),
        "out": str(out),
        "settings": {"backend": backend, "columns": str(map_path)},
    }
    return Done(summary, tuple(map(str, records.problems)))


def weights_file(site: Path) -> Path:
    """Where a site's own weights are."""
    return site / FILE


def _read(paths: Sequence[Path], map_path: Path, bar: Bar) -> Records:
    columns, text = load_columns(map_path)
    records = Records()
    for number, path in enumerate(paths):
        read_file(path, columns, map_path, text, records, (lambda done, of: bar(done, 4 * of)) if bar is not None else None)
        if not number:
            records.left = len(records.ids)
    if not records.ids:
        raise BadUse(f"{paths[0]} has no records")
    return records


def _told(bar: Bar) -> Callable[[str, float], None]:
    def tell(what: str, share: float) -> None:
        if bar is not None:
            bar(250 + int(750 * share), 1000)

    return tell


def _write(out: Path, records: Records, rows: Iterable[Row]) -> dict[str, int]:
    """Write the pairs, whole or not at all; how many of each tier."""
    counts = {"certain": 0, "maybe": 0, "other": 0}
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("left_id", "right_id", "tier", "bits"))
            ids = records.ids
            for row in rows:
                writer.writerow((_plain(ids[row.left]), _plain(ids[row.right]), row.tier, f"{row.bits:.2f}"))
                counts[row.tier] += 1
        part.replace(out)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise BadUse(f"{out} can't be written: {error.strerror}") from None
    return counts


def _plain(text: str) -> str:
    """A spreadsheet takes what begins like this for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _settings(weights: Weights, backend: str, map_path: Path) -> dict[str, Any]:
    bits = {"certain": CERTAIN_BITS, "maybe": MAYBE_BITS, "other": LIKELY_BITS}
    return {"backend": backend, "weights": weights.source, "columns": str(map_path), "least_bits": bits}


def _usual() -> dict[str, tuple[dict[str, float], dict[str, float]]]:
    data = tomllib.loads(files("resources").joinpath(FILE).read_text(encoding="utf-8"))
    return {field: (each["m"], each["u"]) for field, each in data.items() if "m" in each}
