"""Mutation testing of the detectors, the alignment and the tables, on a sample drawn by chance.

    pip install mutmut==3.8.1
    python tests/benchmarks/mutation.py mutants --seed 20261123      # about half an hour on one core
    python tests/benchmarks/mutation.py mutants --report             # scores and survivors of that run again

Works on a copy of the repository in the folder named. From all mutants of each part, sorted by name, as many as are
wanted are drawn; ``--without`` names mutants that are not to be drawn, for instance those that tests were written for.
A mutant that runs into mutmut's time limit counts as killed, one that no test covers as survived.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COPIED = ("audit", "tests", "reference", "seeds", "pyproject.toml")
PARTS = {
    "detectors": (("audit.detectors.",), 220),
    "alignment": (("audit.alignment.",), 130),
    "tables": (("audit.reporting.tables.", "audit.cells."), 70),
}
"""How the names of a part's mutants begin, and how many are drawn where nothing else is said."""

MUTATED = ("audit/detectors/*.py", "audit/alignment/*.py", "audit/reporting/tables.py", "audit/cells.py")
TESTS = """
    alignment alignment_oracles casing corridor damage features figures_rules findings linking names numbers omission
    pairing quotation registry relations rewriting spelling tables tagger titles wording wording_rules
""".split()
"""What is run on each mutant: tests/test_NAME.py."""

_SURVIVED = {0, 5, 33, 34}
"""Exit codes that mutmut notes for: all tests passed; no test; skipped."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the copy and the mutants go; overwritten")
    parser.add_argument("--seed", type=int, default=1)
    for part, (_, number) in PARTS.items():
        parser.add_argument(f"--{part}", type=int, default=number, help=f"mutants of it ({number})")
    parser.add_argument("--without", type=Path, help="file with names of mutants, one a line, that are not drawn")
    parser.add_argument("--report", action="store_true", help="run nothing")
    told = parser.parse_args()
    drawn_file = told.folder / "drawn.txt"
    if not told.report:
        copied(told.folder)
        mutmut(told.folder, "audit.cells.*")  # any run makes all mutants first
        if not results(told.folder):
            sys.exit(f"mutmut made no mutants; {told.folder / 'run.log'} says why")
        left_out = set(told.without.read_text("utf-8").split()) if told.without else set()
        drawn = draw(sorted(set(results(told.folder)) - left_out), told.seed, {p: getattr(told, p) for p in PARTS})
        drawn_file.write_text("\n".join(drawn) + "\n", "utf-8")
        mutmut(told.folder, *drawn)
    report(told.folder, drawn_file.read_text("utf-8").split())
    return 0


def copied(folder: Path) -> None:
    """Copy the repository to ``folder``, with the settings of mutmut."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    settings = {
        "source_paths": ["audit"],
        "only_mutate": MUTATED,
        "also_copy": ["audit", "reference", "seeds"],
        "pytest_add_cli_args_test_selection": [f"tests/test_{name}.py" for name in TESTS],
        "pytest_add_cli_args": ["-x", "-q", "-p", "no:cacheprovider"],
    }
    lists = [f"{key}=" + "".join(f"\n    {value}" for value in values) for key, values in settings.items()]
    flags = [f"{key}=false" for key in ("use_git_change_detection", "track_dependencies", "use_setproctitle")]
    (folder / "setup.cfg").write_text("\n".join(["[mutmut]", *lists, *flags, ""]), "utf-8")


def mutmut(folder: Path, *names: str) -> None:
    # Without the evaluation data, so that it is the same everywhere.
    environment = os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "AUDIT_SHARED": os.devnull}
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    with (folder / "run.log").open("a") as log:
        subprocess.run(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False)


def results(folder: Path) -> dict[str, int | None]:
    """Return the exit code of the tests by mutant; None where they were not run."""
    found: dict[str, int | None] = {}
    for path in (folder / "mutants").rglob("*.meta"):
        found |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return found


def draw(names: list[str], seed: int, wanted: dict[str, int]) -> list[str]:
    chance = random.Random(seed)
    drawn: list[str] = []
    for part, number in wanted.items():
        of_part = [name for name in names if name.startswith(PARTS[part][0])]
        print(f"{part}: {number} of {len(of_part)} mutants")
        drawn += sorted(chance.sample(of_part, min(number, len(of_part))))
    return drawn


def report(folder: Path, drawn: list[str]) -> None:
    found = results(folder)
    survivors = [name for name in drawn if found[name] in _SURVIVED]
    print("\n| part | mutants | killed | score |\n|---|---|---|---|")
    for part, prefixes in [*((part, prefixes) for part, (prefixes, _) in PARTS.items()), ("all", ("",))]:
        those = [name for name in drawn if name.startswith(prefixes) and found[name] is not None]
        killed = len(those) - len(set(those) & set(survivors))
        print(f"| {part} | {len(those)} | {killed} | {killed / max(1, len(those)):.3f} |")
    if unrun := [name for name in drawn if found[name] is None]:
        print(f"not run: {len(unrun)}")
    for name in survivors:
        print(f"\n{name}\n" + "\n".join(difference(folder, name)))


def difference(folder: Path, mutant: str) -> Iterator[str]:
    """Yield the lines that ``mutant`` changes, before and after."""
    module, function = mutant.rsplit(".", 1)
    path = folder / "mutants" / (module.replace(".", "/") + ".py")
    path = path if path.exists() else path.with_suffix("") / "__init__.py"
    source = path.read_text("utf-8")
    lines = source.split("\n")
    written = {
        node.name: lines[node.lineno - 1 : node.end_lineno]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    }
    original = re.sub(r"__mutmut_\d+$", "__mutmut_orig", function)
    for line in difflib.unified_diff(written[original], written[function], n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")) and "__mutmut_" not in line:
            yield line


if __name__ == "__main__":
    sys.exit(main())
