"""Words of a sentence with their places and vectors: the unit in which wording is compared."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from audit.embeddings import TokenVectors

__all__ = ["Spans", "spans", "word_vectors", "words"]

Floats = NDArray[np.float32]
Spans = NDArray[np.int32]

_WORD = re.compile(r"\w+(?:['’.\-‐‑]\w+)*|[^\w\s]")


def spans(text: str) -> Spans:
    """Return the places of words and punctuation marks in ``text``: int32 (n, 2), half-open.

    Hyphenated and contracted words are one word; they are told apart by what joins them, not by what they mean.
    """
    found = [match.span() for match in _WORD.finditer(text)]
    return np.array(found, dtype=np.int32).reshape(-1, 2)


def word_vectors(places: Spans, tokens: TokenVectors) -> Floats:
    """Return one vector a word, float32 (n, d): the mean of its tokens, of unit length, or zero where none was read."""
    found = np.zeros((len(places), tokens.vectors.shape[1]), dtype=np.float32)
    if not len(places):
        return found
    starts, ends = tokens.offsets[:, 0], tokens.offsets[:, 1]
    owner = np.searchsorted(places[:, 1], starts, side="right")
    # A token belongs to the word it begins in; one without extent, or in the space between words, to none.
    inside = (owner < len(places)) & (ends > starts)
    inside &= ends > places[np.minimum(owner, len(places) - 1), 0]
    owner, vectors = owner[inside], tokens.vectors[inside]
    rank = np.arange(len(owner)) - np.searchsorted(owner, owner)  # the tokens of a word, counted from 0
    for number in range(int(rank.max(initial=-1)) + 1):
        chosen = rank == number
        found[owner[chosen]] += vectors[chosen]
    norms = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(np.divide(found, norms, out=found, where=norms > 0), dtype=np.float32)


def words(text: str) -> list[tuple[str, int, int]]:
    """Return the words of ``text`` without punctuation marks, each with its start and end."""
    return [(m.group(), *m.span()) for m in _WORD.finditer(text) if m.group()[0].isalnum()]
