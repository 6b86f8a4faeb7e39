"""Known confusions of machine translation by pivot language, as data: words for names, acronyms, titles, letters.

The tables that come with the package are ``data/confusions.csv`` (what comes back, what stood there, why),
``data/sources.csv`` (the linguistic grounds that its ``source`` column refers to) and ``data/drifts.csv`` (which
consonants change in transliteration). Users add files in the format of the first. An entry is evidence, no verdict:
that a form is known to come from another says nothing of the text at hand.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import get_args

from audit.entities.gazetteers import fold
from audit.errors import InputError
from audit.records import EntityKind

__all__ = ["PIVOTS", "Confusions", "Entry", "load"]

PIVOTS = ("ar", "de", "es", "fa", "fr", "he", "hi", "ja", "ko", "ru", "tr", "uk", "zh")
"""Pivot languages that the tables know (ISO 639-1)."""

DRIFT_COST = 0.25
"""What a known drift costs in place of 1 for any other change of a consonant."""

_REQUIRED = ("pivot", "kind", "wrong", "right")
_OPTIONAL = ("note", "source")
_MAX_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """``wrong`` is known to come back where ``right`` stood, through ``pivot`` (empty: through any language)."""

    pivot: str
    kind: EntityKind
    wrong: str
    right: str
    note: str = ""
    source: str = ""


class Confusions:
    """Look-ups in known confusions; case, dots and diacritics are ignored."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_wrong: defaultdict[str, list[Entry]] = defaultdict(list)
        self._by_right: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            self._by_wrong[fold(entry.wrong)].append(entry)
            self._by_right[fold(entry.right)].append(entry)

    def lookup(self, wrong: str) -> list[Entry]:
        """Return the entries whose wrong form is ``wrong`` (those that would change nothing left out)."""
        return [entry for entry in self._by_wrong.get(fold(wrong), ()) if entry.right != wrong]

    def lookup_right(self, right: str) -> list[Entry]:
        """Return the entries whose right form is ``right``."""
        return list(self._by_right.get(fold(right), ()))

    def title_equivalents(self, title: str) -> set[str]:
        """Return the titles known for the office of ``title``, as written in the tables, ``title`` itself left out.

        Titles that are wrong for the same right one are equivalents of each other ("Minister of Trade", "Trade
        Minister").
        """
        key = fold(title)
        rights = {fold(e.right) for e in self._by_wrong.get(key, ()) if e.kind == "title"} | {key}
        known = {form for right in rights for e in self._by_right.get(right, ()) for form in _title_forms(e)}
        return {form for form in known if fold(form) != key}

    def drift_cost(self, pivot: str | None = None) -> Mapping[tuple[str, str], float]:
        """Return the cost (0 to 1) of known changes of consonants, (written, comes back) in lower-case letters.

        ``pivot`` None stands for a language that is not known: the drifts of all of them.
        """
        return _drifts().get(pivot or "", {})


def load(paths: Sequence[str | Path] = ()) -> Confusions:
    """Return the package's confusions and those of the CSV files ``paths``, which come first in look-ups.

    Raises:
        InputError: a file is missing, no UTF-8, or has a line that makes no sense; says file, line and what.
    """
    own = [entry for path in paths for entry in _read(Path(path))]
    return Confusions([*own, *_bundled().entries]) if own else _bundled()


def _title_forms(entry: Entry) -> tuple[str, ...]:
    return (entry.wrong, entry.right) if entry.kind == "title" else ()


@cache
def _bundled() -> Confusions:
    sources = {row["source"]: row["text"] for row in _rows("sources.csv")}
    return Confusions(
        Entry(row["pivot"], _kind(row["kind"]), row["wrong"], row["right"], row["note"], sources[row["source"]])
        for row in _rows("confusions.csv")
    )


@cache
def _drifts() -> Mapping[str, Mapping[tuple[str, str], float]]:
    costs: defaultdict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for row in _rows("drifts.csv"):
        for pivot in (row["pivot"], ""):
            costs[pivot][row["from"], row["to"]] = DRIFT_COST
    return dict(costs)


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(files("audit.entities").joinpath("data", name).read_text("utf-8")))


def _kind(text: str) -> EntityKind:
    for kind in get_args(EntityKind):
        if text == kind:
            found: EntityKind = kind
            return found
    raise ValueError(text)


def _read(path: Path) -> Iterator[Entry]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path} is larger than {_MAX_BYTES} bytes; split it into several files of confusions")
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"can't read the confusions {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no UTF-8 (byte {error.start}); save the confusions as UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_header(path, reader.fieldnames or ())
        for row in reader:
            yield _entry(f"{path}, line {reader.line_num}", row)
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.reader.line_num}: no valid CSV ({error})") from error


def _check_header(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in _REQUIRED if name not in header]
    unknown = [name for name in header if name not in _REQUIRED + _OPTIONAL]
    if missing or unknown or len(set(header)) != len(header):
        fault = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(map(repr, unknown or header))}"
        raise InputError(f"{path}, line 1: the header {fault}; it must be {','.join(_REQUIRED + _OPTIONAL)}")


def _entry(place: str, row: Mapping[str | None, str | list[str] | None]) -> Entry:
    cells = {name: value.strip() for name, value in row.items() if name is not None and isinstance(value, str)}
    if None in row or any(name not in cells for name in _REQUIRED):
        raise InputError(f"{place}: the number of cells is not that of the header; quote cells that hold a comma")
    if cells["pivot"] not in ("", *PIVOTS):
        raise InputError(f"{place}: unknown pivot {cells['pivot']!r}; leave it empty or use one of {', '.join(PIVOTS)}")
    if cells["kind"] not in get_args(EntityKind):
        raise InputError(f"{place}: unknown kind {cells['kind']!r}; use one of {', '.join(get_args(EntityKind))}")
    if not cells["wrong"] or not cells["right"]:
        raise InputError(f"{place}: wrong and right must both be filled in")
    if cells["wrong"] == cells["right"]:
        raise InputError(f"{place}: wrong and right are the same ({cells['right']!r})")
    kind = _kind(cells["kind"])
    return Entry(cells["pivot"], kind, cells["wrong"], cells["right"], cells.get("note", ""), cells.get("source", ""))
