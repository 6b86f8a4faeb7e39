"""Which corrections are made, and what the text is afterwards."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.decisions import Decision
from audit.errors import OutputError
from audit.fixing import Correction, apply, check_file, corrections, write
from audit.records import Finding

TEXT = "Mr. German met Mr. Sun in Palm Springs on 3 May."
GERMAN = Finding("f1", "text", 0, 4, 10, "German", "Altman", "Sam Altman", "name_as_word", "major", 0.9, True, "a name")
SUN = replace(GERMAN, id="f2", start=19, end=22, surface="Sun", suggestion="Son", entity="Masayoshi Son")
SPRINGS = replace(GERMAN, id="f3", start=26, end=38, surface="Palm Springs", suggestion="Palm Beach", confidence=0.6)


def fixed(*findings: Finding, decisions: tuple[Decision, ...] = (), min_confidence: float = 0.5) -> str:
    return apply(TEXT, corrections(findings, decisions=decisions, min_confidence=min_confidence))


def test_supported_entities_are_put_right() -> None:
    assert fixed(SPRINGS, GERMAN, SUN) == "Mr. Altman met Mr. Son in Palm Beach on 3 May."


@pytest.mark.parametrize(
    "left",
    [
        replace(GERMAN, supported=False),
        replace(GERMAN, confidence=0.49),
        replace(GERMAN, kind="mistranslation"),
        replace(GERMAN, suggestion=""),
        replace(GERMAN, suggestion="German"),
        replace(GERMAN, kind="omission", start=10, end=10, surface=""),
    ],
    ids=["unsupported", "unsure", "wording", "no suggestion", "no change", "omission"],
)
def test_what_is_not_safe_is_left(left: Finding) -> None:
    assert fixed(left) == TEXT


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (Decision("f1", "accept"), "Mr. Altman met"),
        (Decision("f1", "reject"), "Mr. German met"),
        (Decision("f1", "correct", "Samuel Altman"), "Mr. Samuel Altman met"),
        (Decision("f1", "correct", ""), "Mr.  met"),
        (Decision("gone", "correct", "x"), "Mr. German met"),
    ],
)
def test_a_reviewer_has_the_last_word(decision: Decision, text: str) -> None:
    unsure = replace(GERMAN, supported=False, kind="mistranslation", confidence=0.1)
    assert fixed(unsure, decisions=(decision,)).startswith(text)


def test_of_overlapping_corrections_the_surer_one_is_made() -> None:
    whole = replace(SPRINGS, id="f4", start=23, surface="in Palm Springs", suggestion="at Palm Beach", confidence=0.8)
    assert "Mr. Sun at Palm Beach on" in fixed(SPRINGS, whole)
    assert "Mr. Sun in Palm Beach on" in fixed(SPRINGS, whole, decisions=(Decision("f3", "accept"),))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8), st.floats(0.5, 1), st.text(max_size=4))))
def test_corrections_never_overlap_and_touch_nothing_else(spans: list[tuple[int, int, float, str]]) -> None:
    findings = [
        replace(GERMAN, id=str(i), start=a, end=a + n, surface=TEXT[a : a + n], suggestion=new, confidence=sure)
        for i, (a, n, sure, new) in enumerate(spans)
    ]
    chosen = corrections(findings)
    places = [(c.start, c.end) for c in chosen]
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    rest, cursor = apply(TEXT, chosen), 0
    for correction in chosen:
        kept = TEXT[cursor : correction.start] + correction.replacement
        assert rest.startswith(kept)
        rest, cursor = rest[len(kept) :], correction.end
    assert rest == TEXT[cursor:]
    if findings:
        surest = max(findings, key=lambda f: (bool(f.suggestion) and f.suggestion != f.surface, f.confidence))
        made = surest.suggestion and surest.suggestion != surest.surface
        assert not made or any(c.confidence == surest.confidence for c in chosen)


def test_offsets_are_code_points() -> None:
    assert apply("👩‍🚀 é Sun.", [Correction(6, 9, "Sun", "Son", "f", 1.0)]) == "👩‍🚀 é Son."


def test_writing_keeps_line_ends_and_permissions(tmp_path: Path) -> None:
    path = tmp_path / "fixed.txt"
    path.write_text("before")
    path.chmod(0o640)
    write("one\r\ntwo\n", path)
    assert path.read_bytes() == b"one\r\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual.txt"
    usual.touch()
    write("x", tmp_path / "fixed.txt")
    assert (tmp_path / "fixed.txt").stat().st_mode == usual.stat().st_mode


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fixed.txt"
    path.write_text("before")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write("after", path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder"):
        check_file(tmp_path)
    with pytest.raises(OutputError, match="no folder"):
        check_file(tmp_path / "missing" / "fixed.txt")
    check_file(tmp_path / "fixed.txt")
