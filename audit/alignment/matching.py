"""How far the words of two sentences find each other, by the vectors of their tokens, and how far their parts do.

Greedy matching as in T. Zhang et al., "BERTScore: Evaluating Text Generation with BERT", ICLR 2020. A part is a stretch
of a few tokens: two sentences that share one fact have one part in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.alignment.vectors import Floats, Indices, Side, blocks, distinct, members, numbered

__all__ = ["Found", "match"]

_EXPECTED = 0.35
"""What a token finds in a sentence that has nothing to do with its own …"""
_BELIEF = 4
"""… counted like so many pairs beside those that are known."""
_CLEAR = 0.1
_PART = 8
"""Tokens of a part; parts begin every other half of it."""
_SENTENCES = 32
"""Sentences whose tokens stay in the cache together."""
_UNKNOWN = 20
"""How many parts like no other stand beside those of the two texts when their mean is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What each token (or part) of one sentence finds in the other, for c pairs, one pair after the other.

    ``similarity``: that of the nearest token (t,). ``weights``: the token's share in its sentence, rare ones having
    more (t,). ``places``: which token of the whole text it is (t,). ``starts``: where the pairs begin (c + 1).
    """

    similarity: Floats
    weights: Floats
    places: Indices
    starts: Indices

    def share(self) -> NDArray[np.float64]:
        """Return how much of each pair's sentence is found (-1 to 1)."""
        return self._sum(self.similarity)

    def lifted(self) -> NDArray[np.float64]:
        """Return how far that exceeds what the same tokens find in the other pairs of their sentence.

        A name that stands everywhere says nothing.
        """
        sums = np.bincount(self.places, weights=self.similarity)[self.places]
        counts = np.bincount(self.places)[self.places]
        usual = (sums - self.similarity + _EXPECTED * _BELIEF) / (counts - 1 + _BELIEF)
        return self._sum(np.maximum(self.similarity - usual - _CLEAR, 0.0))

    def beyond(self, other: Indices) -> NDArray[np.float64]:
        """Return how much each pair finds that pair ``other`` of the same sentence does not."""
        lengths = np.diff(self.starts)
        shift = np.repeat(self.starts[other] - self.starts[:-1], lengths)
        rival = np.maximum(self.similarity[np.arange(len(shift)) + shift], _EXPECTED)
        return self._sum(np.maximum(self.similarity - rival, 0.0))

    def best(self) -> NDArray[np.float64]:
        """Return the most that a token of each pair finds."""
        return self._most(self.similarity)

    def best_lead(self) -> NDArray[np.float64]:
        """Return by how much a token of each pair finds more than the same token in any other pair, at most."""
        order = np.lexsort((-self.similarity, self.places))
        start = np.flatnonzero(np.diff(self.places[order], prepend=-1))
        lengths = np.diff(np.append(start, len(order)))
        others = np.repeat(self.similarity[order[start]], lengths)
        second = self.similarity[order[np.minimum(start + 1, len(order) - 1)]]
        others[start] = np.where(lengths > 1, np.maximum(second, 0), 0)
        rival = np.empty_like(others)
        rival[order] = others
        return self._most(self.similarity - rival)

    def _most(self, values: Floats) -> NDArray[np.float64]:
        most = np.zeros(len(self.starts) - 1)
        filled = np.flatnonzero(np.diff(self.starts))
        if len(filled):
            most[filled] = np.maximum.reduceat(values, self.starts[:-1][filled])
        return most

    def _sum(self, values: NDArray[Any]) -> NDArray[np.float64]:
        owner = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        sums = np.bincount(owner, weights=values * self.weights, minlength=len(self.starts) - 1)
        return sums.astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Grouped:
    """The vectors of the tokens or parts of a text, float32 (t_i, d) of sentence i, numbered from ``starts[i]`` on.

    ``weights``: their shares in their sentences (t,).
    """

    vectors: Sequence[Floats]
    starts: Indices
    weights: Floats


def match(
    hypothesis: Side, reference: Side, rows: Indices, columns: Indices
) -> tuple[tuple[Found, Found], tuple[Found, Found]]:
    """Return what the tokens of either side find in the other, and what their parts find.

    ``rows`` ascend; only pairs (``rows[c]``, ``columns[c]``) are compared. From the vectors of parts that is taken off
    what all of the two texts is about.
    """
    both = (hypothesis, reference)
    vectors = [[tokens.vectors for tokens in side.tokens] for side in both]
    left, right = map(_Grouped, vectors, map(_starts, vectors), _weights(hypothesis, reference))
    parts = list(map(_parts, vectors))
    total = sum(len(of_side) for of_side, _ in parts) + _UNKNOWN
    common = (parts[0][0].sum(axis=0) + parts[1][0].sum(axis=0)) / total
    left_parts, right_parts = (_without(common, *of_side) for of_side in parts)
    return _found(left, right, rows, columns), _found(left_parts, right_parts, rows, columns)


