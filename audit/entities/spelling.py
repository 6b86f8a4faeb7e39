"""How alike two names are in writing and in sound, with the damage of transliteration in mind.

All similarities are in [0, 1], 1 for names that fold to the same letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

__all__ = [
    "article_free",
    "bones",
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


@lru_cache(maxsize=262144)
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
    consonants = skeleton(a)
    if len(consonants) >= _BONES and consonants == skeleton(b):
        return max(spelling, 0.5 * spelling + 0.5)
    return spelling


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
