"""What each kind of evidence of the linking is worth: recall and precision with it switched off.

    python tests/benchmarks/ablation.py [--documents 20] [--shared ../shared]

Two tables in one: garbled texts of the ``tune`` test sets against a free arrangement of the human translation
(``entities_mangled``), and the annotated case, document 000 against 001 alone, which shares the least wording with it.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from benchmarks.entities_mangled import Case, Outcome, cases, count  # noqa: E402
from benchmarks.mangler import KINDS, GoldSpan  # noqa: E402


@contextmanager
def without(feature: str) -> Iterator[None]:
    """Give a kind of evidence no weight."""
    from audit.entities import evidence

    whole = evidence.weights()
    less = evidence.Weights(whole.version, whole.bias, {**whole.features, feature: 0.0} if feature else whole.features)
    with patch.object(evidence, "weights", lambda: less):
        yield


def annotated(shared: Path) -> Case:
    """Return the annotated case with document 001 as its only reference."""
    from audit.texts import read_document

    files = {number: read_document(next((shared / "seeds").glob(f"{number}_*.txt"))).text for number in ("000", "001")}
    with (shared / "gold" / "entities.csv").open(encoding="utf-8", newline="") as stream:
        gold = [
            GoldSpan(int(r["start"]), int(r["end"]), r["surface"], r["correct"], r["kind"], r["severity"])
            for r in csv.DictReader(stream)
            if r["start"]
        ]
    return Case("annotated.000", files["000"], files["001"], gold, "")


def figures(auditor: Any, chosen: Sequence[Case]) -> tuple[float, float]:
    """Return recall of what the reference supports, and precision."""
    outcome = Outcome()
    for case in chosen:
        result = auditor.audit_text(case.hypothesis, [case.reference])
        count(case, [f for f in result.findings if f.kind in KINDS], outcome)
    total = outcome.total
    return total.found / max(total.supported, 1), total.right / max(total.predicted, 1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--documents", type=int, default=20)
    options = parser.parse_args()
    from audit import Auditor
    from audit.entities import evidence
    from audit.settings import Settings

    chosen = list(cases(options.shared / "bench" / "corpus.jsonl.gz", "tune", "comparable", "human"))
    chosen = [chosen[i * len(chosen) // options.documents] for i in range(options.documents)]
    auditor = Auditor(Settings(scores=False))
    real = [annotated(options.shared)]
    print(f"{'without':<20}{'garbled: recall':>17}{'precision':>11}{'annotated: recall':>19}{'precision':>11}")
    for feature in ("", *evidence.weights().features):
        with without(feature):
            row = (*figures(auditor, chosen), *figures(auditor, real))
        print("{:<20}{:>17.3f}{:>11.3f}{:>19.3f}{:>11.3f}".format(feature or "(nothing)", *row), flush=True)


if __name__ == "__main__":
    main()
