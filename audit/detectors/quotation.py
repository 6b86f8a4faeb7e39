"""Quotations that a reference gives in other words.

What somebody said has one wording. Translated there and back it is a paraphrase in quotation marks. Only accounts of
the same events are compared: a translation of the same text renders the quotation as freely as the hypothesis does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from audit.detectors.case import Case
from audit.detectors.marks import mark
from audit.detectors.pairing import Pair, Side, pairs
from audit.detectors.relations import relate
from audit.entities.gazetteers import zipf
from audit.records import Finding

__all__ = ["detect"]

_OPEN = frozenset('“"«„')
_CLOSE = frozenset('”"»“')
_SHORTEST = 4
"""Words; shorter quotations are often names and catchwords."""
_FUNCTION_WORD = 6.0
_SAME_MATTER = 0.45
_VERBATIM = 0.75
_LEAST_SHARED = 0.15
_CONFIDENCE = 0.6


def detect(case: Case) -> list[Finding]:
    """Return a finding for every quotation whose counterpart in an equivalent sentence is worded otherwise."""
    if case.mode != "comparable":
        return []
    said = [_plain(s.text) for text in case.references for s in text.sentences if s.audited]
    documents = {text.document.name: text.document.text for text in case.references}
    found: dict[tuple[int, int], Finding] = {}
    for pair in pairs(case):
        for ours in _quotations(pair.hypothesis):
            finding = _compare(case, pair, ours, documents[pair.document], said)
            if finding is not None:
                best = found.get((finding.start, finding.end))
                if best is None or finding.confidence > best.confidence:
                    found[finding.start, finding.end] = finding
    return list(found.values())


def _quotations(side: Side) -> Iterator[tuple[int, int]]:
    """Yield the words between quotation marks, half-open."""
    start = -1
    for place, word in enumerate(side.words):
        if start >= 0 and word in _CLOSE:
            if place - start >= _SHORTEST:
                yield start, place
            start = -1
        elif word in _OPEN:
            start = place + 1


def _compare(case: Case, pair: Pair, ours: tuple[int, int], reference: str, said: Sequence[str]) -> Finding | None:
    left = pair.hypothesis
    sentence = case.hypothesis.sentences[int(left.sentences[ours[0]])]
    if int(left.sentences[ours[1] - 1]) != sentence.index:
        return None
    start, end = int(left.spans[ours[0], 0]) - sentence.start, int(left.spans[ours[1] - 1, 1]) - sentence.start
    wording = _plain(sentence.text[start:end])
    if any(wording in statement for statement in said):
        return None
    best: tuple[float, tuple[int, int]] | None = None
    for theirs in _quotations(pair.reference):
        matter, shared = _likeness(pair, ours, theirs)
        if matter >= _SAME_MATTER and _LEAST_SHARED <= shared < _VERBATIM and (best is None or matter > best[0]):
            best = matter, theirs
    if best is None:
        return None
    matter, (low, high) = best
    begin, stop = int(pair.reference.spans[low, 0]), int(pair.reference.spans[high - 1, 1])
    return mark(
        sentence, start, end, "quotation",
        f"The reference ({pair.document}) gives this quotation in other words: “{reference[begin:stop]}”.",
        confidence=_CONFIDENCE * min(1.0, pair.confidence + 0.2), severity="minor", suggestion=reference[begin:stop],
        supported=True, place=(pair.document, begin, stop),
    )  # fmt: skip


def _likeness(pair: Pair, ours: tuple[int, int], theirs: tuple[int, int]) -> tuple[float, float]:
    """Return how near the words of two quotations are in meaning (cosine), and what share of the content they share."""
    cosine = pair.hypothesis.vectors[slice(*ours)] @ pair.reference.vectors[slice(*theirs)].T
    matter = float((cosine.max(axis=1).mean() + cosine.max(axis=0).mean()) / 2)
    left, right = ([w.lower() for w in side.words[slice(*span)] if w[0].isalnum() and zipf(w.lower()) < _FUNCTION_WORD]
                   for side, span in ((pair.hypothesis, ours), (pair.reference, theirs)))  # fmt: skip
    if not left or not right:
        return matter, 0.0
    same = relate(left, right).same
    return matter, float((np.any(same, axis=1).mean() + np.any(same, axis=0).mean()) / 2)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
