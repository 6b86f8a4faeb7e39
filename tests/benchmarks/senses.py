"""What the table of words that are one word in another language says of texts that were not in view when it was made.

usage: senses.py [--shared FOLDER] [--documents N]

Translated documents of ``corpus.jsonl.gz``, one for each of N references drawn with a fixed seed, each audited against
its reference as if that were another account; and the clean accounts of the given case, each against the others, where
every finding is an alarm. Prints each finding in its context beside what the reference has, to be judged by eye.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Mapping
from pathlib import Path

import audit

SHARED = Path(__file__).resolve().parents[3] / "shared"
SEED, CONTEXT = 20_261_122, 40


def findings(name: str, text: str, references: Mapping[str, str]) -> int:
    """Print the findings of ``text`` and return their number."""
    found = [f for f in audit.audit_text(text, references).findings if " are one word in " in f.evidence]
    for f in found:
        theirs = references[f.reference_document]
        places = ((text, f.start, f.end), (theirs, f.reference_start, f.reference_end))
        ours, there = (" ".join(t[max(0, a - CONTEXT) : b + CONTEXT].split()) for t, a, b in places)
        print(f"{name}: {f.surface} -> {f.suggestion} ({f.confidence:.2f}) | {ours} | {there}", flush=True)
    return len(found)


def main() -> None:
    """Print what is found and how much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--documents", type=int, default=350)
    arguments = parser.parse_args()
    with gzip.open(arguments.shared / "bench" / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    references = {row["id"]: row["text"] for row in rows if row["type"] == "reference"}
    documents = [row for row in rows if row["type"] == "document"]
    random.Random(SEED).shuffle(documents)
    by_reference: dict[str, dict[str, str]] = {}
    for row in documents:
        by_reference.setdefault(row["reference"], row)
    chosen = list(by_reference.values())[: arguments.documents]
    count = sum(findings(d["id"], d["text"], {"reference": references[d["reference"]]}) for d in chosen)
    seeds = sorted((arguments.shared / "seeds").glob("00[1-4]_*"))
    clean = {path.name: path.read_text("utf-8") for path in seeds}
    alarms = sum(findings(n, t, {k: v for k, v in clean.items() if k != n}) for n, t in clean.items())
    print(json.dumps({"documents": len(chosen), "findings": count, "clean_accounts": len(clean), "alarms": alarms}))


if __name__ == "__main__":
    main()
