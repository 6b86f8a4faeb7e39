"""One finding a place, in the order of the text, with ids that edits elsewhere leave alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from audit.detectors.findings import finish
from audit.records import ENTITY_KINDS, FINDING_KINDS, Document, Finding

TEXT = "Mr. Wendrick met Lena Osterfelt in Port Malow on Monday, said Nordkraft. " * 4


def finding(
    start: int, end: int, kind: str = "name_variant", confidence: float = 0.8, suggestion: str = "x"
) -> Finding:
    surface = TEXT[start:end]
    return Finding("", "d", 0, start, end, surface, "x", "e", kind, "major", confidence, True, "why")  # type: ignore[arg-type]


findings = st.builds(
    lambda start, size, kind, confidence: finding(start, start + size, kind, confidence),
    st.integers(0, 200),
    st.integers(0, 20),
    st.sampled_from(FINDING_KINDS),
    st.floats(0, 1),
)


@given(st.lists(findings, max_size=40))
def test_no_two_findings_share_a_place_and_ids_differ(found: list[Finding]) -> None:
    kept = finish(found, Document("d", TEXT))
    spans = [(f.start, f.end) for f in kept if f.start < f.end]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert len({f.id for f in kept}) == len(kept)
    assert [f.start for f in kept] == sorted(f.start for f in kept)


@given(st.lists(findings, max_size=40))
def test_whatever_was_left_out_lies_on_something_kept(found: list[Finding]) -> None:
    kept = finish(found, Document("d", TEXT))
    for f in found:
        if f.start < f.end:
            assert any(k.start < f.end and f.start < k.end for k in kept if k.start < k.end)


def test_entities_win_over_wording_and_the_surer_over_the_less_sure() -> None:
    kept = finish([finding(4, 12, "mistranslation", 0.99), finding(4, 12, ENTITY_KINDS[0], 0.6)], Document("d", TEXT))
    assert [f.kind for f in kept] == [ENTITY_KINDS[0]]
    kept = finish([finding(4, 12, confidence=0.6), finding(4, 16, confidence=0.9)], Document("d", TEXT))
    assert [(f.start, f.end) for f in kept] == [(4, 16)]


def test_a_word_in_another_language_wins_over_its_capital_letter() -> None:
    both = [finding(4, 12, "casing", 0.9), finding(4, 12, "untranslated", 0.6)]
    assert [f.kind for f in finish(both, Document("d", TEXT))] == ["untranslated"]
    both = [finding(4, 12, "casing", 0.5), finding(4, 12, "mistranslation", 0.9)]
    assert [f.kind for f in finish(both, Document("d", TEXT))] == ["casing"]


def test_an_id_survives_edits_elsewhere_and_a_rejected_one_does_not_come_back() -> None:
    (before,) = finish([finding(150, 158)], Document("d", TEXT))
    longer = Document("d", "A new first line.\n" + TEXT)
    moved = replace(finding(150, 158), start=168, end=176)
    (after,) = finish([moved], longer)
    assert before.id == after.id
    assert finish([finding(150, 158)], Document("d", TEXT), rejected={before.id}) == ()
