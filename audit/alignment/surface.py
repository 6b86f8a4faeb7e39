"""What sentences have in common on the surface: words, names, numbers and letter sequences, rare ones counting more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray

from audit.alignment.vectors import Indices
from audit.letters import lowered

__all__ = ["KINDS", "Overlap", "compare"]

KINDS = ("letters", "words", "names", "numbers")
"""What is compared: sequences of four letters within words, words, capitalised words, values of numbers."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:\s?(thousand|million|billion|trillion|bn|[mk])\b)?", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_FACTORS = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9, "trillion": 1e12}
_SPELLED = {
    word: float(value)
    for value, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), start=2)
}
_LETTERS = 4
_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """The weight that the two sentences of c pairs share, and what either has in all, float64 (c,)."""

    shared: NDArray[np.float64]
    hypothesis: NDArray[np.float64]
    reference: NDArray[np.float64]

    @property
    def of_hypothesis(self) -> NDArray[np.float64]:
        """The share of the hypothesis sentence (0 to 1), 0 where it has nothing."""
        return self.shared / np.maximum(self.hypothesis, 1e-9)

    @property
    def of_reference(self) -> NDArray[np.float64]:
        """The share of the reference sentence (0 to 1), 0 where it has nothing."""
        return self.shared / np.maximum(self.reference, 1e-9)

    @property
    def jaccard(self) -> NDArray[np.float64]:
        """The share of what either has (0 to 1), 0 where neither has anything."""
        return self.shared / np.maximum(self.hypothesis + self.reference - self.shared, 1e-9)

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Whether both sentences have something and share nothing."""
        return np.asarray((self.shared == 0) & (self.hypothesis > 0) & (self.reference > 0))


def compare(hypothesis: Sequence[str], reference: Sequence[str], rows: Indices, columns: Indices) -> dict[str, Overlap]:
    """Compare sentence ``rows[c]`` of the hypothesis with ``columns[c]`` of the reference for each of ``KINDS``."""
    written = [[_WORD.findall(sentence) for sentence in side] for side in (hypothesis, reference)]
    lower = {word for side in written for words in side for word in words if word.islower()}
    plain = [[[_plain(word) for word in words] for words in side] for side in written]
    features: dict[str, list[list[Iterable[Hashable]]]] = {
        "letters": [[_letters(words) for words in side] for side in plain],
        "words": [[*side] for side in plain],
        "names": [[_names(words, lower) for words in side] for side in written],
        "numbers": [
            [_numbers(sentence, words) for sentence, words in zip(side, words_of_side, strict=True)]
            for side, words_of_side in zip((hypothesis, reference), plain, strict=True)
        ],
    }
    return {kind: _overlap(*_pack(*features[kind]), rows, columns) for kind in KINDS}


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s")


def _letters(words: Sequence[str]) -> list[str]:
    edged = [f" {word} " for word in words]
    return [word[k : k + _LETTERS] for word in edged for k in range(max(1, len(word) - _LETTERS + 1))]


def _names(words: Sequence[str], lower: set[str]) -> list[str]:
    """Return the capitalised words, but those that the texts also write small: they only begin a sentence."""
    return [_plain(word) for word in words if word.lower() != word and word.lower() not in lower]


def _numbers(sentence: str, words: Sequence[str]) -> list[float]:
    """Return the values that a sentence states in figures, and small ones in words."""
    values = [_SPELLED[word] for word in words if word in _SPELLED]
    for match in _NUMBER.finditer(sentence):
        factor = _FACTORS[lowered(match[1])] if match[1] else 1.0
        figure = match[0].removesuffix(match[1] or "").strip()
        if _GROUPED.fullmatch(figure):
            figure = figure.replace(",", "")
        parts = [figure] if figure.count(".") <= 1 and "," not in figure else re.split("[.,]", figure)
        values.extend(float(part) * factor for part in parts)
    return values


@dataclass(frozen=True, slots=True, eq=False)
class _Bags:
    """Sets of features: those of sentence i are ``ids[starts[i] : starts[i + 1]]``."""

    starts: Indices
    ids: Indices
    totals: NDArray[np.float64]
    weights: NDArray[np.float64]


def _pack(*sides: Sequence[Iterable[Hashable]]) -> tuple[_Bags, _Bags]:
    """Number the features of both sides and weigh them by how few sentences have them."""
    unique = [[dict.fromkeys(features) for features in side] for side in sides]
    counts = Counter(feature for side in unique for features in side for feature in features)
    ids = {feature: k for k, feature in enumerate(counts)}
    sentences = sum(map(len, sides))
    weights = np.array([log(1 + sentences / count) for count in counts.values()])
    first, second = (_bags(side, ids, weights) for side in unique)
    return first, second


def _bags(side: Sequence[dict[Hashable, None]], ids: dict[Hashable, int], weights: NDArray[np.float64]) -> _Bags:
    flat = np.array([ids[feature] for features in side for feature in features], dtype=np.intp)
    lengths = np.array([len(features) for features in side], dtype=np.intp)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
    owners = np.repeat(np.arange(len(side)), lengths)
    totals = np.zeros(len(side))
    np.add.at(totals, owners, weights[flat])
    return _Bags(starts, flat, totals, weights)


def _overlap(left: _Bags, right: _Bags, rows: Indices, columns: Indices) -> Overlap:
    """Compare all pairs at once, a block of reference sentences after the other so that memory stays small."""
    shared = np.zeros(len(rows))
    order = np.argsort(columns, kind="stable")
    bounds = np.searchsorted(columns[order], np.arange(0, len(right.totals) + _BLOCK, _BLOCK))
    table = np.zeros((min(_BLOCK, len(right.totals)), len(left.weights)), dtype=bool)
    for block, (start, stop) in enumerate(pairwise(bounds)):
        if start == stop:
            continue
        first = block * _BLOCK
        last = min(first + _BLOCK, len(right.totals))
        inside = slice(right.starts[first], right.starts[last])
        table[:] = False
        table[np.repeat(np.arange(last - first), np.diff(right.starts[first : last + 1])), right.ids[inside]] = True
        pairs = order[start:stop]
        lengths = np.diff(left.starts)[rows[pairs]]
        owner = np.repeat(np.arange(len(pairs)), lengths)
        shift = np.repeat(left.starts[rows[pairs]] - (np.cumsum(lengths) - lengths), lengths)
        ids = left.ids[shift + np.arange(len(shift))]
        hits = table[columns[pairs][owner] - first, ids] * left.weights[ids]
        shared[pairs] = np.bincount(owner, weights=hits, minlength=len(pairs))
    return Overlap(shared, left.totals[rows], right.totals[columns])
