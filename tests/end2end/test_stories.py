"""Six calls, each resolved in one call, in one program, by keyboard alone, in the real window against the demo city.

The pictures are kept where CIVICDESK_SHOTS names a folder.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.demo.city import DemoCity
from tests.end2end.stories.__main__ import STORIES

ROOT = Path(__file__).resolve().parents[2]
MOST_KEYS = {"balance": 12, "moving": 45}
"""Keys from the ring to the saved outcome, beside what only the caller can say."""


@pytest.fixture
def springvale() -> Iterator[DemoCity]:
    """A city of its own for each story, as each changes it."""
    with DemoCity(people=200) as made:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        settings = made.site / "site.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + f"\n[telephony]\nwebhook_port = {port}\n", encoding="utf-8")
        yield made


@pytest.mark.parametrize("name", STORIES)
def test_the_question_is_resolved_in_one_call(springvale: DemoCity, tmp_path: Path, name: str) -> None:
    shots = Path(os.environ.get("CIVICDESK_SHOTS") or tmp_path)
    command = [sys.executable, "-m", "tests.end2end.stories", name, str(springvale.site), str(shots)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["keys"] - told["said"] <= MOST_KEYS.get(name, 150)
    assert len(list((shots / name).glob("*.png"))) >= 2
