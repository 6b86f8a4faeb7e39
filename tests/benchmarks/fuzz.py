"""Runs the properties of tests/test_fuzz.py for long, led by coverage (atheris), and says how many cases they saw.

    pip install atheris        # Linux; without it hypothesis goes on by chance alone
    python tests/benchmarks/fuzz.py --minutes 40 -o reports/fuzz.json

Each property gets its share of the time in a process of its own. The exit code is 1 where one failed; its input is
then printed, and kept in --artefacts.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
WEIGHTS = {"test_any_text_gives_an_audit_that_holds": 6, "test_a_text_against_a_version_of_itself": 4}
"""How much of the time a property gets; others 1."""

_MAX_LENGTH = 8192
_CASE_SECONDS = 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=40, help="of all properties together")
    parser.add_argument("--property", action="append", default=[], help="only these")
    parser.add_argument("--artefacts", type=Path, default=Path("reports/fuzz"), help="corpora, and inputs that failed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, help="JSON file of the figures")
    parser.add_argument("--one", metavar="SECONDS", type=int, help=argparse.SUPPRESS)
    told = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    led = importlib.util.find_spec("atheris") is not None
    if told.one:
        (_led if led else _by_chance)(told.property[0], told.one, told.artefacts, told.seed)
        return 0
    names = told.property or _properties()
    whole = sum(WEIGHTS.get(name, 1) for name in names)
    figures = []
    for name in names:
        seconds = max(5, round(60 * told.minutes * WEIGHTS.get(name, 1) / whole))
        figures.append(_measured(name, seconds, told))
        print(json.dumps(figures[-1]), flush=True)
    failed = [figure["property"] for figure in figures if figure["failed"]]
    total = {"engine": "atheris" if led else "hypothesis", "cases": sum(f["cases"] for f in figures),
             "hours": round(sum(f["seconds"] for f in figures) / 3600, 2), "failed": failed}  # fmt: skip
    print(json.dumps(total))
    if told.output:
        told.output.parent.mkdir(parents=True, exist_ok=True)
        told.output.write_text(json.dumps({**total, "properties": figures}, indent=1) + "\n")
    return bool(failed)


def _properties() -> list[str]:
    import test_fuzz

    return [name for name, value in vars(test_fuzz).items() if hasattr(value, "hypothesis")]


def _measured(name: str, seconds: int, told: argparse.Namespace) -> dict[str, object]:
    command = [sys.executable, __file__, "--one", str(seconds), "--property", name, "--seed", str(told.seed)]
    begun = time.monotonic()
    with subprocess.Popen([*command, "--artefacts", str(told.artefacts)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as process:  # fmt: skip
        said = process.communicate()[0]
    cases = re.findall(r"(?:Done |stat::number_of_executed_units: |#)(\d+)", said)
    if process.returncode:
        print(said[-6000:], flush=True)
    return {
        "property": name,
        "cases": max(map(int, cases), default=0),
        "seconds": round(time.monotonic() - begun),
        "failed": process.returncode != 0,
    }


def _led(name: str, seconds: int, artefacts: Path, seed: int) -> None:
    """Fuzz one property with libFuzzer, which ends the process."""
    import atheris

    with atheris.instrument_imports(include=["audit"]):
        import test_fuzz
    corpus = artefacts / name
    corpus.mkdir(parents=True, exist_ok=True)
    arguments = [sys.argv[0], f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={_MAX_LENGTH}",
                 f"-timeout={_CASE_SECONDS}", "-rss_limit_mb=4096", "-print_final_stats=1",
                 f"-artifact_prefix={artefacts}/{name}-", str(corpus)]  # fmt: skip
    atheris.Setup(arguments, getattr(test_fuzz, name).hypothesis.fuzz_one_input)
    atheris.Fuzz()


def _by_chance(name: str, seconds: int, artefacts: Path, seed: int) -> None:
    import hypothesis
    import test_fuzz

    begun, cases = time.monotonic(), 0
    profile = hypothesis.settings(getattr(test_fuzz, name), max_examples=500, database=None)
    while time.monotonic() - begun < seconds:
        hypothesis.seed(seed + cases)(profile)()
        cases += 500
    print(f"Done {cases} runs")


if __name__ == "__main__":
    sys.exit(main())
