"""How words relate, and which place of a reference stands for a word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.detectors.features import BIASES, FEATURES, read
from audit.detectors.pairing import Pair, Side
from audit.detectors.relations import RELATIONS, lemmas, relate
from audit.detectors.words import spans, word_vectors, words
from audit.embeddings import TokenVectors


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("studies", "study"), ("running", "run"), ("went", "go"), ("better", "good"), ("women", "woman"),
        ("organised", "organize"), ("biggest", "big"), ("made", "make"),
    ],
)  # fmt: skip
def test_forms_lead_to_their_base(form: str, base: str) -> None:
    assert base in lemmas(form)


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        ("increase", "decreased", "antonym"), ("before", "after", "antonym"), ("buy", "purchased", "synonym"),
        ("murmur", "talked", "kin"), ("hot", "chilly", "contrast"),
    ],
)  # fmt: skip
def test_wordnet_relations_hold_both_ways(left: str, right: str, relation: str) -> None:
    which = RELATIONS.index(relation)
    assert relate([left], [right]).lexical[which, 0, 0]
    assert relate([right], [left]).lexical[which, 0, 0]


def test_forms_of_one_word_are_the_same_and_nothing_else() -> None:
    found = relate(["closed", "walks"], ["closes", "closure", "walking", "walnut"])
    assert found.same.tolist() == [[True, False, False, False], [False, False, True, False]]
    assert found.akin_form.tolist()[0] == [False, False, False, False]
    assert relate(["consulate"], ["consular"]).akin_form[0, 0]


@given(st.lists(st.text(min_size=1, max_size=8), max_size=6), st.lists(st.text(min_size=1, max_size=8), max_size=6))
def test_relations_turn_round_with_their_sides(left: list[str], right: list[str]) -> None:
    one, other = relate(left, right), relate(right, left)
    assert np.array_equal(one.same, other.same.T)
    assert np.array_equal(one.akin_form, other.akin_form.T)
    assert np.array_equal(one.lexical, other.lexical.transpose(0, 2, 1))
    assert not (one.lexical & one.same).any()


@given(st.text(max_size=60))
def test_words_cover_every_letter_once(text: str) -> None:
    found = spans(text)
    assert all(a < b for a, b in found.tolist())
    assert (found[1:, 0] >= found[:-1, 1]).all()
    covered = {i for a, b in found.tolist() for i in range(a, b)}
    assert all(i in covered for i, c in enumerate(text) if c.isalnum())
    assert [w for w, _, _ in words(text)] == [text[a:b] for a, b in found.tolist() if text[a].isalnum()]


def test_a_word_has_the_mean_of_its_tokens() -> None:
    offsets = np.array([[0, 2], [2, 5], [6, 9]], np.int32)
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    places = np.array([[0, 5], [6, 9], [10, 12]], np.int32)
    found = word_vectors(places, TokenVectors(vectors, offsets))
    assert found == pytest.approx(np.array([[0.5**0.5, 0.5**0.5, 0], [0, 0, 1], [0, 0, 0]]))


def side(text: str, dimension: int = 16) -> Side:
    """Words with vectors that depend on the word alone, so that context can't help."""
    places = spans(text)
    found = tuple(text[a:b] for a, b in places.tolist())
    vectors = np.stack([np.random.default_rng(sum(map(ord, w))).standard_normal(dimension) for w in found])
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return Side(found, places, np.zeros(len(found), np.int64), np.zeros(len(found), np.int64), unit)


def test_a_swapped_word_stands_for_what_its_neighbours_frame() -> None:
    ours = side("In the late summer the mayor opened the new bridge.")
    theirs = side("In the early summer the mayor opened the new bridge.")
    reading = read(Pair(ours, theirs, 0.9))
    assert theirs.words[reading.partner[2]] == "early"
    assert ours.words[reading.counterpart[2]] == "late"
    assert reading.relations[-1, 2, 2] == pytest.approx(1.5)


def test_figures_have_their_shapes_and_are_finite() -> None:
    ours, theirs = side("They never came."), side("He went, and nobody asked why he did.")
    reading = read(Pair(ours, theirs, 0.2))
    assert reading.hypothesis.shape == (len(ours), FEATURES)
    assert reading.reference.shape == (len(theirs), FEATURES)
    assert reading.relations.shape == (BIASES, len(ours), len(theirs))
    assert np.isfinite(reading.hypothesis).all()
    assert np.isfinite(reading.reference).all()
