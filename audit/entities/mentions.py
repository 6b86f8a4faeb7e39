"""Find the names in a text: runs of capitalised words, with the honorific or office before them.

No model is needed: a capital counts as a name's by how the word is written elsewhere in the texts, by how frequent it
is as a common word, and by honorifics, first names and places. Damage of machine translation is read through: a name
may hold stray spaces before a hyphen ("Sam -German") and may be glued to the next word ("WashingtonA").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.entities import gazetteers as gz
from audit.entities.lexicon import is_common_noun
from audit.entities.tokens import CaseProfile, Token, tokenize
from audit.records import EntityType, Text

__all__ = ["CONNECTORS", "OFFICES", "Name", "find_names"]

CONNECTORS = frozenset("of de del della di da dos das du la le bin ibn ben al el van von der den ter zu y e".split())
"""Lower-case words that may stand inside a name."""

OFFICES = frozenset(
    """president vice premier prime minister secretary chancellor governor mayor senator congressman congresswoman
    representative ambassador king queen prince princess emperor sheikh emir sultan pope cardinal archbishop bishop
    reverend judge justice general colonel major captain lieutenant sergeant admiral marshal commissioner sheriff
    chief advocate director chairman chairwoman chair ceo ceos cfo coo cto founder cofounder executive officer
    spokesman spokeswoman spokesperson professor doctor editor attorney lawyer coach manager deputy former acting
    candidate nominee
    czar speaker leader commander""".split()
)
"""Words of office that stand before a name and are no part of it."""

_OF_HEADS = frozenset(
    """bank university department ministry house board city gulf republic state court institute academy council
    college bureau church cathedral kingdom isle bay cape port lord duke prince bill federation union association
    committee office battle siege treaty museum library fund school sea strait mount lake""".split()
)
_FUNCTION_WORDS = frozenset(
    """a an the and or but if then than that this these those there here he she it they we you i his her its their our
    your my him them us me who whom whose which what when where why how not no yes as at by for from in into of off on
    onto out over to under up with without within about above across after again against all also although always am
    among any are around be because been before being below between both can could did do does doing down during each
    few further had has have having however just like many may might more most much must near nor now once one only
    other others own per rather same several shall should since so some such still though through thus too two
    unless until upon very was were while will would yet according additionally meanwhile moreover furthermore
    despite instead later last earlier early late today yesterday tomorrow three four five six seven eight nine ten
    first second third next another every either neither whether even ever never perhaps maybe often soon""".split()
)
_CALENDAR = frozenset(
    """january february march april may june july august september october november december jan feb mar apr jun jul
    aug sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat
    sun""".split()
) - {"may", "sun", "march", "mar", "sat", "august", "april", "june"}
_NO_NAMES = _CALENDAR | frozenset("i i'm i'd i've i'll i’m i’d i’ve i’ll celsius fahrenheit".split())
"""What English writes with a capital although it names nobody."""
_JOINT = re.compile(r"\s?[-‐‑–]\s?|\s|[-‐‑]|\s?&\s?")
_CURRENCIES = ("$", "€", "£", "¥")
_VERY_COMMON = 5.0
_LONG_RUN = 8


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in a document.

    ``words`` are its parts without joints. ``honorific`` (Mr, Dr …) and ``office`` (President, Trade Minister …) stand
    before it and are not in the span. ``common``: each word of it is also an ordinary English word, so that only
    other evidence makes it a name.
    """

    sentence: int
    start: int
    end: int
    surface: str
    words: tuple[str, ...]
    honorific: str
    office: str
    common: bool
    opening: bool
    type: EntityType


def find_names(text: Text, profile: CaseProfile, *, clean: bool = False) -> list[Name]:
    """Return the names of ``text`` in order; ``profile`` says how words are written in all texts of the audit.

    In a ``clean`` text every capital inside a sentence is meant; elsewhere very common words with one are damage.
    """
    names: list[Name] = []
    for sentence in text.sentences:
        if sentence.audited:
            tokens = tokenize(sentence)
            for run in _runs(tokens, text.document.text, profile, clean):
                names.extend(_read(run, tokens, text.document.text))
    return names


def _runs(tokens: Sequence[Token], text: str, profile: CaseProfile, clean: bool) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges of tokens that make up capitalised runs."""
    at = 0
    while at < len(tokens):
        if not _starts(tokens, at, text, profile):
            at += 1
            continue
        end = at + 1
        while end < len(tokens) and end - at < _LONG_RUN:
            reach = _extends(tokens, at, end, text, profile, clean)
            if not reach:
                break
            end += reach
        yield at, end
        at = end


def _starts(tokens: Sequence[Token], at: int, text: str, profile: CaseProfile) -> bool:
    token = tokens[at]
    if not token.capital or not token.text[0].isalpha() or text[token.start - 1 : token.start] in _CURRENCIES:
        return False
    low = token.text.lower()
    if low in _FUNCTION_WORDS and not _all_capitals(token.text):
        return _article_of_name(tokens, at, text)
    if low in _NO_NAMES:
        return False
    if not token.opening:
        return True
    if _inner_capital(token.text) or profile.capital[low] > profile.lower[low]:
        return True
    if gz.is_first_name(token.text) or gz.is_country(token.text):
        return True
    return profile.lower[low] == 0 and not is_common_noun(low)


def _article_of_name(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether a capitalised article ("Al", "El") is the first part of a hyphenated or spaced name."""
    if tokens[at].text.lower() not in ("al", "el"):
        return False
    return at + 1 < len(tokens) and tokens[at + 1].capital


