"""Negations that only one side of a translation has, by rule: what is denied here and said there, or the other way.

The network of ``tagger`` sees a negation as one of many signs and misses some beside another negation of the sentence.
Here every negation is followed to the word it denies, and that word to its counterpart: where nothing before the
counterpart denies it, nor anything else there is negative ("unlikely", "only", "fail"), the statement is turned round.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audit.detectors.features import NEGATORS, Reading, is_negator
from audit.detectors.pairing import Pair
from audit.detectors.relations import RELATIONS, lemmas, relate, vocabulary
from audit.entities.gazetteers import FUNCTION_WORD, zipf

__all__ = ["Turned", "turned"]

Bools = NDArray[np.bool_]

_PLAIN = frozenset("not no never none nobody nothing nowhere cannot without".split())
"""What denies by itself; what also says something else ("refused", "hardly") only excuses a negation."""
_NEGATIVE = frozenset(
    "few little rarely seldom scarce only just but except instead rather unlike until unless before too far stop "
    "stops stopped stopping avoid avoids avoided prevent prevents prevented ban bans banned forbid forbidden "
    "prohibit prohibited lose loses lost losing miss missed missing absent absence free rid loss ceased cease ended "
    "rule exclude excluded reject rejects rejected difficult hard impossible exempt least less otherwise short".split()
)
_PREFIXES = ("un", "in", "im", "ir", "il", "dis", "non", "mis", "de")
_AUXILIARIES = frozenset(
    "is are was were am be been will would can could should must may might shall has had have do does did".split()
)
_IDLE = frozenset("only just longer less more fewer least sooner later matter doubt wonder sense way".split())
"""What makes of a negation something else: "not only", "no longer", "no doubt"."""
_STEM = 4
_REACH = 4
"""Words after a negation among which the one that it denies is sought."""
_SCOPE = 6
"""Words before a counterpart among which its negation is sought."""
_NEAR = 0.6
"""Cosine from which on two words that are nearest to each other stand for each other."""
_BREAKS = frozenset('.,;:!?()[]"“”—–')
_RELATED = [0, 1, 2 + RELATIONS.index("synonym")]
_OPPOSED = [2 + RELATIONS.index("antonym"), 2 + RELATIONS.index("contrast")]


@dataclass(frozen=True, slots=True)
class Turned:
    """Word ``index`` of the hypothesis says the reverse of what word ``partner`` of the reference says.

    ``added``: it is the negation; otherwise the negation is in the reference, and the word stands in its place. There
    is no ``partner`` where nothing in the reference is negative and nothing stands for the word that is denied.
    """

    index: int
    partner: int | None
    added: bool


def turned(pair: Pair, reading: Reading) -> list[Turned]:
    """Return the negations of ``pair`` that the other side lacks."""
    ours, theirs = ([w.lower() for w in side.words] for side in (pair.hypothesis, pair.reference))
    related = np.asarray(reading.relations[_RELATED].any(axis=0), np.bool_) | _mutual(reading.cosine)
    opposed: Bools = np.asarray(reading.relations[_OPPOSED].any(axis=0), np.bool_)
    added = [Turned(at, other, True) for at, _, other in _alone(ours, theirs, related, opposed)]
    if not any(is_negator(w) or _negative(w) for w in theirs):
        # Nothing there is negative in any way: what is denied need not have a counterpart of its own.
        named = {t.index for t in added}
        nowhere = (i for i, w in enumerate(ours) if _denies(w) and i not in named and not _idle(ours, i))
        added += [Turned(i, None, True) for i in nowhere if not opposed[i : i + 1 + _REACH].any()]
    lost = [Turned(_place(ours, head), at, False) for at, _, head in _alone(theirs, ours, related.T, opposed.T)]
    return added + lost


def _alone(own: Sequence[str], other: Sequence[str], related: Bools, opposed: Bools) -> Iterator[tuple[int, int, int]]:
    """Yield negations of ``own`` that ``other`` lacks: the negator, the word it denies, the counterpart of that."""
    for at, word in enumerate(own):
        if not _denies(word) or _idle(own, at):
            continue
        for head in range(at + 1, min(at + 1 + _REACH, len(own))):
            if own[head] in _BREAKS or _negative(own[head]):
                break
            if zipf(own[head]) >= FUNCTION_WORD or not own[head].isalpha():
                continue
            counterparts = np.flatnonzero(related[head]).tolist()
            if counterparts and not opposed[head].any() and not any(_denied(other, c, own[head]) for c in counterparts):
                yield at, head, counterparts[0]
            break


def _idle(words: Sequence[str], at: int) -> bool:
    return at + 1 < len(words) and words[at + 1] in _IDLE


def _mutual(cosine: NDArray[np.float32]) -> Bools:
    best, back = cosine.argmax(axis=1), cosine.argmax(axis=0)
    near = np.zeros(cosine.shape, np.bool_)
    rows = np.flatnonzero(back[best] == np.arange(len(best)))
    near[rows, best[rows]] = cosine[rows, best[rows]] >= _NEAR
    return near


def _denied(words: Sequence[str], at: int, said: str) -> bool:
    """Whether word ``at`` is denied, or anything before it in reach or itself is negative."""
    reach = words[max(0, at - _SCOPE) : at]
    own = words[at] != said and _negative(words[at])
    return own or any(is_negator(w) or _negative(w) for w in (*reach, *words[at + 1 : at + 3]))


def _place(words: Sequence[str], head: int) -> int:
    """Return where a negation of ``head`` would stand: its auxiliary, else itself."""
    for at in range(head - 1, max(-1, head - _REACH), -1):
        if words[at] in _AUXILIARIES:
            return at
        if words[at] in _BREAKS:
            break
    return head


def _denies(word: str) -> bool:
    return word in _PLAIN or word.endswith(("n't", "n’t"))


@lru_cache(maxsize=65536)
def _negative(word: str) -> bool:
    """Whether ``word`` has something negative in it that can stand for a negation."""
    if word in _NEGATIVE or word in NEGATORS or word.endswith(("less", "-free", "proof")):
        return True
    return any(
        word.startswith(prefix)
        and len(word) >= len(prefix) + _STEM
        and _opposite(word, word[len(prefix) :].lstrip("-"))
        for prefix in _PREFIXES
    )


def _opposite(word: str, rest: str) -> bool:
    """Whether ``word`` is the opposite of what is left of it without its prefix."""
    if word.startswith(("un", "non")) and any(lemma in vocabulary() for lemma in lemmas(rest)):
        return True
    return bool(relate([word], [rest]).lexical[RELATIONS.index("antonym")].any())
