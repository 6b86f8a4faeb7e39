"""The search along one order finds what the search of everything finds, where there is one order."""

from __future__ import annotations

import numpy as np
import pytest

from audit.alignment import corridor, judging
from audit.alignment.corridor import nearest_in_order
from audit.alignment.nearest import nearest, spread
from audit.alignment.vectors import make_side
from audit.records import Mode


def translated(n: int, noise: float, seed: int, dropped: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit vectors of a text and of its translation in the same order, and which of its rows each of the latter is."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 24))
    kept = np.sort(random.permutation(n)[: n - dropped])
    y = x[kept] + noise * random.normal(size=(len(kept), 24))
    x, y = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (x, y))
    return x.astype(np.float32), y.astype(np.float32), kept


@pytest.mark.parametrize(("n", "dropped"), [(257, 0), (300, 5), (700, 20), (1100, 8)])
@pytest.mark.parametrize("turned", [False, True])
def test_the_counterparts_are_found_in_long_texts(n: int, dropped: int, turned: bool) -> None:
    x, y, kept = translated(n, 0.4, n, dropped)
    if turned:
        found = nearest_in_order(y, x, 3)
        best, other, shape = found.row_columns[:, 0], found.column_rows[kept, 0], (len(y), n)
        assert np.mean(other == np.arange(len(y))) > 0.98
    else:
        found = nearest_in_order(x, y, 3)
        best, shape = found.column_rows[:, 0], (n, len(y))
        assert np.mean(found.row_columns[kept, 0] == np.arange(len(y))) > 0.98
    assert np.mean(best == kept) > 0.98
    assert found.row_values.shape == found.row_columns.shape == (shape[0], 3)
    assert found.column_values.shape == found.column_rows.shape == (shape[1], 3)
    assert (found.mean, found.deviation) == pytest.approx(spread(*((y, x) if turned else (x, y))))


def test_every_value_is_that_of_its_cell_and_the_best_come_first() -> None:
    x, y, _ = translated(600, 0.5, 3)
    found = nearest_in_order(x, y, 4)
    whole = np.round(x @ y.T, 3)
    rows, columns = np.arange(600)[:, None], np.arange(len(y))[:, None]
    assert np.allclose(found.row_values, whole[rows, found.row_columns], atol=2e-3)
    assert np.allclose(found.column_values, whole[found.column_rows, columns], atol=2e-3)
    for values, places in ((found.row_values, found.row_columns), (found.column_values, found.column_rows)):
        assert (np.diff(values, axis=1) <= 0).all()
        tied = np.diff(values, axis=1) == 0
        assert (np.diff(places, axis=1)[tied] > 0).all()
    # Near the path nothing is missed: the best of a row of everything is the best of its corridor.
    assert np.mean(found.row_columns[:, 0] == nearest(x, y, 1).row_columns[:, 0]) > 0.99
    assert np.mean(found.column_rows[:, 0] == nearest(x, y, 1).column_rows[:, 0]) > 0.99


def test_short_texts_are_searched_wholly() -> None:
    x, y, _ = translated(256, 0.5, 4)
    found, whole = nearest_in_order(x, y, 4), nearest(x, y, 4)
    assert np.array_equal(found.row_columns, whole.row_columns)
    assert np.array_equal(found.column_values, whole.column_values)


def test_progress_ends_at_the_end() -> None:
    x, y, _ = translated(300, 0.5, 5)
    told: list[tuple[int, int]] = []
    nearest_in_order(x, y, 2, lambda done, total: told.append((done, total)))
    assert told == [(done, 300) for done in (64, 128, 192, 256, 300)]


def test_the_path_is_worth_what_the_best_path_is(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, _ = translated(40, 0.9, 6, 7)
    gains = np.maximum(np.round(x @ y.T, 3).astype(float) - sum(spread(x, y)), 0)
    best = np.zeros((len(x) + 1, len(y) + 1))
    for i in range(len(x)):
        for j in range(len(y)):
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], best[i, j] + gains[i, j])
    path = corridor._path(x, y)
    assert path[0] == 0
    assert path[-1] == len(y)
    assert (np.diff(path) >= 0).all()
    worth = sum(gains[i, path[i] : path[i + 1]].max(initial=0) for i in range(len(x)))
    assert worth == pytest.approx(best[-1, -1])


def test_pairs_of_neighbours_are_their_directions_together() -> None:
    x = np.eye(3, dtype=np.float32)
    half = np.sqrt(np.float32(0.5))
    assert np.allclose(corridor._halved(x), [[half, half, 0], [0, 0, 1]])
    low, high = corridor._around(np.array([0, 20, 40]), 4, 80)
    assert low.tolist() == [0, 0, 28, 28]
    assert high.tolist() == [52, 52, 80, 80]


def test_a_parallel_text_is_judged_near_its_path_alone() -> None:
    n, turn = 300, 150
    x = translated(n, 0, 3)[0]
    left = make_side("hypothesis", [f"{k} ways" for k in range(n)], x, ())[0]
    right = make_side("reference", [f"{k} roads" for k in range(n)], np.roll(x, turn, axis=0), ())[0]
    true = {(k, (k + turn) % n) for k in range(n)}

    def found(mode: Mode) -> int:
        seen = judging.evidence(left, right, mode)
        return len(true & set(zip(seen.rows.tolist(), seen.columns.tolist(), strict=True)))

    assert found("comparable") == n
    assert found("parallel") <= n - turn + 2 * corridor._MARGIN  # one half or the other is in order
