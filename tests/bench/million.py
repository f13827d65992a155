"""A million records of a federated city joined as whole files: seconds, and the most memory that was taken. Takes some minutes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.federation.__main__ import write

PEOPLE, SEED = 380_000, 77


def million() -> dict[str, float]:
    """``value`` is wall clock; ``memory_gb`` the most that was resident, in 10^9 bytes."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        count = write(folder, PEOPLE, SEED)
        words = ("match", "city.csv", "--columns", "city.toml", "--out", "pairs.csv", "--json")
        done = subprocess.run([sys.executable, "-m", "app", *words], cwd=folder, env=_here(), capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
    return {"value": told["seconds"], "records": count, "memory_gb": used, **told["pairs"]}


def _here() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
