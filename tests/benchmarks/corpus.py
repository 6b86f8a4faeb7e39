#!/usr/bin/env python3
"""Corpus runs on real documents: how fast, and whether what was killed and resumed is what was not.

usage: corpus.py [--shared ../shared] [--documents 300] [--kills 10] [--no-ray]

The sample is every n-th document of ../shared/bench/corpus.jsonl.gz with all references. It is audited by 1 and by 2
processes, by 2 actors of a local Ray, and by runs that are killed (SIGKILL, driver and worker in turn) at random
moments and resumed; all tables must be equal. Throughput is distinct audited sentences per second of the run's wall
time, and of its shards' time (without start-up), over that of bare encoding of the same sentences; every worker, and
the bare encoding, has one thread. Exit code 1: a difference, or a limit was missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = ("documents", "sentences", "entities", "links")
SHARE = {"all": 0.5, "entities": 0.85}
SPEED_UP = 1.6
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
begun = time.perf_counter()
encoder.encode(wanted)
print(len(wanted), time.perf_counter() - begun)
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


def timed(manifest: Path, folder: Path, *options: str) -> tuple[float, float]:
    """Run to the end; return the seconds of wall time and of all shards."""
    begun = time.perf_counter()
    subprocess.run(command(manifest, folder, *options), check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - begun
    return wall, sum(json.loads(marker.read_bytes())["seconds"] for marker in (folder / "shards").glob("*.json"))


def equal(one: Path, other: Path) -> bool:
    """Whether two runs found the same, row for row."""
    same = all(pq.read_table(one / name).equals(pq.read_table(other / name)) for name in TABLES)
    files = ("rejected.parquet", "entities.csv")
    return same and all((one / name).read_bytes() == (other / name).read_bytes() for name in files)


def workers(driver: int) -> list[int]:
    """Return the worker processes of a run."""
    found = Path(f"/proc/{driver}/task/{driver}/children").read_text("ascii").split()
    return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def killed(manifest: Path, folder: Path, kills: int, longest: float) -> int:
    """Start the run and kill it or a worker of it after a random time, again and again; then let it end."""
    dice, hits = random.Random(7), 0
    for number in range(kills):
        run = subprocess.Popen(command(manifest, folder, "--workers", "2"), cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            run.wait(dice.uniform(0.2, 1) * longest)
            continue
        except subprocess.TimeoutExpired:
            victims = [run.pid] if number % 2 == 0 else workers(run.pid)[:1]
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
            hits += 1
        if number % 2:
            time.sleep(2)
            run.kill()
        run.wait()
    timed(manifest, folder, "--workers", "2")
    return hits


def main() -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--no-ray", action="store_true")
    told = parser.parse_args()
    missed = []

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
        number, seconds = subprocess.run(bare, check=True, cwd=ROOT, capture_output=True).stdout.split()
        pace = int(number) / float(seconds)
        print(f"{'bare encoding, one thread':28} {pace:.0f} distinct sentences/s ({int(number)})", flush=True)
        walls = {}
        for name, count in (("one", 1), ("two", 2)):
            walls[name], inner = timed(manifest, base / name, "--workers", str(count))
            text = (
                f"{walls[name]:.1f} s; {int(number) / walls[name] / (pace * count):.2f} of bare encoding by wall time"
            )
            share = int(number) / inner / pace
            judge(f"local, {count} worker(s)", share >= SHARE["all"], f"{text}, {share:.2f} by shards' time")
        _, inner = timed(manifest, base / "entities", "--workers", "1", "--only", "entities")
        share = int(number) / inner / pace
        judge("only entities, 1 worker", share >= SHARE["entities"], f"{share:.2f} of bare encoding by shards' time")
        gain = walls["one"] / walls["two"]
        judge("two workers over one", gain >= SPEED_UP, f"{gain:.2f}")
        judge("two workers' tables", equal(base / "one", base / "two"), "compared with one worker's")
        if not told.no_ray:
            wall, _ = timed(manifest, base / "ray", "--workers", "2", "--engine", "ray")
            judge("ray's tables, 2 actors", equal(base / "one", base / "ray"), f"compared; {wall:.1f} s")
        hits = killed(manifest, base / "killed", told.kills, walls["two"] / 2)
        judge("killed and resumed", equal(base / "one", base / "killed"), f"compared after {hits} kills")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
