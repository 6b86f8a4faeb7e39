"""Reads the quantities of English text, from left to right and in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audit.entities.quantities import words as m
from audit.entities.quantities.dates import DateReader
from audit.entities.quantities.types import Quantity
from audit.letters import lowered

__all__ = ["Reader", "may_hold_quantity"]

_FIGURE = re.compile(r"[\d½¼¾⅓⅔]")
_WORD = re.compile(r"[^\W\d_]+")


def may_hold_quantity(text: str) -> bool:
    """Whether ``text`` has a digit or a word that counts; without either it has no quantity."""
    return _FIGURE.search(text) is not None or not m.COUNTING.isdisjoint(_WORD.findall(lowered(text)))


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
