"""How many garbled entities does an audit find, and how many of its findings are right, on texts nobody tuned it on?

    python tests/benchmarks/entities_mangled.py [--split tune|test] [--mode comparable|parallel] [--twin system|human]

Human translations of news are garbled by ``mangler`` and audited against another rendering of the same stories: a
machine's (``system``, which spells many names its own way), or the human one itself (``human``). Comparable: both
sides lost a quarter of their sentences, and the blocks of the reference moved. ``tune`` and ``test`` have no test set
(year and language) in common: fit, and look for faults, on the first only.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from benchmarks.clean_entities import find_entities  # noqa: E402
from benchmarks.mangler import KINDS, PIVOTS, GoldSpan, mangle  # noqa: E402

DOCUMENTS_PER_STORY = 4
DISTINCT_NAMES = 15
DROPPED = 0.25
BLOCKS = 5
SAME_SPAN = 0.4
BINS = 10


@dataclass(frozen=True)
class Case:
    """A garbled text with what was done to it, and the text that it is audited against."""

    name: str
    hypothesis: str
    reference: str
    gold: list[GoldSpan]
    pivot: str

    @property
    def test_set(self) -> str:
        return self.name.rsplit(".", 1)[0]


@dataclass
class Tally:
    """Counts of one kind or pivot. ``found``, ``fixed`` and ``kind`` are of the supported ones."""

    gold: int = 0
    supported: int = 0
    found: int = 0
    fixed: int = 0
    kind: int = 0
    predicted: int = 0
    right: int = 0

    def ratios(self) -> dict[str, float | None]:
        def part(a: int, b: int) -> float | None:
            return round(a / b, 4) if b else None

        return {
            "recall": part(self.found, self.supported), "precision": part(self.right, self.predicted),
            "corrections": part(self.fixed, self.found), "kinds": part(self.kind, self.found),
        }  # fmt: skip


@dataclass
class Outcome:
    """What a whole run adds up to. ``judged``: confidence of each finding and whether it is right."""

    total: Tally = field(default_factory=Tally)
    by_kind: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_pivot: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_set: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    judged: list[tuple[float, bool]] = field(default_factory=list)
    spelled_otherwise: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)


# Cases


def split_of(test_set: str) -> str:
    """``tune`` or ``test``, by the test set's year and language, so that no story is in both."""
    return "test" if sha256(test_set.encode()).digest()[0] % 2 else "tune"


def cases(corpus: Path, split: str, mode: str, twin: str, seed: int = 0, rate: float = 0.5) -> Iterator[Case]:
    references: dict[str, list[dict[str, Any]]] = defaultdict(list)
    systems: dict[str, list[str]] = defaultdict(list)
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["type"] == "reference":
                references[row["id"].rsplit(".", 1)[0]].append(row)
            else:
                systems[row["reference"]].append(row["text"])
    for test_set, rows in sorted(references.items()):
        if split_of(test_set) != split:
            continue
        for number, first in enumerate(range(0, len(rows), DOCUMENTS_PER_STORY)):
            story = rows[first : first + DOCUMENTS_PER_STORY]
            rng = Random(f"{seed} {test_set} {number}")
            human = [line for row in story for line in row["text"].split("\n")]
            if not is_news("\n".join(human)):
                continue
            other = (
                human if twin == "human" else [s for row in story for s in rng.choice(systems[row["id"]]).split("\n")]
            )
            if mode == "comparable":
                human, other = thinned(human, rng), moved(thinned(other, rng), rng)
            pivot = PIVOTS[rng.randrange(len(PIVOTS))]
            garbled, gold = mangle("\n".join(human), seed=rng.randrange(2**32), pivot=pivot, rate=rate)
            yield Case(f"{test_set}.{number:02}", garbled, "\n".join(other), gold, pivot)


def is_news(text: str) -> bool:
    """Whether a text tells of enough people and places to be a story; others are advertisements and chats."""
    names = {e.surface for e in find_entities(text) if e.type in ("person", "organisation", "place", "other")}
    return len(names) >= DISTINCT_NAMES and "#" not in text


def thinned(sentences: Sequence[str], rng: Random) -> list[str]:
    return [s for s in sentences if rng.random() >= DROPPED]


def moved(sentences: Sequence[str], rng: Random) -> list[str]:
    cuts = sorted(rng.sample(range(1, len(sentences)), BLOCKS - 1)) if len(sentences) > BLOCKS else []
    blocks = [sentences[a:b] for a, b in pairwise([0, *cuts, len(sentences)])]
    rng.shuffle(blocks)
    return [s for block in blocks for s in block]


# Scoring, by the rules that the annotated case is scored by


