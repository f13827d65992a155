"""A site is read again without a restart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from resources.demo.city import DemoCity

ROOT = Path(__file__).resolve().parents[2]


def test_a_new_department_is_there_and_nothing_typed_is_lost(city: DemoCity) -> None:
    command = [sys.executable, "-m", "tests.end2end.read_again", str(city.site)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
