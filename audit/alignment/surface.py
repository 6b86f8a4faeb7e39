"""What sentences have in common on the surface: words, names, numbers and letter sequences, rare ones counting more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

from audit.alignment.vectors import Indices, distinct, members, numbered
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
_DIGIT = re.compile(r"\d")
_LETTERS = 4
_CODE_POINT_BITS = 16
_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """The weight that the two sentences of c pairs share, and what either has in all, float64 (c,)."""

    shared: NDArray[np.float64]
    hypothesis: NDArray[np.float64]
    reference: NDArray[np.float64]

    def take(self, places: Indices) -> Overlap:
        """Return what the pairs at ``places`` share."""
        return Overlap(self.shared[places], self.hypothesis[places], self.reference[places])

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
    bags = _bags([*hypothesis, *reference])
    n = len(hypothesis)
    shared = _shared(bags, rows, columns + n)
    return {kind: Overlap(shared[k], bags.totals[k][rows], bags.totals[k][columns + n]) for k, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True, eq=False)
class _Bags:
    """Sets of features: those of sentence i are ``ids[starts[i] : starts[i + 1]]``.

    ``weights`` and ``kinds``: of each feature, the kind as its place in ``KINDS``. ``totals``: the weight of all
    features of a kind in a sentence (kinds, sentences).
    """

    starts: Indices
    ids: Indices
    weights: NDArray[np.float64]
    kinds: Indices
    totals: NDArray[np.float64]


def _bags(sentences: Sequence[str]) -> _Bags:
    """Take sentences apart and weigh their features by how few sentences have them."""
    written = [_WORD.findall(sentence) for sentence in sentences]
    raw, flat = numbered(chain.from_iterable(written))
    owner = np.repeat(np.arange(len(written)), [len(words) for words in written])
    lower = {word for word in raw if word.islower()}
    plain, plain_of_raw = numbered(map(_plain, raw))
    # A capitalised word that the texts also write small only begins a sentence.
    is_name = np.array([word.lower() != word and word.lower() not in lower for word in raw], dtype=bool)
    letters_starts, letters = _letters(plain)
    word = plain_of_raw[flat]
    which, where = members(letters_starts, word)
    figures = [_figures(sentence) if _DIGIT.search(sentence) else [] for sentence in sentences]
    spelled_of_raw = np.array([_SPELLED.get(word, 0.0) for word in plain])[plain_of_raw]
    spelled = np.flatnonzero(spelled_of_raw[flat])
    numbers, values = numbered([*chain.from_iterable(figures), *spelled_of_raw[flat[spelled]].tolist()])
    counted = np.concatenate([np.repeat(np.arange(len(figures)), [len(known) for known in figures]), owner[spelled]])
    named = is_name[flat]
    owners = (owner[which], owner, owner[named], counted)
    places = (letters[where], word, word[named], values)
    sizes = (int(letters.max(initial=-1)) + 1, len(plain), len(plain), len(numbers))
    first = np.cumsum([0, *sizes])
    keys = distinct(
        np.concatenate(
            [o * first[-1] + start + place for o, place, start in zip(owners, places, first[:-1], strict=True)]
        )
    )
    owner, ids = keys // max(first[-1], 1), keys % max(first[-1], 1)
    count = np.bincount(ids, minlength=first[-1])
    weights = np.log(1 + len(sentences) / np.maximum(count, 1))
    kinds = np.repeat(np.arange(len(KINDS)), sizes)
    cells = kinds[ids] * len(sentences) + owner
    totals = np.bincount(cells, weights=weights[ids], minlength=len(KINDS) * len(sentences)).astype(np.float64)
    return _Bags(
        np.searchsorted(owner, np.arange(len(sentences) + 1)), ids, weights, kinds, totals.reshape(len(KINDS), -1)
    )


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s")


def _letters(words: Sequence[str]) -> tuple[Indices, Indices]:
    """Return the sequences of letters of each word, its borders being letters too: where they begin, and their ids."""
    edged = [f" {word} " for word in words]
    lengths = np.array([max(1, len(word) - _LETTERS + 1) for word in edged], dtype=np.intp)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
    text = "".join(word.ljust(_LETTERS) for word in edged)
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    begins = np.cumsum([0, *(max(len(word), _LETTERS) for word in edged)])[:-1]
    at = np.repeat(begins - starts[:-1], lengths) + np.arange(starts[-1])
    sequence = np.zeros(len(at), dtype=np.uint64)
    for k in range(_LETTERS):
        # Code points beyond the first 65,536 may collide with others, which costs next to nothing.
        sequence = (sequence << np.uint64(_CODE_POINT_BITS)) + points[at + k]
    return starts, np.unique(sequence, return_inverse=True)[1].astype(np.intp)


def _figures(sentence: str) -> list[float]:
    """Return the values that a sentence states in figures."""
    values: list[float] = []
    for match in _NUMBER.finditer(sentence):
        factor = _FACTORS[lowered(match[1])] if match[1] else 1.0
        figure = match[0].removesuffix(match[1] or "").strip()
        if _GROUPED.fullmatch(figure):
            figure = figure.replace(",", "")
        parts = [figure] if figure.count(".") <= 1 and "," not in figure else re.split("[.,]", figure)
        values.extend(float(part) * factor for part in parts)
    return values


def _shared(bags: _Bags, rows: Indices, columns: Indices) -> NDArray[np.float64]:
    """Return the weight of what two sentences share (kinds, c), a block of sentences after the other to save memory."""
    shared = np.zeros((len(KINDS), len(rows)))
    order = np.argsort(columns, kind="stable")
    bounds = np.searchsorted(columns[order], np.arange(0, len(bags.starts) - 1 + _BLOCK, _BLOCK))
    table = np.zeros((_BLOCK, len(bags.weights)), dtype=bool)
    for block, (start, stop) in enumerate(pairwise(bounds)):
        if start == stop:
            continue
        first = block * _BLOCK
        last = min(first + _BLOCK, len(bags.starts) - 1)
        inside = slice(bags.starts[first], bags.starts[last])
        table[:] = False
        table[np.repeat(np.arange(last - first), np.diff(bags.starts[first : last + 1])), bags.ids[inside]] = True
        pairs = order[start:stop]
        owner, place = members(bags.starts, rows[pairs])
        ids = bags.ids[place]
        hit = table[columns[pairs][owner] - first, ids]
        owner, ids = owner[hit], ids[hit]
        sums = np.bincount(
            bags.kinds[ids] * len(pairs) + owner, weights=bags.weights[ids], minlength=len(KINDS) * len(pairs)
        )
        shared[:, pairs] = sums.reshape(len(KINDS), -1)
    return shared
