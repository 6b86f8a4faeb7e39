#!/usr/bin/env python3
"""How fast and how light: every figure a ratio of two things measured in turn in one run, median of several.

usage: speed.py [--shared ../shared] [--repeat 5] [--quick] [-o reports/benchmarks.json]

The real case is document 000 against 002 and 004. The *plain script* imports sentence_transformers, loads the bundled
model and encodes the same sentences. Ratios are of wall time, or of peak memory where the name says so; the seconds of
processor time stand beside them, for a machine that others use too. ``--quick`` leaves out what takes minutes (5,000
sentences, 100 times the text). bert-score is compared where it is installed. Exit code 1: a limit was missed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from itertools import accumulate, islice
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.settings import Precision

ROOT = Path(__file__).resolve().parent.parent.parent
PLAIN = """
import sys
from pathlib import Path
from sentence_transformers import SentenceTransformer
texts = Path(sys.argv[2]).read_text(encoding="utf-8").split("\\n")
SentenceTransformer(sys.argv[1]).encode(texts)
"""
BERT_PAIRS = 400
CHARACTERS = 20_000
"""Of the smallest case whose cost is compared with that of 10 and 100 times the text: 90 sentences a side."""


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and processor time, and peak memory in MiB."""

    wall: float
    processor: float
    memory: float = 0.0


@dataclass(frozen=True)
class Figure:
    """A ratio with what it was made of; ``limit`` is what it may be at most (at least for ``more``)."""

    name: str
    ratio: float
    limit: float | None
    ours: Cost
    other: Cost
    more: bool = False

    @property
    def met(self) -> bool:
        """Whether the limit is kept; what has none always does."""
        return self.limit is None or (self.ratio >= self.limit if self.more else self.ratio <= self.limit)


