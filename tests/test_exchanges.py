"""What two linked sentences have in each other's place."""

from __future__ import annotations

import pytest
from entity_texts import as_text
from hypothesis import given
from hypothesis import strategies as st

from audit.entities.exchanges import find_exchanges, stands_for
from audit.records import Link

WORDS = st.lists(st.sampled_from(["red", "boats", "left", "Oslo", "harbour", "US", "us", "12"]), min_size=1, max_size=9)


def exchanged(hypothesis: str, reference: str, confidence: float = 1.0) -> list[tuple[str, str, float]]:
    ours, theirs = as_text(hypothesis), as_text(reference, "r")
    link = Link((0,), (0,), 0.9, confidence, "equivalent", "r")
    return [
        (ours.document.text[e.start : e.end], theirs.document.text[e.their_start : e.their_end], e.fit)
        for e in find_exchanges(ours, [theirs], [link])
    ]


def test_words_between_the_same_words_are_exchanged() -> None:
    assert [pair[:2] for pair in exchanged("The man of the chair left Oslo.", "The chairman left Oslo.")] == [
        ("man of the chair", "chairman")
    ]


def test_what_differs_is_kept_together() -> None:
    pairs = exchanged("The vice man of the chair of the old club left.", "The vice chairman of the old club left.")
    assert [pair[:2] for pair in pairs] == [("man of the chair", "chairman")]


def test_small_words_that_both_share_part_what_is_more_equal_in_number() -> None:
    pairs = exchanged("The man of the chair of the Harl Rowing Club left.", "The chairman of the HRC left.")
    assert [pair[:2] for pair in pairs] == [("man of the chair", "chairman"), ("Harl Rowing Club", "HRC")]


def in_place_of(name: str, hypothesis: str, reference: str) -> str:
    """What the reference, one sentence linked to the hypothesis, has in place of a name."""
    ours, theirs = as_text(hypothesis), as_text(reference, "r")
    link = Link((0,), (0,), 0.9, 1.0, "equivalent", "r")
    at = hypothesis.index(name)
    found = stands_for(ours, at, at + len(name), [theirs], find_exchanges(ours, [theirs], [link]))
    return "" if found is None else reference[found.their_start : found.their_end]


@pytest.mark.parametrize(
    ("hypothesis", "reference", "found"),
    [
        (
            "Then Kelvik said so to all of us.",
            "Then the Harl river office said so to all of us.",
            "the Harl river office",
        ),
        ("Then the Kelvik said so to all of us.", "Then the Harl office said so to all of us.", "Harl office"),
        ("He met the new Kelvik also today.", "He met the new Pope today.", "Pope"),
        ("They live north of Kelvik, in the hills.", "They live north of Harl, the town in the hills.", "Harl"),
        ("He met the old Kelvik today.", "He met the old Harl subsequently today.", "Harl"),
        ("Then Kelvik said so to all of us.", "Then she said so to all of us.", ""),
        ("Then Kelvik said so to all of us.", "Then Kelvik said so to all of us.", ""),
    ],
)
def test_a_name_stands_for_the_name_in_its_place_and_for_no_more(hypothesis: str, reference: str, found: str) -> None:
    assert in_place_of("Kelvik", hypothesis, reference) == found


def test_words_that_are_alike_part_what_was_exchanged() -> None:
    pairs = exchanged("Then Nowotka, talking person of the club, left.", "Then Novotka, spokeswoman of the club, left.")
    assert [pair[:2] for pair in pairs] == [
        ("Nowotka, talking person", "Novotka, spokeswoman"),
        ("Nowotka", "Novotka"),
        ("talking person", "spokeswoman"),
    ]


def test_as_many_words_on_both_sides_stand_for_each_other_one_by_one() -> None:
    pairs = exchanged("They left the us envoy there.", "They left the US ambassador there.")
    assert [pair[:2] for pair in pairs] == [("us envoy", "US ambassador"), ("us", "US"), ("envoy", "ambassador")]


def test_words_that_changed_places_with_another_are_one_exchange() -> None:
    pairs = exchanged("The general clerk left Oslo.", "The secretary general left Oslo.")
    assert ("general clerk", "secretary general") in [pair[:2] for pair in pairs]
    assert exchanged("The boats red left Oslo.", "The red boats left Oslo.") == []


def test_the_fit_falls_with_the_link_the_frame_and_the_rest_of_the_sentence() -> None:
    same = exchanged("Three red boats left Oslo on Monday.", "Three red boats left Bergen on Monday.")[0][2]
    unsure = exchanged("Three red boats left Oslo on Monday.", "Three red boats left Bergen on Monday.", 0.6)[0][2]
    other = exchanged("Three red boats left Oslo on Monday.", "Then they all left Bergen on a Friday.")[0][2]
    assert same == 1.0
    assert unsure < same
    assert other < same


def test_an_unsure_link_exchanges_nothing() -> None:
    assert exchanged("Red boats left Oslo.", "Red boats left Bergen.", 0.3) == []


def test_small_acronyms_keep_their_capitals() -> None:
    assert exchanged("He told us all.", "He told US all.")[0][:2] == ("us", "US")


@given(WORDS, WORDS)
def test_spans_lie_in_their_sentences_and_differ(ours: list[str], theirs: list[str]) -> None:
    for surface, other, fit in exchanged(" ".join(ours), " ".join(theirs)):
        assert surface
        assert other
        assert surface != other
        assert 0 <= fit <= 1


@given(WORDS)
def test_a_sentence_exchanges_nothing_with_itself(words: list[str]) -> None:
    assert exchanged(" ".join(words), " ".join(words)) == []
