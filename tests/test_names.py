"""How readings of names become findings, and how their evidence is put into a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from wording_cases import linked_case

from audit.detectors import names
from audit.entities.inventory import Place
from audit.entities.mentions import Name
from audit.entities.readings import Reading, Resolution
from audit.records import Finding, Signal

LINES = ["Snow fell.", "Mr. Wendrick met Osterfelt."]
NAME = Name(1, 15, 23, "Wendrick", ("Wendrick",), "Mr", "", False, False, "person")
SIGNALS = (
    Signal("spelling", 2.0, "it is spelt alike"),
    Signal("role", 0.0, "he has one role"),
    Signal("against", -1.0, "it is far off"),
    Signal("silent", 1.0, ""),
    Signal("partner", 1.0, "Osterfeld is near"),
    Signal("more", 1.0, "a fourth reason"),
)
ERROR = Reading(
    NAME, 4, "Wendrik", "person", "name_variant", "minor", "Wendrik", 0.876543, True, SIGNALS, Place(1, 0, 5, 12),
    ("Wendricks",),
)  # fmt: skip


def found(*readings: Reading) -> list[Finding]:
    case = linked_case(LINES, ["Nothing."], ["Mr. Wendrik met Lena Osterfeld."], links=())
    return names.detect(case, Resolution(readings))


def test_an_error_is_a_finding_with_all_that_is_known() -> None:
    evidence = (
        "“Wendrick” should be “Wendrik”: it is spelt alike; he has one role; Osterfeld is near (see reference-1)."
    )
    right = replace(ERROR, kind=None)
    assert found(right, ERROR) == [
        Finding(
            "", "hypothesis", 1, 15, 23, "Wendrick", "Wendrik", "Wendrik", "name_variant", "minor", 0.8765, True,
            evidence, "reference-1", 5, 12, SIGNALS, ("Wendricks",),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "evidence"),
    [
        ({"place": None}, "“Wendrick” should be “Wendrik”: it is spelt alike; he has one role; Osterfeld is near."),
        ({"suggestion": ""}, "“Wendrick” is suspicious: it is spelt alike; he has one role; Osterfeld is near."),
        ({"signals": (), "suggestion": ""}, "“Wendrick” is suspicious: it fits nothing else."),
        ({"signals": (), "place": None}, "“Wendrick” should be “Wendrik”: it fits nothing else."),
    ],
)
def test_the_evidence_is_one_sentence(change: dict[str, object], evidence: str) -> None:
    (finding,) = found(replace(ERROR, **change))  # type: ignore[arg-type]
    assert finding.evidence == evidence
    if "place" in change:
        assert (finding.reference_document, finding.reference_start, finding.reference_end) == (None, None, None)


def test_every_error_is_told() -> None:
    other = replace(ERROR, name=replace(NAME, start=28, end=37, surface="Osterfelt"))
    assert [f.surface for f in found(other, ERROR)] == ["Osterfelt", "Wendrick"]
