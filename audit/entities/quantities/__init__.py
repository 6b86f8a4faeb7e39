"""Numbers, money, percentages, measures, dates and times in English text, as values with their places.

Machine translation changes how a figure is written at least as often as what it says, so that strings cannot be
compared: "$ 100 billion", "US$100bn" and "100 billion dollars" are one value, "more than ten" and "more than a dozen"
are two. Figures that are part of a name ("G42", "COVID-19", "F-35", "Web 2.0") are no quantities; ``find_codes``
gives those.
"""

from audit.entities.quantities.amounts import MAX_DIGITS
from audit.entities.quantities.comparison import closeness, compatible, difference, same
from audit.entities.quantities.reader import Reader, may_hold_quantity
from audit.entities.quantities.types import Code, Figure, Quantity, QuantityType, Role

__all__ = [
    "Code",
    "Figure",
    "Quantity",
    "QuantityType",
    "Role",
    "closeness",
    "compatible",
    "difference",
    "find_codes",
    "find_figures",
    "find_quantities",
    "same",
]


def find_quantities(text: str) -> list[Quantity]:
    """Return the quantities of ``text`` in order of their places; they do not overlap."""
    return list(Reader(text).read()) if may_hold_quantity(text) else []


def find_codes(text: str) -> list[Code]:
    """Return the figures of ``text`` that are part of a name: glued to letters, or by a hyphen or apostrophe."""
    return find_figures(text)[1]


def find_figures(text: str) -> tuple[list[Quantity], list[Code]]:
    """Return what ``find_quantities`` and ``find_codes`` do, reading the text once."""
    if not may_hold_quantity(text):
        return [], []
    reader = Reader(text)
    quantities = list(reader.read())
    codes, k = [], 0
    for i, token in enumerate(reader.tokens):
        if token.kind != "number" or len(token.text) > MAX_DIGITS:
            continue
        while k < len(quantities) and quantities[k].end <= token.start:
            k += 1
        if k == len(quantities) or token.start < quantities[k].start:
            first, last = reader.name_around(i)
            name = text[reader.tokens[first].start : reader.tokens[last].end]
            codes.append(Code(token.start, token.end, token.text, name))
    return quantities, codes
