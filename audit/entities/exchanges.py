"""What two sentences that say the same have in each other's place: the words that stand between the same words.

Sentences are laid side by side word by word (the edit script of Levenshtein's distance over words, not letters). Where
both have other words between the same neighbours, one was exchanged for the other. In two free accounts that is rare
and says little; in two translations, or where one account quotes another's wording, it is the strongest sign there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from rapidfuzz.distance import Levenshtein

from audit.entities.spelling import fold, word_similarity
from audit.entities.tokens import Token, tokenize
from audit.records import Link, Text

__all__ = ["Exchange", "find_exchanges", "stands_for"]

_LONGEST = 8
_REACH = 2
"""Words of the frame that are counted on each side; more say no more."""
_TRUSTED_LINK = 0.5
_MOST_PAIRS = 250_000
"""Words of one side times those of the other: no sentences are that long, and the work grows with it."""
_EDGE = "\n"
_SHORT_ACRONYM = 3
_ALIKE = 0.7
_LEAST_EXACT = 0.2
_LONGEST_NAME = 6
_ARTICLES = frozenset(("the", "a", "an"))
_BREAK = re.compile(r"[^\w\s&’'.-]|\.\s[a-z]")
_IN_NAMES = frozenset("of the for and".split())
_NO_NAMES = frozenset(
    "he she it they we you i him her them us me his its their our my your this that these those who which what one "
    "some all both there here or but as if not to in on at by from with is are was were be been has have had every "
    "each a an too also well then now soon will would can could may might must".split()
)
"""Words that are no part of a name and its nouns."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Code points ``start`` to ``end`` of the hypothesis against ``their_start`` to ``their_end`` of a reference.

    ``sentence`` and ``their_sentence`` are those in which the words begin.

    ``fit`` (0 to 1) is high where the link is sure, the rest of both sentences agrees and the neighbours on both sides
    are the same words.
    """

    sentence: int
    start: int
    end: int
    reference: int
    their_sentence: int
    their_start: int
    their_end: int
    fit: float


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that two sentences share: ``start`` to ``end`` in one, ``their_start`` to ``their_end`` in the other."""

    start: int
    end: int
    their_start: int
    their_end: int


def find_exchanges(text: Text, references: Sequence[Text], links: Sequence[Link]) -> Iterator[Exchange]:
    """Yield the exchanges of all linked sentences, link by link, in the order of the words."""
    numbers = {r.document.name: i for i, r in enumerate(references)}
    for link in links:
        if link.confidence < _TRUSTED_LINK:
            continue
        number = numbers.get(link.document, 0)
        ours = [t for i in link.hypothesis for t in tokenize(text.sentences[i])]
        theirs = [t for i in link.reference for t in tokenize(references[number].sentences[i])]
        if len(ours) * len(theirs) <= _MOST_PAIRS:
            yield from _between(ours, theirs, number, link.confidence)


def stands_for(
    text: Text, start: int, end: int, references: Sequence[Text], exchanges: Iterable[Exchange]
) -> Exchange | None:
    """Return what the references have in place of the name from ``start`` to ``end`` by itself, the best fit of all.

    That is all that was exchanged for it, where that can be a name with its nouns ("Alden river authority"), or the
    capitalised words at the same end of what was exchanged for more. An article counts where both sides have none.
    """
    best: Exchange | None = None
    for exchange in exchanges:
        if exchange.fit >= _LEAST_EXACT and (best is None or exchange.fit > best.fit):
            best = _cut_to_name(exchange, text, start, end, references[exchange.reference]) or best
    return best


def _cut_to_name(exchange: Exchange, text: Text, start: int, end: int, reference: Text) -> Exchange | None:
    ours = [t for t in tokenize(text.sentences[exchange.sentence]) if exchange.start <= t.start < exchange.end]
    theirs = [
        t
        for t in tokenize(reference.sentences[exchange.their_sentence])
        if exchange.their_start <= t.start < exchange.their_end
    ]
    articled = bool(ours) and ours[0].text.lower() in _ARTICLES and ours[0].start < start
    ours = ours[1:] if articled else ours
    if not ours or not theirs or (ours[0].start != start and ours[-1].end != end):
        return None
    body = theirs[1:] if theirs[0].text.lower() in _ARTICLES else theirs
    if (ours[0].start, ours[-1].end) == (start, end) and _may_be_name(body, reference):
        kept = list(body)
    elif ours[0].start == start:
        kept = list(takewhile(_names, body))
    else:
        kept = list(takewhile(_names, body[::-1]))[::-1]
    if not kept:
        return None
    first = theirs[0] if kept[0] is body[0] and not articled else kept[0]
    return replace(exchange, start=start, end=end, their_start=first.start, their_end=kept[-1].end)


def _names(token: Token) -> bool:
    return token.capital and not token.opening


def _may_be_name(tokens: Sequence[Token], reference: Text) -> bool:
    """Whether words without a break are a name with its nouns, none of them one that names never end or begin with."""
    if not 0 < len(tokens) <= _LONGEST_NAME:
        return False
    between = reference.document.text[tokens[0].start : tokens[-1].end]
    small = {t.text for t in (tokens[0], *(t for t in tokens if not t.capital))} - _IN_NAMES
    return not _BREAK.search(between) and small.isdisjoint(_NO_NAMES) and not any(w.endswith("ly") for w in small)


