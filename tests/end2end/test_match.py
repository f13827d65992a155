"""``civicdesk match`` on whole files: pairs with tier and bits, every broken line named and the rest done, weights learnt from the data."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.services.identity.weights import LEVELS, default_weights, load_weights
from tests.federation.__main__ import write

MAP = """\
id = "id"
given_name = "first"
family_name = "last"
birth_date = "born"
phones = ["phone"]
emails = ["mail"]
address = "address"
"""
HEAD = "id,first,last,born,phone,mail,address\n"
MARIA = "1,Maria,Gonzalez,1984-03-09,312 555 0142,,2210 N Clark St 60614\n"
MARIA_AGAIN = "2,MARIA,Gonzales,1984-03-09,(312) 555-0142,,\n"
BROTHER = "3,Jose,Gonzalez,1984-03-09,312 555 0142,,2210 N Clark St 60614\n"
NAMESAKE = '4,Maria,Gonzalez,1951-12-01,,,"17 Elm St, 60601"\n'


def civicdesk(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", *map(str, words)], capture_output=True, text=True, timeout=100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "people.csv").write_text(HEAD + MARIA + MARIA_AGAIN + BROTHER + NAMESAKE)
    return tmp_path


def pairs(out: Path) -> dict[tuple[str, str], tuple[str, float]]:
    with out.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["left_id", "right_id", "tier", "bits"]
    return {(left, right): (tier, float(bits)) for left, right, tier, bits in rows[1:]}


def test_one_file_within(folder: Path) -> None:
    done = civicdesk("match", folder / "people.csv", "--columns", folder / "map.toml", "--out", folder / "out.csv", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    found = pairs(folder / "out.csv")
    assert found["1", "2"][0] == "certain"
    assert {pair for pair, (tier, _) in found.items() if tier == "certain"} == {("1", "2")}
    assert found["1", "3"][0] == "other", "a twin brother: much agrees, and something forbids it"
    assert told["records"] == [4]
    assert told["pairs"] == {tier: sum(each[0] == tier for each in found.values()) for tier in ("certain", "maybe", "other")}
    assert told["settings"]["backend"] == "duckdb"
    assert told["settings"]["weights"] == "the weights that ship"
    assert told["problems"] == []


def test_two_files_across(folder: Path) -> None:
    (folder / "other.csv").write_text(HEAD + "9" + MARIA_AGAIN + "9" + BROTHER)
    common = ("--columns", folder / "map.toml", "--out", folder / "out.csv")
    done = civicdesk("match", folder / "people.csv", folder / "other.csv", *common)
    assert done.returncode == 0, done.stderr
    found = pairs(folder / "out.csv")
    assert found["1", "92"][0] == found["2", "92"][0] == found["3", "93"][0] == "certain"
    assert {left for left, _ in found} <= {"1", "2", "3", "4"}
    assert {right for _, right in found} <= {"92", "93"}


def test_each_broken_line_is_named_and_the_rest_is_done(folder: Path) -> None:
    lines = [HEAD.encode(), MARIA.encode(), b"5,J\xe9sus,Garcia,,,,\n", b"6,too,few\n", b'7,"no end,Garcia,,,,\n', MARIA_AGAIN.encode()]
    lines += [b"8,Ann,Lee,1984-31-12,,,\n", b"9,Ann,Lee,0000-00-00,,,\n"]
    lines += [b'10,"A\nB",Lee,,,,\n'] + [b"a,b\n"] * 10 + [BROTHER.encode()]
    (folder / "people.csv").write_bytes(b"\xef\xbb\xbf" + b"".join(lines))
    (folder / "map.toml").write_text(MAP.replace('"mail"', '"mial"'))
    done = civicdesk("match", folder / "people.csv", "--columns", folder / "map.toml", "--out", folder / "out.csv", "--json")
    assert done.returncode == 3
    told = json.loads(done.stdout)
    named = {problem.partition(": ")[0].rpartition(":")[2] for problem in told["problems"] if "people.csv:" in problem.partition(": ")[0]}
    assert named == {"3", "4", "5", "7", *(str(line) for line in range(11, 21))}
    (wrong,) = [problem for problem in told["problems"] if "map.toml" in problem]
    assert "map.toml:6: people.csv has no column 'mial': did you mean 'mail'?" in wrong
    assert told["records"] == [6]
    assert pairs(folder / "out.csv")["1", "2"][0] == "certain"


@pytest.mark.parametrize(
    ("map_text", "words"),
    [
        (MAP + 'surname = "last"\n', "map.toml:8: there is no key 'surname'"),
        ('id = "id"\n', "name the columns of given_name and family_name"),
        (MAP.replace('"first"', "3"), "map.toml:2: given_name must be a column's name"),
        (MAP + 'encoding = "utf-9"\n', "map.toml:8: 'utf-9' is no encoding"),
        (MAP + 'as_of = "soon"\n', "map.toml:8: as_of is no day"),
        (MAP.replace('"first"', '"x"').replace('"last"', '"y"'), "has none of the name columns"),
        ("id = ", "is not TOML"),
    ],
)
def test_bad_maps_get_one_line(folder: Path, map_text: str, words: str) -> None:
    (folder / "map.toml").write_text(map_text)
    done = civicdesk("match", folder / "people.csv", "--columns", folder / "map.toml", "--out", folder / "out.csv")
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (folder / "out.csv").exists()


def test_bad_use_gets_one_line(folder: Path) -> None:
    file, common = folder / "people.csv", ("--columns", folder / "map.toml", "--out", folder / "out.csv")
    for words in (
        ("match", folder / "none.csv", *common),
        ("match", file, file, file, *common),
        ("match", file, *common, "--backend", "abacus"),
        ("match", file, "--columns", folder / "map.toml"),
        ("match", file, *common[:2], "--out", folder / "none" / "out.csv"),
        ("match", "train", file, "--columns", folder / "map.toml", "--out", folder / "w.toml"),
    ):
        done = civicdesk(*words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), (words, done.stderr)


def test_help_has_examples() -> None:
    assert "civicdesk match people.csv --columns people.toml --out pairs.csv" in civicdesk("match", "--help").stdout


def test_weights_are_learnt_from_the_data(tmp_path: Path) -> None:
    write(tmp_path, 1500, 3)
    site = tmp_path / "site"
    site.mkdir()
    common = (tmp_path / "city.csv", "--columns", tmp_path / "city.toml", "--site", site)
    done = civicdesk("match", "train", *common, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert {"given", "family", "birth", "phone", "house"} <= set(json.loads(done.stdout)["learnt"])
    learnt = load_weights(site / "weights.toml")
    for field in ("given", "family", "birth", "phone", "email", "house"):
        assert learnt.bits[field][0] > 5, field
        assert learnt.bits[field][-1] < 0, field
        assert len(learnt.bits[field]) == len(LEVELS[field])
    assert "civicdesk match train city.csv" in (site / "weights.toml").read_text().splitlines()[0]
    matched = civicdesk("match", *common, "--out", tmp_path / "out.csv", "--json")
    assert json.loads(matched.stdout)["settings"]["weights"] == str(site / "weights.toml")
    (site / "weights.toml").write_text("[given]\n")
    broken = civicdesk("match", *common, "--out", tmp_path / "out.csv")
    assert broken.returncode == 2
    assert "is no file of weights" in broken.stderr


def test_a_common_name_says_less_than_a_rare_one() -> None:
    weights = default_weights()
    common = max(weights.family, key=weights.family.__getitem__)
    assert weights.name_bits("family", common) < weights.name_bits("family", "zzyzx")
