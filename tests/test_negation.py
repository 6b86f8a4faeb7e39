"""Negations that one side has alone, by rule: what counts as the reverse of what the reference says."""

from __future__ import annotations

import pytest
from wording_cases import linked_case

from audit.detectors.features import read
from audit.detectors.negation import turned
from audit.detectors.pairing import pairs
from audit.records import Link

LINK = Link((0,), (0,), 0.8, 0.9, "equivalent", "reference-0")


def found(ours: str, theirs: str, **meanings: str) -> list[tuple[str, str | None, bool]]:
    """The words turned round, what stands for what they deny, and whether the negation is ours."""
    ((pair, _),) = pairs(linked_case([ours], [theirs], links=[LINK], mode="parallel", meanings=meanings))
    return [
        (pair.hypothesis.words[t.index], None if t.partner is None else pair.reference.words[t.partner], t.added)
        for t in turned(pair, read(pair))
    ]


@pytest.mark.parametrize("negator", ["not", "never", "cannot"])
def test_a_negation_put_in_is_found_at_its_place(negator: str) -> None:
    assert found(f"The guests {negator} praise the soup.", "The guests praise the soup.") == [(negator, "praise", True)]


@pytest.mark.parametrize(
    ("ours", "theirs", "place"),
    [
        ("The guests could taste the soup.", "The guests couldn't taste the soup.", "could"),
        ("The guests were warned of the soup.", "The guests were never warned of the soup.", "were"),
        ("The guests praised the soup.", "No guests praised the soup.", "guests"),
        ("The guests praised the soup.", "The guests never praised the soup.", "praised"),
    ],
)
def test_a_negation_lost_is_found_where_it_would_stand(ours: str, theirs: str, place: str) -> None:
    assert [(word, added) for word, _, added in found(ours, theirs)] == [(place, False)]


def test_the_same_negation_elsewhere_in_the_sentence_excuses_nothing() -> None:
    theirs = "The bridge was finished in the autumn of that year, yet the road has never opened."
    ours = "The bridge wasn't finished in the autumn of that year, yet the road has never opened."
    assert found(ours, theirs) == [("wasn't", "finished", True)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The guests did not praise the soup.", "The guests didn't praise the soup."),
        ("The guests did not praise the soup.", "The guests never praised the soup."),
        ("The guests did not praise the soup.", "The guests refused to praise the soup."),
        ("The guests did not praise the soup.", "The guests rarely praised the soup."),
        ("The guests were not happy.", "The guests were unhappy."),
        ("The soup is not hot.", "The soup is cold."),
        ("It is not possible to praise the soup.", "It is impossible to praise the soup."),
        ("No doubt the guests praised the soup.", "The guests praised the soup."),
        ("The guests not only praised the soup.", "The guests praised the soup."),
        ("The guests no longer praise the soup.", "The guests once praised the soup."),
    ],
)
def test_what_denies_in_other_words_is_no_error(ours: str, theirs: str) -> None:
    assert found(ours, theirs) == []
    assert found(theirs, ours) == []


def test_what_is_denied_needs_no_counterpart_where_nothing_there_is_negative() -> None:
    ours, theirs = "The crowd did not cheer loudly.", "There was applause from everybody."
    assert found(ours, theirs) == [("not", None, True)]
    assert found(ours, "There was hardly any applause.") == []


def test_a_word_that_only_looks_negative_excuses_nothing() -> None:
    ours, theirs = "The crowd did not cheer loudly.", "The information brought applause."
    assert found(ours, theirs) == [("not", None, True)]
