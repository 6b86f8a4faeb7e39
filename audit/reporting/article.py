"""The text under audit as an article: paragraphs, marked spans, and the counterparts that stand beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from audit.records import Audit, Finding, Link, SentenceResult
from audit.reporting.diff import Piece, compare

__all__ = ["Note", "Row", "Segment", "ShownSentence", "rows"]

_SENTENCES_A_ROW = 6
_OPEN_NOTES = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of letters within a sentence. ``finding``: the number of the finding that it is part of."""

    text: str
    finding: int | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence with its segments; ``gap``: what stands before it in the paragraph."""

    result: SentenceResult
    segments: tuple[Segment, ...]
    gap: str

    @property
    def number(self) -> int:
        """Its number for people, counted from 1."""
        return self.result.sentence.index + 1


@dataclass(frozen=True, slots=True)
class Note:
    """A link as it stands beside the text: numbers are counted from 1; no pieces in a report with excerpts only."""

    link: Link
    sentences: tuple[int, ...]
    reference: tuple[int, ...]
    pieces: tuple[Piece, ...]
    folded: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph, or a part of a long one, with the counterparts of its sentences."""

    sentences: tuple[ShownSentence, ...]
    notes: tuple[Note, ...]
    alone: tuple[int, ...]
    audited: bool


def rows(audit: Audit, *, excerpts: bool = False) -> Iterator[Row]:
    """Yield the article row by row."""
    by_sentence: dict[int, list[int]] = defaultdict(list)
    for number, finding in enumerate(audit.findings):
        by_sentence[finding.sentence].append(number)
    links: dict[int, list[Link]] = defaultdict(list)
    for link in sorted(audit.links, key=lambda link: (-link.confidence, link.document, link.reference)):
        links[link.hypothesis[0]].append(link)
    texts = {t.document.name: tuple(s.text for s in t.sentences) for t in audit.references}

    for group in _paragraphs(audit):
        shown = tuple(_shown(audit, result, by_sentence[result.sentence.index]) for result in group)
        notes = (
            _note(audit, link, texts[link.document], folded=place >= _OPEN_NOTES, excerpts=excerpts)
            for result in group
            for place, link in enumerate(links[result.sentence.index])
        )
        alone = tuple(r.sentence.index + 1 for r in group if r.status == "unaligned")
        yield Row(shown, tuple(notes), alone, group[0].sentence.audited)


def _paragraphs(audit: Audit) -> Iterator[list[SentenceResult]]:
    """Yield the sentences of one row each: a new line, or the end of what is audited, ends it."""
    group: list[SentenceResult] = []
    for result in audit.sentences:
        if group:
            before = group[-1].sentence
            new_line = "\n" in audit.document.text[before.end : result.sentence.start]
            if new_line or len(group) == _SENTENCES_A_ROW or before.audited != result.sentence.audited:
                yield group
                group = []
        group.append(result)
    if group:
        yield group


def _shown(audit: Audit, result: SentenceResult, numbers: Sequence[int]) -> ShownSentence:
    index = result.sentence.index
    before = audit.sentences[index - 1].sentence.end if index else 0
    gap = audit.document.text[before : result.sentence.start]
    findings = {number: audit.findings[number] for number in numbers}
    return ShownSentence(result, tuple(_segments(result, findings)), gap if gap.strip() else " ")


def _segments(result: SentenceResult, findings: Mapping[int, Finding]) -> Iterator[Segment]:
    """Cut a sentence where findings begin and end; where they overlap, the shortest shows.

    Every finding gets a first segment, an empty one if all its letters belong to others.
    """
    sentence = result.sentence
    within = range(sentence.start, sentence.end + 1)
    spans = {n: (_nearest(f.start, within), _nearest(f.end, within)) for n, f in findings.items()}
    cuts = sorted({sentence.start, sentence.end, *(place for span in spans.values() for place in span)})
    owners: list[int | None] = []
    for begin, end in pairwise(cuts):
        over = (n for n, (a, b) in spans.items() if a <= begin and end <= b)
        owners.append(min(over, key=lambda n: (spans[n][1] - spans[n][0], n), default=None))
    begun: set[int | None] = {None}
    for begin, end, owner in zip(cuts, [*cuts[1:], sentence.end], [*owners, None], strict=True):
        yield from (Segment("", n, True) for n, (a, _) in spans.items() if a == begin and n not in owners)
        if begin < end:
            text = sentence.text[begin - sentence.start : end - sentence.start]
            yield Segment(text, owner, owner not in begun)
            begun.add(owner)


def _nearest(place: int, within: range) -> int:
    return min(max(place, within.start), within.stop - 1)


def _note(audit: Audit, link: Link, sentences: Sequence[str], *, folded: bool, excerpts: bool) -> Note:
    ours = " ".join(audit.sentences[index].sentence.text for index in link.hypothesis)
    theirs = " ".join(sentences[index] for index in link.reference)
    pieces = () if excerpts else tuple(compare(ours, theirs))
    return Note(link, tuple(i + 1 for i in link.hypothesis), tuple(i + 1 for i in link.reference), pieces, folded)
