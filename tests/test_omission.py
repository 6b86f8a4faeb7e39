"""What is named as left out: which words, where, and how much they matter."""

from __future__ import annotations

import numpy as np
import pytest
from wording_cases import linked_case

from audit.detectors import omission
from audit.detectors.features import read
from audit.detectors.pairing import pairs
from audit.detectors.tagger import CLASSES, Limits, Tags
from audit.records import Finding, Link

BOUNDS = Limits(
    wrong=0.5,
    classes=(0.5,) * (len(CLASSES) - 1),
    named=0.95,
    missing=0.5,
    wrong_curve=((0.0, 1.0), (0.0, 1.0)),
    classes_curve=((0.0, 1.0), (0.0, 1.0)),
    missing_curve=((0.0, 1.0), (0.0, 0.5)),
)
OURS = ["It closed.", "They built it."]
THEIRS = ["Rain fell.", "They built the stone bridge over it of it in Port, and a new road.", "Anna left it."]


def found(missing: dict[str, float], theirs: tuple[int, ...] = (1,)) -> list[Finding]:
    """What is left out where the words of the reference that ``missing`` names have these probabilities."""
    case = linked_case(OURS, THEIRS, links=(Link((1,), theirs, 0.5, 0.9, "equivalent", "reference-0"),))
    ((pair, _),) = pairs(case)
    n = len(pair.hypothesis)
    tags = Tags(
        np.zeros(n, np.float32),
        np.zeros((n, len(CLASSES)), np.float32),
        np.array([missing.get(w, 0.0) for w in pair.reference.words], np.float32),
        read(pair),
    )
    return omission.find(case.hypothesis, case.references, pair, tags, BOUNDS)


def test_it_stands_at_the_end_of_the_sentence_that_lacks_it() -> None:
    (one,) = found({"bridge": 0.75})
    assert one == Finding(
        "", "hypothesis", 1, 25, 25, "", "bridge", "", "omission", "minor", 0.375, True,
        "The reference (reference-0) also has “bridge”, for which nothing stands here.", "reference-0", 32, 38,
    )  # fmt: skip
    assert "\n".join(THEIRS)[32:38] == "bridge"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"bridge": 0.49}, []),
        ({"bridge": 0.5}, ["bridge"]),
        ({"stone": 0.8, "bridge": 0.6}, ["stone bridge"]),  # side by side
        ({"the": 0.8, "bridge": 0.6}, ["the stone bridge"]),  # one word between
        ({"built": 0.8, "bridge": 0.6}, ["built", "bridge"]),  # two words between
        ({"the": 0.9}, []),  # carries no meaning of its own
        ({"over": 0.9, "of": 0.9}, []),
        ({",": 0.9}, []),
        ({"bridge": 0.9, "road": 0.9}, ["bridge", "road"]),
    ],
)
def test_neighbours_are_one_omission(missing: dict[str, float], said: list[str]) -> None:
    assert [f.suggestion for f in found(missing)] == said


def test_the_most_probable_word_counts() -> None:
    assert [f.confidence for f in found({"stone": 0.8, "bridge": 0.6})] == [0.4]
    assert [f.confidence for f in found({"stone": 0.6, "bridge": 1.0, "road": 0.7})] == [0.5, 0.35]


@pytest.mark.parametrize(
    ("missing", "severity"),
    [({"bridge": 0.9}, "minor"), ({"stone": 0.9, "bridge": 0.9}, "major"), ({"Port": 0.9}, "major")],
)
def test_a_name_or_several_words_matter_more(missing: dict[str, float], severity: str) -> None:
    assert [f.severity for f in found(missing)] == [severity]


def test_an_omission_does_not_go_on_over_the_end_of_a_sentence() -> None:
    both = found({"road": 0.9, ".": 0.9, "Anna": 0.9}, theirs=(1, 2))
    assert [(f.suggestion, f.sentence, f.start) for f in both] == [("road.", 1, 25), ("Anna", 1, 25)]
    assert [(f.reference_start, f.reference_end) for f in both] == [(72, 77), (78, 82)]
