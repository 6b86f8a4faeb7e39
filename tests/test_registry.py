"""Which detectors are asked when, and what becomes of wrong words that are names."""

from __future__ import annotations

import numpy as np
import pytest
from entity_texts import CLEAN, as_text, read
from wording_cases import linked_case

from audit.detectors import accounts, registry, tagger, wording
from audit.detectors.case import Case
from audit.embeddings import Embeddings
from audit.entities.confusions import load
from audit.entities.mentions import Name
from audit.entities.readings import Reading, Resolution
from audit.records import Finding, Link

LINE = "Wendrik said that Torvane would build three turbines near the harbour."


def told(surface: str, kind: str = "mistranslation", extra: int = 0) -> Finding:
    start = LINE.index(surface)
    end = start + len(surface) + extra
    shown = LINE[start:end]
    return Finding("", "hypothesis", 0, start, end, shown, "", "", kind, "minor", 0.7, False, "Why.")  # type: ignore[arg-type]


def named(surface: str, entity: int | None, *, common: bool = False, opening: bool = False) -> Reading:
    start = LINE.index(surface)
    name = Name(0, start, start + len(surface), surface, (surface,), "", "", common, opening, "organisation")
    return Reading(name, entity, surface, "organisation")


def judged(monkeypatch: pytest.MonkeyPatch, finding: Finding, *readings: Reading) -> Finding:
    """What the registry makes of one finding of wording where the names are read so."""
    monkeypatch.setattr(wording, "detect", lambda case: [finding])
    case = linked_case([LINE], mode="parallel", links=())
    found, _ = registry.detect(case, Resolution(readings), load(), wording=True, encoder=tagger.trained_on())
    (only,) = [f for f in found if f.evidence == "Why."]
    return only


def test_a_wrong_word_that_is_a_name_no_reference_has_is_a_wrong_entity(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, told("Torvane"), named("Torvane", None))
    assert (found.kind, found.severity) == ("wrong_entity", "major")
    assert (found.surface, found.confidence, found.evidence) == ("Torvane", 0.7, "Why.")


@pytest.mark.parametrize("extra", [0, 1, 2])
def test_a_possessive_belongs_to_the_name(monkeypatch: pytest.MonkeyPatch, extra: int) -> None:
    assert judged(monkeypatch, told("Torvane", extra=extra), named("Torvane", None)).kind == "wrong_entity"


@pytest.mark.parametrize(
    "reading",
    [
        named("Torvane", 3),  # a reference has it
        named("Wendrik", None),  # another word is the name
        named("Torvan", None),  # the name is a part of the words only
    ],
)
def test_what_is_no_unknown_name_stays_a_mistranslation(monkeypatch: pytest.MonkeyPatch, reading: Reading) -> None:
    found = told("Torvane", extra=2)
    assert judged(monkeypatch, found, reading) == found


def test_a_name_longer_than_the_words_is_not_them(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told("Torvan")
    assert judged(monkeypatch, found, named("Torvane", None)) == found


@pytest.mark.parametrize(
    ("common", "opening", "kind"),
    [
        (True, True, "mistranslation"),  # "Teachers said ...": a capital by its place alone
        (True, False, "wrong_entity"),
        (False, True, "wrong_entity"),
        (False, False, "wrong_entity"),
    ],
)
def test_a_common_word_that_opens_a_sentence_is_no_name(
    monkeypatch: pytest.MonkeyPatch, common: bool, opening: bool, kind: str
) -> None:
    reading = named("Torvane", None, common=common, opening=opening)
    assert judged(monkeypatch, told("Torvane"), reading).kind == kind


@pytest.mark.parametrize("kind", ["addition", "negation", "omission"])
def test_only_mistranslations_become_names(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    found = told("Torvane", kind)
    assert judged(monkeypatch, found, named("Torvane", None)) == found


def everything(monkeypatch: pytest.MonkeyPatch, *, words: bool, encoder: str) -> list[str]:
    """Kinds of what a text has in which every family finds something."""
    reference = f'Lena Osterfeld said: "We will build it here for all of us." She is Commerce Secretary.\n{CLEAN}'
    text = (
        "Lena Osterfelt said: “We are going to build it here for each of us.” The goverment met the norwegian "
        "Trade Minister. It paid 0 billion for состояние."
    )
    ours, theirs = as_text(text), as_text(reference, "reference-0")
    links = (Link((0,), (0,), 0.9, 0.95, "equivalent", "reference-0"),)
    blank = [Embeddings(np.zeros((len(t.sentences), 2), np.float32), np.zeros(0, bool)) for t in (ours, theirs)]
    case = Case(ours, (theirs,), links, "comparable", blank[0], (blank[1],))
    asked: list[str] = []
    for module in (wording, accounts):
        monkeypatch.setattr(module, "detect", lambda case, name=module.__name__: asked.append(name) or [])
    found, conflicts = registry.detect(case, read(text, reference), load(), wording=words, encoder=encoder)
    assert conflicts == ()
    return sorted({f.kind for f in found}) + asked


def test_names_titles_casing_and_figures_are_always_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert everything(monkeypatch, words=False, encoder=tagger.trained_on()) == [
        "casing",
        "name_variant",
        "number",
        "title",
    ]


def test_the_network_is_asked_only_about_the_encoder_that_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = ["casing", "damage", "name_variant", "number", "title", "untranslated"]
    assert everything(monkeypatch, words=True, encoder="") == plain
    assert everything(monkeypatch, words=True, encoder="0" * 64) == plain
    assert everything(monkeypatch, words=True, encoder=tagger.trained_on()) == [
        *plain,
        "audit.detectors.wording",
        "audit.detectors.accounts",
    ]
