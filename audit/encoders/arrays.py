"""Rows of unit length, as every encoder gives them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audit.cache.packing import pack, unpack
from audit.embeddings import Floats, TokenVectors

__all__ = ["token_vectors", "unit_rows"]


def unit_rows(vectors: Floats) -> Floats:
    """Return the rows of a float32 (n, d) array at length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def token_vectors(hidden: Floats, offsets: Sequence[tuple[int, int]]) -> TokenVectors:
    """Return the vectors of one text's tokens, from float32 (t, d).

    Their components are rounded to what `audit.cache.packing` keeps of them: a run gives the same figures with the
    cache and without it.
    """
    return TokenVectors(unpack(pack(unit_rows(hidden))), np.array(offsets, np.int32).reshape(-1, 2))
