"""The most similar vectors of two sets, found in blocks: never the full matrix of long documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audit.alignment.vectors import Floats, Indices

__all__ = ["DECIMALS", "Nearest", "best_cells", "nearest", "spread"]

DECIMALS = 3
"""Similarities are rounded to this before anything is decided: models agree across machines within about 1e-4."""

_BLOCK_CELLS = 16_000_000
_GROUPS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The k best cells of every row and column of a similarity matrix (n, m), best first, ties by index.

    ``row_values`` and ``row_columns`` are (n, k), ``column_values`` and ``column_rows`` (m, k), with k no larger
    than there are cells. ``mean`` and ``deviation`` are those of all cells.
    """

    row_values: Floats
    row_columns: Indices
    column_values: Floats
    column_rows: Indices
    mean: float
    deviation: float


def nearest(x: Floats, y: Floats, k: int, progress: Callable[[int, int], None] | None = None) -> Nearest:
    """Return the ``k`` best cells of every row and column of ``x @ y.T``, for x (n, d) and y (m, d), neither empty.

    ``progress`` is called with the rows done and their number. Memory is linear in n + m.
    """
    return Nearest(*best_cells(x, y, k, progress), *spread(x, y))


def best_cells(
    x: Floats, y: Floats, k: int, progress: Callable[[int, int], None] | None = None
) -> tuple[Floats, Indices, Floats, Indices]:
    """Return the first four fields of ``nearest``."""
    n, m = len(x), len(y)
    columns = max(_GROUPS, -(-m // _GROUPS) * _GROUPS)
    padded = np.zeros((columns, y.shape[1]), dtype=np.float32)
    padded[:m] = y
    height = max(1, _BLOCK_CELLS // columns)
    by_row = []
    by_column = (np.zeros((m, 0), dtype=np.float32), np.zeros((m, 0), dtype=np.intp))
    for start in range(0, n, height):
        block = x[start : start + height] @ padded.T
        block[:, m:] = -np.inf
        by_row.append(_best_of_rows(block, min(k, m)))
        by_column = _best_of_columns(by_column, block[:, :m], start, min(k, n))
        if progress is not None:
            progress(min(start + height, n), n)
    row_values, row_columns = _ordered(*(np.concatenate(parts) for parts in zip(*by_row, strict=True)))
    column_values, column_rows = _ordered(*by_column)
    return row_values, row_columns, column_values, column_rows


def spread(x: Floats, y: Floats) -> tuple[float, float]:
    """Return mean and deviation of all cells of ``x @ y.T``; that of long texts is not made."""
    cells = len(x) * len(y)
    if cells <= x.shape[1] ** 2:
        whole = (x @ y.T).astype(np.float64)
        return float(whole.mean()), float(whole.std())
    mean = float(x.sum(axis=0, dtype=np.float64) @ y.sum(axis=0, dtype=np.float64)) / cells
    square = float(np.sum((x.T @ x).astype(np.float64) * (y.T @ y))) / cells
    return mean, max(square - mean * mean, 0.0) ** 0.5


def _best_of_rows(block: Floats, k: int) -> tuple[Floats, Indices]:
    """Return the values and columns of the k best cells of every row, in any order.

    They lie in the k groups of columns with the highest maxima, and maxima are found much faster than an order.
    """
    n, m = block.shape
    width = m // _GROUPS
    if width <= k:
        columns = np.argpartition(block, m - k, axis=1)[:, m - k :]
        return np.take_along_axis(block, columns, axis=1), columns
    grouped = block.reshape(n, _GROUPS, width)
    groups = np.argpartition(grouped.max(axis=1), width - k, axis=1)[:, width - k :]
    values = np.take_along_axis(grouped, groups[:, None, :], axis=2).reshape(n, -1)
    best = np.argpartition(values, values.shape[1] - k, axis=1)[:, -k:]
    columns = best // k * width + np.take_along_axis(groups, best % k, axis=1)
    return np.take_along_axis(values, best, axis=1), columns


def _best_of_columns(so_far: tuple[Floats, Indices], block: Floats, start: int, k: int) -> tuple[Floats, Indices]:
    """Merge the k best cells of every column so far with those of the next rows, in any order."""
    values, rows = so_far
    if values.shape[1] < k:
        count = min(k, len(block))
        new = np.argpartition(block, len(block) - count, axis=0)[len(block) - count :].T
        values = np.concatenate([values, np.take_along_axis(block.T, new, axis=1)], axis=1)
        rows = np.concatenate([rows, new + start], axis=1)
    else:
        # Few cells of a later block beat the worst one kept of their column.
        found = np.flatnonzero(block > values.min(axis=1))
        found_rows, found_columns = found // block.shape[1], found % block.shape[1]
        by_column = np.argsort(found_columns, kind="stable")
        found_rows, found_columns = found_rows[by_column], found_columns[by_column]
        first = np.searchsorted(found_columns, found_columns)
        place = np.arange(len(found_columns)) - first
        extra = np.full((len(values), int(place.max(initial=-1)) + 1), -np.inf, dtype=np.float32)
        extra_rows = np.zeros(extra.shape, dtype=np.intp)
        extra[found_columns, place] = block[found_rows, found_columns]
        extra_rows[found_columns, place] = found_rows + start
        values = np.concatenate([values, extra], axis=1)
        rows = np.concatenate([rows, extra_rows], axis=1)
    if values.shape[1] > k:
        kept = np.argpartition(values, values.shape[1] - k, axis=1)[:, -k:]
        values, rows = np.take_along_axis(values, kept, axis=1), np.take_along_axis(rows, kept, axis=1)
    return values, rows


def _ordered(values: Floats, places: Indices) -> tuple[Floats, Indices]:
    rounded = np.round(values, DECIMALS)
    order = np.lexsort((places, -rounded), axis=1)
    return np.take_along_axis(rounded, order, axis=1), np.take_along_axis(places, order, axis=1)
