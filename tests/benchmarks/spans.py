"""Wrong wording on what training did not see: experts' marks, injected errors, and the real case.

usage: spans.py [--shared FOLDER] [--every N] [--only news|demetr|real]

news: documents of news21 that the network was not trained on; character precision, recall and F1 against any rater's
marks, and findings a segment. demetr: errors put into translations of sentences that training did not see, found as
``score_injected.py`` does, and findings on the good ones. real: the garbled article against three accounts;
every wording finding with its judgement. Figures are on stdout, one JSON object a line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import audit
from audit.records import ENTITY_KINDS

__all__ = ["KEPT_OUT", "held_out"]

KEPT_OUT = 5
SHARED = Path(__file__).resolve().parents[3] / "shared"
FITTING = {
    "ne_replaced": {*ENTITY_KINDS}, "numbers_replaced": {"number"}, "negation": {"negation", "mistranslation"},
    "antonym": {"negation", "mistranslation"}, "codemix": {"untranslated", "mistranslation"},
    "addition": {"addition", "mistranslation"}, "ne_removed": {"omission"}, "noun_removed": {"omission"},
    "misspelled": {"mistranslation", "damage", "untranslated", "name_variant"},
}  # fmt: skip


def held_out(group: str) -> bool:
    """Return whether the document (news) or sentence (DEMETR) named ``group`` is kept out of training."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % KEPT_OUT == 0


def news(shared: Path, every: int) -> dict[str, Any]:
    table = pd.read_csv(shared / "bench" / "mqm_news21_zhen.csv.gz").dropna(subset=["hyp", "ref"])
    table = table[[held_out(str(d)) for d in table.doc]].iloc[::every]
    marks = pd.read_csv(shared / "bench" / "mqm_news21_zhen_spans.csv.gz")
    by = dict(iter(marks[marks.end > marks.start].groupby(["system", "seg"])))
    both = ours = theirs = count = 0
    kinds: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for row in table.itertuples():
        want, got = np.zeros(len(row.hyp), bool), np.zeros(len(row.hyp), bool)
        for mark in by[row.system, row.seg].itertuples() if (row.system, row.seg) in by else ():
            want[mark.start : mark.end] = True
        for finding in audit.audit_text(row.hyp, [row.ref], mode="parallel").findings:
            got[finding.start : finding.end] = True
            count += 1
            kinds[finding.kind] += 1
            right[finding.kind] += bool(want[finding.start : finding.end].any())
        both, ours, theirs = both + int((want & got).sum()), ours + int(got.sum()), theirs + int(want.sum())
    precision, recall = both / max(ours, 1), both / max(theirs, 1)
    return {
        "news": len(table), "precision": round(precision, 4), "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4),
        "findings_a_segment": round(count / len(table), 3),
        "meeting_a_mark": {k: f"{right[k]} of {n}" for k, n in kinds.most_common()},
    }  # fmt: skip


def demetr(shared: Path, every: int) -> dict[str, Any]:
    table = pd.read_csv(shared / "bench" / "demetr_dev.csv.gz", keep_default_na=False)
    table = table[[held_out(str(i)) for i in table.id]]
    good = {}
    for row in table.drop_duplicates("id").iloc[::every].itertuples():
        good[row.id] = audit.audit_text(row.good, [row.reference], mode="parallel").findings
    found: dict[str, list[bool]] = defaultdict(list)
    for row in table[table.id.isin(good.keys())].itertuples():
        findings = audit.audit_text(row.bad, [row.reference], mode="parallel").findings
        fitting = [f for f in findings if f.kind in FITTING[row.kind]]
        if row.kind.endswith("removed"):
            seen = {(f.kind, f.suggestion) for f in good[row.id]}
            found[row.kind].append(any((f.kind, f.suggestion) not in seen for f in fitting))
        else:
            found[row.kind].append(any(
                2 * (min(f.end, row.end) - max(f.start, row.start)) >= max(f.end - f.start, row.end - row.start)
                for f in fitting
            ))  # fmt: skip
    alarms = Counter(f.kind for findings in good.values() for f in findings)
    return {
        "demetr": len(good), "found": {k: round(float(np.mean(v)), 3) for k, v in sorted(found.items())},
        "alarms": round(alarms.total() / len(good), 3),
        "entity_alarms": round(sum(alarms[k] for k in ENTITY_KINDS) / len(good), 3), "alarms_by_kind": dict(alarms),
    }  # fmt: skip


def real(shared: Path) -> Iterator[dict[str, Any]]:
    gold = {name: pd.read_csv(shared / "gold" / f"{name}.csv", dtype={"doc": str}, keep_default_na=False)
            for name in ("mistranslations", "entities", "ignore")}  # fmt: skip
    spots = {name: [(r.start, r.end) for r in g[g.doc == "000"].itertuples()] for name, g in gold.items()}
    paths = {p.name[:3]: p for p in (shared / "seeds").glob("*.txt")}
    result = audit.audit_files(paths["000"], [paths[n] for n in ("001", "002", "004")])
    wording = [f for f in result.findings if f.kind not in ENTITY_KINDS and f.start < f.end]
    on: Counter[str] = Counter()
    for finding in wording:
        hits = [n for n, found in spots.items() if any(finding.start < b and a < finding.end for a, b in found)]
        on[hits[0] if hits else "nothing"] += 1
        yield {"surface": finding.surface, "kind": finding.kind, "suggestion": finding.suggestion,
               "confidence": finding.confidence, "on": hits[0] if hits else "nothing"}  # fmt: skip
    rows = gold["mistranslations"]
    for supported in ("yes", "no"):
        some = rows[(rows.doc == "000") & (rows.supported == supported)]
        met = sum(any(f.start < r.end and r.start < f.end for f in wording) for r in some.itertuples())
        yield {"supported": supported, "recall": round(met / len(some), 3), "met": met, "of": len(some)}
    yield {"wording_findings": len(wording), "on": dict(on),
           "annotated": round(1 - on["nothing"] / max(len(wording), 1), 3)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", choices=("news", "demetr", "real"))
    chosen = parser.parse_args()
    if chosen.only in (None, "real"):
        for line in real(chosen.shared):
            print(json.dumps(line, ensure_ascii=False), flush=True)
    if chosen.only in (None, "demetr"):
        print(json.dumps(demetr(chosen.shared, chosen.every)), flush=True)
    if chosen.only in (None, "news"):
        print(json.dumps(news(chosen.shared, chosen.every)), flush=True)


if __name__ == "__main__":
    main()
