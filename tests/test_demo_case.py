"""The demonstration case keeps its promises: the gold annotation fits the texts, and nothing is borrowed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from audit.demo import demonstration
from audit.records import ENTITY_KINDS

GOLD = Path(__file__).parent / "demo_gold"
HYPOTHESIS, REFERENCES = demonstration()
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in (HYPOTHESIS, *REFERENCES)}


def rows(name: str) -> list[dict[str, str]]:
    with (GOLD / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return zip(*(words[i:] for i in range(length)), strict=False)


def spans(prefix: str) -> dict[str, set[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = {}
    for row in rows("alignment.csv"):
        if row[f"{prefix}_doc"]:
            span = int(row[f"{prefix}_start"]), int(row[f"{prefix}_end"])
            found.setdefault(row[f"{prefix}_doc"], set()).add(span)
    return found


@pytest.mark.parametrize("name", ["entities.csv", "mistranslations.csv", "mentions.csv"])
def test_every_gold_span_is_the_text_it_names(name: str) -> None:
    text = TEXTS["demo"]
    for row in rows(name):
        start = int(row["start"])
        assert text[start : int(row["end"])] == row["surface"]
        assert text.count("\n", 0, start) + 1 == int(row["line"])


def test_gold_errors_do_not_overlap() -> None:
    errors = sorted((int(r["start"]), int(r["end"])) for r in rows("entities.csv") + rows("mistranslations.csv"))
    assert all(end <= start for (_, end), (start, _) in pairwise(errors))


def test_gold_holds_every_kind_of_damage_with_its_correction() -> None:
    entities = rows("entities.csv")
    assert {row["kind"] for row in entities} == set(ENTITY_KINDS)
    assert {row["severity"] for row in entities} == {"minor", "major"}
    assert all(row["correct"] and row["correct"] != row["surface"] for row in entities)
    assert min(Counter(row["kind"] for row in entities).values()) >= 2


def test_supported_corrections_stand_in_the_references_that_are_named() -> None:
    for row in rows("entities.csv"):
        assert bool(row["supported_by"]) == (row["supported"] == "yes")
        if row["kind"] in ("name_variant", "name_as_word", "wrong_entity", "casing"):
            last_word = row["correct"].split()[-1].lower()
            assert all(last_word in TEXTS[reference].lower() for reference in row["supported_by"].split())


def test_clean_entities_stand_right_in_the_text_and_are_no_whole_error() -> None:
    wrong = {row["surface"] for row in rows("entities.csv")}
    for row in rows("clean_entities.csv"):
        assert row["surface"] in TEXTS["demo"]
        assert row["surface"] not in wrong


def test_right_forms_stand_beside_the_mangled_ones() -> None:
    forms = {(row["entity"], row["surface"]) for row in rows("mentions.csv")}
    assert {("Sam Altman", form) for form in ("Altman", "Taman", "German")} <= forms
    assert {("OpenAI", form) for form in ("OpenAI", "Openai")} <= forms


def test_accounts_have_the_length_that_was_planned() -> None:
    sentences = {name: len(found) for name, found in (spans("hyp") | spans("ref")).items()}
    assert sentences["demo"] >= 60
    for path in REFERENCES:
        ends = len(re.findall(r"[.!?][\"”]?(?=\s|$)", TEXTS[path.stem]))
        assert 40 <= ends <= 60


def test_alignment_spans_begin_and_end_with_their_sentences() -> None:
    for found in (spans("hyp"), spans("ref")):
        for name, sentences in found.items():
            for start, end in sentences:
                text = TEXTS[name]
                assert text[start:end] == text[start:end].strip()
                assert start == 0 or text[start - 1].isspace()
                assert end == len(text) or text[end].isspace()


def test_one_line_of_page_markup_is_in_no_sentence() -> None:
    text = TEXTS["demo"]
    lines = list(re.finditer(r"^!\[.*\)$", text, re.MULTILINE))
    assert len(lines) == 1
    assert not any(start < lines[0].end() and lines[0].start() < end for start, end in spans("hyp")["demo"])


def test_no_sentence_is_borrowed(shared: Path) -> None:
    for source in (shared / "seeds").glob("*.txt"):
        published = set(runs(source.read_text(encoding="utf-8-sig"), 6))
        for text in TEXTS.values():
            assert not published.intersection(runs(text, 6))


def test_accounts_were_written_apart() -> None:
    wire, weekly = (set(runs(TEXTS[path.stem], 8)) for path in REFERENCES)
    assert not wire & weekly
