"""The figures of words, each computed once more the slow and obvious way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wording_cases import linked_case

from audit.detectors.features import FEATURES, is_negator, read
from audit.detectors.pairing import Pair, pairs
from audit.detectors.relations import RELATIONS, relate
from audit.entities.gazetteers import zipf
from audit.records import Link

SYNONYM = RELATIONS.index("synonym")


def pair_of(ours: str, theirs: str) -> Pair:
    link = Link((0,), (0,), 0.5, 0.9, "equivalent", "reference-0")
    ((pair, _),) = pairs(linked_case([ours], [theirs], links=(link,), meanings={"car": "wagon"}, dimension=24))
    return pair


def shape(word: str) -> list[float]:
    letters = any(c.isalpha() for c in word)
    frequency = zipf(word.lower()) if letters else 0.0
    return [
        not any(c.isalnum() for c in word), any(c.isdigit() for c in word), word[0].isupper(), frequency / 8,
        letters and frequency == 0, any(c.isalpha() and ord(c) > 0x24F for c in word), is_negator(word),
        frequency > 6, min(len(word), 12) / 12,
    ]  # fmt: skip


class Slowly:
    """The figures of a pair by loops over single words; ``flipped``: those of the reference's words."""

    def __init__(self, pair: Pair, flipped: bool = False) -> None:
        own, other = (pair.reference, pair.hypothesis) if flipped else (pair.hypothesis, pair.reference)
        self.words, self.others, self.similarity = own.words, other.words, pair.similarity
        self.own, self.other = ([w.lower() for w in side.words] for side in (own, other))
        self.n, self.m = len(own), len(other)
        # By one product, so that what is equally near is so to the last digit.
        cosine = pair.hypothesis.vectors @ pair.reference.vectors.T
        self.cosine = list(cosine.T if flipped else cosine)
        self.related = [[relate([a], [b]) for b in self.other] for a in self.own]
        self.nearest = [max(range(self.m), key=lambda j, row=row: row[j]) for row in self.cosine]

    def same(self, i: int, j: int) -> bool:
        return bool(self.related[i][j].same[0, 0])

    def akin(self, i: int, j: int) -> bool:
        return bool(self.related[i][j].akin_form[0, 0])

    def lexical(self, i: int, j: int) -> list[bool]:
        return [bool(r) for r in self.related[i][j].lexical[:, 0, 0]]

    def matched(self, i: int, j: int) -> bool:
        """Two words that can stand for each other; before the first and behind the last they do."""
        if i < 0 or j < 0:
            return i == j
        if i >= self.n or j >= self.m:
            return i - self.n == j - self.m
        return self.same(i, j) or self.akin(i, j) or self.lexical(i, j)[SYNONYM]

    def slot(self, i: int, j: int) -> float:
        beside = self.matched(i - 1, j - 1) + self.matched(i + 1, j + 1)
        return 0.5 * beside + 0.25 * (self.matched(i - 2, j - 2) + self.matched(i + 2, j + 2))

    def taken(self, j: int) -> bool:
        return any(self.matched(i, j) for i in range(self.n))

    def partner(self, i: int) -> int:
        known = any(self.same(i, j) for j in range(self.m))
        fits = [self.same(i, j) if known else not self.taken(j) or self.slot(i, j) >= 1 for j in range(self.m)]
        worth = [self.slot(i, j) + self.cosine[i][j] if fits[j] else self.cosine[i][j] - 2 for j in range(self.m)]
        return max(range(self.m), key=lambda j: worth[j])

    def figures(self, i: int) -> list[float]:
        ranked, m = sorted(self.cosine[i], reverse=True), range(self.m)
        best = [max(row) for row in self.cosine]
        p, word = self.partner(i), self.own[i]
        free = [j for j in m if not self.taken(j)]
        any_same = [any(self.same(k, j) for j in m) for k in range(self.n)]
        in_order = [0.0] + [abs(b - a - 1) <= 1 for a, b in zip(self.nearest, self.nearest[1:])] + [0.0]  # noqa: B905
        other_side = [
            word in self.other, any_same[i], any(self.akin(i, j) for j in m),
            *(any(self.lexical(i, j)[k] for j in m) for k in range(len(RELATIONS))),
            ranked[0], ranked[1] if self.m > 1 else 0.0, max(self.cosine[i][j] if self.same(i, j) else 0.0 for j in m),
            min(max(self.own.count(word) - self.other.count(word), 0), 2) / 2,
            max(range(self.n), key=lambda k: self.cosine[k][self.nearest[i]]) == i,
            best[i - 1] if i else 0.0, best[i + 1] if i + 1 < self.n else 0.0, in_order[i], in_order[i + 1],
        ]  # fmt: skip
        partner = [
            self.slot(i, p), self.cosine[i][p], self.same(i, p), self.akin(i, p), *self.lexical(i, p), self.taken(p),
            shape(self.words[i])[3] - zipf(self.other[p]) / 8, max((self.cosine[i][j] for j in free), default=0.0),
            len(free) / self.m,
        ]  # fmt: skip
        of_pair = [
            self.similarity, math.log(self.n / self.m), sum(best) / self.n, sum(any_same) / self.n,
            min(self.n, 60) / 60, i == 0, i == self.n - 1,
        ]  # fmt: skip
        return [float(f) for f in (*shape(self.words[i]), *other_side, *partner, *of_pair)]


