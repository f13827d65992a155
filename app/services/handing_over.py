"""What a person is told who has to do a department's part of a change by hand: the text of a work item."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.manifest import Manifest
from adapters.manifest_apply import Apply
from models.changes import ADDRESS_PARTS, ChangeKind
from models.outbox import Task
from models.outcomes import FAULT_WORDS, WRITING_WORDS
from models.people import SubjectRef
from models.records import RecordRef


def words_for(fault: str) -> str:
    """A fault of writing, or a hindrance, in a sentence."""
    return WRITING_WORDS.get(fault) or FAULT_WORDS.get(fault, ("", ""))[1]


def apply_of(manifest: Manifest, kind: str) -> Apply:
    """How a department takes a kind of change; a manifest may leave all of it to its kind."""
    return manifest.apply_for(kind) or Apply(change=kind)


def task_for(
    manifest: Manifest,
    kind: ChangeKind | None,
    kind_id: str,
    title: str,
    values: Mapping[str, str],
    caller_name: str,
    subject: SubjectRef | None,
    record: RecordRef | None,
    why: str,
) -> Task:
    """Whose data, what to write, and why nobody else did."""
    labels = {field.name: field.label for field in kind.fields} if kind else {}
    addresses = [field.name for field in kind.fields if field.type == "address"] if kind else []
    parts = ADDRESS_PARTS if any(values.get(name) for name in addresses) else ()
    filled = [f"{labels.get(name, name)}: {value}" for name, value in values.items() if value and name not in parts]
    whose = [caller_name, f"person {subject.id}" if subject else "", f"number {record.id}" if record else ""]
    lines = [", ".join(filter(None, whose)), *filled, why]
    return Task(apply_of(manifest, kind_id).queue, f"{manifest.title}: {title}", "\n".join(filter(None, lines)))
