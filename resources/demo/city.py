"""Springvale as a whole: started, switched, ended. Afterwards nothing of it is left."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from types import TracebackType

from resources import resource
from resources.demo.answering import answers
from resources.demo.control import Control
from resources.demo.generate import generate
from resources.demo.leftovers import claim, remove_dead
from resources.demo.mail import DemoMail
from resources.demo.processes import ServerPlan, ServerProcess, Trouble
from resources.demo.samples import sample_searches

DATABASES = ("revenue", "parking")
SERVERS = ("permits", "requests", "benefits", "cases")
DEPARTMENTS = ("revenue", "permits", "requests", "benefits", "parking", "cases")
_PREFIX = "springvale-"
SLOW_SECONDS = 0.35
"""What Cases, the slow one, takes before each answer."""
ANSWER_SECONDS = 30.0
"""How long a server may take to its first answer once it is told to open."""


class DemoCity:
    """The demo city. ``folder`` must not exist or be empty; it is deleted at the end. ``people`` from 20 to 1,000,000."""

    def __init__(self, folder: Path | None = None, people: int = 20_000, seed: int = 1) -> None:
        if not 20 <= people <= 1_000_000:
            raise ValueError(f"Springvale has 20 to 1,000,000 people, not {people:,}.")
        if folder is not None and folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty: the demo city needs a folder that it may delete.")
        self._wanted, self._people, self._seed = folder, people, seed
        self._today = date.today()
        self._secrets = {f"springvale-{name}": secrets.token_urlsafe(24) for name in SERVERS}
        self._servers: dict[str, ServerProcess] = {}
        self._plans: dict[str, ServerPlan] = {}
        self._locks: dict[str, sqlite3.Connection] = {}
        self._control: Control | None = None
        self._mail: DemoMail | None = None
        self._folder: Path | None = None
        self._claim: int | None = None
        self._switching = threading.Lock()
        self._ending = threading.Event()

    @property
    def site(self) -> Path:
        """The site's folder. Raises RuntimeError before ``start``."""
        if self._folder is None:
            raise RuntimeError("the demo city has not been started")
        return self._folder

    @property
    def departments(self) -> list[str]:
        return list(DEPARTMENTS)

    @property
    def sample_searches(self) -> list[str]:
        """Texts that find somebody; the first a person who is known in five departments."""
        return sample_searches(self._today)

    def credentials(self) -> dict[str, str]:
        """The secrets of this run by their names in the manifests, and those that desks keep here."""
        return dict(self._secrets)

    def keep(self, name: str, secret: str) -> None:
        """Keep a secret for as long as the city runs."""
        self._secrets[name] = secret

    def start(self) -> None:
        """Returns when every department answers. Raises RuntimeError when one does not; then nothing is left either."""
        try:
            self._start()
        except (OSError, sqlite3.Error) as error:
            self.stop()
            raise RuntimeError(f"its data can't be written to {self._folder or tempfile.gettempdir()} ({error})") from error
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        if self._wanted is None:
            remove_dead(Path(tempfile.gettempdir()), _PREFIX)
            self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
            self._claim = claim(self._folder)
        else:
            self._wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._wanted.chmod(0o700)
            self._folder = self._wanted.resolve()
        # The servers start while the databases are filled: that halves the time on two cores.
        for name in SERVERS:
            delay = SLOW_SECONDS if name == "cases" else 0.0
            self._plans[name] = ServerPlan(name, self._folder, self._secrets[f"springvale-{name}"], 0, delay)
            self._servers[name] = ServerProcess(self._plans[name])
        data = self._folder / "data"
        data.mkdir()
        generate(data, self._people, self._seed, self._today, self._ending.is_set)
        if self._ending.is_set():
            raise RuntimeError("the demo city was ended while it started")
        for name, server in self._servers.items():
            plan = self._plans[name]
            self._plans[name] = ServerPlan(plan.department, plan.folder, plan.secret, server.bound(), plan.delay)
            server.open()
        self._mail = DemoMail(data / "mail")
        self._control = Control(self.credentials, self.keep, self.switch, self.trouble, self.state)
        self._write_site()
        for name in DEPARTMENTS:
            self._wait_for(name)

    def _write_site(self) -> None:
        templates = resource("demo", "site")
        (self.site / "departments").mkdir()
        for name in DEPARTMENTS:
            text = templates.joinpath("departments", f"{name}.toml").read_text(encoding="utf-8")
            if name in self._plans:
                text = text.replace("PORT", str(self._plans[name].port), 1)
            (self.site / "departments" / f"{name}.toml").write_text(text, encoding="utf-8")
        (self.site / "knowledge").mkdir()
        for article in templates.joinpath("knowledge").iterdir():
            (self.site / "knowledge" / article.name).write_bytes(article.read_bytes())
        for letter in ("summary.txt", "summary.es.txt"):
            (self.site / letter).write_bytes(templates.joinpath(letter).read_bytes())
        assert self._control is not None
        assert self._mail is not None
        text = templates.joinpath("site.toml").read_text(encoding="utf-8")
        demo = f'\n[demo]\ncredentials = "{self._control.url}/credentials"\ncontrol = "{self._control.url}"\n'
        # A JSON array of strings is a TOML array too.
        demo += f"samples = {json.dumps(self.sample_searches, ensure_ascii=False)}\n"
        demo += f'\n[mail]\nhost = "127.0.0.1"\nport = {self._mail.port}\nstarttls = false\nfrom = "desk@springvale.example"\n'
        demo += f'\n[geocoding]\naddress = "{self._control.url}/geocoder"\n'
        (self.site / "site.toml").write_text(text + demo, encoding="utf-8")

    def _wait_for(self, name: str) -> None:
        end = time.monotonic() + ANSWER_SECONDS
        while not self._answers(name):
            if time.monotonic() > end or self._ending.is_set():
                raise RuntimeError(f"{name} does not answer")
            time.sleep(0.02)

    def _answers(self, name: str) -> bool:
        plan = self._plans.get(name)
        return answers(name, self.site / "data" / f"{name}.db", plan.port if plan else 0, plan.secret if plan else "")

    def state(self) -> dict[str, bool]:
        """Which departments are switched on."""
        return {name: name not in self._locks if name in DATABASES else name in self._servers for name in DEPARTMENTS}

    def switch(self, department: str, on: bool) -> None:
        """Switch a department off or on; when it returns, it is. Raises KeyError for one that there is not.

        A server's port then refuses connections. A database is locked, as by a batch that hangs: whoever asks, waits in vain.
        """
        if department not in DEPARTMENTS:
            raise KeyError(department)
        with self._switching:
            if self.state()[department] == on or self._ending.is_set():
                return
            if department in DATABASES:
                self._switch_database(department, on)
            elif on:
                server = ServerProcess(self._plans[department])
                self._servers[department] = server
                try:
                    server.bound()
                    server.open()
                    self._wait_for(department)
                except RuntimeError:
                    self._servers.pop(department).end()
                    raise
            else:
                self._servers.pop(department).end()

    def trouble(self, department: str, kind: Trouble) -> None:
        """What becomes of the reply to the next change. Raises KeyError for a department that has no server, or is switched off."""
        with self._switching:
            self._servers[department].trouble(kind)

    def _switch_database(self, department: str, on: bool) -> None:
        if on:
            self._locks.pop(department).close()
            return
        path = self.site / "data" / f"{department}.db"
        lock = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            raise RuntimeError(f"{department} is too busy to be switched off") from None
        self._locks[department] = lock

    def stop(self) -> None:
        """End all servers and delete the folder. May be called again, and from another thread while the city starts."""
        self._ending.set()
        with self._switching:
            if self._control is not None:
                self._control.close()
                self._control = None
            if self._mail is not None:
                self._mail.close()
                self._mail = None
            for lock in self._locks.values():
                lock.close()
            self._locks.clear()
            for server in self._servers.values():
                server.end()
            self._servers.clear()
            if self._claim is not None:
                os.close(self._claim)
                self._claim = None
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> DemoCity:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
