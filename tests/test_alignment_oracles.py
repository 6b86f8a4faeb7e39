"""The fast paths of the aligner agree with the plainest way to say the same, on small random cases."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.alignment import context, matching, pairs, surface
from audit.alignment import nearest as blocks
from audit.alignment.judging import Judged
from audit.alignment.links import best_chain
from audit.alignment.matching import Found, match
from audit.alignment.nearest import nearest
from audit.alignment.surface import compare
from audit.alignment.trees import LEAVES, Trees
from audit.alignment.vectors import cosines, make_side, members, numbered
from audit.embeddings import TokenVectors

WORDS = "the mayor crane harbour Mallow Osterfeld 1961 40,000 two ships of in bay Bay 3 three".split()
sentences = st.lists(st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join), min_size=1, max_size=9)
seeds = st.integers(0, 10**6)


def units(random: np.random.Generator, count: int, dimension: int = 12) -> np.ndarray:
    vectors = random.normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("cells", [16, 200, 10**6])
@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 40), m=st.integers(1, 300), k=st.integers(1, 8), seed=seeds)
def test_the_nearest_found_in_blocks_are_those_of_the_whole_matrix(
    cells: int, n: int, m: int, k: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    x, y = units(random, n), units(random, m)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_BLOCK_CELLS", cells)
        found = nearest(x, y, k)
    whole = np.round(x @ y.T, blocks.DECIMALS)
    np.testing.assert_allclose(found.row_values, -np.sort(-whole, axis=1)[:, :k], atol=1.1e-3)
    np.testing.assert_allclose(found.column_values, -np.sort(-whole.T, axis=1)[:, :k], atol=1.1e-3)
    np.testing.assert_allclose(np.take_along_axis(whole, found.row_columns, axis=1), found.row_values, atol=1.1e-3)
    np.testing.assert_allclose(found.mean, (x @ y.T).mean(), atol=1e-5)
    np.testing.assert_allclose(found.deviation, (x @ y.T).std(), atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(left=sentences, right=sentences)
def test_shared_words_are_those_of_plain_sets(left: list[str], right: list[str]) -> None:
    rows, columns = (grid.ravel() for grid in np.indices((len(left), len(right))))
    found = compare(left, right, rows, columns)["words"]
    bags = [{w.casefold() for w in s.split() if w.isalpha()} for s in (*left, *right)]
    counts = Counter(word for bag in bags for word in bag)
    weight = {word: log(1 + len(bags) / count) for word, count in counts.items()}
    for place, (i, j) in enumerate(zip(rows, columns, strict=True)):
        ours, theirs = bags[i], bags[len(left) + j]
        assert found.shared[place] == pytest.approx(sum(weight[w] for w in ours & theirs))
        assert found.hypothesis[place] == pytest.approx(sum(weight[w] for w in ours))
        assert found.reference[place] == pytest.approx(sum(weight[w] for w in theirs))


@settings(max_examples=40, deadline=None)
@given(left=sentences, right=sentences)
def test_shared_letters_and_numbers_are_those_of_plain_sets(left: list[str], right: list[str]) -> None:
    rows, columns = (grid.ravel() for grid in np.indices((len(left), len(right))))
    found = compare(left, right, rows, columns)
    values = {"1961": 1961.0, "40,000": 40000.0, "two": 2.0, "3": 3.0, "three": 3.0}

    def letters(sentence: str) -> set[str]:
        edged = [f" {word.casefold()} " for word in sentence.split() if word.isalpha()]
        return {word[k : k + 4] for word in edged for k in range(max(1, len(word) - 3))}

    for place, (i, j) in enumerate(zip(rows, columns, strict=True)):
        numbers = [{values[w] for w in s.split() if w in values} for s in (left[i], right[j])]
        assert bool(found["numbers"].shared[place]) == bool(numbers[0] & numbers[1])
        assert bool(found["letters"].shared[place]) == bool(letters(left[i]) & letters(right[j]))


@settings(max_examples=40, deadline=None)
@given(lengths=st.tuples(*[st.lists(st.integers(0, 25), min_size=1, max_size=5)] * 2), seed=seeds)
def test_tokens_find_what_comparing_each_with_each_finds(lengths: tuple[list[int], list[int]], seed: int) -> None:
    random = np.random.default_rng(seed)
    sides = []
    for label, counts in zip(("hypothesis", "reference"), lengths, strict=True):
        texts = [" ".join(["word"] * count) for count in counts]
        offsets = [np.array([(5 * k, 5 * k + 4) for k in range(c)], np.int32).reshape(-1, 2) for c in counts]
        tokens = [TokenVectors(units(random, len(o)), o) for o in offsets]
        sides.append(make_side(label, texts, units(random, len(counts)), tokens)[0])
    rows, columns = (grid.ravel() for grid in np.indices(tuple(map(len, lengths))))
    kept = random.random(len(rows)) < 0.7
    rows, columns = rows[kept], columns[kept]
    if not len(rows):
        return
    (ours, theirs), _ = match(sides[0], sides[1], rows, columns)
    for pair, (i, j) in enumerate(zip(rows, columns, strict=True)):
        a, b = sides[0].tokens[i].vectors, sides[1].tokens[j].vectors
        for found, own, other in ((ours, a, b), (theirs, b, a)):
            similarity = found.similarity[found.starts[pair] : found.starts[pair + 1]]
            expected = (own @ other.T).max(axis=1) if len(own) and len(other) else np.zeros(len(own))
            np.testing.assert_allclose(similarity, expected, atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, pairs=st.integers(1, 8), tokens=st.integers(1, 6))
def test_the_lead_of_a_token_is_over_its_best_other_pair(seed: int, pairs: int, tokens: int) -> None:
    random = np.random.default_rng(seed)
    similarity = random.random((pairs, tokens)).astype(np.float32)
    found = Found(
        similarity.ravel(),
        np.full(pairs * tokens, 1 / tokens, dtype=np.float32),
        np.tile(np.arange(tokens), pairs),
        np.arange(pairs + 1) * tokens,
    )
    others = [np.delete(similarity, pair, axis=0).max(axis=0, initial=0) for pair in range(pairs)]
    np.testing.assert_allclose(found.best_lead(), (similarity - np.array(others)).max(axis=1), atol=1e-6)
    np.testing.assert_allclose(found.best(), similarity.max(axis=1), atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, trees=st.integers(1, 5), rows=st.integers(0, 600))
def test_trees_give_what_walking_down_each_of_them_gives(seed: int, trees: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    feature = np.zeros((trees, LEAVES - 1), dtype=np.int16)
    threshold = np.full((trees, LEAVES - 1), np.inf, dtype=np.float32)
    left = np.zeros((trees, LEAVES - 1), dtype=np.uint16)
    value = random.normal(size=(trees, LEAVES)).astype(np.float32)
    roots = []
    for tree in range(trees):
        used = [0]

        def grown(first: int, last: int, tree: int = tree, used: list[int] = used) -> tuple[int, ...] | int:
            """Split the leaves from first to last at random; return the comparison and the two branches."""
            if first == last:
                return first
            middle, here = int(random.integers(first, last)), used[0]
            used[0] += 1
            feature[tree, here], threshold[tree, here] = random.integers(4), random.normal()
            left[tree, here] = sum(1 << leaf for leaf in range(first, middle + 1))
            return here, grown(first, middle), grown(middle + 1, last)  # type: ignore[return-value]

        roots.append(grown(0, int(random.integers(0, LEAVES))))
    table = random.normal(size=(rows, 4)).astype(np.float32)

    def walked(row: np.ndarray, tree: int) -> float:
        node = roots[tree]
        while not isinstance(node, int):
            here, low, high = node
            node = low if row[feature[tree, here]] <= threshold[tree, here] else high  # type: ignore[assignment]
        return float(value[tree, node])

    expected = [0.5 + sum(walked(row, tree) for tree in range(trees)) for row in table]
    np.testing.assert_allclose(Trees(feature, threshold, left, value, 0.5).odds(table), expected, atol=1e-5)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 6)), st.floats(-4, 4), max_size=14))
def test_the_best_chain_is_worth_what_the_best_of_all_chains_is(odds: dict[tuple[int, int], float]) -> None:
    pairs = sorted(odds)
    rows, columns = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    chain = best_chain(Judged(rows, columns, np.array([odds[pair] for pair in pairs])))
    chosen = [pairs[place] for place in chain]
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(chosen))
    best: dict[tuple[int, int], float] = {}
    for pair in pairs:
        before = [worth for other, worth in best.items() if other[0] <= pair[0] and other[1] <= pair[1]]
        best[pair] = odds[pair] + max([0.0, *before])
    assert sum(odds[pair] for pair in chosen) == pytest.approx(max([0.0, *best.values()]))


def test_things_are_numbered_in_the_order_of_their_first_use() -> None:
    different, numbers = numbered(["b", "a", "b", "c"])
    assert different == ["b", "a", "c"]
    assert numbers.tolist() == [0, 1, 0, 2]


def test_members_of_groups_come_one_group_after_the_other() -> None:
    which, places = members(np.array([0, 2, 2, 5]), np.array([2, 0, 1]))
    assert which.tolist() == [0, 0, 0, 1, 1]
    assert places.tolist() == [2, 3, 4, 0, 1]


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("It cost 3.5 million in 1961.", [3.5e6, 1961]),
        ("It cost 40,000 of 2 bn, or 7k.", [40_000, 2e9, 7e3]),
        ("Trains at 12.30.45 and 4,5 THOUSAND.", [12, 30, 45, 4e3, 5e3]),
    ],
)
def test_figures_are_read_with_the_words_that_multiply_them(sentence: str, values: list[float]) -> None:
    assert surface._figures(sentence) == values


def test_means_are_those_of_the_groups() -> None:
    values, groups = np.array([1.0, 5.0, 3.0, 7.0]), np.array([2, 0, 2, 0])
    np.testing.assert_allclose(pairs._mean(values, groups), [2, 6, 2, 6])


@settings(max_examples=40, deadline=None)
@given(seed=seeds, count=st.integers(2, 12))
def test_the_correlation_is_that_of_numpy_with_every_point_as_often_as_it_weighs(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    x, y, weight = random.random(count), random.random(count), random.integers(1, 5, count)
    expected = np.corrcoef(np.repeat(x, weight), np.repeat(y, weight))[0, 1]
    assert context._correlation(x, y, weight.astype(float)) == pytest.approx(expected)
    assert context._correlation(x, np.ones(count), np.ones(count)) == 0


@settings(max_examples=60, deadline=None)
@given(seed=seeds, rows=st.integers(1, 6), columns=st.integers(1, 8))
def test_rivals_next_to_a_pair_and_far_from_it_are_found(seed: int, rows: int, columns: int) -> None:
    random = np.random.default_rng(seed)
    groups, places = (grid.ravel() for grid in np.indices((rows, columns)))
    kept = random.random(len(groups)) < 0.7
    groups, places = groups[kept], places[kept]
    chance = random.random(len(groups))
    near, far = context._near_and_far(chance, groups, places)
    for pair, (group, place) in enumerate(zip(groups, places, strict=True)):
        off = np.abs(places - place)
        assert near[pair] == chance[(groups == group) & (off == 1)].max(initial=0)
        assert far[pair] == chance[(groups == group) & (off > 1)].max(initial=0)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, count=st.integers(2, 8))
def test_a_merged_sentence_gains_what_its_unit_vector_says(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    fixed, merging = (
        make_side("one", ["word " * (k + 1) for k in range(count)], units(random, count), ())[0] for _ in "ab"
    )
    own, other = random.integers(count, size=(2, 5))
    likeliest = random.integers(5, size=5)
    found = context._gain_of_both(
        fixed, merging, own, other, cosines(fixed.vectors, own, merging.vectors, other), likeliest
    )
    for pair in range(5):
        both = [merging.vectors[k] * merging.lengths[k] for k in (other[pair], other[likeliest[pair]])]
        merged = sum(both) / np.linalg.norm(sum(both))
        alone = fixed.vectors[own[pair]] @ merging.vectors[other[pair]]
        rival = fixed.vectors[own[likeliest[pair]]] @ merging.vectors[other[likeliest[pair]]]
        assert found[pair] == pytest.approx(fixed.vectors[own[pair]] @ merged - max(alone, rival), abs=2e-3)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, lengths=st.lists(st.integers(0, 40), min_size=1, max_size=40))
def test_parts_are_the_directions_of_their_tokens(seed: int, lengths: list[int]) -> None:
    vectors = [units(np.random.default_rng([seed, sentence]), length) for sentence, length in enumerate(lengths)]
    found, starts = matching._parts(vectors)
    size = matching._PART
    for sentence, length in enumerate(lengths):
        begins = sorted({*range(0, max(length - size, 0), size // 2), max(length - size, 0)}) if length else []
        sums = [vectors[sentence][begin : begin + size].sum(axis=0) for begin in begins]
        expected = np.array([s / np.linalg.norm(s) for s in sums]).reshape(-1, found.shape[1])
        np.testing.assert_allclose(found[starts[sentence] : starts[sentence + 1]], expected, atol=1e-4)


@pytest.mark.parametrize(
    ("rows", "columns", "slope", "before"),
    [
        ([0, 1, 3], [0, 1, 3], 1.0, [0, 2, 2.7]),  # a row left out costs 0.3
        ([0, 2], [0, 4], 2.0, [0, 1.7]),  # the longer text goes on twice as fast
        ([0, 2], [0, 4], 1.0, [0, 0.9]),  # two columns off its course: 0.4 each
        ([0, 1], [1, 0], 1.0, [0, 0]),  # backwards
    ],
)
def test_a_run_is_worth_what_leads_up_to_it(
    rows: list[int], columns: list[int], slope: float, before: list[float]
) -> None:
    gains = np.array([2.0, 1.0, 1.0])[: len(rows)]
    assert context._run(gains, np.array(rows), np.array(columns), slope) == pytest.approx(before)


def test_support_comes_from_likely_pairs_near_by_alone() -> None:
    rows, columns = np.array([0, 1, 40, 80, 81]), np.array([0, 1, 40, 80, 10])
    before, after, agreement, around = context._support(np.array([0.9, 0.8, 0.9, 0.9, 0.01]), rows, columns, 1.0)
    assert before == pytest.approx([0, 0.9, 0, 0, 0], abs=1e-3)
    assert after == pytest.approx([0.8, 0, 0, 0, 0], abs=1e-3)
    assert around[2] == 0
    assert agreement[0] > 0.5 > agreement[4]  # the last one lies off the course of the one before it
    assert around[4] > 0.5


@settings(max_examples=60, deadline=None)
@given(seed=seeds, groups=st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_the_best_other_pair_of_a_group_is_found(seed: int, groups: list[int]) -> None:
    values, of = np.random.default_rng(seed).random(len(groups)), np.array(groups)
    other, rival = context._likeliest_other(values, of), pairs.rivals(values, of)
    for pair in range(len(groups)):
        others = [k for k in range(len(groups)) if k != pair and of[k] == of[pair]]
        best = max(others, key=lambda k: values[k], default=pair)
        assert other[pair] == best
        assert rival[pair] == (values[best] if others else 0)


def test_a_margin_is_what_a_pair_has_above_the_nearest() -> None:
    random = np.random.default_rng(1)
    left, right = (make_side(label, ["word"] * 6, units(random, 6), ())[0] for label in ("hypothesis", "reference"))
    rows, columns = (grid.ravel() for grid in np.indices((6, 6)))
    cosine = left.vectors @ right.vectors.T
    found = pairs._vectors(left, right, nearest(left.vectors, right.vectors, 5), rows, columns)
    for name, axis in (("row_margin", 1), ("column_margin", 0)):
        highest = -np.sort(-cosine, axis=axis).take(range(pairs._NEAR), axis=axis)
        expected = cosine - highest.mean(axis=axis, keepdims=True)
        np.testing.assert_allclose(found[name], expected.ravel(), atol=2e-3)
