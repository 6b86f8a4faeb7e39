"""What aligning again with the resolved names gains: without, with, and with the names as they should be.

usage: python tests/benchmarks/alignment_gain.py ../shared [--stories 40] [--rate 0.9]

Mangled stories: human translations garbled by ``mangler`` against a system's translation of the same segments, both
thinned by a third; sentences of the same segment belong together. The real case: 000 against 002 + 004 and against 001,
scored as ``score_links.py`` scores. Gold names are put in the place of the garbled ones before anything is aligned.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from audit.auditor import Auditor
from audit.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks.entities_mangled import is_news
from benchmarks.mangler import KINDS, mangle

Span = tuple[int, int]
Pair = tuple[Span, str, Span]
"""A hypothesis sentence, a reference and a sentence of it, by their offsets."""

DROPPED = 0.35
VARIANTS = ("without", "with", "gold names")


@dataclass(frozen=True)
class Story:
    """Segments of a garbled text, as it should be, and another account; -1 marks what is not in a text."""

    clean: list[str]
    garbled: list[str]
    account: list[str]
    segments: tuple[list[int], list[int]]


def stories(corpus: Path, rate: float) -> Iterator[Story]:
    references: dict[str, list[str]] = {}
    systems: dict[str, list[list[str]]] = defaultdict(list)
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["type"] == "reference":
                references[row["id"]] = row["text"].split("\n")
            else:
                systems[row["reference"]].append(row["text"].split("\n"))
    rng = Random(0)
    names = sorted(references)
    rng.shuffle(names)
    kinds = [kind for kind in KINDS if kind != "merged"]
    for name in names:
        human, other = references[name], rng.choice(systems[name])
        if len(human) != len(other) or not is_news("\n".join(human)):
            continue
        kept = [[k for k in range(len(human)) if rng.random() >= DROPPED] for _ in range(2)]
        clean = [" ".join(human[k].split()) for k in kept[0]]
        garbled = mangle("\n".join(clean), seed=rng.randrange(2**32), rate=rate, kinds=kinds)[0].split("\n")
        if len(garbled) == len(clean) and kept[0] and kept[1]:
            yield Story(clean, garbled, [other[k] for k in kept[1]], (kept[0], kept[1]))


def links(auditor: Auditor, text: str, references: dict[str, str], *, realign: bool) -> set[Pair]:
    settings = Settings(scores=True, wording=False, realign=realign, any_language=True)
    result = auditor.audit_text(text, references, settings=settings)
    sentences = [s.sentence for s in result.sentences]
    others = {t.document.name: t.sentences for t in result.references}
    return {
        (
            (sentences[i].start, sentences[i].end),
            link.document,
            (others[link.document][j].start, others[link.document][j].end),
        )
        for link in result.links
        for i in link.hypothesis
        for j in link.reference
    }


def mangled(auditor: Auditor, chosen: Sequence[Story]) -> None:
    print("| mangled stories | precision | recall | F1 |\n|---|---|---|---|")
    for variant in VARIANTS:
        right = found = wanted = 0
        for story in chosen:
            lines = story.clean if variant == "gold names" else story.garbled
            pairs = links(
                auditor, "\n".join(lines), {"account": "\n".join(story.account)}, realign=variant != "without"
            )
            ours, theirs = (_starts(side) for side in (lines, story.account))
            matched = {
                (story.segments[0][bisect_right(ours, a[0]) - 1], story.segments[1][bisect_right(theirs, b[0]) - 1])
                for a, _, b in pairs
            }
            right += sum(a == b for a, b in matched)
            found += len(matched)
            wanted += len(set(story.segments[0]) & set(story.segments[1]))
        precision, recall = right / max(found, 1), right / max(wanted, 1)
        print(f"| {variant} | {precision:.3f} | {recall:.3f} | {2 * right / max(found + wanted, 1):.3f} |", flush=True)


def _starts(lines: Sequence[str]) -> list[int]:
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return starts


def real(auditor: Auditor, shared: Path) -> None:
    print("\n| 000 against | names | pairs | precision | found | reached | quiet |\n|---|---|---|---|---|---|---|")
    texts = {path.name[:3]: path.read_bytes().decode("utf-8-sig") for path in sorted((shared / "seeds").glob("*.txt"))}
    gold = _rows(shared / "gold" / "alignment.csv")
    errors = sorted(_rows(shared / "gold" / "entities.csv"), key=lambda row: int(row["start"]))
    corrected, moved = _corrected(texts["000"], errors)
    for references in (("002", "004"), ("001",)):
        for variant in VARIANTS:
            text = corrected if variant == "gold names" else texts["000"]
            pairs = links(auditor, text, {r: texts[r] for r in references}, realign=variant != "without")
            if variant == "gold names":
                pairs = {((moved(a[0]), moved(a[1])), document, b) for a, document, b in pairs}
            print(f"| {' + '.join(references)} | {variant} | {_scores(pairs, gold, references)} |", flush=True)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class _Moved:
    """Offsets of a corrected text as offsets of the text before."""

    def __init__(self, shifts: list[tuple[int, int]]) -> None:
        self.places, self.shifts = [place for place, _ in shifts], [shift for _, shift in shifts]

    def __call__(self, offset: int) -> int:
        at = bisect_right(self.places, offset)
        return offset - (self.shifts[at - 1] if at else 0)


def _corrected(text: str, errors: Sequence[dict[str, str]]) -> tuple[str, _Moved]:
    parts, done, shifts, length = [], 0, [], 0
    for row in errors:
        start, end, correct = int(row["start"]), int(row["end"]), row["correct"]
        if start < done or not correct:
            continue
        parts += [text[done:start], correct]
        length += start - done + len(correct)
        done = end
        shifts.append((length, length - end))
    return "".join(parts) + text[done:], _Moved(shifts)


def _scores(pairs: set[Pair], gold: Sequence[dict[str, str]], references: Sequence[str]) -> str:
    def over(a: Span, b: Span) -> bool:
        return 2 * (min(a[1], b[1]) - max(a[0], b[0])) >= max(a[1] - a[0], b[1] - b[0])

    def span(row: dict[str, str], side: str) -> Span:
        return int(row[f"{side}_start"]), int(row[f"{side}_end"])

    known = [(span(g, "hyp"), g["ref_doc"], span(g, "ref"), g["relation"]) for g in gold if g["ref_doc"] in references]
    right = [p for p in pairs if any(over(p[0], k[0]) and p[1] == k[1] and over(p[2], k[2]) for k in known)]
    everything = {span(g, "hyp") for g in gold}
    some, equivalent = {k[0] for k in known}, {k[0] for k in known if k[3] == "equivalent"}
    none = everything - some

    def reached(wanted: set[Span]) -> float:
        return sum(any(over(p[0], s) for p in right) for s in wanted) / len(wanted)

    quiet = sum(not any(over(p[0], s) for p in pairs) for s in none) / len(none)
    values = (len(right) / max(len(pairs), 1), reached(equivalent), reached(some), quiet)
    return f"{len(pairs)} | " + " | ".join(f"{value:.3f}" for value in values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("shared", type=Path, help="folder that holds seeds, gold and bench")
    parser.add_argument("--stories", type=int, default=40)
    parser.add_argument("--rate", type=float, default=0.9, help="share of the entities that are garbled")
    options = parser.parse_args()
    auditor = Auditor()
    mangled(auditor, list(islice(stories(options.shared / "bench" / "corpus.jsonl.gz", options.rate), options.stories)))
    real(auditor, options.shared)


if __name__ == "__main__":
    main()
