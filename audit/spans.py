"""Which spans of a text others touch, however many there are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

__all__ = ["Spans"]


class Spans:
    """Spans (start, end) in order of their starts, and how far those up to each of them reach."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._reach: list[int] = []
        reach = 0
        for start, end in sorted(spans):
            reach = max(reach, end)
            self._starts.append(start)
            self._reach.append(reach)

    def touch(self, start: int, end: int) -> bool:
        """Whether one of them begins before ``end`` and ends after ``start``."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start
