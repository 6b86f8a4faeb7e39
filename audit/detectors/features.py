"""What is known of each word of a pair before anything is learned: its shape, and how the other side has it.

The contextual cosines follow BERTScore (Zhang et al., 2020). The slot of a word is the place between the counterparts
of its neighbours: it shows a word that was swapped for one of a similar context, however high their cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audit.detectors.pairing import Pair
from audit.detectors.relations import RELATIONS, Relations, relate
from audit.entities.gazetteers import zipf

__all__ = ["BIASES", "FEATURES", "Comparison", "Reading", "compare", "is_negator", "read"]

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

NEGATORS = frozenset(
    "not no never none nobody nothing neither nor nowhere without cannot hardly barely scarcely fail failed fails lack "
    "lacks lacked unable refuse refused refuses deny denied denies".split()
)
"""Words that turn a statement round, contractions in n't aside."""

_SHAPE = 9
_OTHER = ("exact", "same", "akin", *RELATIONS, "best", "second", "same_cosine", "surplus", "mutual", "before", "after",
          "in_order_before", "in_order_after")  # fmt: skip
_PARTNER = ("slot", "cosine", "same", "akin", *RELATIONS, "partner_taken", "zipf_gap", "open_best", "open_share")
_PAIR = ("similarity", "length", "coverage", "shared", "words", "first", "last")
FEATURES = _SHAPE + len(_OTHER) + len(_PARTNER) + len(_PAIR)
"""How many figures describe a word."""
BIASES = 3 + len(RELATIONS)
"""How many relations hold between a word and one of the other side: same, akin, ``RELATIONS``, slot."""

_LATIN = 0x24F
_FREQUENT = 6.0
_LONGEST = 60
_BESIDE, _NEAR = 0.5, 0.25


