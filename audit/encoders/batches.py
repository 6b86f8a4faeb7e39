"""Texts of like length in batches, and the threads that compute them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby

__all__ = ["available_threads", "batches", "padded"]

# A text is padded to a multiple of this many tokens whatever else is in its batch, and every operator computes each
# text for itself: so its vectors are the same to the last bit in any batch.
_PAD_TO = 4


def padded(length: int) -> int:
    """Return how many tokens a text of so many takes in a batch."""
    return -(-length // _PAD_TO) * _PAD_TO


def batches(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Return the indices of the texts in batches of one padded length and so many tokens, the longest first."""
    found: list[list[int]] = []
    for length, group in groupby(sorted(range(len(lengths)), key=lambda i: (-padded(lengths[i]), i)),
                                 key=lambda i: padded(lengths[i])):  # fmt: skip
        indices, size = list(group), max(1, tokens // length)
        found.extend(indices[begin : begin + size] for begin in range(0, len(indices), size))
    return found


def available_threads() -> int:
    """Return the number of cores that this process may use, or what OMP_NUM_THREADS allows."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    told = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores, int(told)) if told.isdigit() and int(told) else cores
