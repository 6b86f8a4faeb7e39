"""From pairs with their log-odds to links: which pairs hold, and which of them belong together."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import takewhile

import numpy as np

from audit.alignment.judging import Judged
from audit.alignment.model import load_model
from audit.alignment.nearest import DECIMALS
from audit.alignment.vectors import Indices, Side
from audit.records import Link

__all__ = ["best_chain", "grouped", "likely"]

_ENOUGH = 0.4
"""What a pair of texts in any order must be worth: the threshold that gains most F1 lies below .5 where links are hard
to tell (Z. Lipton et al., "Optimal Thresholding of Classifiers to Maximize F1 Measure", ECML 2014)."""
_LARGEST = 3
_ODDS = 8.0


def likely(judged: Judged) -> Indices:
    """Return the places of the pairs that hold, texts in any order given."""
    return np.flatnonzero(judged.odds >= np.log(_ENOUGH / (1 - _ENOUGH)))


def best_chain(judged: Judged) -> Indices:
    """Return the places of the pairs that hold, texts in one order given.

    They are the chain in which neither rows nor columns ever go back whose log-odds add up to most, that is the most
    probable one. Heaviest increasing subsequence (G. Jacobson, K. Vo, CPM 1992), in O(c log c).
    """
    positive = np.flatnonzero(judged.odds > 0)
    before = np.full(len(positive), -1)
    # The best chains by their last column: worth increases with the column.
    columns: list[int] = []
    worths: list[float] = []
    ends: list[int] = []
    for k, place in enumerate(positive):
        column = int(judged.columns[place])
        at = bisect_right(columns, column)
        worth = min(float(judged.odds[place]), _ODDS)
        if at:
            before[k], worth = ends[at - 1], worth + worths[at - 1]
        start = bisect_left(columns, column)
        stop = start
        while stop < len(worths) and worths[stop] <= worth:
            stop += 1
        columns[start:stop], worths[start:stop], ends[start:stop] = [column], [worth], [k]
    chain = []
    last = ends[-1] if ends else -1
    while last >= 0:
        chain.append(positive[last])
        last = int(before[last])
    return np.array(chain[::-1], dtype=np.intp)


def grouped(hypothesis: Side, reference: Side, judged: Judged, places: Indices) -> list[Link]:
    """Join pairs of one sentence with neighbouring ones into 1-2, 1-3, 2-1 and 3-1 links; the others are 1-1 links.

    A link of several pairs is as sure as the least sure of them.
    """
    odds = {(int(judged.rows[k]), int(judged.columns[k])): float(judged.odds[k]) for k in places}
    free = dict.fromkeys(sorted(odds))
    groups = []
    for pair in sorted(odds):
        if pair in free:
            members = max(_run(free, pair, (0, 1)), _run(free, pair, (1, 0)), key=len)
            for member in members:
                del free[member]
            groups.append(members)
    if not groups:
        return []
    rows = [sorted({i for i, _ in members}) for members in groups]
    columns = [sorted({j for _, j in members}) for members in groups]
    least = np.array([min(odds[pair] for pair in members) for members in groups])
    both = ((hypothesis, rows), (reference, columns))
    similarity = np.einsum("kd,kd->k", *(side.merged(groups_of_side) for side, groups_of_side in both))
    similarity = np.clip(np.round(similarity.astype(np.float64), DECIMALS), -1, 1)
    sizes = ([side.lengths[group].sum() for group in groups_of_side] for side, groups_of_side in both)
    lengths = np.divide(*(np.array(size, dtype=np.float64) for size in sizes))
    relations = load_model(bool(hypothesis.tokens and reference.tokens)).relations(similarity, lengths, least)
    return [
        Link(tuple(i), tuple(j), float(cosine), float(1 / (1 + np.exp(-sure))), relation)
        for i, j, cosine, sure, relation in zip(rows, columns, similarity, least, relations, strict=True)
    ]


def _run(free: dict[tuple[int, int], None], pair: tuple[int, int], step: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the pairs still free from ``pair`` on in the direction of ``step``."""
    pairs = [(pair[0] + step[0] * k, pair[1] + step[1] * k) for k in range(_LARGEST)]
    return list(takewhile(free.__contains__, pairs))
