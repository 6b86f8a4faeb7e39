"""The tables of a report: their columns, their rows and how they are read back.

Files are UTF-8 without byte order mark, with a header, commas and CRLF (RFC 4180). An empty cell is not known or not
judged. Real numbers have four digits after the point; audit.json has them in full.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from audit.cells import guard, unguard
from audit.errors import InputError
from audit.records import ENTITY_KINDS, Audit, Finding, Statement

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TABLES", "read_table", "table_csv", "table_frame", "table_rows"]

_LONGEST_CELL = 100_000_000

Cell = str | int | float | None
Kind = Literal["text", "integer", "integer?", "real"]

_FINDING: Mapping[str, Kind] = {
    "id": "text",
    "document": "text",
    "sentence": "integer",
    "start": "integer",
    "end": "integer",
    "surface": "text",
    "suggestion": "text",
    "entity": "text",
    "kind": "text",
    "severity": "text",
    "confidence": "real",
    "supported": "text",
    "evidence": "text",
    "reference_document": "text",
    "reference_start": "integer?",
    "reference_end": "integer?",
}

TABLES: Mapping[str, Mapping[str, Kind]] = {
    "entities": _FINDING,
    "findings": _FINDING,
    "mentions": {
        "document": "text",
        "sentence": "integer",
        "start": "integer",
        "end": "integer",
        "surface": "text",
        "entity": "text",
        "type": "text",
        "status": "text",
    },
    "alignment": {
        "link": "integer",
        "hypothesis_sentence": "integer",
        "hypothesis_start": "integer",
        "hypothesis_end": "integer",
        "reference_document": "text",
        "reference_sentence": "integer",
        "reference_start": "integer",
        "reference_end": "integer",
        "similarity": "real",
        "confidence": "real",
        "relation": "text",
    },
    "sentences": {
        "document": "text",
        "sentence": "integer",
        "start": "integer",
        "end": "integer",
        "text": "text",
        "status": "text",
        "quality": "real",
        "mqm": "real",
        "bleu": "real",
        "chrf": "real",
        "ter": "real",
        "similarity": "real",
        "findings": "integer",
    },
    "conflicts": {
        "conflict": "integer",
        "type": "text",
        "topic": "text",
        "first_document": "text",
        "first_sentence": "integer",
        "first_start": "integer",
        "first_end": "integer",
        "first_surface": "text",
        "second_document": "text",
        "second_sentence": "integer",
        "second_start": "integer",
        "second_end": "integer",
        "second_surface": "text",
    },
}
"""The columns of every table, in order; ``integer?`` is an integer that may be empty, as any ``real`` may."""


def table_rows(audit: Audit, name: str) -> tuple[tuple[str, ...], list[tuple[Cell, ...]]]:
    """Return the columns and the rows of the table ``name`` (a key of ``TABLES``), without the guard on formulas."""
    rows: Mapping[str, Iterable[tuple[Cell, ...]]] = {
        "entities": (_finding(f) for f in audit.findings if f.kind in ENTITY_KINDS),
        "findings": (_finding(f) for f in audit.findings),
        "mentions": (
            (m.document, m.sentence, m.start, m.end, m.surface, m.entity, m.type, m.status) for m in audit.mentions
        ),
        "alignment": _alignment(audit),
        "sentences": _sentences(audit),
        "conflicts": (
            (number, c.type, c.topic, *_statement(c.first), *_statement(c.second))
            for number, c in enumerate(audit.conflicts)
        ),
    }
    return tuple(TABLES[name]), [tuple(map(_plain, row)) for row in rows[name]]


def table_csv(audit: Audit, name: str) -> str:
    """Return the table ``name`` as the text of its file."""
    columns, rows = table_rows(audit, name)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([guard(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


def table_frame(audit: Audit, name: str) -> pd.DataFrame:
    """Return the table ``name`` as ``read_table`` reads it from its file."""
    import pandas as pd

    columns, rows = table_rows(audit, name)
    cells = (["" if cell is None else str(cell) for cell in row] for row in rows)
    return _typed(pd.DataFrame(list(cells), columns=list(columns), dtype=object))


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table that a run wrote; the apostrophes that guard formulas are taken away again.

    Text columns hold ``str`` (an empty cell is ``""``); offsets and counts are ``int64``, or ``Int64`` where they may
    be empty; scores are ``float64`` with NaN for an empty cell.

    Raises:
        InputError: there is no such file, or it is no table of an audit.
    """
    import pandas as pd

    path = Path(path)
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    try:
        # Not by pandas: versions before 3.1 end a cell at U+0000.
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
        frame = pd.DataFrame(rows, columns=header, dtype=object)
        for column in header:
            if _kind(column) == "text":
                frame[column] = frame[column].map(unguard)
        return _typed(frame)
    except OSError as error:
        raise InputError(f"cannot read the table {path}: {error.strerror}") from error
    except (KeyError, ValueError, csv.Error) as error:  # pandas' own errors and UnicodeDecodeError are ValueErrors
        raise InputError(f"{path} is not a table that an audit wrote: {error}") from error


def _kind(column: str) -> Kind:
    for columns in TABLES.values():
        if column in columns:
            return columns[column]
    raise KeyError(f"unknown column {column!r}")


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    for column in frame.columns:
        match frame_kind := _kind(column):
            case "text":
                frame[column] = frame[column].astype("str")
            case "real":
                frame[column] = pd.to_numeric(frame[column].where(frame[column] != "", None)).astype("float64")
            case _:
                cells = pd.to_numeric(frame[column].where(frame[column] != "", None)).astype("Int64")
                frame[column] = cells if frame_kind == "integer?" else cells.astype("int64")
    return frame


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return round(cell, 4) + 0.0 if math.isfinite(cell) else None
    # A lone surrogate has no UTF-8; a question mark in its place keeps every offset.
    return cell.encode("utf-8", "replace").decode("utf-8") if isinstance(cell, str) else cell


def _finding(f: Finding) -> tuple[Cell, ...]:
    supported = "yes" if f.supported else "no"
    place = (f.reference_document, f.reference_start, f.reference_end)
    span = (f.id, f.document, f.sentence, f.start, f.end, f.surface)
    return (*span, f.suggestion, f.entity, f.kind, f.severity, f.confidence, supported, f.evidence, *place)


def _statement(s: Statement) -> tuple[Cell, ...]:
    return (s.document, s.sentence, s.start, s.end, s.surface)


def _alignment(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    references = {reference.document.name: reference.sentences for reference in audit.references}
    for number, link in enumerate(audit.links):
        for h in link.hypothesis:
            source = audit.sentences[h].sentence
            for r in link.reference:
                target = references[link.document][r]
                sides = (h, source.start, source.end, link.document, r, target.start, target.end)
                yield (number, *sides, link.similarity, link.confidence, link.relation)


def _sentences(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    for result in audit.sentences:
        s, score = result.sentence, result.score
        figures = (score.quality, score.mqm, score.bleu, score.chrf, score.ter, score.similarity)
        yield (s.document, s.index, s.start, s.end, s.text, result.status, *figures, result.findings)
