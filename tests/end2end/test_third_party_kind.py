"""A kind that somebody else ships: installed as a package, allowed by the site, asked like any other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from resources.demo.city import DemoCity

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tests/packages/civicdesk-icalendar"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:A-2026-0007
SUMMARY:Passport photo and signature
DTSTART:20261203T093000
ATTENDEE;CN="Maria Gonzalez":mailto:m.gonzalez@mail.example
END:VEVENT
END:VCALENDAR
"""
MANIFEST = """
kind = "icalendar"
title = "Appointments"
colour = "#336699"
address = "file://{file}"
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package was installed into, as pip does it."""
    folder = tmp_path_factory.mktemp("site-packages")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index"]
    # A copy, since a build may leave files beside its source.
    source = tmp_path_factory.mktemp("source") / "package"
    source.mkdir()
    for file in PACKAGE.iterdir():
        if file.is_file():
            (source / file.name).write_bytes(file.read_bytes())
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--target", str(folder), str(source)], check=True, timeout=120)
    return folder


def civicdesk(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(installed), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60, check=False
    )


def test_it_is_used_only_where_the_site_allows_it(city: DemoCity, installed: Path, tmp_path: Path) -> None:
    site, settings = str(city.site), city.site / "site.toml"
    (city.site / "office.ics").write_text(CALENDAR, encoding="utf-8")
    file = (city.site / "office.ics").resolve().as_posix()
    (city.site / "departments/appointments.toml").write_text(MANIFEST.format(file=file), encoding="utf-8")

    refused = civicdesk(installed, "check", "--site", site)
    assert refused.returncode == 1
    assert "add it to allow_kinds in site.toml" in refused.stdout
    unknown = civicdesk(tmp_path, "check", "--site", site)
    assert 'kind is "icalendar": write one of' in unknown.stdout

    settings.write_text('allow_kinds = ["icalendar"]\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
    checked = json.loads(civicdesk(installed, "check", "--site", site, "--json").stdout)
    assert [each["detail"] for each in checked["departments"] if each["id"] == "appointments"] == ["1 appointments"]
    found = json.loads(civicdesk(installed, "search", city.sample_searches[0], "--site", site, "--json").stdout)
    assert "Passport photo and signature" in [record["title"] for caller in found["callers"] for record in caller["records"] or []]
