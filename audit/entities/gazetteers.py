"""What is known of words and names without any document: places, peoples, given names, frequencies.

Countries come from CLDR (``babel``), frequencies from ``audit.frequencies``, everything else from
``data/gazetteer.toml``.
All tables are loaded at first use. Look-ups ignore case, diacritics and dots; whether a capital matters is the
caller's business.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from audit.frequencies import english

__all__ = [
    "FUNCTION_WORD",
    "HONORIFICS",
    "MONTHS",
    "ORGANISATION_SUFFIXES",
    "WEEKDAYS",
    "expansions",
    "is_acronym",
    "is_country",
    "is_first_name",
    "is_nationality",
    "is_people_of",
    "is_place",
    "is_word",
    "offices_like",
    "place_names",
    "zipf",
]

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

HONORIFICS: frozenset[str] = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "messrs", "dr", "prof", "professor", "sir", "dame", "lord", "lady", "madam",
    "madame", "monsieur", "mme", "herr", "frau", "señor", "señora", "sheikh", "shaikh", "sheik", "emir", "ayatollah",
    "imam", "mullah", "rabbi", "rev", "reverend", "fr", "pastor", "pope", "cardinal", "archbishop", "bishop", "king",
    "queen", "prince", "princess", "emperor", "empress", "duke", "duchess", "sultan", "baron", "baroness", "count",
    "countess", "president", "premier", "chancellor", "minister", "secretary", "senator", "sen", "congressman",
    "congresswoman", "rep", "representative", "governor", "gov", "mayor", "ambassador", "judge", "justice",
    "attorney", "sheriff", "speaker", "commissioner", "general", "gen", "lieutenant", "lt", "colonel", "col",
    "major", "maj", "captain", "capt", "sergeant", "sgt", "corporal", "admiral", "adm", "commander", "cmdr",
    "marshal", "brigadier", "comrade", "coach", "detective", "inspector", "officer",
})  # fmt: skip
"""Words that stand before a name, lower case and without dots."""

ORGANISATION_SUFFIXES: frozenset[str] = frozenset({
    "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "lp", "plc",
    "gmbh", "ag", "kg", "sa", "sas", "sarl", "nv", "bv", "ab", "asa", "oy", "oyj", "spa", "srl", "ooo", "oao", "pao",
    "kk", "pty", "pte", "bhd", "group", "holding", "holdings", "partners", "capital", "ventures", "industries",
    "enterprises", "technologies", "technology", "systems", "solutions", "labs", "laboratories", "studios",
    "pictures", "entertainment", "media", "motors", "motor", "airlines", "airways", "bank", "insurance",
    "pharmaceuticals", "pharma", "energy", "petroleum", "foods", "stores", "university", "college", "institute",
    "institution", "school", "academy", "hospital", "foundation", "fund", "trust", "association", "federation",
    "union", "league", "society", "council", "committee", "commission", "agency", "authority", "bureau",
    "department", "ministry", "office", "court", "parliament", "party", "army", "navy", "club", "united", "fc",
    "times", "post", "journal", "news", "network", "exchange", "organization", "organisation",
})  # fmt: skip
"""Last words of organisations' names, lower case and without dots."""

WORD_ZIPF = 2.0
"""A word of English occurs at least once in ten million words (zipf 2; misspellings mostly lie below)."""

FUNCTION_WORD = 6.0
"""From this frequency on (zipf) a word of English says little by itself."""

_STEM = 4

_RAREST = 1.5
"""What is rarer is as often a misspelling as a word."""


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Return ``text`` for look-ups: case folded, without diacritics and dots, spaces collapsed, apostrophes plain."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.replace(".", "").replace("’", "'").replace("ı", "i").split())


def is_place(name: str) -> bool:
    """Whether ``name`` is a country, region, city, sea or famous building ("the" before it is ignored)."""
    key = fold(name).removeprefix("the ")
    return key in _places() or key in _countries()


def place_names() -> frozenset[str]:
    """Return all places that `is_place` knows, as `fold` writes them."""
    return _places() | _countries()


def is_country(name: str) -> bool:
    """Whether ``name`` is a country, past or present, or a territory with a name of its own."""
    return fold(name).removeprefix("the ") in _countries()


def is_nationality(word: str) -> bool:
    """Whether ``word`` tells a people or a language, in the singular or the plural ("German", "Germans")."""
    key = fold(word)
    known = _nationalities()
    return key in known or (key.endswith("s") and key[:-1] in known)


