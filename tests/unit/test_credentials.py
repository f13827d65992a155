"""Credentials: the operating system's keyring or a clear refusal, on real keyrings and real back-ends, each in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError

from app.services.credentials import AUDIT_KEY, SERVICE, Credentials, KeyringUnavailable, open_keyring
from tests.fakes.keyring_backend import Memory

ROOT = Path(__file__).parents[2]
SECRET = "correct horse battery staple"

linux = pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is Linux's keyring")
secret_service = [
    linux,
    pytest.mark.skipif(
        sys.platform == "linux" and not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
        reason="needs the packages gnome-keyring and dbus",
    ),
]

OPEN = """
from app.services.credentials import KeyringUnavailable, open_keyring
try:
    credentials = open_keyring()
except KeyringUnavailable as error:
    print("refused:", error)
    raise SystemExit
"""

Session = Callable[..., str]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home of its own, no desktop and no keyring chosen."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH")}
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    home = tmp_path / "home"
    home.mkdir()
    return kept | {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(ROOT), "SECRETS_FILE": str(home / "plain.json")}


def printed(code: str, environment: dict[str, str], *before: str) -> str:
    command = [*before, sys.executable, "-c", OPEN + code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def in_session(code: str, environment: dict[str, str], daemon: str) -> str:
    """What the code prints in a desktop session of its own, once the keyring daemon runs there.

    Its own crash at a first question, which was seen once, says nothing of us: then it is started anew.
    """
    session = ("dbus-run-session", "--", "sh", "-c", f'{daemon} >/dev/null 2>&1; exec "$@"', "sh")
    for _ in range(2):
        try:
            return printed(code, environment, *session)
        except AssertionError as error:
            if "disconnected from message bus without replying" not in str(error):
                raise
    return printed(code, environment, *session)


UNLOCKED = "printf pass | gnome-keyring-daemon --unlock --components=secrets --daemonize"
LOCKED = "gnome-keyring-daemon --start --components=secrets --daemonize"


class TestSecretService:
    pytestmark = secret_service

    def test_a_secret_is_kept_for_later_sessions(self, environment: dict[str, str]) -> None:
        keep = f"""
print(credentials.present("revenue"), credentials.get("revenue"))
credentials.put("revenue", "old")
credentials.put("revenue", {SECRET!r})
print(credentials.present("revenue"))
"""
        assert in_session(keep, environment, UNLOCKED) == "False None\nTrue"
        read = 'print(credentials.get("revenue"), credentials.present("permits"))'
        assert in_session(read, environment, UNLOCKED) == f"{SECRET} False"
        files = [path for path in Path(environment["HOME"]).rglob("*") if path.is_file()]
        assert [path for path in files if path.suffix == ".keyring"], "the keyring wrote its file in this home"
        assert not [path for path in files if SECRET.encode() in path.read_bytes()]

    def test_the_entry_is_where_administrators_put_it(self, environment: dict[str, str]) -> None:
        code = f"""
import keyring
keyring.set_password("civicdesk", "revenue", {SECRET!r})
print(credentials.get("revenue"))
"""
        assert in_session(code, environment, UNLOCKED) == SECRET

    def test_processes_that_start_at_once_agree_on_the_audit_key(self, environment: dict[str, str]) -> None:
        code = """
import subprocess, sys
one = "from app.services.credentials import open_keyring; c = open_keyring(); print(flush=True); input(); print(c.audit_key().hex())"
others = [subprocess.Popen([sys.executable, "-c", one], stdin=-1, stdout=-1, text=True) for _ in range(4)]
for other in others:
    other.stdout.readline()
for other in others:
    other.stdin.write("\\n")
    other.stdin.flush()
keys = {other.communicate(timeout=30)[0].strip() for other in others}
print(keys == {credentials.audit_key().hex()}, len(credentials.audit_key()))
"""
        assert in_session(code, environment, UNLOCKED) == "True 32"

    def test_of_a_chain_only_the_safe_one_is_used(self, environment: dict[str, str]) -> None:
        code = f"""
{CHAIN}
Chain.backends.append(keyring.backends.SecretService.Keyring())
open_keyring().put("revenue", {SECRET!r})
print(credentials.get("revenue"))
"""
        assert in_session(code, environment, UNLOCKED) == SECRET
        assert not Path(environment["SECRETS_FILE"]).exists()

    def test_a_locked_keyring_is_told(self, environment: dict[str, str]) -> None:
        assert in_session("credentials.put('revenue', 'x')", environment, UNLOCKED) == ""
        told = in_session("print('opened')", environment, LOCKED)
        assert told.startswith("refused: The keyring is locked.")
        assert "Unlock it" in told

    def test_a_keyring_locked_later_is_told(self, environment: dict[str, str]) -> None:
        code = """
import secretstorage
from contextlib import closing
credentials.put("revenue", "x")
with closing(secretstorage.dbus_init()) as bus:
    secretstorage.get_default_collection(bus).lock()
try:
    print(credentials.get("revenue"))
except KeyringUnavailable as error:
    print(error)
