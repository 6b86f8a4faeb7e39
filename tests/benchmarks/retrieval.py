#!/usr/bin/env python3
"""Does a corpus run find the right reference in a pool, and none where there is none?

usage: retrieval.py [--shared ../shared] [--split test|tune] [--vectors FILE.npz]

The pool is all references of ../shared/bench/corpus.jsonl.gz; each machine translation is looked up as it is, and with
its entities garbled by the mangler; mixed: every other sentence of two neighbours, as an account that shares only a
part of what is told. "None" takes its own reference and the references next to it, which may be of the
same story, out of the pool. The threshold was fitted on the test sets (year and language) called tune, by
``training/train_retrieval.py``; figures of the others say what it is worth. ``--vectors`` keeps the sentences' vectors
between calls. Exit code 1: a target was missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from audit.corpus.pool import Found, Part, Pool, PoolBuilder, Query  # noqa: E402
from audit.corpus.sources import File  # noqa: E402
from audit.corpus.traits import Traits, traits  # noqa: E402
from audit.encoders import load_encoder  # noqa: E402
from audit.records import Document, Text  # noqa: E402
from audit.sentences import split  # noqa: E402
from audit.settings import Settings  # noqa: E402
from benchmarks.entities_mangled import split_of  # noqa: E402
from benchmarks.mangler import mangle  # noqa: E402

CANDIDATES = 32
SHARD = 256
TARGETS = {"plain: the right one first": 0.97, "garbled: the right one first": 0.90, "plain: none": 0.90}


class Stored:
    """Vectors of sentences, kept in a file."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.known: dict[str, np.ndarray] = {}
        if path is not None and path.exists():
            with np.load(path) as held:
                self.known = dict(zip(json.loads(str(held["texts"])), held["vectors"], strict=True))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        missing = sorted({t for t in texts if t not in self.known}, key=len)
        if missing:
            self.known |= dict(zip(missing, load_encoder(Settings()).encode(missing).vectors, strict=True))
            if self.path is not None:
                vectors = np.stack(list(self.known.values()))
                np.savez(self.path, texts=np.array(json.dumps(list(self.known))), vectors=vectors)
        return np.stack([self.known[t] for t in texts])


@dataclass(frozen=True)
class Case:
    """A text that is looked up: what was done to it, its own references, and those that may be of the same story."""

    kind: str
    text: str
    right: tuple[str, ...]
    story: frozenset[str]

    @property
    def test_set(self) -> str:
        return self.right[0].rsplit(".", 1)[0]


def read(shared: Path) -> tuple[list[dict], list[Case]]:
    """Return the references, and each translation as it is, every third one garbled, and halves of two mixed."""
    with gzip.open(shared / "bench" / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    references = [row for row in rows if row["type"] == "reference"]
    stories = {r["id"]: frozenset({r["id"], *r["neighbours"]}) for r in references}
    cases = []
    last: dict[str, Any] = {}
    for number, row in enumerate(r for r in rows if r["type"] == "document"):
        own = row["reference"]
        cases.append(Case("plain", row["text"], (own,), stories[own]))
        if number % 3 == 0:
            cases.append(Case("garbled", mangle(row["text"], seed=number // 3)[0], (own,), stories[own]))
        if last and last["reference"] != own and last["reference"] in stories[own]:
            halves = last["text"].split("\n")[::2] + row["text"].split("\n")[1::2]
            right = (own, last["reference"])
            cases.append(Case("mixed", "\n".join(halves), right, stories[own] | stories[right[1]]))
        last = row
    return references, cases


def traits_of(texts: Sequence[str], stored: Stored) -> list[Traits]:
    """Return the traits of texts, embedded together."""
    split_texts = [Text(document, split(document)) for document in (Document("", text) for text in texts)]
    stored.encode([s.text for t in split_texts for s in t.sentences if s.audited])
    return [traits(t, stored.encode([s.text for s in t.sentences if s.audited])) for t in split_texts]


def look_up(shared: Path, stored: Stored) -> list[tuple[Case, list[Found]]]:
    """Return for every case all candidates of the pool with their confidence, the surest first."""
    references, cases = read(shared)
    own = traits_of([row["text"] for row in references], stored)
    queries = traits_of([case.text for case in cases], stored)
    files = [File(str(shared / "bench" / "corpus.jsonl.gz"))]
    with tempfile.TemporaryDirectory() as folder:
        with PoolBuilder(files, Path(folder), len(own[0].vector)) as builder:
            by_name = dict(zip((row["id"] for row in references), own, strict=True))
            for shard in builder.shards(SHARD):
                builder.write(Part(shard.number, tuple(by_name[name] for name, _ in shard.items)))
            builder.finish(SHARD)
        pool = Pool(Path(folder), at_most=CANDIDATES, window=0)
        found = pool.find([Query(traits) for traits in queries], threshold=0.0)
    return list(zip(cases, found, strict=True))


def shares(looked_up: Sequence[tuple[Case, list[Found]]], threshold: float) -> dict[str, tuple[float, int]]:
    """Return the shares of right answers: the right one first and sure enough; and "none" where it is not there."""
    told: dict[str, list[bool]] = {}
    for case, found in looked_up:
        right = bool(found) and found[0].name in case.right and found[0].confidence >= threshold
        told.setdefault(f"{case.kind}: the right one first", []).append(right)
        others = [f for f in found if f.name not in case.story]
        told.setdefault(f"{case.kind}: none", []).append(not others or others[0].confidence < threshold)
    return {name: (sum(right) / len(right), len(right)) for name, right in told.items()}


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--split", choices=("test", "tune"), default="test")
    parser.add_argument("--vectors", type=Path)
    told = parser.parse_args()
    from audit.corpus.pool import calibration

    threshold = calibration()["threshold"]
    looked_up = [
        pair for pair in look_up(told.shared, Stored(told.vectors)) if split_of(pair[0].test_set) == told.split
    ]
    found = shares(looked_up, threshold)
    missed = False
    for name, (share, number) in found.items():
        target = TARGETS.get(name, 0.0)
        missed |= share < target
        print(f"{name:32} {share:.4f} of {number}{f'   (target {target})' if target else ''}")
    print(f"threshold {threshold}, split {told.split}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