def is_people_of(word: str, land: str) -> bool:
    """Whether ``word`` tells the people or the language of ``land``, a place or the acronym of one.

    Most are told by their first letters ("Ukrainian"); the others are in the table ``peoples``.
    """
    meanings = (land, *expansions(land))
    if not is_nationality(word) or not any(map(is_place, meanings)):
        return False
    people = fold(word)
    named = {fold(meaning).removeprefix("the ") for meaning in meanings}
    if any(people in _peoples().get(name, ()) or people[:-1] in _peoples().get(name, ()) for name in named):
        return True
    return any(part[:_STEM] == people[:_STEM] for name in named for part in name.split())


def is_first_name(word: str) -> bool:
    """Whether ``word`` is among the common given names of the languages that news texts come from."""
    return fold(word) in _given_names()


def zipf(word: str) -> float:
    """Return how frequent ``word`` is in English: log10 of its occurrences in 10⁹ words, 0 when below 1.5 or unknown.

    Case is ignored: "German" and "german" share a value.
    """
    value = english().get(word.casefold().replace("’", "'"), 0.0)
    return value if value >= _RAREST else 0.0


def is_word(word: str) -> bool:
    """Whether English texts use ``word`` (names among them); the parts of a hyphenated word count each."""
    parts = [part for part in word.replace("-", " ").split() if part]
    return bool(parts) and all(zipf(part) >= WORD_ZIPF for part in parts)


def is_acronym(word: str) -> bool:
    """Whether ``word`` is a widely known acronym, written as such (in capitals, dots allowed)."""
    plain = word.replace(".", "")
    return plain.isupper() and plain in _acronyms()


def expansions(acronym: str) -> tuple[str, ...]:
    """Return what a widely known acronym stands for; empty when it is not known."""
    return _acronyms().get(acronym.replace(".", "").upper(), ())


def offices_like(office: str) -> frozenset[str]:
    """Return the words that may stand for an office in another good account, folded, ``office`` among them; empty for
    what is no office."""
    return _offices().get(fold(office), frozenset())


@cache
def _offices() -> Mapping[str, frozenset[str]]:
    out: dict[str, frozenset[str]] = {}
    for line in _gazetteer()["offices"].replace("\n", " ").split(";"):
        written, _, others = line.partition(":")
        ways = [fold(way) for way in written.split("|")]
        out |= dict.fromkeys(ways, frozenset((*ways, *_entries(others))))
    return out


@cache
def _gazetteer() -> Mapping[str, Any]:
    with files("audit.entities").joinpath("data/gazetteer.toml").open("rb") as stream:
        return tomllib.load(stream)


def _entries(text: str) -> Iterable[str]:
    return (entry for raw in text.replace("\n", " ").split(",") if (entry := fold(raw)))


@cache
def _places() -> frozenset[str]:
    data = _gazetteer()
    return frozenset(name for part in ("regions", "cities", "buildings") for name in _entries(data[part]))


@cache
def _countries() -> frozenset[str]:
    from babel import Locale

    # CLDR codes of two letters are countries, of three digits continents; ZZ, XA, XB are placeholders
    territories = Locale("en").territories.items()
    real = (name for code, name in territories if code.isalpha() and code not in ("ZZ", "XA", "XB"))
    known = {fold(name.split(" (")[0]) for name in real}
    return frozenset(known | {name.replace("&", "and") for name in known} | set(_entries(_gazetteer()["countries"])))


@cache
def _nationalities() -> frozenset[str]:
    return frozenset(_entries(_gazetteer()["nationalities"]))


@cache
def _peoples() -> Mapping[str, frozenset[str]]:
    pairs = (entry.split(":") for entry in _gazetteer()["peoples"].replace("\n", " ").split(";"))
    return {fold(land): frozenset(_entries(told)) for lands, told in pairs for land in lands.split(",")}


@cache
def _given_names() -> frozenset[str]:
    return frozenset(name for names in _gazetteer()["given_names"].values() for name in _entries(names))


@cache
def _acronyms() -> Mapping[str, tuple[str, ...]]:
    pairs = (entry.split(":") for entry in _gazetteer()["acronyms"].replace("\n", " ").split(";"))
    return {acronym.strip(): tuple(m.strip() for m in meanings.split("/")) for acronym, meanings in pairs}
