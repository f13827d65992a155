"""Set-up of every test: offscreen, in a home of its own, on the loopback, and held to the guards."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Before anything imports Qt; `QT_QPA_PLATFORM=xcb make test` shows the windows.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

pytest_plugins = ["tests.guards.home", "tests.guards.logs", "tests.guards.network", "tests.guards.leftovers", "tests.fakes.processes"]

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded answers and reference data beside the repository; skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no recorded data at {SHARED_DATA}")
    return SHARED_DATA