def process(command: Sequence[str], environment: dict[str, str] | None = None) -> Cost:
    """Run a command to its end and return what it cost.

    Its peak memory is at least that of this process, which therefore loads nothing heavy before.
    """
    begun = time.perf_counter()
    child = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT, env={**os.environ, **(environment or {})}
    )
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command} failed: {said.decode()[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def call(function: Callable[[], object]) -> Cost:
    """Call a function and return what it cost, without its memory."""
    wall, processor = time.perf_counter(), time.process_time()
    function()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


def in_turn(ours: Callable[[], Cost], other: Callable[[], Cost], repeat: int) -> tuple[list[Cost], list[Cost]]:
    """Measure both, one after the other, so that what else the machine does meets both."""
    pairs = [(ours(), other()) for _ in range(repeat)]
    return [first for first, _ in pairs], [second for _, second in pairs]


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the median of each cost."""
    return Cost(*(median(values) for values in zip(*(asdict(cost).values() for cost in costs), strict=True)))


def figure(name: str, limit: float | None, ours: list[Cost], other: list[Cost], of: str = "wall") -> Figure:
    """Return the median of the ratios of what was measured in turn."""
    ratios = [getattr(first, of) / getattr(second, of) for first, second in zip(ours, other, strict=True)]
    return Figure(name, median(ratios), limit, middle(ours), middle(other))


def real_case(shared: Path) -> tuple[Path, list[Path], list[str]]:
    """Return the hypothesis, the references and all their sentences."""
    from audit.sentences import split
    from audit.texts import read_document

    files = [next((shared / "seeds").glob(f"{number}_*.txt")) for number in ("000", "002", "004")]
    sentences = [s.text for file in files for s in split(read_document(file)) if s.audited]
    return files[0], files[1:], sentences


def starts(shared: Path, repeat: int) -> Iterator[Figure]:
    """Whole processes against the plain script."""
    from audit.encoders.minilm import bundled_folder

    hypothesis, references, sentences = real_case(shared)
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder, "sentences.txt")
        texts.write_text("\n".join(sentences), encoding="utf-8")
        plain = [sys.executable, "-c", PLAIN, str(bundled_folder()), str(texts)]
        audit = [str(Path(sys.executable).with_name("audit"))]
        run = [*audit, "run", str(hypothesis), *(f"-r{reference}" for reference in references), f"-o{folder}/out"]
        cache = {"AUDIT_CACHE": str(Path(folder, "cache"))}
        process([*run], cache)  # prepares the model, fills the cache
        for name, limit, command in (
            ("cold run / plain script", 0.50, [*run, "--no-cache"]),
            ("warm cache run / plain script", 0.35, run),
            ("audit --help / plain script", 0.05, [*audit, "--help"]),
            ("import audit / plain script", 0.02, [sys.executable, "-c", "import audit"]),
        ):
            ours, other = in_turn(lambda c=command: process(c, cache), lambda: process(plain), repeat)
            yield figure(name, limit, ours, other)
            if name.startswith("cold"):
                yield figure("peak memory, cold run / plain script", 1.0, ours, other, "memory")


def corpus_case(shared: Path, sentences: int) -> tuple[str, str]:
    """Return news of about so many sentences, machine-translated and by people, no story twice."""
    with gzip.open(shared / "bench" / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    human = {row["id"]: row["text"] for row in rows if row["type"] == "reference"}
    systems: dict[str, str] = {}
    for row in rows:
        if row["type"] == "document":
            systems.setdefault(row["reference"], row["text"])
    hypothesis: list[str] = []
    reference: list[str] = []
    for number, text in systems.items():
        if len(hypothesis) < sentences:
            hypothesis += text.split("\n")
            reference += human[number].split("\n")
    return "\n".join(hypothesis[:sentences]), "\n".join(reference[:sentences])


def library(shared: Path, repeat: int, quick: bool) -> Iterator[Figure]:
    """Whole audits against embedding their sentences once, models loaded: by sentence-transformers and by us."""
    from sentence_transformers import SentenceTransformer

    from audit import Auditor
    from audit.encoders.minilm import bundled_folder
    from audit.records import Document
    from audit.sentences import split
    from audit.settings import Settings
    from audit.texts import read_document

    auditor, model = Auditor(Settings(cache=False)), SentenceTransformer(str(bundled_folder()), device="cpu")
    hypothesis, references, _ = real_case(shared)
    cases = [("real case", 2.0, read_document(hypothesis).text, [read_document(path).text for path in references])]
    if not quick:
        large, other = corpus_case(shared, 5000)
        cases.append(("5,000 sentences against 5,000", 2.2, large, [other]))
    for name, limit, text, others in cases:
        sentences = [s.text for each in (text, *others) for s in split(Document("", each)) if s.audited]
        times = repeat if len(text) < 100_000 else 1
        auditor.encoder().encode(sentences[:50])
        model.encode(sentences[:50])
        for what, most, settings in (
            ("everything on", limit, Settings(cache=False)),
            ("scores and re-alignment off", 1.3, Settings(cache=False, scores=False, realign=False)),
        ):
            for whose, encode, allowed in (
                ("sentence-transformers' encoding", lambda s=sentences: model.encode(s), most),
                ("our encoder's", lambda s=sentences: auditor.encoder().encode(s), None),
            ):
                ours, plain = in_turn(
                    lambda a=(text, others), s=settings: call(lambda: auditor.audit_text(*a, settings=s)),
                    lambda e=encode: call(e),
                    times,
                )
                yield figure(f"warm library, {name}, {what} / {whose}", allowed, ours, plain)


def parallel(shared: Path, repeat: int) -> Iterator[Figure]:
    """Audits beside a translation of the same text, wrong words looked for and not, against embedding its sentences."""
    from audit import Auditor
    from audit.records import Document
    from audit.sentences import split
    from audit.settings import Settings

    text, other = corpus_case(shared, 400)
    auditor = Auditor(Settings(cache=False, mode="parallel"))
    sentences = [s.text for each in (text, other) for s in split(Document("", each)) if s.audited]
    auditor.audit_text(text[:2000], [other[:2000]], mode="parallel")
    for what, settings in (
        ("everything on", auditor.settings),
        ("wording off", replace(auditor.settings, wording=False)),
    ):
        ours, plain = in_turn(
            lambda s=settings: call(lambda: auditor.audit_text(text, [other], mode="parallel", settings=s)),
            lambda: call(lambda: auditor.encoder().encode(sentences)),
            repeat,
        )
        yield figure(f"warm library, 400 segments in parallel mode, {what} / our encoder's", None, ours, plain)


def pairs(shared: Path, repeat: int) -> Iterator[Figure]:
    """Scores of pairs against bert-score with the same model."""
    import audit
    from audit.encoders.minilm import bundled_folder
    from audit.settings import Settings

    with gzip.open(shared / "bench" / "mqm_news21_zhen.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        rows = list(islice(csv.DictReader(stream), 0, None, 13))[:BERT_PAIRS]
    hypotheses, references = [row["hyp"] for row in rows], [row["ref"] for row in rows]
    auditors = {precision: audit.Auditor(Settings(cache=False, precision=precision)) for precision in precisions()}
    for auditor in auditors.values():
        auditor.score_pairs(hypotheses[:8], references[:8])

    def ours(precision: Precision = "float32") -> Cost:
        return call(lambda: auditors[precision].score_pairs(hypotheses, references))

    from sacrebleu.metrics import BLEU, CHRF, TER

    def sacrebleu() -> None:
        metrics = (BLEU(effective_order=True), CHRF(), TER())
        for hypothesis, reference in zip(hypotheses, references, strict=True):
            for metric in metrics:
                metric.sentence_score(hypothesis, [reference])

    mine, other = in_turn(ours, lambda: call(sacrebleu), 1)
    yield faster("score_pairs / sacreBLEU's BLEU, chrF and TER, pairs a second", None, mine, other)
    if not find_spec("bert_score"):
        print("bert-score is not installed: pip install bert-score", file=sys.stderr)
        return
    from bert_score import BERTScorer

    scorer = BERTScorer(model_type=str(bundled_folder()), num_layers=6, device="cpu")
    scorer.score(hypotheses[:8], references[:8])
    for precision in auditors:
        mine, other = in_turn(
            lambda p=precision: ours(p), lambda: call(lambda: scorer.score(hypotheses, references)), repeat
        )
        yield faster(f"score_pairs in {precision} / bert-score with the same model, pairs a second", 2.0, mine, other)


def precisions() -> list[Precision]:
    """Return the precisions that this machine computes in: bfloat16 where processor and package are there."""
    from audit.encoders.minilm import MiniLM
    from audit.errors import AuditError

    try:
        MiniLM(precision="bfloat16").encode(["One plan."])
    except AuditError as error:
        print(error, file=sys.stderr)
        return ["float32"]
    return ["float32", "bfloat16"]


def faster(name: str, limit: float | None, ours: list[Cost], other: list[Cost]) -> Figure:
    """Return how many times as much we do in the same time."""
    ratio = figure(name, limit, other, ours).ratio
    return Figure(name, ratio, limit, middle(ours), middle(other), more=True)


def encoders(shared: Path, repeat: int) -> Iterator[Figure]:
    """The light path against sentence-transformers, the same model and sentences."""
    from audit.encoders.minilm import MiniLM, bundled_folder

    _, _, sentences = real_case(shared)
    first = [sys.executable, "-c", "from audit.encoders.minilm import MiniLM; MiniLM().encode(['One plan.'])"]
    plain = [sys.executable, "-c", PLAIN, str(bundled_folder()), os.devnull]
    process(first)
    yield figure("process that embeds one sentence / plain script", None,
                 *in_turn(lambda: process(first), lambda: process(plain), repeat))  # fmt: skip
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_folder()), device="cpu")
    model.encode(sentences[:8])
    for precision in precisions():
        light = MiniLM(precision=precision)
        light.encode(sentences[:8])
        yield figure(f"encoding the real case in {precision} / sentence-transformers", None,
                     *in_turn(lambda e=light: call(lambda: e.encode(sentences)),
                              lambda: call(lambda: model.encode(sentences)), repeat))  # fmt: skip


def growth(shared: Path, quick: bool) -> Iterator[Figure]:
    """Audits of 10 and 100 times the text, each in a process of its own."""
    costs = {}
    for times in (1, 10) if quick else (1, 10, 100):
        command = [sys.executable, __file__, "--shared", str(shared), "--child", str(CHARACTERS * times)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        costs[times] = Cost(**json.loads(said))
    for times, limit, memory in ((10, 11.0, 4.0), (100, 120.0, None)):
        if times in costs:
            yield figure(f"{times} times the text, time", limit, [costs[times]], [costs[1]])
            yield figure(f"{times} times the text, peak memory", memory, [costs[times]], [costs[1]], "memory")


def child(shared: Path, characters: int) -> None:
    """Audit a case of so many characters, both sides together, and print what it cost."""
    from audit import Auditor
    from audit.settings import Settings

    sides = [side.split("\n") for side in corpus_case(shared, 100 * characters // CHARACTERS)]
    lengths = accumulate(len(ours) + len(theirs) for ours, theirs in zip(*sides, strict=True))
    number = next(number for number, length in enumerate(lengths, 1) if length >= characters)
    hypothesis, reference = ("\n".join(side[:number]) for side in sides)
    auditor = Auditor(Settings(cache=False))
    small, other = corpus_case(shared, 12)
    auditor.audit_text(small, [other])
    cost = call(lambda: auditor.audit_text(hypothesis, [reference]))
    # Not ru_maxrss, which begins with the memory of the process that started this one.
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"wall": cost.wall, "processor": cost.processor, "memory": peak}))


def write(path: Path, figures: list[Figure]) -> None:
    """Put the figures into the file beside what other benchmarks wrote."""
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    known["speed"] = {"machine": machine, "figures": [{**asdict(each), "met": each.met} for each in figures]}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Measure, print a table, write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument(
        "--only", choices=("starts", "encoders", "library", "parallel", "pairs", "growth"), help="one part"
    )
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "reports" / "benchmarks.json")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    shared, repeat, quick = arguments.shared.resolve(), arguments.repeat, arguments.quick
    if arguments.child:
        child(shared, arguments.child)
        return 0
    parts: dict[str, Callable[[], Iterator[Figure]]] = {
        "starts": lambda: starts(shared, repeat),
        "encoders": lambda: encoders(shared, repeat),
        "library": lambda: library(shared, repeat, quick),
        "parallel": lambda: parallel(shared, repeat),
        "pairs": lambda: pairs(shared, repeat),
        "growth": lambda: growth(shared, quick),
    }
    figures: list[Figure] = []
    print("| what | ratio | limit | ours: s, processor s, MiB | other: s, processor s, MiB |\n|---|---|---|---|---|")
    for name, part in parts.items():
        if arguments.only in (None, name):
            for each in part():
                figures.append(each)
                limit = "" if each.limit is None else f"{'≥' if each.more else '≤'} {each.limit:g}"
                costs = [f"{c.wall:.2f}, {c.processor:.2f}, {c.memory:.0f}" for c in (each.ours, each.other)]
                mark = "" if each.met else " missed"
                print(f"| {each.name} | {each.ratio:.3f}{mark} | {limit} | {' | '.join(costs)} |", flush=True)
    if not arguments.only:
        write(arguments.output, figures)
    return 0 if all(each.met for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
