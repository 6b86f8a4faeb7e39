#!/usr/bin/env python3
"""Corpus runs on real documents: how fast, how large, and whether what was killed and resumed is what was not.

usage: corpus.py [--shared ../shared] [--documents 300] [--kills 10] [--parts speed,ray,kills,memory]

The sample is every n-th document of ../shared/bench/corpus.jsonl.gz with all references. It is audited by 1 and by 2
processes, by 2 actors of a local Ray, and by runs that are killed (SIGKILL, driver and worker in turn) at random
moments within ``--longest`` seconds and resumed; all tables must be equal. Throughput is distinct audited sentences
per second of processor time (all processes of the run, with their start) and of the shards' time (without it), over
that of bare encoding of the same sentences; every worker, and the bare encoding, has one thread. ``memory`` compares
the peak memory of 10,000 and 1,000 documents, each of 12 sentences drawn from the corpus so that no two are alike,
names alone judged; the largest process counts, the driver or its worker. Exit code 1: a difference, or a limit was
missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = ("documents", "sentences", "entities", "links")
SHARE = {"all": 0.5, "entities": 0.85}
SPEED_UP = 1.6
GROWTH = 1.15
LINES = 12
BARE = """
import sys, time
from audit.encoders import load_encoder
from audit.sentences import split
from audit.records import Document
from audit.settings import Settings
import json
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
named = {r.get("reference") for r in rows}
texts = {r["text"] for r in rows if r["type"] == "document" or r["id"] in named}
wanted = list({s.text: 0 for t in texts for s in split(Document("", t)) if s.audited})
encoder = load_encoder(Settings())
encoder.encode(wanted[:8])
begun = time.perf_counter(), time.process_time()
encoder.encode(wanted)
print(len(wanted), time.perf_counter() - begun[0], time.process_time() - begun[1])
"""


def sample(shared: Path, number: int, path: Path) -> None:
    """Write the manifest of ``number`` documents, evenly spread, with every reference."""
    with gzip.open(shared / "bench" / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    documents = [row for row in rows if row["type"] == "document"]
    step = max(1, len(documents) // number)
    chosen = [row for row in rows if row["type"] == "reference"] + documents[::step][:number]
    path.write_text("\n".join(map(json.dumps, chosen)) + "\n", "utf-8")


def command(manifest: Path, folder: Path, *options: str) -> list[str]:
    """Return the command line of a corpus run."""
    return [sys.executable, "-m", "audit", "corpus", str(manifest), "-o", str(folder), "-q", *options]


def timed(manifest: Path, folder: Path, *options: str) -> tuple[float, float, float]:
    """Run to the end; return the seconds of wall time, of processor time and of all shards."""
    begun, used = time.perf_counter(), processor_time()
    subprocess.run(command(manifest, folder, *options), check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    wall, used = time.perf_counter() - begun, processor_time() - used
    shards = (json.loads(marker.read_bytes())["seconds"] for marker in (folder / "shards").glob("*.json"))
    return wall, used, sum(shards)


def processor_time() -> float:
    """Return the processor time of all processes that this one started and that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def equal(one: Path, other: Path) -> bool:
    """Whether two runs found the same, row for row."""
    same = all(pq.read_table(one / name).equals(pq.read_table(other / name)) for name in TABLES)
    files = ("rejected.parquet", "entities.csv")
    return same and all((one / name).read_bytes() == (other / name).read_bytes() for name in files)


