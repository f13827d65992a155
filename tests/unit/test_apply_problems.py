"""What is wrong with what a department takes, told with its line; and templates of what is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.manifest import ManifestError, load_manifest
from adapters.registry import make_department
from adapters.templates import written
from adapters.transport import Transport
from models.change_kinds import USUAL_CHANGES
from models.changes import ChangeKind, FormField

RIGHT = """\
kind = "rest"
title = "Permits"
colour = "#b45309"
address = "https://permits.example/api"
capabilities = ["apply"]
roles = ["agent"]

[[apply]]
change = "address"

[apply.current]
path = "/people/{subject}"
values = { street = "street", post_code = "zip" }
version = "revision"

[apply.send]
method = "PUT"
path = "/people/{subject}/address"
body = { line = "{number} {street}", whole = "{address}", from = "{from_date|mdy}", by = "{actor}", on = "{today}" }

[apply.undo]
path = "/changes/{receipt}"
body = { line = "{before_street}" }

[[apply]]
change = "renew"
title = "Renew"
fields = [{ name = "years", label = "Years" }]

[apply.send]
path = "/permits/{record}/renewals"
body = { years = "{years}" }
"""


def problems(folder: Path, text: str, changes: tuple[ChangeKind, ...] = USUAL_CHANGES) -> list[tuple[int, str]]:
    path = folder / "permits.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        make_department(load_manifest(path, folder, changes), Transport())
    return [(problem.line, problem.text) for problem in caught.value.problems]


def test_what_is_right_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "permits.toml"
    path.write_text(RIGHT, encoding="utf-8")
    manifest = load_manifest(path, tmp_path)
    make_department(manifest, Transport())
    renew = manifest.apply_for("renew")
    assert renew is not None
    assert (len(renew.send), renew.undo, manifest.apply_for("death")) == (1, (), None)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ("{number} {street}", "{house}", 19, "{house} is no value: write one of actor, address, city, from_date, key, number"),
        ("{number} {street}", "{street|shout}", 19, "|shout is no filter"),
        ("{number} {street}", "{receipt}", 19, "{receipt} is no value"),
        ("{before_street}", "{before_house}", 23, "{before_house} is no value"),
        ("{years}", "{street}", 32, "{street} is no value: write one of actor, key, record, subject, today, version, years"),
        ('/people/{subject}"', '/people/{subject.id}"', 12, "brace that is no"),
        ('street = "street"', 'road = "street"', 13, "road is no field of the form: write one of address, street"),
        ('change = "address"', 'change = "adress"', 9, '"adress" is no kind of change of the site (address, name, phone'),
        ('change = "renew"', 'change = "address"', 26, "stands twice"),
        ('title = "Renew"', 'title = "Renew"\non = ["permit"]', 28, ""),
        ('street = "street"', 'street = "a..b"', 13, "is no JMESPath"),
        ('method = "PUT"', 'sql = "UPDATE x"', 17, "kind rest has no sql: write method, path and body"),
        ('method = "PUT"', "rows = 2", 17, "kind rest has no rows"),
        ("/people/{subject}/address", "people", 18, "begin it with /"),
        ('capabilities = ["apply"]', 'capabilities = ["check"]', 5, 'add "apply"'),
        ('[apply.send]\npath = "/permits/{record}/renewals"\nbody = { years = "{years}" }', "", 25, "sends nothing"),
        ("receipt}", "receipt|ymdd}", 22, "|ymdd is no filter"),
    ],
)
def test_problems_with_their_lines(tmp_path: Path, right: str, wrong: str, line: int, words: str) -> None:
    assert right in RIGHT
    text = RIGHT.replace(right, wrong)
    if not words:
        path = tmp_path / "permits.toml"
        path.write_text(text, encoding="utf-8")
        assert load_manifest(path, tmp_path).apply[1].on == ("permit",)  # without record maps nothing is known of kinds
        return
    found = problems(tmp_path, text)
    assert [at for at, told in found if words in told] == [line], found


def test_the_sites_kinds_count(tmp_path: Path) -> None:
    own = (ChangeKind(id="address", title="Moving", fields=(FormField(name="street", label="Street"),)),)
    found = problems(tmp_path, RIGHT, own)
    assert {line for line, _ in found} == {13, 19}
    assert all("street" in text for _, text in found)


def test_two_things_can_not_be_sent_over_http(tmp_path: Path) -> None:
    found = problems(tmp_path, RIGHT + '\n[[apply]]\nchange = "x"\ntitle = "X"\n[[apply.send]]\npath = "/a"\n[[apply.send]]\npath = "/b"\n')
    assert found == [(39, "kind rest sends one thing for a change: leave one")]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{number} {street} {unit}", "12 Elm"),
        ("{street}, {unit}, {city}", "Elm, Springvale"),
        ("{unit}", ""),
        ("{unit} {zip}", ""),
        ("{unit}, {city|upper}", "SPRINGVALE"),
        ("fixed", "fixed"),
        ("{note}", "two  blanks, ,"),
    ],
)
def test_what_is_empty_leaves_the_rest(template: str, text: str) -> None:
    values = {"number": "12", "street": "Elm", "unit": "", "city": "Springvale", "zip": "", "note": "two  blanks, ,"}
    assert written(template, values) == text
