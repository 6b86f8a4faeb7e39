"""Wrong use and bad input: what is typed, what is said. Always exit code 2, one message, nothing written or changed."""

from __future__ import annotations

import io
import json
import shlex
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from reporting_examples import example

from audit.cli import run
from audit.interruption import Interruption
from audit.reporting import interchange

GOOD = "The mayor opened the new bridge on Monday. She thanked the builders for their work.\n"
FRENCH = "Le maire a inauguré le nouveau pont lundi. Elle a remercié les ouvriers pour leur travail.\n"
CHINESE = "市长星期一为新桥揭幕。她感谢了建设者的工作。桥梁建设历时三年。\n"
MODEL_CONFIG = '{"model_type": "bert", "hidden_size": 8}'

FILES: dict[str, str | bytes] = {
    "good.txt": GOOD,
    "ref.txt": GOOD,
    "empty.txt": "",
    "blank.txt": " \n\t\r\n\u2003\n",
    "mark.txt": b"\xef\xbb\xbf",
    "png.txt": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00" + bytes(range(256)) * 8,
    "nul.txt": GOOD.encode() + b"\x00" * 64,
    "damaged.txt": "“Où?” said the mayor — and left the café.".encode().replace(b"\xc3\xa9", b"\xc3"),
    "half16.txt": GOOD.encode("utf-16")[:-1],
    "french.txt": FRENCH,
    "chinese.txt": CHINESE,
    "lines2.txt": "One line.\nAnother line.\n",
    "lines3.txt": "One line.\nAnother line.\nA third.\n",
    "no-lines.txt": "",
    "notes/picture.png": b"\x89PNG",
    "nothing/README.md": "# nothing here",
    "taken": "a file that stands where a folder should",
    "list.json": "[1, 2, 3]",
    "no.json": "this is no JSON",
    "deep.json": "[" * 100_000,
    "deeper.json": '{"decisions": ' + "[" * 70 + "]" * 70 + "}",
    "nested.json": '{"schema_version": 1, "x": ' + "[" * 70 + "]" * 70 + "}",
    "manifest.jsonl": '{"id": "1", "hypothesis": "A text."}',
    "run-damaged/run.json": "[" * 100,
    "run-other/run.json": "[]",
    "deep-model/config.json": MODEL_CONFIG,
    "deep-model/model.safetensors": b"",
    "deep-model/modules.json": "[" * 100_000,
    "odd-model/config.json": MODEL_CONFIG,
    "odd-model/model.safetensors": b"",
    "odd-model/modules.json": '[{"type": 1}]',
    "other.json": '{"schema_version": 99}',
    "verdict.json": '{"decisions": [{"id": "x", "decision": "maybe"}]}',
    "no-id.json": '{"decisions": [{"decision": "reject"}]}',
    "no-columns.csv": "a,b\r\n1,2\r\n",
    "empty-model/config.json": MODEL_CONFIG,
    "pickled-model/config.json": MODEL_CONFIG,
    "pickled-model/modules.json": "[]",
    "pickled-model/pytorch_model.bin": b"\x80\x04K\x01.",
    "damaged-model/config.json": MODEL_CONFIG,
    "hollow-model/config.json": MODEL_CONFIG,
    "hollow-model/modules.json": "[]",
    "hollow-model/model.safetensors": b"",
    "damaged-model/model.safetensors": struct.pack("<Q", 1 << 40) + b"{}",
    "not-a-model/readme.txt": "nothing",
    "binary-forms.txt": b"\x00\x01\x02\x03" * 40,
}


class Row(NamedTuple):
    name: str
    typed: str
    said: str
    stdin: bytes = b""


