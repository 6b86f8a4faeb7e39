"""Likeness of names: symmetric, in range, and aware of what transliteration changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entities.spelling import bones, fold, name_similarity, same_stem, skeleton, word_similarity

words = st.text(min_size=1, max_size=20)


@given(words, words)
def test_similarity_is_symmetric_and_in_range(a: str, b: str) -> None:
    value = word_similarity(a, b)
    assert 0.0 <= value <= 1.0
    assert value == pytest.approx(word_similarity(b, a))


@given(words)
def test_a_word_is_most_like_itself(a: str) -> None:
    assert word_similarity(a, a) == (1.0 if fold(a) else 0.0)


@pytest.mark.parametrize(
    ("a", "b"), [("Burgstaller", "Purgstaler"), ("Vladimir", "Wladimir"), ("Khalid", "Ghalid"), ("Jamal", "Gamal")]
)
def test_drifts_keep_the_skeleton(a: str, b: str) -> None:
    assert skeleton(a) == skeleton(b)
    assert word_similarity(a, b) > 0.7


def test_an_article_gained_or_lost_matters_little() -> None:
    assert word_similarity("Al-Morand", "Morand") > 0.9
    assert bones("Alman") & bones("Al-Taman") == frozenset()


def test_one_part_that_differs_outright_makes_another_name() -> None:
    assert name_similarity(["Anna", "Berger"], ["Anna", "Kowalczyk"]) < 0.6


def test_plural_is_one_stem() -> None:
    assert same_stem("Sailor", "sailors")
    assert not same_stem("Sailor", "Sail")
