"""Kill -9 at each step of a change: no change is lost, none is made twice, and each is done or left to a person.

``make bench ARGS=kill`` does the same five hundred times.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.kill.city import NAMES
from tests.kill.desk import POINTS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")


def killed(*arguments: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.kill", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(json.loads(done.stdout))


def test_nothing_is_lost_and_nothing_done_twice() -> None:
    found = killed(0, 30)
    assert (found["lost"], found["doubled"], found["untold"]) == ([], [], [])
    ends = {name: set(states) for name, states in found["states"].items()}
    untold = {"mute", "streets"}
    """Without keys and versions: a person looks where the department does not tell."""
    assert ends == {name: {"done", "person"} if name in untold else {"done"} for name in NAMES}
    assert {sum(states.values()) for states in found["states"].values()} == {30}
    assert set(found["points"]) >= set(POINTS) - {"looked up", "before it is looked up"}, "they depend on another kill before"


def test_a_desk_that_looks_nothing_up_is_found_out() -> None:
    assert killed(0, 8, "careless")["doubled"]


def test_three_desks_on_one_store_send_each_delivery_once() -> None:
    found = killed("rivals", 20)
    assert (found["ended"], found["deliveries"], found["doubled"]) == ([0, 0, 0], 120, [])
    assert found["attempts"] == {"1": 120}
