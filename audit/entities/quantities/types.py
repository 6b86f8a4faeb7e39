"""What is read of a text: quantities, their figures, and figures inside names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from audit.entities.quantities.words import Qualifier

__all__ = ["Code", "Figure", "Quantity", "QuantityType", "Role"]

QuantityType = Literal["number", "money", "percent", "date", "time", "ordinal", "unit"]
Role = Literal["number", "ordinal", "time", "year", "month", "day", "weekday"]


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
