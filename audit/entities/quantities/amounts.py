"""Reads amounts: figures in digits and words, with scale word, currency, percent sign or unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from audit.entities.quantities import words as m
from audit.entities.quantities.tokens import Tokens
from audit.entities.quantities.types import Figure, Quantity, QuantityType
from audit.entities.quantities.words import Qualifier

__all__ = ["MAX_DIGITS", "Amount", "AmountReader"]

MAX_DIGITS = 18
"""Longer runs of digits are identifiers, no quantities."""

_GROUPED = re.compile(r"\d{1,3}(?:(?:,\d{3})+|(?:,\d{2})*,\d{3})(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_GROUP_SPACES = frozenset("\u00a0\u202f\u2009 ")


@dataclass(frozen=True, slots=True)
class Amount:
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


class AmountReader(Tokens):
    """Reads amounts. A method that reads something at token i gives it with the next unread token, or None; each looks
    a bounded number of tokens ahead."""

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

    def _amount(self, i: int, *, money: bool = False) -> Amount | None:
        return self._digits(i, money=money) or self._vague(i) or self._fraction(i) or self._words(i)

    def _digits(self, i: int, *, money: bool) -> Amount | None:
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
        return Amount(i, following, value, value, precision, start, end, scale, attached)

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

    def _vague(self, i: int) -> Amount | None:
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
        return Amount(i, following, low, high, low, start, end, 1.0, written=True)

    def _fraction(self, i: int) -> Amount | None:
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
    ) -> Amount:
        value = above / below * scale
        start, end = self.tokens[i].start, self.tokens[(figure_end or following) - 1].end
        return Amount(i, following, value, value, 0.2 * value, start, end, scale, written=True)

    def _words(self, i: int) -> Amount | None:
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

    def _worded(self, i: int, j: int, value: float) -> Amount:
        """The number of tokens i to j; scale words at its end stand outside the figure if they scale all of it."""
        end, scale = j, 1.0
        while end > i + 1 and self._lower(end - 1) in m.SCALES:
            end -= 1
            scale *= m.SCALES[self._lower(end)]
        if any(m.SCALES.get(self._lower(k), 0) >= 1000 for k in range(i, end)) or self._lower(i) in ("a", "an"):
            end, scale = j, 1.0
        return Amount(i, j, value, value, scale, self.tokens[i].start, self.tokens[end - 1].end, scale, written=True)

    def _counts_one(self, i: int) -> bool:
        """Whether "one" before token i is a figure and no pronoun: "one hour", "one percent", "one in seven"."""
        j = self._skip_hyphen(i)
        word = self._lower(j)
        if word in ("in", "of", "out") and self._lower(j + 1) != "the":
            k = j + 2 if self._lower(j + 1) == "of" else j + 1
            return self._is(k, "number") or self._lower(k) in m.SMALL
        return _unit_name(word) is not None or word in ("percent", "per", "percentage") or word in m.CURRENCY_WORDS

    def _amount_with_unit(self, i: int) -> tuple[Quantity, int] | None:
        currency, j = self._currency_before(i)
        amount = self._amount(j, money=bool(currency))
        if amount is None or amount.attached.lower() in m.SUFFIXES or self._is_ordinal_word(amount):
            return None  # ordinals, decades and times are no amounts
        amounts = [amount]
        other = self._range_end(i, amount, currency)
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

    def _is_ordinal_word(self, amount: Amount) -> bool:
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

    def _range_end(self, first: int, amount: Amount, currency: str) -> Amount | None:
        """Read the upper end of "10 to 20", "5-10", "$5-$10 million", "five or six", "between 5 and 10" after its lower
        one, which begins with token ``first``."""
        i = amount.next
        joint = self._lower(i)
        if amount.attached or not self._near(i) or not (joint in m.DASHES or joint in ("to", "or", "and")):
            return None
        if joint == "to" and self._lower(amount.first - 1) == "from":
            return None
        if joint == "and" and self._lower(first - 1) != "between":
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

    def _unit_after(self, i: int, amount: Amount) -> tuple[QuantityType, str, int]:
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

    def _currency_after(self, i: int, amount: Amount) -> tuple[str, int] | None:
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

    def _quantity(self, first: int, end: int, kind: QuantityType, unit: str, amounts: list[Amount]) -> Quantity:
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
