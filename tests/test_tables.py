"""The tables keep their contract: columns, offsets, empty cells, and text that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st
from reporting_examples import example

from audit.cells import guard, unguard
from audit.errors import InputError
from audit.records import ENTITY_KINDS, Document, Sentence
from audit.reporting.tables import TABLES, read_table, table_csv, table_frame, table_rows

CONTRACT = {
    "entities": "id, document, sentence, start, end, surface, suggestion, entity, kind, severity, confidence, "
    "supported, evidence, reference_document, reference_start, reference_end",
    "mentions": "document, sentence, start, end, surface, entity, type, status",
    "alignment": "link, hypothesis_sentence, hypothesis_start, hypothesis_end, reference_document, reference_sentence, "
    "reference_start, reference_end, similarity, confidence, relation",
    "sentences": "document, sentence, start, end, text, status, quality, mqm, bleu, chrf, ter, similarity, findings",
    "conflicts": "conflict, type, topic, first_document, first_sentence, first_start, first_end, first_surface, "
    "second_document, second_sentence, second_start, second_end, second_surface",
}
CONTRACT["findings"] = CONTRACT["entities"]


def written(tmp_path: Path, name: str, audit=None) -> Path:
    path = tmp_path / f"{name}.csv"
    path.write_bytes(table_csv(audit or example(), name).encode("utf-8"))
    return path


def parsed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_columns_are_those_of_the_contract(name, tmp_path):
    raw = written(tmp_path, name).read_bytes()
    assert raw.decode("utf-8").split("\r\n")[0] == CONTRACT[name].replace(", ", ",")
    assert table_rows(example(), name)[1], "the example should have rows in every table"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_reads_back_as_it_was(name, tmp_path):
    pd.testing.assert_frame_equal(read_table(written(tmp_path, name)), table_frame(example(), name))


def test_entities_are_the_findings_of_entity_kinds(tmp_path):
    findings = read_table(written(tmp_path, "findings"))
    entities = read_table(written(tmp_path, "entities"))
    pd.testing.assert_frame_equal(entities, findings[findings["kind"].isin(ENTITY_KINDS)].reset_index(drop=True))
    assert 0 < len(entities) < len(findings)


def test_offsets_and_empty_cells(tmp_path):
    audit = example()
    rows = parsed(written(tmp_path, "findings"))
    assert all(audit.document.text[int(r["start"]) : int(r["end"])] == r["surface"] for r in rows)
    assert {r["supported"] for r in rows} == {"yes", "no"}
    assert all((r["reference_start"] == "") == (r["reference_document"] == "") for r in rows)
    omission = next(r for r in rows if r["kind"] == "omission")
    assert (omission["start"], omission["surface"]) == (omission["end"], "")
    unaligned = next(r for r in parsed(written(tmp_path, "sentences")) if r["status"] == "unaligned")
    assert [unaligned[c] for c in ("quality", "mqm", "bleu", "chrf", "ter", "similarity")] == [""] * 6


def test_the_pairs_of_one_link_share_its_number(tmp_path):
    audit = example()
    rows = parsed(written(tmp_path, "alignment"))
    number, link = next((n, x) for n, x in enumerate(audit.links) if len(x.hypothesis) == 2)
    pairs = [r for r in rows if r["link"] == str(number)]
    assert [int(r["hypothesis_sentence"]) for r in pairs] == list(link.hypothesis)
    assert len(rows) == sum(len(x.hypothesis) * len(x.reference) for x in audit.links)
    for row in rows:
        reference = next(t for t in audit.references if t.document.name == row["reference_document"])
        sentence = reference.sentences[int(row["reference_sentence"])]
        assert (int(row["reference_start"]), int(row["reference_end"])) == (sentence.start, sentence.end)


@given(st.text())
@case("'")
@case("'=1")
@case("''-1")
@case("\t")
def test_the_guard_can_be_undone_and_leaves_no_formula(text):
    assert unguard(guard(text)) == text
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("=+-@\t\r\n'\",;\u2028\x00\ud800")), min_size=1))
def test_any_text_survives_the_way_through_a_file(tmp_path_factory, text):
    document = Document("=d", text)
    result = replace(example().sentences[0], sentence=Sentence("=d", 0, 0, len(text), text), findings=0)
    audit = replace(example(), document=document, sentences=(result,), findings=(), mentions=(), links=(), conflicts=())
    path = written(tmp_path_factory.mktemp("t"), "sentences", audit)
    row = read_table(path).iloc[0]
    assert row["text"] == text.encode("utf-8", "replace").decode()
    assert (row["document"], len(row["text"])) == ("=d", row["end"])


def test_figures_are_never_guarded():
    audit = example()
    negative = tuple(replace(link, similarity=-0.25) for link in audit.links)
    rows = list(csv.DictReader(io.StringIO(table_csv(replace(audit, links=negative), "alignment"))))
    assert {r["similarity"] for r in rows} == {"-0.25"}


def test_text_that_looks_like_nothing_stays_text(tmp_path):
    words = ["NA", "null", "", "1e5", "007", "True"]
    first = example().findings[0]
    audit = replace(example(), findings=tuple(replace(first, suggestion=word, evidence=word) for word in words))
    table = read_table(written(tmp_path, "findings", audit))
    assert list(table["suggestion"]) == list(table["evidence"]) == words


def test_scores_that_are_no_numbers_are_empty_and_nought_is_a_value(tmp_path):
    result = example().sentences[0]
    score = replace(result.score, quality=0.0, mqm=float("nan"), ter=float("inf"))
    path = written(tmp_path, "sentences", replace(example(), sentences=(replace(result, score=score),), links=()))
    assert [parsed(path)[0][c] for c in ("quality", "mqm", "ter")] == ["0.0", "", ""]


def test_an_empty_table_has_its_types(tmp_path):
    empty = replace(example(), sentences=(), findings=(), mentions=(), links=(), conflicts=())
    for name in TABLES:
        table = read_table(written(tmp_path, name, empty))
        assert list(table.columns) == list(TABLES[name])
        assert (table.dtypes == read_table(written(tmp_path, name)).dtypes).all()


@pytest.mark.parametrize(
    "content", [b"", b"id,shoe size\r\na,4\r\n", b"start\r\nsoon\r\n", b"\xff\xfe\x00", b'surface\r\n"open']
)
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.csv"):
        read_table(path)


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot read the table"):
        read_table(tmp_path / "no file here")


def test_what_is_read_has_the_values_of_the_file(tmp_path):
    """Cells and types against a file that was written by hand."""
    path = tmp_path / "findings.csv"
    header = "id,start,confidence,supported,reference_document,reference_start,surface"
    path.write_text(f"{header}\r\na1,7,0.5,yes,é,12,'=x\r\n007,-1,,no,,,''\r\n", encoding="utf-8", newline="")
    table = read_table(path)
    assert table["id"].tolist() == ["a1", "007"]
    assert table["start"].tolist() == [7, -1]
    assert table["confidence"].tolist()[0] == 0.5
    assert math.isnan(table["confidence"].tolist()[1])
    assert table["supported"].tolist() == ["yes", "no"]
    assert table["reference_document"].tolist() == ["é", ""]
    assert table["reference_start"].tolist()[0] == 12
    assert table["reference_start"].isna().tolist() == [False, True]
    assert table["surface"].tolist() == ["=x", "''"]
    assert [str(table[c].dtype) for c in ("start", "confidence", "reference_start")] == ["int64", "float64", "Int64"]
    assert all(isinstance(cell, str) for column in ("id", "supported", "surface") for cell in table[column])


@pytest.mark.parametrize("name", sorted(TABLES))
def test_types_are_those_of_the_contract(name, tmp_path):
    known = {"integer": "int64", "integer?": "Int64", "real": "float64"}
    # A column that may be empty in one table has one type in all of them.
    optional = {column for columns in TABLES.values() for column, kind in columns.items() if kind == "integer?"}
    # A column that several tables have is of one type in all of them.
    kinds = {column: kind for columns in reversed(TABLES.values()) for column, kind in columns.items()}
    for table in (read_table(written(tmp_path, name)), table_frame(example(), name)):
        for column in TABLES[name]:
            kind = kinds[column]
            if kind == "text":
                assert all(isinstance(cell, str) for cell in table[column])
            else:
                assert str(table[column].dtype) == known["integer?" if column in optional else kind], column


def test_a_frame_has_the_values_of_the_audit():
    audit = example()
    frame = table_frame(audit, "findings")
    assert frame["start"].tolist() == [f.start for f in audit.findings]
    assert frame["surface"].tolist() == [f.surface for f in audit.findings]
    assert frame["confidence"].tolist() == pytest.approx([round(f.confidence, 4) for f in audit.findings])
    starts = [None if pd.isna(cell) else cell for cell in frame["reference_start"]]
    assert starts == [f.reference_start for f in audit.findings]


def test_rows_follow_their_columns():
    audit = example()
    first = audit.findings[0]
    columns, rows = table_rows(audit, "findings")
    row = dict(zip(columns, rows[0], strict=True))
    for column in columns:
        if column not in ("confidence", "supported"):
            assert row[column] == getattr(first, column)
    assert row["supported"] == ("yes" if first.supported else "no")
    columns, rows = table_rows(audit, "sentences")
    for result, cells in zip(audit.sentences, rows, strict=True):
        row = dict(zip(columns, cells, strict=True))
        assert (row["sentence"], row["status"], row["findings"]) == (
            result.sentence.index, result.status, result.findings,
        )  # fmt: skip
        assert (row["start"], row["end"], row["text"]) == (
            result.sentence.start, result.sentence.end, result.sentence.text,
        )  # fmt: skip
    columns, rows = table_rows(audit, "conflicts")
    assert [row[0] for row in rows] == list(range(len(audit.conflicts)))
    conflict = audit.conflicts[0]
    assert rows[0][1:3] == (conflict.type, conflict.topic)
    for statement, cells in ((conflict.first, rows[0][3:8]), (conflict.second, rows[0][8:])):
        assert cells == (statement.document, statement.sentence, statement.start, statement.end, statement.surface)
    columns, rows = table_rows(audit, "mentions")
    assert rows[0] == tuple(getattr(audit.mentions[0], column) for column in columns)


def test_real_numbers_have_four_digits_and_no_minus_before_nought(tmp_path):
    audit = example()
    links = tuple(replace(link, similarity=-0.00001, confidence=0.123456) for link in audit.links)
    _, rows = table_rows(replace(audit, links=links), "alignment")
    assert {(str(row[8]), row[9]) for row in rows} == {("0.0", 0.1235)}


def test_half_a_letter_becomes_a_question_mark():
    audit = example()
    result = replace(audit.sentences[0], sentence=Sentence("d", 0, 0, 3, "a\ud800b"))
    _, rows = table_rows(replace(audit, sentences=(result,), links=()), "sentences")
    assert rows[0][4] == "a?b"


def test_every_line_of_a_file_ends_as_the_standard_says(tmp_path):
    raw = written(tmp_path, "mentions").read_bytes()
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\r\n") == raw.count(b"\n") == len(example().mentions) + 1


def test_a_cell_may_be_longer_than_the_reader_of_the_standard_library_allows(tmp_path):
    path = tmp_path / "mentions.csv"
    path.write_text("surface\r\n" + "x" * 200_000 + "\r\n", encoding="utf-8", newline="")
    assert read_table(str(path))["surface"].str.len().tolist() == [200_000]


def test_what_is_wrong_with_a_file_is_said(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,shoe size\r\na,4\r\n")
    with pytest.raises(InputError, match=r"^.*x\.csv is not a table that an audit wrote: .*unknown column 'shoe size'"):
        read_table(path)
    with pytest.raises(InputError, match=r"^cannot read the table .*none\.csv: No such file or directory$"):
        read_table(tmp_path / "none.csv")
    path.write_bytes(b'surface\r\n"a"b\r\n')
    with pytest.raises(InputError, match=r"x\.csv is not a table"):
        read_table(path)


def test_a_cell_of_a_file_is_no_formula(tmp_path):
    audit = example()
    finding = replace(audit.findings[0], surface='=HYPERLINK("http://example.org")', suggestion="+1", evidence="@x")
    (row,) = parsed(written(tmp_path, "findings", replace(audit, findings=(finding,))))
    assert (row["surface"], row["suggestion"], row["evidence"]) == ('\'=HYPERLINK("http://example.org")', "'+1", "'@x")
