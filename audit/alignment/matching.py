"""How far the words of two sentences find each other, by the vectors of their tokens, and how far their parts do.

Greedy matching as in T. Zhang et al., "BERTScore: Evaluating Text Generation with BERT", ICLR 2020. A part is a stretch
of a few tokens: two sentences that share one fact have one part in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.alignment.vectors import Floats, Indices, Side, distinct, members, numbered

__all__ = ["Found", "match"]

_EXPECTED = 0.35
"""What a token finds in a sentence that has nothing to do with its own …"""
_BELIEF = 4
"""… counted like so many pairs beside those that are known."""
_CLEAR = 0.1
_PART = 8
"""Tokens of a part; parts begin every other half of it."""
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
    """The vectors of the tokens or parts of a text, float32 (t, d), those of sentence i from ``starts[i]`` on.

    ``weights``: their shares in their sentences (t,).
    """

    vectors: Floats
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
    known = [_tokens(side) for side in both]
    shares = _weights(hypothesis, reference)
    left, right = (_Grouped(*tokens, share) for tokens, share in zip(known, shares, strict=True))
    parts = [_parts(*tokens) for tokens in known]
    total = sum(len(vectors) for vectors, _ in parts) + _UNKNOWN
    common = (parts[0][0].sum(axis=0) + parts[1][0].sum(axis=0)) / total
    left_parts, right_parts = (_without(common, *of_side) for of_side in parts)
    return _found(left, right, rows, columns), _found(left_parts, right_parts, rows, columns)


def _without(common: Floats, vectors: Floats, starts: Indices) -> _Grouped:
    """Return parts, each with an equal share in its sentence, less what is ``common``."""
    vectors = vectors - common
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    lengths = np.diff(starts)
    return _Grouped(vectors, starts, np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32))


def _found(left: _Grouped, right: _Grouped, rows: Indices, columns: Indices) -> tuple[Found, Found]:
    (own, own_first), (other, other_first) = _places(left.starts, rows), _places(right.starts, columns)
    of_own, of_other = np.zeros(len(own), dtype=np.float32), np.zeros(len(other), dtype=np.float32)
    bounds = np.append(np.flatnonzero(np.diff(rows, prepend=-1)), len(rows))
    for start, stop in pairwise(bounds.tolist()):
        row = left.vectors[left.starts[rows[start]] : left.starts[rows[start] + 1]]
        first = other_first[start : stop + 1]
        filled = np.flatnonzero(first[1:] > first[:-1])
        if not len(row) or not len(filled):
            continue
        similarity = right.vectors[other[first[0] : first[-1]]] @ row.T
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


def _tokens(side: Side) -> tuple[Floats, Indices]:
    starts = np.cumsum([0, *(len(tokens.vectors) for tokens in side.tokens)])
    return np.concatenate([tokens.vectors for tokens in side.tokens]), starts


def _parts(vectors: Floats, first: Indices) -> tuple[Floats, Indices]:
    """Return the unit vectors of the parts of all sentences, and where those of each sentence begin.

    The last part of a sentence ends with it; one of few tokens is one part. ``first``: where the tokens of each begin.
    """
    lengths = np.diff(first)
    counts = np.where(lengths > 0, 1 + np.maximum(-(-(lengths - _PART) // (_PART // 2)), 0), 0)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.intp)
    which, place = members(starts, np.arange(len(lengths)))
    rank = place - starts[which]
    begin = first[which] + np.minimum(rank * (_PART // 2), np.maximum(lengths[which] - _PART, 0))
    end = np.minimum(begin + _PART, first[which + 1])
    padded = np.concatenate([vectors, np.zeros((1, vectors.shape[1]), dtype=np.float32)])
    sums = np.zeros((len(begin), vectors.shape[1]), dtype=np.float32)
    for step in range(_PART):
        sums += padded[np.where(begin + step < end, begin + step, len(vectors))]
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), starts


def _weights(hypothesis: Side, reference: Side) -> tuple[Floats, Floats]:
    """Return the share of every token in its sentence: by how few sentences of both sides have it."""
    sentences = (*hypothesis.sentences, *reference.sentences)
    tokens = (*hypothesis.tokens, *reference.tokens)
    pieces = [
        sentence[start:end].lower()
        for sentence, known in zip(sentences, tokens, strict=True)
        for start, end in known.offsets.tolist()
    ]
    different, flat = numbered(pieces)
    size = max(len(different), 1)
    owner = np.repeat(np.arange(len(sentences)), [len(known.offsets) for known in tokens])
    counts = np.bincount(distinct(owner * size + flat) % size, minlength=size)
    rarity = np.log((len(sentences) + 1) / np.maximum(counts, 1))[flat]
    shares = rarity / np.maximum(np.bincount(owner, weights=rarity, minlength=len(sentences)), 1e-6)[owner]
    border = int(np.searchsorted(owner, len(hypothesis)))
    return shares[:border].astype(np.float32), shares[border:].astype(np.float32)
