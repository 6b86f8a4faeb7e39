"""From what the detectors report to the findings of an audit: one finding a place, in order, with stable ids."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from audit.records import ENTITY_KINDS, Document, Finding

__all__ = ["finish"]

_CONTEXT = 24
_ID_DIGITS = 12
_CONJUNCTION = re.compile(r"\b(?:and|n?or|but)\b")
_CLAUSE_END = re.compile(r"[.;:!?]")


def finish(findings: Iterable[Finding], document: Document, rejected: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return ``findings`` in the order of the text, with ids, one a place and without the ``rejected`` ids.

    Of findings that overlap, those about entities win, then the surer, then the longer; a word left in another language
    wins over its capital letter and over a name that stands for nothing. Omissions have no extent and stand beside
    anything; of two alike one is kept. What is denied twice in one breath ("did not come and did not call") is one
    statement turned round, and one finding.
    """
    chosen: list[Finding] = []
    taken: list[tuple[int, int]] = []
    said: set[tuple[int, str]] = set()
    for finding in sorted(findings, key=_rank):
        if finding.start == finding.end:
            if (finding.start, finding.suggestion) in said:
                continue
            said.add((finding.start, finding.suggestion))
        else:
            # The places taken do not overlap, so that only the two around this one can.
            at = bisect_left(taken, (finding.start, finding.end))
            if any(a < finding.end and finding.start < b for a, b in taken[max(0, at - 1) : at + 1]):
                continue
            taken.insert(at, (finding.start, finding.end))
        chosen.append(finding)
    chosen.sort(key=lambda f: (f.start, f.end, f.kind, f.suggestion))
    chosen = _joined(chosen, document)
    seen: Counter[str] = Counter()
    named = []
    for finding in chosen:
        stem = _digest(finding, document)
        seen[stem] += 1
        named.append(replace(finding, id=stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"))
    return tuple(f for f in named if f.id not in rejected)


def _joined(findings: Iterable[Finding], document: Document) -> list[Finding]:
    """Join neighbouring negations of a sentence that a conjunction joins."""
    joined: list[Finding] = []
    for finding in findings:
        last = joined[-1] if joined else None
        if (
            last
            and last.kind == finding.kind == "negation"
            and last.sentence == finding.sentence
            and _coordinated(document.text[last.end : finding.start])
        ):
            surface = document.text[last.start : finding.end]
            joined[-1] = replace(
                last, end=finding.end, surface=surface, suggestion="", supported=False, reference_document=None,
                reference_start=None, reference_end=None, confidence=max(last.confidence, finding.confidence),
                evidence=f"“{surface}” turns the statement round twice: the reference says the reverse.",
            )  # fmt: skip
        else:
            joined.append(finding)
    return joined


def _coordinated(between: str) -> bool:
    """Whether a conjunction joins what stands before and after, in one clause."""
    return _CONJUNCTION.search(between) is not None and _CLAUSE_END.search(between) is None


def _rank(finding: Finding) -> tuple[int, float, int, int, str, str]:
    extent = finding.end - finding.start
    # A name that stands for nothing yields to what is known of its words.
    order = (0 if finding.suggestion else 2) if finding.kind in ENTITY_KINDS else 3
    return (
        {"untranslated": 1, "casing": 2}.get(finding.kind, order),
        -finding.confidence,
        -extent,
        finding.start,
        finding.kind,
        finding.suggestion,
    )


def _digest(finding: Finding, document: Document) -> str:
    """Id from document, surface, kind and the words around it, so that edits elsewhere leave it alone."""
    before = " ".join(document.text[max(0, finding.start - _CONTEXT) : finding.start].split()[1:])
    after = " ".join(document.text[finding.end : finding.end + _CONTEXT].split()[:-1])
    parts: tuple[str, ...] = (document.name, finding.kind, finding.surface, before, after)
    if finding.start == finding.end:
        parts += (finding.suggestion,)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_ID_DIGITS]
