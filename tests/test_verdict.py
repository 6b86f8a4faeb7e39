"""The verdict on a text by itself: sure only where the text shows it, silent where it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from audit.corpus import run_corpus
from audit.corpus.verdict import judge, signs
from audit.records import Document
from audit.settings import Settings

CLEAN = (
    "The council of Leeds voted on Thursday to close two libraries. Councillor Priya Nair said that the decision had"
    " been hard. Fewer than forty people used the building in Armley each day, she told reporters. Residents had asked"
    " for a vote in March. Tom Whitfield, who runs a bakery across the street, called the plan a mistake. The other"
    " library will become a health centre, and its books will go to schools. Nair expects the work to begin in autumn"
    " and to cost about two million pounds. The last day of both libraries is the first of June."
)
GARBLED = (
    "The head of the company Gregor Havlicek met in Frankfort the minister of economy Jens Oberdorfer. Havlitsek said"
    " that the factory in Brasilia will stay openThe workers of Oberdorfar were glad. Gavlicek promised 0 million euros"
    " and Obertorfer promised nothing. In the city of Frankphurt the the union of Havlicik spoke of a victory, but"
    " havlicek did not answer. The paper from Portugall wrote that Haflicek is tired -Oberdorfer also."
)


def test_garbled_text_is_called_so_and_the_signs_are_told() -> None:
    verdict = judge(Document("", GARBLED), Settings())
    assert verdict.garbled is not None
    assert verdict.garbled > 0.9
    assert "one name in several forms: " in verdict.because
    assert "a place misspelt: Frank" in verdict.because


def test_clean_text_is_not_called_garbled() -> None:
    verdict = judge(Document("", CLEAN), Settings())
    assert verdict.garbled is None or verdict.garbled < 0.3


@pytest.mark.parametrize("text", ["Too short to say.", "– – –", " ".join(["word"] * 59)])
def test_nothing_is_said_of_short_texts(text: str) -> None:
    verdict = judge(Document("", text), Settings())
    assert verdict.garbled is None
    assert "fewer than 60 words" in verdict.because


@pytest.mark.parametrize(
    ("text", "sign", "shown"),
    [
        ("Maria Kovalenko spoke first. Then Kovalenka left.", "variants", {"Kovalenka"}),
        ("Maria Kovalenko spoke first. The Kovalenkos left.", "variants", set()),
        ("He lives in Manshester, not in London.", "places", {"Manshester"}),
        ("He lives in Manchester, not in London.", "places", set()),
        ("Sam -German was asked by a non-profit.", "hyphens", {"-German"}),
    ],
)
def test_signs_are_what_they_say(text: str, sign: str, shown: set[str]) -> None:
    found, _, _ = signs(Document("", text), Settings())
    assert set(found[sign]) == shown


def test_forms_that_the_user_allows_are_no_signs() -> None:
    found, _, _ = signs(Document("", "He lives in Manshester, not in London."), Settings(allow=("Manshester",)))
    assert not found["places"]


def test_the_verdict_stands_in_the_table_of_documents(tmp_path: Path) -> None:
    rows = [{"id": name, "hypothesis": text} for name, text in (("good", CLEAN), ("bad", GARBLED))]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    told = Settings(cache=False, scores=False, wording=False)
    run_corpus([tmp_path / "m.jsonl"], tmp_path / "with", told, workers=1, verdict=True)
    run_corpus([tmp_path / "m.jsonl"], tmp_path / "without", told, workers=1)
    _, bad = pq.read_table(tmp_path / "with" / "documents").to_pylist()
    assert bad["garbled"] > 0.9
    assert bad["garbled_because"]
    _, unasked = pq.read_table(tmp_path / "without" / "documents").to_pylist()
    assert (unasked["garbled"], unasked["garbled_because"]) == (None, None)
