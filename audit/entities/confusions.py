"""Known confusions of machine translation: what a wrong form stands for, by pivot language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audit.entities.spelling import fold

__all__ = ["Confusions", "Entry", "load"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One known confusion: ``wrong`` is what translation through ``pivot`` makes of ``right``."""

    pivot: str
    kind: str
    wrong: str
    right: str


@dataclass(frozen=True, slots=True)
class Confusions:
    """All known confusions, with look-ups."""

    entries: tuple[Entry, ...] = ()

    def lookup(self, wrong: str) -> list[Entry]:
        """Return the entries whose wrong form has the letters of ``wrong``."""
        return [e for e in self.entries if fold(e.wrong) == fold(wrong)]


def load(paths: Iterable[str] = ()) -> Confusions:
    """Return the confusions that come with the package and those in ``paths``."""
    return Confusions()
