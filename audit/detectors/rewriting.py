"""Puts the value of one figure in place of another, in the style of the text that it goes into."""

from __future__ import annotations

import re

from audit.detectors.figures import Use
from audit.entities.gazetteers import MONTHS
from audit.entities.quantities import Figure, Quantity
from audit.entities.quantities.words import ONES, ORDINALS, TENS

__all__ = ["correct_figure", "correct_quantity", "day_span"]

_GLUED_BEFORE = re.compile(r"[^\W\d_]+$")
_GLUED_AFTER = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(r"\d+|\D+")
_DECIMAL = re.compile(r"\d+[.,]\d{1,2}|0[.,]\d+")
_SCALE_BEHIND = re.compile(r"[\s-]*[^\W\d_]+")
_HALF_DAY = 12 * 60
_MONTHS = frozenset(month[:3] for month in MONTHS)
_ORDINAL_WORDS = {value: word for word, value in ORDINALS.items()}


def correct_figure(wrong: Use, right: Use) -> tuple[int, int, str]:
    """Return the smallest span of ``wrong``'s document to replace, and what goes there.

    The digits alone when only they differ, of grouped digits the group that differs ("4,178,137" against "4,178,027":
    "137"), the whole quantity when its scale or unit differs as well.
    """
    if not _same_scale(wrong, right) or _other_half(wrong, right):
        return correct_quantity(wrong, right)
    start, end, surface = _with_glued_letters(wrong)
    _, _, model = _with_glued_letters(right)
    same_style = wrong.role != "time" and _alike(surface, model)
    written = model if same_style else surface.replace(wrong.surface, restyle(wrong, right), 1)
    return _narrowed(start, end, surface, written)


def correct_quantity(wrong: Use, right: Use) -> tuple[int, int, str]:
    """Return the span of the whole quantity that ``wrong`` is a figure of, and what goes there.

    Currency sign, percent sign and scale word belong to it, the name of a currency or unit behind does only where that
    is wrong as well. Of a range it is the wrong end alone, of a date the part that is wrong, day and month together.
    """
    if wrong.quantity is None or right.quantity is None:
        return wrong.start, wrong.end, restyle(wrong, right)
    begin = wrong.sentence.start
    start, end = begin + wrong.quantity.start, begin + wrong.quantity.end
    if wrong.quantity.type == "date" and right.quantity.type == "date":
        return _correct_date(wrong, right, wrong.quantity)
    if not _same_scale(wrong, right) or wrong.quantity.unit != right.quantity.unit or _other_half(wrong, right):
        return start, end, right.quantity.surface
    if len(wrong.quantity.figures) > 1:
        return wrong.start, wrong.end, restyle(wrong, right)
    if wrong.quantity.type in ("unit", "money"):  # the word behind is the same on both sides and no part of the figure
        scale = _SCALE_BEHIND.match(wrong.sentence.text, wrong.end - begin) if wrong.scale != 1 else None
        end = begin + scale.end() if scale else wrong.end
    surface, at = wrong.sentence.text[start - begin : end - begin], wrong.start - start
    return start, end, surface[:at] + restyle(wrong, right) + surface[at + len(wrong.surface) :]


def _correct_date(wrong: Use, right: Use, ours: Quantity) -> tuple[int, int, str]:
    """Correct the part of a date that is wrong; day and month go together."""
    if wrong.role not in ("day", "month") or right.quantity is None:
        return wrong.start, wrong.end, restyle(wrong, right)
    theirs, begin, text = right.quantity.parts, wrong.sentence.start, wrong.sentence.text
    figures = _day_and_month(ours)
    start, end = figures[0].start, figures[-1].end
    written, at = "", start
    for figure in figures:
        surface = text[figure.start : figure.end]
        value = theirs.get(figure.role, figure.value)
        written += text[at : figure.start] + (surface if value == figure.value else _date_part(surface, int(value)))
        at = figure.end
    return begin + start, begin + end, written


def day_span(use: Use) -> tuple[int, int]:
    """Return the span of the day and month of the date that ``use`` is the day of."""
    if use.quantity is None:
        return use.start, use.end
    figures = _day_and_month(use.quantity)
    return use.sentence.start + figures[0].start, use.sentence.start + figures[-1].end


def _day_and_month(date: Quantity) -> list[Figure]:
    return sorted((f for f in date.figures if f.role in ("day", "month")), key=lambda f: f.start)


def _date_part(surface: str, value: int) -> str:
    if not any(c.isdigit() for c in surface):
        return MONTHS[value - 1].capitalize() if surface.lower()[:3] in _MONTHS else _ordinal_word(value)
    return f"{value}{_ordinal_ending(value)}" if surface[-1].isalpha() else f"{value}"


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
    if _DECIMAL.fullmatch(right.surface):
        return right.surface.replace(",", ".")
    if value != int(value):
        return f"{value:.10g}"
    grouped = "," in surface + right.surface or (value >= 10_000 and wrong.role == "number")
    return f"{value:,.0f}" if grouped else f"{value:.0f}"


def _same_scale(wrong: Use, right: Use) -> bool:
    return wrong.quantity is None or right.quantity is None or wrong.scale == right.scale


def _other_half(wrong: Use, right: Use) -> bool:
    """Whether a time says a.m. or p.m. and the right one lies in the other half of the day."""
    if wrong.role != "time" or right.role != "time" or not _half_written(wrong):
        return False
    return wrong.value // _HALF_DAY != right.value // _HALF_DAY


def _half_written(time: Use) -> bool:
    return time.quantity is not None and time.quantity.surface.rstrip(".").lower().endswith("m")


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
    hour, minute = divmod(int(right.value), 60)
    if _half_written(wrong) or hour - 12 == wrong.value // 60:
        hour = hour % 12 or 12
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
