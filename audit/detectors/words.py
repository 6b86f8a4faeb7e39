"""Words of a sentence with their places and vectors: the unit in which wording is compared."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from audit.embeddings import TokenVectors

__all__ = ["Spans", "means", "owners", "spans", "word_vectors", "words"]

Floats = NDArray[np.float32]
Spans = NDArray[np.int32]

_WORD = re.compile(r"\w+(?:['’.\-‐‑]\w+)*|[^\w\s]")


def spans(text: str) -> Spans:
    """Return the places of words and punctuation marks in ``text``: int32 (n, 2), half-open.

    Hyphenated and contracted words are one word; they are told apart by what joins them, not by what they mean.
    """
    found = [match.span() for match in _WORD.finditer(text)]
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def owners(places: Spans, offsets: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return for each token the word that it begins in: int (t,); -1 for one without extent or in the space between.

    ``places``: of the words; ``offsets``: int32 (t, 2), of the tokens.
    """
    if not len(places):
        return np.full(len(offsets), -1)
    starts, ends = offsets[:, 0], offsets[:, 1]
    owner = np.searchsorted(places[:, 1], starts, side="right")
    inside = (owner < len(places)) & (ends > starts)
    inside &= ends > places[np.minimum(owner, len(places) - 1), 0]
    return np.where(inside, owner, -1)


def means(count: int, owner: NDArray[np.int64], vectors: Floats) -> Floats:
    """Return the mean of the vectors of each word's tokens, float32 (count, d); zero where it has none."""
    found = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    inside = owner >= 0
    owner, vectors = owner[inside], vectors[inside]
    rank = np.arange(len(owner)) - np.searchsorted(owner, owner)  # the tokens of a word, counted from 0
    for number in range(int(rank.max(initial=-1)) + 1):
        chosen = rank == number
        found[owner[chosen]] += vectors[chosen]
    counts = np.maximum(np.bincount(owner, minlength=count), 1).astype(np.float32)
    return np.asarray(found / counts[:, None], dtype=np.float32)


def word_vectors(places: Spans, tokens: TokenVectors) -> Floats:
    """Return one vector a word, float32 (n, d): the mean of its tokens, of unit length, or zero where none was read."""
    found = means(len(places), owners(places, tokens.offsets), tokens.vectors)
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(np.divide(found, norms, out=found, where=norms > 0), dtype=np.float32)


def words(text: str) -> list[tuple[str, int, int]]:
    """Return the words of ``text`` without punctuation marks, each with its start and end."""
    return [(m.group(), *m.span()) for m in _WORD.finditer(text) if m.group()[0].isalnum()]