ROWS = [
    # the command itself
    Row("no such command", "adit good.txt", "No such command 'adit'"),
    Row("no such option", "run good.txt --referense ref.txt", "No such option: --referense"),
    Row("no hypothesis", "run", "Missing argument 'HYPOTHESIS'"),
    Row("two hypotheses", "run good.txt ref.txt", "(ref.txt)"),
    Row("option without its value", "run good.txt -r", "'-r' requires an argument"),
    Row("no such cache command", "cache empty", "No such command 'empty'"),
    # the text under audit
    Row("missing file", "run nowhere.txt", "there is no file nowhere.txt"),
    Row("folder as hypothesis", "run notes", "notes is a folder"),
    Row("empty", "run empty.txt", "empty.txt is empty"),
    Row("blank", "run blank.txt", "blank.txt holds nothing but blanks"),
    Row("only a byte order mark", "run mark.txt", "mark.txt is empty"),
    Row("binary", "run png.txt", "png.txt is not a text file"),
    Row("NULs", "run nul.txt", "nul.txt is not a text file"),
    Row("damaged UTF-8", "run damaged.txt", "damaged.txt is UTF-8 with damage: byte"),
    Row("half a code unit", "run half16.txt", "begins with the mark of UTF-16-LE but is not"),
    Row("French", "run french.txt", "french.txt does not look English"),
    Row("Chinese", "run chinese.txt", "0 of its 28 letters are Latin"),
    Row("name with a NUL", "run 'a\0b.txt'", "null byte"),
    Row("name that is too long", f"run {'n' * 300}.txt", "cannot be read: File name too long"),
    Row("too long a text", "run good.txt --max-chars 10", "longer than the limit of 10"),
    Row("limit of nothing", "run good.txt --max-chars 0", "max_chars is 0; it must be at least 1"),
    Row("limit that is no number", "run good.txt --max-chars many", "Invalid value for '--max-chars'"),
    Row("empty standard input", "run - -o out", "stdin is empty"),
    Row("binary standard input", "run - -o out", "stdin is not a text file", FILES["png.txt"]),
    # references
    Row("missing reference", "run good.txt -r nowhere.txt", "there is no file nowhere.txt"),
    Row("one of two missing", "run good.txt -r ref.txt -r nowhere.txt", "there is no file nowhere.txt"),
    Row("empty reference", "run good.txt -r empty.txt", "empty.txt is empty"),
    Row("binary reference", "run good.txt -r png.txt", "png.txt is not a text file"),
    Row("folder without texts", "run good.txt -r notes", "folder notes holds no reference"),
    Row("folder with nothing but a README", "run good.txt -r nothing", "folder nothing holds no reference"),
    Row("too long a reference", "run lines2.txt -r good.txt --max-chars 70", "good.txt has 84 characters, more than"),
    # settings
    Row("unknown mode", "run good.txt --mode loose", "unknown mode 'loose'; choose one of: comparable, parallel"),
    Row("unknown precision", "run good.txt --precision int8", "unknown precision 'int8'; choose one of: float32"),
    Row("precision of another model", "run good.txt --precision bfloat16 --model x", "is for the bundled model"),
    Row("unknown severity", "run good.txt --fail-on grave", "unknown severity 'grave' for --fail-on; choose one"),
    Row("quality without a reference", "run good.txt --fail-under 60", "--fail-under needs references"),
    Row("quality that is no number", "run good.txt -r ref.txt --fail-under high", "Invalid value for '--fail-under'"),
    Row("quality out of range", "run good.txt -r ref.txt --fail-under 101", "--fail-under is 101; it must lie"),
    Row("quality that is not a figure", "run good.txt -r ref.txt --fail-under nan", "--fail-under is nan; it must lie"),
    Row("missing list of forms", "run good.txt --allow nowhere.txt", "there is no file nowhere.txt"),
    Row("folder of forms", "run good.txt --allow notes", "notes is a folder"),
    Row("binary list of forms", "run good.txt --allow binary-forms.txt", "binary-forms.txt is not a text file"),
    Row("missing confusions", "run good.txt -r ref.txt --confusions nowhere.csv", "nowhere.csv"),
    Row("confusions of another form", "run good.txt -r ref.txt --confusions list.json", "list.json"),
    Row("missing decisions", "run good.txt --decisions nowhere.json", "cannot read the decisions nowhere.json"),
    Row("decisions that are no JSON", "run good.txt --decisions no.json", "no.json is no file of decisions"),
    Row("decisions of another form", "run good.txt --decisions list.json", 'it has no list "decisions"'),
    Row("unknown decision", "run good.txt --decisions verdict.json", "the decision on x is 'maybe'; it must be one of"),
    Row("decision on nothing", "run good.txt --decisions no-id.json", "a decision has no id"),
    Row("decisions nested too deep", "run good.txt --decisions deeper.json", "nested deeper than 64 levels"),
    Row("decisions without columns", "run good.txt --decisions no-columns.csv", "it has no column decision, id"),
    # the model
    Row("empty name of a model", "run good.txt --model ''", "the model's name is empty"),
    Row("no such model", "run good.txt --model no-such/model", "no-such/model"),
    Row("folder that holds no model", "run good.txt --model ./not-a-model", "not-a-model"),
    Row("model without weights", "run good.txt --model ./empty-model", "empty-model"),
    Row("pickled model", "run good.txt --model ./pickled-model", "pickled-model"),
    Row("model with nested modules", "run good.txt --model ./deep-model", "modules.json cannot be read"),
    Row("model of no modules", "run good.txt --model ./hollow-model", "names no module"),
    Row("model with odd modules", "run good.txt --model ./odd-model", "modules.json cannot be read"),
    Row("damaged model", "run good.txt --model ./damaged-model", "damaged-model"),
    # where results go
    Row("output is a file", "run good.txt -o taken", "cannot write to taken"),
    Row("output below a file", "run good.txt -o taken/below", "taken is not a folder"),
    Row("output that cannot be made", "run good.txt -o /proc/audit", "cannot write to /proc/audit"),
    Row("output name too long", f"run good.txt -o {'o' * 300}", "cannot write to ooo"),
    Row("unknown format", "run good.txt --format csv,doc", "unknown format doc; choose from csv"),
    Row("no format", "run good.txt --format ,", "unknown format (none)"),
    # audit demo
    Row("demo: output is a file", "demo -o taken", "cannot write to taken"),
    Row("demo: unknown format", "demo --format pdf", "unknown format pdf"),
    # audit score
    Row("score: unequal lines", "score lines3.txt -r lines2.txt", "lines3.txt has 3 lines but the references have 2"),
    Row("score: second file unequal", "score lines2.txt lines3.txt -r lines2.txt", "lines3.txt has 3 lines"),
    Row("score: missing file", "score nowhere.txt -r lines2.txt", "there is no file nowhere.txt"),
    Row("score: no references named", "score lines2.txt", "Missing option '-r' / '--reference'"),
    Row("score: missing references", "score lines2.txt -r nowhere.txt", "there is no file nowhere.txt"),
    Row("score: folder as references", "score lines2.txt -r notes", "notes is a folder"),
    Row("score: empty references", "score lines2.txt -r no-lines.txt", "no-lines.txt is empty"),
    Row("score: unknown format", "score lines2.txt -r lines2.txt --format xml", "unknown format 'xml'; choose one"),
    Row("score: no such model", "score lines2.txt -r lines2.txt --model no-such/model", "no-such/model"),
    # audit report
    Row("report: missing file", "report nowhere.json", "cannot read nowhere.json: No such file"),
    Row("report: folder", "report notes", "cannot read notes: Is a directory"),
    Row("report: no JSON", "report no.json", "no.json: this is not an audit.json"),
    Row("report: truncated", "report truncated.json", "truncated.json: this is not an audit.json"),
    Row("report: a list", "report list.json", "it has no schema_version"),
    Row("report: nested too deep", "report deep.json", "deep.json: this is not an audit.json"),
    Row("report: nested to no end", "report nested.json", "nested deeper than 64 levels"),
    Row("report: summary of another kind", "report summary.json", "this audit.json is damaged"),
    Row("report: too large", "report large.json", "larger than 1024 MiB"),
    Row("report: another version", "report other.json", "it has schema_version 99, 1 is read"),
    Row("report: wrong offsets", "report shifted.json", "this audit.json is damaged"),
    Row("report: output is a file", "report audit.json -o taken", "cannot write to taken"),
    Row("report: unknown format", "report audit.json --format doc", "unknown format doc"),
    # audit corpus
    Row("corpus: damaged run", "corpus manifest.jsonl -o run-damaged", "run.json cannot be read"),
    Row("corpus: another kind of run", "corpus manifest.jsonl -o run-other", "run.json is damaged"),
    # audit fix
    Row("fix: missing file", "fix nowhere.txt", "there is no file nowhere.txt"),
    Row("fix: confidence out of range", "fix good.txt --min-confidence 2", "--min-confidence is 2.0; it must lie"),
    Row("fix: output is a folder", "fix good.txt -o notes", "notes is a folder; name a file"),
    Row("fix: output in no folder", "fix good.txt -o nowhere/fixed.txt", "there is no folder nowhere"),
    Row("fix: missing decisions", "fix good.txt --decisions nowhere.json", "cannot read the decisions nowhere.json"),
    Row("fix: not English", "fix french.txt", "french.txt does not look English"),
]  # fmt: skip


def test_the_table_is_long_and_its_names_are_unique() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 60


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with all the files, good and bad."""
    whole = interchange.to_dict(example())
    document = example().document
    moved = interchange.to_dict(replace(example(), document=replace(document, text=f"x{document.text}")))
    files = FILES | {
        "audit.json": json.dumps(whole),
        "truncated.json": json.dumps(whole)[:-100],
        "shifted.json": json.dumps(moved),
        "summary.json": json.dumps(whole | {"summary": {"mean_quality": "high"}}),
    }
    with (tmp_path / "large.json").open("wb") as large:  # a hole: no disk is filled
        large.truncate((1 << 30) + 1)
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def everything(folder: Path) -> dict[str, bytes | None]:
    paths = (p for p in folder.rglob("*") if p.name != "large.json")
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in paths}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_bad_input(row: Row, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(row.stdin)))
    before = everything(folder)
    code = run(shlex.split(row.typed), Interruption())
    out, err = capsys.readouterr()
    assert row.said in err
    assert code == 2
    assert out == ""
    assert err.startswith("audit: ")
    assert len(err.splitlines()) <= 3
    assert "Traceback" not in err
    assert "internal error" not in err
    assert everything(folder) == before