EXAMPLES = [
    (
        "The big car stopped, and the car was not sold in 1987.",
        "A large wagon stopped and the vehicle was sold in late 1988!",
    ),
    ("He never didn't go.", "He went."),
    ("Yes", "No"),
    ("The the the the mill closed", "The mill"),
    ("Bücher и xqzzt42 consular", "consulate"),
    ("They opened after the cold winter.", "Before the hot summer it was opened, closed and opened."),
    ("word " * 70, "word other " * 3),
]


@pytest.mark.parametrize(("ours", "theirs"), EXAMPLES)
def test_every_figure_is_what_it_says(ours: str, theirs: str) -> None:
    compare(pair_of(ours, theirs))


WORDS = "the a mill mills miller closed close shut opened not never 3 1987 . , big large hot cold Anna xqzzt"


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=9),
    st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=9),
)
def test_every_figure_of_any_pair_is_what_it_says(ours: list[str], theirs: list[str]) -> None:
    compare(pair_of(" ".join(ours), " ".join(theirs)))


def compare(pair: Pair) -> None:
    reading = read(pair)
    for flipped, table, partner in (
        (False, reading.hypothesis, reading.partner),
        (True, reading.reference, reading.counterpart),
    ):
        slow = Slowly(pair, flipped)
        assert table.shape == (slow.n, FEATURES)
        assert table.dtype == np.float32
        for i in range(slow.n):
            assert table[i] == pytest.approx(np.array(slow.figures(i)), abs=1e-4), (flipped, slow.words[i])
            assert partner[i] == slow.partner(i)
    slow = Slowly(pair)
    for i in range(slow.n):
        for j in range(slow.m):
            product = float(pair.hypothesis.vectors[i] @ pair.reference.vectors[j])
            assert reading.cosine[i, j] == pytest.approx(product, abs=1e-5)
            assert reading.relations[:, i, j].tolist() == [
                slow.same(i, j), slow.akin(i, j), *slow.lexical(i, j), slow.slot(i, j),
            ]  # fmt: skip


@pytest.mark.parametrize("word", ["not", "Never", "didn't", "Isn’t", "CANNOT", "lacked"])
def test_negators(word: str) -> None:
    assert is_negator(word)


@pytest.mark.parametrize("word", ["knot", "nt", "won", "note", "ant"])
def test_what_only_looks_like_a_negator(word: str) -> None:
    assert not is_negator(word)
