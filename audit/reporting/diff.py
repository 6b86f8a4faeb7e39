"""A word-level comparison of two sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

from rapidfuzz.distance import Indel

__all__ = ["Piece", "compare"]

Piece = tuple[Literal["same", "gone", "new"], bool, str]
"""What became of a run of words, whether it holds names or figures, and the words as they stand."""

# Scripts that are written without spaces are compared letter by letter.
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_WORDS = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_MOST = 4_000_000
"""Pairs of words beyond which two texts are not compared: the table that it takes would fill the memory."""
_SPACE = re.compile(r"\s*")
_OPENS = re.compile(r"(?:^|[.!?“\"‘(])\s*$")


def compare(before: str, after: str) -> Iterator[Piece]:
    """Yield the words of both: those of ``after`` in order, with those that only ``before`` has where they were.

    Case and punctuation do not count. The pieces that are not ``gone`` make up ``after``, but for a space at its end.
    """
    old, new = list(_WORDS.finditer(before)), list(_WORDS.finditer(after))
    if len(old) * len(new) > _MOST:
        yield from (("gone", False, before + " "), ("new", False, after))
        return
    words: list[Piece] = []
    for step in Indel.opcodes([_key(m[0]) for m in old], [_key(m[0]) for m in new]):
        if step.tag == "delete":
            words += (("gone", _telling(m), m[0] + _space(m)) for m in old[step.src_start : step.src_end])
        else:
            kind: Literal["same", "new"] = "same" if step.tag == "equal" else "new"
            words += ((kind, _telling(m), m[0] + _space(m)) for m in new[step.dest_start : step.dest_end])
    for _, change in groupby(words, key=lambda piece: piece[0] == "same"):
        ordered = sorted(change, key=lambda piece: piece[0] == "new")  # what went comes before what came instead
        for (state, telling), run in groupby(ordered, key=lambda piece: piece[:2]):
            yield state, telling, "".join(text for *_, text in run)


def _space(word: re.Match[str]) -> str:
    found = _SPACE.match(word.string, word.end())
    return found[0] if found and found[0] else "" if _UNSPACED_LETTER.match(word[0]) else " "


def _key(word: str) -> str:
    return (_core(word) or word).casefold().replace("’", "'")


def _core(word: str) -> str:
    """Return ``word`` without the marks around it; a pattern that looks for its end would search from each mark on."""
    begin, end = 0, len(word)
    while begin < end and not _of_word(word[begin]):
        begin += 1
    while begin < end and not _of_word(word[end - 1]):
        end -= 1
    return word[begin:end]


def _of_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _telling(word: re.Match[str]) -> bool:
    """Whether a word is a figure, or a name as far as a capital letter within the sentence shows it."""
    first = _core(word[0])[:1]
    opens = _OPENS.search(word.string, max(0, word.start() - 3), word.start())
    return any(c.isdigit() for c in word[0]) or (first.isupper() and not opens)
