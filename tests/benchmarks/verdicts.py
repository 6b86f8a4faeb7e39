#!/usr/bin/env python3
"""What does ``audit corpus --verdict`` say of clean, machine-translated and garbled texts?

usage: verdicts.py [--shared ../shared] [--split test|tune]

Human translations of news stand for clean text; the outputs of each system as they are, of which nobody has said how
good they are; both after the mangler for garbled text, at two rates, as passages of about 250 words and four of them
joined. The fit (``training/train_verdict.py``) saw only the test sets called tune. Precision counts clean and garbled
texts alike often. Exit code 1: a target was missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from audit.corpus.verdict import judge, signs  # noqa: E402
from audit.records import Document  # noqa: E402
from audit.settings import Settings  # noqa: E402
from benchmarks.entities_mangled import split_of  # noqa: E402
from benchmarks.mangler import mangle  # noqa: E402

RATES = (0.25, 0.5)
JOINED = 4
TARGETS = {"precision": 0.97, "clean called garbled": 0.02}


@dataclass(frozen=True)
class Example:
    """A text; ``kind`` is clean, machine or garbled, ``group`` says more."""

    kind: str
    group: str
    test_set: str
    text: str

    @property
    def signs(self) -> tuple[dict[str, list[str]], int, int]:
        return signs(Document("", self.text), Settings())


def examples(shared: Path, split: str) -> Iterator[Example]:
    """Yield all texts of the test sets of ``split``."""
    with gzip.open(shared / "bench" / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    human: dict[str, list[str]] = defaultdict(list)
    system: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        test_set = (row["id"] if row["type"] == "reference" else row["reference"]).rpartition(".")[0]
        if split_of(test_set) != split:
            continue
        if row["type"] == "reference":
            human[test_set].append(row["text"])
        else:
            system[test_set, row["id"].rpartition(".")[2]].append(row["text"])
    for test_set, texts in human.items():
        for size in (1, JOINED):
            for number, start in enumerate(range(0, len(texts) - size + 1, size)):
                text, length = "\n".join(texts[start : start + size]), "long" if size > 1 else "short"
                yield Example("clean", f"human, {length}", test_set, text)
                rate = RATES[number % len(RATES)]
                garbled, _ = mangle(text, seed=number, rate=rate)
                yield Example("garbled", f"human, {length}, mangled {rate}", test_set, garbled)
    for (test_set, name), texts in system.items():
        for number, text in enumerate(texts):
            yield Example("machine", name, test_set, text)
            if number % 4 == 0:
                rate = RATES[number // 4 % len(RATES)]
                garbled, _ = mangle(text, seed=number, rate=rate)
                yield Example("garbled", f"machine, short, mangled {rate}", test_set, garbled)


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--split", choices=("test", "tune"), default="test")
    told = parser.parse_args()
    said: dict[str, dict[str, list[float | None]]] = defaultdict(lambda: defaultdict(list))
    for example in examples(told.shared, told.split):
        verdict = judge(Document("", example.text), Settings())
        said[example.kind][example.group].append(verdict.garbled)

    def share(values: list[float | None], what: str) -> float:
        tests = {"garbled": lambda v: v is not None and v > 0.5, "clean": lambda v: v is not None and v <= 0.5,
                 "nothing": lambda v: v is None}  # fmt: skip
        return sum(map(tests[what], values)) / max(len(values), 1)

    print(f"{'':34} {'texts':>6} {'garbled':>8} {'clean':>8} {'nothing':>8}")
    for kind, groups in said.items():
        for group, values in sorted(groups.items()):
            shares = (share(values, what) for what in ("garbled", "clean", "nothing"))
            print(f"{kind + ': ' + group:34} {len(values):6}", *(f"{s:8.3f}" for s in shares))
    clean = [v for values in said["clean"].values() for v in values]
    garbled = [v for values in said["garbled"].values() for v in values]
    recall, false = share(garbled, "garbled"), share(clean, "garbled")
    right, wrong = share(clean, "clean"), share(garbled, "clean")
    figures = {"precision": recall / max(recall + false, 1e-9), "clean called garbled": false}
    print(f"garbled: precision {figures['precision']:.3f}, recall {recall:.3f}")
    print(f"clean:   precision {right / max(right + wrong, 1e-9):.3f}, recall {right:.3f}")
    bins: dict[int, list[bool]] = defaultdict(list)
    for kind, values in (("clean", clean), ("garbled", garbled)):
        for value in values:
            if value is not None:
                bins[min(int(value * 10), 9)].append(kind == "garbled")
    for place, hits in sorted(bins.items()):
        print(f"said {place / 10:.1f}–{(place + 1) / 10:.1f}: {sum(hits) / len(hits):.3f} of {len(hits)} were garbled")
    missed = figures["precision"] < TARGETS["precision"] or false > TARGETS["clean called garbled"]
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
