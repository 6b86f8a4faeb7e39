"""Tests of audit.entities.quantities: figures as values, whatever way they are written."""

from __future__ import annotations

import cProfile
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entities.quantities import Quantity, closeness, compatible, find_codes, find_quantities, same


def one(text: str) -> Quantity:
    (found,) = find_quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "surface", "value", "unit"),
    [
        ("worth $ 100 billion", "$ 100 billion", 1e11, "USD"),
        ("worth US$100bn", "US$100bn", 1e11, "USD"),
        ("worth $US1m", "$US1m", 1e6, "USD"),
        ("worth 100 billion dollars", "100 billion dollars", 1e11, "USD"),
        ("worth HK$2.5 million", "HK$2.5 million", 2.5e6, "HKD"),
        ("worth 30 Hong Kong dollars", "30 Hong Kong dollars", 30, "HKD"),
        ("worth RMB5,000", "RMB5,000", 5000, "CNY"),
        ("worth 34 125 crowns", "34 125 crowns", 34125, "CZK"),
        ("worth 3 million won", "3 million won", 3e6, "KRW"),
        ("worth €10m", "€10m", 1e7, "EUR"),
    ],
)
def test_money(text: str, surface: str, value: float, unit: str) -> None:
    found = one(text)
    assert (found.type, found.surface, found.value, found.unit) == ("money", surface, value, unit)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("three days", 3, "day"),
        ("25 -minute", 25, "minute"),
        ("five-gigawatt", 5, "gigawatt"),
        ("5 GW", 5, "gigawatt"),
        ("1 million square feet", 1e6, "square foot"),
        ("19,500 km²", 19500, "square kilometre"),
        ("30,500 km2", 30500, "square kilometre"),
        ("25 °C", 25, "degree"),
        ("half an hour", 0.5, "hour"),
        ("100 km/h", 100, "kilometre per hour"),
    ],
)
def test_measures(text: str, value: float, unit: str) -> None:
    found = one(text)
    assert (found.type, found.value, found.unit, found.surface) == ("unit", value, unit, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("twenty-five", 25),
        ("a hundred and two", 102),
        ("one hundred and twenty thousand", 120000),
        ("a dozen", 12),
        ("2,5 million", 2.5e6),
        ("2.5 million", 2.5e6),
        ("4,178,027", 4178027),
        ("1.234.567", 1234567),
        ("half a million", 5e5),
        ("two-thirds", 2 / 3),
        ("200k", 2e5),
        ("0 billion", 0),
    ],
)
def test_numbers(text: str, value: float) -> None:
    found = one(text)
    assert found.type == "number"
    assert found.value == pytest.approx(value)
    assert found.surface == text


@pytest.mark.parametrize("text", ["10 per cent", "10%", "ten percent", "10 pct", "10 %"])
def test_percentages(text: str) -> None:
    assert (one(text).type, one(text).value, one(text).unit) == ("percent", 10, "%")


def test_percentage_points_are_no_percentages() -> None:
    assert one("4 percentage points").unit == "percentage point"
    assert not same(one("4 percentage points"), one("4 percent"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Jan. 30", {"month": 1, "day": 30}),
        ("June 20th", {"month": 6, "day": 20}),
        ("the 20th of June, 2014", {"day": 20, "month": 6, "year": 2014}),
        ("Wednesday, 2nd October", {"weekday": 3, "day": 2, "month": 10}),
        ("2020-07-26", {"year": 2020, "month": 7, "day": 26}),
        ("26.07.2020", {"year": 2020, "month": 7, "day": 26}),
        ("07/26/2020", {"year": 2020, "month": 7, "day": 26}),
        ("late 2023", {"year": 2023}),
        ("on Friday", {"weekday": 5}),
        ("In May he", {"month": 5}),
        ("5000 BC", {"year": -5000}),
    ],
)
def test_dates(text: str, parts: dict[str, float]) -> None:
    found = one(text)
    assert found.type == "date"
    assert found.parts == parts


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("the 1930s", 1930, 1939),
        ("the 1800s", 1800, 1899),
        ("the 20th century", 1901, 2000),
        ("the third century BC", -300, -201),
    ],
)
def test_stretches_of_years(text: str, low: float, high: float) -> None:
    assert (one(text).type, one(text).low, one(text).high) == ("date", low, high)


@pytest.mark.parametrize(("text", "minutes"), [("9:30 a.m.", 570), ("9.30pm", 1290), ("21:30", 1290), ("12 noon", 720)])
def test_times(text: str, minutes: float) -> None:
    assert (one(text).type, one(text).value, one(text).surface) == ("time", minutes, text)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10 to 20 minutes", 10, 20),
        ("$5-10 million", 5e6, 1e7),
        ("$5-$10 million", 5e6, 1e7),
        ("five or six hours", 5, 6),
        ("between 30 and 40 boats", 30, 40),
        ("between $3 and $4 million", 3e6, 4e6),
        ("hundreds of thousands of people", 2e5, 1e6),
        ("hundred of thousands of people", 2e5, 1e6),
    ],
)
def test_ranges_and_vague_amounts(text: str, low: float, high: float) -> None:
    assert (one(text).low, one(text).high) == (low, high)


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("about 30 people", "about"),
        ("more than $250 million", "more than"),
        ("no more than 5", "at most"),
        ("at least 10", "at least"),
        ("fewer than ten", "less than"),
        ("ten or more", "at least"),
        ("ten", "exact"),
    ],
)
def test_qualifiers(text: str, qualifier: str) -> None:
    assert one(text).qualifier == qualifier


