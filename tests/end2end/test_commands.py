"""The commands as they are started: against the demo city over real sockets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from resources.demo.city import DemoCity

ROOT = Path(__file__).resolve().parents[2]


def civicdesk(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_search_finds_one_person_in_four_departments(city: DemoCity) -> None:
    done = civicdesk("search", city.sample_searches[0], "--site", str(city.site), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    caller = told["callers"][0]
    assert caller["match"] == "certain"
    assert len({member["department"] for member in caller["members"]}) >= 4
    assert len({record["department"] for record in caller["records"]}) >= 4
    assert set(caller["records"][0]) == {
        "department", "id", "kind", "title", "status", "attention", "opened", "due", "amount", "currency",
    }  # fmt: skip
    outcomes = {each["id"]: each["outcome"] for each in told["departments"]}
    assert outcomes["benefits"] == "not_permitted"
    assert set(told) == {"query", "elapsed_ms", "departments", "callers"}


def test_a_caseworker_may_ask_what_an_agent_may_not(city: DemoCity) -> None:
    done = civicdesk("search", city.sample_searches[0], "--site", str(city.site), "--json", "--as", "caseworker")
    assert {each["outcome"] for each in json.loads(done.stdout)["departments"]} == {"answered"}


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_an_auditor_or_administrator_sees_no_citizen(city: DemoCity, role: str) -> None:
    done = civicdesk("search", city.sample_searches[0], "--site", str(city.site), "--json", "--as", role)
    told = json.loads(done.stdout)
    assert ({each["outcome"] for each in told["departments"]}, told["callers"]) == ({"not_permitted"}, [])
    text = civicdesk("search", city.sample_searches[0], "--site", str(city.site), "--as", role).stdout
    assert f"Nobody was asked: not permitted in the role {role} for the purpose none." in text
    assert "Nobody found" not in text


def test_a_purpose_decides_who_is_asked(city: DemoCity) -> None:
    done = civicdesk("search", city.sample_searches[0], "--site", str(city.site), "--json", "--purpose", "streets")
    told = json.loads(done.stdout)
    assert {each["id"] for each in told["departments"] if each["outcome"] == "answered"} == {"requests", "permits"}
    assert {record["department"] for caller in told["callers"] for record in caller["records"] or []} <= {"requests", "permits"}
    for role, purpose in (("agent", "Casework"), ("auditor", "Inquiry"), ("agent", "Curiosity")):
        refused = civicdesk("search", "maria gonzalez", "--site", str(city.site), "--as", role, "--purpose", purpose)
        assert refused.returncode == 2
        assert refused.stderr.startswith(f"civicdesk: There is no purpose {purpose!r} for the role {role!r}")


def test_a_secret_address_is_found_and_told_nowhere(city: DemoCity) -> None:
    told = {}
    for text in ("hannah lindqvist", "hannah lindqvist 60641", "618 N Cedar St", "(773) 555-0148"):
        done = civicdesk("search", text, "--site", str(city.site), "--json", "--as", "caseworker")
        assert done.returncode == 0, done.stderr
        told[text] = [caller for caller in json.loads(done.stdout)["callers"] if caller["name"] == "Hannah Lindqvist"]
        assert "Cedar" not in done.stdout.replace("618 N Cedar St", "", 1)
    assert {text for text, callers in told.items() if callers} == {"hannah lindqvist", "(773) 555-0148"}
    (hannah,) = told["hannah lindqvist"]
    assert (hannah["addresses"], len(hannah["members"])) == ([], 3)


def test_one_that_is_off_is_told_and_the_others_are_shown(city: DemoCity) -> None:
    city.switch("permits", on=False)
    try:
        done = civicdesk("search", city.sample_searches[0], "--site", str(city.site), "--json")
        assert done.returncode == 3
        told = json.loads(done.stdout)
        permits = next(each for each in told["departments"] if each["id"] == "permits")
        assert permits["outcome"] == "failed"
        assert permits["error"] == "no connection"
        assert len(told["callers"][0]["members"]) >= 3
        assert civicdesk("check", "--site", str(city.site)).returncode == 1
    finally:
        city.switch("permits", on=True)


def test_check_prints_a_row_for_each_department(city: DemoCity) -> None:
    done = civicdesk("check", "--site", str(city.site), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(done.stdout)["departments"]
    assert [row["id"] for row in rows if row["state"] in ("well", "slow")] == [row["id"] for row in rows]
    assert {row["kind"] for row in rows} == {"sql", "rest", "open311"}


@pytest.mark.parametrize("text", ["'; DROP TABLE TXPYR_MST; --", "%", "_%", "😀", '"' * 50, "x" * 10_000, "\\"])
def test_no_text_is_an_error(city: DemoCity, text: str) -> None:
    done = civicdesk("search", text, "--site", str(city.site), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["callers"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("serch",), "No such command"),
        (("search",), "Missing"),
        (("search", " "), "nothing to search"),
        (("search", "x", "--site", "/nowhere"), "no site in /nowhere"),
        (("demo", "--people", "3"), "--people"),
        (("demo", "--people", "many"), "--people"),
        (("demo", "--shots", "README.md/shots"), "can't be written to README.md"),
        (("desk", "--sit", "x"), "--sit"),
    ],
)
def test_bad_use_gets_one_clear_line(arguments: tuple[str, ...], words: str) -> None:
    done = civicdesk(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unknown_role_is_bad_use(city: DemoCity) -> None:
    done = civicdesk("search", "x", "--site", str(city.site), "--as", "king")
    assert done.returncode == 2
    assert "agent" in done.stderr


def test_a_manifest_with_errors_is_told_with_its_line_and_the_rest_works(city: DemoCity) -> None:
    broken = city.site / "departments" / "zoning.toml"
    broken.write_text('kind = "rest"\ntitle = "Zoning"\ncolor = "#336699"\n', encoding="utf-8")
    try:
        done = civicdesk("check", "--site", str(city.site))
        assert done.returncode == 1
        assert f"{broken}:3: color is not a key" in done.stdout
        assert civicdesk("search", city.sample_searches[0], "--site", str(city.site)).returncode == 0
    finally:
        broken.unlink()


def test_articles_and_letters_with_errors_are_told_with_their_line(city: DemoCity) -> None:
    article, letter = city.site / "knowledge" / "bins.md", city.site / "summary.pl.txt"
    article.write_text("+++\ntitel = 'Bins'\n+++\nOn Monday.\n", encoding="utf-8")
    letter.write_text("+++\nsubjekt = 'x'\n+++\nHello\n", encoding="utf-8")
    try:
        done = civicdesk("check", "--site", str(city.site), "--json")
        assert done.returncode == 1
        told = json.loads(done.stdout)["texts"]
        assert any(each.startswith(f"{article}:2: titel is not a key") for each in told)
        assert any(each.startswith(f"{letter}:2: subjekt is not a key") for each in told)
    finally:
        article.unlink()
        letter.unlink()
