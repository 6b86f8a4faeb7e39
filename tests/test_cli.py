"""The command line: what is said where, and with which exit code."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import audit
from audit.cli import app, run
from audit.demo import demonstration
from audit.interruption import Interruption
from audit.reporting.tables import TABLES

HYPOTHESIS, REFERENCES = demonstration()
CASE = [str(HYPOTHESIS), *(part for path in REFERENCES for part in ("-r", str(path)))]
LIGHT = ["--format", "csv,json"]


def call(*arguments: str | Path) -> int:
    return run([str(argument) for argument in arguments], Interruption())


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case") / "out"
    assert call("run", *CASE, "-o", folder, *LIGHT, "-q") == 0
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# saying what there is


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--help") == 0
    out, err = capsys.readouterr()
    assert err == ""
    for command in ("run", "demo", "score", "report", "fix", "schema", "cache"):
        assert re.search(rf"^  {command}\s+\w", out, re.MULTILINE)


def test_no_arguments_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert call() == 0
    bare = capsys.readouterr().out
    assert call("--help") == 0
    assert bare == capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version") == 0
    assert capsys.readouterr().out == f"audit {audit.__version__}\n"


def test_every_option_has_help() -> None:
    from typer.main import get_command

    def parameters(command):
        for sub in getattr(command, "commands", {}).values():
            yield from parameters(sub)
        yield from ((command.name, p.name, getattr(p, "help", None)) for p in command.params)

    assert [(command, name) for command, name, text in parameters(get_command(app)) if not text] == []


# audit run


def test_the_summary_can_be_acted_on(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", *CASE, "-o", here / "out", "--format", "csv,json,html") == 0
    out, err = capsys.readouterr()
    result = audit.AuditResult.from_dict(json.loads((here / "out" / "audit.json").read_text("utf-8")))
    summary = result.summary
    assert out.splitlines()[0] == "demo.txt against demo-wire.txt, demo-weekly.txt"
    assert f"{summary['audited']} audited, {summary['aligned']} of them with a counterpart" in out
    assert f"{summary['mean_quality']:.0f} of 100" in out
    for kind, counts in summary["by_kind"].items():
        assert re.search(rf"^{kind}\s+{counts['major']}\s+{counts['minor']}$", out, re.MULTILINE)
    for entity in summary["worst_entities"]:
        form, count = next(iter(entity["forms"].items()))
        assert re.search(
            rf"^{re.escape(entity['entity'])}\s+{entity['findings']}\s+{re.escape(form)} ×{count}", out, re.M
        )
    assert out.splitlines()[-1] == f"report: {here / 'out' / 'report.html'}"
    assert "\r" not in err
    assert "\x1b" not in err


def test_by_default_results_go_to_reports(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "A story, part 2.txt").write_text("Mr. Taman spoke. Mr. Tamman left the room.")
    assert call("run", "A story, part 2.txt", "--format", "json", "-q") == 0
    assert (here / "reports" / "A_story_part_2" / "audit.json").is_file()
    assert capsys.readouterr().out == "reports/A_story_part_2\n"


def test_standard_input(here: Path, audited: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HYPOTHESIS.read_bytes())))
    assert call("run", "-", *CASE[1:], *LIGHT, "-q") == 0
    piped = audit.read_table(here / "reports" / "stdin" / "entities.csv")
    named = audit.read_table(audited / "entities.csv")
    assert set(piped["document"]) == {"stdin"}
    assert list(piped["surface"]) == list(named["surface"])


def test_quiet_says_only_where_the_report_is(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "latin1.txt").write_bytes("The café’s owner met Mr. Taman. The café is open.".encode("cp1252"))
    assert call("run", "latin1.txt", "-o", "out", "-q", "--format", "html") == 0
    assert capsys.readouterr() == ("out/report.html\n", "")


def test_remarks_go_to_standard_error(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "latin1.txt").write_bytes("The café’s owner met Mr. Taman. The café is open.".encode("cp1252"))
    assert call("run", "latin1.txt", "-o", "out", *LIGHT) == 0
    assert "audit: latin1.txt: recognised and read as cp1252, not UTF-8" in capsys.readouterr().err


def test_verbose_tells_each_step(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", *CASE, "-o", here / "out", *LIGHT, "--verbose") == 0
    err = capsys.readouterr().err
    for step in ("embedding", "aligning", "detecting", "scoring", "writing"):
        assert re.search(rf"^ +\d+\.\d\d s  {step} ", err, re.MULTILINE)


@pytest.mark.parametrize(
    ("gate", "code", "said"),
    [
        (["--fail-on", "major"], 1, "findings of severity major (--fail-on major)"),
        (["--fail-on", "minor"], 1, "findings of severity minor or major (--fail-on minor)"),
        (["--fail-under", "99"], 1, "(--fail-under 99)"),
        (["--fail-under", "1"], 0, ""),
        (["--fail-on", "major", "--fail-under", "99"], 1, "--fail-under"),
    ],
)
def test_gates(here: Path, capsys: pytest.CaptureFixture[str], gate: list[str], code: int, said: str) -> None:
    assert call("run", *CASE, "-o", here / "out", *LIGHT, "-q", *gate) == code
    assert said in capsys.readouterr().err
    assert (here / "out" / "audit.json").is_file()


def test_a_clean_text_passes_the_gate(here: Path) -> None:
    (here / "clean.txt").write_bytes(REFERENCES[0].read_bytes())
    assert (
        call("run", "clean.txt", "-r", str(REFERENCES[0]), *LIGHT, "-q", "--fail-on", "minor", "--fail-under", "95")
        == 0
    )


def test_what_is_allowed_is_not_flagged(here: Path, audited: Path) -> None:
    form = audit.read_table(audited / "entities.csv")["surface"].iloc[0]
    (here / "allow.txt").write_text(f"# house style\n\n  {form}  \n")
    assert call("run", *CASE, "-o", here / "out", *LIGHT, "-q", "--allow", here / "allow.txt") == 0
    assert form not in set(audit.read_table(here / "out" / "entities.csv")["surface"])


def test_what_a_reviewer_rejected_does_not_come_back(here: Path, audited: Path) -> None:
    table = audit.read_table(audited / "findings.csv")
    rejected = table["id"].iloc[0]
    (here / "d.json").write_text(json.dumps({"decisions": [{"id": rejected, "decision": "reject"}]}))
    assert call("run", *CASE, "-o", here / "out", *LIGHT, "-q", "--decisions", here / "d.json") == 0
    assert set(audit.read_table(here / "out" / "findings.csv")["id"]) == set(table["id"]) - {rejected}


def test_only_the_formats_asked_for(here: Path) -> None:
    assert call("run", *CASE, "-o", here / "out", "-q", "--format", "CSV, json") == 0
    names = {path.name for path in (here / "out").iterdir()}
    assert names == {*(f"{name}.csv" for name in TABLES), "audit.json", "signature.txt"}


def test_ter_is_computed_on_request(here: Path, audited: Path) -> None:
    assert audit.read_table(audited / "sentences.csv")["ter"].isna().all()
    (here / "a.txt").write_text("The mayor opened the bridge on Monday.")
    (here / "b.txt").write_text("The mayor opened a bridge on Monday.")
    assert call("run", "a.txt", "-r", "b.txt", "-o", "out", *LIGHT, "-q", "--ter") == 0
    table = audit.read_table(here / "out" / "sentences.csv")
    assert table["ter"].between(1, 100).all()


def test_any_language_insists(here: Path) -> None:
    (here / "fr.txt").write_text("Le maire a inauguré le nouveau pont lundi. Elle a remercié les ouvriers.")
    assert call("run", "fr.txt", *LIGHT, "-q") == 2
    assert call("run", "fr.txt", *LIGHT, "-q", "--any-language") == 0


# the other commands


def test_report_renders_the_same_files(here: Path, audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("report", audited / "audit.json", "-o", here / "again", *LIGHT) == 0
    first, again = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in (audited, here / "again"))
    assert again == first
    assert capsys.readouterr().out.startswith("demo.txt against")


def test_schema_describes_what_is_written(audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("schema") == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads((audited / "audit.json").read_text("utf-8")))


def test_fix_writes_the_corrected_text(here: Path, audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("fix", *CASE) == 0
    fixed, err = capsys.readouterr()
    assert call("fix", *CASE, "-o", here / "fixed.txt", "-q") == 0
    assert (here / "fixed.txt").read_text("utf-8") == fixed
    table = audit.read_table(audited / "entities.csv")
    sure = table[(table["supported"] == "yes") & (table["confidence"] >= 0.5) & (table["suggestion"] != "")]
    number = int(re.search(r"^audit: (\d+) corrections$", err, re.MULTILINE)[1])
    assert 0 < number <= len(sure)
    assert err.count(" → ") == number
    before = HYPOTHESIS.read_text("utf-8")
    assert fixed != before
    assert fixed.count("\n") == before.count("\n")


def test_fix_takes_a_reviewers_decisions(here: Path, audited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = audit.read_table(audited / "entities.csv")
    first = table[table["supported"] == "yes"].iloc[0]
    (here / "d.csv").write_text(f"id,decision,correction\n{first['id']},correct,Wilhelmina\n")
    assert call("fix", *CASE, "--decisions", here / "d.csv", "-q") == 0
    fixed, err = capsys.readouterr()
    assert fixed.count("Wilhelmina") == 1
    assert err == ""


@pytest.fixture
def systems(here: Path) -> Path:
    (here / "ref.txt").write_text("The mayor opened the bridge.\nIt rained all day.\nNobody came.\n")
    (here / "good.txt").write_text("The mayor opened the bridge.\nIt rained the whole day.\nNobody came.\n")
    (here / "bad.txt").write_text("The major open bridge.\n\nEverybody came.\n")
    return here


def test_score_compares_systems(systems: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("score", "good.txt", "bad.txt", "-r", "ref.txt") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["system", "quality", "mqm", "similarity", "bleu", "chrf"]
    assert [line.split()[0] for line in lines[1:3]] == ["good.txt", "bad.txt"]
    assert float(lines[1].split()[1]) > float(lines[2].split()[1])
    assert any("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" in line for line in lines)


def test_the_corpus_figures_are_sacrebleus_own(systems: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("score", "bad.txt", "-r", "ref.txt", "--format", "json", "--ter") == 0
    corpus = json.loads(capsys.readouterr().out)["systems"][0]["corpus"]
    for metric, name in (("bleu", "bleu"), ("chrf", "chrf"), ("ter", "ter")):
        command = [sys.executable, "-m", "sacrebleu", "ref.txt", "-i", "bad.txt", "-m", metric, "-b", "-w", "4"]
        theirs = subprocess.run(command, capture_output=True, text=True, check=True, cwd=systems).stdout
        assert corpus[name] == pytest.approx(float(theirs), abs=1e-4)


def test_score_by_segment(systems: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("score", "good.txt", "bad.txt", "-r", "ref.txt", "--format", "csv") == 0
    rows = [line.split(",") for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["system", "segment", "quality", "mqm", "similarity", "bleu", "chrf", "ter"]
    assert [row[:2] for row in rows[1:]] == [[name, str(n)] for name in ("good.txt", "bad.txt") for n in range(3)]
    assert float(rows[1][2]) >= 99
    assert float(rows[5][2]) == 0
    assert all(row[7] == "" for row in rows[1:])


def test_cache_says_what_it_holds_and_can_be_emptied(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("cache", "info") == 0
    assert capsys.readouterr().out


# streams


def test_errors_take_one_line_and_no_traceback_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", "nowhere.txt") == 2
    assert capsys.readouterr() == ("", "audit: there is no file nowhere.txt\n")
    assert call("run", "nowhere.txt", "--verbose") == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_defect_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from audit.reporting import interchange

    def broken() -> None:
        raise ZeroDivisionError("here")

    monkeypatch.setattr(interchange, "schema", broken)
    assert call("schema") == 2
    assert capsys.readouterr().err == "audit: internal error, please report it: ZeroDivisionError: here\n"


def test_names_cannot_steer_the_terminal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "evil\x1b[2J\u202e.txt"
    assert call("run", name) == 2
    assert capsys.readouterr().err == "audit: there is no file evil\\x1b[2J\\u202e.txt\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "audit", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait() == 0
    assert err == b""


def test_closed_output_is_no_error(here: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m audit --version >&-",
        shell=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_behind_standard_output_is_said() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "audit", "schema"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_bar_is_for_terminals(here: Path) -> None:
    primary, secondary = pty.openpty()
    command = [sys.executable, "-m", "audit", "run", *CASE, "-o", str(here / "out"), *LIGHT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=secondary) as process:
        os.close(secondary)
        seen = b""
        while True:
            try:
                chunk = os.read(primary, 4096)
            except OSError:
                break
            if not chunk:
                break
            seen += chunk
        out = process.stdout.read()
        assert process.wait() == 0
    os.close(primary)
    assert b"[" in seen
    assert "aligning" in seen.decode()
    assert seen.decode().rstrip().endswith("\x1b[K")
    assert b"\x1b" not in out
