"""What the documents say is so. ``python tests/test_docs.py`` writes docs/command-line.md anew."""

from __future__ import annotations

import io
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from typer.main import get_command

import audit
from audit.cli import app, run
from audit.interruption import Interruption
from audit.reporting.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
REFERENCE = ROOT / "docs" / "command-line.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "seeds/README.md", ROOT / "reference/README.md",
                    ROOT / "reports/README.md"])  # fmt: skip


def commands() -> Iterator[list[str]]:
    def walk(command, path: list[str]) -> Iterator[list[str]]:
        yield path
        for name, sub in getattr(command, "commands", {}).items():
            yield from walk(sub, [*path, name])

    return walk(get_command(app), [])


def reference() -> str:
    """Return the reference of the command line: what each command says of itself."""
    parts = [
        "# Command line\n\nWhat `--help` says. Exit codes: 0 done; 1 a gate failed; 2 wrong use or bad input;"
        " 130, 143 interrupted.\n"
    ]
    os.environ["COLUMNS"] = "80"
    for path in commands():
        out = io.StringIO()
        with redirect_stdout(out):
            run([*path, "--help"], Interruption())
        parts.append(f"## {' '.join(['audit', *path])}\n\n```\n{out.getvalue().strip()}\n```\n")
    return "\n".join(parts)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_reference_of_the_command_line_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert REFERENCE.read_text("utf-8") == reference(), "write it anew with: python tests/test_docs.py"


@pytest.mark.parametrize(
    "line", [line for block in blocks("console") for line in block.splitlines() if "audit " in line]
)
def test_commands_in_the_readme_exist(line: str) -> None:
    words = shlex.split(line[line.index("audit ") :], comments=True)
    command = get_command(app)
    path = [word for word in words[1:2] if word in command.commands]
    assert path, f"no command {words[1]}"
    options = {name for parameter in command.commands[path[0]].params for name in parameter.opts}
    assert {word for word in words if word.startswith("-") and word != "-"} <= options


def test_the_python_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = blocks("python")
    names: dict = {}
    out = io.StringIO()
    with redirect_stdout(out):
        exec(block, names)
    assert "\nSam Al-Tamman → Sam Altman (name_variant, " in "\n" + out.getvalue()
    assert (tmp_path / "reports" / "story" / "report.html").is_file()
    links = audit.align(names["heard"], names["known"])
    assert [(link.hypothesis, link.reference) for link in links] == [((0,), (1,))]


def test_every_file_of_a_report_is_described() -> None:
    for document in (README, (ROOT / "reports" / "README.md").read_text("utf-8")):
        for name in (*(f"{table}.csv" for table in TABLES), "audit.json", "report.html", "signature.txt", "*.png"):
            assert re.search(rf"^\| `?{re.escape(name)}`? \|", document, re.MULTILINE)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["ray"]]
    table = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("## Dependencies")[1]
    described = set(re.findall(r"[\w-]+", " ".join(re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE))))
    assert {re.match(r"[\w-]+", requirement)[0] for requirement in requirements} <= described


def test_the_changelog_knows_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in changelog or f"## [{audit.__version__}]" in changelog


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#:…]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_files_that_documents_name_exist() -> None:
    named = {name for path in DOCUMENTS for name in re.findall(r"\btests/[\w/]+\.(?:py|md)\b", path.read_text("utf-8"))}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


if __name__ == "__main__":
    REFERENCE.parent.mkdir(exist_ok=True)
    REFERENCE.write_text(reference(), "utf-8")
