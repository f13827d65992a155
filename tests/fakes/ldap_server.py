"""Debian's slapd on loopback ports (plain with StartTLS, and LDAPS), with entries that a test gives as LDIF."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.certificates import Authority
from tests.fakes.debian import program
from tests.fakes.processes import START_SECONDS, folder_of_the_run, free_port, start, wait_for_port

SUFFIX = "dc=springvale,dc=example"
READER = f"cn=desk,{SUFFIX}"

# What a directory of citizens has beyond the standard schemas; the numbers are of the branch for examples (RFC 7841 has none: 1.1).
_SCHEMA = """
attributetype ( 1.1.2.1 NAME 'dateOfBirth' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
attributetype ( 1.1.2.2 NAME 'caseState' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.1.2.3 NAME 'caseOpened' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
attributetype ( 1.1.2.4 NAME 'caseDue' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
attributetype ( 1.1.2.5 NAME 'caseCents' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.1.2.6 NAME 'groupType' SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.1.3.1 NAME 'citizen' AUXILIARY MAY dateOfBirth )
objectclass ( 1.1.3.2 NAME 'case' SUP document STRUCTURAL MUST ( caseState $ caseOpened ) MAY ( caseDue $ caseCents ) )
objectclass ( 1.1.3.3 NAME 'Group' SUP top STRUCTURAL MUST ( groupType $ cn ) MAY member )
"""


@dataclass(frozen=True)
class LdapServer:
    """``url`` is without TLS (StartTLS is offered), ``secured`` with it; both trusted by ``authority``. READER has the password."""

    url: str
    secured: str
    password: str
    authority: Path
    process: subprocess.Popen[bytes]


def slapd(ldif: str, suffix: str = SUFFIX, *, most: int = 500) -> LdapServer:
    """A directory with these entries, which gives ``most`` of them at once. Skips the test where slapd is not there."""
    found = program("slapd", "slapd")
    folder = folder_of_the_run("slapd")
    authority = Authority(folder)
    authority.server()  # its key and certificate in one file
    schemas = found.root / "etc" / "ldap" / "schema"
    (folder / "civic.schema").write_text(_SCHEMA)
    (folder / "data").mkdir()
    password = secrets.token_hex(8)
    modules = next(iter(sorted((found.root / "usr" / "lib").glob("**/back_mdb.so")))).parent
    lines = [f"include {schemas / name}.schema" for name in ("core", "cosine", "inetorgperson")]
    lines += [f"include {folder / 'civic.schema'}", f"modulepath {modules}", "moduleload back_mdb", f"pidfile {folder / 'pid'}"]
    lines += [f"TLSCertificateFile {folder / 'server1.pem'}", f"TLSCertificateKeyFile {folder / 'server1.pem'}"]
    lines += [
        f"TLSCACertificateFile {authority.file}",
        f"sizelimit {most}",
        "database mdb",
        f'suffix "{suffix}"',
        f"directory {folder / 'data'}",
    ]
    lines += [f'rootdn "cn=desk,{suffix}"', f"rootpw {password}", "maxsize 20000000", "dbnosync"]
    # A reader who is not root: limits hold for root neither.
    lines += ["access to attrs=userPassword by anonymous auth by * none", "access to * by * read"]
    (folder / "slapd.conf").write_text("\n".join(lines) + "\n")
    (folder / "data.ldif").write_text(ldif, encoding="utf-8")
    command = [str(found.path), "-T", "add", "-q", "-f", folder / "slapd.conf", "-l", folder / "data.ldif"]
    done = subprocess.run(command, env={**os.environ, **found.environment}, capture_output=True, text=True, timeout=START_SECONDS)
    assert done.returncode == 0, done.stderr
    plain, secured = free_port(), free_port()
    urls = f"ldap://127.0.0.1:{plain}/ ldaps://127.0.0.1:{secured}/"
    process = start([found.path, "-d", "0", "-f", folder / "slapd.conf", "-h", urls], folder, environment=found.environment)
    wait_for_port(process, secured, folder)
    return LdapServer(f"ldap://127.0.0.1:{plain}", f"ldaps://127.0.0.1:{secured}", password, authority.file, process)


def ldif(entries: Iterable[tuple[str, Mapping[str, str | Sequence[str]]]]) -> str:
    """Entries, each a name and its attributes, as LDIF (RFC 2849): every value in base64, so that any text fits."""
    lines = []
    for name, attributes in entries:
        lines.append(f"dn:: {_base64(name)}")
        for attribute, values in attributes.items():
            several = [values] if isinstance(values, str) else values
            lines += [f"{attribute}:: {_base64(value)}" for value in several if value]
        lines.append("")
    return "\n".join(lines)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
