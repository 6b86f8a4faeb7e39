"""Boosted decision trees as plain arrays: what training leaves behind, evaluated without the library that grew them.

All comparisons of all trees are made at once and each rules out leaves, as in C. Lucchese et al., "QuickScorer: A Fast
Algorithm to Rank Documents with Additive Ensembles of Regression Trees", SIGIR 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.alignment.vectors import Floats

__all__ = ["LEAVES", "Trees"]

LEAVES = 12
"""The most leaves that a tree may have; they are numbered from left to right."""

_BLOCK = 256
_ALL = np.uint16((1 << LEAVES) - 1)
_FIRST = np.array([0, *((bits & -bits).bit_length() - 1 for bits in range(1, 1 << LEAVES))], dtype=np.intp)
"""The first leaf of each set of leaves."""


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """t trees with up to ``LEAVES`` leaves each; a tree with fewer comparisons is filled up with some that always hold.

    ``feature``, ``threshold`` (t, LEAVES - 1): a comparison holds where the feature is not above the threshold.
    ``left``: uint16 (t, LEAVES - 1), one bit a leaf: those ruled out where it does not hold. ``value`` (t, LEAVES): the
    log-odds of each leaf. ``base``: those before any tree.
    """

    feature: NDArray[np.int16]
    threshold: Floats
    left: NDArray[np.uint16]
    value: Floats
    base: float

    @classmethod
    def load(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Trees:
        """Take the trees called ``prefix`` out of the arrays of a file."""
        parts = {name: arrays[f"{prefix}.{name}"] for name in ("feature", "threshold", "left", "value")}
        return cls(**parts, base=float(arrays[f"{prefix}.base"]))

    def odds(self, table: Floats) -> NDArray[np.float64]:
        """Return the log-odds (c,) of rows of features (c, f)."""
        result = np.empty(len(table))
        columns = np.ascontiguousarray(table.T)
        trees = np.arange(len(self.value))[:, None] * LEAVES
        kept = np.bitwise_and(_ALL, ~self.left)[:, :, None]
        for start in range(0, len(table), _BLOCK):
            compared = columns[:, start : start + _BLOCK][self.feature] <= self.threshold[:, :, None]
            leaves = np.bitwise_and.reduce(np.where(compared, _ALL, kept), axis=1)
            values = self.value.ravel()[trees + _FIRST[leaves]]
            result[start : start + _BLOCK] = self.base + values.sum(axis=0, dtype=np.float64)
        return result
