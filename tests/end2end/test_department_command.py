"""``civicdesk department`` as it is started, against a department of the demo city that is there a second time."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import msgspec
import pytest
import requests

from app.services.setup.recording import read
from resources.demo.city import DemoCity

ROOT = Path(__file__).resolve().parents[2]


def civicdesk(city: DemoCity, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", "department", *arguments, *([] if arguments[0] == "replay" else ["--site", str(city.site)])]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, input=said, timeout=90, check=False)


def address_of(city: DemoCity) -> str:
    return str(tomllib.loads((city.site / "departments/permits.toml").read_text(encoding="utf-8"))["address"])


@pytest.fixture(scope="module")
def licences(city: DemoCity) -> str:
    """A department set up without a line of Python."""
    address = address_of(city)
    described = ("--kind", "rest", "--address", address, "--describe", f"{address}/api/v1/openapi.json")
    secret = city.credentials()["springvale-permits"]
    done = civicdesk(
        city, "new", "licences", *described, "--search", "maria gonzalez 60614", "--secret", "--yes", "--json", said=f"{secret}\n"
    )
    assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(done.stdout)
    assert told["passed"]
    assert told["written"] == str(city.site / "departments/licences.toml")
    assert secret not in told["manifest"]
    return "licences"


def test_what_was_set_up_conforms(city: DemoCity, licences: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = civicdesk(city, "test", licences, "--json", "--html", str(page))
    told = json.loads(done.stdout)
    assert (done.returncode, told["passed"]) == (0, True), [line for line in told["lines"] if line["state"] == "failed"]
    assert sum(line["part"] == "faults" for line in told["lines"]) >= 14
    assert "conforms" in page.read_text(encoding="utf-8")
    text = civicdesk(city, "test", "parking").stdout
    assert "Parking and library (parking, kind sql) conforms." in text


def test_a_recording_holds_nobody_and_works_as_a_simulator(city: DemoCity, licences: str, tmp_path: Path) -> None:
    file = tmp_path / "licences.json"
    done = civicdesk(city, "record", licences, "--search", "maria gonzalez 60614", "--out", str(file))
    assert done.returncode == 0, done.stderr
    text = file.read_text(encoding="utf-8").lower()
    personal = ["maria", "gonzalez", "555-0142", "5550142", "m.gonzalez@mail", "03/09/1984", "clark", "pm-24-004211", "50001"]
    for value in (*personal, city.credentials()["springvale-permits"].lower()):
        assert value not in text
    command = [sys.executable, "-m", "app", "department", "replay", str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as simulator:
        assert simulator.stdout is not None
        told = json.loads(simulator.stdout.readline())
        try:
            exchange = next(each for each in read(file).exchanges if "/people?" in each.target)
            answer = requests.get(told["address"] + exchange.target, timeout=5)
            assert answer.json()["data"][0]["last_name"].lower() in told["search"]
            assert requests.get(told["address"] + "/nowhere", timeout=5).status_code == 404
        finally:
            simulator.terminate()
    assert msgspec.json.decode(file.read_bytes())["format"] == "civicdesk-recording-1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("new", "Bad Name", "--kind", "rest", "--address", "https://x.example"), "can't be a department's id"),
        (("new", "x", "--kind", "rest", "--address", "https://x.example"), "Name the OpenAPI file"),
        (("new", "x", "--address", "https://x.example"), "Say --kind"),
        (("new", "x", "--kind", "ldap", "--address", "ldap://x"), "can't be proposed"),
        (("new", "x", "--kind", "sql", "--address", "nonsense"), "no database URL"),
        (("new", "x", "--kind", "rest", "--describe", "/nowhere/openapi.json"), "can't be read"),
        (("test", "nobody"), "There is no department 'nobody'"),
        (("record", "revenue", "--out", "x.json"), "nothing to record"),
        (("replay", "/nowhere.json"), "can't be read"),
    ],
)
def test_bad_use_is_one_clear_line(city: DemoCity, arguments: tuple[str, ...], words: str) -> None:
    done = civicdesk(city, *arguments)
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
