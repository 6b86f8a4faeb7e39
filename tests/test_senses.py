"""Words that are one word in another language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording_cases import bare_case, linked_case

from audit.detectors import senses
from audit.entities.gazetteers import zipf
from audit.records import Finding, Link, Mode, Relation

Expected = list[tuple[str, str]]


def found(
    ours: Sequence[str],
    theirs: Sequence[str],
    links: Sequence[tuple[int, int]] = (),
    *,
    relation: Relation = "equivalent",
    mode: Mode = "comparable",
) -> list[Finding]:
    """What is found where sentence i of ``ours`` is linked to j of ``theirs`` for each of ``links``."""
    made = [Link((i,), (j,), 0.8, 0.9, relation, "reference-0") for i, j in links]
    return sorted(senses.detect(linked_case(ours, theirs, links=made, mode=mode)), key=lambda f: f.start)


def said(findings: Sequence[Finding]) -> Expected:
    return [(f.surface, f.suggestion) for f in findings]


OURS = ["The advertisement came after two years.", "It asked for weak fees.", "Rain fell."]
THEIRS = ["The announcement came after two years.", "It asked for twice the fees.", "Rain fell."]


def test_the_other_sense_in_a_linked_sentence_is_what_was_meant() -> None:
    first, second = found(OURS, THEIRS, [(0, 0), (1, 1), (2, 2)])
    assert (first.surface, first.suggestion, first.kind) == ("advertisement", "announcement", "mistranslation")
    assert (first.severity, first.supported, first.confidence) == ("major", True, 0.6)
    assert "\n".join(THEIRS)[first.reference_start : first.reference_end] == "announcement"
    assert first.reference_document == "reference-0"
    assert first.evidence == (
        "“advertisement” and “announcement” are one word in Arabic (إعلان); the sentence that tells the same "
        "(reference-0) has “announcement”."
    )
    assert (second.surface, second.suggestion) == ("weak", "twice")


def test_a_sentence_that_tells_a_part_says_less() -> None:
    same, partial = (found(OURS, THEIRS, [(0, 0), (1, 1)], relation=r) for r in ("equivalent", "partial"))
    assert said(same) == said(partial)
    assert [f.confidence for f in partial] == [0.5, 0.5]


def test_the_only_one_of_its_language_is_less_sure() -> None:
    (only,) = found(OURS[:1], THEIRS[:1], [(0, 0)])
    assert (only.surface, only.severity, only.confidence) == ("advertisement", "minor", 0.36)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The advertisement came late.", "The advertisement for the announcement came late."),  # it has the word too
        ("The advertisement and the announcement came.", "The announcement came."),  # the other sense is there already
        ("The Advertisement came late.", "The Announcement came late."),  # a name
        ("The declaration came late.", "The announcement came late."),  # synonyms
        ("The garden was watered.", "The announcement came late."),
    ],
)
def test_what_is_no_other_sense(ours: str, theirs: str) -> None:
    assert found([ours], [theirs], [(0, 0)]) == []


def test_words_of_other_parts_of_speech_are_not_meant() -> None:
    # "left" is a form of "leave" too, which shares a word with "license"; it is no holiday.
    assert found(["His license was sent."], ["He left it there."], [(0, 0)]) == []
    assert found(["He left it there."], ["His license was sent."], [(0, 0)]) == []


def test_without_a_link_nothing_is_in_doubt() -> None:
    assert found(OURS, THEIRS) == []


def test_translations_are_compared_without_a_table() -> None:
    assert found(OURS, THEIRS, [(0, 0), (1, 1)], mode="parallel") == []


def test_once_a_language_shows_company_is_evidence() -> None:
    ours = [*OURS[:2], "They met at a special 40-minute dinner.", "Later a special train came."]
    theirs = [*THEIRS[:2], "Nobody else was at the private dinner."]
    findings = found(ours, theirs, [(0, 0), (1, 1)])
    assert said(findings)[2:] == [("special", "private"), ("special", "private")]
    near, again = findings[2:]
    assert "no reference has it, and reference-0 has “private” near “dinner” too" in near.evidence
    assert (near.confidence, near.severity) == (0.45, "minor")
    assert "elsewhere reference-0 has “private” for it" in again.evidence
    assert again.confidence == pytest.approx(0.36)
    assert said(found(ours, [*theirs, "A special guest."], [(0, 0), (1, 1)]))[2:] == []


def test_names_can_show_the_language() -> None:
    ours, theirs = ["They met at a special 40-minute dinner."], ["Nobody else was at the private dinner."]
    case = linked_case(ours, theirs, links=[])
    assert senses.detect(case) == senses.detect(case, "Chinese") == []
    (near,) = senses.detect(case, "Arabic")
    assert (near.surface, near.suggestion, near.confidence) == ("special", "private", 0.45)
    (only,) = senses.detect(
        linked_case(OURS[:1], THEIRS[:1], links=[Link((0,), (0,), 0.8, 0.9, "equivalent", "reference-0")]), "Arabic"
    )
    assert (only.severity, only.confidence) == ("major", 0.6)


def test_every_row_of_the_table_parts_english_words() -> None:
    for word, others in senses.shared().items():
        assert zipf(word) < 6.0  # what every sentence may have shows nothing
        assert len(word) > 2  # "added" is taken for a form of "ad"
        assert word.isalpha()
        assert word.islower()
        for other, (language, pivot) in others.items():
            assert other != word
            assert word in senses.shared()[other]
            assert language.isalpha()
            assert pivot
    assert len(senses.shared()) > 500


@given(st.lists(st.sampled_from([*OURS, *THEIRS, "A special dinner.", ""]), min_size=1, max_size=6))
def test_a_text_against_itself_has_no_doubts(lines: list[str]) -> None:
    assert found(lines, lines, [(i, i) for i in range(len(lines))]) == []
    assert senses.detect(bare_case("\n".join(lines))) == []
