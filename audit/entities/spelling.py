"""How alike two names are in writing and in sound, with the damage of transliteration in mind.

All similarities are in [0, 1], 1 for names that fold to the same letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from audit.entities.confusions import load

__all__ = [
    "article_free",
    "bones",
    "drift_similarity",
    "fold",
    "initials",
    "name_similarity",
    "same_stem",
    "skeleton",
    "word_similarity",
]

_CLASSES = str.maketrans(
    {"b": "p", "v": "f", "w": "f", "j": "g", "q": "k", "c": "k", "x": "k", "z": "s", "l": "l", "r": "r", "d": "t"}
)
_SOUNDS = (
    ("sch", "s"), ("tch", "s"), ("ph", "f"), ("kh", "k"), ("gh", "k"), ("sh", "s"), ("ch", "s"), ("th", "t"),
    ("ck", "k"), ("dg", "g"), ("ts", "s"), ("tz", "s"), ("zh", "s"), ("dh", "d"),
)  # fmt: skip
_SILENT = re.compile(r"[aeiouyh]")
_DOUBLED = re.compile(r"(.)\1+")
_BONES = 3
_HOPELESS = 0.3
_VOWELS = frozenset("aeiouy")
_OTHER_VOWEL, _LOST_VOWEL, _DOUBLING, _DRIFT = 0.4, 0.5, 0.2, 0.25
_ARTICLE = re.compile(r"^(?:al|el)(?=[^aeiou]..)")


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Return the letters and digits of ``name`` in lower case, accents, joints and spaces taken out."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(c for c in plain if c.isalnum()).casefold()


@lru_cache(maxsize=65536)
def skeleton(name: str) -> str:
    """Return the consonants that survive transliteration: vowels, doubling and voicing dropped."""
    letters = fold(name)
    for spelling, sound in _SOUNDS:
        letters = letters.replace(spelling, sound)
    initial = letters[:1] if letters[:1] in "aeiou" else ""
    return ("a" if initial else "") + _DOUBLED.sub(r"\1", _SILENT.sub("", letters).translate(_CLASSES))


def bones(name: str) -> frozenset[str]:
    """Return the skeletons of ``name`` with and without an article; short ones, which say little, are left out."""
    return frozenset(b for b in (skeleton(name), skeleton(article_free(name))) if len(b) >= _BONES)


@lru_cache(maxsize=65536)
def article_free(name: str) -> str:
    """Return the folded name without a leading Arabic article, real or mistaken for one (Altman, Al-Taman)."""
    return _ARTICLE.sub("", fold(name))


@lru_cache(maxsize=65536)
def word_similarity(left: str, right: str) -> float:
    """Return how alike two single words are, whether or not one of them gained or lost an article."""
    a, b = fold(left), fold(right)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    best = _similar(a, b)
    x, y = article_free(left), article_free(right)
    if (x != a) != (y != b) or (x != a and y != b):
        best = max(best, 0.97 * _similar(x, y))
    return best


def _similar(a: str, b: str) -> float:
    edits = DamerauLevenshtein.normalized_similarity(a, b)
    spelling = 0.5 * JaroWinkler.similarity(a, b) + 0.5 * edits
    if edits >= _HOPELESS:
        spelling = max(spelling, drift_similarity(a, b))
    consonants = skeleton(a)
    if len(consonants) >= _BONES and consonants == skeleton(b):
        return max(spelling, 0.5 * spelling + 0.5)
    return spelling


@lru_cache(maxsize=65536)
def drift_similarity(a: str, b: str) -> float:
    """Return 1 less the cost of turning one folded word into the other, per letter of the longer one, 0 to 1.

    Changes that transliteration is known for cost a part of an edit: vowels for vowels, vowels and h gained or lost,
    doubling, and the consonants that a pivot language confuses (``entities/data/drifts.csv``).
    """
    pairs = _drift_pairs()
    row = [0.0]
    for j, letter in enumerate(b):
        row.append(row[-1] + _gap(letter, b[j - 1] if j else ""))
    for i, x in enumerate(a):
        gap = _gap(x, a[i - 1] if i else "")
        last, row = row, [row[0] + gap]
        for j, y in enumerate(b):
            swap = last[j] + (0.0 if x == y else _change(x, y, pairs))
            row.append(min(swap, last[j + 1] + gap, row[j] + _gap(y, b[j - 1] if j else "")))
    return max(0.0, 1 - row[-1] / max(len(a), len(b), 1))


def _gap(letter: str, before: str) -> float:
    if letter == before:
        return _DOUBLING
    return _LOST_VOWEL if letter in _VOWELS or letter == "h" else 1.0


def _change(x: str, y: str, pairs: frozenset[tuple[str, str]]) -> float:
    if x in _VOWELS and y in _VOWELS:
        return _OTHER_VOWEL
    return _DRIFT if (x, y) in pairs else 1.0


@cache
def _drift_pairs() -> frozenset[tuple[str, str]]:
    known = load().drift_cost(None)
    return frozenset((a, b) for pair in known for a, b in (pair, pair[::-1]) if len(a) == len(b) == 1)


def name_similarity(left: Sequence[str], right: Sequence[str]) -> float:
    """Return how alike two names are: as wholes, or word by word when both have as many."""
    whole = word_similarity("".join(left), "".join(right))
    if len(left) != len(right) or len(left) == 1:
        return whole
    parts = [word_similarity(a, b) for a, b in zip(left, right, strict=True)]
    weights = [max(len(a), len(b)) for a, b in zip(left, right, strict=True)]
    mean = sum(p * w for p, w in zip(parts, weights, strict=True)) / sum(weights)
    # One part that differs outright makes another name of it, however well the rest fits.
    return max(0.5 * (mean + min(parts)), whole if min(parts) > 0.5 else 0.0)


def same_stem(left: str, right: str) -> bool:
    """Whether two words differ by a plural ending only."""
    a, b = sorted((fold(left), fold(right)), key=len)
    return b in (a, a + "s", a + "es")


def initials(words: Sequence[str]) -> str:
    """Return the first letters of ``words`` in lower case."""
    return "".join(fold(w)[:1] for w in words)