def overlap(finding: Any, gold: GoldSpan) -> float:
    lengths = finding.end - finding.start, gold.end - gold.start
    both = min(finding.end, gold.end) - max(finding.start, gold.start)
    shared = float(both / max(*lengths, 1))
    # A wrong figure is the same whether its unit or month is shown with it ("5" of "5 billion").
    same = both == min(lengths) and finding.kind == gold.kind == "number"
    return max(shared, SAME_SPAN) if same or undoes(finding, gold) else shared


def undoes(finding: Any, gold: GoldSpan) -> bool:
    """Whether a finding that shows more of the name, or less, leaves the text as it was before it was garbled."""
    wide, narrow = (finding.surface, finding.suggestion), (gold.surface, gold.correct)
    at = gold.start - finding.start
    if finding.end - finding.start < gold.end - gold.start:
        wide, narrow, at = narrow, wide, -at
    if at < 0 or wide[0][at : at + len(narrow[0])] != narrow[0]:
        return False
    return wide[0][:at] + narrow[1] + wide[0][at + len(narrow[0]) :] == wide[1]


def match(predicted: Sequence[Any], gold: Sequence[GoldSpan]) -> dict[int, int]:
    """Which prediction is which gold span: one to one, best overlap first."""
    pairs = [(overlap(p, g), i, j) for i, p in enumerate(predicted) for j, g in enumerate(gold)]
    matched: dict[int, int] = {}
    for shared, i, j in sorted(pairs, reverse=True):
        if shared >= SAME_SPAN and i not in matched and j not in matched.values():
            matched[i] = j
    return matched


def words(form: str) -> list[str]:
    return re.findall(r"[\w\-]+", re.sub(r"[’']s\b", "", form))


def corrected(suggestion: str, gold: GoldSpan) -> bool:
    given, right = words(suggestion), words(gold.correct)
    if gold.kind not in ("casing", "acronym"):
        given, right = [w.lower() for w in given], [w.lower() for w in right]
    if not given or not right:
        return False
    if gold.kind == "merged":
        return given[-1] in right or given[0] in right
    return given == right or given[-1] == right[-1] or (len(given) == 1 and len(right) > 1 and given[0] == right[0])


def supported(gold: GoldSpan, reference: str) -> bool:
    """Whether the reference has what was lost: every word of the right form that the garbled one lacks."""
    if gold.kind == "number":
        return re.search(rf"(?<![\d.,]){re.escape(gold.correct)}(?![\d]|[.,]\d)", reference) is not None
    lost = [w for w in words(gold.correct) if w not in words(gold.surface)]
    flags = re.IGNORECASE if gold.kind == "title" else re.NOFLAG
    if gold.kind == "merged":
        lost = [w for w in lost if w[0].isupper()][:1]
    return all(re.search(rf"(?<!\w){re.escape(w)}(?!\w)", reference, flags) for w in lost)


def count(case: Case, findings: Sequence[Any], outcome: Outcome) -> None:
    matched = match(findings, case.gold)
    of_gold = {j: i for i, j in matched.items()}
    for i, finding in enumerate(findings):
        right = i in matched
        outcome.judged.append((finding.confidence, right))
        kind = case.gold[matched[i]].kind if right else finding.kind
        for tally in (
            outcome.total,
            outcome.by_kind[kind],
            outcome.by_pivot[case.pivot],
            outcome.by_set[case.test_set],
        ):
            tally.predicted += 1
            tally.right += right
        if not right:
            theirs = finding.suggestion != "" and finding.suggestion in case.reference
            theirs = theirs and finding.surface not in case.reference
            outcome.spelled_otherwise += theirs
            outcome.examples.append(example("false", case, finding, finding.suggestion, spelled_otherwise=theirs))
    for j, gold in enumerate(case.gold):
        known = supported(gold, case.reference)
        found = findings[of_gold[j]] if j in of_gold else None
        fixed = found is not None and (undoes(found, gold) or corrected(found.suggestion, gold))
        for tally in (
            outcome.total,
            outcome.by_kind[gold.kind],
            outcome.by_pivot[case.pivot],
            outcome.by_set[case.test_set],
        ):
            tally.gold += 1
            tally.supported += known
            tally.found += known and found is not None
            tally.fixed += known and fixed
            tally.kind += known and found is not None and found.kind == gold.kind
        if known and found is None:
            outcome.examples.append(example("missed", case, gold, gold.correct))
        elif known and found is not None and not fixed:
            outcome.examples.append(example("wrong correction", case, gold, gold.correct, suggestion=found.suggestion))


