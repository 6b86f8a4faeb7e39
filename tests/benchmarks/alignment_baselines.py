"""What simpler aligners find with the same embeddings; ``train_alignment.py`` prints them beside ours.

Each ranks pairs and keeps those above a threshold; the threshold that gains most F1 on one half of the languages is
used on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Values = NDArray[np.float64]
Ranked = tuple[NDArray[np.intp], NDArray[np.intp], Values]
"""Rows, columns and scores of the pairs that an aligner would take above a threshold."""

_NEIGHBOURS = 4


def threshold(cosine: Values) -> Ranked:
    """All pairs."""
    rows, columns = (grid.ravel() for grid in np.indices(cosine.shape))
    return rows, columns, cosine.ravel()


def nearest_neighbour(cosine: Values) -> Ranked:
    """The nearest reference sentence of every hypothesis sentence."""
    rows = np.arange(len(cosine))
    columns = cosine.argmax(axis=1)
    return rows, columns, cosine[rows, columns]


def mutual(cosine: Values) -> Ranked:
    """Pairs that are each other's nearest."""
    rows, columns, scores = nearest_neighbour(cosine)
    kept = cosine.argmax(axis=0)[columns] == rows
    return rows[kept], columns[kept], scores[kept]


def margin(cosine: Values) -> Ranked:
    """M. Artetxe, H. Schwenk, "Margin-based Parallel Corpus Mining", ACL 2019: ratio, each other's best."""
    k_rows, k_columns = (min(_NEIGHBOURS, size) for size in reversed(cosine.shape))
    around = -np.sort(-cosine, axis=1)[:, :k_rows].mean(axis=1)[:, None] / 2
    around = around - np.sort(-cosine, axis=0)[:k_columns].mean(axis=0) / 2
    return mutual(cosine / np.maximum(around, 1e-6))


def assignment(cosine: Values) -> Ranked:
    """The one-to-one assignment of the largest sum."""
    rows, columns = linear_sum_assignment(cosine, maximize=True)
    return rows, columns, cosine[rows, columns]


BASELINES: dict[str, Callable[[Values], Ranked]] = {
    "threshold": threshold,
    "nearest neighbour": nearest_neighbour,
    "mutual nearest neighbours": mutual,
    "margin (Artetxe & Schwenk)": margin,
    "optimal assignment (SciPy)": assignment,
}

Case = tuple[str, Values, set[tuple[int, int]]]
"""Language, cosines (n, m), gold pairs."""


def f1(cases: Sequence[Case], halves: Sequence[set[str]], aligner: Callable[[Values], Ranked]) -> float:
    """Return F1 over all cases, thresholds being chosen on the half that is not measured."""
    right = found = 0
    for half in halves:
        fitted = [_judged(case, aligner) for case in cases if case[0] not in half]
        limit = _best_limit(fitted, sum(len(gold) for language, _, gold in cases if language not in half))
        for case in cases:
            if case[0] in half:
                scores, truth = _judged(case, aligner)
                right += int((truth & (scores >= limit)).sum())
                found += int((scores >= limit).sum())
    return 2 * right / max(found + sum(len(gold) for *_, gold in cases), 1)


def _judged(case: Case, aligner: Callable[[Values], Ranked]) -> tuple[Values, NDArray[np.bool_]]:
    rows, columns, scores = aligner(case[1])
    return scores, np.array([pair in case[2] for pair in zip(rows.tolist(), columns.tolist(), strict=True)], dtype=bool)


def _best_limit(judged: Sequence[tuple[Values, NDArray[np.bool_]]], gold: int) -> float:
    scores, truth = (np.concatenate(parts) for parts in zip(*judged, strict=True))
    order = np.argsort(-scores, kind="stable")
    gains = 2 * np.cumsum(truth[order]) / (np.arange(1, len(order) + 1) + gold)
    return float(scores[order[gains.argmax()]])
