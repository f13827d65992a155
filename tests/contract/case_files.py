"""Cases of the kind ``files``: CSV and a spreadsheet in a folder, lines of fixed width by OpenSSH's SFTP."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

from adapters.contract import CallContext, Department
from tests.contract import suite
from tests.contract.case import NOW, Case, department_at
from tests.fakes.processes import free_port
from tests.fakes.sftp_server import sshd

Form = Literal["csv", "xlsx", "fixed"]

PEOPLE = ("P_NO", "GIVEN NAME", "FAMILY NAME", "BORN", "TEL", "MAIL", "STREET", "HOUSE", "ZIP", "TOWN")
RECORDS = ("NUMBER", "P_NO", "ABOUT", "STATE", "OPENED", "DUE", "CENTS")
WIDTH = 40


def _people() -> Iterator[list[str]]:
    for each in suite.PEOPLE:
        born = each.birth_date.isoformat() if each.birth_date else ""
        yield [each.id, each.given, each.family, born, each.phone, each.email, each.street, each.number, each.post_code, each.city]


def _records() -> Iterator[list[str]]:
    for each in suite.RECORDS:
        cents = "" if each.amount is None else str(int(each.amount * 100))
        due = each.due.isoformat() if each.due else ""
        yield [each.id, each.person, each.title, each.status, each.opened.isoformat(), due, cents]


def drop(folder: Path, form: Form) -> None:
    """The suite's data as a department drops it, of the day on which the suite asks."""
    for name, heading, rows in (("people", PEOPLE, _people()), ("cases", RECORDS, _records())):
        file = folder / f"{name}-20261124.{'dat' if form == 'fixed' else form}"
        if form == "csv":
            with file.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, delimiter=";").writerows([heading, *rows])
        elif form == "fixed":
            file.write_text("".join("".join(f"{value:{WIDTH}}" for value in row) + "\r\n" for row in rows), encoding="cp1250")
        else:
            _spreadsheet(file, heading, rows)
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))


def _spreadsheet(file: Path, heading: tuple[str, ...], rows: Iterator[list[str]]) -> None:
    from datetime import date

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Springvale", "exported for the desk"])
    sheet.append(heading)
    for row in rows:
        # Days are days there, and numbers numbers.
        cells = [date.fromisoformat(text) if text.count("-") == 2 and text[:4].isdigit() and len(text) == 10 else text for text in row]
        sheet.append([int(cell) if isinstance(cell, str) and cell.lstrip("-").isdigit() else cell for cell in cells])
    book.save(file)


def manifest_toml(address: str, form: Form, more: str = "") -> str:
    """The manifest of a department that drops the suite's data at ``address``."""
    codes = "\n".join(f'{code} = {{ label = "{label}", state = "{state}" }}' for code, (label, state) in suite.STATUSES.items())
    about = {"csv": 'delimiter = ";"', "xlsx": "skip = 1", "fixed": 'encoding = "cp1250"'}[form]
    columns = ["", ""]
    if form == "fixed":
        for at, names in enumerate((PEOPLE, RECORDS)):
            told = [f'{{ name = "{name}", start = {place * WIDTH + 1}, width = {WIDTH} }}' for place, name in enumerate(names)]
            columns[at] = f"columns = [{', '.join(told)}]"
    suffix = "dat" if form == "fixed" else form
    return f"""
kind = "files"
title = "Library"
colour = "#336699"
address = "{address}"
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['{suite.RECORD_PATTERN}']
currency = "{suite.CURRENCY}"
limits = {{ people = {suite.PEOPLE_LIMIT}, records = {suite.RECORDS_LIMIT} }}
{more}

[files.tables.people]
file = "people-*.{suffix}"
{about}
{columns[0]}

[files.tables.cases]
file = "cases-*.{suffix}"
{about}
{columns[1]}

[[find]]
needs = ["family"]
sql = '''SELECT * FROM people WHERE "FAMILY NAME" LIKE :begin ESCAPE '\\' ORDER BY P_NO'''
params = {{ begin = "{{family|like}}%" }}

[[records]]
sql = "SELECT * FROM cases WHERE P_NO = :owner ORDER BY OPENED DESC"
params = {{ owner = "{{subject}}" }}

[[lookup]]
sql = "SELECT * FROM cases WHERE NUMBER = :number"
params = {{ number = "{{reference|upper}}" }}

[person]
id = "P_NO"
given_name = "GIVEN NAME"
family_name = "Family Name"
birth_date = "BORN"
phones = ["TEL"]
emails = ["MAIL"]
address = {{ thoroughfare = "STREET", locator = "HOUSE", post_code = "ZIP", city = "TOWN" }}

[record.case]
id = "NUMBER"
title = "ABOUT"
subject = "P_NO"
status = {{ from = "STATE", codes = "states" }}
opened = "OPENED"
due = "DUE"
amount = {{ from = "CENTS", cents = true }}

[codes.states]
{codes}
"""


def _local(form: Form) -> Case:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        (folder / "drops").mkdir()
        drop(folder / "drops", form)
        with department_at(manifest_toml("{site}/drops", form), folder, None) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        return department_at(manifest_toml("{site}/nowhere", form), folder, None)

    return Case(f"files-{form}", opened, down=down)


def sftp_lines(user: str, host_key: str) -> str:
    """What a manifest says besides to be let in; the key's file is in the site's folder."""
    auth = f'credential = "library"\nauth = {{ type = "ssh_key", user = "{user}", key = "{{site}}/desk" }}'
    return f'{auth}\nfiles.host_key = "{host_key}"'


def _remote(form: Form) -> Case:
    @contextmanager
    def opened(folder: Path) -> Iterator[tuple[Department, CallContext]]:
        server = sshd()
        drop(server.folder, form)
        shutil.copy(server.key, folder)
        more = sftp_lines(server.user, server.host_key)
        with department_at(manifest_toml(server.url, form, more), folder, server.phrase) as pair:
            yield pair

    def down(folder: Path) -> AbstractContextManager[tuple[Department, CallContext]]:
        more = sftp_lines("desk", f"SHA256:{'x' * 43}")
        return department_at(manifest_toml(f"sftp://127.0.0.1:{free_port()}/drops", form, more), folder, "x")

    return Case(f"files-{form}-sftp", opened, needs_credential=True, down=down)


CASES = [_local("csv"), _local("xlsx"), _remote("fixed")]
