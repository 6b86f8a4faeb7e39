"""How the time of an audit grows with the document: garbled news of 2,500 to 10,000 sentences, ten references of 2,000.

    python tests/benchmarks/growth_documents.py [--sizes 2500,5000,10000] [--references 10] [--length 2000]

The document is human translations garbled by the mangler; the references are other translations of the same news, so
that there are links, names and errors throughout. Nothing is cached. Each size runs in a process of its own; seconds
are of processor time, those of encoding apart. The exponent is that of the power law between two sizes, what is done to
the references included, with and without encoding: 1 is linear, 2 quadratic.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import subprocess
import sys
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
SEED = 11


class Timed:
    """An encoder that counts the processor time it takes."""

    def __init__(self, encoder: Any) -> None:
        self.encoder = encoder
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.encoder, name)

    def encode(self, texts: Any, **options: Any) -> Any:
        """Encode, timed."""
        begun = time.process_time()
        try:
            return self.encoder.encode(texts, **options)
        finally:
            self.seconds += time.process_time() - begun


def texts(corpus: Path, size: int, references: int, length: int) -> tuple[str, list[str]]:
    """Return the garbled document and its references."""
    from benchmarks.mangler import mangle

    human: dict[str, list[str]] = {}
    systems: defaultdict[str, list[list[str]]] = defaultdict(list)
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["type"] == "reference":
                human[row["id"]] = row["text"].split("\n")
            else:
                systems[row["reference"]].append(row["text"].split("\n"))
    ids = sorted(set(human) & set(systems))
    random.Random(SEED).shuffle(ids)
    ours = [sentence for name in ids for sentence in human[name]][:size]
    theirs = [sentence for turn in (0, 1) for name in ids for sentence in systems[name][turn % len(systems[name])]]
    if len(ours) < size or len(theirs) < references * length:
        raise SystemExit(f"the corpus holds {len(ours)} and {len(theirs)} sentences; ask for fewer")
    garbled, _ = mangle("\n".join(ours), seed=SEED)
    return garbled, ["\n".join(theirs[i * length : (i + 1) * length]) for i in range(references)]


def measured(told: argparse.Namespace) -> dict[str, float]:
    """Audit once; return what it took and what was found."""
    from audit import pipeline
    from audit.encoders import load_encoder
    from audit.records import Document
    from audit.settings import Settings

    document, references = texts(told.corpus, told.one, told.references, told.length)
    settings = Settings(cache=False)
    encoder = Timed(load_encoder(settings))
    encoder.encode(["warm"], tokens=True)
    encoder.seconds = 0.0
    wall, begun = time.perf_counter(), time.process_time()
    found = pipeline.audit(
        Document("document", document), [Document(f"r{i}", r) for i, r in enumerate(references)], settings, encoder
    )
    return {
        "sentences": told.one,
        "seconds": round(time.process_time() - begun, 1),
        "encoding": round(encoder.seconds, 1),
        "wall": round(time.perf_counter() - wall, 1),
        "links": len(found.links),
        "findings": len(found.findings),
    }


def main() -> None:
    """Measure each size and print a row of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "bench" / "corpus.jsonl.gz")
    parser.add_argument("--sizes", default="2500,5000,10000")
    parser.add_argument("--references", type=int, default=10)
    parser.add_argument("--length", type=int, default=2000)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.one:
        print(json.dumps(measured(told)))
        return
    rows = []
    for size in told.sizes.split(","):
        run = subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--one", size], check=True, stdout=subprocess.PIPE
        )
        rows.append({"none": 0.0, **json.loads(run.stdout)})
        print(rows[-1], flush=True)
    for before, after in pairwise(rows):
        size = math.log(after["sentences"] / before["sentences"])
        whole, own = (
            math.log((after["seconds"] - after[less]) / (before["seconds"] - before[less])) / size
            for less in ("none", "encoding")
        )
        print(f"{before['sentences']} to {after['sentences']}: exponent {whole:.2f}, without encoding {own:.2f}")


if __name__ == "__main__":
    main()
