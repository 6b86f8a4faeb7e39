"""Offices that were translated literally, by the table and by what stands in their place."""

from __future__ import annotations

import numpy as np
import pytest
from entity_texts import as_text

from audit.detectors import titles
from audit.detectors.case import Case
from audit.embeddings import Embeddings
from audit.entities.confusions import load
from audit.entities.exchanges import find_exchanges
from audit.records import Link


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
