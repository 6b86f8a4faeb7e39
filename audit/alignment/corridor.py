"""Where the counterparts of two texts in one order lie, found in time and memory linear in their length.

Coarse to fine, as B. Thompson, P. Koehn, "Vecalign: Improved Sentence Alignment in Linear Time and Space", EMNLP 2019
(after S. Salvador, P. Chan, "FastDTW", 2007): texts of half the length, whose sentences are pairs of sentences, are
aligned first, and the path found for them is where the search goes on.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from audit.alignment.nearest import DECIMALS, Nearest, best_cells, nearest, spread
from audit.alignment.vectors import Floats, Indices

__all__ = ["nearest_in_order"]

_WHOLE = 256
"""Texts of up to so many sentences are searched wholly."""
_MARGIN = 12
_ROWS = 64


def nearest_in_order(x: Floats, y: Floats, k: int, progress: Callable[[int, int], None] | None = None) -> Nearest:
    """Return the ``k`` best cells of every row and column of ``x @ y.T`` that lie near the best monotone path.

    Where there are fewer than ``k``, values of 0 fill up.
    """
    n, m = len(x), len(y)
    if max(n, m) <= _WHOLE:
        return nearest(x, y, k, progress)
    low, high = _around(_path(_halved(x), _halved(y)), n, m)
    row_values, row_columns = np.zeros((n, k), dtype=np.float32), np.zeros((n, k), dtype=np.intp)
    seen: list[tuple[Floats, Indices, Indices]] = []
    for start in range(0, n, _ROWS):
        stop = min(start + _ROWS, n)
        first, last = int(low[start]), int(high[stop - 1])
        in_rows, their_columns, in_columns, their_rows = best_cells(x[start:stop], y[first:last], k)
        width = in_rows.shape[1]
        row_values[start:stop, :width] = in_rows
        row_columns[start:stop, :width] = their_columns + first
        columns = np.repeat(np.arange(first, last), their_rows.shape[1])
        seen.append((in_columns.ravel(), their_rows.ravel() + start, columns))
        if progress is not None:
            progress(stop, n)
    values, rows, columns = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    order = np.lexsort((rows, -values, columns))
    rank = np.arange(len(order)) - np.searchsorted(columns[order], columns[order])
    kept = rank < k
    column_values, column_rows = np.zeros((m, k), dtype=np.float32), np.zeros((m, k), dtype=np.intp)
    column_values[columns[order][kept], rank[kept]] = values[order][kept]
    column_rows[columns[order][kept], rank[kept]] = rows[order][kept]
    mean, deviation = spread(x, y)
    return Nearest(row_values, row_columns, column_values, column_rows, mean, deviation)


def _path(x: Floats, y: Floats) -> Indices:
    """Return for each row, and for the end, how many columns lie before it on the best monotone path (n + 1)."""
    n, m = len(x), len(y)
    if max(n, m) <= _WHOLE:
        low, high = np.zeros(n, dtype=np.intp), np.full(n, m, dtype=np.intp)
    else:
        low, high = _around(_path(_halved(x), _halved(y)), n, m)
    mean, deviation = spread(x, y)
    best = np.zeros(m + 1)
    history = []
    for start in range(0, n, _ROWS):
        stop = min(start + _ROWS, n)
        first, last = int(low[start]), int(high[stop - 1])
        block = np.round(x[start:stop] @ y[first:last].T, DECIMALS).astype(np.float64)
        gains = np.maximum(block - mean - deviation, 0)
        for row in range(start, stop):
            left, right = int(low[row]), int(high[row])
            if row and right > high[row - 1]:
                best[high[row - 1] + 1 : right + 1] = best[high[row - 1]]
            here = best[left : right + 1]
            here[1:] = np.maximum(here[1:], here[:-1] + gains[row - start, left - first : right - first])
            np.maximum.accumulate(here, out=here)
            history.append(here.copy())
    return _traced(history, low, high, m)


def _traced(history: list[NDArray[np.float64]], low: Indices, high: Indices, m: int) -> Indices:
    """Walk back through the values of the best paths after each row, those of row i from column ``low[i]`` on."""
    path = np.empty(len(history) + 1, dtype=np.intp)
    column = path[-1] = m
    for row in range(len(history) - 1, -1, -1):
        values, first = history[row], int(low[row])
        column = min(column, int(high[row]))
        while column > first and values[column - first] == values[column - first - 1]:
            column -= 1
        above = history[row - 1][min(column, int(high[row - 1])) - int(low[row - 1])] if row else 0.0
        if column > first and values[column - first] > above:
            column -= 1
        path[row] = column
    return path


def _around(path: Indices, n: int, m: int) -> tuple[Indices, Indices]:
    """Return the columns from … to (exclusive) around a path through the halved texts, for each of n rows."""
    coarse = np.arange(n) // 2
    low = np.clip(2 * path[coarse] - _MARGIN, 0, m - 1)
    high = np.clip(2 * path[coarse + 1] + _MARGIN, 1, m)
    high[-1] = m
    low[0] = 0
    return low, np.maximum(high, low + 1)


def _halved(x: Floats) -> Floats:
    """Return the unit vectors of pairs of neighbours; a last single one stays."""
    if len(x) % 2:
        x = np.concatenate([x, x[-1:]])
    two = x[0::2] + x[1::2]
    return np.asarray(two / np.maximum(np.linalg.norm(two, axis=1, keepdims=True), 1e-9), dtype=np.float32)
