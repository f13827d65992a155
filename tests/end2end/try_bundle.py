"""Tries a built bundle: ``python -m tests.end2end.try_bundle DIST`` searches and checks the demo city that it serves itself.

Prints its size and how long it takes to start. Exit code 1, and a word why, when something does not work.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

PEOPLE = 2_000
TIMES = 5


def timed(command: list[str], folder: Path) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Milliseconds and result of one command, run away from the source, without Python's own settings."""
    started = perf_counter()
    done = subprocess.run(command, cwd=folder, env=plain_environment(folder), capture_output=True, encoding="utf-8", timeout=120)
    return (perf_counter() - started) * 1000, done


def plain_environment(folder: Path) -> dict[str, str]:
    """As on a machine with no Python."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"}


def try_search(program: str, told: dict[str, Any], folder: Path) -> None:
    """The first sample search and the check, against the departments that are served."""
    sample = told["sample_searches"][0]
    text = sample if isinstance(sample, str) else sample["text"]
    took, done = timed([program, "search", text, "--site", told["site"], "--json"], folder)
    if done.returncode not in {0, 3}:
        sys.exit(f"search failed with exit code {done.returncode}: {done.stderr}")
    answer = json.loads(done.stdout)
    outcomes = {row["title"]: row["outcome"] for row in answer["departments"]}
    say(f"search {text!r}: {took:.0f} ms, {len(answer['callers'])} callers; {outcomes}")
    if len(outcomes) < 6 or list(outcomes.values()).count("answered") < 5 or not answer["callers"]:
        sys.exit("too few departments answered: " + done.stdout)
    took, done = timed([program, "check", "--site", told["site"]], folder)
    say(done.stdout.rstrip())
    if done.returncode not in {0, 1} or "Traceback" in done.stderr:
        sys.exit(f"check failed with exit code {done.returncode}: {done.stderr}")


def try_pictures(program: str, folder: Path) -> None:
    """The desk itself, played offscreen."""
    took, done = timed([program, "demo", "--people", str(PEOPLE), "--shots", str(folder / "shots")], folder)
    pictures = sorted(path.name for path in (folder / "shots").glob("*.png"))
    if done.returncode != 0 or not pictures:
        sys.exit(f"demo failed with exit code {done.returncode}: {done.stdout}{done.stderr}")
    say(f"demo: {took / 1000:.1f} s, {len(pictures)} pictures")


def try_match(program: str, folder: Path) -> None:
    """A file with one person twice: the libraries behind it are found by name at run time."""
    rows = (
        "1,Maria,Gonzalez,1984-03-09,m.gonzalez@mail.example",
        "2,Maria,Gonzales,1984-03-09,m.gonzalez@mail.example",
        "3,Samuel,Okafor,1970-01-02,",
    )
    (folder / "people.csv").write_text("\n".join(("id,first,last,born,mail", *rows)) + "\n", encoding="utf-8")
    columns = 'id = "id"\ngiven_name = "first"\nfamily_name = "last"\nbirth_date = "born"\nemails = "mail"\n'
    (folder / "people.toml").write_text(columns, encoding="utf-8")
    took, done = timed([program, "match", "people.csv", "--columns", "people.toml", "--out", "pairs.csv"], folder)
    pairs = (folder / "pairs.csv").read_text(encoding="utf-8").splitlines()[1:] if done.returncode == 0 else []
    if not any(pair.startswith("1,2,certain,") for pair in pairs):
        sys.exit(f"match failed with exit code {done.returncode}: {done.stdout}{done.stderr}")
    say(f"match: {took:.0f} ms, {len(pairs)} pair")


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(dist: Path) -> None:
    """Everything, in the order in which it would break."""
    program = str(dist.resolve() / ("civicdesk.exe" if sys.platform == "win32" else "civicdesk"))
    size = sum(path.stat().st_size for path in dist.rglob("*") if path.is_file() and not path.is_symlink())
    say(f"size: {size / 1e6:.0f} MB in {dist}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        starts = sorted(timed([program, "--help"], folder)[0] for _ in range(TIMES))
        say(f"start: {starts[TIMES // 2]:.0f} ms (median of {TIMES}, --help)")
        city = subprocess.Popen(
            [program, "demo", "--serve", "--people", str(PEOPLE), "--until-closed"],
            cwd=folder,
            env=plain_environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        with city:
            assert city.stdin is not None
            assert city.stdout is not None
            line = city.stdout.readline()
            if not line:
                sys.exit("the demo city did not start")
            told = json.loads(line)
            try_search(program, told, folder)
            city.stdin.close()
        if Path(told["site"]).exists():
            sys.exit(f"the demo city left {told['site']} behind")
        try_match(program, folder)
        try_pictures(program, folder)
    say("The bundle works.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
