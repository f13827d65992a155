"""Commands of a site: given the text and no shell, and told about when they fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adapters.site_command import SiteCommand, run_command
from models.summary import NotSent
from tests.fakes.site_script import script

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="runs a script by its first line")


def test_a_command_gets_the_text_and_no_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIVICDESK_SECRET", "x")
    told = tmp_path / "told"
    command = script(tmp_path, f"open({str(told)!r}, 'w').write(repr((sys.argv[1:], sys.stdin.read(), 'CIVICDESK_SECRET' in os.environ)))")
    run_command(command, "12; rm -rf\n$HOME", "Hello María")
    assert told.read_text(encoding="utf-8") == repr((["to=12; rm -rf $HOME"], "Hello María", False))
    with pytest.raises(NotSent, match="nobody to send to"):
        run_command(command, "--help", "x")


def test_a_command_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotSent) as caught:
        run_command(script(tmp_path, "sys.stderr.write('no credit\\nleft'); sys.exit(3)"), "1", "x")
    assert (caught.value.said, "exit code 3" in str(caught.value)) == ("no credit left", True)
    with pytest.raises(NotSent, match="can't be started"):
        run_command(SiteCommand(command=(str(tmp_path / "gone"),)), "1", "x")
    monkeypatch.setattr("adapters.site_command.DEADLINE", 0.3)
    with pytest.raises(NotSent, match="was ended") as late:
        run_command(script(tmp_path, "time.sleep(30)"), "1", "x")
    assert late.value.unsure
