"""Reads the quantities of English text, from left to right and in linear time."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from audit.entities import measures as m
from audit.entities.measures import Qualifier

__all__ = ["Code", "Figure", "Quantity", "Reader"]

QuantityType = Literal["number", "money", "percent", "date", "time", "ordinal", "unit"]
TokenKind = Literal["number", "word", "mark"]
Role = Literal["number", "ordinal", "time", "year", "month", "day", "weekday"]

MAX_DIGITS = 18
"""Longer runs of digits are identifiers, no quantities."""


_BRACKETS = frozenset('()[]{}"“”‘,;:.!?')
_TOKEN = re.compile(r"(?P<number>\d+(?:[.,/]\d+|:\d{2}(?!\d))*)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<mark>[^\s])")
_GROUPED = re.compile(r"\d{1,3}(?:(?:,\d{3})+|(?:,\d{2})*,\d{3})(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_GROUP_SPACES = frozenset("\u00a0\u202f\u2009 ")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a quantity: its span without unit and scale word, what it counts, its value.

    ``value`` includes ``scale`` (the factor of a scale word, 1e9 for "billion", else 1). A month or weekday counts from
    1, a time in minutes from midnight.
    """

    start: int
    end: int
    role: Role
    value: float
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity with its place: ``text[start:end] == surface``.

    ``low`` and ``high`` bound the value (equal for all but ranges, decades and vague amounts such as "dozens"); for a
    date they are years (NaN when no year is given), for a time minutes from midnight. ``unit`` is an ISO 4217 code,
    "%", "percentage point", "decade" ("in his 40s"), the name of a unit of measurement, or empty. ``precision`` is the
    place value of the last digit written (0.1 billion for "1.2 billion"). ``qualifier`` is what the words before it
    make of the value. ``figures`` are in order of their places; a date has one for each part.
    """

    start: int
    end: int
    surface: str
    type: QuantityType
    low: float
    high: float
    unit: str = ""
    qualifier: Qualifier = "exact"
    precision: float = 1.0
    figures: tuple[Figure, ...] = ()

    @property
    def value(self) -> float:
        """The middle of the interval."""
        return self.low if self.low == self.high else (self.low + self.high) / 2

    @property
    def parts(self) -> Mapping[Role, float]:
        """The value of each figure by its role (of a date: year, month, day, weekday)."""
        return {figure.role: figure.value for figure in self.figures}


@dataclass(frozen=True, slots=True)
class Code:
    """A figure inside a name ("A4", "COVID-19"): the span of its digits and the name around them."""

    start: int
    end: int
    surface: str
    name: str


@dataclass(frozen=True, slots=True)
class _Token:
    kind: TokenKind
    text: str
    lower: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number phrase: tokens [first, next) hold it, figure and scale word included."""

    first: int
    next: int
    low: float
    high: float
    precision: float
    start: int
    end: int
    scale: float
    attached: str = ""  # a suffix glued to the digits that is no scale ("th", "s", "km")
    written: bool = False  # in words


