"""Wrong wording: what two sentences that state the same show, and what they don't."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from wording_cases import bare_case, case

from audit.detectors import accounts, quotation, wording
from audit.detectors.pairing import pairs
from audit.detectors.tagger import CLASSES, limits, tag, trained_on
from audit.embeddings import Encoder
from audit.records import Finding, Link, Mode

REFERENCE = "The ministry approved the new bridge in March, and work on it began before the summer."


def overlapping(findings: list[Finding], text: str, part: str) -> list[Finding]:
    start = text.index(part)
    return [f for f in findings if f.start < start + len(part) and start < f.end]


def test_a_text_beside_itself_has_no_errors(encoder: Encoder) -> None:
    assert wording.detect(case(encoder, REFERENCE, REFERENCE)) == []


@pytest.mark.parametrize(
    ("text", "part", "kinds"),
    [
        (
            "The ministry did not approve the new bridge in March, and work on it began before the summer.",
            "did not approve",
            {"negation"},
        ),
        (
            "The ministry approved the new bridge in March, and work on it began after the summer.",
            "after",
            {"mistranslation", "negation"},
        ),
        (
            "The ministry approved the old bridge in March, and work on it began before the summer.",
            "old",
            {"mistranslation", "negation"},
        ),
    ],
)
def test_a_statement_turned_round_is_found(encoder: Encoder, text: str, part: str, kinds: set[str]) -> None:
    found = overlapping(wording.detect(case(encoder, text, REFERENCE)), text, part)
    assert found, part
    assert found[0].kind in kinds
    assert found[0].severity == "major"
    assert part in found[0].surface or found[0].surface in part


def test_the_finding_says_what_the_reference_has(encoder: Encoder) -> None:
    text = REFERENCE.replace("before", "after")
    (finding,) = overlapping(wording.detect(case(encoder, text, REFERENCE)), text, "after")
    assert finding.suggestion == "before"
    assert finding.supported
    assert finding.reference_document == "reference-0"
    assert REFERENCE[finding.reference_start : finding.reference_end] == "before"
    assert "“before”" in finding.evidence


def test_what_is_left_out_is_named_at_the_end_of_the_sentence(encoder: Encoder) -> None:
    text = "The ministry approved the new in March, and work on it began before the summer."
    omissions = [f for f in wording.detect(case(encoder, text, REFERENCE)) if f.kind == "omission"]
    assert [f.suggestion for f in omissions] == ["bridge"]
    assert omissions[0].start == omissions[0].end == len(text)
    assert omissions[0].surface == ""


def test_another_reference_that_supports_a_word_clears_it(encoder: Encoder) -> None:
    text = REFERENCE.replace("before", "after")
    assert overlapping(wording.detect(case(encoder, text, REFERENCE, text)), text, "after") == []


@pytest.mark.parametrize("mode", ["parallel", "comparable"])
def test_findings_lie_in_their_sentences(encoder: Encoder, mode: Mode) -> None:
    text = "He not came. They sold the blue idea to sausage ministers, which slept loudly.  Nobody opened it."
    reference = "He came. They sold the plan to the ministers, who listened closely. Everybody welcomed it."
    made = case(encoder, text, reference, mode=mode)
    for finding in (*wording.detect(made), *accounts.detect(made)):
        sentence = made.hypothesis.sentences[finding.sentence]
        assert sentence.start <= finding.start <= finding.end <= sentence.end
        assert text[finding.start : finding.end] == finding.surface
        assert 0 <= finding.confidence <= 1


def test_without_vectors_or_references_nothing_is_compared(encoder: Encoder) -> None:
    for detector in (wording, accounts, quotation):
        assert detector.detect(bare_case(REFERENCE, REFERENCE)) == []
        assert detector.detect(bare_case(REFERENCE, REFERENCE, mode="parallel")) == []
        assert detector.detect(case(encoder, REFERENCE, mode="comparable")) == []
        assert detector.detect(case(encoder, REFERENCE, "", mode="comparable")) == []


def test_tags_are_probabilities_whatever_the_pair(encoder: Encoder) -> None:
    made = case(encoder, "Yes.", "They met in the old town hall on Monday, as they had done every week since May.")
    linked = replace(made, links=(Link((0,), (0,), 0.1, 0.5, "equivalent", "reference-0"),))
    ((pair, _),) = pairs(linked)
    (tags,), bounds = tag([pair]), limits()
    assert tags.wrong.shape == (len(pair.hypothesis),)
    assert tags.classes.shape == (len(pair.hypothesis), len(CLASSES))
    assert tags.missing.shape == (len(pair.reference),)
    assert tags.classes.sum(axis=1) == pytest.approx(np.ones(len(pair.hypothesis)), abs=1e-5)
    for part in (tags.wrong, tags.classes, tags.missing):
        assert ((part >= 0) & (part <= 1)).all()
    scores, causes = bounds.judge(tags)
    assert (scores >= 0).all()
    assert set(causes.tolist()) <= set(range(len(CLASSES)))


def test_the_network_belongs_to_the_bundled_model(encoder: Encoder) -> None:
    assert trained_on() == encoder.digest


def test_a_word_that_no_account_has_is_doubtful(encoder: Encoder) -> None:
    said = "The council will build a new library beside the station next spring, the mayor said on Tuesday."
    text = "The council will build a new bookcase beside the station next spring, the mayor said on Tuesday."
    other = "The library is to have three floors. Its opening is planned for the end of the decade."
    (finding,) = accounts.detect(case(encoder, text, said, other, mode="comparable"))
    assert finding.surface == "bookcase"
    assert finding.suggestion == "library"
    assert finding.severity == "minor"
    assert "reference-0" in finding.evidence
    assert accounts.detect(case(encoder, text, said, other, mode="parallel")) == []
    assert accounts.detect(case(encoder, text, said, text, mode="comparable")) == []


def test_accounts_of_other_things_prove_nothing(encoder: Encoder) -> None:
    other = "Heavy rain closed the coastal road on Tuesday. Nobody was hurt, the police said."
    assert accounts.detect(case(encoder, REFERENCE, other, mode="comparable")) == []
    assert wording.detect(case(encoder, REFERENCE, other, mode="comparable")) == []


def test_an_account_that_says_the_reverse_is_shown(encoder: Encoder) -> None:
    said = "The court ruled on Monday that the company must pay the workers of the closed factory in full."
    text = "The court ruled on Monday that the company must not pay the workers of the closed factory in full."
    sure = (Link((0,), (0,), 0.95, 0.95, "equivalent", "reference-0"),)
    found = accounts.detect(replace(case(encoder, text, said, mode="comparable"), links=sure))
    assert [(f.surface, f.kind) for f in found] == [("not", "negation")]
    assert accounts.detect(case(encoder, said, said, mode="comparable")) == []


def test_a_quotation_in_other_words_is_shown_with_the_right_ones(encoder: Encoder) -> None:
    said = "The mayor said: “We will not pay for a stadium that nobody needs.”"
    text = "The mayor said: “We are not going to pay for a stadium which no one has need of.”"
    (finding,) = quotation.detect(case(encoder, text, said, mode="comparable"))
    assert finding.kind == "quotation"
    assert finding.suggestion == "We will not pay for a stadium that nobody needs."
    assert text[finding.start : finding.end].startswith("We are not")
    assert quotation.detect(case(encoder, said, said, mode="comparable")) == []
    assert quotation.detect(case(encoder, text, said, mode="parallel")) == []
