"""Reads the quantities of English text, from left to right and in linear time."""

from __future__ import annotations

from collections.abc import Iterator

from audit.entities.quantities import words as m
from audit.entities.quantities.dates import DateReader
from audit.entities.quantities.types import Quantity

__all__ = ["Reader"]


class Reader(DateReader):
    """Reads one text once."""

    def read(self) -> Iterator[Quantity]:
        """Yield the quantities in order of their places."""
        i = 0
        while i < len(self.tokens):
            if self.tokens[i].kind != "number" and self.tokens[i].lower not in m.STARTERS:
                i += 1
                continue
            found = self._date(i) or self._time(i) or self._amount_with_unit(i)
            if found is None:
                i += 1
            else:
                quantity, i = found
                yield quantity
