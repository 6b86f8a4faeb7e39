"""The mangler says exactly what it did, does it by the rules on record, and does it again for the same seed."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from benchmarks.clean_entities import find_entities
from benchmarks.entities_mangled import overlap
from benchmarks.mangler import KINDS, PIVOTS, GoldSpan, mangle
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.records import Finding

TEXT = (
    "The harbour at Larvik will close in March, said Marta Eklund, the chief executive of NordHavn.\n"
    "Eklund blamed the Ministry of Finance, which had promised $12,500 a month and then 3 million kroner for repairs.\n"
    "Mr. Okonkwo, a Nigerian engineer from Lagos, told the BBC\n"
    "that the fault lay with Marta Eklund. Work on the quay began on July 14.\n"
    "In Larvik, the governor met Peter Okonkwo and the Norwegian press on Friday;\n"
    "about 85 percent of the berths are lost.\n"
    "The White House sent no one. The company NordHavn, Eklund said, would look to San Diego, and Okonkwo agreed.\n"
    "NordHavn had asked the Ministry of Finance twice. Nobody in Larvik was surprised, least of all Marta Eklund."
)


def spans(kinds: list[str] | None = None, seeds: range = range(60), pivot: str | None = None) -> list[GoldSpan]:
    return [span for seed in seeds for span in mangle(TEXT, seed=seed, kinds=kinds, pivot=pivot)[1]]


@given(st.integers(0, 10_000), st.sampled_from(PIVOTS), st.sampled_from([0.2, 0.6, 1.0]))
@settings(deadline=None, max_examples=60)
def test_every_gold_span_is_what_stands_there_and_undoing_them_restores_the_text(
    seed: int, pivot: str, rate: float
) -> None:
    garbled, gold = mangle(TEXT, seed=seed, pivot=pivot, rate=rate, noise=0)
    assert all(a.end <= b.start for a, b in pairwise(gold))
    for span in reversed(gold):
        assert garbled[span.start : span.end] == span.surface != span.correct
        garbled = garbled[: span.start] + span.correct + garbled[span.end :]
    assert garbled.split() == TEXT.split()


@given(st.text(max_size=400), st.integers(0, 5))
@settings(deadline=None)
def test_any_text_can_be_mangled(text: str, seed: int) -> None:
    garbled, gold = mangle(text, seed=seed, rate=1.0)
    assert all(garbled[span.start : span.end] == span.surface for span in gold)


def test_same_seed_same_damage_another_seed_another() -> None:
    assert mangle(TEXT, seed=3) == mangle(TEXT, seed=3)
    assert len({mangle(TEXT, seed=seed)[0] for seed in range(10)}) == 10


def test_every_kind_occurs_and_can_be_asked_for_alone() -> None:
    assert {span.kind for span in spans()} == set(KINDS)
    for kind in KINDS:
        assert {span.kind for span in spans([kind])} == {kind}


def test_only_capitals_and_joints_are_minor() -> None:
    assert {span.kind for span in spans() if span.severity == "minor"} == {"casing", "merged"}


@pytest.mark.parametrize(
    ("kind", "examples"),
    [
        ("casing", {("NordHavn", "Nordhavn"), ("Nigerian", "nigerian"), ("White House", "White house")}),
        ("number", {("$12,500", "$12"), ("3 million", "3 billion"), ("85 percent", "58 percent")}),
        ("title", {("chief executive", "executive head"), ("governor", "ruler")}),
        ("wrong_entity", {("Ministry of Finance", "Ministry of Health"), ("San Diego", "San Jose")}),
        ("merged", {("Finance. Nobody", "x")}),
    ],
)
def test_each_mechanism_does_what_is_on_record(kind: str, examples: set[tuple[str, str]]) -> None:
    done = {(span.correct, span.surface) for span in spans([kind], range(150))}
    if kind == "merged":
        assert done
        assert all(re.sub(r"[.,]\s", "", correct) == surface for correct, surface in done)
    else:
        assert examples <= done


def test_names_drift_by_the_rules_of_their_pivot() -> None:
    arabic = {span.surface for span in mangle_all("Mr. Petrov met Pavel Petrov. Petrov left.", "ar")}
    japanese = {span.surface for span in mangle_all("Mr. Lalov met Karel Lalov. Lalov left.", "ja")}
    assert any("b" in form.lower() for form in arabic)
    assert any("Rar" in form or "Ral" in form or "Lar" in form for form in japanese)


def mangle_all(text: str, pivot: str) -> list[GoldSpan]:
    return [
        span for seed in range(40) for span in mangle(text, seed=seed, pivot=pivot, kinds=["name_variant"], rate=1)[1]
    ]


def test_damage_is_consistent_and_leaves_right_forms() -> None:
    text = "\n".join(f"On day {n} the engineer Marta Eklund wrote, and then Eklund slept." for n in range(20, 30))
    forms = [
        len({s.surface.split()[-1] for s in mangle(text, seed=seed, kinds=["name_variant"], rate=1)[1]})
        for seed in range(20)
    ]
    hits = [len(mangle(text, seed=seed, kinds=["name_variant"], rate=1)[1]) for seed in range(20)]
    assert max(forms) <= 6
    assert all(0 < hit < 20 for hit in hits)


def test_entities_are_found_with_their_types() -> None:
    found = {(e.surface, e.type) for e in find_entities(TEXT)}
    expected = {
        "person": ["Marta Eklund", "Eklund", "Okonkwo", "Peter Okonkwo"],
        "organisation": ["Ministry of Finance", "White House"],
        "place": ["San Diego"],
        "other": ["NordHavn", "Larvik"],
        "demonym": ["Nigerian"],
        "acronym": ["BBC"],
        "title": ["chief executive", "governor"],
        "number": ["$12,500", "3 million", "July 14", "85 percent"],
    }
    assert {(surface, type_) for type_, surfaces in expected.items() for surface in surfaces} <= found
    assert not {"The", "Work", "Nobody", "Friday", "In", "Mr"} & {surface for surface, _ in found}


def test_given_entities_are_garbled_instead_of_found_ones() -> None:
    only = [e for e in find_entities(TEXT) if e.surface == "Larvik"]
    gold = [span for seed in range(30) for span in mangle(TEXT, seed=seed, entities=only, rate=1)[1]]
    assert gold
    assert {span.correct.split()[0].strip(".,") for span in gold} <= {"Larvik", "In", "in"}


def test_wording_noise_touches_no_entity() -> None:
    garbled, gold = mangle(TEXT, seed=1, rate=0, noise=1)
    assert not gold
    assert garbled != TEXT
    for entity in find_entities(TEXT):
        assert entity.surface in garbled


@pytest.mark.parametrize(
    ("found", "suggestion", "gold", "right", "same"),
    [
        ("Ekil Thordson", "Egil Thordson", "Ekil", "Egil", True),
        ("Norfay", "Norway", "Home Affairs of Norfay", "Home Affairs of Norway", True),
        ("Ekil Thordson", "Egill Thordson", "Ekil", "Egil", False),  # still wrong
        ("Ekil Thordson", "Thordson", "Ekil", "Egil", False),
        ("Thordson", "Thordsen", "Ekil", "Egil", False),  # another word
        ("Ekil Thordson", "Egill Thordson", "Thordson", "Thordsen", True),  # most of the name, whatever the suggestion
    ],
)
def test_a_finding_is_right_that_undoes_the_damage_however_much_of_the_name_it_shows(
    found: str, suggestion: str, gold: str, right: str, same: bool
) -> None:
    text = "Home Affairs of Norfay heard Ekil Thordson speak."
    at = text.index(found)
    finding = Finding("", "h", 0, at, at + len(found), found, suggestion, "", "name_variant", "major", 0.9, True, "")
    start = text.index(gold)
    span = GoldSpan(start, start + len(gold), gold, right, "name_variant", "major")
    assert (overlap(finding, span) >= 0.4) is same
