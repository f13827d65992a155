"""OpenSSH's server on a loopback port, for SFTP alone, with one user who signs in by key."""

from __future__ import annotations

import getpass
import os
import pwd
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.fakes.debian import program
from tests.fakes.processes import folder_of_the_run, free_port, start, wait_for_port


@dataclass(frozen=True)
class SftpServer:
    """``folder`` is what the user may read; ``key`` their private key, which ``phrase`` opens; ``host_key`` the server's fingerprint."""

    url: str
    host_key: str
    user: str
    key: Path
    phrase: str
    folder: Path
    process: subprocess.Popen[bytes]


@cache
def sshd() -> SftpServer:
    """Debian's openssh-server. As root it would want a user of its own to be there: then it runs as nobody."""
    found = program("sshd", "openssh-server")
    keygen = shutil.which("ssh-keygen")
    if keygen is None:
        pytest.skip("ssh-keygen is not there: apt-get install openssh-client")
    folder, port, phrase = folder_of_the_run("sshd"), free_port(), secrets.token_hex(8)
    owner = "nobody" if os.geteuid() == 0 else None
    user = owner or getpass.getuser()
    for name, secret in (("host", ""), ("desk", phrase)):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", secret, "-C", name, "-f", folder / name], check=True, timeout=30)
    told = subprocess.run([keygen, "-l", "-f", folder / "host.pub"], check=True, timeout=30, capture_output=True, text=True)
    (folder / "authorized").write_text((folder / "desk.pub").read_text())
    drops = folder / "drops"
    drops.mkdir()
    lines = [f"HostKey {folder / 'host'}", f"AuthorizedKeysFile {folder / 'authorized'}", f"PidFile {folder / 'pid'}", "StrictModes no"]
    # Without PAM, accounts that have no password are held for locked ones.
    lines += [f"Port {port}", "ListenAddress 127.0.0.1", "UsePAM yes", "PasswordAuthentication no", "KbdInteractiveAuthentication no"]
    lines += ["Subsystem sftp internal-sftp", "ForceCommand internal-sftp", f"AllowUsers {user}", "LogLevel INFO"]
    for part in ("sshd-session", "sshd-auth"):  # of newer servers, which look for them where they are installed
        helper = found.root / "usr" / "lib" / "openssh" / part
        if helper.is_file():
            lines.append(f"{'SshdSessionPath' if part == 'sshd-session' else 'SshdAuthPath'} {helper}")
    (folder / "sshd_config").write_text("\n".join(lines) + "\n")
    if owner:
        for each in (folder, *folder.iterdir()):
            shutil.chown(each, owner)
        folder.chmod(0o755)
        _let_in(found.path)
    assert pwd.getpwnam(user).pw_shell
    process = start([found.path, "-D", "-e", "-f", folder / "sshd_config"], folder, owner=owner, environment=found.environment)
    wait_for_port(process, port, folder)
    url = f"sftp://127.0.0.1:{port}{drops}"
    return SftpServer(url, told.stdout.split()[1], user, folder / "desk", phrase, drops, process)


def _let_in(path: Path) -> None:
    """Skips the test where another user can't enter the program's folder (a project below /root)."""
    closed = [each for each in path.parents if not each.stat().st_mode & stat.S_IXOTH]
    if closed:
        pytest.skip(f"{closed[0]} is closed to the user that sshd runs as")
