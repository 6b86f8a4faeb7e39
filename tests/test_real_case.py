"""The real documents end to end: every place in every table holds, and the figures are no worse than promised."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

import audit
from audit.cli import run
from audit.interruption import Interruption
from audit.records import ENTITY_KINDS, FINDING_KINDS
from audit.reporting.tables import TABLES

DOCUMENTS = ("000", "001", "002", "003", "004")


@dataclass(frozen=True)
class Written:
    """A result with its folder and the texts that its tables speak of, by name."""

    result: audit.AuditResult
    folder: Path
    texts: dict[str, str]

    def table(self, name: str) -> pd.DataFrame:
        return audit.read_table(self.folder / f"{name}.csv")


def seed(shared: Path, number: str) -> Path:
    return next((shared / "seeds").glob(f"{number}_*.txt"))


@pytest.fixture(scope="session")
def written(shared: Path, auditor: audit.Auditor, tmp_path_factory: pytest.TempPathFactory):
    """Return a function that audits one document against others, once, and writes what it found."""

    @cache
    def make(hypothesis: str, references: tuple[str, ...]) -> Written:
        paths = [seed(shared, number) for number in (hypothesis, *references)]
        result = auditor.audit_files(paths[0], paths[1:])
        folder = tmp_path_factory.mktemp(hypothesis)
        result.write(folder, ("csv", "json"))
        texts = {path.name: path.read_bytes().decode("utf-8-sig") for path in paths}
        return Written(result, folder, texts)

    return make


@pytest.fixture(scope="session", params=DOCUMENTS)
def each(request: pytest.FixtureRequest, written) -> Written:
    """Each of the five documents against the four others."""
    return written(request.param, tuple(n for n in DOCUMENTS if n != request.param))


def test_the_sentences_are_where_they_are_said_to_be(each: Written) -> None:
    table, text = each.table("sentences"), each.texts[each.result.document.name]
    assert list(table["sentence"]) == list(range(len(table)))
    assert [text[s:e] for s, e in zip(table["start"], table["end"], strict=True)] == list(table["text"])
    assert (table["start"].to_numpy()[1:] >= table["end"].to_numpy()[:-1]).all()
    assert "".join(text.split()) == "".join("".join(t.split()) for t in table["text"])
    assert set(table["status"]) <= {"aligned", "unaligned", "not_audited"}
    marked_up = table["text"].str.startswith("![")
    assert (table.loc[marked_up, "status"] == "not_audited").all()
    assert table["quality"].dropna().between(0, 100).all()
    assert table.loc[table["status"] != "aligned", ["quality", "bleu", "chrf"]].isna().all(axis=None)


@pytest.mark.parametrize("name", ["entities", "findings", "mentions"])
def test_every_span_is_where_it_is_said_to_be(each: Written, name: str) -> None:
    table, sentences = each.table(name), each.table("sentences")
    text = each.texts[each.result.document.name]
    assert [text[s:e] for s, e in zip(table["start"], table["end"], strict=True)] == list(table["surface"])
    home = sentences.loc[table["sentence"]]
    assert (table["start"].to_numpy() >= home["start"].to_numpy()).all()
    assert (table["end"].to_numpy() <= home["end"].to_numpy()).all()
    assert (home["status"] != "not_audited").all()


@pytest.mark.parametrize(("name", "kinds"), [("entities", ENTITY_KINDS), ("findings", FINDING_KINDS)])
def test_findings_keep_their_contract(each: Written, name: str, kinds: tuple[str, ...]) -> None:
    table = each.table(name)
    assert list(table.columns) == list(TABLES[name])
    assert set(table["kind"]) <= set(kinds)
    assert set(table["severity"]) <= {"minor", "major"}
    assert set(table["supported"]) <= {"yes", "no"}
    assert table["confidence"].between(0, 1).all()
    assert table["id"].is_unique
    assert (table["evidence"].str.len() > 0).all()
    assert not (table["suggestion"] == table["surface"])[table["surface"] != ""].any()
    placed = table[table["reference_document"] != ""]
    for document, start, end in zip(
        placed["reference_document"], placed["reference_start"], placed["reference_end"], strict=True
    ):
        assert 0 <= start <= end <= len(each.texts[document])


def test_links_join_sentences_that_exist(each: Written) -> None:
    table, sentences = each.table("alignment"), each.table("sentences")
    home = sentences.loc[table["hypothesis_sentence"]]
    assert list(table["hypothesis_start"]) == list(home["start"])
    assert list(table["hypothesis_end"]) == list(home["end"])
    assert set(table["hypothesis_sentence"]) == set(sentences.loc[sentences["status"] == "aligned", "sentence"])
    references = {r.document.name: r.sentences for r in each.result.references}
    for row in table.itertuples():
        target = references[row.reference_document][row.reference_sentence]
        assert (row.reference_start, row.reference_end) == (target.start, target.end)
        assert each.texts[row.reference_document][target.start : target.end] == target.text
    assert table["confidence"].between(0, 1).all()
    assert table["similarity"].between(-1, 1).all()
    assert set(table["relation"]) <= {"equivalent", "partial"}


def test_conflicts_quote_their_sources(each: Written) -> None:
    table = each.table("conflicts")
    for side in ("first", "second"):
        for row in table.to_dict("records"):
            text = each.texts[row[f"{side}_document"]]
            assert text[row[f"{side}_start"] : row[f"{side}_end"]] == row[f"{side}_surface"]


def test_the_json_follows_the_schema_and_reads_back(each: Written, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"], Interruption()) == 0
    schema = json.loads(capsys.readouterr().out)
    data = json.loads((each.folder / "audit.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    assert audit.AuditResult.from_dict(data) == each.result
    assert "|version:" in data["signature"]


def test_the_frame_is_the_table(each: Written) -> None:
    pd.testing.assert_frame_equal(each.result.entities, each.table("entities"))


def test_the_same_input_gives_the_same_result(written, shared: Path, auditor: audit.Auditor) -> None:
    first = written("000", ("002", "004")).result
    assert auditor.audit_files(seed(shared, "000"), [seed(shared, "002"), seed(shared, "004")]) == first


def test_without_a_reference_the_text_speaks_for_itself(written) -> None:
    result = written("000", ()).result
    assert result.links == ()
    assert result.findings
    assert not any(f.supported or f.reference_document for f in result.findings)
    assert all(s.score.quality is None for s in result.sentences)


def test_more_references_support_more(written) -> None:
    supported = [
        sum(f.supported for f in written("000", refs).result.findings) for refs in ((), ("004",), ("002", "004"))
    ]
    assert supported == sorted(supported)
    assert supported[0] == 0 < supported[2]


# The command on the case that it was made for: the article of 2025 against the two clean accounts.


@pytest.fixture(scope="module")
def main_run(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("main") / "reports"
    names = [str(seed(shared, number)) for number in ("000", "002", "004")]
    command = [sys.executable, "-m", "audit", "run", names[0], "-r", names[1], "-r", names[2], "-o", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(folder / "report.html") in done.stdout
    return folder


def test_every_file_of_the_contract_is_there(main_run: Path) -> None:
    names = {path.name for path in main_run.iterdir()}
    assert names >= {*(f"{name}.csv" for name in TABLES), "audit.json", "report.html"}
    assert sum(name.endswith(".png") for name in names) >= 2
    assert [path.name for path in main_run.parent.iterdir()] == [main_run.name]


def scored(shared: Path, script: str, *arguments: str) -> dict:
    command = [sys.executable, str(shared / "bench" / script), *arguments]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_mangled_names_are_found_and_clean_ones_left(main_run: Path, shared: Path) -> None:
    figures = scored(
        shared, "score_entities.py", f"{main_run}/entities.csv", f"{shared}/gold", "--doc", "000", "--refs", "002,004"
    )
    assert figures["recall_supported"] >= 0.60
    assert figures["precision"] >= 0.85


def test_counterparts_are_found(main_run: Path, shared: Path) -> None:
    names = ",".join(f"{number}={seed(shared, number).name}" for number in ("002", "004"))
    gold = f"{shared}/gold/alignment.csv"
    figures = scored(shared, "score_links.py", f"{main_run}/alignment.csv", gold, "--refs", "002,004", "--names", names)
    assert figures["found"] >= 0.60
    assert figures["precision"] >= 0.55


def test_mentions_can_be_scored(main_run: Path, shared: Path) -> None:
    command = [
        sys.executable,
        f"{shared}/bench/score_mentions.py",
        f"{main_run}/mentions.csv",
        f"{shared}/gold/mentions.csv",
    ]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_folder_of_references_is_as_good_as_its_files(shared: Path, main_run: Path, tmp_path: Path) -> None:
    (tmp_path / "refs").mkdir()
    for number in ("002", "004"):
        path = seed(shared, number)
        (tmp_path / "refs" / path.name).write_bytes(path.read_bytes())
    arguments = ["run", str(seed(shared, "000")), "-r", str(tmp_path / "refs"), "-o", str(tmp_path / "out"), "-q"]
    assert run([*arguments, "--format", "csv,json"], Interruption()) == 0
    for name in TABLES:
        assert (tmp_path / "out" / f"{name}.csv").read_bytes() == (main_run / f"{name}.csv").read_bytes()


def test_the_report_is_rendered_again_from_the_json_alone(main_run: Path, tmp_path: Path) -> None:
    assert run(["report", str(main_run / "audit.json"), "-o", str(tmp_path / "again"), "-q"], Interruption()) == 0
    first, again = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in (main_run, tmp_path / "again"))
    assert again == first
