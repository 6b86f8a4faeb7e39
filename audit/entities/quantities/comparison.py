"""Whether two quantities state one value, may tell one fact, or how far they are apart."""

from __future__ import annotations

import math

from audit.entities.quantities.types import Quantity
from audit.entities.quantities.words import MEASURES

__all__ = ["closeness", "compatible", "difference", "same"]

MINUTES_IN_DAY = 24 * 60
CONVERSION = 0.03
"""Amounts converted from another unit are rounded by up to this share."""


def same(a: Quantity, b: Quantity) -> bool:
    """Whether both state one value of one unit. Words against digits, spacing and unit prefixes make no difference;
    opposite qualifiers ("more than", "less than") do."""
    if a.type == "date" or b.type == "date":
        return a.type == b.type and a.parts == b.parts and _years(a) == _years(b)
    if a.type != b.type or _dimension(a)[0] != _dimension(b)[0]:
        return False
    return _equal(a, b) and not {_direction(a), _direction(b)} >= {-1, 1}


def compatible(a: Quantity, b: Quantity) -> bool:
    """Whether both may tell one fact: equal up to rounding, qualifier, precision and parts that one leaves out.

    A figure stands for the values that round to it, "about" for ten percent on either side, "more than" for up to half
    as much again, "less than" the other way round.
    """
    if same(a, b):
        return True
    if a.type == "date" and b.type == "date":
        return _dates_agree(a, b)
    for one, other in ((a, b), (b, a)):
        if other.type == "date":
            decade = one.unit == "decade" and other.precision == 10.0 and one.low == other.low % 100
            return decade or (one.type in ("ordinal", "number") and one.low in other.parts.values())
    if "time" in (a.type, b.type):
        return a.type == b.type and abs(a.low - b.low) in (0.0, MINUTES_IN_DAY / 2, MINUTES_IN_DAY)
    if "ordinal" in (a.type, b.type):
        return {a.type, b.type} <= {"ordinal", "number"} and a.low == b.low
    (kind, _), (other_kind, _) = _dimension(a), _dimension(b)
    if kind != other_kind:
        if kind and other_kind:
            return False
        return a.low == b.low and a.high == b.high
    if a.unit != b.unit and difference(a, b) <= CONVERSION:
        return True
    (low, high), (other_low, other_high) = _interval(a), _interval(b)
    return low <= other_high and other_low <= high


def closeness(a: Quantity, b: Quantity) -> float:
    """Return how near two quantities are: 1 the same, .9 compatible, less the further apart, 0 of other kinds."""
    if same(a, b):
        return 1.0
    if compatible(a, b):
        return 0.9
    if a.type != b.type or _dimension(a)[0] != _dimension(b)[0]:
        return 0.0
    if a.type == "date":
        shared = a.parts.keys() & b.parts.keys()
        return 0.8 * sum(a.parts[role] == b.parts[role] for role in shared) / len(shared) if shared else 0.0
    if a.low <= 0 or b.low <= 0:
        return 0.1
    factor = _dimension(a)[1] / _dimension(b)[1]
    return 0.8 / (1.0 + abs(math.log(a.value / b.value * factor)))


def difference(a: Quantity, b: Quantity) -> float:
    """Return by what share of the larger two amounts of one dimension differ (0 to 1, 1 for other dimensions)."""
    (kind, x), (other_kind, y) = _dimension(a), _dimension(b)
    one, other = abs(a.value * x), abs(b.value * y)
    if kind != other_kind or not max(one, other) > 0:
        return float(kind != other_kind)
    return abs(one - other) / max(one, other)


def _dimension(q: Quantity) -> tuple[str, float]:
    """What is measured, and the factor to its base unit."""
    if q.type == "unit":
        prefix, _, rest = q.unit.partition(" ")
        if prefix in ("square", "cubic") and rest in MEASURES and q.unit not in MEASURES:
            return ("area", MEASURES[rest][1] ** 2) if prefix == "square" else ("volume", 1e3 * MEASURES[rest][1] ** 3)
        return MEASURES.get(q.unit, (q.unit, 1.0))
    if q.unit == "%":
        return "share", 0.01
    if q.type == "number" and q.high < 1 and q.low > 0:
        return "share", 1.0
    return q.unit, 1.0


def _direction(q: Quantity) -> int:
    return {"more than": 1, "at least": 1, "less than": -1, "at most": -1}.get(q.qualifier, 0)


def _equal(a: Quantity, b: Quantity) -> bool:
    x, y = _dimension(a)[1], _dimension(b)[1]
    return all(math.isclose(p * x, q * y, rel_tol=1e-9) for p, q in ((a.low, b.low), (a.high, b.high)))


def _interval(q: Quantity) -> tuple[float, float]:
    # a count in plain digits stands for itself; "4 million" and "1.2" for what rounds to them
    written = min(q.precision, max(figure.scale for figure in q.figures))
    slack = 0.499 * written
    if q.qualifier == "about":
        slack = max(slack, 0.1 * abs(q.value))
    low, high = q.low - slack, q.high + slack
    if _direction(q) > 0:
        low, high = q.low, 1.5 * q.high
    elif _direction(q) < 0:
        low, high = q.low / 1.5, q.high
    factor = _dimension(q)[1]
    return low * factor, high * factor


def _years(q: Quantity) -> tuple[float, float] | None:
    return None if math.isnan(q.low) else (q.low, q.high)


def _dates_agree(a: Quantity, b: Quantity) -> bool:
    shared = (a.parts.keys() & b.parts.keys()) - {"year"}
    if any(a.parts[role] != b.parts[role] for role in shared):
        return False
    if math.isnan(a.low) or math.isnan(b.low):
        return bool(shared)
    return a.low <= b.high and b.low <= a.high
