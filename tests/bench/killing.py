"""Kill -9 at each step of a change, five hundred times: the table of what became of the changes goes to standard error."""

from __future__ import annotations

import json
import subprocess
import sys

RUNS = 500
AT_REST = ("done", "waiting", "person")


def kill() -> dict[str, float]:
    """``value`` is how many deliveries were lost, made twice, or are neither done, nor waiting, nor to be checked by hand."""
    command = [sys.executable, "-m", "tests.kill", "0", str(RUNS)]
    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    states: dict[str, dict[str, int]] = found["states"]
    columns = (*AT_REST, *sorted({state for of in states.values() for state in of} - {*AT_REST}))
    lines = [f"{'department':<12}{''.join(f'{each:>10}' for each in columns)}"]
    lines += [f"{name:<12}{''.join(f'{of.get(each, 0):>10}' for each in columns)}" for name, of in states.items()]
    lines += ["", *(f"{times:>4} x killed {point}" for point, times in sorted(found["points"].items()))]
    sys.stderr.write("\n".join(lines) + "\n")
    wrong = {what: sum(len(names) for _, names in found[what]) for what in ("lost", "doubled", "untold")}
    restless = sum(times for of in states.values() for state, times in of.items() if state not in AT_REST)
    missing = len(states) * RUNS - sum(sum(of.values()) for of in states.values())
    return {"value": sum(wrong.values()) + restless + missing, "kills": found["kills"], **wrong, "neither": restless + missing}
