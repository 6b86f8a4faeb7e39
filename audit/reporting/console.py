"""What a terminal shows of an audit: a summary that a person can act on. Computes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from audit.records import FINDING_KINDS, Audit
from audit.reporting.summaries import complete

__all__ = ["columns", "printable", "summary"]

_FORMS_SHOWN = 6


def summary(audit: Audit) -> list[str]:
    """Return the lines of the summary: verdict, sentences, quality, findings by kind, the worst entities."""
    figures = complete(audit)
    names = ", ".join(reference.document.name for reference in audit.references) or "no reference"
    quality = figures["mean_quality"]
    facts = [
        ("sentences", f"{figures['audited']} audited, {figures['aligned']} of them with a counterpart"),
        ("quality", "not judged" if quality is None else f"{quality:.0f} of 100, mean of those with a counterpart"),
        ("findings", f"{figures['findings']}, {figures['major']} of them major"),
    ]
    if figures["pivot"]:
        facts.append(("came through", f"{figures['pivot']['language']}, probably: {figures['pivot']['evidence']}"))
    if figures["conflicts"]:
        facts.append(("conflicts", f"{figures['conflicts']}: the sources differ, see conflicts.csv"))
    lines = [f"{audit.document.name} against {names}", "", figures["verdict"], "", *columns(facts)]
    if figures["by_kind"]:
        lines += ["", *columns([("findings", "major", "minor"), *_kinds(figures["by_kind"])])]
    if figures["worst_entities"]:
        lines += ["", "worst entities", *columns(_entities(figures["worst_entities"]))]
    return [printable(line) for line in lines]


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return ``rows`` set in columns, figures to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(_set, row, widths)).rstrip() for row in rows]


def printable(text: str) -> str:
    """Return ``text`` with characters that would steer a terminal or turn its direction written as escapes."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def _set(cell: str, width: int) -> str:
    return cell.rjust(width) if cell[:1].isdigit() and " " not in cell else cell.ljust(width)


def _kinds(by_kind: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, str]]:
    present = (kind for kind in FINDING_KINDS if kind in by_kind)
    return [(kind, str(by_kind[kind]["major"]), str(by_kind[kind]["minor"])) for kind in present]


def _entities(worst: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    rows = []
    for entity in worst:
        forms = [f"{form} ×{count}" for form, count in entity["forms"].items()]
        shown = ", ".join(forms[:_FORMS_SHOWN]) + (" …" if len(forms) > _FORMS_SHOWN else "")
        rows.append((entity["entity"], str(entity["findings"]), shown))
    return rows
