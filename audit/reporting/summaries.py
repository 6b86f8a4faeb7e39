"""The summary of an audit as what shows it may rely on, whoever wrote the audit.json that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

import msgspec

from audit.records import Audit, FindingKind, Severity

__all__ = ["Pivot", "Summary", "WorstEntity", "check", "complete"]

Count = Annotated[int, msgspec.Meta(ge=0)]


class Pivot(TypedDict, total=False):
    """The language that the text probably came through."""

    language: str
    evidence: str


class WorstEntity(TypedDict, total=False):
    """An entity with the wrong forms that it takes and how often."""

    entity: str
    type: str
    findings: Count
    major: Count
    forms: dict[str, Count]


class Summary(TypedDict, total=False):
    """What `audit.pipeline` gathers; `complete` leaves nothing out."""

    sentences: Count
    audited: Count
    aligned: Count
    mean_quality: Annotated[float, msgspec.Meta(ge=0, le=100)] | None
    findings: Count
    major: Count
    by_kind: dict[FindingKind, dict[Severity, Count]]
    conflicts: Count
    worst_entities: list[WorstEntity]
    pivot: Pivot | None
    verdict: str


def check(summary: Mapping[str, Any]) -> None:
    """Raise ``msgspec.ValidationError`` where a value is of the wrong kind; any may be missing."""
    msgspec.convert(summary, Summary)


def complete(audit: Audit) -> dict[str, Any]:
    """Return the summary of ``audit`` with every key; what an older or a foreign audit.json lacks is empty."""
    given = audit.summary
    pivot = given.get("pivot")
    empty_entity = {"entity": "", "type": "other", "findings": 0, "major": 0, "forms": {}}
    return {
        "sentences": len(audit.sentences),
        "audited": len(audit.sentences),
        "aligned": 0,
        "mean_quality": None,
        "findings": len(audit.findings),
        "major": sum(finding.severity == "major" for finding in audit.findings),
        "conflicts": len(audit.conflicts),
        "verdict": "",
        **given,
        "by_kind": {kind: {"major": 0, "minor": 0, **counts} for kind, counts in given.get("by_kind", {}).items()},
        "worst_entities": [{**empty_entity, **entity} for entity in given.get("worst_entities", ())],
        "pivot": None if pivot is None else {"language": "another language", "evidence": "", **pivot},
    }
