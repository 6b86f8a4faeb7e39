"""From what the detectors report to the findings of an audit: one finding a place, in order, with stable ids."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from audit.records import ENTITY_KINDS, Document, Finding

__all__ = ["finish"]

_CONTEXT = 24
_ID_DIGITS = 12
_STATEMENT_END = re.compile(r"[.;:!?]")


def finish(findings: Iterable[Finding], document: Document, rejected: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return ``findings`` in the order of the text, with ids, one a place and without the ``rejected`` ids.

    Of findings that overlap, those about entities win, then the surer, then the longer; a word left in another language
    wins over its capital letter and over a name that stands for nothing. Omissions have no extent and stand beside
    anything; of two alike one is kept. What is denied twice in one breath ("did not come when she did not call") is one
    error: a translation that loses or invents a "not" twice in a sentence has turned the whole of it round.
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
    """Join neighbouring negations of a sentence."""
    runs: list[list[Finding]] = []
    for finding in findings:
        if runs and _in_one_breath(runs[-1][-1], finding, document):
            runs[-1].append(finding)
        else:
            runs.append([finding])
    return [run[0] if len(run) == 1 else _whole(run, document) for run in runs]


def _in_one_breath(first: Finding, second: Finding, document: Document) -> bool:
    """Whether both are negations, of one sentence, with nothing between them that ends a statement."""
    return (
        first.kind == second.kind == "negation"
        and first.sentence == second.sentence
        and _STATEMENT_END.search(document.text, first.end, second.start) is None
    )


def _whole(run: Sequence[Finding], document: Document) -> Finding:
    """Make one finding of a run; it is corrected where each of its parts is, in one reference and in its order."""
    first, last = run[0], run[-1]
    places = [(f.reference_document, f.reference_start or 0, f.reference_end or 0) for f in run]
    known = all(f.suggestion and f.supported for f in run) and len({name for name, _, _ in places}) == 1
    in_order = known and all(a[2] <= b[1] for a, b in pairwise(places))
    gaps = [document.text[a.end : b.start] for a, b in pairwise(run)] + [""]
    return replace(
        first,
        end=last.end,
        surface=document.text[first.start : last.end],
        suggestion="".join(f.suggestion + gap for f, gap in zip(run, gaps, strict=True)) if in_order else "",
        supported=in_order,
        reference_document=first.reference_document if in_order else None,
        reference_start=first.reference_start if in_order else None,
        reference_end=last.reference_end if in_order else None,
        severity="major" if any(f.severity == "major" for f in run) else first.severity,
        confidence=max(f.confidence for f in run),
        evidence=" ".join(f.evidence for f in run),
    )


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
