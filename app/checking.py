"""What ``civicdesk check`` prints."""

from __future__ import annotations

import msgspec

from app.services.checks import falls_short
from app.terminal import table as columns
from models.checks import CheckRow
from models.outcomes import FAULT_WORDS


def exit_code(rows: tuple[CheckRow, ...], texts: tuple[str, ...] = ()) -> int:
    """0 when every department is fit for use and every article and letter can be read, 1 when one falls short."""
    return 1 if texts or any(falls_short(row) for row in rows) else 0


def as_json(rows: tuple[CheckRow, ...], texts: tuple[str, ...] = ()) -> str:
    """One object a department: id, title, kind, capabilities, state, ms, credential, error, problems; and what is wrong with texts."""
    departments = [
        {
            "id": row.id,
            "title": row.title,
            "kind": row.kind,
            "capabilities": row.capabilities,
            "state": row.state,
            "ms": round(row.ms, 1) if row.ms else None,
            "credential": row.credential,
            "error": FAULT_WORDS[row.fault.key][0] if row.fault else None,
            "detail": row.detail or None,
            "manifest": row.manifest,
            "problems": row.problems,
        }
        for row in rows
    ]
    return msgspec.json.encode({"departments": departments, "texts": texts}).decode()


def as_text(rows: tuple[CheckRow, ...], texts: tuple[str, ...] = ()) -> str:
    """A table, a row a department, with what is to be mended below it."""
    table = [("Department", "Kind", "Can", "Answers in", "Credential", "State")]
    notes = list(texts)
    for row in rows:
        state = row.state if not row.fault else f"{row.state}: {FAULT_WORDS[row.fault.key][0]}"
        table.append((row.title, row.kind, ", ".join(row.capabilities), f"{row.ms:.0f} ms" if row.ms else "-", row.credential, state))
        notes += row.problems
        if row.fault:
            notes.append(f"{row.title}: {FAULT_WORDS[row.fault.key][1]} ({row.detail or row.fault.key})")
        if row.credential == "missing":
            notes.append(f"{row.title}: its credential is not in the keyring; {row.manifest} names it under credential =")
    return "\n".join([*columns(table), *([""] if notes else []), *notes])
