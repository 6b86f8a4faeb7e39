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


IDS = ["b42fed6e009e", "b375e9c6919b", "0268ff45aa4c", "1f1383ddb408"]

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


def test_a_word_in_another_language_wins_over_a_name_that_stands_for_nothing() -> None:
    name, word = finding(4, 12, "wrong_entity", 0.9), finding(4, 12, "untranslated", 0.6)
    assert [f.kind for f in finish([name, word], Document("d", TEXT))] == ["wrong_entity"]
    assert [f.kind for f in finish([replace(name, suggestion=""), word], Document("d", TEXT))] == ["untranslated"]


def test_an_id_survives_edits_elsewhere_and_a_rejected_one_does_not_come_back() -> None:
    (before,) = finish([finding(150, 158)], Document("d", TEXT))
    longer = Document("d", "A new first line.\n" + TEXT)
    moved = replace(finding(150, 158), start=168, end=176)
    (after,) = finish([moved], longer)
    assert before.id == after.id
    assert finish([finding(150, 158)], Document("d", TEXT), rejected={before.id}) == ()


def test_an_id_is_what_editors_have_kept_their_decisions_under() -> None:
    """Ids of this version; another recipe would lose every decision that was stored with the old ones."""
    (at_start,) = finish([finding(0, 12)], Document("d", TEXT))
    (inside,) = finish([finding(90, 106)], Document("d", TEXT))
    (at_end,) = finish([finding(len(TEXT) - 11, len(TEXT))], Document("d", TEXT))
    (gap,) = finish([replace(finding(60, 60, "omission"), suggestion="at last")], Document("d", TEXT))
    assert [f.id for f in (at_start, inside, at_end, gap)] == IDS


def test_findings_alike_are_numbered_in_order() -> None:
    text = "Then Malow fell ill and then Malow fell ill and then Malow fell ill and then Malow fell ill."
    starts = [i for i in range(len(text)) if text.startswith("Malow", i)][1:]
    alike = [Finding("", "d", 0, s, s + 5, "Malow", "x", "e", "title", "major", 0.8, True, "why") for s in starts]
    kept = finish(alike[::-1], Document("d", " " * 40 + text))
    shifted = [replace(f, start=f.start + 40, end=f.end + 40) for f in alike]
    kept = finish(shifted[::-1], Document("d", " " * 40 + text + " and then it rained all day."))
    stem = kept[0].id
    assert [f.start for f in kept] == [f.start for f in shifted]
    assert kept[1].id == f"{stem}-2"
    assert len({f.id for f in kept}) == 3
    left = finish(shifted, Document("d", " " * 40 + text + " and then it rained all day."), {f"{stem}-2"})
    assert [f.start for f in left] == [shifted[0].start, shifted[2].start]


def test_of_equals_the_longer_then_the_first_wins() -> None:
    def kept(*found: Finding) -> list[tuple[int, int, str]]:
        return [(f.start, f.end, f.kind) for f in finish(found, Document("d", TEXT))]

    assert kept(finding(4, 8), finding(6, 12)) == [(6, 12, "name_variant")]
    assert kept(finding(6, 10), finding(4, 8)) == [(4, 8, "name_variant")]
    assert kept(finding(4, 8, "title"), finding(4, 8, "merged")) == [(4, 8, "merged")]
    assert kept(finding(4, 8), finding(8, 12), finding(12, 16)) == [(i, i + 4, "name_variant") for i in (4, 8, 12)]
    assert kept(finding(20, 24), finding(4, 8, confidence=0.5), finding(7, 21, confidence=0.4)) == [
        (4, 8, "name_variant"), (20, 24, "name_variant"),
    ]  # fmt: skip
    assert kept(finding(4, 8), finding(30, 34), finding(7, 31, confidence=0.4)) == [
        (4, 8, "name_variant"), (30, 34, "name_variant"),
    ]  # fmt: skip


def test_of_two_alike_the_first_suggestion_in_the_alphabet_is_kept() -> None:
    both = [replace(finding(4, 12), suggestion=s) for s in ("b", "a")]
    assert [f.suggestion for f in finish(both, Document("d", TEXT))] == ["a"]


def test_omissions_stand_beside_anything_and_once_each() -> None:
    gaps = [
        replace(finding(12, 12, "omission", c), suggestion=s)
        for s, c in (("b", 0.5), ("a", 0.5), ("b", 0.9), ("", 0.5))
    ]
    gaps.append(replace(gaps[0], start=16, end=16))
    kept = finish([*gaps, finding(4, 16)], Document("d", TEXT))
    assert [(f.start, f.suggestion, f.confidence) for f in kept] == [
        (4, "x", 0.8), (12, "", 0.5), (12, "a", 0.5), (12, "b", 0.9), (16, "b", 0.5),
    ]  # fmt: skip


SAID = "She did not come, and she did not call; he did not write."


def denial(surface: str, sentence: int = 0, kind: str = "negation", confidence: float = 0.8) -> Finding:
    start = SAID.index(surface)
    return Finding(
        "", "d", sentence, start, start + len(surface), surface, "x", "", kind, "major", confidence, True, "why",  # type: ignore[arg-type]
        "r", 3, 4,
    )  # fmt: skip


def test_what_is_denied_twice_in_one_breath_is_one_finding() -> None:
    found = [
        replace(denial("did not come"), severity="minor", evidence="First."),
        denial("did not call", confidence=0.9),
        denial("did not write"),
    ]
    both, alone = finish(found, Document("d", SAID))
    assert both.surface == "did not come, and she did not call" == SAID[both.start : both.end]
    assert (both.confidence, both.suggestion, both.supported, both.reference_document) == (0.9, "", False, None)
    assert (both.severity, both.evidence) == ("major", "First. why")
    assert alone.surface == "did not write"


def test_denials_are_joined_whatever_word_joins_them() -> None:
    said = "She did not come while he did not call."
    places = [(said.index(part), said.index(part) + len(part)) for part in ("did not come", "did not call")]
    parts = [replace(denial("did not come"), start=a, end=b, surface=said[a:b]) for a, b in places]
    assert [f.surface for f in finish(parts, Document("d", said))] == [said[4:-1]]


def test_denials_of_which_each_is_corrected_are_corrected_together() -> None:
    came = replace(denial("did not come"), suggestion="came")
    called = replace(denial("did not call"), suggestion="called", reference_start=9, reference_end=15)
    (both,) = finish([came, called], Document("d", SAID))
    assert (both.suggestion, both.supported) == ("came, and she called", True)
    assert (both.reference_document, both.reference_start, both.reference_end) == ("r", 3, 15)
    for other in (
        replace(called, reference_document="q"),
        replace(called, reference_start=1, reference_end=2),
        replace(called, suggestion=""),
        replace(called, supported=False),
    ):
        (both,) = finish([came, other], Document("d", SAID))
        assert (both.suggestion, both.supported, both.reference_start) == ("", False, None)


def test_denials_are_joined_only_as_neighbours_of_a_sentence() -> None:
    first, second = denial("did not come"), denial("did not call")
    between = denial("she", kind="name_variant")
    for others in ([replace(second, sentence=1)], [between, second], [replace(second, kind="mistranslation")]):
        assert len(finish([first, *others], Document("d", SAID))) == 1 + len(others)