@pytest.mark.parametrize(
    "text", ["Web 2.0", "G42", "COVID-19", "F-35", "A4", "5G", "802.11n", "one of them", "he may go", "march on"]
)
def test_names_and_words_are_no_quantities(text: str) -> None:
    assert find_quantities(text) == []


@pytest.mark.parametrize(("text", "name", "digits"), [("COVID-19 cases", "COVID-19", "19"), ("the A4 road", "A4", "4")])
def test_codes(text: str, name: str, digits: str) -> None:
    (code,) = find_codes(text)
    assert (code.name, text[code.start : code.end]) == (name, digits)


def test_codes_leave_out_exponents() -> None:
    assert find_codes("30,500 km2") == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("$ 100 billion", "US$100bn"),
        ("$US100 billion", "100 billion dollars"),
        ("five-gigawatt", "5 GW"),
        ("2,5 million", "2.5 million"),
        ("thirteen states", "13 states"),
        ("June 20th", "the 20th of June"),
        ("8:30 p.m.", "20:30"),
        ("5,000 MW", "5 GW"),
        ("two decades", "20 years"),
    ],
)
def test_same_values_however_written(a: str, b: str) -> None:
    assert same(one(a), one(b))
    assert closeness(one(a), one(b)) == 1.0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("more than ten people", "more than a dozen people"),
        ("$80 billion", "$800 billion"),
        ("more than 20", "less than 20"),
        ("June 20", "July 20"),
        ("5 GW", "5 MW"),
        ("100 dollars", "100 euros"),
    ],
)
def test_other_values(a: str, b: str) -> None:
    assert not same(one(a), one(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("99.6 points", "about 100 points"),
        ("more than 250 people", "300 people"),
        ("4 million cases", "4,178,027 cases"),
        ("$1.23 billion", "$1.2 billion"),
        ("June 20", "June 20, 2014"),
        ("in 1934", "in the 1930s"),
        ("30 percent", "a third of it"),
        ("39 years", "39"),
        ("the 25th", "July 25"),
        ("8 p.m.", "20:00"),
    ],
)
def test_compatible_statements(a: str, b: str) -> None:
    assert compatible(one(a), one(b))
    assert compatible(one(b), one(a))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("10,000 people", "13,500 people"),
        ("300 people", "400 people"),
        ("more than 250 people", "3,000 people"),
        ("June 20", "June 21"),
        ("in 1944", "in the 1930s"),
        ("10 minutes", "15 minutes"),
        ("11:35", "11:45"),
        ("4 million", "6 million"),
    ],
)
def test_contradictions(a: str, b: str) -> None:
    assert not compatible(one(a), one(b))
    assert closeness(one(a), one(b)) < 0.9


def test_a_nearer_value_is_closer() -> None:
    assert closeness(one("300 people"), one("310 people")) > closeness(one("300 people"), one("3,000 people")) > 0
    assert closeness(one("300 miles"), one("300 dollars")) == 0


def test_figures_are_the_digits_alone() -> None:
    text = "On June 20th they paid $ 2.5 million"
    spans = [(text[f.start : f.end], f.role) for q in find_quantities(text) for f in q.figures]
    assert spans == [("June", "month"), ("20th", "day"), ("2.5", "number")]


ALPHABET = st.sampled_from("0123456789.,:/-–$€% abcdefghthirtynmillionJunesMPXK'’()\n\u00a0½²") | st.characters()


@given(st.text(ALPHABET, max_size=80))
def test_offsets_hold_and_nothing_overlaps(text: str) -> None:
    end = 0
    for found in find_quantities(text):
        assert text[found.start : found.end] == found.surface
        assert found.start >= end
        assert found.figures
        for figure in found.figures:
            assert found.start <= figure.start < figure.end <= found.end
        end = found.end
        assert math.isnan(found.low) or found.low <= found.high
        assert same(found, found)
        assert compatible(found, found)


@given(st.text(ALPHABET, max_size=40), st.text(ALPHABET, max_size=40))
def test_comparison_is_symmetric(a: str, b: str) -> None:
    for x in find_quantities(a):
        for y in find_quantities(b):
            assert same(x, y) == same(y, x)
            assert compatible(x, y) == compatible(y, x)
            assert closeness(x, y) == pytest.approx(closeness(y, x))
            assert 0 <= closeness(x, y) <= 1


@pytest.mark.parametrize(
    "unit", ["7", "1,", "1.", "1 000 ", "million ", "twenty-", "1-", "$", "a hundred and ", "January 1 "]
)
def test_adversarial_texts_take_linear_time(unit: str) -> None:
    def calls(length: int) -> int:
        text = unit * (length // len(unit))
        profile = cProfile.Profile()
        profile.runcall(find_quantities, text)
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(30_000) < 15 * max(calls(3_000), 100)
