"""Offices that were translated literally, by the table and by what stands in their place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from entity_texts import as_text

from audit.detectors import titles
from audit.detectors.case import Case
from audit.embeddings import Embeddings
from audit.entities.confusions import Confusions, Entry, load
from audit.entities.exchanges import Exchange, find_exchanges
from audit.records import Finding, Link


def found(hypothesis: str, reference: str) -> dict[str, str]:
    """Surface and suggestion of each title found where the two texts are one linked sentence each."""
    ours, theirs = as_text(hypothesis), as_text(reference, "r")
    links = (Link((0,), (0,), 0.9, 0.95, "equivalent", "r"),)
    empty = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    case = Case(ours, (theirs,), links, "comparable", empty, (empty,))
    findings = titles.detect(case, load(), list(find_exchanges(ours, [theirs], links)))
    assert all(f.kind == "title" and ours.document.text[f.start : f.end] == f.surface for f in findings)
    return {f.surface: f.suggestion for f in findings}


def test_a_title_of_the_table_is_found_where_the_reference_has_the_right_one() -> None:
    reference = "Commerce Secretary Ann Rowe signed the paper in Turin."
    assert found("Trade Minister Ann Rowe signed the paper in Turin.", reference) == {
        "Trade Minister": "Commerce Secretary"
    }
    assert found("Trade Minister Ann Rowe signed it.", "Trade Minister Ann Rowe signed the paper in Turin.") == {}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("gate guard", "goalkeeper"), ("word carrier", "spokesperson"), ("teacher", "professor"), ("Ruler", "Governor")],
)
def test_words_in_the_place_of_an_office_are_found_without_a_table(wrong: str, right: str) -> None:
    assert found(
        f"On Monday the old {wrong} of the town fell ill in Turin.",
        f"On Monday the old {right} of the town fell ill in Turin.",
    ) == {wrong: right}


@pytest.mark.parametrize(
    ("other", "office"),
    [
        ("coach", "manager"),
        ("premier", "prime minister"),
        ("man", "mayor"),
        ("chairman", "chairwoman"),
        ("it", "judge"),
    ],
)
def test_what_may_stand_for_an_office_in_a_good_account_is_right(other: str, office: str) -> None:
    assert (
        found(
            f"On Monday the old {other} of the town fell ill in Turin.",
            f"On Monday the old {office} of the town fell ill in Turin.",
        )
        == {}
    )


def test_other_words_between_other_neighbours_say_nothing() -> None:
    assert found("A gate guard fell ill.", "On Monday it was the goalkeeper who stayed at home with a cold.") == {}


# What a finding says, and what it asks for, with a table of our own

TABLE = Confusions(
    [
        Entry("", "title", "Trade Minister", "Commerce Secretary"),
        Entry("", "title", "Minister of Trade", "Trade Secretary"),
        Entry("", "title", "Head of the Mint", "Mint Head"),  # the same words in another order
        Entry("", "title", "Minister", "Secretary"),
        Entry("", "name_variant", "Guard", "Keeper"),
    ]
)


def by_table(text: str, *references: str, links: tuple[Link, ...] = (), table: Confusions = TABLE) -> list[Finding]:
    ours = as_text(text)
    others = tuple(as_text(r, f"r{i}") for i, r in enumerate(references))
    empty = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    return titles.detect(Case(ours, others, links, "comparable", empty, (empty,) * len(others)), table, ())


def test_a_literal_title_says_where_the_right_one_stands() -> None:
    text = "Snow fell. The Trade Minister left."
    reference = "Rain. The commerce secretary left."
    link = Link((1,), (1,), 0.9, 0.9, "equivalent", "r1")
    (finding,) = by_table(text, "Nobody came.", reference, links=(link,))
    assert finding == Finding(
        "", "hypothesis", 1, 15, 29, "Trade Minister", "Commerce Secretary", "Commerce Secretary", "title", "major",
        0.9, True,
        "“Trade Minister” is a literal translation of the office; say “Commerce Secretary” as r1 does.",
        "r1", 10, 28,
    )  # fmt: skip


def test_the_nearer_the_right_title_stands_the_surer() -> None:
    text, right = "The Trade Minister left.", "The Commerce Secretary left."
    link = Link((0,), (0,), 0.9, 0.9, "equivalent", "r0")
    assert [f.confidence for f in by_table(text, right, links=(link,))] == [0.9]
    assert [f.confidence for f in by_table(text, "Rain.", right, links=(link,))] == [0.65]
    (own,) = by_table(f"{text} {right}", "Rain.")
    assert (own.confidence, own.supported, own.reference_document) == (0.55, False, None)
    assert own.evidence.endswith("say “Commerce Secretary” as this text does elsewhere.")
    assert by_table(text, "Rain.") == []


def test_all_sentences_linked_to_one_count() -> None:
    text, right = "The Trade Minister left.", "The Commerce Secretary left."
    links = (Link((0,), (0,), 0.9, 0.9, "partial", "r1"), Link((0,), (0,), 0.9, 0.9, "partial", "r0"))
    assert [f.confidence for f in by_table(text, "Rain.", right, links=links)] == [0.9]
    assert [f.confidence for f in by_table(text, right, "Rain.", links=links)] == [0.9]
    both = (Link((0,), (0, 1), 0.9, 0.9, "partial", "r0"),)
    assert [f.confidence for f in by_table(text, f"Rain. {right}", links=both)] == [0.9]


@pytest.mark.parametrize(
    ("written", "right"),
    [("trade minister", "commerce Secretary"), ("Trade minister", "Commerce Secretary")],
)
def test_a_title_is_written_small_where_the_wrong_one_is(written: str, right: str) -> None:
    (finding,) = by_table(f"The {written} left.", "The Commerce Secretary left.")
    assert (finding.surface, finding.suggestion, finding.entity) == (written, right, "Commerce Secretary")


@pytest.mark.parametrize(
    "text",
    [
        "The Trade Ministers left.",  # another word
        "The Guard left.",  # no title
        "The Head of the Mint left.",
        "![Trade Minister](https://example.org/minister.png)",
    ],
)
def test_what_is_no_literal_title(text: str) -> None:
    reference = "Keeper, Mint Head, Commerce Secretary."
    case_text = as_text(text)
    sentences = tuple(replace(s, audited=not text.startswith("!")) for s in case_text.sentences)
    empty = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    case = Case(replace(case_text, sentences=sentences), (as_text(reference, "r"),), (), "comparable", empty, (empty,))
    assert titles.detect(case, TABLE, ()) == []


def test_the_longest_title_of_the_table_is_meant() -> None:
    (finding,) = by_table("The Minister of Trade left.", "The Trade Secretary left.")
    assert (finding.surface, finding.suggestion) == ("Minister of Trade", "Trade Secretary")


def test_what_any_reference_says_too_is_right() -> None:
    assert by_table("The Trade Minister left.", "The Commerce Secretary.", "A trade minister left.") == []


def test_without_titles_a_table_says_nothing() -> None:
    assert (
        by_table(
            "The Guard left.", "The Keeper left.", table=Confusions([Entry("", "name_variant", "Guard", "Keeper")])
        )
        == []
    )
    assert by_table("The Guard left.", table=Confusions([])) == []


# What stands in the place of an office


def exchanged(said: str, office: str, *others: str, fit: float = 0.8) -> list[Finding]:
    ours, theirs = as_text(f"Snow. The {said} left."), as_text(f"The {office} left.", "r1")
    references = (as_text("Rain.", "r0"), theirs, *(as_text(o, "r2") for o in others))
    empty = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    exchange = Exchange(1, 10, 10 + len(said), 1, 0, 4, 4 + len(office), fit)
    case = Case(ours, references, (), "comparable", empty, (empty,) * len(references))
    return titles.detect(case, TABLE, [exchange])


def test_an_office_that_the_references_say_elsewhere_is_right_and_a_part_of_a_word_is_none() -> None:
    assert exchanged("elder", "senator", "An elder came.") == []
    (finding,) = exchanged("elder", "senator", "The elders came.")
    assert finding.suggestion == "senator"


@pytest.mark.parametrize(
    ("hypothesis", "reference", "found"),
    [
        ("So said the coach of the head.", "So said the head coach.", [("coach of the head", "head coach")]),
        ("So said the coach of the team.", "So said the team coach.", []),
        ("He was Chief of crew there.", "He was Chief of Staff there.", [("Chief of crew", "Chief of Staff")]),
        ("The gate guard left.", "The managing director left.", [("gate guard", "managing director")]),
        ("The general manager left.", "The managing director left.", []),
    ],
)  # fmt: skip
def test_an_office_taken_word_by_word_is_found_between_the_same_words(
    hypothesis: str, reference: str, found: list[tuple[str, str]]
) -> None:
    ours, theirs = as_text(hypothesis), as_text(reference, "r")
    links = (Link((0,), (0,), 0.9, 0.98, "equivalent", "r"),)
    empty = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    case = Case(ours, (theirs,), links, "comparable", empty, (empty,))
    given = titles.detect(case, TABLE, list(find_exchanges(ours, [theirs], links)))
    assert [(f.surface, f.suggestion) for f in given] == found


def test_an_exchanged_office_is_shown_with_its_place() -> None:
    assert exchanged("gate guard", "goalkeeper", fit=0.81236) == [
        Finding(
            "", "hypothesis", 1, 10, 20, "gate guard", "goalkeeper", "goalkeeper", "title", "major", 0.8124, True,
            "“gate guard” stands where r1 has the office “goalkeeper”.", "r1", 4, 14,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "office", "suggestion"),
    [
        ("Gate guard", "goalkeeper", "Goalkeeper"),
        ("gate guard", "Goalkeeper", "goalkeeper"),
        ("Gate guard", "Goalkeeper", "Goalkeeper"),
        ("guard of the gate", "goalkeeper", "goalkeeper"),
        ("window guard of gates", "goalkeeper", "goalkeeper"),
        ("women chief teacher", "professor", "professor"),
        ("provincial head", "governor", "governor"),  # what may stand for it, of something that nobody speaks of
        ("head of the council", "chairman", "chairman"),
        ("executive boss", "CEO", "CEO"),
    ],
)
def test_an_exchanged_office_is_written_as_the_words_were(said: str, office: str, suggestion: str) -> None:
    assert [f.suggestion for f in exchanged(said, office)] == [suggestion]


@pytest.mark.parametrize(
    ("said", "office"),
    [
        ("gate guard", "gate"),  # no office
        ("gate guard 2", "goalkeeper"),
        ("the guard", "goalkeeper"),
        ("guard of", "goalkeeper"),
        ("goalkeepers", "goalkeeper"),  # a form of it
        ("goalkeeper", "Goalkeeper"),
        ("first goalkeeper", "goalkeeper"),  # the same office, described
        ("goalkeeper of the town", "goalkeeper"),
        ("people", "mayor"),
        ("head", "governor"),
        ("company boss", "chief executive"),
        ("head of the women", "mayor"),  # anyone
    ],
)
def test_what_is_no_other_calling(said: str, office: str) -> None:
    assert exchanged(said, office) == []


def test_a_calling_that_only_begins_alike_in_more_words_is_another() -> None:
    assert len(exchanged("goal guard", "goalkeeper")) == 1


def test_an_exchange_counts_from_half_a_fit_on_and_where_no_reference_has_the_words() -> None:
    assert len(exchanged("gate guard", "goalkeeper", fit=0.5)) == 1
    assert exchanged("gate guard", "goalkeeper", fit=0.49) == []
    assert exchanged("gate guard", "goalkeeper", "A Gate Guard slept.") == []


def test_what_may_stand_for_an_office_with_what_the_sentence_says_of_it_is_style() -> None:
    ours, theirs = as_text("The fishery head left."), as_text("The chairman of the fishery left.", "r")
    empty = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    case = Case(ours, (theirs,), (), "comparable", empty, (empty,))
    assert titles.detect(case, TABLE, [Exchange(0, 4, 16, 0, 0, 4, 12, 0.9)]) == []


def linked(hypothesis: str, reference: str) -> list[tuple[str, str, float]]:
    ours, theirs = as_text(hypothesis), as_text(reference, "r")
    empty = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    link = Link((0,), (0,), 0.9, 1.0, "equivalent", "r")
    case = Case(ours, (theirs,), (link,), "comparable", empty, (empty,))
    found = titles.detect(case, TABLE, list(find_exchanges(ours, [theirs], [link])))
    return [(f.surface, f.suggestion, f.confidence) for f in found]


def test_an_office_of_several_words_is_read_with_the_word_that_both_share() -> None:
    found = linked("The old head of justice of the court left.", "The old chief justice of the court left.")
    assert [f[:2] for f in found] == [("head of justice", "chief justice")]


def test_an_article_before_the_office_does_not_hide_it() -> None:
    found = linked("Then Uri, talking woman for the lake, left.", "Then Uri, a spokeswoman for the lake, left.")
    assert [f[:2] for f in found] == [("talking woman", "spokeswoman")]


def test_words_that_stood_for_an_office_do_so_elsewhere_too_where_they_are_several() -> None:
    found = linked("The gate guard left. Gate guards stayed. A Gate guard slept.", "The goalkeeper left.")
    assert found == [("gate guard", "goalkeeper", 1.0), ("Gate guard", "Goalkeeper", 0.65)]
    assert [f[0] for f in linked("The gater left. A gater slept.", "The goalkeeper left.")] == ["gater"]


def test_an_exchange_that_says_nothing_does_not_hide_the_next() -> None:
    ours, theirs = as_text("The it and the gate guard left."), as_text("The judge and the goalkeeper left.", "r")
    empty = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    case = Case(ours, (theirs,), (), "comparable", empty, (empty,))
    pairs = [Exchange(0, 4, 6, 0, 0, 4, 9, 0.9), Exchange(0, 15, 25, 0, 0, 18, 28, 0.9)]
    assert [f.surface for f in titles.detect(case, TABLE, pairs)] == ["gate guard"]
    heard = (theirs, as_text("They call it so.", "r1"))
    case = Case(ours, heard, (), "comparable", empty, (empty, empty))
    odd = [Exchange(0, 11, 14, 0, 0, 4, 9, 0.9), pairs[1]]
    assert [f.surface for f in titles.detect(case, TABLE, odd)] == ["gate guard"]
