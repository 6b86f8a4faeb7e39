"""What a text shows by itself, and what looks like damage and is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording_cases import bare_case

from audit.detectors import casing, damage, untranslated
from audit.detectors.case import Case
from audit.detectors.marks import mark
from audit.detectors.spelling import Speller
from audit.entities.exchanges import Exchange
from audit.records import Finding, FindingKind


def found(case: Case) -> list[Finding]:
    return damage.detect(case) + untranslated.detect(case)


@pytest.mark.parametrize(
    ("text", "surface", "suggestion"),
    [
        ("The minister signed the agreementIt will be published on Monday.", "agreementIt", "agreement. It"),
        ("The goverment will publish the report.", "goverment", "government"),
        ("Nobody knew waht to do about the flood.", "waht", "what"),
        ("The committee met in the the old hall.", "the the", "the"),
        ("He ran for re -election in the spring.", "re -election", "re-election"),
        ("The cafÃ© was closed.", "Ã©", "é"),
        ("They said goodbye at the station at the station.", "at the station at the station", "at the station"),
    ],
)
def test_damage_is_found_with_its_repair(text: str, surface: str, suggestion: str) -> None:
    findings = damage.detect(bare_case(text))
    assert [(f.surface, f.suggestion) for f in findings] == [(surface, suggestion)]
    assert findings[0].kind == "damage"
    assert findings[0].severity == "minor"
    assert text[findings[0].start : findings[0].end] == surface


@pytest.mark.parametrize(
    "text",
    [
        "She had had enough, and he said that that was fine.",
        "More and more people watch it again and again, face to face.",
        "The iPhone and the eBay app are on YouTube.",
        "They reorganised the microfinance programme and redrew the unspoilt coastline.",
        "He paid $ 100 for the 25 -minute ride.",
        "See www.example.org/reports or write to desk@example.org about asp.net.",
        "The meeting starts at 10 a.m. on the 3rd of May.",
        "Bora Bora and Baden-Baden are far apart.",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert found(bare_case(text)) == []


def test_what_a_reference_writes_too_is_no_damage() -> None:
    text = "The hashtag goverment was everywhere."
    assert damage.detect(bare_case(text))
    assert damage.detect(bare_case(text, "People posted under goverment for days.")) == []


def test_the_reference_decides_between_corrections() -> None:
    (finding,) = damage.detect(bare_case("They saw a hosre near the river.", "A horse stood by the river."))
    assert (finding.suggestion, finding.supported, finding.reference_document) == ("horse", True, "reference-0")
    assert finding.reference_start == 2


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("The minister praised the 협력 between the two countries.", "협력"),
        ("They discussed the состояние экономики last week.", "состояние экономики"),
        ("The workers went to the Arbeitsplatz, und dann they left.", "und dann"),
        ("The lawyers presented their dépenses to the court.", "dépenses"),
        ("The police found the grobluk in a shed.", "grobluk"),
    ],
)
def test_words_of_other_languages_are_untranslated(text: str, surface: str) -> None:
    findings = untranslated.detect(bare_case(text))
    assert surface in [f.surface for f in findings]
    assert {f.kind for f in findings} == {"untranslated"}


def test_a_gloss_and_a_word_of_the_reference_are_not_untranslated() -> None:
    assert untranslated.detect(bare_case("The festival in Kyoto (京都) drew thousands.")) == []
    known = bare_case("They served bibimbap and sobrasada.", "Guests ate bibimbap with sobrasada.")
    assert untranslated.detect(known) == []


def test_a_text_in_another_script_is_at_home_there() -> None:
    assert untranslated.detect(bare_case("Министр подписал соглашение в Москве. The end.")) == []


@given(st.text(max_size=80))
def test_any_text_gives_findings_inside_its_sentences(text: str) -> None:
    case = bare_case(text)
    for finding in found(case):
        sentence = case.hypothesis.sentences[finding.sentence]
        assert sentence.start <= finding.start < finding.end <= sentence.end
        assert text[finding.start : finding.end] == finding.surface
        assert 0 <= finding.confidence <= 1


@pytest.mark.parametrize(
    ("text", "surface", "suggestion"),
    [
        ("They came,. and left.", ",.", "."),
        ("They came;, and left.", ";,", ","),
        ("They asked the misunderstandingt again.", "misunderstandingt", "misunderstanding"),
        ("They heard of the misunderstsndimg again.", "misunderstsndimg", "misunderstanding"),  # two letters
    ],
)
def test_marks_and_long_words_have_their_repair(text: str, surface: str, suggestion: str) -> None:
    assert [(f.surface, f.suggestion) for f in damage.detect(bare_case(text))] == [(surface, suggestion)]


@pytest.mark.parametrize(
    "text",
    [
        "They went up and up and on and on.",
        "They told by day by day reports.",
        "They use PostgreSql and a grobIt there.",  # one half is no plain word
    ],
)
def test_joints_and_names_of_products_are_no_damage(text: str) -> None:
    assert damage.detect(bare_case(text)) == []


def test_a_noun_with_a_capital_is_foreign_in_a_translation_of_one_text() -> None:
    text = "They visited the Krankenhaus on Sunday."
    (finding,) = untranslated.detect(bare_case(text, mode="parallel"))
    assert (finding.surface, finding.evidence) == ("Krankenhaus", "“Krankenhaus” is German, not English.")
    assert untranslated.detect(bare_case(text)) == []
    (opening,) = untranslated.detect(bare_case("Krankenhaus workers left."))
    assert opening.surface == "Krankenhaus"
    assert untranslated.detect(bare_case("They visited KRANKENHAUS and KrankenHaus.", mode="parallel")) == []


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("enoorze", "enforce"),  # two letters from "encore" and "endorse" too, which are rarer
        ("unaertakez", "undertaken"),
    ],
)
def test_of_long_words_as_near_the_most_common_is_meant(word: str, meant: str) -> None:
    assert Speller(()).correction(word) == meant
    assert Speller(("encore", "endorse", "undertaker")).correction("endoorse") == "endorse"
    assert Speller(()).correction("clandestinly") == "clandestinely"  # long, and a rare word all but a letter
    assert Speller(()).correction("wxtqr") is None  # short, and two letters from "water"


def test_a_word_of_every_text_of_another_language_may_open_a_sentence() -> None:
    assert [f.surface for f in untranslated.detect(bare_case("Pero the talks went on."))] == ["Pero"]
    assert untranslated.detect(bare_case("They had met Pero there.", mode="parallel")) == []  # may be a name


def test_a_greek_letter_alone_is_a_symbol() -> None:
    assert untranslated.detect(bare_case("They measured β twice.")) == []
    assert [f.surface for f in untranslated.detect(bare_case("They measured ж twice."))] == ["ж"]


def named(text: str, surface: str, suggestion: str, kind: FindingKind) -> Finding:
    """A finding that takes ``surface`` for a name, which the reference has as ``suggestion``."""
    (sentence,) = bare_case(text).hypothesis.sentences
    start = text.index(surface)
    place = ("reference-0", 0, len(suggestion)) if suggestion else None
    return mark(
        sentence, start, start + len(surface), kind, "It was taken for a name.", confidence=0.7,
        suggestion=suggestion, supported=bool(suggestion), place=place,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("surface", "suggestion", "kind", "tongue"),
    [
        ("Krankheit", "disease", "wrong_entity", "German"),
        ("Drei", "Three", "name_variant", "German"),
        ("Fortschritte", "", "wrong_entity", "German"),
        ("Королеву", "Queen", "title", "Cyrillic"),
        ("Королеву", "queen", "name_variant", "Cyrillic"),
        ("komisarz", "commissioner", "title", "Polish"),
        ("Vereinsmitgliedschaft", "club card", "wrong_entity", "dictionary"),
        ("Teammitglieder", "team members", "name_variant", "dictionary"),
        ("Pero", "", "wrong_entity", "Spanish"),  # more frequent in English texts, but in all Spanish ones
        ("Королеву", "Queen", "name_variant", "Cyrillic"),
        ("nell'agosto", "August", "name_as_word", "Italian"),
        ("Straße", "street", "wrong_entity", "German"),  # tables of frequencies have it as "strasse"
    ],
)
def test_a_word_of_another_language_is_no_name(surface: str, suggestion: str, kind: FindingKind, tongue: str) -> None:
    text = f"They spoke of the {surface} at length."
    case = bare_case(text, f"{suggestion} was spoken of.")
    (claimed,) = untranslated.claim([named(text, surface, suggestion, kind)], case)
    assert claimed.kind == "untranslated"
    assert (claimed.surface, claimed.suggestion, claimed.severity) == (surface, suggestion, "major")
    assert tongue in claimed.evidence
    assert (f"has “{suggestion}”" in claimed.evidence) == claimed.supported


@pytest.mark.parametrize(
    ("surface", "suggestion", "kind"),
    [
        ("Argentinien", "Argentina", "name_variant"),  # a name in another language is one
        ("Блаттен", "Blatten", "name_variant"),
        ("Krankheit", "disease", "name_as_word"),
        ("Goverment", "Government", "wrong_entity"),  # a misspelling
        ("Goverment", "government", "wrong_entity"),
        ("Boardmembers", "board members", "name_variant"),  # glued together
        ("Anna", "she", "wrong_entity"),
        ("Berlin", "city", "wrong_entity"),
        ("Council", "assembly", "wrong_entity"),  # English
        ("Green Krankheit", "disease", "wrong_entity"),
        ("Jarosław", "Island", "wrong_entity"),  # the reference's word has its capital within the sentence
        ("Krankheit", "Air Force", "wrong_entity"),
    ],
)
def test_what_may_be_a_name_stays_one(surface: str, suggestion: str, kind: FindingKind) -> None:
    text = f"They spoke of the {surface} at length."
    finding = named(text, surface, suggestion, kind)
    assert list(untranslated.claim([finding], bare_case(text))) == [finding]


@pytest.mark.parametrize(
    ("surface", "suggestion", "kind", "word", "correction", "tongue"),
    [
        ("United Estados", "United States", "name_variant", "Estados", "States", "Spanish"),
        ("Berlin Krankheit Week", "Berlin Flower Show Week", "name_variant", "Krankheit", "Flower Show", "German"),
        ("Präsident Anna Kovacs", "President Kovacs", "name_variant", "Präsident", "President", "German"),
        ("Präsident Anna", "President", "title", "Präsident", "President", "German"),
        (
            "Federal Rechnungsprüfer",
            "Federal Chief Auditor",
            "name_variant",
            "Rechnungsprüfer",
            "Chief Auditor",
            "dictionary",
        ),
    ],
)
def test_a_word_of_another_language_in_a_name_is_put_right_alone(
    surface: str, suggestion: str, kind: FindingKind, word: str, correction: str, tongue: str
) -> None:
    finding = named(f"They spoke of the {surface} at length.", surface, suggestion, kind)
    case = bare_case(f"They spoke of the {surface} at length.", suggestion)
    (claimed,) = untranslated.claim([finding], case)
    assert (claimed.kind, claimed.surface, claimed.suggestion) == ("untranslated", word, correction)
    start = finding.start + surface.index(word)
    assert (claimed.start, claimed.end) == (start, start + len(word))
    assert suggestion[claimed.reference_start : claimed.reference_end] == correction
    assert tongue in claimed.evidence


@pytest.mark.parametrize(
    ("surface", "suggestion"),
    [
        ("Ivan Horvat", "Ivan Horvath"),  # the reference has a name in its place
        ("Banco Nacional", "National Bank"),  # none of it is the same
        ("Estados Unidos Week", "United States Week"),
        ("Green Council", "Green Party"),  # English
        ("Federal Goverment", "Federal Government"),  # a misspelling
        ("Radio Sbotnek", "Radio Sputnik"),  # garbled
        ("Kome Republic", "Komi Republic"),  # Croatian by chance
    ],
)
def test_a_name_with_another_word_stays_a_name(surface: str, suggestion: str) -> None:
    finding = named(f"They spoke of the {surface} at length.", surface, suggestion, "name_variant")
    case = bare_case(f"They spoke of the {surface} at length.", suggestion)
    assert list(untranslated.claim([finding], case)) == [finding]


def test_a_word_of_another_language_stands_for_no_name_that_its_sentence_has() -> None:
    text = "They left the Krankheit of Oslo."
    finding = named(text, "Krankheit", "Oslo", "name_variant")
    (claimed,) = untranslated.claim([finding], bare_case(text, "Oslo was left."))
    assert (claimed.kind, claimed.suggestion, claimed.supported) == ("untranslated", "", False)
    assert claimed.evidence == "“Krankheit” is German, not English."
    text = "They left the Somma house of Soma."
    garbled = replace(named(text, "Somma", "Soma", "name_variant"), reference_start=10, reference_end=14)
    assert list(untranslated.claim([garbled], bare_case(text, "They left Soma."))) == [garbled]
    for elsewhere in ("They left the Krankheit.", "They left the Krankheit of Osloers."):
        finding = named(elsewhere, "Krankheit", "Oslo", "name_variant")
        assert list(untranslated.claim([finding], bare_case(elsewhere, "Oslo was left."))) == [finding]


def test_where_the_same_was_translated_a_foreign_word_is_no_name_in_small_letters() -> None:
    text = "They met a donna there."
    (taken,) = casing.detect(bare_case(text, "They met a woman there.", mode="parallel"))
    assert (taken.suggestion, taken.supported) == ("Donna", False)
    (claimed,) = untranslated.claim([taken], bare_case(text, "They met a woman there.", mode="parallel"))
    assert (claimed.kind, claimed.suggestion) == ("untranslated", "")
    assert claimed.evidence == "“donna” is Italian, not English."
    # Another account need not name her; a translation that does settles it.
    assert list(untranslated.claim([taken], bare_case(text, "They met a woman there."))) == [taken]
    (named_there,) = casing.detect(bare_case(text, "They met Donna there.", mode="parallel"))
    assert list(untranslated.claim([named_there], bare_case(text, "They met Donna.", mode="parallel"))) == [named_there]


def test_a_word_that_the_references_have_is_no_foreign_one() -> None:
    text = "They spoke of the Krankheit at length."
    finding = named(text, "Krankheit", "disease", "wrong_entity")
    said = bare_case(text, "The word Krankheit was heard.")
    assert list(untranslated.claim([finding], said)) == [finding]


def test_a_word_of_another_language_has_the_correction_that_is_known() -> None:
    text = "They spoke of the Krankheit at length."
    (left,) = untranslated.detect(bare_case(text, mode="parallel"))
    wrong = named(text, "Krankheit", "disease", "mistranslation")
    elsewhere = named(text, "length", "time", "mistranslation")
    found = list(untranslated.corrected([left, wrong, elsewhere], (), ()))
    assert found[1:] == [wrong, elsewhere]
    assert (found[0].kind, found[0].suggestion, found[0].supported) == ("untranslated", "disease", True)
    assert found[0].evidence.endswith("; reference-0 has “disease”.")
    assert list(untranslated.corrected([left, elsewhere], (), ())) == [left, elsewhere]
    assert list(untranslated.corrected(found, (), ())) == found
    little = named(text, "Krankheit", "of", "mistranslation")
    assert list(untranslated.corrected([left, little], (), ())) == [left, little]


@pytest.mark.parametrize(
    ("reference", "fit", "suggestion"),
    [
        ("They spoke of the public health crisis at length.", 0.8, "public health crisis"),
        ("They spoke of the crisis at length.", 0.1, ""),  # the sentences have little in common
        ("They spoke of the many ways in which it hurt them at length.", 0.8, ""),  # says something else
        ("They spoke of the at length.", 0.8, ""),
        ("They spoke of the others at length.", 0.3, "others"),
        ("They spoke of the which at length.", 0.3, ""),  # means little by itself
        ("They spoke of the which at length.", 0.8, "which"),
    ],
)
def test_a_word_of_another_language_is_put_right_by_what_stands_between_the_same_words(
    reference: str, fit: float, suggestion: str
) -> None:
    text = "They spoke of the Krankheit at length."
    case = bare_case(text, reference, mode="parallel")
    (left,) = untranslated.detect(case)
    start, end = len("They spoke of the "), len(reference) - len(" at length.")
    exchange = Exchange(0, left.start, left.end, 0, 0, start, max(start, end), fit)
    (found,) = untranslated.corrected([left], [exchange], case.references)
    assert (found.suggestion, found.supported) == (suggestion, bool(suggestion))
    if suggestion:
        assert reference[found.reference_start : found.reference_end] == suggestion
