"""Quotations: which are compared, and what makes one another wording of the other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from wording_cases import linked_case

from audit.detectors import quotation
from audit.embeddings import Embeddings
from audit.records import Finding, Link, Relation

MEANINGS = {
    "purchase": "buy", "ships": "boats", "vessels": "boats", "fresh": "new", "quick": "fast", "never": "not",
    "allow": "permit", "coast": "shore",
}  # fmt: skip
SAID = "She said: “We will not buy new boats for the north shore.”"
GARBLED = "She said: “We will never purchase fresh boats for the north coast.”"
OTHER = "She said: “Rain fell over every southern hill last week.”"


def link(theirs: int = 0, relation: Relation = "equivalent", sure: float = 0.9, document: int = 0) -> Link:
    return Link((0,), (theirs,), 0.8, sure, relation, f"reference-{document}")


def found(text: str, *references: str, links: tuple[Link, ...] = (link(),)) -> list[Finding]:
    return quotation.detect(linked_case([text], *([r] for r in references), links=links, meanings=MEANINGS))


def test_a_quotation_in_other_words_is_shown_with_those_of_the_reference() -> None:
    wording = SAID[SAID.index("We") : -1]
    (finding,) = found(GARBLED, SAID)
    assert finding == Finding(
        "", "hypothesis", 0, 11, len(GARBLED) - 1, GARBLED[11:-1], wording, "", "quotation", "minor", 0.54, True,
        f"The reference (reference-0) gives this quotation in other words: “{wording}”.",
        "reference-0", 11, len(SAID) - 1,
    )  # fmt: skip


def test_places_count_from_the_beginning_of_the_documents() -> None:
    case = linked_case(
        ["Snow fell.", GARBLED], ["Nobody spoke.", "Then.", SAID], meanings=MEANINGS,
        links=(Link((1,), (2,), 0.8, 0.9, "equivalent", "reference-0"),),
    )  # fmt: skip
    (finding,) = quotation.detect(case)
    assert (finding.sentence, finding.start, finding.end) == (1, 22, 22 + len(GARBLED) - 12)
    assert (finding.reference_start, finding.reference_end) == (31, 31 + len(SAID) - 12)
    assert case.references[0].document.text[31:].startswith("We will not buy")


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        (SAID, SAID),
        (SAID.replace("new", "New"), SAID.replace(" shore", " shore,")),  # case and marks are no wording
        (GARBLED, OTHER),  # about something else
        (GARBLED, SAID.replace("“", "").replace("”", "")),  # no quotation
        (GARBLED.replace("“", "").replace("”", ""), SAID),
        ("She said: “Purchase vessels never!”", "She said: “Buy no boats!”"),  # a catchword
        (GARBLED[:-1], SAID),  # the marks are never closed
    ],
)
def test_what_is_no_other_wording(text: str, reference: str) -> None:
    assert found(text, reference) == []


@pytest.mark.parametrize("marks", ["“”", '""', "«»", "„“", "„”"])
def test_marks_of_many_countries(marks: str) -> None:
    text = GARBLED.replace("“", marks[0]).replace("”", marks[1])
    assert [f.surface for f in found(text, SAID)] == [GARBLED[11:-1]]


@pytest.mark.parametrize(
    ("quoted", "said", "shown"),
    [
        ("allow quick vessels here", "permit quick boats here", True),  # four words are enough
        ("allow quick vessels", "permit quick boats", False),
        ("allow quick vessels now", "permit fast ships here", False),  # no word in common
        ("allow quick new vessels here now", "permit quick new boats here now", True),  # 2/3 of them
        ("allow quick new north vessels here", "permit quick new north vessels here", False),  # nearly all of them
    ],
)
def test_the_words_shared_tell_another_wording_from_another_quotation(quoted: str, said: str, shown: bool) -> None:
    assert bool(found(f"He: “{quoted}”.", f"He: “{said}”.")) is shown


def test_words_that_any_quotation_has_are_not_shared_content() -> None:
    assert found("He: “it was the that of and in vessels.”", "He: “it was the that of and in boats.”") == []


def test_what_any_reference_quotes_so_is_right() -> None:
    links = (link(), link(document=1, relation="partial"))
    assert found(GARBLED, SAID, f"Then {GARBLED.lower()}", links=links) == []
    case = linked_case([GARBLED], [SAID], [GARBLED], links=(link(),), meanings=MEANINGS)
    (mill,) = case.references[1].sentences
    unread = replace(case.references[1], sentences=(replace(mill, audited=False),))
    assert len(quotation.detect(replace(case, references=(case.references[0], unread)))) == 1


def test_only_equivalent_sentences_of_other_accounts_are_compared() -> None:
    assert found(GARBLED, SAID, links=(link(relation="partial"),)) == []
    case = linked_case([GARBLED], [SAID], links=(link(),), meanings=MEANINGS)
    assert quotation.detect(replace(case, mode="parallel")) == []
    bare = Embeddings(case.hypothesis_embeddings.vectors, case.hypothesis_embeddings.truncated)
    assert quotation.detect(replace(case, hypothesis_embeddings=bare)) == []
    assert quotation.detect(replace(case, reference_embeddings=(bare,))) == []


def test_a_link_that_says_nothing_does_not_hide_the_next() -> None:
    assert len(found(GARBLED, OTHER, SAID, links=(link(relation="partial"), link(document=1)))) == 1
    assert len(found(GARBLED, "", SAID, links=(link(), link(document=1)))) == 1
    assert len(found(GARBLED, OTHER, SAID, links=(link(), link(document=1)))) == 1


def test_of_several_references_the_surest_link_counts() -> None:
    for sure in (0.6, 0.8), (0.8, 0.6):
        links = tuple(link(document=i, sure=c) for i, c in enumerate(sure))
        (finding,) = found(GARBLED, SAID, SAID.replace("She", "He"), links=links)
        assert finding.confidence == pytest.approx(0.48)
        assert finding.reference_document == f"reference-{sure.index(0.8)}"


def test_of_several_quotations_the_nearest_is_meant() -> None:
    near = "“We will not buy new boats for the north shore.”"
    far = "“We will not buy new roads for the southern hills.”"
    for order in (near, far), (far, near):
        (finding,) = found(GARBLED, f"She said: {order[0]} Then: {order[1]}")
        assert finding.suggestion == near[1:-1]


def test_each_quotation_of_a_sentence_is_judged() -> None:
    text = f"{GARBLED[:-1]}” and then “allow quick vessels here now.”"
    other = f"{SAID[:-1]}” and then “permit quick boats here now.”"
    assert [f.suggestion for f in found(text, other)] == [SAID[11:-1], "permit quick boats here now."]


def test_a_quotation_ends_with_its_sentence() -> None:
    two = ["She said: “We will never purchase", "fresh boats for the north coast.”"]
    both = (Link((0, 1), (0,), 0.8, 0.9, "equivalent", "reference-0"),)
    assert quotation.detect(linked_case(two, [SAID], links=both, meanings=MEANINGS)) == []
    second = (Link((0, 1), (0,), 0.8, 0.9, "equivalent", "reference-0"),)
    (finding,) = quotation.detect(linked_case(["Snow fell.", GARBLED], [SAID], links=second, meanings=MEANINGS))
    assert finding.sentence == 1


def test_quotations_of_function_words_share_nothing() -> None:
    assert found("He: “it was the vessels of that”.", "He: “it was the of of that”.") == []
    assert found("He: “to be or not to be in it”.", "He: “to be and not to be in that”.") == []
