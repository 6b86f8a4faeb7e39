"""Mangled names: from how each name was read to findings, and what the text shows without any reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.detectors.case import Case
from audit.entities.readings import Reading, Resolution
from audit.records import Finding, Text

__all__ = ["detect"]

_CLAUSES = 3


def detect(case: Case, resolution: Resolution) -> list[Finding]:
    """Return a finding for every name that was read as an error."""
    return list(_findings(case, resolution))


def _findings(case: Case, resolution: Resolution) -> Iterator[Finding]:
    for reading in resolution.readings:
        if reading.kind is None:
            continue
        reference = case.references[reading.place.reference] if reading.place else None
        name = reading.name
        yield Finding(
            id="",
            document=case.hypothesis.document.name,
            sentence=name.sentence,
            start=name.start,
            end=name.end,
            surface=name.surface,
            suggestion=reading.suggestion,
            entity=reading.canonical,
            kind=reading.kind,
            severity=reading.severity,
            confidence=round(reading.confidence, 4),
            supported=reading.supported,
            evidence=_sentence(reading, case.references),
            reference_document=reference.document.name if reference else None,
            reference_start=reading.place.start if reading.place else None,
            reference_end=reading.place.end if reading.place else None,
            signals=reading.signals,
            forms=reading.forms,
        )


def _sentence(reading: Reading, references: Sequence[Text]) -> str:
    """Say in one sentence why the form is held to be wrong."""
    clauses = [s.text for s in reading.signals if s.weight >= 0 and s.text][:_CLAUSES]
    reasons = "; ".join(clauses) or "it fits nothing else"
    if not reading.suggestion:
        return f"“{reading.name.surface}” is suspicious: {reasons}."
    where = f" (see {references[reading.place.reference].document.name})" if reading.place else ""
    return f"“{reading.name.surface}” should be “{reading.suggestion}”: {reasons}{where}."
