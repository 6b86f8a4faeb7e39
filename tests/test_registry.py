"""What the wording network marks becomes a wrong entity where a name stands there that no reference has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from entity_texts import as_text, read

from audit.detectors import registry
from audit.detectors.case import Case
from audit.embeddings import Embeddings
from audit.entities.confusions import load
from audit.entities.linking import resolve
from audit.records import Finding, Link

TEXT = "The council thanked Hollenrath for the plan. Nobody slept."
REFERENCE = "The council thanked its engineer for the plan. Nobody slept."


def as_names(surface: str, kind: str = "mistranslation") -> Finding:
    """The finding on ``surface`` after the names were looked at."""
    ours, theirs = as_text(TEXT), as_text(REFERENCE, "r")
    none = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    case = Case(ours, (theirs,), (), "parallel", none, (none,))
    start = TEXT.index(surface)
    base = Finding(
        "", "hypothesis", 0, start, start + len(surface), surface, "", "", "title", "minor", 0.7, False, "why"
    )
    (found,) = registry._as_names([replace(base, kind=kind)], read(TEXT, REFERENCE), case)  # type: ignore[arg-type]
    return found


def test_a_wrong_word_that_is_an_unknown_name_is_a_wrong_entity() -> None:
    found = as_names("Hollenrath")
    assert (found.kind, found.severity) == ("wrong_entity", "major")


@pytest.mark.parametrize(
    ("surface", "kind"), [("plan", "mistranslation"), ("The", "mistranslation"), ("Hollenrath", "addition")]
)
def test_other_findings_stay_what_they_are(surface: str, kind: str) -> None:
    found = as_names(surface, kind)
    assert (found.kind, found.severity) == (kind, "minor")


def in_translation(ours: str, theirs: str, surface: str) -> list[Finding]:
    """What becomes of a wrong word that is a translation's only sentence's, linked to the reference's."""
    text, reference = as_text(ours), as_text(theirs, "r")
    none = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    link = Link((0,), (0,), 0.9, 0.95, "equivalent", "r")
    case = Case(text, (reference,), (link,), "parallel", none, (none,))
    start = ours.index(surface)
    wrong = Finding(
        "", "hypothesis", 0, start, start + len(surface), surface, "", "", "mistranslation", "minor", 0.7, False, "why"
    )
    return list(registry._as_names([wrong], resolve(text, [reference], [link], load(), mode="parallel"), case))


def test_a_capital_that_fits_nothing_stands_for_the_only_name_that_is_not_said() -> None:
    ours, theirs = "Galaxy said so before noon.", "By twelve it was Edda Veguil who told them all."
    (found,) = in_translation(ours, theirs, "Galaxy")
    assert (found.kind, found.suggestion, found.supported) == ("wrong_entity", "Edda Veguil", True)
    assert found.reference_document == "r"
    assert theirs[slice(found.reference_start, found.reference_end)] == "Edda Veguil"


def test_what_stands_between_the_same_words_is_suggested_though_it_is_no_name() -> None:
    ours = "The new Galaxy was seen in the old town on Monday."
    (found,) = in_translation(ours, "The new pope was seen in the old town on Monday.", "Galaxy")
    assert (found.kind, found.suggestion, found.supported) == ("wrong_entity", "pope", True)


def test_where_two_names_are_not_said_neither_is_suggested() -> None:
    (found,) = in_translation("Galaxy said so before noon.", "By twelve Edda Veguil told them in Norrby.", "Galaxy")
    assert (found.kind, found.suggestion, found.supported) == ("wrong_entity", "", False)


def test_where_the_reference_names_nobody_else_a_capital_is_no_name() -> None:
    (found,) = in_translation("Galaxy said so before noon.", "By twelve they had told us all of it.", "Galaxy")
    assert found.kind == "mistranslation"


def test_a_word_of_a_name_that_was_read_as_another_is_not_said_twice() -> None:
    ours, theirs = "They saw Hollenrath in the port on Monday.", "They saw Edda Veguil in the port of Norrby on Monday."
    assert in_translation(ours, theirs, "Hollenrath") == []


def test_a_name_whose_figure_alone_is_wrong_is_a_wrong_figure() -> None:
    ours = "At the end of May the widow Brandauer joined the Rhoder'17 movement."
    text, reference = as_text(ours), as_text(ours.replace("17", "15"), "r")
    none = Embeddings(np.zeros((0, 1), np.float32), np.zeros(0, bool), ())
    link = Link((0,), (0,), 0.9, 0.95, "equivalent", "r")
    case = Case(text, (reference,), (link,), "parallel", none, (none,))
    resolution = resolve(text, [reference], [link], load(), mode="parallel")
    found, _ = registry.detect(case, resolution, load(), wording=False)
    assert [(f.surface, f.suggestion, f.kind) for f in found] == [("17", "15", "number")]
    alone, _ = registry.detect(replace(case, links=(), mode="comparable"), resolution, load(), wording=False)
    assert [(f.surface, f.suggestion, f.kind) for f in alone] == [("Rhoder'17", "Rhoder'15", "number")]
