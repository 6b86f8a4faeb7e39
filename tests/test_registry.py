"""What the wording network marks becomes a wrong entity where a name stands there that no reference has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from entity_texts import as_text, read

from audit.detectors import registry
from audit.detectors.case import Case
from audit.embeddings import Embeddings
from audit.records import Finding

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
