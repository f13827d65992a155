"""A file of weights from learnt shares: m, u, and how common the common names are. No value that fewer than fifty people bear is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from app.services.identity.normalise import Traits
from app.services.identity.weights import LEVELS
from app.services.matching.backend import Learnt

FEWEST_BEARERS = 50
MOST_NAMES = 300
LEAST_SHARE = 0.0005
NUMBERS = ({"same": 0.95, "differs": 0.05}, {"same": 0.000001, "differs": 0.999999})
"""m and u of official numbers, which are not learnt: an office mistypes one in twenty, and never gives one twice."""


def weights_text(
    learnt: Learnt, records: Sequence[Traits], usual: dict[str, tuple[dict[str, float], dict[str, float]]], said: Sequence[str]
) -> str:
    """The file as TOML. ``usual`` has m and u of fields that the data did not have; ``said`` are lines of its head."""
    lines = [f"# {line}" for line in (*said, f"Made on {date.today().isoformat()} of {len(records):,} records.")]
    lines += [
        "# m: share of the pairs of one person's records at each level; u: of two people's. log2(m/u) is the evidence in bits.",
    ]
    for field, levels in LEVELS.items():
        m, u = (learnt.m[field], learnt.u[field]) if field in learnt.m else usual.get(field, NUMBERS)
        lines += ["", f"[{field}]"]
        if field not in learnt.m:
            lines.append("# Not learnt: too few records have it.")
        lines += [
            f"{name} = {{ {', '.join(f'{level} = {shares[level]:.6g}' for level in levels)} }}" for name, shares in (("m", m), ("u", u))
        ]
    for field in ("given", "family"):
        lines += ["", f"[names.{field}]"]
        lines += [f'"{name}" = {share:.5f}' for name, share in _common(getattr(each, field) for each in records)]
    return "\n".join(lines) + "\n"


def _common(names) -> list[tuple[str, float]]:  # type: ignore[no-untyped-def]
    counts = Counter(words[0] for words in names if words and len(words[0]) > 1)
    total = sum(counts.values()) or 1
    common = counts.most_common(MOST_NAMES)
    return [(name, count / total) for name, count in common if count >= FEWEST_BEARERS and count / total >= LEAST_SHARE]
