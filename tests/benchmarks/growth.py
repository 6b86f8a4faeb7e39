"""How the time of an audit grows with the length of texts that are one thing over and over.

    python tests/benchmarks/growth.py -o reports/growth.json                     # each kind, to a million characters
    python tests/benchmarks/growth.py --kind digits --sizes 20000,80000 --profile

The encoder costs nothing, so that the figures are those of everything else. Each kind is audited twice, alone and
against a short reference, in a process of its own with a limit far above what linear work takes. The exponent is that
of the power law between the last two sizes: 1 is linear, 2 quadratic.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import math
import pstats
import resource
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", action="append", default=[], help="only these")
    parser.add_argument("--sizes", default="60000,250000,1000000", help="characters")
    parser.add_argument("--limit", type=float, default=300, help="seconds for one text")
    parser.add_argument("--against-itself", action="store_true", help="the text is its own reference")
    parser.add_argument("--profile", action="store_true", help="say where the time of the last size goes")
    parser.add_argument("-o", "--output", type=Path, help="JSON file of the figures")
    parser.add_argument("--one", type=int, metavar="N", help=argparse.SUPPRESS)
    told = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    import hostile

    if told.one:
        print(json.dumps(_timed(told.kind[0], told.one, told.against_itself, told.profile)))
        return 0
    sizes = [int(size) for size in told.sizes.split(",")]
    rows = [_grown(kind, sizes, told) for kind in told.kind or hostile.ADVERSARIAL]
    timed = [row for row in rows if "a_million" in row]
    worst = max(timed, key=lambda row: row["a_million"], default=None)
    steepest = max(timed, key=lambda row: row["exponent"], default=None)
    total = {"kinds": len(rows), "failed": [row["kind"] for row in rows if "failed" in row], "longest_a_million": worst,
             "steepest": steepest}  # fmt: skip
    print(json.dumps(total))
    if told.output:
        told.output.parent.mkdir(parents=True, exist_ok=True)
        told.output.write_text(json.dumps({**total, "rows": rows}, indent=1) + "\n")
    return bool(total["failed"])


def _grown(kind: str, sizes: list[int], told: argparse.Namespace) -> dict[str, object]:
    seconds: dict[int, float] = {}
    row: dict[str, object] = {"kind": kind, "seconds": seconds}
    for size in sizes:
        command = [sys.executable, __file__, "--kind", kind, "--one", str(size)]
        command += [f"--{flag}" for flag in ("profile", "against-itself") if getattr(told, flag.replace("-", "_"))]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=told.limit + 30, check=True)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            row["failed"] = f"{size} characters: {type(error).__name__}"
            break
        found = json.loads(done.stdout.splitlines()[-1])
        seconds[found["characters"]] = round(found["seconds"], 2)
        row["megabytes"] = found["megabytes"]
    if "failed" not in row:
        (n, t), (m, u) = list(seconds.items())[-2:]
        row |= {"a_million": round(u * 1e6 / m, 1), "exponent": round(math.log(u / t) / math.log(m / n), 2)}
    print(json.dumps(row), flush=True)
    return row


def _timed(kind: str, size: int, against_itself: bool, profile: bool) -> dict[str, float]:
    import hostile

    text = hostile.ADVERSARIAL[kind](size)
    references = [text] if against_itself else ["\n".join(hostile.PROSE)]
    hostile.audited(hostile.PROSE[0], references[:1] if not against_itself else ())  # what is loaded once
    profiler = cProfile.Profile()
    begun = time.process_time()
    if profile:
        profiler.enable()
    audit = hostile.audited(text, references)
    if profile:
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(12)
    seconds = time.process_time() - begun
    hostile.check_places(audit)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"characters": len(text), "seconds": seconds, "megabytes": peak >> 10}


if __name__ == "__main__":
    sys.exit(main())