"""
        assert in_session(code, environment, UNLOCKED).startswith("The keyring is locked.")


@linux
def test_without_a_desktop_session_there_is_no_keyring(environment: dict[str, str]) -> None:
    told = printed("print('opened')", environment | {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"})
    assert told.startswith("refused: This computer has no keyring, or it does not run.")
    assert "GNOME Keyring or KWallet" in told


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("keyring.backends.null.Keyring", "switched off"),
        ("keyring.backends.fail.Keyring", "has no keyring"),
        ("tests.fakes.keyring_backend.PlainTextFile", "not known to encrypt (tests.fakes.keyring_backend.PlainTextFile)"),
        ("no.such.Backend", "does not answer (ModuleNotFoundError)"),
    ],
)
def test_a_back_end_that_keeps_nothing_or_all_in_the_open_is_refused(environment: dict[str, str], backend: str, words: str) -> None:
    told = printed("print('opened')", environment | {"PYTHON_KEYRING_BACKEND": backend})
    assert told.startswith("refused: ")
    assert words in told
    assert "keyring only" in told
    assert not Path(environment["SECRETS_FILE"]).exists()


CHAIN = """
import keyring.backends.null, keyring.backends.SecretService
from keyring.backends.chainer import ChainerBackend
from tests.fakes.keyring_backend import PlainTextFile
class Chain(ChainerBackend):
    backends = [PlainTextFile(), keyring.backends.null.Keyring()]
keyring.set_keyring(Chain())
"""


def test_a_chain_of_unsafe_back_ends_is_refused(environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", CHAIN + OPEN]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert "not known to encrypt" in done.stdout


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (KeyringLocked("Failed to unlock"), "keyring is locked"),
        (InitError("Prompt dismissed"), "keyring is locked"),
        (InitError("no collection"), "does not answer"),
        (NoKeyringError("none"), "does not answer"),
        (PasswordSetError("refused"), "does not answer"),
        (OSError(5, "bus gone"), "does not answer"),
    ],
)
def test_whatever_a_keyring_raises_is_told_without_a_secret(fault: Exception, words: str) -> None:
    backend = Memory()
    credentials = Credentials(backend)
    credentials.put("revenue", SECRET)
    backend.fault = fault
    for call in (lambda: credentials.get("revenue"), lambda: credentials.put("revenue", SECRET), credentials.audit_key):
        with pytest.raises(KeyringUnavailable, match=words) as told:
            call()
        assert SECRET not in str(told.value)


@pytest.mark.parametrize(("system", "words"), [("linux", "GNOME Keyring"), ("win32", "Windows"), ("darwin", "Keychain Access")])
def test_the_words_fit_the_operating_system(monkeypatch: pytest.MonkeyPatch, system: str, words: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert words in str(KeyringUnavailable("There is none."))


def test_the_demo_uses_its_throwaway_secrets_and_no_keyring() -> None:
    code = """if True:
        import sys
        from app.services.credentials import open_keyring
        class Keyring:
            get_password = lambda self, service, name: {"permits": "token", "audit-key": "ab" * 32}.get(name)
        credentials = open_keyring(Keyring())
        print(credentials.get("permits"), credentials.get("revenue"), credentials.audit_key().hex() == "ab" * 32, "keyring" in sys.modules)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    assert done.stdout.split() == ["token", "None", "True", "False"]


def test_the_audit_key_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.credentials.user_data_path", lambda *_, **__: tmp_path / "data")
    backend = Memory()
    key = Credentials(backend).audit_key()
    assert len(key) == 32
    assert backend.secrets == {(SERVICE, AUDIT_KEY): key.hex()}
    assert Credentials(backend).audit_key() == key
    assert Credentials(backend).draft_key() not in (key, b"")
    assert Credentials(backend).draft_key() == Credentials(backend).draft_key()


def test_the_audit_key_of_a_process_that_was_first_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(Memory):
        def get_password(self, service: str, username: str) -> str | None:
            found = super().get_password(service, username)
            self.secrets.setdefault((service, username), "ab" * 32)  # the other process writes now
            return found

    monkeypatch.setattr("app.services.credentials.user_data_path", lambda *_, **__: tmp_path)
    assert Credentials(Late()).audit_key().hex() == "ab" * 32


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks files by other means")
def test_only_one_process_at_a_time_makes_the_audit_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    class Watched(Memory):
        def set_password(self, service: str, username: str, password: str) -> None:
            with (tmp_path / "keyring.lock").open() as file, pytest.raises(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            super().set_password(service, username, password)

    monkeypatch.setattr("app.services.credentials.user_data_path", lambda *_, **__: tmp_path)
    backend = Watched()
    assert Credentials(backend).audit_key().hex() in backend.secrets.values()
    with (tmp_path / "keyring.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go again


@pytest.mark.parametrize("damaged", ["", "not hex", "abcd", "ab" * 33])
def test_a_damaged_audit_key_is_not_used(damaged: str) -> None:
    backend = Memory()
    backend.secrets[SERVICE, AUDIT_KEY] = damaged
    with pytest.raises(KeyringUnavailable, match="Delete the entry 'audit-key'"):
        open_keyring(backend).audit_key()
