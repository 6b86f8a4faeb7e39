"""How frequent words are in English and in other languages: the tables of ``wordfreq``.

Robyn Speer (2022), wordfreq v3.0, doi:10.5281/zenodo.7199437. Its files are read directly: the package itself would
import much more than it takes to look up a word. Frequencies are on the zipf scale, log10 of the occurrences in 10⁹
words.
"""

from __future__ import annotations

import gzip
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audit.cache.files import prepared
from audit.errors import ModelError

__all__ = ["ForeignWords", "english", "foreign"]

_PACKAGE = "wordfreq"
_MISSING = f"the package {_PACKAGE} is missing; install it with: pip install {_PACKAGE}"
_LOWEST_BUCKET = 600
"""The tables of other languages that are used hold nothing rarer than zipf 3."""

_KEY_BYTES = 8
_ENTRY = np.dtype([("key", "<u8"), ("bucket", "<u2"), ("language", "u1")])
# Raised when the prepared table changes its form.
_VERSION = 1


@cache
def english() -> Mapping[str, float]:
    """Return the frequencies of the English words known, casefolded, from zipf 1 on."""
    found: dict[str, float] = {}
    for number, words in enumerate(_buckets("large_en")):
        found.update(dict.fromkeys(words, 9 - number / 100))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class ForeignWords:
    """For each word the language in which it is most frequent. Found by their hashes, so that nothing has to be loaded.

    ``keys``: ascending (n,). ``buckets``, ``numbers``: the frequency in steps of zipf 0.01 below 9, and the language's
    place among ``languages``, (n,) each.
    """

    languages: Sequence[str]
    keys: NDArray[np.uint64]
    buckets: NDArray[np.uint16]
    numbers: NDArray[np.uint8]

    def find(self, word: str) -> tuple[float, str] | None:
        """Return the greatest frequency of ``word`` (zipf) and its language, or None where no language has it.

        The tables are casefolded: they have "Straße" as "strasse".
        """
        key = np.uint64(_key(word.casefold()))
        place = int(np.searchsorted(self.keys, key))
        if place == len(self.keys) or self.keys[place] != key:
            return None
        return 9 - int(self.buckets[place]) / 100, self.languages[self.numbers[place]]


def foreign(languages: Sequence[str]) -> ForeignWords:
    """Return the words of ``languages`` (codes of wordfreq; of equal frequencies the first counts).

    Gathering them takes a second; they are kept in the cache for later runs.
    """
    which = sha256(",".join((_version(), *languages)).encode()).hexdigest()[:12]
    table = np.frombuffer(prepared(f"foreign-{_VERSION}-{which}", ".bin", lambda: _gather(languages)), _ENTRY)
    return ForeignWords(
        tuple(languages),
        np.ascontiguousarray(table["key"]),
        np.ascontiguousarray(table["bucket"]),
        np.ascontiguousarray(table["language"]),
    )


def _gather(languages: Sequence[str]) -> bytes:
    tables = [_buckets(f"small_{code}")[: _LOWEST_BUCKET + 1] for code in languages]
    found: dict[str, tuple[int, int]] = {}
    # The most frequent last, whole buckets at a time: three quarters of a million words take half as long.
    for bucket in range(_LOWEST_BUCKET, -1, -1):
        for number in reversed(range(len(languages))):
            words = tables[number][bucket] if bucket < len(tables[number]) else ()
            found.update(dict.fromkeys(words, (bucket, number)))
    entries = np.array([(_key(word), *value) for word, value in found.items()], _ENTRY)
    return np.sort(entries, order="key").tobytes()


def _key(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest(), "little")


def _buckets(name: str) -> list[list[str]]:
    """Return the words of a table: bucket i holds those whose frequency is 10 ** (-i / 100)."""
    import msgpack  # type: ignore[import-untyped]

    content = gzip.decompress((_data() / f"{name}.msgpack.gz").read_bytes())
    buckets: list[list[str]] = msgpack.unpackb(content, raw=False)
    return buckets[1:]  # the first is a header


def _data() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(_MISSING)
    return Path(spec.submodule_search_locations[0], "data")


def _version() -> str:
    try:
        return version(_PACKAGE)
    except PackageNotFoundError:
        raise ModelError(_MISSING) from None
