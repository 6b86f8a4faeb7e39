"""Words and marks that state quantities in English: number words, scale words, currencies, units, qualifiers.

Tables only. Currency codes are ISO 4217; factors of units are those of the SI brochure and of NIST SP 811, appendix B.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from audit.entities.gazetteers import MONTHS, WEEKDAYS

Qualifier = Literal["exact", "about", "more than", "at least", "less than", "at most"]

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SMALL = {word: float(i) for i, word in enumerate(ONES)} | {word: 10.0 * i for i, word in enumerate(TENS, 2)}
SCALES = {
    "hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "million": 1e6, "crore": 1e7, "billion": 1e9, "trillion": 1e12,
    "mln": 1e6, "mn": 1e6, "bln": 1e9, "bn": 1e9, "tn": 1e12, "trn": 1e12, "milion": 1e6, "billon": 1e9, "bilion": 1e9,
}  # fmt: skip
SUFFIX_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12} | {w: SCALES[w] for w in ("mn", "bn", "tn", "mln", "bln")}
VAGUE = {
    "dozens": (24.0, 100.0), "scores": (40.0, 200.0), "tens": (20.0, 100.0), "hundreds": (200.0, 1e3),
    "thousands": (2e3, 1e4), "millions": (2e6, 1e7), "billions": (2e9, 1e10), "trillions": (2e12, 1e13),
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40,
    "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100,
}  # fmt: skip
FRACTIONS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4, "fifth": 5,
    "fifths": 5, "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10,
}  # fmt: skip
DECADES = {f"{word.removesuffix('y')}ies": 10.0 * i for i, word in enumerate(TENS, 2)}
MONTH_NUMBERS = {name: i for i, name in enumerate(MONTHS, 1)}
MONTH_ABBREVIATIONS = {name[:3]: i for i, name in enumerate(MONTHS, 1) if name != "may"} | {"sept": 9}
WEEKDAY_NUMBERS = {name: i for i, name in enumerate(WEEKDAYS, 1)}
WEEKDAY_ABBREVIATIONS = {name[:3]: i for i, name in enumerate(WEEKDAYS, 1)} | {"tues": 2, "thur": 4, "thurs": 4}

SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₪": "ILS",
            "₴": "UAH", "฿": "THB", "₫": "VND", "₱": "PHP", "₦": "NGN"}  # fmt: skip
DOLLARS = {"us": "USD", "a": "AUD", "au": "AUD", "c": "CAD", "ca": "CAD", "hk": "HKD", "nz": "NZD", "s": "SGD",
            "nt": "TWD", "r": "BRL"}  # fmt: skip
CURRENCY_CODES = {
    code.lower(): code for code in (
        "USD EUR GBP JPY CNY INR RUB KRW TRY ILS UAH AUD CAD HKD NZD SGD TWD BRL MXN CHF SEK NOK DKK PLN CZK HUF RON "
        "AED SAR QAR KWD EGP ZAR NGN KES THB VND IDR MYR PHP PKR BDT IRR KZT ARS CLP COP"
    ).split()
} | {"rmb": "CNY"}  # fmt: skip
CURRENCY_WORDS = {
    "dollar": "USD", "buck": "USD", "euro": "EUR", "pound": "GBP", "sterling": "GBP", "quid": "GBP", "yen": "JPY",
    "yuan": "CNY", "renminbi": "CNY", "rupee": "INR", "ruble": "RUB", "rouble": "RUB", "won": "KRW", "lira": "TRY",
    "shekel": "ILS", "hryvnia": "UAH", "hryvnya": "UAH", "real": "BRL", "reais": "BRL", "peso": "MXN", "franc": "CHF",
    "krona": "SEK", "kronor": "SEK", "krone": "NOK", "kroner": "NOK", "zloty": "PLN", "złoty": "PLN", "zlotys": "PLN",
    "koruna": "CZK", "crown": "CZK", "forint": "HUF", "leu": "RON", "lei": "RON", "dirham": "AED", "riyal": "SAR",
    "rial": "IRR", "dinar": "KWD", "rand": "ZAR", "naira": "NGN", "baht": "THB", "dong": "VND", "rupiah": "IDR",
    "ringgit": "MYR", "taka": "BDT", "tenge": "KZT", "bitcoin": "XBT", "cent": "US cent",
}  # fmt: skip
# Words of one currency that several countries share differ by the adjective before them ("Canadian dollars").
CURRENCY_ADJECTIVES = {
    ("us", "USD"): "USD", ("american", "USD"): "USD", ("australian", "USD"): "AUD", ("canadian", "USD"): "CAD",
    ("singapore", "USD"): "SGD", ("british", "GBP"): "GBP", ("egyptian", "GBP"): "EGP", ("czech", "CZK"): "CZK",
    ("swedish", "CZK"): "SEK", ("norwegian", "CZK"): "NOK", ("danish", "CZK"): "DKK", ("pakistani", "INR"): "PKR",
    ("swiss", "CHF"): "CHF", ("chinese", "CNY"): "CNY", ("japanese", "JPY"): "JPY", ("russian", "RUB"): "RUB",
    ("mexican", "MXN"): "MXN", ("philippine", "MXN"): "PHP", ("iraqi", "KWD"): "IQD", ("qatari", "SAR"): "QAR",
    ("saudi", "SAR"): "SAR", ("turkish", "TRY"): "TRY", ("indian", "INR"): "INR",
}  # fmt: skip

# dimension: unit: (factor to the dimension's base unit, spellings); plurals in -s are understood
UNIT_TABLE: Mapping[str, Mapping[str, tuple[float, str]]] = {
    "duration": {
        "second": (1, "second sec"), "minute": (60, "minute min mins"), "hour": (3600, "hour hr hrs"),
        "day": (86400, "day"), "week": (604800, "week"),
    },
    "months": {
        "month": (1, "month"), "year": (12, "year yr yrs"), "decade": (120, "decade"),
        "century": (1200, "century centuries"),
    },
    "length": {
        "millimetre": (1e-3, "millimetre millimeter mm"), "centimetre": (1e-2, "centimetre centimeter cm"),
        "metre": (1, "metre meter m"), "kilometre": (1e3, "kilometre kilometer km kms"), "mile": (1609.344, "mile"),
        "yard": (0.9144, "yard"), "foot": (0.3048, "foot feet ft"), "inch": (0.0254, "inch inches"),
    },
    "area": {
        "square metre": (1, "sqm m² m2"), "square kilometre": (1e6, "km² km2 sqkm"), "hectare": (1e4, "hectare ha"),
        "acre": (4046.856, "acre"), "square foot": (0.09290304, "ft² sqft"), "square mile": (2589988, "mi²"),
    },
    "mass": {
        "gram": (1e-3, "gram gramme g"), "kilogram": (1, "kilogram kilogramme kilo kg kgs"),
        "tonne": (1e3, "ton tonne"), "ounce": (0.02834952, "ounce oz"), "pound": (0.4535924, "lb lbs"),
    },
    "volume": {
        "litre": (1, "litre liter"), "gallon": (3.785412, "gallon"), "barrel": (158.9873, "barrel bpd"),
        "cubic metre": (1e3, "m³ m3"),
    },
    "power": {
        "watt": (1, "watt"), "kilowatt": (1e3, "kilowatt kw"), "megawatt": (1e6, "megawatt mw"),
        "gigawatt": (1e9, "gigawatt gw"), "terawatt": (1e12, "terawatt tw"),
    },
    "energy": {
        "kilowatt-hour": (1, "kwh"), "megawatt-hour": (1e3, "mwh"), "gigawatt-hour": (1e6, "gwh"),
        "terawatt-hour": (1e9, "twh"),
    },
    "data": {
        "kilobyte": (1e3, "kilobyte kb"), "megabyte": (1e6, "megabyte mb"), "gigabyte": (1e9, "gigabyte gb"),
        "terabyte": (1e12, "terabyte tb"),
    },
    "bits": {"megabit": (1e6, "megabit mbit mbps"), "gigabit": (1e9, "gigabit gbit gbps")},
    "speed": {
        "kilometre per hour": (1, "kph kmh"), "mile per hour": (1.609344, "mph"), "knot": (1.852, "knot"),
    },
    "temperature": {"degree": (1, "degree celsius fahrenheit °c °f °")},
    "frequency": {"hertz": (1, "hertz hz"), "megahertz": (1e6, "megahertz mhz"), "gigahertz": (1e9, "gigahertz ghz")},
    "basis point": {"basis point": (1, "bps")},
}  # fmt: skip
UNITS = {
    spelling: unit
    for units in UNIT_TABLE.values()
    for unit, (_, spellings) in units.items()
    for spelling in spellings.split()
}
MEASURES = {unit: (dimension, factor) for dimension, units in UNIT_TABLE.items() for unit, (factor, _) in units.items()}
ATTACHED_ONLY = {"m", "g", "min", "mb", "ha", "tw"}  # too short to be a unit when a space stands before it

QUALIFIER_PHRASES: Mapping[Qualifier, str] = {
    "at least": "at least|no less than|not less than|no fewer than|as many as|as much as|a minimum of",
    "at most": "at most|no more than|not more than|up to|a maximum of",
    "about": "about|around|approximately|roughly|some|nearly|almost|circa|close to|an estimated|just over|just under|"
    "a little over|a little more than|a good|~|≈",
    "more than": "more than|over|above|exceeding|in excess of|greater than|exceeded|topped|surpassed|upwards of",
    "less than": "less than|under|below|fewer than",
}
# the first that fits counts: "no more than" stands before "more than"
QUALIFIERS = tuple(
    (tuple(phrase.split()), qualifier)
    for qualifier, phrases in QUALIFIER_PHRASES.items()
    for phrase in phrases.split("|")
)

AFTER: Mapping[str, Qualifier] = {"more": "at least", "so": "about", "less": "at most", "fewer": "at most"}
"""What "or" and this word behind an amount make of it."""

DASHES = frozenset("-–—‑")
ORDINAL_ENDINGS = frozenset(("st", "nd", "rd", "th"))
SUFFIXES = ORDINAL_ENDINGS | {"s", "am", "pm"}
"""Letters glued to digits that are neither a unit nor a scale."""

JOINED_BEFORE = frozenset("mid pre post sub non early late under over age aged top per and or to of from in".split())
"""Words that a hyphen joins to a figure without making a name of them ("mid-2019")."""

BEFORE_YEAR = frozenset(
    "in since by from until till to of during year before after early late mid around and or between through "
    "spring summer autumn fall winter".split()
)
"""Words after which four digits are a year even before a plural."""

NOT_PLURAL = frozenset("was is has as his its this across towards us versus".split())
"""Words in -s that four digits before them do not count."""

BEFORE_MAY = frozenset("in of last next early late mid since until by from this every during".split())
"""Words after which "May" and "March" are months."""

AFTER_SHARE = frozenset("of to and or is are was were has have more less , . ; )".split())
"""What follows "a third" when it is a share and no ordinal."""

RARELY_MONEY = frozenset("won real pound crown rand dong leu lei cent buck bucks".split())
"""Currency words that mean other things beside small figures."""

COUNTING = frozenset(("half", "dozen", "noon", "midnight")).union(
    SMALL, SCALES, VAGUE, ORDINALS, DECADES, MONTH_NUMBERS, MONTH_ABBREVIATIONS, WEEKDAY_NUMBERS, WEEKDAY_ABBREVIATIONS
)
"""Words one of which every quantity without a digit has."""

STARTERS: frozenset[str] = COUNTING.union(("a", "an"), SYMBOLS, DOLLARS, CURRENCY_CODES)
"""What a quantity that does not start with digits can start with."""