def _between(ours: Sequence[Token], theirs: Sequence[Token], number: int, sure: float) -> Iterator[Exchange]:
    # The edges are words too, so that what opens or ends both sentences is framed.
    a = [_EDGE, *map(_key, ours), _EDGE]
    b = [_EDGE, *map(_key, theirs), _EDGE]
    same = _shared_runs(a, b)
    agreed = sum(run.end - run.start for run in same) - 2
    for before, after, between in _gaps(same):
        gap = (before.end, after.start, before.their_end, after.their_start)
        size, their_size = gap[1] - gap[0], gap[3] - gap[2]
        if not (0 < size <= _LONGEST and 0 < their_size <= _LONGEST):
            continue
        if sorted(a[gap[0] : gap[1]]) == sorted(b[gap[2] : gap[3]]):
            continue
        rest = max(len(a) - size, len(b) - their_size) - 2
        frame = min(_REACH, before.end - before.start) + min(_REACH, after.end - after.start)
        fit = sure * ((agreed - between) / rest if rest else 1.0) * (0.5 + 0.5 * frame / (2 * _REACH))
        for start, stop, their_start, their_stop in dict.fromkeys([gap, *_pieces(gap, a, b)]):
            yield Exchange(
                ours[start - 1].sentence, ours[start - 1].start, ours[stop - 2].end,
                number, theirs[their_start - 1].sentence, theirs[their_start - 1].start, theirs[their_stop - 2].end,
                fit,
            )  # fmt: skip


def _shared_runs(a: Sequence[str], b: Sequence[str]) -> list[_Run]:
    """Return the runs of words that both have, in order.

    Where a shortest edit script may keep apart or together what differs, it is kept together: "man of the chair of the
    club" has "man of the chair" where "chairman of the club" has "chairman", and not "man" there and "chair of the"
    later.
    """
    runs: list[_Run] = []
    for step in Levenshtein.opcodes(a, b):
        if step.tag == "equal":
            start, their_start = step.src_start, step.dest_start
            if runs and (runs[-1].end, runs[-1].their_end) == (start, their_start):
                last = runs.pop()
                start, their_start = last.start, last.their_start
            runs.append(_Run(start, step.src_end, their_start, step.dest_end))
        elif step.tag != "replace" and len(runs) > 1:
            gone, come = step.src_end - step.src_start, step.dest_end - step.dest_start
            last = runs[-1]
            later = _Run(last.start + gone, last.end + gone, last.their_start + come, last.their_end + come)
            if a[later.start : later.end] == b[later.their_start : later.their_end]:
                runs[-1] = later
    for at in range(1, len(runs) - 1):
        runs[at] = _balanced(runs[at - 1], runs[at], runs[at + 1], a, b)
    return runs


def _balanced(before: _Run, run: _Run, after: _Run, a: Sequence[str], b: Sequence[str]) -> _Run:
    """Return the run, or the later place of the same words with which the words before and behind it are more equal in
    number: "man of the chair of the Rowing Club" has "man of the chair" where "chairman of the RC" has "chairman"."""
    size, words = run.end - run.start, a[run.start : run.end]

    def unequal(at: int, there: int) -> int:
        gaps = ((at - before.end) - (there - before.their_end), (after.start - at) - (after.their_start - there))
        return sum(gap * gap for gap in gaps)

    if size > _REACH:
        return run
    places = [(run.start, run.their_start)]
    places += [(i, run.their_start) for i in range(run.start + 1, after.start - size) if a[i : i + size] == words]
    places += [(run.start, j) for j in range(run.their_start + 1, after.their_start - size) if b[j : j + size] == words]
    at, there = min(places, key=lambda place: unequal(*place))
    return _Run(at, at + size, there, there + size)


def _gaps(runs: Sequence[_Run]) -> Iterator[tuple[_Run, _Run, int]]:
    """Yield the runs on both sides of what differs, and the number of shared words between: those around which words
    only changed places ("general clerk" for "secretary general")."""
    for before, after in pairwise(runs):
        yield before, after, 0
    for at, middle in enumerate(runs[1:-1]):
        before, after, moved = runs[at], runs[at + 2], middle.end - middle.start
        only_theirs = middle.start == before.end and after.their_start == middle.their_end
        only_ours = middle.their_start == before.their_end and after.start == middle.end
        if 0 < moved <= _REACH and only_theirs != only_ours:
            yield before, after, moved


def _pieces(gap: tuple[int, int, int, int], a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the parts of what differs that stand for each other by themselves: words that are alike and what is left
    between them, or word by word where both sides have as many."""
    start, stop, their_start, their_stop = gap
    alike: list[tuple[int, int]] = []
    at = their_start
    for i in range(start, stop):
        found = next((j for j in range(at, their_stop) if word_similarity(a[i], b[j]) >= _ALIKE), None)
        if found is not None:
            alike.append((i, found))
            at = found + 1
    if not alike and stop - start == their_stop - their_start:
        alike = [(start + i, their_start + i) for i in range(stop - start)]
    pieces = []
    at, their_at = start, their_start
    for i, j in [*alike, (stop, their_stop)] if alike else ():
        if (at < i) != (their_at < j):
            return
        pieces += [(at, i, their_at, j), (i, min(i + 1, stop), j, min(j + 1, their_stop))]
        at, their_at = i + 1, j + 1
    yield from (piece for piece in pieces if a[piece[0] : piece[1]] != b[piece[2] : piece[3]])


def _key(token: Token) -> str:
    """What two words must share to be the same: letters, and the capitals of a short acronym, which is a word in small
    ones (US, IT)."""
    word = token.text
    return word if word.isupper() and 1 < len(word) <= _SHORT_ACRONYM else fold(word)
