"""Letter case that English does not allow, with who says so and how sure that is."""

from __future__ import annotations

import pytest
from wording_cases import bare_case

from audit.detectors.casing import detect
from audit.records import Finding


def only(text: str, *references: str) -> Finding:
    (finding,) = detect(bare_case(text, *references))
    assert text[finding.start : finding.end] == finding.surface
    assert (finding.id, finding.document, finding.sentence) == ("", "hypothesis", 0)
    return finding


@pytest.mark.parametrize(
    ("text", "surface", "suggestion"),
    [
        ("The ship left for the norwegian coast.", "norwegian", "Norwegian"),
        ("They met the italians there.", "italians", "Italians"),
        ("Nobody works there in february.", "february", "February"),
    ],
)
def test_a_people_or_a_month_has_a_capital(text: str, surface: str, suggestion: str) -> None:
    finding = only(text)
    assert (finding.surface, finding.suggestion, finding.entity) == (surface, suggestion, suggestion)
    assert (finding.kind, finding.severity, finding.confidence, finding.supported) == ("casing", "minor", 0.6, False)
    assert finding.evidence == f"“{surface}” names a people, a time or a place and is written {suggestion}."


def test_a_reference_makes_it_sure() -> None:
    finding = only("The ferry to mallowport was late.", "They came to Mallowport by sea.")
    assert (finding.suggestion, finding.confidence, finding.supported) == ("Mallowport", 0.9, True)


@pytest.mark.parametrize(
    "text",
    [
        "The turkey was roasted, and they may march in a polish of their own.",
        "An iron rat ran.",
        "The Norwegian coast.",
        "She wrote NORWEGIAN on it.",
        "It cost norwegian1.",
    ],
)
def test_what_may_be_small_stays_small(text: str) -> None:
    assert detect(bare_case(text)) == []


def test_what_a_reference_writes_small_too_stays_small() -> None:
    assert detect(bare_case("The norwegian coast.", "They saw the norwegian coast.")) == []


@pytest.mark.parametrize(
    ("written", "right"), [("MR", "Mr"), ("MRS.", "Mrs."), ("MS", "Ms"), ("DR.", "Dr."), ("PROF", "Prof")]
)
def test_an_honorific_before_a_name_is_no_acronym(written: str, right: str) -> None:
    finding = only(f"Yesterday {written} Osterfeld spoke.", "Osterfeld spoke.")
    assert (finding.surface, finding.suggestion, finding.confidence) == (written, right, 0.8)
    assert (finding.kind, finding.severity, finding.supported) == ("casing", "minor", False)
    assert finding.evidence == f"The honorific before a name is written {right}, not {written}."
    assert only(f"Yesterday {written} Osterfeld spoke.", f"In {right} Osterfeld they trust.").supported
    assert detect(bare_case(f"THE {written} OSTERFELD.")) == []


@pytest.mark.parametrize(("word", "article"), [("us", "the"), ("it", "The"), ("who", "the")])
def test_an_acronym_read_as_a_pronoun(word: str, article: str) -> None:
    text = f"{'Then ' if article == 'the' else ''}{article} {word} minister spoke."
    finding = only(text, f"A minister of {word.upper()} spoke.")
    assert (finding.surface, finding.suggestion, finding.kind) == (word, word.upper(), "acronym")
    assert (finding.severity, finding.confidence, finding.supported) == ("major", 0.9, True)
    assert finding.evidence == f"“{word}” after an article is no pronoun; the references have {word.upper()}."
    assert detect(bare_case(text, "Nobody has it in capitals.")) == []


def test_page_markup_is_not_looked_at() -> None:
    assert detect(bare_case("![norwegian](https://example.org/norwegian.png)")) == []
