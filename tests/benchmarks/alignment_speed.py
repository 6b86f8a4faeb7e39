"""How the time and memory of alignment grow, as ratios within one run.

usage: python tests/benchmarks/alignment_speed.py [--size 20000]

Comparable mode, random unit vectors of 384 dimensions against as many: the time of ``align`` against that of the bare
matrix product in blocks with the five best of every row by the same library. Parallel mode: the time of that many
sentences against that of a tenth. Everything runs on one thread and its processor time counts, which the neighbours of
a busy machine change least; the medians of the repetitions are compared.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from numpy.typing import NDArray

from audit.alignment import align

Floats = NDArray[np.float32]
DIMENSIONS = 384
BEST = 5
ROWS = 1024


def units(random: np.random.Generator, count: int) -> Floats:
    vectors = random.standard_normal((count, DIMENSIONS), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def best_by_product(x: Floats, y: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The nearest neighbours of every row, as plainly as numpy does it in blocks."""
    values, places = [], []
    for start in range(0, len(x), ROWS):
        block = x[start : start + ROWS] @ y.T
        best = np.argpartition(block, -BEST, axis=1)[:, -BEST:].copy()
        values.append(np.take_along_axis(block, best, axis=1))
        places.append(best)
    return np.concatenate(values), np.concatenate(places)


def story(count: int) -> list[str]:
    """Sentences that differ, none of which is another's counterpart."""
    return [f"Sentence {k} tells of matter {k * 7919 % count} and of nothing else." for k in range(count)]


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    size, tenth = options.size, options.size // 10
    random = np.random.default_rng(0)
    x, y = units(random, size), units(random, size)
    ours, theirs = story(size), [f"Matter {k} is told here." for k in range(size)]
    near = units(random, size) * 0.4 + x  # translations of the same sentences, in order
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    align(ours[:50], theirs[:50], x[:50], y[:50])
    times: dict[str, list[float]] = {"product": [], "comparable": [], "parallel, a tenth": [], "parallel": []}
    for _ in range(options.repeat):
        times["comparable"].append(seconds(lambda: align(ours, theirs, x, y)))
    comparable_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    for _ in range(options.repeat):
        times["product"].append(seconds(lambda: best_by_product(x, y)))
    for _ in range(options.repeat):
        times["parallel, a tenth"].append(
            seconds(lambda: align(ours[:tenth], theirs[:tenth], x[:tenth], near[:tenth], mode="parallel"))
        )
        times["parallel"].append(seconds(lambda: align(ours, theirs, x, near, mode="parallel")))
    middle = {name: statistics.median(values) for name, values in times.items()}
    for name, value in middle.items():
        print(f"{name:20s} {value:8.2f} s")
    print(f"comparable / product          {middle['comparable'] / middle['product']:6.2f}   (at most 1.5)")
    print(f"parallel / parallel, a tenth  {middle['parallel'] / middle['parallel, a tenth']:6.2f}   (at most 12)")
    print(f"peak memory, comparable       {comparable_peak:6.2f} GB (at most 1.5)")


if __name__ == "__main__":
    main()
