"""Puts the value of one figure in place of another, in the style of the text that it goes into."""

from __future__ import annotations

import re

from audit.detectors.figures import Use
from audit.entities.measures import ONES, ORDINALS, TENS

__all__ = ["correct_figure", "correct_quantity"]

_GLUED_BEFORE = re.compile(r"[^\W\d_]+$")
_GLUED_AFTER = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(r"\d+|\D+")
_ORDINAL_WORDS = {value: word for word, value in ORDINALS.items()}


def correct_figure(wrong: Use, right: Use) -> tuple[int, int, str]:
    """Return the smallest span of ``wrong``'s document to replace, and what goes there.

    The digits alone when only they differ, of grouped digits the group that differs ("4,178,137" against "4,178,027":
    "137"), the whole quantity when its scale or unit differs as well.
    """
    if not _same_scale(wrong, right):
        return correct_quantity(wrong, right)
    start, end, surface = _with_glued_letters(wrong)
    _, _, model = _with_glued_letters(right)
    written = model if _alike(surface, model) else surface.replace(wrong.surface, restyle(wrong, right), 1)
    return _narrowed(start, end, surface, written)


def correct_quantity(wrong: Use, right: Use) -> tuple[int, int, str]:
    """Return the span of the whole quantity that ``wrong`` is a figure of, and what goes there."""
    if wrong.quantity is None or right.quantity is None:
        return wrong.start, wrong.end, restyle(wrong, right)
    begin = wrong.sentence.start
    start, end = begin + wrong.quantity.start, begin + wrong.quantity.end
    if wrong.quantity.type == "date" and right.quantity.type == "date":
        alone = len(wrong.quantity.figures) == 1
        return start, end, restyle(wrong, right) if alone else right.quantity.surface
    if not _same_scale(wrong, right) or wrong.quantity.unit != right.quantity.unit:
        return start, end, right.quantity.surface
    surface, at = wrong.quantity.surface, wrong.start - start
    return start, end, surface[:at] + restyle(wrong, right) + surface[at + len(wrong.surface) :]


def restyle(wrong: Use, right: Use) -> str:
    """Write the value of ``right`` the way ``wrong`` is written: digits or words, ordinal, clock."""
    surface = wrong.surface
    if wrong.role in ("month", "weekday"):
        return right.surface
    if (
        right.role == "number"
        and right.value / right.scale != int(right.value / right.scale)
        and wrong.role != "number"
    ):
        return right.surface
    if wrong.role == "time" and right.role == "time":
        return _clock(wrong, right)
    if not any(c.isdigit() for c in surface):
        words = _ordinal_word(right.value) if wrong.role in ("ordinal", "day") else _words(right)
        return (words[:1].upper() + words[1:]) if surface[:1].isupper() else words
    value = abs(right.value) / wrong.scale
    if surface.endswith(("st", "nd", "rd", "th")):
        return f"{value:.0f}{_ordinal_ending(int(value))}"
    if surface.endswith("s"):
        return f"{value:.0f}s"
    if _alike(surface, right.surface):
        return right.surface
    if value != int(value):
        return f"{value:.10g}"
    grouped = "," in surface or (value >= 10_000 and wrong.role == "number")
    return f"{value:,.0f}" if grouped else f"{value:.0f}"


def _same_scale(wrong: Use, right: Use) -> bool:
    return wrong.quantity is None or right.quantity is None or wrong.scale == right.scale


def _alike(a: str, b: str) -> bool:
    """Whether two figures are written in one style: their digits aside the same characters in the same places."""
    return any(c.isdigit() for c in a) and [p for p in _PARTS.findall(a) if not p.isdigit()] == [
        p for p in _PARTS.findall(b) if not p.isdigit()
    ]


def _with_glued_letters(use: Use) -> tuple[int, int, str]:
    """Return the figure with a unit or the rest of a name that is glued to it ("800Mbit", "A4", "802.11g")."""
    text, begin = use.sentence.text, use.sentence.start
    start, end = use.start - begin, use.end - begin
    glued = use.quantity is None or use.quantity.type == "unit"
    if glued and (after := _GLUED_AFTER.match(text, end)):
        end = after.end()
    if use.quantity is None and (before := _GLUED_BEFORE.search(text, max(0, start - 20), start)):
        start = before.start()
    return begin + start, begin + end, text[start:end]


def _narrowed(start: int, end: int, surface: str, written: str) -> tuple[int, int, str]:
    """Leave out the groups of digits that are the same on both sides, when just one group differs."""
    ours, theirs = _PARTS.findall(surface), _PARTS.findall(written)
    groups = [i for i, part in enumerate(ours) if part.isdigit()]
    if len(ours) != len(theirs) or len(groups) < 2 or not _alike(surface, written):
        return start, end, written
    differing = [i for i in groups if ours[i] != theirs[i]]
    if len(differing) != 1:
        return start, end, written
    first = differing[0]
    last = first + 2 if first == groups[-1] else first + 1  # letters glued behind the last group go with it
    offset = start + sum(map(len, ours[:first]))
    return offset, offset + sum(map(len, ours[first:last])), "".join(theirs[first:last])


def _clock(wrong: Use, right: Use) -> str:
    minutes = int(right.value)
    hour, minute = minutes // 60, minutes % 60
    half_written = wrong.quantity is not None and wrong.quantity.surface.rstrip(".").lower().endswith("m")
    if half_written:
        hour = hour % 12 or 12
    elif not half_written and _alike(wrong.surface, right.surface) and int(wrong.value) // 60 % 12 == hour % 12:
        hour = int(wrong.value) // 60
    if not any(c in wrong.surface for c in ":."):
        return f"{hour}" if not minute else f"{hour}:{minute:02}"
    separator = "." if "." in wrong.surface else ":"
    return f"{hour}{separator}{minute:02}"


def _words(right: Use) -> str:
    value = right.value / right.scale
    if value == int(value) and 0 <= value < 20:
        return ONES[int(value)]
    if value == int(value) and value < 100:
        tens, ones = TENS[int(value) // 10 - 2], int(value) % 10
        return f"{tens}-{ONES[ones]}" if ones else tens
    return right.surface


def _ordinal_word(value: float) -> str:
    if value in _ORDINAL_WORDS:
        return _ORDINAL_WORDS[int(value)]
    if 20 < value < 100 and value % 10 in _ORDINAL_WORDS:
        return f"{TENS[int(value) // 10 - 2]}-{_ORDINAL_WORDS[int(value) % 10]}"
    return f"{value:.0f}{_ordinal_ending(int(value))}"


def _ordinal_ending(value: int) -> str:
    if value % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
