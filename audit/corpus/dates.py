"""Days of rows, as numbers that can be compared."""

from __future__ import annotations

import datetime

__all__ = ["day_of"]


def day_of(value: object) -> int | None:
    """Return the day of a date or time (ISO 8601, or a date of Parquet), counted from the year 1; None for none.

    Raises:
        ValueError: it is no date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime.date):
        return value.toordinal()
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no date; write it as 2024-05-17")
    try:
        return datetime.datetime.fromisoformat(value.strip()).toordinal()
    except ValueError:
        raise ValueError(f"{value[:40]!r} is no date; write it as 2024-05-17") from None
