"""Tests of audit.detectors.numbers: wrong figures, and figures on which accounts merely differ."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.detectors.case import Case
from audit.detectors.numbers import detect
from audit.embeddings import Embeddings
from audit.records import Conflict, Document, Finding, Link, Mode, Relation, Sentence, Text

NO_VECTORS = Embeddings(np.zeros((0, 2), dtype=np.float32), np.zeros(0, dtype=np.bool_))


def text(name: str, *sentences: str) -> Text:
    """One line a sentence."""
    made, start = [], 0
    for index, sentence in enumerate(sentences):
        made.append(Sentence(name, index, start, start + len(sentence), sentence))
        start += len(sentence) + 1
    return Text(Document(name, "\n".join(sentences)), tuple(made))


def run(
    hypothesis: str, *references: str, mode: Mode = "parallel", relation: Relation = "equivalent"
) -> tuple[list[Finding], list[Conflict]]:
    """Audit a sentence against one linked sentence of each reference."""
    others = tuple(text(f"r{i}", reference) for i, reference in enumerate(references))
    links = tuple(Link((0,), (0,), 0.8, 0.95, relation, other.document.name) for other in others)
    ours = text("h", hypothesis)
    found, conflicts = detect(Case(ours, others, links, mode, NO_VECTORS, (NO_VECTORS,) * len(others)))
    for finding in found:
        assert ours.document.text[finding.start : finding.end] == finding.surface
        assert finding.kind == "number"
        assert 0 < finding.confidence < 1
        assert finding.evidence.endswith(".")
        assert finding.supported == (finding.reference_document is not None)
    return found, conflicts


def pairs(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.surface, finding.suggestion) for finding in found]


@pytest.mark.parametrize(
    ("hypothesis", "reference", "surface", "suggestion"),
    [
        ("The bridge was closed on June 26th.", "The bridge was closed on June 20th.", "26th", "20th"),
        ("The bridge was closed on 26 June.", "On June 20 they closed the bridge.", "26", "20"),
        ("It sold 2.5 million cars.", "It sold 3,5 million cars.", "2", "3"),
        ("It counted 4,178,137 cases.", "There were 4,178,027 cases.", "137", "027"),
        ("The company hired 95,000 people.", "The company hired 91,000 people.", "95", "91"),
        ("Nine players were tested.", "The club tested eight players.", "Nine", "Eight"),
        ("In all 15 states signed.", "Thirteen states signed in all.", "15", "13"),
        ("Work began in the 1940s.", "Work began in the 1920s.", "1940s", "1920s"),
        ("The show began at 9:30 p.m.", "The show began at 20:30.", "9", "8"),
        ("The show began at 21:30.", "The show began at 8:30 p.m.", "21", "20"),
        ("They met on Monday.", "They met on Tuesday.", "Monday", "Tuesday"),
        ("It comes with 800Mbit/s.", "It comes with 600Mbit/s.", "800Mbit", "600Mbit"),
        ("Traffic on the A3 road stopped.", "Traffic stopped on the A4 road.", "A3", "A4"),
        ("The loss was 80 million euros.", "The loss was 80 billion euros.", "80 million euros", "80 billion euros"),
        ("It rose by a third place.", "It rose by a fourth place.", "third", "fourth"),
        ("More than 340 plants run.", "More than 330 plants run.", "340", "330"),
        ("It takes 3-5 hours.", "It takes 3-4 hours.", "5", "4"),
        ("They counted 40-70 seals.", "They counted between 40 and 60 seals.", "70", "60"),
        ("It costs between $5 and $9.", "It costs $5-$8.", "9", "8"),
        ("The Merlyn 2 probe is on its way.", "On its way is the probe Merlin-1.", "2", "1"),
        ("The Merlin-1 probe is on its way.", "On its way is the probe Merlin 2.", "1", "2"),
    ],
)
def test_a_changed_figure_is_found_and_undone(hypothesis: str, reference: str, surface: str, suggestion: str) -> None:
    found, conflicts = run(hypothesis, reference)
    assert pairs(found) == [(surface, suggestion)]
    assert found[0].supported
    assert conflicts == []


@pytest.mark.parametrize(
    ("hypothesis", "reference"),
    [
        ("Thirteen states signed on the 20th of June.", "On June 20, 13 states signed."),
        ("It costs 100 billion dollars.", "It costs US$100bn."),
        ("The pipe is 10 kilometres long.", "The pipe is 6.2 miles long."),
        ("Some 4 million people fled.", "In all 4,178,027 people fled."),
        ("About a third of it is water.", "Around 30 percent of it is water."),
        ("The show began at 20:30.", "The show began at 8:30 p.m."),
        ("It lasted two decades.", "It lasted 20 years."),
        ("He was 39.", "He was 39 years old."),
        ("One of the two brothers left.", "Of two brothers one left."),
        ("Two and a half million came.", "2 1/2 million came."),
        ("The meeting is at 8 o'clock.", "The meeting is at 8:00."),
        ("It fell from 10 to 5.", "It fell to 5 from 10."),
    ],
)
def test_another_way_to_write_a_figure_is_no_error(hypothesis: str, reference: str) -> None:
    assert run(hypothesis, reference)[0] == []


def test_a_figure_that_the_reference_leaves_out_is_no_error() -> None:
    assert run("The 13 states signed.", "The states signed.")[0] == []


def test_figures_left_alone_mean_each_other_wherever_they_stand() -> None:
    ours = "Since 2011 the cranes have not moved, the mayor of the harbour town told visitors."
    theirs = "To whoever came, the head of the council said that the cranes idled on their rusty rails ever since 2010."
    assert pairs(run(ours, theirs)[0]) == [("2011", "2010")]
    assert run(ours, theirs, relation="partial")[0] == []
    assert run(ours, f"{theirs[:-1]} and 2013.")[0] == []


def test_sentences_that_were_not_linked_are_compared_in_a_translation_only() -> None:
    ours = text("h", "Seven weeks ago the harbour pilots went on strike.")
    theirs = text("r0", "Two weeks ago the pilots of the harbour went on strike.")
    for mode, expected in (("parallel", [("Seven", "Two")]), ("comparable", [])):
        found, _ = detect(Case(ours, (theirs,), (), mode, NO_VECTORS, (NO_VECTORS,)))  # type: ignore[arg-type]
        assert pairs(found) == expected


def test_a_figure_of_the_next_sentence_is_no_error() -> None:
    ours = text("h", "It sold 30 cars.", "Of them 12 were blue.")
    other = text("r", "It sold 30 cars, 12 blue.", "It sold 45 trucks.")
    links = (Link((0,), (0,), 0.8, 0.9, "equivalent", "r"), Link((1,), (1,), 0.8, 0.9, "equivalent", "r"))
    assert detect(Case(ours, (other,), links, "parallel", NO_VECTORS, (NO_VECTORS,)))[0] == []


def test_of_several_references_one_that_agrees_is_enough() -> None:
    assert run("It sold 30 cars.", "It sold 45 cars.", "It sold 30 cars.")[0] == []


# Accounts of the same events


@pytest.mark.parametrize(
    ("hypothesis", "reference", "surface", "suggestion"),
    [
        ("It paid $ 800 billion for the mine.", "For the mine it paid US$80 billion.", "$ 800 billion", "$ 80 billion"),
        ("It paid $80 million for the mine.", "For the mine it paid $80 billion.", "$80 million", "$80 billion"),
        ("Prices rose 43 percent in Peru.", "In Peru prices rose 4.3 percent.", "43 percent", "4.3 percent"),
        ("The mine employs 19 workers.", "The mine employs 19,500 workers.", "19", "19,500"),
        ("The mine employs 91 workers.", "The mine employs 19 workers.", "91", "19"),
        ("The mine opened on March 1.", "The mine opened on March 18.", "March 1", "March 18"),
        ("The drive takes 2 days.", "The drive takes 28 days.", "2", "28"),
    ],
)
def test_what_looks_damaged_is_an_error(hypothesis: str, reference: str, surface: str, suggestion: str) -> None:
    found, conflicts = run(hypothesis, reference, mode="comparable")
    assert pairs(found) == [(surface, suggestion)]
    assert conflicts == []


def test_another_figure_for_the_same_thing_is_a_conflict() -> None:
    found, conflicts = run(
        "He gave $250 million to the museum.", "He gave $210 million to the museum.", mode="comparable"
    )
    assert found == []
    (conflict,) = conflicts
    assert (conflict.type, conflict.topic) == ("number", "gave museum")
    assert (conflict.first.document, conflict.first.surface) == ("h", "$250 million")
    assert (conflict.second.document, conflict.second.surface) == ("r0", "$210 million")


def test_several_accounts_that_agree_outweigh_the_text() -> None:
    accounts = ["The fire killed 36 people in the mine.", "In the mine the fire killed 36 people."]
    assert pairs(run("The fire killed 52 people in the mine.", *accounts, mode="comparable")[0]) == [("52", "36")]
    assert run("The fire killed 52 people in the mine.", *accounts[:1], mode="comparable")[0] == []
    assert run("The fire killed 52 people in the mine.", *accounts, mode="comparable", relation="partial")[0] == []


def test_a_figure_that_another_account_confirms_is_no_error() -> None:
    accounts = ["It paid $80 billion for the mine.", "It paid $800 billion for the mine."]
    found, conflicts = run("It paid $800 billion for the mine.", *accounts, mode="comparable")
    assert (found, conflicts) == ([], [])


def test_figures_for_other_things_are_neither() -> None:
    found, conflicts = run(
        "The mine employs 19 workers.", "Last winter it was bought for 19,500 by a rival.", mode="comparable"
    )
    assert (found, conflicts) == ([], [])


def test_a_damaged_reference_corrects_nothing() -> None:
    found, conflicts = run("It paid $80 billion for the mine.", "It paid $0 billion for the mine.", mode="comparable")
    assert found == []
    assert [conflict.second.surface for conflict in conflicts] == ["$0 billion"]


# What is broken by itself


@pytest.mark.parametrize(
    ("hypothesis", "surface", "suggestion"),
    [
        ("It paid 0 billion for the mine.", "0 billion", ""),
        ("It paid $ billion for the mine.", "$ billion", ""),
        ("It cost hundred of thousands of jobs.", "hundred", "hundreds"),
        ("The war from 1914 to 1914 was long.", "1914", ""),
        ("It was built on June 31, 2001.", "June 31", ""),
        ("It was built on 62 July.", "62 July", ""),
        ("On April 40 the old mill closed.", "April 40", ""),
    ],
)
def test_what_is_broken_by_itself_needs_no_reference(hypothesis: str, surface: str, suggestion: str) -> None:
    found, _ = run(hypothesis, mode="comparable")
    assert pairs(found) == [(surface, suggestion)]
    assert not found[0].supported


@pytest.mark.parametrize(
    "right", ["It paid 10 billion.", "It fell 0 percent.", "On June 30 and February 29.", "From 1 to 2."]
)
def test_what_is_whole_is_left_alone(right: str) -> None:
    assert run(right)[0] == []


def test_a_lost_figure_comes_from_the_linked_sentence() -> None:
    (found,) = run("It paid $0 billion for it.", "For it the firm paid $14 billion.", mode="comparable")[0]
    assert (found.suggestion, found.supported, found.reference_document) == ("$14 billion", True, "r0")


@given(st.text("0123456789 .,:-$%abilonmt", max_size=60), st.text("0123456789 .,:-$%abilonmt", max_size=60))
def test_any_texts_are_compared(ours: str, theirs: str) -> None:
    run(ours, theirs)
    run(ours, theirs, mode="comparable")
    assert run(ours, ours)[0] == run(ours)[0]


def test_a_table_of_figures_is_left_alone() -> None:
    assert run(" ".join(map(str, range(1000, 3000))), " ".join(map(str, range(3000, 5000))))[0] == []


def test_injected_figures(shared: Path) -> None:
    """Figures changed by hand (DEMETR): nearly all found and undone, and hardly an alarm on the good translations."""
    with gzip.open(shared / "bench" / "demetr_dev.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] == "numbers_replaced"]
    found = undone = could = alarms = 0
    for row in rows:
        start, end = int(row["start"]), int(row["end"])
        hits = [
            f
            for f in run(row["bad"], row["reference"])[0]
            if 2 * (min(f.end, end) - max(f.start, start)) >= max(f.end - f.start, end - start)
        ]
        original = plain(row["original"])
        known = original in plain(row["reference"])
        found += bool(hits)
        could += known
        undone += known and any(original in plain(f.suggestion) for f in hits)
        alarms += len(run(row["good"], row["reference"])[0])
    assert found / len(rows) >= 0.95
    assert undone / could >= 0.95
    assert alarms / len(rows) <= 0.02


def plain(form: str) -> str:
    return "".join(c for c in form.lower() if c.isalnum())