def _extends(tokens: Sequence[Token], at: int, end: int, text: str, profile: CaseProfile, clean: bool) -> int:
    """Return how many tokens from ``end`` on belong to the run that began at ``at`` (0: it is over)."""
    before, token = tokens[end - 1], tokens[end]
    if token.sentence != before.sentence:
        return 0
    joint = text[before.end : token.start]
    if not _JOINT.fullmatch(joint):
        return 0
    low = token.text.lower()
    if token.capital and token.text[0].isalpha():
        if low in _FUNCTION_WORDS and not _all_capitals(token.text) and joint != "-":
            # "Pedro Since": a surname that was taken for the word.
            return int(not token.opening and joint == " " and gz.is_first_name(before.text))
        if low in _NO_NAMES:
            return 0
        if token.opening and is_common_noun(low) and profile.capital[low] <= profile.lower[low]:
            return 0
        stray = not clean and not token.opening and profile.lower[low] > profile.capital[low] and joint.isspace()
        # A capitalised ordinary word after a name is damage ("Openai Artificial"), unless it is never seen small.
        return 0 if stray and gz.zipf(low) > _VERY_COMMON and low not in OFFICES else 1
    if "-" in joint and len(token.text) <= 3 and end + 1 < len(tokens) and tokens[end + 1].capital:
        return 2 if text[token.end : tokens[end + 1].start] in ("-", " -", "- ") else 0
    if low in CONNECTORS and joint == " " and end + 1 < len(tokens):
        head = tokens[end - 1].text.lower() in _OF_HEADS if low == "of" else True
        fits = tokens[end + 1].capital and text[token.end : tokens[end + 1].start] in (" ", "-")
        return 2 if head and fits and tokens[end + 1].text.lower() not in _FUNCTION_WORDS else 0
    return 0


def _inner_capital(word: str) -> bool:
    return any(c.isupper() for c in word[1:])


def _all_capitals(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _read(run: tuple[int, int], tokens: Sequence[Token], text: str) -> Iterator[Name]:
    """Cut honorifics and offices off a run; an office in its middle parts two names ("Oracle Chairman Larry …")."""
    at, end = run
    honorific, office = _before(tokens, at, text)
    piece = at
    lead: list[str] = []
    for index in range(at, end):
        low = tokens[index].text.lower().rstrip(".")
        if low in gz.HONORIFICS or low in OFFICES:
            if piece < index:
                yield from _name(tokens, piece, index, text, honorific, office)
                honorific = office = ""
            if low in gz.HONORIFICS:
                honorific = tokens[index].text
            else:
                lead.append(tokens[index].text)
                office = " ".join(lead)
            piece = index + 1
        elif index > piece and _opens_person(tokens[index].text) and _all_ordinary(tokens[piece:index]):
            # "Minister of Trade Jane Doe": ordinary words with a capital before a first name are no part of it.
            yield from _name(tokens, piece, index, text, honorific, office)
            honorific, office, piece = "", " ".join(t.text for t in tokens[piece:index]), index
    if piece < end:
        yield from _name(tokens, piece, end, text, honorific, office)


def _opens_person(word: str) -> bool:
    return gz.is_first_name(word) and not gz.is_place(word)


def _before(tokens: Sequence[Token], at: int, text: str) -> tuple[str, str]:
    """Return the honorific and the office that stand directly before token ``at``."""
    if at == 0:
        return "", ""
    word = tokens[at - 1]
    gap = text[word.end : tokens[at].start]
    low = word.text.lower().rstrip(".")
    if low in gz.HONORIFICS and gap.strip() in ("", "."):
        return word.text, ""
    if low in OFFICES and not gap.strip(" ,"):
        return "", word.text
    return "", ""


def _name(tokens: Sequence[Token], at: int, end: int, text: str, honorific: str, office: str) -> Iterator[Name]:
    while end > at and tokens[end - 1].text.lower() in CONNECTORS and not tokens[end - 1].capital:
        end -= 1
    if end <= at:
        return
    words = tuple(t.text for t in tokens[at:end])
    start, stop = tokens[at].start, tokens[end - 1].end
    common = all(_ordinary(w) for w in words)
    kind = _type(words, honorific, office)
    yield Name(
        tokens[at].sentence, start, stop, text[start:stop], words, honorific, office, common, tokens[at].opening, kind
    )


def _all_ordinary(tokens: Sequence[Token]) -> bool:
    return all(is_common_noun(t.text) and not gz.is_place(t.text) and not gz.is_first_name(t.text) for t in tokens)


def _ordinary(word: str) -> bool:
    """Whether a word is common English, so that its capital alone does not make it a name."""
    low = word.lower()
    if _inner_capital(word) or gz.is_place(word):
        return False
    return low in CONNECTORS or gz.is_nationality(word) or is_common_noun(low)


def _type(words: Sequence[str], honorific: str, office: str) -> EntityType:
    whole = " ".join(words)
    if honorific:
        return "person"
    if any(w.lower().rstrip(".") in gz.ORGANISATION_SUFFIXES for w in words):
        return "organisation"
    if gz.is_place(whole):
        return "place"
    if len(words) > 1 and gz.is_first_name(words[0]):
        return "person"
    if office and len(words) <= 3 and not gz.is_place(words[0]):
        return "person"
    if len(words) == 1 and (_all_capitals(words[0]) or _inner_capital(words[0])):
        return "organisation"
    return "other"
