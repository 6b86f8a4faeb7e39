"""The word that a misspelling stands for (Damerau, 1964: most are one letter more, less, other, or two swapped)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from string import ascii_lowercase

from rapidfuzz import process
from rapidfuzz.distance import OSA

from audit.detectors.foreign import is_english
from audit.detectors.relations import vocabulary
from audit.entities.gazetteers import zipf
from audit.frequencies import english

__all__ = ["Speller"]

_SHORTEST = 3
_LONG = 7
_LONGEST = 40
_WELL_KNOWN = 3.2
"""A word this frequent is a word, whatever the dictionary says."""
_RATIO = 2.0
"""The right word is at least a hundred times as frequent as its misspelling."""
_RARE = 1.0
_PLAUSIBLE = 3.0
_UNMISTAKABLE, _HEARD = 9, 2.0
"""Letters from which on a word that is never heard may be a misspelling of a rarer word, of this frequency at least."""


class Speller:
    """Tells misspellings from words. ``known``: the words of the references (lower case), which are preferred."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._long = _long(known)
        self._found: dict[str, str | None] = {}

    def correction(self, word: str) -> str | None:
        """Return what ``word`` (lower case) is a misspelling of, or None when it is a word or like none."""
        if word not in self._found:
            self._found[word] = self._correction(word)
        return self._found[word]

    def _correction(self, word: str) -> str | None:
        own = zipf(word)
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha() or own >= _WELL_KNOWN or is_english(word):
            return None
        floor = max(_PLAUSIBLE, max(own, _RARE) + _RATIO) if own or len(word) < _UNMISTAKABLE else _HEARD
        known = self._known
        heard = english().keys() & set(_edits(word))
        near = [w for w in heard if zipf(w) >= floor or (w in known and zipf(w) > own)]
        if near:
            return max(near, key=lambda w: (w in known, zipf(w), w))
        if len(word) < _LONG or own:
            return None
        close = process.extract(word, self._long, scorer=OSA.distance, score_cutoff=2)
        close = close or process.extract(word, _frequent(), scorer=OSA.distance, score_cutoff=2)
        return str(min(close, key=lambda c: (c[1], -zipf(c[0]), c[0]))[0]) if close else None


def _edits(word: str) -> Iterator[str]:
    for left, right in ((word[:i], word[i:]) for i in range(len(word) + 1)):
        yield from (left + letter + right for letter in ascii_lowercase)
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in ascii_lowercase)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]


def _long(words: Iterable[str]) -> tuple[str, ...]:
    """Return those words that a long one may be a misspelling of."""
    return tuple(w for w in words if len(w) >= _LONG - 1)


@cache
def _frequent() -> tuple[str, ...]:
    return tuple(w for w in _long(vocabulary()) if zipf(w) >= _PLAUSIBLE)
