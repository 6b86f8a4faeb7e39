"""What of a text helps to find accounts of the same events: a vector, numbers, and names however they are mangled.

Names are compared by the consonants that survive transliteration, word by word ("Al-Taman" and "Altman" share them),
and by their first letters, which survive most misspellings; numbers by their leading digits, since factors and groups
of noughts get lost.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audit.entities.spelling import bones, fold
from audit.entities.tokens import tokenize
from audit.records import Text

__all__ = ["NUMBER", "Keys", "Traits", "no_traits", "traits"]

Keys = NDArray[np.uint64]

NUMBER = np.uint64(1)
"""The bit that tells the keys of numbers from those of names."""

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_DIGITS = 2
_INITIALS = 4
_ACRONYM = re.compile(r"[A-Z]{2,6}")


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """``vector``: float32 (d,), the mean direction of the text's sentences; of no length where it has none.

    ``keys``: the distinct names and numbers of the text as hashes, ascending; those of numbers are odd.
    """

    vector: NDArray[np.float32]
    keys: Keys


def traits(text: Text, vectors: NDArray[np.float32]) -> Traits:
    """Return the traits of ``text``, whose audited sentences (at least one) have the rows of ``vectors``."""
    mean = vectors.mean(axis=0)
    norm = float(np.linalg.norm(mean))
    unit = mean / norm if norm else mean
    return Traits(unit.astype(np.float32), np.array(sorted(_keys(text)), dtype=np.uint64))


def no_traits() -> Traits:
    """Return the traits of a text that has none."""
    return Traits(np.zeros(0, np.float32), np.zeros(0, np.uint64))


def _keys(text: Text) -> set[int]:
    found: set[int] = set()
    for sentence in text.sentences:
        if not sentence.audited:
            continue
        for match in _FIGURE.finditer(sentence.text):
            digits = re.sub(r"\D", "", match[0]).strip("0")
            if len(digits) >= _DIGITS:
                found.add(_key(digits, True))
        for token in tokenize(sentence):
            if token.capital and not token.opening:
                found.update(_name_keys(token.text))
    return found


@lru_cache(maxsize=65536)
def _name_keys(word: str) -> frozenset[int]:
    if _ACRONYM.fullmatch(word):
        return frozenset((_key(word, False),))
    initials = fold(word)[:_INITIALS]
    shapes = {*bones(word), *((f"{initials}-",) if len(initials) == _INITIALS else ())}
    return frozenset(_key(shape, False) for shape in shapes)


def _key(shape: str, number: bool) -> int:
    value = int.from_bytes(hashlib.blake2b(shape.encode("utf-8", "replace"), digest_size=8).digest())
    return value | 1 if number else value & ~1
