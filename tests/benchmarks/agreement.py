"""Agreement of a score with expert judgements, with bootstrap intervals over sources."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kendalltau, pearsonr

Floats = NDArray[np.float64]
RESAMPLED = 200


def agreement(
    sources: NDArray[np.int64], human: Floats, predicted: Floats, *, seed: int, resampled: int = RESAMPLED
) -> dict[str, list[float]]:
    """Compare a score with judgements, both higher for better.

    Returns:
        pairs (share of same-source pairs in the judges' order; equal judgements left out, equal scores wrong), tau
        (Kendall's b) and pearson over all: each with the bounds of its 95 % interval, sources drawn anew.
    """
    groups = [rows for _, rows in sorted(_rows(sources))]
    counts = np.array([_ordered(human[rows], predicted[rows]) for rows in groups])
    draws = np.random.default_rng(seed).integers(len(groups), size=(resampled, len(groups)))
    samples = [(counts.sum(0), np.arange(len(human)))]
    samples += [(counts[draw].sum(0), np.concatenate([groups[k] for k in draw])) for draw in draws]
    figures = np.array(
        [
            (right / total, kendalltau(human[rows], predicted[rows])[0], pearsonr(human[rows], predicted[rows])[0])
            for (right, total), rows in samples
        ]
    )
    bounds = np.quantile(figures[1:], (0.025, 0.975), axis=0)
    return {
        name: [round(float(value), 3) for value in (figures[0, k], *bounds[:, k])]
        for k, name in enumerate(("pairs", "tau", "pearson"))
    }


def _rows(sources: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    order = np.argsort(sources, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(sources[order]) != 0])
    for rows in np.split(order, starts[1:]):
        yield int(sources[rows[0]]), rows


def _ordered(human: Floats, predicted: Floats) -> tuple[int, int]:
    i, j = np.triu_indices(len(human), 1)
    wanted, got = np.sign(human[i] - human[j]), np.sign(predicted[i] - predicted[j])
    return int(((wanted == got) & (wanted != 0)).sum()), int((wanted != 0).sum())
