"""What each kind of evidence of the linking is worth: recall and precision with it switched off.

    python tests/benchmarks/ablation.py [--documents 20] [--references 001] [--together role,office,...]

Two tables in one: garbled texts of the ``tune`` test sets against a free arrangement of the human translation
(``entities_mangled``), and the annotated case, document 000 against ``--references`` (001 shares the least wording with
it). ``--together``: these kinds at once in place of each by itself.
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
def without(features: Sequence[str]) -> Iterator[None]:
    """Give kinds of evidence no weight."""
    from audit.entities import evidence

    whole = evidence.weights()
    less = evidence.Weights(whole.version, whole.bias, {**whole.features, **dict.fromkeys(features, 0.0)})
    with patch.object(evidence, "weights", lambda: less):
        yield


def annotated(shared: Path, references: Sequence[str]) -> tuple[Case, list[str]]:
    """Return the annotated case and its references; the case has them as one text."""
    from audit.texts import read_document

    numbers = ("000", *references)
    hypothesis, *others = (read_document(next((shared / "seeds").glob(f"{n}_*.txt"))).text for n in numbers)
    with (shared / "gold" / "entities.csv").open(encoding="utf-8", newline="") as stream:
        gold = [
            GoldSpan(int(r["start"]), int(r["end"]), r["surface"], r["correct"], r["kind"], r["severity"])
            for r in csv.DictReader(stream)
            if r["start"]
        ]
    return Case("annotated.000", hypothesis, "\n".join(others), gold, ""), others


def figures(auditor: Any, chosen: Sequence[tuple[Case, list[str]]]) -> tuple[float, float]:
    """Return recall of what the reference supports, and precision."""
    outcome = Outcome()
    for case, references in chosen:
        result = auditor.audit_text(case.hypothesis, references)
        count(case, [f for f in result.findings if f.kind in KINDS], outcome)
    total = outcome.total
    return total.found / max(total.supported, 1), total.right / max(total.predicted, 1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--references", default="001", help="numbers of the annotated case's references")
    parser.add_argument("--together", default="", help="kinds of evidence to switch off at once")
    options = parser.parse_args()
    from audit import Auditor
    from audit.entities import evidence
    from audit.settings import Settings

    chosen = list(cases(options.shared / "bench" / "corpus.jsonl.gz", "tune", "comparable", "human"))
    chosen = [chosen[i * len(chosen) // options.documents] for i in range(options.documents)]
    garbled = [(case, [case.reference]) for case in chosen]
    auditor = Auditor(Settings(scores=False))
    real = [annotated(options.shared, options.references.split(","))]
    together = [options.together.split(",")] if options.together else [[f] for f in evidence.weights().features]
    print(f"{'without':<20}{'garbled: recall':>17}{'precision':>11}{'annotated: recall':>19}{'precision':>11}")
    for features in ([], *together):
        with without(features):
            row = (*figures(auditor, garbled), *figures(auditor, real))
        name = features[0] if len(features) == 1 else f"({len(features) or 'nothing'})"
        print("{:<20}{:>17.3f}{:>11.3f}{:>19.3f}{:>11.3f}".format(name, *row), flush=True)


if __name__ == "__main__":
    main()
