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
from audit.detectors.pairing import Side, take
from audit.detectors.relations import relate
from audit.entities.gazetteers import FUNCTION_WORD, zipf
from audit.records import Finding, Sentence, Text

__all__ = ["detect"]

_OPEN = frozenset('“"«„')
_CLOSE = frozenset('”"»“')
_SHORTEST = 4
"""Words and marks; shorter quotations are often names and catchwords."""
_SAME_MATTER = 0.45
_VERBATIM = 0.75
_LEAST_SHARED = 0.15
_CONFIDENCE = 0.6


def detect(case: Case) -> list[Finding]:
    """Return a finding for every quotation whose counterpart in an equivalent sentence is worded otherwise."""
    if case.mode != "comparable":
        return []
    said = _said(case.references)
    number = {text.document.name: i for i, text in enumerate(case.references)}
    found: dict[tuple[int, int], Finding] = {}
    for link in case.links:
        spoken = any(_OPEN.intersection(case.hypothesis.sentences[i].text) for i in link.hypothesis)
        if link.relation != "equivalent" or not spoken:
            continue
        text = case.references[number[link.document]]
        left = take(case, [(-1, i) for i in link.hypothesis])
        quoted = [] if left is None else list(_quotations(left))
        if left is None or not quoted:
            continue
        right = take(case, [(number[link.document], j) for j in link.reference])
        if right is None:
            continue
        for ours in quoted:
            sentence = case.hypothesis.sentences[int(left.sentences[ours[0]])]
            finding = _compare(sentence, left, ours, text, right, said, link.confidence)
            if finding is not None:
                best = found.get((finding.start, finding.end))
                if best is None or finding.confidence > best.confidence:
                    found[finding.start, finding.end] = finding
    return list(found.values())


def _quotations(side: Side) -> Iterator[tuple[int, int]]:
    """Yield the words between quotation marks, half-open; none goes on over the end of its sentence."""
    start = -1
    for place, word in enumerate(side.words):
        if start >= 0 and word in _CLOSE:
            if place - start >= _SHORTEST and side.sentences[start] == side.sentences[place]:
                yield start, place
            start = -1
        elif word in _OPEN:
            start = place + 1


def _compare(
    sentence: Sentence,
    left: Side,
    ours: tuple[int, int],
    reference: Text,
    right: Side,
    said: str,
    confidence: float,
) -> Finding | None:
    start, end = int(left.spans[ours[0], 0]) - sentence.start, int(left.spans[ours[1] - 1, 1]) - sentence.start
    wording = _plain(sentence.text[start:end])
    if wording in said:
        return None
    best: tuple[float, tuple[int, int]] | None = None
    for theirs in _quotations(right):
        matter = _nearness(left, ours, right, theirs)
        if matter < _SAME_MATTER or (best is not None and matter <= best[0]):
            continue
        if _LEAST_SHARED <= _shared(left, ours, right, theirs) <= _VERBATIM:
            best = matter, theirs
    if best is None:
        return None
    begin, stop = int(right.spans[best[1][0], 0]), int(right.spans[best[1][1] - 1, 1])
    name, theirs_said = reference.document.name, reference.document.text[begin:stop]
    return mark(
        sentence, start, end, "quotation",
        f"The reference ({name}) gives this quotation in other words: “{theirs_said}”.",
        confidence=_CONFIDENCE * confidence, severity="minor", suggestion=theirs_said, supported=True,
        place=(name, begin, stop),
    )  # fmt: skip


def _nearness(left: Side, ours: tuple[int, int], right: Side, theirs: tuple[int, int]) -> float:
    """Return how near the words of two quotations are in meaning (cosine)."""
    cosine = left.vectors[slice(*ours)] @ right.vectors[slice(*theirs)].T
    return float((cosine.max(axis=1).mean() + cosine.max(axis=0).mean()) / 2)


def _shared(left: Side, ours: tuple[int, int], right: Side, theirs: tuple[int, int]) -> float:
    """Return what share of their content two quotations share."""
    mine, other = ([w.lower() for w in side.words[slice(*span)] if w[0].isalnum() and zipf(w.lower()) < FUNCTION_WORD]
                   for side, span in ((left, ours), (right, theirs)))  # fmt: skip
    if not mine or not other:
        return 0.0
    same = relate(mine, other).same
    return float((np.any(same, axis=1).mean() + np.any(same, axis=0).mean()) / 2)


def _said(references: Sequence[Text]) -> str:
    """Return the words of all sentences of the references, a sentence a line."""
    return "\n".join(_plain(s.text) for text in references for s in text.sentences if s.audited)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
