"""Reads ordinals, dates, stretches of years and times of day."""

from __future__ import annotations

import math
import re

from audit.entities.quantities import words as m
from audit.entities.quantities.amounts import AmountReader
from audit.entities.quantities.types import Figure, Quantity, QuantityType, Role

__all__ = ["DateReader"]


_NO_DAY = {2: "[3-9][0-9]", 3: "[1-9][0-9]{2}"}


class DateReader(AmountReader):
    """Reads what a calendar and a clock show, and what else is counted with ordinals."""

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

    def _plain_ordinal(self, i: int, value: float, following: int) -> tuple[Quantity, int]:
        figure = Figure(self.tokens[i].start, self.tokens[following - 1].end, "ordinal", value)
        return self._make(i, following, "ordinal", value, value, "", "exact", 1.0, (figure,)), following

    def _decade(self, i: int) -> tuple[Quantity, int] | None:
        """Read "1930s" (years), "1800s" (a century), "40s" or "forties" (of an age or a century: a number up to 49)."""
        if (word := m.DECADES.get(self._lower(i))) is not None:
            low, following = word, i + 1
        elif (amount := self._digits(i, money=False)) is not None and amount.attached == "s" and amount.low % 10 == 0:
            low, following = amount.low, amount.next + 1
        else:
            return None
        years = 1000 <= low <= 2100
        span = 100.0 if years and low % 100 == 0 else 10.0
        figure = self._figure(i, following, "year" if years else "number", low)
        kind: QuantityType = "date" if years else "number"
        unit = "" if years else "decade"
        return self._make(i, following, kind, low, low + span - 1, unit, "exact", span, (figure,)), following

    def _date(self, i: int) -> tuple[Quantity, int] | None:
        return (
            self._decade(i) or self._numeric_date(i) or self._worded_date(i) or self._century(i) or self._year_alone(i)
        )

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
            announced = self._lower(i - 1) == "on"
            no_day = (self._two_digits(k) or self._no_day(k, digits=3)) if announced else self._no_day(k)
            if (day_read := self._day(k) or no_day) is not None and self._near(k):
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

    def _no_day(self, i: int, digits: int = 2) -> tuple[float, int] | None:
        """Read a day that no month has behind a month ("July 62,", "on July 114"): so many digits with nothing behind
        that they count."""
        counted = self._is(i + 1, "word") and self._near(i + 1) and self._lower(i + 1) not in m.ORDINAL_ENDINGS
        return None if counted else self._digits_of_no_day(i, digits)

    def _two_digits(self, i: int) -> tuple[float, int] | None:
        return self._digits_of_no_day(i, 2)

    def _digits_of_no_day(self, i: int, digits: int) -> tuple[float, int] | None:
        if not self._is(i, "number") or not re.fullmatch(_NO_DAY[digits], self.tokens[i].text):
            return None
        value, glued = float(self.tokens[i].text), self._glued(i + 1) and self._is(i + 1, "word")
        if glued and self._lower(i + 1) not in m.ORDINAL_ENDINGS:
            return None
        return value, i + 2 if glued else i + 1

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
