"""Boosted decision trees as plain arrays: what training leaves behind, evaluated without the library that grew them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.alignment.vectors import Floats

__all__ = ["Trees"]

_BLOCK = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """The nodes of all trees one after the other; a leaf points to itself.

    ``feature``, ``threshold``, ``left``, ``right``, ``value``: one entry a node. ``roots``: the first node of each
    tree. ``depth``: the longest way from a root to a leaf. ``base``: log-odds before any tree.
    """

    feature: NDArray[np.int16]
    threshold: Floats
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: Floats
    roots: NDArray[np.int32]
    depth: int
    base: float

    @classmethod
    def load(cls, arrays: Mapping[str, NDArray[Any]], prefix: str) -> Trees:
        """Take the trees called ``prefix`` out of the arrays of a file."""
        names = ("feature", "threshold", "left", "right", "value", "roots")
        parts = {name: arrays[f"{prefix}.{name}"] for name in names}
        return cls(**parts, depth=int(arrays[f"{prefix}.depth"]), base=float(arrays[f"{prefix}.base"]))

    def odds(self, table: Floats) -> NDArray[np.float64]:
        """Return the log-odds (c,) of rows of features (c, f)."""
        result = np.empty(len(table))
        for start in range(0, len(table), _BLOCK):
            rows = table[start : start + _BLOCK]
            node = np.repeat(self.roots[None, :], len(rows), axis=0)
            place = np.arange(len(rows))[:, None]
            for _ in range(self.depth):
                goes_left = rows[place, self.feature[node]] <= self.threshold[node]
                node = np.where(goes_left, self.left[node], self.right[node])
            result[start : start + _BLOCK] = self.base + self.value[node].sum(axis=1, dtype=np.float64)
        return result
