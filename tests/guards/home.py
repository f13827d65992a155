"""A home of its own for every test, so that nobody's settings, keyring or data are read or written."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDERS = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
    # Short: a socket's path may have 107 characters.
    "XDG_RUNTIME_DIR": "run",
}
UNSET = [
    # The session's keyring.
    "DBUS_SESSION_BUS_ADDRESS",
    "PYTHON_KEYRING_BACKEND",
    "CIVICDESK_SITE",
    # What would lead requests to other machines.
    *("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NETRC"),
]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's home: HOME and the XDG folders lie in it, and no D-Bus session or proxy is known."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for variable, name in FOLDERS.items():
        place = folder / name
        place.mkdir(parents=True, mode=0o700)
        monkeypatch.setenv(variable, str(place))
    for variable in UNSET:
        monkeypatch.delenv(variable, raising=False)
    return folder