def example(what: str, case: Case, span: Any, right: str, **more: Any) -> dict[str, Any]:
    context = case.hypothesis[max(0, span.start - 60) : span.end + 60].replace("\n", " ⏎ ")
    shown = {
        "what": what,
        "kind": span.kind,
        "surface": span.surface,
        "right": right,
        "pivot": case.pivot,
        "case": case.name,
    }
    if what == "false":
        shown |= {"confidence": round(span.confidence, 3), "evidence": span.evidence}
    return shown | more | {"context": context}


def calibration(judged: Sequence[tuple[float, bool]]) -> tuple[float, list[dict[str, float]]]:
    """Expected calibration error (Naeini et al. 2015) over ten bins of equal width, and the bins."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for confidence, right in judged:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    rows = [
        {"confidence": sum(c for c, _ in b) / len(b), "right": sum(r for _, r in b) / len(b), "findings": len(b)}
        for _, b in sorted(bins.items())
    ]
    error = sum(row["findings"] * abs(row["confidence"] - row["right"]) for row in rows) / max(len(judged), 1)
    return error, rows


# Output


def plot(rows: Sequence[dict[str, float]], error: float, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot(xlabel="confidence", ylabel="share of findings that are right", xlim=(0, 1), ylim=(0, 1))
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
    axes.plot([r["confidence"] for r in rows], [r["right"] for r in rows], marker="o")
    for r in rows:
        axes.annotate(
            f"{r['findings']:.0f}", (r["confidence"], r["right"]), xytext=(4, -12), textcoords="offset points"
        )
    axes.set_title(f"Reliability (expected calibration error {error:.3f})")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def table(title: str, tallies: dict[str, Tally]) -> None:
    print(
        f"\n{title:<24}{'gold':>7}{'support.':>9}{'recall':>9}{'found':>7}{'precision':>10}{'corrected':>10}{'kind':>7}"
    )
    for name, tally in tallies.items():
        r = {k: "-" if v is None else f"{v:.3f}" for k, v in tally.ratios().items()}
        print(
            f"{name:<24}{tally.gold:>7}{tally.supported:>9}{r['recall']:>9}{tally.predicted:>7}{r['precision']:>10}{r['corrections']:>10}{r['kinds']:>7}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "bench" / "corpus.jsonl.gz")
    parser.add_argument("--split", choices=["tune", "test"], default="tune")
    parser.add_argument("--mode", choices=["comparable", "parallel"], default="comparable")
    parser.add_argument("--twin", choices=["system", "human"], default="system")
    parser.add_argument("--documents", type=int, help="audit so many only, spread over the split")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--rate", type=float, default=0.5, help="share of entities that are garbled; 0: only false alarms"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "reports" / "mangled")
    o = parser.parse_args()

    from audit import Auditor

    chosen = list(cases(o.corpus, o.split, o.mode, o.twin, o.seed, o.rate))
    if o.documents and o.documents < len(chosen):
        chosen = [chosen[i * len(chosen) // o.documents] for i in range(o.documents)]
    auditor, outcome = Auditor(), Outcome()
    for case in chosen:
        result = auditor.audit_text(case.hypothesis, [case.reference], mode=o.mode)
        count(case, [f for f in result.findings if f.kind in KINDS], outcome)

    error, bins = calibration(outcome.judged)
    false = outcome.total.predicted - outcome.total.right
    table(f"{len(chosen)} documents", {"all": outcome.total})
    table("kind", {k: outcome.by_kind[k] for k in KINDS if k in outcome.by_kind})
    table("pivot", dict(sorted(outcome.by_pivot.items())))
    table("test set", dict(sorted(outcome.by_set.items())))
    sentences = sum(case.hypothesis.count("\n") + 1 for case in chosen)
    print(
        f"\n{false} false alarms in {sentences} sentences; the reference spells {outcome.spelled_otherwise} otherwise"
    )
    print(f"expected calibration error {error:.4f} over {len(outcome.judged)} findings")
    name = f"{o.split}-{o.mode}-{o.twin}" + (f"-{o.rate:g}" if o.rate != 0.5 else "")
    plot(bins, error, o.output / f"{name}.png")
    summary = {
        "total": asdict(outcome.total) | outcome.total.ratios(),
        "by_kind": {k: asdict(t) | t.ratios() for k, t in outcome.by_kind.items()},
        "by_pivot": {k: asdict(t) | t.ratios() for k, t in outcome.by_pivot.items()},
        "by_set": {k: asdict(t) | t.ratios() for k, t in outcome.by_set.items()},
        "false": false, "spelled_otherwise": outcome.spelled_otherwise, "expected_calibration_error": error,
        "reliability": bins, "examples": outcome.examples,
    }  # fmt: skip
    (o.output / f"{name}.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"examples, figures and the plot: {o.output / name}.{{json,png}}")


if __name__ == "__main__":
    main()