def _without(common: Floats, vectors: Floats, starts: Indices) -> _Grouped:
    """Return parts, each with an equal share in its sentence, less what is ``common``."""
    for block in blocks(len(vectors)):
        vectors[block] = _unit(vectors[block] - common)
    lengths = np.diff(starts)
    weights = np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32)
    return _Grouped([vectors[first:last] for first, last in pairwise(starts.tolist())], starts, weights)


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _found(left: _Grouped, right: _Grouped, rows: Indices, columns: Indices) -> tuple[Found, Found]:
    (own, own_first), (other, other_first) = _places(left.starts, rows), _places(right.starts, columns)
    of_own, of_other = np.zeros(len(own), dtype=np.float32), np.zeros(len(other), dtype=np.float32)
    bounds = np.append(np.flatnonzero(np.diff(rows, prepend=-1)), len(rows))
    for start, stop in pairwise(bounds.tolist()):
        row = left.vectors[rows[start]]
        first = other_first[start : stop + 1]
        filled = np.flatnonzero(first[1:] > first[:-1])
        if not len(row) or not len(filled):
            continue
        similarity = np.concatenate([right.vectors[column] for column in columns[start:stop]]) @ row.T
        best = np.maximum.reduceat(similarity, first[filled] - first[0], axis=0)
        of_own[own_first[start] : own_first[stop]].reshape(-1, len(row))[filled] = best
        of_other[first[0] : first[-1]] = similarity.max(axis=1)
    return (
        Found(of_own, left.weights[own], own, own_first),
        Found(of_other, right.weights[other], other, other_first),
    )


def _places(starts: Indices, sentences: Indices) -> tuple[Indices, Indices]:
    """Return the tokens of the given sentences, one sentence after the other, and where each begins."""
    which, places = members(starts, sentences)
    return places, np.searchsorted(which, np.arange(len(sentences) + 1))


def _starts(vectors: Sequence[Floats]) -> Indices:
    return np.cumsum([0, *map(len, vectors)], dtype=np.intp)


def _parts(vectors: Sequence[Floats]) -> tuple[Floats, Indices]:
    """Return the unit vectors of the parts of all sentences, and where those of each sentence begin.

    The last part of a sentence ends with it; one of few tokens is one part. ``vectors``: the tokens of each sentence.
    """
    starts = _starts(vectors)
    lengths = np.diff(starts)
    counts = np.where(lengths > 0, 1 + np.maximum(-(-(lengths - _PART) // (_PART // 2)), 0), 0)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    which, place = members(first, np.arange(len(lengths)))
    rank = place - first[which]
    begin = starts[which] + np.minimum(rank * (_PART // 2), np.maximum(lengths[which] - _PART, 0))
    end = np.minimum(begin + _PART, starts[which + 1])
    parts = np.empty((len(begin), vectors[0].shape[1]), dtype=np.float32)
    nothing = np.zeros((1, parts.shape[1]), dtype=np.float32)
    for low in range(0, len(vectors), _SENTENCES):
        high = min(low + _SENTENCES, len(vectors))
        known = np.concatenate([*vectors[low:high], nothing])
        these = slice(first[low], first[high])
        sums = np.zeros_like(parts[these])
        for step in range(_PART):
            at = begin[these] + step
            sums += known[np.where(at < end[these], at - starts[low], len(known) - 1)]
        parts[these] = _unit(sums)
    return parts, first


def _weights(hypothesis: Side, reference: Side) -> tuple[Floats, Floats]:
    """Return the share of every token in its sentence: by how few sentences of both sides have it."""
    sentences = (*hypothesis.sentences, *reference.sentences)
    tokens = (*hypothesis.tokens, *reference.tokens)
    pieces = [
        sentence[start:end]
        for sentence, known in zip(sentences, tokens, strict=True)
        for start, end in known.offsets.tolist()
    ]
    written, of_token = numbered(pieces)
    different, of_written = numbered(piece.lower() for piece in written)
    flat = of_written[of_token]
    size = max(len(different), 1)
    owner = np.repeat(np.arange(len(sentences)), [len(known.offsets) for known in tokens])
    counts = np.bincount(distinct(owner * size + flat) % size, minlength=size)
    rarity = np.log((len(sentences) + 1) / np.maximum(counts, 1))[flat]
    shares = rarity / np.maximum(np.bincount(owner, weights=rarity, minlength=len(sentences)), 1e-6)[owner]
    border = int(np.searchsorted(owner, len(hypothesis)))
    return shares[:border].astype(np.float32), shares[border:].astype(np.float32)
