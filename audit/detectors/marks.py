"""How detectors of wording write down a finding."""

from __future__ import annotations

import re
from collections.abc import Iterable

from audit.detectors.words import words
from audit.records import Finding, FindingKind, Sentence, Severity, Signal, Text

__all__ = ["ReferencePlace", "mark", "part_of_address", "reference_words"]

_PARTS = re.compile(r"[\W_]+")

_DOT = re.compile(r"\.[a-z]")

ReferencePlace = tuple[str, int, int]
"""Name of the reference, start and end (code points into it, half-open)."""


def mark(
    sentence: Sentence,
    start: int,
    end: int,
    kind: FindingKind,
    evidence: str,
    *,
    confidence: float,
    severity: Severity = "major",
    suggestion: str = "",
    supported: bool = False,
    place: ReferencePlace | None = None,
    signals: tuple[Signal, ...] = (),
) -> Finding:
    """Return a finding without id at ``start`` to ``end``, which count from the beginning of ``sentence``."""
    return Finding(
        id="",
        document=sentence.document,
        sentence=sentence.index,
        start=sentence.start + start,
        end=sentence.start + end,
        surface=sentence.text[start:end],
        suggestion=suggestion,
        entity="",
        kind=kind,
        severity=severity,
        confidence=round(confidence, 4),
        supported=supported,
        evidence=evidence,
        reference_document=place[0] if place else None,
        reference_start=place[1] if place else None,
        reference_end=place[2] if place else None,
        signals=signals,
    )


def reference_words(references: Iterable[Text]) -> dict[str, ReferencePlace]:
    """Return the words of the references and the parts of compound ones, in lower case, each with its first place."""
    found: dict[str, ReferencePlace] = {}
    for text in references:
        for sentence in text.sentences:
            if sentence.audited:
                for word, start, end in words(sentence.text):
                    place = (text.document.name, sentence.start + start, sentence.start + end)
                    found.setdefault(word.lower(), place)
                    for part in _PARTS.split(word.lower()) if not word.isalnum() else ():
                        found.setdefault(part, place)
    return found


def part_of_address(text: str, start: int, end: int) -> bool:
    """Whether the word at ``start`` to ``end`` belongs to a web or mail address, a handle or a file name."""
    before, after = text[max(0, start - 1) : start], text[end : end + 2]
    return before in ("@", "#", "/", "_") or after[:1] in ("@", "/", "_") or bool(_DOT.match(after)) or (
        before == "." and start > 1 and text[start - 2].isalnum()
    )  # fmt: skip
