"""Spans that touch, by comparison with looking at each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audit.spans import Spans

spans = st.tuples(st.integers(0, 20), st.integers(0, 5)).map(lambda s: (s[0], s[0] + s[1]))


@given(st.lists(spans, max_size=8), spans)
def test_what_touches_is_what_comparing_with_each_finds(known: list[tuple[int, int]], one: tuple[int, int]) -> None:
    assert Spans(known).touch(*one) == any(a < one[1] and one[0] < b for a, b in known)