def workers(driver: int) -> list[int]:
    """Return the worker processes of a run."""
    found = Path(f"/proc/{driver}/task/{driver}/children").read_text("ascii").split()
    return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def killed(manifest: Path, folder: Path, whole: Path, kills: int, longest: float) -> list[bool]:
    """Kill runs, or a worker of them, ``kills`` times in all; return for each run, once it ended, whether it is right.

    A run that ends before it is hit makes room for another, in a new folder; the last one may end in peace.
    """
    dice, hits, same = random.Random(7), 0, []
    while hits < kills:
        place = folder / str(len(same))
        run = subprocess.Popen(command(manifest, place, "--workers", "2"), cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            run.wait(dice.uniform(0.05, 1) * longest)
        except subprocess.TimeoutExpired:
            victims = [run.pid] if hits % 2 == 0 else workers(run.pid)[:1]
            for victim in victims:
                os.kill(victim, signal.SIGKILL)
                hits += 1
            if victims != [run.pid]:
                # The run goes on with another worker, and is hit itself when it is started the next time.
                with suppress(subprocess.TimeoutExpired):
                    run.wait(dice.uniform(0.05, 1) * longest)
                run.kill()
            run.wait()
        else:
            same.append(equal(whole, place))
    if (folder / str(len(same))).exists():
        timed(manifest, folder / str(len(same)), "--workers", "2")
        same.append(equal(whole, folder / str(len(same))))
    return same


def peak(shared: Path, documents: int, folder: Path) -> float:
    """Return the MiB of the largest process of a run over so many documents, no two alike."""
    with gzip.open(shared / "bench" / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        sentences = [line for row in map(json.loads, stream) for line in row["text"].split("\n")]
    dice = random.Random(11)
    manifest = folder / f"{documents}.jsonl"
    with manifest.open("w", encoding="utf-8") as out:
        for number in range(documents):
            text = "\n".join(dice.choices(sentences, k=LINES))
            out.write(json.dumps({"id": str(number), "hypothesis": text, "references": []}) + "\n")
    told = command(manifest, folder / str(documents), "--workers", "1", "--only", "entities")
    script = "import resource,subprocess,sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
    script += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    run = subprocess.run([sys.executable, "-c", script, *told], check=True, cwd=ROOT, capture_output=True)
    return int(run.stdout) / 1024


def memory(shared: Path) -> bool:
    """Compare, print; return whether the limit was kept."""
    with tempfile.TemporaryDirectory() as folder:
        found = {number: peak(shared, number, Path(folder)) for number in (1_000, 10_000)}
    growth = found[10_000] / found[1_000]
    print(*(f"{number} documents: {size:.0f} MiB;" for number, size in found.items()), f"{growth:.3f}")
    return growth <= GROWTH


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--longest", type=float, default=20.0)
    parser.add_argument("--parts", default="speed,ray,kills,memory")
    told = parser.parse_args()
    parts = told.parts.split(",")
    missed = [] if "memory" not in parts or memory(told.shared) else ["memory"]
    if parts == ["memory"]:
        return 1 if missed else 0

    def judge(name: str, met: bool, text: str) -> None:
        print(f"{name:28} {text}{'' if met else '   MISSED'}", flush=True)
        if not met:
            missed.append(name)

    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        manifest = base / "sample.jsonl"
        sample(told.shared, told.documents, manifest)
        os.environ["OMP_NUM_THREADS"] = "1"
        bare = [sys.executable, "-c", BARE, str(manifest)]
        number, wall, used = map(float, subprocess.run(bare, check=True, cwd=ROOT, capture_output=True).stdout.split())
        text = f"{number / used:.0f} a second of processor time, {number / wall:.0f} a second"
        print(f"{'bare encoding':28} {number:.0f} distinct sentences, {text}", flush=True)

        def share(name: str, least: float, folder: str, *options: str) -> float:
            taken, spent, inner = timed(manifest, base / folder, *options)
            text = f"{used / spent:.2f} of bare encoding by processor time, {wall / inner:.2f} by shards' time"
            judge(name, used / spent >= least, f"{text}; {taken:.0f} s, {spent:.0f} s of processor time")
            return taken

        one = share("1 worker", SHARE["all"], "one", "--workers", "1")
        if "speed" in parts:
            two = share("2 workers", SHARE["all"], "two", "--workers", "2")
            share("only entities, 1 worker", SHARE["entities"], "entities", "--workers", "1", "--only", "entities")
            judge("two workers over one", one / two >= SPEED_UP, f"{one / two:.2f}")
            judge("two workers' tables", equal(base / "one", base / "two"), "compared with one worker's")
        if "ray" in parts:
            taken, _, _ = timed(manifest, base / "ray", "--workers", "2", "--engine", "ray")
            judge("ray's tables, 2 actors", equal(base / "one", base / "ray"), f"compared; {taken:.0f} s")
        if "kills" in parts:
            same = killed(manifest, base / "killed", base / "one", told.kills, told.longest)
            judge("killed and resumed", all(same), f"{told.kills} kills, {len(same)} runs that ended compared")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
