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

from audit.entities.spelling import fold
from audit.entities.tokens import Token, tokenize
from audit.records import Link, Text

__all__ = ["Exchange", "find_exchanges"]

_LONGEST = 8
_REACH = 2
"""Words of the frame that are counted on each side; more say no more."""
_TRUSTED_LINK = 0.5
_EDGE = "\n"
_SHORT_ACRONYM = 3


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
    same = [(o.src_start, o.src_end, o.dest_start, o.dest_end) for o in Levenshtein.opcodes(a, b) if o.tag == "equal"]
    agreed = sum(end - start for start, end, *_ in same) - 2
    for before, after in pairwise(same):
        (start, stop), (their_start, their_stop) = (before[1], after[0]), (before[3], after[2])
        size, their_size = stop - start, their_stop - their_start
        if not (0 < size <= _LONGEST and 0 < their_size <= _LONGEST):
            continue
        rest = max(len(a) - size, len(b) - their_size) - 2
        frame = min(_REACH, before[1] - before[0]) + min(_REACH, after[1] - after[0])
        fit = sure * (agreed / rest if rest else 1.0) * (0.5 + 0.5 * frame / (2 * _REACH))
        yield Exchange(
            ours[start - 1].sentence, ours[start - 1].start, ours[stop - 2].end,
            number, theirs[their_start - 1].sentence, theirs[their_start - 1].start, theirs[their_stop - 2].end, fit,
        )  # fmt: skip


def _key(token: Token) -> str:
    """What two words must share to be the same: letters, and the capitals of a short acronym, which is a word in small
    ones (US, IT)."""
    word = token.text
    return word if word.isupper() and 1 < len(word) <= _SHORT_ACRONYM else fold(word)
