"""How likely each pair of sentences is a link."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from audit.alignment.context import surroundings
from audit.alignment.corridor import nearest_in_order
from audit.alignment.matching import Found, match
from audit.alignment.model import load_model
from audit.alignment.nearest import nearest
from audit.alignment.pairs import candidates, describe, promising
from audit.alignment.surface import compare
from audit.alignment.vectors import Floats, Indices, Side, cosines
from audit.records import Mode

__all__ = ["IDENTICAL", "NEAREST", "Evidence", "Judged", "evidence", "identical", "judge", "with_settled"]

NEAREST = 8
"""How many of its nearest sentences are looked at for each sentence."""

IDENTICAL = 6.0
"""Log-odds of a link between sentences that are the same to the letter."""

_FLOOR = 0.1
"""Pairs with a lower cosine are not looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Pairs that may be links: ``rows``, ``columns`` (c,), ascending, and the log-odds that they are, float64 (c,)."""

    rows: Indices
    columns: Indices
    odds: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Pairs with the figures that speak for or against them, before any model has seen them.

    ``rows``, ``columns``: places in the whole texts. ``table``: the figures of ``pairs``. ``settled``: rows and columns
    of identical sentences, which are in no pair.
    """

    rows: Indices
    columns: Indices
    table: Floats
    matches: tuple[Found, ...]
    settled: tuple[Indices, Indices]


def judge(
    hypothesis: Side,
    reference: Side,
    *,
    mode: Mode,
    neighbours: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Judged:
    """Return the pairs that may be links with their log-odds, two sides that are not empty given."""
    known = evidence(hypothesis, reference, mode, progress)
    model = load_model(bool(known.matches))
    odds = model.alone.odds(known.table)
    if neighbours and len(odds):
        around = surroundings(hypothesis, reference, odds, known.rows, known.columns, known.settled, known.matches)
        odds = model.together[mode].odds(np.concatenate([around, known.table], axis=1))
        if mode == "comparable":
            odds = model.calibrated(odds, known.rows, (len(hypothesis), len(reference)))
    return with_settled(known, odds)


def with_settled(known: Evidence, odds: NDArray[np.float64]) -> Judged:
    """Return the judged pairs and the identical ones together."""
    rows, columns = (np.concatenate([a, b]) for a, b in zip((known.rows, known.columns), known.settled, strict=True))
    odds = np.round(np.concatenate([odds, np.full(len(known.settled[0]), IDENTICAL)]), 6)
    order = np.lexsort((columns, rows))
    return Judged(rows[order], columns[order], odds[order])


def evidence(
    hypothesis: Side, reference: Side, mode: Mode, progress: Callable[[int, int], None] | None = None
) -> Evidence:
    """Choose the pairs that are worth a look and gather the figures that speak for or against them."""
    settled = identical(hypothesis.sentences, reference.sentences)
    open_rows, open_columns = (
        np.delete(np.arange(len(side)), places) for side, places in zip((hypothesis, reference), settled, strict=True)
    )
    left, right = hypothesis.take(open_rows), reference.take(open_columns)
    rows = columns = np.zeros(0, dtype=np.intp)
    table = np.zeros((0, 1), dtype=np.float32)
    matches: tuple[Found, ...] = ()
    if len(left) and len(right):
        search = nearest_in_order if mode == "parallel" else nearest
        # The products are too small to share: threads that wait for each other make them twenty times slower.
        with _threads().limit(limits=1, user_api="blas"):
            near = search(left.vectors, right.vectors, NEAREST, progress)
            rows, columns = candidates(near, _FLOOR)
            if len(rows):
                cosine = cosines(left.vectors, rows, right.vectors, columns)
                common = compare(left.sentences, right.sentences, rows, columns)
                kept = promising(cosine, common, rows, columns)
                rows, columns = rows[kept], columns[kept]
                common = {kind: overlap.take(kept) for kind, overlap in common.items()}
                parts: tuple[Found, ...] = ()
                if left.tokens and right.tokens:
                    matches, parts = match(left, right, rows, columns)
                table = describe(left, right, near, rows, columns, common, matches, parts)
    return Evidence(open_rows[rows], open_columns[columns], table, matches, settled)


@cache
def _threads() -> ThreadpoolController:
    """Return what holds the threads of numpy's products; to find them takes longer than to align two short texts."""
    return ThreadpoolController()


def identical(hypothesis: Sequence[str], reference: Sequence[str]) -> tuple[Indices, Indices]:
    """Pair sentences that are the same but for case and blanks: the first with the first, and so on."""
    waiting: dict[str, deque[int]] = {}
    for column, sentence in enumerate(reference):
        waiting.setdefault(_key(sentence), deque()).append(column)
    pairs = [(row, waiting[key].popleft()) for row, key in enumerate(map(_key, hypothesis)) if key and waiting.get(key)]
    rows, columns = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return rows, columns


def _key(sentence: str) -> str:
    return " ".join(sentence.split()).casefold()
