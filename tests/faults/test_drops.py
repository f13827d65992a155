"""Whatever lies in a drop, and however an SFTP server behaves: a fault with a word of its own, in time, and nothing else."""

from __future__ import annotations

import io
import socket
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import BadAnswer, CallContext, DepartmentError
from adapters.drop_formats import Unread, rows_of
from adapters.manifest_kinds import Column, Drop
from tests.contract.case import department_at
from tests.contract.case_files import manifest_toml, sftp_lines
from tests.fakes.raw_server import RawServer

FORMATS = (
    Drop(file="x.csv"),
    Drop(file="x.csv", delimiter=";", quote="", skip=1),
    Drop(file="x.dat", encoding="cp1252", columns=(Column("A", 1, 3), Column("B", 4, 5))),
    Drop(file="x.xlsx", format="sheet"),
)


@settings(max_examples=150, deadline=None)
@given(body=st.one_of(st.binary(max_size=400), st.text(alphabet='a,;"\n\r\t \0é', max_size=80).map(str.encode)), at=st.integers(0, 3))
def test_no_bytes_are_more_than_a_fault(body: bytes, at: int) -> None:
    try:
        names, rows = rows_of(FORMATS[at], "x", body, 100_000)
        for row in rows:
            assert isinstance(row, Unread) or len(row) == len(names)
    except BadAnswer:
        pass


def spreadsheet(folder: Path) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.active.append(["id", "name"])
    book.active.append([1, "Nowak"])
    book.save(folder / "x.xlsx")
    return (folder / "x.xlsx").read_bytes()


def test_a_spreadsheet_that_is_cut_or_changed_is_a_fault_or_is_read(tmp_path: Path) -> None:
    body = spreadsheet(tmp_path)
    assert list(rows_of(FORMATS[3], "x.xlsx", body, 1_000_000)[1]) == [["1", "Nowak"]]
    for at in range(0, len(body), 97):
        for broken in (body[:at], body[:at] + b"\xff" + body[at + 1 :]):
            with suppress(BadAnswer):  # any other exception is a bug
                list(rows_of(FORMATS[3], "x.xlsx", broken, 1_000_000)[1])


def test_a_spreadsheet_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    spreadsheet(tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "x.xlsx") as good, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        for each in good.infolist():
            bomb.writestr(each, good.read(each))
        bomb.writestr("xl/media/filler", b"\0" * 20_000_000)
    with pytest.raises(BadAnswer) as caught:
        rows_of(FORMATS[3], "x.xlsx", packed.getvalue(), 8_000_000)
    assert caught.value.fault_key == "too_large"


def test_an_unknown_sheet_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="no sheet Loans"):
        rows_of(Drop(file="x.xlsx", sheet="Loans"), "x.xlsx", spreadsheet(tmp_path), 1_000_000)


def silent(server: RawServer, connection: socket.socket) -> None:
    server.wait(30)


def chatty(server: RawServer, connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-x\r\n" + b"\0" * 2000)


def endless(server: RawServer, connection: socket.socket) -> None:
    for _ in range(200):
        connection.sendall(b"welcome\r\n" * 100)


def web(server: RawServer, connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n<p>")


@pytest.fixture(params=[silent, chatty, endless, web], ids=lambda each: each.__name__)
def odd_server(request: pytest.FixtureRequest) -> Iterator[RawServer]:
    server: RawServer
    with RawServer(lambda connection: request.param(server, connection), until=b"") as server:
        yield server


def test_what_is_no_sftp_server_is_told_in_time(odd_server: RawServer, tmp_path: Path) -> None:
    text = manifest_toml(odd_server.url.replace("http:", "sftp:") + "/x", "fixed", sftp_lines("desk", f"SHA256:{'x' * 43}"))
    (tmp_path / "desk").write_text("no key")
    with department_at(text, tmp_path, "x") as (department, ctx), pytest.raises(DepartmentError) as caught:
        department.check(CallContext(time.monotonic() + 1.5, ctx.credential, now=ctx.now))
    assert caught.value.fault_key in ("no_connection", "too_slow", "timed_out")
