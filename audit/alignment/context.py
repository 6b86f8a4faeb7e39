"""What the other pairs say of a pair: its rivals, and whether neighbouring sentences align too."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.alignment.matching import Found
from audit.alignment.nearest import DECIMALS
from audit.alignment.pairs import Figures, Known, rivals, tabulate
from audit.alignment.vectors import Floats, Indices, Side, blocks, cosines

__all__ = ["BEYOND", "TOGETHER", "surroundings"]

TOGETHER: Figures = (
    ("odds", 1),  # log-odds of the pair by itself
    ("row_rival", -1),  # chance of the best other pair of the hypothesis sentence that is not next to this one
    ("column_rival", -1),
    ("row_next", 0),  # … that is next to this one: two sentences against one
    ("column_next", 0),
    ("row_adds", 1),  # cosine gained by merging this reference sentence with that of the likeliest other pair
    ("column_adds", 1),
    ("reference_gain", 0),  # cosine gained by merging the reference sentence with the one before or after it
    ("hypothesis_gain", 0),
    ("before", 1),  # best support by the sentences before
    ("after", 1),
    ("agreement", 1),  # share of the links around that lie where this pair would have them
    ("around", 0),  # links around
    ("chain", 1),  # evidence of the best run of pairs in one order that this pair belongs to
    ("chain_row_gap", 1),
    ("chain_column_gap", 1),
    ("order", 0),  # how far the two texts keep one order
    ("offset", 0),  # distance of the relative positions
    ("window", 1),  # cosine of what stands around the two sentences, less what all of the texts is about
    ("richness", 0),  # links expected, of those possible
)
"""The figures of a pair among the others."""

BEYOND: Figures = (
    ("row_beyond", 1),  # what the tokens of the hypothesis sentence find here and not in its likeliest other pair
    ("column_beyond", 1),
)
"""The further figures where the vectors of tokens are known."""

_REACH = 12
_ROWS = 64
_WORTH = 0.05
_EVEN = -4.0
"""Log-odds from which on a pair lengthens a run."""
_STEP = 4
_SURE = 8.0
_UNKNOWN = 10
"""How many sentences like no other stand beside those of the two texts when their mean is taken."""

Values = NDArray[np.float64]


def surroundings(
    hypothesis: Side,
    reference: Side,
    odds: Values,
    rows: Indices,
    columns: Indices,
    settled: tuple[Indices, Indices],
    matches: tuple[Found, ...],
) -> Floats:
    """Return the figures of ``TOGETHER`` for each pair, and those of ``BEYOND`` where there are ``matches``.

    ``odds`` (c,) are the log-odds of the pairs by themselves; pairs ascend by row. ``settled``: rows and columns of
    pairs that are linked already, whose sentences are in no other pair.
    """
    chance = 1 / (1 + np.exp(-odds))
    row_next, row_rival = _near_and_far(chance, rows, columns)
    column_next, column_rival = _near_and_far(chance, columns, rows)
    row_other, column_other = _likeliest_other(chance, rows), _likeliest_other(chance, columns)
    cosine = cosines(hypothesis.vectors, rows, reference.vectors, columns)
    figures: dict[str, NDArray[Any] | float] = {
        **_order(odds, rows, columns, settled, (len(hypothesis), len(reference))),
        "odds": odds,
        "row_rival": row_rival,
        "column_rival": column_rival,
        "row_next": row_next,
        "column_next": column_next,
        "row_adds": _gain_of_both(hypothesis, reference, rows, columns, cosine, row_other),
        "column_adds": _gain_of_both(reference, hypothesis, columns, rows, cosine, column_other),
        "reference_gain": _gain_of_next(hypothesis, reference, rows, columns, cosine),
        "hypothesis_gain": _gain_of_next(reference, hypothesis, columns, rows, cosine),
        "window": _window(hypothesis, reference, rows, columns),
    }
    if matches:
        figures["row_beyond"] = matches[0].beyond(row_other)
        figures["column_beyond"] = matches[1].beyond(column_other)
    return tabulate(figures, TOGETHER + BEYOND if matches else TOGETHER, len(rows))


def _near_and_far(chance: Values, groups: Indices, places: Indices) -> tuple[Values, Values]:
    """Return for each pair the best chance in its group at the places next to its own, and at those further off."""
    near, far = np.zeros(len(chance)), np.zeros(len(chance))
    order = np.lexsort((places, groups))
    adjacent = np.flatnonzero((np.diff(groups[order]) == 0) & (np.diff(places[order]) == 1))
    early, late = order[adjacent], order[adjacent + 1]
    near[early] = chance[late]
    near[late] = np.maximum(near[late], chance[early])
    order = np.lexsort((-chance, groups))
    start = np.flatnonzero(np.diff(groups[order], prepend=-1))
    lengths = np.diff(np.append(start, len(order)))
    first, last = np.repeat(start, lengths), np.repeat(start + lengths - 1, lengths)
    # A pair is next to two others at most: one of the four best of its group is far from it, if any is.
    for rank in reversed(range(4)):
        other = order[np.minimum(first + rank, last)]
        off = np.abs(places[other] - places[order]) > 1
        far[order[off]] = chance[other[off]]
    return near, far


def _likeliest_other(chance: Values, groups: Indices) -> Indices:
    """Return for each pair the likeliest other pair of its group, or the pair itself where it is alone."""
    order = np.lexsort((-chance, groups))
    start = np.flatnonzero(np.diff(groups[order], prepend=-1))
    lengths = np.diff(np.append(start, len(order)))
    others = np.repeat(order[start], lengths)
    others[start] = order[np.where(lengths > 1, np.minimum(start + 1, len(order) - 1), start)]
    result = np.empty(len(order), dtype=np.intp)
    result[order] = others
    return result


def _gain_of_both(
    fixed: Side, merging: Side, own: Indices, other: Indices, cosine: Values, likeliest: Indices
) -> Values:
    """Return what ``other`` merged with the sentence of the likeliest other pair gains over the better of the two."""
    weighted = merging.vectors * merging.lengths[:, None]
    both = np.empty(len(own))
    for part in blocks(len(own)):
        merged = weighted[other[part]] + weighted[other[likeliest[part]]]
        merged /= np.maximum(np.linalg.norm(merged, axis=1, keepdims=True), 1e-9)
        both[part] = np.einsum("cd,cd->c", fixed.vectors[own[part]], merged)
    return np.asarray(np.round(both - np.maximum(cosine, cosine[likeliest]), DECIMALS), dtype=np.float64)


def _gain_of_next(fixed: Side, merging: Side, own: Indices, other: Indices, cosine: Values) -> Values:
    """Return how much cosine each pair gains when ``other`` is merged with the sentence before or after it."""
    weighted = merging.vectors * merging.lengths[:, None]
    two = weighted[:-1] + weighted[1:]
    two /= np.maximum(np.linalg.norm(two, axis=1, keepdims=True), 1e-9)
    best = np.full(len(own), -1.0)
    for first in (other - 1, other):
        inside = np.flatnonzero((first >= 0) & (first < len(two)))
        merged = cosines(fixed.vectors, own[inside], two, first[inside])
        best[inside] = np.maximum(best[inside], merged - cosine[inside])
    return np.round(best, DECIMALS)


def _window(hypothesis: Side, reference: Side, rows: Indices, columns: Indices) -> Values:
    """Return the cosine of what stands up to two sentences before and after those of each pair."""
    count = len(hypothesis) + len(reference) + _UNKNOWN
    common = (hypothesis.vectors.sum(axis=0) + reference.vectors.sum(axis=0)) / count
    windows = []
    for side in (hypothesis, reference):
        vectors = side.vectors - common
        window = np.zeros_like(vectors)
        for distance, weight in ((1, 1.0), (2, 0.5)):
            window[distance:] += weight * vectors[:-distance]
            window[:-distance] += weight * vectors[distance:]
        windows.append(window / np.maximum(np.linalg.norm(window, axis=1, keepdims=True), 1e-9))
    return np.round(cosines(windows[0], rows, windows[1], columns), DECIMALS)


def _order(
    odds: Values, rows: Indices, columns: Indices, settled: tuple[Indices, Indices], shape: tuple[int, int]
) -> Known:
    """Return what the places of all pairs, the settled ones among them, say of each pair that is not settled."""
    n, m = shape
    all_odds = np.concatenate([odds, np.full(len(settled[0]), _SURE)])
    order = np.lexsort((np.concatenate([columns, settled[1]]), np.concatenate([rows, settled[0]])))
    all_odds = all_odds[order]
    all_rows, all_columns = (np.concatenate([a, b])[order] for a, b in zip((rows, columns), settled, strict=True))
    wanted = np.argsort(order, kind="stable")[: len(odds)]
    chance = 1 / (1 + np.exp(-all_odds))
    before, after, agreement, around = _support(chance, all_rows, all_columns, m / n)
    gain = np.clip((all_odds - _EVEN) / 2, -2, 2)
    chain = _run(gain, all_rows, all_columns, m / n)
    chain += _run(gain[::-1], -all_rows[::-1], -all_columns[::-1], m / n)[::-1]
    x, y = all_rows / max(n - 1, 1), all_columns / max(m - 1, 1)
    figures: dict[str, Values] = {
        "before": before,
        "after": after,
        "agreement": agreement,
        "around": around,
        "chain": chain,
        "chain_row_gap": chain + gain - rivals(chain + gain, all_rows),
        "chain_column_gap": chain + gain - rivals(chain + gain, all_columns),
        "offset": np.abs(x - y),
    }
    return {
        **{name: values[wanted] for name, values in figures.items()},
        "order": _correlation(x, y, chance**2),
        "richness": float((chance**2).sum()) / min(n, m),
    }


def _support(chance: Values, rows: Indices, columns: Indices, slope: float) -> tuple[Values, ...]:
    """Compare every pair with the likely ones up to ``_REACH`` rows away; linear in the number of rows."""
    likely = np.flatnonzero(chance > _WORTH)
    before, after, agreement, around = (np.zeros(len(chance)) for _ in range(4))
    for start in range(0, int(rows[-1]) + 1 if len(rows) else 0, _ROWS):
        here = slice(*np.searchsorted(rows, [start, start + _ROWS]))
        there = likely[slice(*np.searchsorted(rows[likely], [start - _REACH, start + _ROWS + _REACH]))]
        if here.start == here.stop or not len(there):
            continue
        down = rows[there][None, :] - rows[here][:, None]
        right = columns[there][None, :] - columns[here][:, None]
        distance = np.abs(down)
        weight = chance[there][None, :] * ((down != 0) & (distance <= _REACH))
        off = np.minimum(np.abs(right - down), np.abs(right - slope * down))
        close = weight * np.exp(-(distance - 1) / 2 - off / 2) * (distance <= _STEP)
        before[here] = np.where(down < 0, close, 0).max(axis=1)
        after[here] = np.where(down > 0, close, 0).max(axis=1)
        fading = weight * np.exp(-distance / 6)
        around[here] = fading.sum(axis=1)
        agreement[here] = (fading * np.exp(-off / (1 + distance / 2))).sum(axis=1) / (around[here] + 0.3)
    return before, after, agreement, around


def _run(gain: Values, rows: Indices, columns: Indices, slope: float) -> Values:
    """Return what the best run of pairs that ends before each pair is worth to it (at least 0); ``rows`` ascend.

    A local alignment with linear gap costs (Smith & Waterman 1981), over the pairs given only.
    """
    worth, before = gain.copy(), np.zeros(len(gain))
    if not len(gain):
        return before
    bounds = np.searchsorted(rows, np.arange(rows[0] - _STEP, rows[-1] + 2))
    for row in range(_STEP, len(bounds) - 1):
        first, start, stop = bounds[row - _STEP], bounds[row], bounds[row + 1]
        # What is worth nothing lengthens no run.
        if first == start or start == stop or worth[first:start].max() <= 0:
            continue
        down = rows[start] - rows[first:start]
        right = columns[start:stop, None] - columns[first:start]
        off = np.minimum(np.abs(right - down), np.abs(right - slope * down))
        coming = (worth[first:start] - 0.3 * (down - 1) - 0.4 * off - 4.0 * (right < 0)).max(axis=1)
        before[start:stop] = np.maximum(coming, 0)
        worth[start:stop] += before[start:stop]
    return before


def _correlation(x: Values, y: Values, weight: Values) -> float:
    total = max(float(weight.sum()), 1e-9)
    x, y = x - (weight @ x) / total, y - (weight @ y) / total
    spread = float((weight @ (x * x)) * (weight @ (y * y)))
    return float(weight @ (x * y)) / spread**0.5 if spread > 1e-12 else 0.0
