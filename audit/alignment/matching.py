"""How far the words of two sentences find each other, by the vectors of their tokens.

Greedy matching as in T. Zhang et al., "BERTScore: Evaluating Text Generation with BERT", ICLR 2020.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.alignment.vectors import Floats, Indices, Side

__all__ = ["Found", "match_tokens"]

_EXPECTED = 0.35
"""What a token finds in a sentence that has nothing to do with its own …"""
_BELIEF = 4
"""… counted like so many pairs beside those that are known."""
_CLEAR = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What each token of one sentence finds in the other, for c pairs, one pair after the other.

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

    def _sum(self, values: NDArray[Any]) -> NDArray[np.float64]:
        owner = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        sums = np.bincount(owner, weights=values * self.weights, minlength=len(self.starts) - 1)
        return sums.astype(np.float64)


def match_tokens(hypothesis: Side, reference: Side, rows: Indices, columns: Indices) -> tuple[Found, Found]:
    """Return what the tokens of the hypothesis find in the reference, and the reverse.

    ``rows`` ascend; only pairs (``rows[c]``, ``columns[c]``) are compared.
    """
    weights = _weights(hypothesis, reference)
    (own, own_first), (other, other_first) = (_places(s, p) for s, p in ((hypothesis, rows), (reference, columns)))
    of_own, of_other = np.zeros(len(own), dtype=np.float32), np.zeros(len(other), dtype=np.float32)
    vectors = np.concatenate([tokens.vectors for tokens in reference.tokens])
    bounds = np.append(np.flatnonzero(np.diff(rows, prepend=-1)), len(rows))
    for start, stop in pairwise(bounds):
        row = hypothesis.tokens[rows[start]].vectors
        inside = slice(other_first[start], other_first[stop])
        filled = np.flatnonzero(np.diff(other_first[start : stop + 1]))
        if not len(row) or not len(filled):
            continue
        similarity = row @ vectors[other[inside]].T
        best = np.maximum.reduceat(similarity, other_first[start:stop][filled] - other_first[start], axis=1)
        of_own[own_first[start] : own_first[stop]].reshape(-1, len(row))[filled] = best.T
        of_other[inside] = similarity.max(axis=0)
    return (
        Found(of_own, weights[0][own], own, own_first),
        Found(of_other, weights[1][other], other, other_first),
    )


def _places(side: Side, sentences: Indices) -> tuple[Indices, Indices]:
    """Return the tokens of the given sentences, one sentence after the other, and where each begins."""
    lengths = np.array([len(tokens.vectors) for tokens in side.tokens], dtype=np.intp)
    starts = np.cumsum(lengths) - lengths
    first = np.concatenate([[0], np.cumsum(lengths[sentences])]).astype(np.intp)
    shift = np.repeat(starts[sentences] - first[:-1], lengths[sentences])
    return shift + np.arange(len(shift)), first


def _weights(hypothesis: Side, reference: Side) -> tuple[Floats, Floats]:
    """Return the share of every token in its sentence: by how few sentences of both sides have it."""
    pieces = [_pieces(side) for side in (hypothesis, reference)]
    counts = Counter(piece for side in pieces for sentence in side for piece in set(sentence))
    total = len(hypothesis) + len(reference) + 1
    rarity = {piece: float(np.log(total / count)) for piece, count in counts.items()}
    sides = []
    for side in pieces:
        parts = [np.array([rarity[piece] for piece in sentence], dtype=np.float32) for sentence in side]
        sides.append(np.concatenate([part / max(float(part.sum()), 1e-6) for part in parts]))
    return sides[0], sides[1]


def _pieces(side: Side) -> list[list[str]]:
    return [
        [sentence[start:end].casefold() for start, end in tokens.offsets.tolist()]
        for sentence, tokens in zip(side.sentences, side.tokens, strict=True)
    ]
