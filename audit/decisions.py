"""What a reviewer decided on findings, as the report exports it.

The JSON form is ``{"decisions": [{"id": …, "decision": …, "correction": …}, …]}``, the CSV form has the same three
columns; further keys and columns are for people. A file may hold decisions on findings that are no more.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from audit.cells import unguard
from audit.errors import InputError
from audit.untrusted import parse_json, read_bytes

__all__ = ["Decision", "Verdict", "read_decisions"]

Verdict = Literal["accept", "reject", "correct"]

_MAX_BYTES = 1 << 26


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on the finding ``id``: its suggestion is right, it is no error, or ``correction`` is what is right.

    ``correction`` is empty unless ``decision`` is ``correct``; there an empty one means that the span should go.
    """

    id: str
    decision: Verdict
    correction: str = ""

    @property
    def rejects(self) -> bool:
        """The finding is no error."""
        return self.decision == "reject"


def read_decisions(path: str | Path) -> list[Decision]:
    """Read a file of decisions, JSON or CSV; of several on one finding the last one holds.

    Raises:
        InputError: the file cannot be read, or holds something else.
    """
    try:
        text = read_bytes(Path(path), _MAX_BYTES).decode("utf-8-sig")
        rows = _from_json(text) if text.lstrip().startswith(("{", "[")) else _from_csv(text)
        decisions = [_decision(row) for row in rows]
    except OSError as error:
        raise InputError(f"cannot read the decisions {path}: {error.strerror}") from error
    except (ValueError, csv.Error) as error:
        raise InputError(f"{path} is no file of decisions: {error}. Export it from a report.") from error
    return list({decision.id: decision for decision in decisions}.values())


def _from_json(text: str) -> list[Mapping[str, Any]]:
    values = parse_json(text)
    rows = values.get("decisions") if isinstance(values, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError('it has no list "decisions"')
    return rows


def _from_csv(text: str) -> list[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = {"id", "decision"} - set(reader.fieldnames or ())
    if missing:
        raise ValueError(f"it has no column {', '.join(sorted(missing))}")
    return [{name: unguard(cell) for name, cell in row.items() if isinstance(cell, str)} for row in reader]


def _decision(row: Mapping[str, Any]) -> Decision:
    key, correction = row.get("id"), row.get("correction") or ""
    verdict: Any = row.get("decision")
    if not isinstance(key, str) or not key:
        raise ValueError("a decision has no id")
    if verdict not in get_args(Verdict):
        raise ValueError(f"the decision on {key} is {verdict!r}; it must be one of {', '.join(get_args(Verdict))}")
    if not isinstance(correction, str):
        raise ValueError(f"the correction of {key} is no text")
    return Decision(key, verdict, correction if verdict == "correct" else "")
