"""Which words are forms of one another, mean the same, nearly the same, or the opposite.

The relations are WordNet 3.0's (Fellbaum, 1998, *WordNet: An Electronic Lexical Database*), cut down to common single
words; base forms are found as WordNet's own Morphy does it: irregular forms from a list, regular endings by rule.
``training/build_relations.py`` makes the file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

__all__ = ["RELATIONS", "Relations", "lemmas", "relate", "vocabulary"]

RELATIONS = ("antonym", "synonym", "contrast", "kin")
"""antonym: opposites by themselves (hot, cold); contrast: by way of a similar word (hot, chilly); synonym: they share
a meaning; kin: one is a kind of the other, or similar to it."""

_ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("ier", "y"), ("iest", "y"), ("men", "man"), ("es", ""), ("es", "e"), ("s", ""),
    ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"), ("est", ""), ("est", "e"),
)  # fmt: skip
_BRITISH = (("isation", "ization"), ("ise", "ize"), ("ised", "ized"), ("ising", "izing"), ("our", "or"),
            ("tre", "ter"), ("ogue", "og"), ("defence", "defense"))  # fmt: skip
_SHORTEST = 2
_SHARED_START = 5


@dataclass(frozen=True, slots=True)
class Relations:
    """How n words of one side relate to m words of another: bool (n, m) each.

    ``same``: they have a base form in common, or one is the other in other spelling; ``akin_form``: they begin alike
    (closed, closure). ``lexical`` follows ``RELATIONS``: bool (4, n, m), never true where ``same`` is.
    """

    same: NDArray[np.bool_]
    akin_form: NDArray[np.bool_]
    lexical: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    number: dict[str, int]
    irregular: dict[str, tuple[str, ...]]
    keys: NDArray[np.int64]
    masks: NDArray[np.uint8]


def vocabulary() -> Collection[str]:
    """Return the words that have a relation or an entry, base forms mostly, in the order of the alphabet."""
    return _lexicon().number.keys()


@lru_cache(maxsize=65536)
def lemmas(word: str) -> tuple[str, ...]:
    """Return the base forms that ``word`` (in lower case) can have, itself first."""
    found = [word, *_lexicon().irregular.get(word, ())]
    for form in (word, *(word[: -len(ours)] + theirs for ours, theirs in _BRITISH if word.endswith(ours))):
        found.extend(_bases(form))
    return tuple(dict.fromkeys(found))


def _bases(word: str) -> Iterator[str]:
    known = _lexicon().number
    if word in known:
        yield word
    for ending, rest in _ENDINGS:
        stem = word[: -len(ending)] + rest
        if not word.endswith(ending) or len(stem) < _SHORTEST:
            continue
        if stem in known:
            yield stem
        if not rest and len(stem) > _SHORTEST and stem[-1] == stem[-2] and stem[:-1] in known:
            yield stem[:-1]


def relate(left: Sequence[str], right: Sequence[str]) -> Relations:
    """Compare every word of ``left`` with every word of ``right`` (both in lower case)."""
    lexicon = _lexicon()
    shape = (len(left), len(right))
    same, lexical = np.zeros(shape, dtype=bool), np.zeros((len(RELATIONS), *shape), dtype=bool)
    places: dict[str, list[int]] = {}
    for j, word in enumerate(right):
        for lemma in lemmas(word):
            places.setdefault(lemma, []).append(j)
    for i, word in enumerate(left):
        for lemma in lemmas(word):
            if lemma in places:
                same[i, places[lemma]] = True
    rows, ours = _entries(left)
    columns, theirs = _entries(right)
    if len(ours) and len(theirs):
        low = np.minimum(ours[:, None], theirs[None, :])
        key = low * len(lexicon.number) + np.maximum(ours[:, None], theirs[None, :])
        spot = np.minimum(np.searchsorted(lexicon.keys, key), len(lexicon.keys) - 1)
        hit = np.nonzero(lexicon.keys[spot] == key)
        mask = lexicon.masks[spot[hit]]
        for bit in range(len(RELATIONS)):
            chosen = (mask >> bit) & 1 == 1
            lexical[bit, rows[hit[0][chosen]], columns[hit[1][chosen]]] = True
    lexical &= ~same
    starts = [w[:_SHARED_START] if len(w) >= _SHARED_START and w.isalpha() else "" for w in left]
    their_starts = [w[:_SHARED_START] if len(w) >= _SHARED_START and w.isalpha() else "-" for w in right]
    akin = np.array(starts, dtype=object)[:, None] == np.array(their_starts, dtype=object)[None, :]
    return Relations(same, akin.astype(bool).reshape(shape) & ~same, lexical)


def _entries(words: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    number = _lexicon().number
    found = [(i, number[lemma]) for i, word in enumerate(words) for lemma in lemmas(word) if lemma in number]
    table = np.array(found, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


@cache
def _lexicon() -> _Lexicon:
    with (files("audit.detectors") / "data" / "relations.npz").open("rb") as stream:
        stored = np.load(stream, allow_pickle=False)
        words = bytes(stored["vocabulary"]).decode().split("\n")
        irregular: dict[str, tuple[str, ...]] = {}
        for form, base in stored["exceptions"]:
            irregular[words[form]] = (*irregular.get(words[form], ()), words[base])
        keys, masks = [], []
        for bit, relation in enumerate(RELATIONS):
            pairs = np.sort(stored[relation].astype(np.int64), axis=1)
            keys.append(pairs[:, 0] * len(words) + pairs[:, 1])
            masks.append(np.full(len(pairs), 1 << bit, dtype=np.uint8))
    joined = np.concatenate(keys)
    order = np.argsort(joined, kind="stable")
    return _Lexicon({w: i for i, w in enumerate(words)}, irregular, joined[order], np.concatenate(masks)[order])
