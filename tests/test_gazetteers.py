"""Tests of audit.entities.gazetteers: what is a place, a people, a given name, and how frequent is a word."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entities import gazetteers


@pytest.mark.parametrize(
    "name", ["France", "the United States", "U.S.", "Türkiye", "TURKEY", "Bogota", "Ohio", "Kremlin"]
)
def test_places_are_known_whatever_their_case_and_diacritics(name: str) -> None:
    assert gazetteers.is_place(name)


@pytest.mark.parametrize("name", ["Microsoft", "house", "", "the", "Unknown Region"])
def test_other_words_are_no_places(name: str) -> None:
    assert not gazetteers.is_place(name)


def test_cities_and_continents_are_no_countries() -> None:
    assert gazetteers.is_country("Burma")
    assert gazetteers.is_country("Côte d’Ivoire")
    assert not gazetteers.is_country("Paris")
    assert not gazetteers.is_country("Africa")


@pytest.mark.parametrize("word", ["German", "germans", "Chinese", "Emirati", "Swiss", "Poles"])
def test_peoples_in_singular_and_plural(word: str) -> None:
    assert gazetteers.is_nationality(word)


@pytest.mark.parametrize(
    ("people", "land"),
    [("Ukrainian", "Ukraine"), ("Dutch", "the Netherlands"), ("American", "U.S."),
     ("Britons", "UK"), ("Korean", "South Korea"), ("European", "Europe"), ("Poles", "Poland")],
)  # fmt: skip
def test_a_people_is_that_of_its_own_land(people: str, land: str) -> None:
    assert gazetteers.is_people_of(people, land)


@pytest.mark.parametrize(("people", "land"), [("European", "Africa"), ("German", "France"), ("Dutch", "house")])
def test_and_of_no_other(people: str, land: str) -> None:
    assert not gazetteers.is_people_of(people, land)


def test_country_is_no_nationality() -> None:
    assert not gazetteers.is_nationality("Germany")


@pytest.mark.parametrize("word", ["Susan", "Mohammed", "Xiaoping", "Oleksandr", "Jürgen", "Jose", "Priyanka"])
def test_given_names_of_many_languages(word: str) -> None:
    assert gazetteers.is_first_name(word)


@pytest.mark.parametrize("word", ["German", "can", "in", "said", "Table", "Microsoft"])
def test_words_are_no_given_names(word: str) -> None:
    assert not gazetteers.is_first_name(word)


def test_zipf_agrees_with_wordfreq() -> None:
    wordfreq = pytest.importorskip("wordfreq")
    for word in ["the", "house", "sun", "Berlin", "transliteration", "café"]:
        assert gazetteers.zipf(word) == pytest.approx(wordfreq.zipf_frequency(word, "en"), abs=0.006)
    assert gazetteers.zipf("xqzzkj") == 0.0


def test_words_are_told_from_misspellings() -> None:
    assert gazetteers.is_word("building")
    assert gazetteers.is_word("well-known")
    assert not gazetteers.is_word("buildnig")
    assert not gazetteers.is_word("")


def test_acronyms_are_acronyms_only_in_capitals() -> None:
    assert gazetteers.is_acronym("NATO")
    assert gazetteers.is_acronym("U.N.")
    assert not gazetteers.is_acronym("who")
    assert gazetteers.expansions("WHO") == ("World Health Organization",)
    assert gazetteers.expansions("XQZ") == ()


def test_constants_are_lower_case_and_without_dots() -> None:
    for word in gazetteers.HONORIFICS | gazetteers.ORGANISATION_SUFFIXES:
        assert word == word.lower()
        assert "." not in word


def test_import_loads_no_table() -> None:
    code = "import audit.entities.gazetteers, sys; print({'babel', 'wordfreq', 'msgpack'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "set()"


@given(st.text(max_size=30))
def test_any_text_has_an_answer(text: str) -> None:
    gazetteers.is_place(text)
    gazetteers.is_nationality(text)
    gazetteers.is_first_name(text)
    gazetteers.is_word(text)
    assert gazetteers.zipf(text) >= 0
