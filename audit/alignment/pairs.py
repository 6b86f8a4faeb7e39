"""What is known of a pair of sentences before anything is decided: the figures that the pair model judges by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.alignment.matching import Found
from audit.alignment.nearest import DECIMALS, Nearest
from audit.alignment.surface import Overlap
from audit.alignment.vectors import Floats, Indices, Side, cosines, distinct

__all__ = ["ALONE", "MATCHED", "Figures", "Known", "candidates", "describe", "promising", "rivals", "tabulate"]

Figures = tuple[tuple[str, int], ...]
"""Names of figures in their order, each with the direction in which it speaks for a link (0: either)."""

Known = Mapping[str, NDArray[Any] | float]
"""The values of figures: one for each pair, or one for all."""

ALONE: Figures = (
    ("cosine", 1),
    ("standing", 1),  # cosine in deviations from the mean of all pairs
    ("row_gap", 1),  # cosine less that of the best other pair of the hypothesis sentence
    ("column_gap", 1),
    ("row_margin", 1),  # cosine less the mean of the nearest (Artetxe & Schwenk 2019)
    ("column_margin", 1),
    ("row_rank", -1),
    ("column_rank", -1),
    ("letters", 1),  # what is shared, of the sentence that has less
    ("letters_jaccard", 1),
    ("letters_row_gap", 1),
    ("letters_column_gap", 1),
    ("words", 1),
    ("words_of_hypothesis", 1),
    ("words_of_reference", 1),
    ("names", 1),
    ("names_of_hypothesis", 1),
    ("names_of_reference", 1),
    ("numbers", 1),
    ("numbers_of_hypothesis", 1),
    ("numbers_of_reference", 1),
    ("numbers_differ", -1),
    ("length_ratio", 0),
    ("shorter", 0),
    ("level", 0),  # how near the hypothesis sentences come to the reference on the whole
    ("mean", 0),
    ("size", 0),
)
"""The figures of a pair by itself."""

MATCHED: Figures = (
    ("match", 1),  # how far the tokens of the two sentences find each other
    ("match_of_hypothesis", 1),
    ("match_of_reference", 1),
    ("match_row_gap", 1),
    ("match_column_gap", 1),
    ("match_row_margin", 1),
    ("match_column_margin", 1),
    ("half_row_gap", 1),
    ("half_column_gap", 1),
    ("lifted", 1),  # the same beyond what the tokens find anywhere
    ("lifted_of_hypothesis", 1),
    ("lifted_of_reference", 1),
    ("lifted_row_gap", 1),
    ("lifted_column_gap", 1),
    ("lifted_weight", 1),
    ("part", 1),  # how near a part of the one comes to a part of the other
    ("part_row_gap", 1),
    ("part_column_gap", 1),
    ("part_lead_of_hypothesis", 1),  # how much nearer than to any other sentence
    ("part_lead_of_reference", 1),
)
"""The further figures of a pair where the vectors of tokens are known."""

_SMALL = 1e-6
_PROMISING = 3
_NEAR = 5


def candidates(near: Nearest, floor: float) -> tuple[Indices, Indices]:
    """Return the pairs that are among the nearest of either side and not less similar than ``floor``.

    They come as rows and columns, in order of the rows, then the columns.
    """
    m = len(near.column_rows)
    by_row = np.arange(len(near.row_columns))[:, None] * m + near.row_columns
    by_column = near.column_rows * m + np.arange(m)[:, None]
    keys = distinct(
        np.concatenate([by_row[near.row_values >= floor - _SMALL], by_column[near.column_values >= floor - _SMALL]])
    )
    return keys // m, keys % m


def promising(cosine: NDArray[np.float64], common: Mapping[str, Overlap], rows: Indices, columns: Indices) -> Indices:
    """Return the places of the pairs that are among the best of either sentence by vectors and wording together."""
    score = np.round(cosine + common["letters"].jaccard + common["words"].jaccard, DECIMALS)
    return np.flatnonzero((_standing(score, rows) < _PROMISING) | (_standing(score, columns) < _PROMISING))


def _standing(values: NDArray[np.float64], groups: Indices) -> Indices:
    """Return how many values of its group come before each, ties by place."""
    order = np.lexsort((-values, groups))
    ranks = np.empty(len(order), dtype=np.intp)
    ranks[order] = np.arange(len(order)) - np.searchsorted(groups[order], groups[order])
    return ranks


def rivals(values: NDArray[np.float64], groups: Indices) -> NDArray[np.float64]:
    """Return for each value the best other one of its group; 0 where there is none or none is positive."""
    order = np.lexsort((-values, groups))
    start = np.flatnonzero(np.diff(groups[order], prepend=-1))
    lengths = np.diff(np.append(start, len(order)))
    best = values[order[start]]
    second = np.where(lengths > 1, values[order[np.minimum(start + 1, len(order) - 1)]], 0.0)
    others = np.repeat(best, lengths)
    others[start] = second
    result = np.empty(len(values))
    result[order] = np.maximum(others, 0.0)
    return result


def tabulate(figures: Known, wanted: Figures, length: int) -> Floats:
    """Return the figures called ``wanted`` as the columns of a table, float32 (length, len(wanted))."""
    table = np.empty((length, len(wanted)), dtype=np.float32)
    for place, (name, _) in enumerate(wanted):
        table[:, place] = figures[name]
    return table


def describe(
    hypothesis: Side,
    reference: Side,
    near: Nearest,
    rows: Indices,
    columns: Indices,
    common: Mapping[str, Overlap],
    tokens: tuple[Found, ...],
    parts: tuple[Found, ...],
) -> Floats:
    """Return the figures of ``ALONE`` for each pair, and those of ``MATCHED`` where tokens and parts were matched."""
    figures = {
        **_vectors(hypothesis, reference, near, rows, columns),
        **_surface(hypothesis, reference, rows, columns, common),
        **(_tokens(tokens, parts, rows, columns) if tokens else {}),
    }
    return tabulate(figures, ALONE + MATCHED if tokens else ALONE, len(rows))


def _vectors(hypothesis: Side, reference: Side, near: Nearest, rows: Indices, columns: Indices) -> Known:
    cosine = np.round(cosines(hypothesis.vectors, rows, reference.vectors, columns), DECIMALS)
    return {
        "cosine": cosine,
        "standing": (cosine - near.mean) / max(near.deviation, 0.05),
        "row_gap": cosine - _best_other(cosine, near.row_values, rows),
        "column_gap": cosine - _best_other(cosine, near.column_values, columns),
        "row_margin": cosine - near.row_values[:, :_NEAR].mean(axis=1)[rows],
        "column_margin": cosine - near.column_values[:, :_NEAR].mean(axis=1)[columns],
        "row_rank": (near.row_values[rows] > cosine[:, None] + _SMALL).sum(axis=1),
        "column_rank": (near.column_values[columns] > cosine[:, None] + _SMALL).sum(axis=1),
        "level": float(near.row_values[:, 0].mean()),
        "mean": near.mean,
        "size": float(np.log(len(near.row_values) * len(near.column_values))),
    }


def _surface(
    hypothesis: Side, reference: Side, rows: Indices, columns: Indices, common: Mapping[str, Overlap]
) -> Known:
    letters, numbers = common["letters"].jaccard, common["numbers"]
    longer, shorter = hypothesis.lengths[rows], reference.lengths[columns]
    figures: dict[str, NDArray[Any]] = {
        "letters": np.maximum(common["letters"].of_hypothesis, common["letters"].of_reference),
        "letters_jaccard": letters,
        "letters_row_gap": letters - rivals(letters, rows),
        "letters_column_gap": letters - rivals(letters, columns),
        "numbers_differ": numbers.differs,
        "length_ratio": np.log(longer / shorter),
        "shorter": np.log(np.minimum(longer, shorter)),
    }
    for kind in ("words", "names", "numbers"):
        figures[kind] = common[kind].shared
        figures[f"{kind}_of_hypothesis"] = common[kind].of_hypothesis
        figures[f"{kind}_of_reference"] = common[kind].of_reference
    return figures


def _tokens(tokens: tuple[Found, ...], parts: tuple[Found, ...], rows: Indices, columns: Indices) -> Known:
    of_hypothesis, of_reference = (found.share() for found in tokens)
    lifted_hypothesis, lifted_reference = (found.lifted() for found in tokens)
    tokens_hypothesis, tokens_reference = (np.diff(found.starts) for found in tokens)
    match = _harmonic(of_hypothesis, of_reference)
    lifted = _harmonic(lifted_hypothesis, lifted_reference)
    part = parts[0].best()
    return {
        "match": match,
        "match_of_hypothesis": of_hypothesis,
        "match_of_reference": of_reference,
        "match_row_gap": match - rivals(match, rows),
        "match_column_gap": match - rivals(match, columns),
        "match_row_margin": match - _mean(match, rows),
        "match_column_margin": match - _mean(match, columns),
        "half_row_gap": of_hypothesis - rivals(of_hypothesis, rows),
        "half_column_gap": of_reference - rivals(of_reference, columns),
        "lifted": lifted,
        "lifted_of_hypothesis": lifted_hypothesis,
        "lifted_of_reference": lifted_reference,
        "lifted_row_gap": lifted - rivals(lifted, rows),
        "lifted_column_gap": lifted - rivals(lifted, columns),
        "lifted_weight": lifted_hypothesis * np.sqrt(tokens_hypothesis) + lifted_reference * np.sqrt(tokens_reference),
        "part": part,
        "part_row_gap": part - rivals(part, rows),
        "part_column_gap": part - rivals(part, columns),
        "part_lead_of_hypothesis": parts[0].best_lead(),
        "part_lead_of_reference": parts[1].best_lead(),
    }


def _best_other(cosine: NDArray[np.float64], nearest: Floats, places: Indices) -> NDArray[np.float64]:
    """Return the best of ``nearest`` at each of ``places`` that is not the pair's own value, at least 0."""
    best = nearest[places, 0]
    second = nearest[places, 1] if nearest.shape[1] > 1 else np.zeros(len(places))
    return np.asarray(np.maximum(np.where(cosine >= best - _SMALL, second, best), 0.0))


def _mean(values: NDArray[np.float64], groups: Indices) -> NDArray[np.float64]:
    """Return for each value the mean of its group."""
    means = np.bincount(groups, weights=values) / np.maximum(np.bincount(groups), 1)
    return np.asarray(means[groups])


def _harmonic(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the harmonic mean of two shares, 0 where one is not positive."""
    return np.asarray(2 * np.maximum(first, 0) * np.maximum(second, 0) / np.maximum(first + second, 1e-9))
