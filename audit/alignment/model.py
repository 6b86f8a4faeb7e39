"""The fitted pair model: what ``tests/benchmarks/train_alignment.py`` leaves behind, read without its libraries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from audit.alignment.trees import Trees
from audit.alignment.vectors import Indices
from audit.records import Mode, Relation

__all__ = ["Model", "calibration_figures", "load_model", "relation_figures"]

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Judges pairs by their figures; one for texts whose token vectors are known, one for those without.

    ``alone``: by the figures of ``pairs``. ``together``: by those of ``context`` beside them, in either mode.
    ``calibration``: weights of ``calibration_figures`` and a constant. ``relation``: those of ``relation_figures``.
    """

    alone: Trees
    together: dict[Mode, Trees]
    calibration: Values
    relation: Values

    def calibrated(self, odds: Values, rows: Indices, shape: tuple[int, int]) -> Values:
        """Return the log-odds (c,) of pairs in any order, given how clearly the links of their texts stand out."""
        return np.asarray(calibration_figures(odds, rows, shape) @ self.calibration[:-1] + self.calibration[-1])

    def relations(self, similarity: Values, lengths: Values, odds: Values) -> list[Relation]:
        """Return how far the two sides of links state the same."""
        scores = relation_figures(similarity, lengths, odds) @ self.relation[:-1] + self.relation[-1]
        return ["equivalent" if score > 0 else "partial" for score in scores]


def relation_figures(similarity: Values, lengths: Values, odds: Values) -> Values:
    """Return the figures (k, 3) from which relations are told: cosines, ratios of the lengths, log-odds of links."""
    return np.stack([similarity, np.abs(np.log(lengths)), np.clip(odds, -6, 6)], axis=1)


def calibration_figures(odds: Values, rows: Indices, shape: tuple[int, int]) -> Values:
    """Return the figures (c, 7) from which log-odds are calibrated.

    Accounts that are loosely related have few clear links among many weak ones, and there a weak one is worth more
    than between translations of one text. Looseness: the share of hypothesis sentences with any evidence for a
    counterpart that have no clear one. Richness: clear links, of those possible on either side.
    """
    n, m = shape
    best = np.full(n, -9.0)
    np.maximum.at(best, rows, odds)
    looseness = 1 - (_logistic(best - 1).sum() + 1) / (_logistic(best + 4).sum() + 1)
    clear = float((_logistic(best) ** 2).sum())
    factors = np.array([looseness, *(np.log((clear + 0.5) / (size + 1)) for size in (n, m))])
    column = odds[:, None]
    return np.concatenate([column, np.broadcast_to(factors, (len(odds), 3)), column * factors], axis=1)


@cache
def load_model(tokens: bool) -> Model:
    """Return the model for texts with or without token vectors; read once a process."""
    with files("audit.alignment").joinpath("model.npz").open("rb") as stream, np.load(stream) as file:
        arrays = dict(file)
    name = "tokens" if tokens else "sentences"
    modes: tuple[Mode, ...] = ("comparable", "parallel")
    return Model(
        alone=Trees.load(arrays, f"{name}.alone"),
        together={mode: Trees.load(arrays, f"{name}.{mode}") for mode in modes},
        calibration=arrays[f"{name}.calibration"],
        relation=arrays[f"{name}.relation"],
    )


def _logistic(values: Values) -> Values:
    return np.asarray(1 / (1 + np.exp(-values)))
