"""What two sentences that say the same have in each other's place: the words that stand between the same words.

Sentences are laid side by side word by word (the edit script of Levenshtein's distance over words, not letters). Where
both have other words between the same neighbours, one was exchanged for the other. In two free accounts that is rare
and says little; in two translations, or where one account quotes another's wording, it is the strongest sign there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from audit.entities.spelling import fold, word_similarity
from audit.entities.tokens import Token, tokenize
from audit.records import Link, Text

__all__ = ["Exchange", "find_exchanges"]

_LONGEST = 8
_REACH = 2
"""Words of the frame that are counted on each side; more say no more."""
_TRUSTED_LINK = 0.5
_EDGE = "\n"
_SHORT_ACRONYM = 3
_ALIKE = 0.7


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
        yield from _between(ours, theirs, number, link.confidence)


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
    return runs


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
