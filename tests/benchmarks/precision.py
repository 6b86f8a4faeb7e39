"""What bfloat16 changes: cosines of the vectors to those of float32, and the links and findings of whole audits.

usage: precision.py [--shared ../shared] [--documents 40]

Texts and documents are news in machine translation, the references human translations; every document is audited in
both modes. Needs the extra ``bfloat16`` and a processor that computes in it.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import get_args

from audit import Auditor
from audit.encoders.minilm import MiniLM
from audit.records import Mode
from audit.settings import Precision, Settings

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--documents", type=int, default=40)
    arguments = parser.parse_args()
    with gzip.open(arguments.shared / "bench" / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    human = {row["id"]: row["text"] for row in rows if row["type"] == "reference"}
    machine = [row for row in rows if row["type"] == "document"]
    chosen = machine[:: max(1, len(machine) // arguments.documents)][: arguments.documents]

    texts = sorted({line for row in chosen for line in (row["text"] + "\n" + human[row["reference"]]).split("\n")})
    one, other = (MiniLM(precision=precision).encode(texts, tokens=True) for precision in get_args(Precision))
    tokens = min(
        float((a.vectors * b.vectors).sum(1).min())
        for a, b in zip(one.tokens, other.tokens, strict=True)
        if len(a.vectors)
    )
    sentences = float((one.vectors * other.vectors).sum(1).min())
    print(f"least cosine of {len(texts)} sentences {sentences:.6f}, of their tokens {tokens:.6f}")

    counts: Counter[str] = Counter()
    auditors = [Auditor(Settings(cache=False, precision=precision)) for precision in get_args(Precision)]
    for row in chosen:
        for mode in get_args(Mode):
            results = [
                each.audit_text(row["text"], [human[row["reference"]]], settings=Settings(
                    cache=False, precision=precision, mode=mode))
                for each, precision in zip(auditors, get_args(Precision), strict=True)
            ]  # fmt: skip
            for what, (first, second) in {
                "links": [{(k.hypothesis, k.reference, k.relation) for k in r.links} for r in results],
                "findings": [{(f.start, f.end, f.kind, f.suggestion) for f in r.findings} for r in results],
            }.items():
                counts[what] += len(first)
                counts[f"{what} that differ"] += max(len(first - second), len(second - first))
    print(f"{len(chosen)} documents in both modes:", ", ".join(f"{n} {what}" for what, n in counts.items()))


if __name__ == "__main__":
    main()