class Reader:
    """Reads the tokens of one text from left to right; every method looks a bounded number of tokens ahead.

    Methods that read something at token i return it with the index of the next unread token, or None.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [_token(match) for match in _TOKEN.finditer(text)]

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

    def name_around(self, i: int) -> tuple[int, int]:
        """Return the first and last of the tokens glued to token i without a space (16 on either side at most)."""
        first = last = i
        while first > max(0, i - 16) and self._glued(first) and self.tokens[first - 1].text not in _BRACKETS:
            first -= 1
        stop = min(len(self.tokens) - 1, i + 16)
        while last < stop and self._glued(last + 1) and self.tokens[last + 1].kind != "mark":
            last += 1
        return first, last

    # -- tokens ------------------------------------------------------------------------------------------------------

    def _lower(self, i: int) -> str:
        return self.tokens[i].lower if 0 <= i < len(self.tokens) else ""

    def _is(self, i: int, kind: str) -> bool:
        return 0 <= i < len(self.tokens) and self.tokens[i].kind == kind

    def _glued(self, i: int) -> bool:
        """Whether token i follows the one before it without a space."""
        return 0 < i < len(self.tokens) and self.tokens[i - 1].end == self.tokens[i].start

    def _near(self, i: int) -> bool:
        """Whether at most two spaces and no line end lie between token i and the one before it."""
        if not 0 < i < len(self.tokens):
            return False
        gap = self.text[self.tokens[i - 1].end : self.tokens[i].start]
        return len(gap) <= 2 and not set(gap) & {"\n", "\r"}

    def _skip_hyphen(self, i: int) -> int:
        """Return the token after a hyphen at i that joins two words ("25-minute", damaged "25 -minute"), else i."""
        return i + 1 if self._lower(i) in m.DASHES and self._near(i) and self._glued(i + 1) else i

    def _in_name(self, i: int) -> bool:
        """Whether the digits at token i continue a name: "G42", "F-35", "COVID-19", "Kukiz'15", "Web 3.0"."""
        token = self.tokens[i]
        if token.text.endswith(".0") and self._is(i - 1, "word") and self.tokens[i - 1].text[0].isupper():
            return not self._glued(i) or self._lower(i - 1) not in m.CURRENCY_CODES
        if not self._glued(i):
            return False
        before = self._lower(i - 1)
        if self._is(i - 1, "word"):
            dollars = before in m.DOLLARS and self._lower(i - 2) == "$" and self._glued(i - 1)
            return not dollars and not (self.tokens[i - 1].text.isupper() and before in m.CURRENCY_CODES)
        if before in {"-", "‑", "'", "’", "#"} and self._glued(i - 1):
            word = self._lower(i - 2)
            joins = word in m.JOINED_BEFORE or word in m.SMALL or word in m.MONTH_NUMBERS or word in m.UNITS
            return self._is(i - 2, "word") and not joins
        return before == "#"

    # -- figures -----------------------------------------------------------------------------------------------------

    def _literal(self, i: int) -> tuple[float, float, int] | None:
        """Read digits: value, precision and the next token."""
        if not self._is(i, "number") or self._in_name(i):
            return None
        text = self.tokens[i].text
        if len(text) > MAX_DIGITS:
            return None
        if _GROUPED.fullmatch(text) and not text.startswith("0,"):
            plain = text.replace(",", "") if text.count(".") < 2 else text.replace(".", "").replace(",", ".")
        elif _PLAIN.fullmatch(text):
            plain = text.replace(",", ".")
        else:
            return None
        following = i + 1
        if text.isdigit() and len(text) <= 3 and not text.startswith("0") and self._lower(i - 1) not in m.MONTH_NUMBERS:
            while following <= i + 4 and self._continues_group(following):
                plain += self.tokens[following].text
                following += 1
        decimals = len(plain.partition(".")[2])
        value = float(plain)
        if text.isdigit() and self._near(following) and (share := self._share_of(following)) is not None:
            return value + share, 0.1, following + 1  # "2 1/2"
        return value, (10.0**-decimals if decimals else _place(value)), following

    def _continues_group(self, i: int) -> bool:
        """Whether token i is a further group of three digits after a space ("34 125")."""
        if not self._is(i, "number") or not (self.tokens[i].text.isdigit() and len(self.tokens[i].text) == 3):
            return False
        gap = self.text[self.tokens[i - 1].end : self.tokens[i].start]
        return gap in _GROUP_SPACES and not (self._glued(i + 1) and self._is(i + 1, "word"))

    def _amount(self, i: int, *, money: bool = False) -> _Amount | None:
        return self._digits(i, money=money) or self._vague(i) or self._fraction(i) or self._words(i)

    def _digits(self, i: int, *, money: bool) -> _Amount | None:
        literal = self._literal(i)
        if literal is None:
            return None
        value, precision, following = literal
        start, end = self.tokens[i].start, self.tokens[following - 1].end
        attached, scale = "", 1.0
        if self._glued(following) and self._is(following, "word"):
            suffix = self.tokens[following].text
            if (factor := _suffix_scale(suffix, money=money)) is not None:
                scale, following = factor, following + 1
            elif suffix.lower() in m.SUFFIXES or _unit_name(suffix) or suffix.lower() in m.CURRENCY_CODES:
                attached = suffix
            else:
                return None  # part of a name: "3D", "4x4"
        if not attached:
            factor, following = self._scale_words(following)
            scale *= factor
        value, precision = value * scale, precision * scale
        return _Amount(i, following, value, value, precision, start, end, scale, attached)

    def _scale_words(self, i: int) -> tuple[float, int]:
        scale = 1.0
        for _ in range(2):
            j = self._skip_hyphen(i)
            word = self._lower(j)
            if not self._near(i) or not (word in m.SCALES or word == "dozen"):
                break
            scale *= m.SCALES.get(word, 12.0)
            i = j + 1
        return scale, i

    def _vague(self, i: int) -> _Amount | None:
        """Read "dozens", "tens of thousands", and the damaged "hundred of thousands"."""
        word = self._lower(i)
        damaged = word in m.SCALES and self._lower(i + 1) == "of" and self._lower(i + 2) in m.VAGUE
        if word not in m.VAGUE and not damaged:
            return None
        low, high = m.VAGUE[word + "s" if damaged else word]
        following = i + 1
        if self._lower(following) == "of" and (factor := m.SCALES.get(self._lower(following + 1).removesuffix("s"))):
            low, high, following = low * factor, high * factor, following + 2
        start, end = self.tokens[i].start, self.tokens[following - 1].end
        return _Amount(i, following, low, high, low, start, end, 1.0, written=True)

    def _fraction(self, i: int) -> _Amount | None:
        """Read "two-thirds", "a quarter of", "half of", "half a", "1/2"."""
        first = self._lower(i)
        if (share := self._share_of(i)) is not None and not self._in_name(i):
            return self._share(i, i + 1, share, 1)
        if first == "half" and self._lower(i + 1) in ("of", "a", "an", "the"):
            scale, following = self._scale_words(i + 2)
            if self._lower(i + 1) in ("a", "an"):
                unit = _unit_name(self._lower(i + 2))
                if scale == 1.0:
                    return self._share(i, following, 1, 2, figure_end=i + 1) if unit else None
                return self._share(i, following, 1, 2, scale)
            return self._share(i, i + 1, 1, 2)
        numerator = 1.0 if first in ("a", "one") else m.SMALL.get(first, 0.0)
        j = self._skip_hyphen(i + 1)
        denominator = m.FRACTIONS.get(self._lower(j))
        if not numerator or denominator is None or not self._near(i + 1):
            return None
        plural = self._lower(j).endswith("s")
        if (numerator > 1) != plural or (first == "a" and self._lower(j + 1) not in m.AFTER_SHARE):
            return None  # "a third man"
        return self._share(i, j + 1, numerator, denominator)

    def _share_of(self, i: int) -> float | None:
        """Read "1/2" or "½" at token i."""
        text = self.tokens[i].text if i < len(self.tokens) else ""
        if len(text) == 1 and not text.isdigit() and text.isnumeric():
            value = unicodedata.numeric(text)
            return value if 0 < value < 1 else None
        above, slash, below = text.partition("/")
        if not (slash and above.isdecimal() and below.isdecimal() and len(below) <= 3 and len(above) <= len(below)):
            return None
        return int(above) / int(below) if 0 < int(above) < int(below) <= 10 else None

    def _share(
        self, i: int, following: int, above: float, below: float, scale: float = 1.0, figure_end: int | None = None
    ) -> _Amount:
        value = above / below * scale
        start, end = self.tokens[i].start, self.tokens[(figure_end or following) - 1].end
        return _Amount(i, following, value, value, 0.2 * value, start, end, scale, written=True)

    def _words(self, i: int) -> _Amount | None:
        """Read a number in words: "twenty-five", "a hundred and two", "a dozen", "two and a half million"."""
        article = self._lower(i) in ("a", "an")
        if article and self._lower(i + 1) not in m.SCALES and self._lower(i + 1) != "dozen":
            return None
        j, total = (i + 1, 0.0) if article else (i, 0.0)
        current = 1.0 if article else None
        for _ in range(16):
            k = self._skip_hyphen(j) if current is not None else j
            if self._lower(k) == "and" and (current or 0) >= 100 and self._lower(k + 1) in m.SMALL:
                k += 1
            word = self._lower(k)
            if word in m.SMALL and (current is None or _fits_below(m.SMALL[word], current)):
                current = (current or 0.0) + m.SMALL[word]
            elif current is None:
                break
            elif word == "and" and self._lower(k + 1) == "a" and self._lower(k + 2) == "half" and current < 100:
                current, k = current + 0.5, k + 2
            elif word in ("hundred", "dozen") and current < 100:
                current *= 100 if word == "hundred" else 12
            elif m.SCALES.get(word, 0) >= 1000:
                total, current = total + current * m.SCALES[word], None
            else:
                break
            j = k + 1
        value = total + (current or 0.0)
        if j == i or (value == 0 and self._lower(i) != "zero") or (value == 1 and not self._counts_one(j)):
            return None
        return self._worded(i, j, value)

    def _worded(self, i: int, j: int, value: float) -> _Amount:
        """The number of tokens i to j; scale words at its end stand outside the figure if they scale all of it."""
        end, scale = j, 1.0
        while end > i + 1 and self._lower(end - 1) in m.SCALES:
            end -= 1
            scale *= m.SCALES[self._lower(end)]
        if any(m.SCALES.get(self._lower(k), 0) >= 1000 for k in range(i, end)) or self._lower(i) in ("a", "an"):
            end, scale = j, 1.0
        return _Amount(i, j, value, value, scale, self.tokens[i].start, self.tokens[end - 1].end, scale, written=True)

    def _counts_one(self, i: int) -> bool:
        """Whether "one" before token i is a figure and no pronoun: "one hour", "one percent", "one in seven"."""
        j = self._skip_hyphen(i)
        word = self._lower(j)
        if word in ("in", "of", "out") and self._lower(j + 1) != "the":
            k = j + 2 if self._lower(j + 1) == "of" else j + 1
            return self._is(k, "number") or self._lower(k) in m.SMALL
        return _unit_name(word) is not None or word in ("percent", "per", "percentage") or word in m.CURRENCY_WORDS

    # -- amounts with currency and unit ------------------------------------------------------------------------------

    def _amount_with_unit(self, i: int) -> tuple[Quantity, int] | None:
        if (decade := m.DECADES.get(self._lower(i))) is not None:
            figure = self._figure(i, i + 1, "number", decade)
            return self._make(i, i + 1, "number", decade, decade + 9, "decade", "exact", 10.0, (figure,)), i + 1
        currency, j = self._currency_before(i)
        amount = self._amount(j, money=bool(currency))
        if amount is None:
            return None
        if amount.attached.lower() in m.ORDINAL_ENDINGS or self._is_ordinal_word(amount):
            return self._ordinal(amount)
        if amount.attached == "s":
            return self._decade(amount)
        amounts = [amount]
        other = self._range_end(amount, currency)
        if other is not None:
            if amount.scale == 1 and other.scale > 1 and amount.low < other.low / other.scale:
                amounts[0] = replace(amount, low=amount.low * other.scale, high=amount.high * other.scale,
                                     precision=amount.precision * other.scale, scale=other.scale)  # fmt: skip
            amounts.append(other)
        following = amounts[-1].next
        kind: QuantityType = "money" if currency else "number"
        unit, end = currency, following
        if not currency:
            kind, unit, end = self._unit_after(following, amounts[-1])
        return self._quantity(i, end, kind, unit, amounts), end

    def _is_ordinal_word(self, amount: _Amount) -> bool:
        """Whether an ordinal ending follows the tens just read: "twenty-first"."""
        j = self._skip_hyphen(amount.next)
        return amount.written and amount.low in range(20, 100, 10) and 0 < m.ORDINALS.get(self._lower(j), 0) < 10

    def _currency_before(self, i: int) -> tuple[str, int]:
        word, text = self._lower(i), self.tokens[i].text
        if word in m.SYMBOLS:
            if word == "$" and self._glued(i + 1) and self._lower(i + 1) in m.DOLLARS and self._is(i + 2, "number"):
                return m.DOLLARS[self._lower(i + 1)], i + 2
            return (m.SYMBOLS[word], i + 1) if self._near(i + 1) else ("", i)
        if word in m.DOLLARS and self._lower(i + 1) == "$" and text.isupper():
            joined = self._glued(i + 1) or (len(text) == 2 and self._near(i + 1))  # "HK$", damaged "HK $"
            return (m.DOLLARS[word], i + 2) if joined else ("", i)
        if word in m.CURRENCY_CODES and text.isupper() and self._is(i + 1, "number") and self._near(i + 1):
            return m.CURRENCY_CODES[word], i + 1
        return "", i

    def _range_end(self, amount: _Amount, currency: str) -> _Amount | None:
        """Read the upper end of "10 to 20", "5-10", "$5-$10 million", "five or six" after its lower one."""
        i = amount.next
        joint = self._lower(i)
        if amount.attached or not self._near(i) or not (joint in m.DASHES or joint in ("to", "or")):
            return None
        if joint == "to" and self._lower(amount.first - 1) == "from":
            return None
        again, j = self._currency_before(i + 1) if i + 1 < len(self.tokens) else ("", i + 1)
        if again and again != currency:
            return None
        other = self._amount(j, money=bool(currency))
        if other is None or other.attached in m.SUFFIXES or other.low / other.scale <= amount.low / amount.scale:
            return None
        if joint == "or" and other.low / other.scale - amount.low / amount.scale > 1:
            return None
        return other

    def _unit_after(self, i: int, amount: _Amount) -> tuple[QuantityType, str, int]:
        """Read percent sign, currency or unit from token i on: the type, the unit, the next token."""
        j = self._skip_hyphen(i)
        word = self._lower(j)
        if not self._near(i) and not amount.attached:
            return "number", "", i
        if word in ("%", "％", "percent", "pct"):
            return "percent", "%", j + 1
        if word == "per" and self._lower(j + 1) == "cent":
            return "percent", "%", j + 2
        if word == "percentage" and self._lower(j + 1) in ("point", "points"):
            return "percent", "percentage point", j + 2
        if word == "of" and amount.high > amount.low:  # "millions of dollars"
            j, word = j + 1, self._lower(j + 1)
        if (money := self._currency_after(j, amount)) is not None:
            return "money", *money
        if (unit := self._measure(j)) is not None and not (j > i + 1 and unit[0] == ""):
            return "unit", *unit
        return "number", "", i

    def _currency_after(self, i: int, amount: _Amount) -> tuple[str, int] | None:
        word = self._lower(i)
        if word in m.SYMBOLS and word != "$":
            return m.SYMBOLS[word], i + 1
        if word in m.CURRENCY_CODES and self.tokens[i].text.isupper():
            return m.CURRENCY_CODES[word], i + 1
        if word == "us" and self._lower(i + 1) == "$":
            return "USD", i + 2
        if word == "hong" and self._lower(i + 1) == "kong" and self._lower(i + 2) in ("dollar", "dollars"):
            return "HKD", i + 3
        for j in (i, i + 1):
            noun = self._lower(j)
            code = m.CURRENCY_WORDS.get(noun) or m.CURRENCY_WORDS.get(noun.removesuffix("s"))
            if code is None or (noun in m.RARELY_MONEY and amount.low < 1000):
                continue
            if j == i:
                return code, j + 1
            if (word, code) in m.CURRENCY_ADJECTIVES:
                return m.CURRENCY_ADJECTIVES[word, code], j + 1
        return None

    def _measure(self, i: int) -> tuple[str, int] | None:
        """Read a unit of measurement at token i: its name and the next token."""
        word = self._lower(i)
        if word in ("square", "cubic"):
            unit = _unit_name(self._lower(i + 1)) or _unit_name(self._lower(self._skip_hyphen(i + 1)))
            return (f"{word} {unit}", i + 2) if unit else None
        unit = _unit_name(self.tokens[i].text) if i < len(self.tokens) else None
        if unit is None or (word in m.ATTACHED_ONLY and not self._glued(i)):
            return None
        if unit in ("kilometre", "metre", "foot", "mile") and self._glued(i + 1) and self._lower(i + 1) in ("2", "3"):
            return ("cubic " if self._lower(i + 1) == "3" else "square ") + unit, i + 2
        if unit == "kilometre" and self._lower(i + 1) == "/" and self._lower(i + 2) == "h":
            return "kilometre per hour", i + 3
        if unit in ("kilometre", "mile") and self._lower(i + 1) in ("per", "an") and self._lower(i + 2) == "hour":
            return f"{unit} per hour", i + 3
        if unit == "degree":
            return unit, i + 2 if self._lower(i + 1) in ("c", "f", "celsius", "fahrenheit") else i + 1
        return unit, i + 1

    def _quantity(self, first: int, end: int, kind: QuantityType, unit: str, amounts: list[_Amount]) -> Quantity:
        figures = tuple(Figure(a.start, a.end, "number", a.low, a.scale) for a in amounts)
        low, high = min(a.low for a in amounts), max(a.high for a in amounts)
        precision = min(a.precision for a in amounts)
        qualifier = self._qualifier(first, end)
        if qualifier == "exact" and any(a.high > a.low for a in amounts):
            qualifier = "about"
        return self._make(first, end, kind, low, high, unit, qualifier, precision, figures)

    def _make(
        self, first: int, end: int, kind: QuantityType, low: float, high: float, unit: str, qualifier: Qualifier,
        precision: float, figures: tuple[Figure, ...],
    ) -> Quantity:  # fmt: skip
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        return Quantity(start, stop, self.text[start:stop], kind, low, high, unit, qualifier, precision, figures)

    def _qualifier(self, first: int, end: int) -> Qualifier:
        before = tuple(self._lower(k) for k in range(max(0, first - 4), first))
        for phrase, qualifier in m.QUALIFIERS:
            if before[-len(phrase) :] == phrase:
                return qualifier
        if self._lower(end) == "+" and self._glued(end):
            return "at least"
        if self._lower(end) == "or" and self._near(end):
            return m.AFTER.get(self._lower(end + 1), "exact")
        return "exact"

    # -- ordinals, dates, times --------------------------------------------------------------------------------------

    def _ordinal_at(self, i: int) -> tuple[float, int] | None:
        """Read "25th" or "twenty-fifth": the value and the next token."""
        if self._is(i, "number") and self._glued(i + 1) and self._lower(i + 1) in m.ORDINAL_ENDINGS:
            literal = self._literal(i)
            return (literal[0], i + 2) if literal is not None and literal[2] == i + 1 else None
        word = self._lower(i)
        if word in m.ORDINALS:
            return float(m.ORDINALS[word]), i + 1
        j = self._skip_hyphen(i + 1)
        if word in m.TENS and j == i + 2 and 0 < m.ORDINALS.get(self._lower(j), 0) < 10:
            return m.SMALL[word] + m.ORDINALS[self._lower(j)], j + 1
        return None

    def _ordinal(self, amount: _Amount) -> tuple[Quantity, int] | None:
        read = self._ordinal_at(amount.first)
        return None if read is None else self._plain_ordinal(amount.first, *read)

    def _plain_ordinal(self, i: int, value: float, following: int) -> tuple[Quantity, int]:
        figure = Figure(self.tokens[i].start, self.tokens[following - 1].end, "ordinal", value)
        return self._make(i, following, "ordinal", value, value, "", "exact", 1.0, (figure,)), following

    def _decade(self, amount: _Amount) -> tuple[Quantity, int] | None:
        """Read "1930s" (years), "1800s" (a century) or "40s" (of an age or a century: a number up to 49)."""
        following = amount.next + 1
        span = 100 if amount.low % 100 == 0 and amount.low >= 1000 else 10
        if amount.low % 10:
            return None
        start, end = self.tokens[amount.first].start, self.tokens[amount.next].end
        year = 1000 <= amount.low <= 2100
        figure = Figure(start, end, "year" if year else "number", amount.low)
        kind: QuantityType = "date" if year else "number"
        made = self._make(
            amount.first, following, kind, amount.low, amount.low + span - 1, "" if year else "decade", "exact",
            float(span), (figure,),
        )  # fmt: skip
        return made, following

    def _date(self, i: int) -> tuple[Quantity, int] | None:
        return self._numeric_date(i) or self._worded_date(i) or self._century(i) or self._year_alone(i)

    def _numeric_date(self, i: int) -> tuple[Quantity, int] | None:
        """Read "2020-07-26", "26.07.2020", "26/7/2020"."""
        if not self._is(i, "number") or self._in_name(i):
            return None
        first = self.tokens[i]
        fields = re.split(r"[./]", first.text) if len(first.text) <= 10 else []
        following, spans = i + 1, [(first.start, first.end)] * 3
        if first.text.isdigit() and self._lower(i + 1) == "-" and self._lower(i + 3) == "-":
            tokens = self.tokens[i : i + 5 : 2]
            if all(self._glued(k) for k in range(i + 1, i + 5)) and all(t.kind == "number" for t in tokens):
                fields, following = [t.text for t in tokens], i + 5
                spans = [(t.start, t.end) for t in tokens]
        if len(fields) != 3 or not all(field.isdigit() and len(field) <= 4 for field in fields):
            return None
        numbers = [float(field) for field in fields]
        roles: tuple[Role, ...] = ("year", "month", "day")
        if len(fields[2]) == 4 and len(fields[0]) <= 2:
            roles = ("month", "day", "year") if numbers[1] > 12 else ("day", "month", "year")
        elif len(fields[0]) != 4:
            return None
        parts = dict(zip(roles, numbers, strict=True))
        if not (1 <= parts["month"] <= 12 and 1 <= parts["day"] <= 31 and 1000 <= parts["year"] <= 2100):
            return None
        figures = tuple(Figure(*span, role, value) for span, role, value in zip(spans, roles, numbers, strict=True))
        return self._dated(i, following, figures)

    def _dated(self, first: int, following: int, figures: tuple[Figure, ...]) -> tuple[Quantity, int]:
        year = next((figure.value for figure in figures if figure.role == "year"), math.nan)
        qualifier = self._qualifier(first, following)
        return self._make(first, following, "date", year, year, "", qualifier, 1.0, figures), following

    def _worded_date(self, i: int) -> tuple[Quantity, int] | None:
        """Read a weekday, a month, a day and a year in any of the usual orders, each of them optional."""
        figures: list[Figure] = []
        j = i
        if (weekday := self._weekday(j)) is not None:
            figures.append(self._figure(j, j + 1, "weekday", weekday))
            j += 1
            k = j + 1 if self._lower(j) == "," else j
            k = k + 1 if self._lower(k) == "the" else k
            if self._month(k) is None and self._day_month(k) is None:
                return self._dated(i, j, tuple(figures))
            j = k
        if (day_month := self._day_month(j)) is not None:
            day, day_end, month, month_at = day_month
            figures += [self._figure(j, day_end, "day", day), self._figure(month_at, month_at + 1, "month", month)]
            j = month_at + 1
        elif (named := self._month(j)) is not None:
            figures.append(self._figure(j, j + 1, "month", named))
            j = j + 2 if self._lower(j + 1) == "." and self.tokens[j].lower in m.MONTH_ABBREVIATIONS else j + 1
            k = j + 1 if self._lower(j) == "the" else j
            if (day_read := self._day(k) or self._no_day(k)) is not None and self._near(k):
                figures.append(self._figure(k, day_read[1], "day", day_read[0]))
                j = day_read[1]
        else:
            return None
        k = j + 1 if self._lower(j) in (",", "of") else j
        if (year := self._year(k)) is not None and self._near(k):
            figures.append(self._figure(k, k + 1, "year", year))
            j = k + 1
        return self._dated(i, j, tuple(figures))

    def _figure(self, first: int, following: int, role: Role, value: float) -> Figure:
        return Figure(self.tokens[first].start, self.tokens[following - 1].end, role, value)

    def _weekday(self, i: int) -> int | None:
        word = self._lower(i)
        if word in m.WEEKDAY_NUMBERS:
            return m.WEEKDAY_NUMBERS[word]
        if word in m.WEEKDAY_ABBREVIATIONS and self._lower(i - 1) == "(" and self._lower(i + 1) in (")", ".", ","):
            return m.WEEKDAY_ABBREVIATIONS[word]
        return None

    def _month(self, i: int) -> int | None:
        if not self._is(i, "word") or not self.tokens[i].text[0].isupper():
            return None
        word = self._lower(i)
        beside = self._day(i + 1) is not None or self._year(i + 1) is not None or self._lower(i + 1) == "the"
        if word in ("may", "march"):
            lone = self._lower(i - 1) in m.BEFORE_MAY and not self._is(i + 1, "word")
            after_day = self._ordinal_at(i - 2) is not None or self._is(i - 1, "number") or self._lower(i - 1) == "of"
            return m.MONTH_NUMBERS[word] if beside or lone or after_day or self._lower(i - 1) in m.BEFORE_MAY else None
        if word in m.MONTH_NUMBERS:
            return m.MONTH_NUMBERS[word]
        if word in m.MONTH_ABBREVIATIONS:
            k = i + 2 if self._lower(i + 1) == "." else i + 1
            if self._day(k) is not None or self._year(k) is not None or self._is(i - 1, "number"):
                return m.MONTH_ABBREVIATIONS[word]
        return None

    def _day(self, i: int) -> tuple[float, int] | None:
        """Read the day of a month: its number and the next token."""
        if (ordinal := self._ordinal_at(i)) is not None:
            return ordinal if ordinal[0] <= 31 and self._lower(ordinal[1]) != "century" else None
        if not self._is(i, "number") or not self.tokens[i].text.isdigit() or len(self.tokens[i].text) > 2:
            return None
        value = float(self.tokens[i].text)
        glued_word = self._glued(i + 1) and self._is(i + 1, "word")
        unit_follows = self._lower(i + 1) in ("%", "percent", "million", "billion", "thousand")
        return (value, i + 1) if 1 <= value <= 31 and not glued_word and not unit_follows else None

    def _no_day(self, i: int) -> tuple[float, int] | None:
        """Read a day that no month has behind a month ("July 62,"): two digits with nothing behind that they count."""
        counted = self._is(i + 1, "word") and self._near(i + 1)
        return None if counted else self._two_digits(i)

    def _two_digits(self, i: int) -> tuple[float, int] | None:
        if not self._is(i, "number") or not re.fullmatch("[3-9][0-9]", self.tokens[i].text):
            return None
        return None if self._glued(i + 1) and self._is(i + 1, "word") else (float(self.tokens[i].text), i + 1)

    def _day_month(self, i: int) -> tuple[float, int, int, int] | None:
        """Read "20 July", "20th of July": day, the token after it, month, the token of the month."""
        announced = self._lower(i - 1) == "on" or self._lower(i - 1) in m.WEEKDAY_NUMBERS
        read = self._day(i) or (self._two_digits(i) if announced else None)
        if read is None:
            return None
        day, following = read
        k = following + 1 if self._lower(following) == "of" else following
        if not self._near(k) or not self._is(k, "word") or not self.tokens[k].text[0].isupper():
            return None
        month = m.MONTH_NUMBERS.get(self._lower(k)) or m.MONTH_ABBREVIATIONS.get(self._lower(k))
        return (day, following, month, k) if month else None

    def _year(self, i: int) -> float | None:
        """Read a year of four digits with nothing behind it that makes it an amount."""
        if not self._is(i, "number") or self._in_name(i):
            return None
        text = self.tokens[i].text
        if not (len(text) == 4 and text.isdigit() and 1000 <= int(text) <= 2100):
            return None
        j = i + 1
        if self._glued(j) and (self._is(j, "word") or self._lower(j) in ("%", "°")):
            return None
        if self._near(j) and (self._lower(j) in m.SCALES or self._lower(j) in ("%", "percent", "per", "people")):
            return None
        if self._near(j) and (self._lower(j) in m.CURRENCY_WORDS or self._measure(j) is not None):
            return None
        return None if self._lower(i - 1) in m.SYMBOLS else float(text)

    def _year_alone(self, i: int) -> tuple[Quantity, int] | None:
        era = self._era_year(i)
        if era is not None:
            return era
        year = self._year(i)
        if year is None:
            return None
        plural_noun = self._is(i + 1, "word") and self.tokens[i + 1].text.islower() and self._lower(i + 1).endswith("s")
        if plural_noun and self._lower(i - 1) not in m.BEFORE_YEAR and self._lower(i + 1) not in m.NOT_PLURAL:
            return None
        return self._dated(i, i + 1, (self._figure(i, i + 1, "year", year),))

    def _era_year(self, i: int) -> tuple[Quantity, int] | None:
        """Read "300 AD", "5000 B.C."."""
        literal = self._literal(i)
        if literal is None:
            return None
        value, _, following = literal
        end = self._era(following)
        if end == following:
            return None
        negative = self._lower(following).startswith("b")
        figure = Figure(self.tokens[i].start, self.tokens[following - 1].end, "year", -value if negative else value)
        return self._dated(i, end, (figure,))

    def _era(self, i: int) -> int:
        """Return the token after an era at i, or i."""
        if self._is(i, "word") and self._near(i) and self.tokens[i].text in ("BC", "BCE", "AD", "CE"):
            return i + 1
        if self._lower(i) in ("a", "b") and self._lower(i + 1) == "." and self._lower(i + 2) in ("d", "c"):
            return i + 4 if self._lower(i + 3) == "." else i + 3
        return i

    def _century(self, i: int) -> tuple[Quantity, int] | None:
        """Read an ordinal: before "century" it gives years, else it stays an ordinal."""
        read = self._ordinal_at(i)
        if read is None:
            return None
        value, following = read
        if self._lower(i) == "second" and self._is(i - 1, "number"):
            return None
        j = self._skip_hyphen(following)
        if self._lower(j) not in ("century", "centuries"):
            return self._plain_ordinal(i, value, following)
        end = self._era(j + 1)
        figure = self._figure(i, following, "year", value)
        low, high = 100 * (value - 1) + 1, 100 * value
        if self._lower(j + 1).startswith("b") and end > j + 1:
            low, high = -high, -low
        return self._make(i, end, "date", low, high, "", "exact", 100.0, (figure,)), end

    def _time(self, i: int) -> tuple[Quantity, int] | None:
        """Read "9:30 a.m.", "21:30", "9.30pm", "8 p.m.", "noon": minutes from midnight."""
        word = i + 1 if self._lower(i) == "12" and self._near(i + 1) else i
        if self._lower(word) in ("noon", "midnight"):
            return self._clock(i, word + 1, word + 1, 0.0 if self._lower(word) == "midnight" else 720.0)
        if not self._is(i, "number") or self._in_name(i) or len(self.tokens[i].text) > 8:
            return None
        last = i + 2 if self._is_torn_clock(i) else i
        text = self.text[self.tokens[i].start : self.tokens[last].end]
        half, after = self._half_of_day(last + 1)
        match = re.fullmatch(r"(\d{1,2})(?:([:.]) ?(\d{2}))?(?::\d{2})?", text)
        if match is None or not (half or match[2]) or int(match[1]) > 24 or int(match[3] or 0) > 59:
            return None
        zone = self._lower(after) in ("gmt", "utc", "bst", "est", "edt", "pst", "cet", "msk", "hours", "local")
        if match[2] == "." and not (half or zone or self._lower(i - 1) == "at"):
            return None
        hour = int(match[1]) % 12 + 12 * (half == "p") if half in ("a", "p") else int(match[1]) % 24
        return self._clock(i, last + 1, after, float(hour * 60 + int(match[3] or 0)))

    def _is_torn_clock(self, i: int) -> bool:
        """Whether a space has come between hour and minute: "22: 00"."""
        minute = self.tokens[i + 2].text if self._is(i + 2, "number") else ""
        return self._lower(i + 1) == ":" and self._glued(i + 1) and self._near(i + 2) and len(minute) == 2

    def _half_of_day(self, i: int) -> tuple[str, int]:
        """Read "a.m." or "pm" (its first letter) or "o'clock" ("clock"), and give the next token."""
        word = self._lower(i)
        if word in ("am", "pm") and self._near(i):
            return word[0], i + 1
        if word == "o'clock" or word == "o’clock":
            return "clock", i + 1
        if word in ("a", "p") and self._near(i) and self._lower(i + 1) == "." and self._lower(i + 2) == "m":
            return word, i + 4 if self._lower(i + 3) == "." and self._glued(i + 3) else i + 3
        return "", i

    def _clock(self, i: int, figure_end: int, following: int, minutes: float) -> tuple[Quantity, int]:
        figure = self._figure(i, figure_end, "time", minutes)
        qualifier = self._qualifier(i, following)
        return self._make(i, following, "time", minutes, minutes, "", qualifier, 1.0, (figure,)), following


def _token(match: re.Match[str]) -> _Token:
    kind: TokenKind = "number" if match["number"] else "word" if match["word"] else "mark"
    return _Token(kind, match[0], match[0].lower(), match.start(), match.end())


def _place(value: float) -> float:
    """Return the place value of the last digit of an integer that is not zero (1000 for 45000)."""
    digits = f"{value:.0f}"
    return 10.0 ** (len(digits) - len(digits.rstrip("0"))) if value else 1.0


def _suffix_scale(suffix: str, *, money: bool) -> float | None:
    """Return the factor of a letter glued to digits: of an amount of money any case, else only k, M, B, bn …"""
    if money or suffix in ("k", "K", "M", "B") or len(suffix) > 1:
        return m.SUFFIX_SCALES.get(suffix.lower())
    return None


def _unit_name(word: str) -> str | None:
    lower = word.lower()
    if lower == "g" and word == "G":
        return None  # "5G" is a generation, no mass
    return m.UNITS.get(lower) or (m.UNITS.get(lower.removesuffix("s")) if len(lower) > 3 else None)


def _fits_below(value: float, current: float) -> bool:
    """Whether a number word goes on a number already read: "twenty five", "hundred and two"."""
    return (current % 100 == 0 and current > 0) or (20 <= current % 100 <= 90 and current % 10 == 0 and 0 < value < 10)
