"""Sentences of a translation that must be each other's although their vectors do not say so.

A wrong name can pull a sentence so far away that the alignment leaves it alone, and then nothing shows what the name
should be. Where a translation of the same text has unlinked sentences between the same linked neighbours, those that
share most of their wording are taken as each other's, until names are resolved and the text is aligned again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from audit.entities.spelling import fold
from audit.entities.tokens import tokenize
from audit.records import Link, Sentence, Text

__all__ = ["unlinked_counterparts"]

_WIDEST = 5
"""Gaps with more sentences than this on a side are no gaps."""
_LEAST, _LEAST_OF_SEVERAL = 0.25, 0.5


def unlinked_counterparts(text: Text, references: Sequence[Text], links: Sequence[Link]) -> Iterator[Link]:
    """Yield links of sentences that the alignment left alone, for two translations of the same text."""
    by_document: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_document[link.document].append(link)
    for reference in references:
        for ours, theirs in _gaps(text, reference, by_document[reference.document.name]):
            yield from _matched(ours, theirs, reference.document.name)


def _gaps(text: Text, reference: Text, links: Sequence[Link]) -> Iterator[tuple[list[Sentence], list[Sentence]]]:
    """Yield the unlinked sentences of both sides between neighbouring links, where both have some and few."""
    edges = sorted((k.hypothesis[0], k.hypothesis[-1], k.reference[0], k.reference[-1]) for k in links)
    edges.append((len(text.sentences), 0, len(reference.sentences), 0))
    ours, theirs = 0, 0
    for first, last, their_first, their_last in edges:
        if 0 < first - ours <= _WIDEST and 0 < their_first - theirs <= _WIDEST:
            yield (
                [s for s in text.sentences[ours:first] if s.audited],
                [s for s in reference.sentences[theirs:their_first] if s.audited],
            )
        ours, theirs = max(ours, last + 1), max(theirs, their_last + 1)


def _matched(ours: Sequence[Sentence], theirs: Sequence[Sentence], document: str) -> Iterator[Link]:
    least = _LEAST if len(ours) == len(theirs) == 1 else _LEAST_OF_SEVERAL
    shares = sorted(((_shared(a, b), -a.index, -b.index) for a in ours for b in theirs), reverse=True)
    used: set[tuple[str, int]] = set()
    for share, i, j in shares:
        if share >= least and ("ours", i) not in used and ("theirs", j) not in used:
            used |= {("ours", i), ("theirs", j)}
            yield Link((-i,), (-j,), share, 0.5 + 0.5 * share, "equivalent", document)


def _shared(a: Sentence, b: Sentence) -> float:
    """The share of words that both have, capitalised ones left out on both sides where they differ, 0 to 1."""
    left, right = (Counter(fold(t.text) for t in tokenize(s)) for s in (a, b))
    names = {fold(t.text) for s in (a, b) for t in tokenize(s) if t.capital}
    both = left & right
    rest = sum(sum(n for w, n in side.items() if w not in names or w in both) for side in (left, right))
    return 2 * both.total() / rest if rest else 0.0