@dataclass(frozen=True, slots=True)
class Comparison:
    """How n words of one side are found among m of the other.

    ``ours``, ``theirs``: the words in lower case. ``cosine``: float32 (n, m), of contextual vectors. ``matched``: bool
    (n, m), two words can mean the same. ``slot``: float32 (n, m), how far their neighbours correspond, 0 to 1.5.
    """

    ours: Sequence[str]
    theirs: Sequence[str]
    cosine: Floats
    found: Relations
    matched: Bools
    slot: Floats

    def turned(self) -> Comparison:
        """Return the same from the other side."""
        back = Relations(self.found.same.T, self.found.akin_form.T, self.found.lexical.transpose(0, 2, 1))
        return Comparison(self.theirs, self.ours, self.cosine.T, back, self.matched.T, self.slot.T)

    def partners(self) -> NDArray[np.int64]:
        """Return for each word that of the other side which stands in its place: int (n,)."""
        same, taken = self.found.same, np.any(self.matched, axis=0)
        # A word whose form is on the other side stands for that; any other word for what stands in its slot.
        among: Bools = ~taken[None, :] | (self.slot >= 2 * _BESIDE)
        eligible = np.where(np.any(same, axis=1)[:, None], same, among)
        return np.asarray(np.where(eligible, self.slot + self.cosine, self.cosine - 2).argmax(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Reading:
    """The figures of a pair of n and m words.

    ``hypothesis``: float32 (n, FEATURES), ``reference``: float32 (m, FEATURES). ``cosine``: float32 (n, m).
    ``relations``: float32 (BIASES, n, m). ``partner``: int (n,), the word of the reference that stands in each
    word's place; ``counterpart``: int (m,), the same for the reference.
    """

    hypothesis: Floats
    reference: Floats
    cosine: Floats
    relations: Floats
    partner: NDArray[np.int64]
    counterpart: NDArray[np.int64]


def is_negator(word: str) -> bool:
    """Whether ``word`` turns a statement round ("not", "never", "didn't")."""
    return word.lower() in NEGATORS or word.lower().endswith(("n't", "n’t"))


def compare(pair: Pair) -> Comparison:
    """Look for the words of each side of ``pair`` on the other."""
    ours, theirs = ([w.lower() for w in side.words] for side in (pair.hypothesis, pair.reference))
    found = relate(ours, theirs)
    matched = found.same | found.akin_form | found.lexical[RELATIONS.index("synonym")]
    cosine = pair.hypothesis.vectors @ pair.reference.vectors.T
    return Comparison(ours, theirs, cosine, found, matched, _slots(matched))


def read(pair: Pair) -> Reading:
    """Describe the words of both sides of ``pair``."""
    here = compare(pair)
    there, found = here.turned(), here.found
    partner, counterpart = here.partners(), there.partners()
    relations = [found.same[None], found.akin_form[None], found.lexical, here.slot[None]]
    return Reading(
        _describe(pair.hypothesis.words, here, partner, pair.similarity),
        _describe(pair.reference.words, there, counterpart, pair.similarity),
        here.cosine, np.concatenate(relations).astype(np.float32), partner, counterpart,
    )  # fmt: skip


def _slots(matched: Bools) -> Floats:
    """Return how far the neighbours of two words correspond: 0 to 1.5; both beginnings and both ends correspond."""
    n, m = matched.shape
    frame = np.zeros((n + 4, m + 4), dtype=np.float32)
    frame[2:-2, 2:-2] = matched
    frame[1, 1] = frame[0, 0] = frame[-1, -1] = frame[-2, -2] = 1.0
    beside = frame[1 : n + 1, 1 : m + 1] + frame[3 : n + 3, 3 : m + 3]
    near = frame[:n, :m] + frame[4:, 4:]
    return np.asarray(_BESIDE * beside + _NEAR * near, dtype=np.float32)


def _describe(words: Sequence[str], compared: Comparison, partner: NDArray[np.int64], similarity: float) -> Floats:
    own, other, cosine, found = compared.ours, compared.theirs, compared.cosine, compared.found
    n, m = cosine.shape
    every = np.arange(n)
    others, counts, theirs = set(other), _counts(own), _counts(other)
    ranked = np.sort(cosine, axis=1)
    best, second = ranked[:, -1], ranked[:, -2] if m > 1 else np.zeros(n, np.float32)
    nearest = cosine.argmax(axis=1)
    in_order = np.zeros(n + 1, dtype=np.float32)
    in_order[1:-1] = np.abs(np.diff(nearest) - 1) <= 1
    same: Bools = np.any(found.same, axis=1)
    taken: Bools = np.any(compared.matched, axis=0)
    at = (every, partner)
    free = ~taken
    open_best = cosine[:, free].max(axis=1) if free.any() else np.zeros(n, np.float32)
    own_zipf = np.array([_shape(w)[3] for w in words], dtype=np.float32)
    other_zipf = np.array([zipf(w) / 8 for w in other], dtype=np.float32)
    columns = [
        [w in others for w in own], same, np.any(found.akin_form, axis=1), *np.any(found.lexical, axis=2),
        best, second, np.where(found.same, cosine, 0).max(axis=1),
        [min(max(counts[w] - theirs.get(w, 0), 0), 2) / 2 for w in own],
        cosine.argmax(axis=0)[nearest] == every,
        np.concatenate([[0.0], best[:-1]]), np.concatenate([best[1:], [0.0]]), in_order[:-1], in_order[1:],
        compared.slot[at], cosine[at], found.same[at], found.akin_form[at], *found.lexical[:, at[0], at[1]],
        taken[partner], own_zipf - other_zipf[partner], open_best, np.full(n, free.mean()),
        np.full(n, similarity), np.full(n, np.log(n / m)), np.full(n, best.mean()), np.full(n, same.mean()),
        np.full(n, min(n, _LONGEST) / _LONGEST), every == 0, every == n - 1,
    ]  # fmt: skip
    table = np.empty((n, FEATURES), dtype=np.float32)
    table[:, :_SHAPE] = [_shape(w) for w in words]
    table[:, _SHAPE:] = np.stack([np.asarray(c, dtype=np.float32) for c in columns], axis=1)
    return table


def _counts(words: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found


@lru_cache(maxsize=65536)
def _shape(word: str) -> tuple[float, ...]:
    lowered = word.lower()
    letters = any(c.isalpha() for c in word)
    frequency = zipf(lowered) if letters else 0.0
    return (
        float(not any(c.isalnum() for c in word)),
        float(any(c.isdigit() for c in word)),
        float(word[:1].isupper()),
        frequency / 8,
        float(letters and not frequency),
        float(any(c.isalpha() and ord(c) > _LATIN for c in word)),
        float(is_negator(word)),
        float(frequency > _FREQUENT),
        min(len(word), 12) / 12,
    )
