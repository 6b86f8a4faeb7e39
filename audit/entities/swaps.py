"""Names that stand where a reference has another: right elsewhere, wrong here ("South Korea" for the North).

In any mode, what stands between the same words of matching sentences (``exchanges``). A translation of the same text
says more: there, whatever two sentences leave over on both sides was exchanged. Comparable accounts name others for
good reasons.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from audit.entities.candidates import entities_in
from audit.entities.exchanges import Exchange
from audit.entities.forms import Forms, form_of, is_ordinary
from audit.entities.inventory import Inventory, Place
from audit.entities.lexicon import is_proper
from audit.entities.mentions import Name
from audit.entities.spelling import fold, initials, word_similarity
from audit.entities.tokens import tokenize
from audit.entities.variants import are_variants, differing
from audit.records import Link, Mode, Text

__all__ = ["Swap", "find_swaps"]

_CONTEXT = 5
_STEM = 4
_RELATED = 0.78
_LEAST_FIT = 0.2
_ALONE = 0.25
_TRUSTED_LINK = 0.5
_SLOPE, _MIDDLE = 4.0, 0.05
_STRANGER = 0.6
"""Confidence in a name that a translation of the same text has nothing like."""
_JOINTS = (" ", "-", ". ")
_LEAST_EXCHANGE = {"comparable": 0.6, "parallel": 0.3}


@dataclass(frozen=True, slots=True)
class Swap:
    """What a reference has in a name's place: its form there (with the article that the hypothesis lacks), where, and
    how probable an error is; no entity, form and place where the references name nothing."""

    entity: int | None
    form: str
    place: Place | None
    confidence: float


def find_swaps(
    text: Text,
    references: Sequence[Text],
    links: Sequence[Link],
    exchanges: Sequence[Exchange],
    names: Sequence[Name],
    forms: Forms,
    inventory: Inventory,
    *,
    mode: Mode,
) -> dict[int, Swap]:
    """Return swaps by the offset at which the name starts.

    In comparable mode only names that the references know elsewhere; what is unknown is left to linking.
    """
    by_sentence: defaultdict[int, list[Name]] = defaultdict(list)
    for name in names:
        by_sentence[name.sentence].append(name)
    swaps = dict(_exchanged(text, references, exchanges, by_sentence, forms, inventory, mode))
    if mode == "parallel":
        for start, swap in _paired(text, references, links, by_sentence, forms, inventory):
            swaps.setdefault(start, swap)
    return swaps


def _exchanged(
    text: Text,
    references: Sequence[Text],
    exchanges: Sequence[Exchange],
    by_sentence: Mapping[int, Sequence[Name]],
    forms: Forms,
    inventory: Inventory,
    mode: Mode,
) -> Iterator[tuple[int, Swap]]:
    """Yield what stands in place of names between the same words."""
    for exchange in exchanges:
        ours = [n for n in by_sentence.get(exchange.sentence, ()) if n.start < exchange.end and exchange.start < n.end]
        theirs = entities_in(exchange, inventory)
        if exchange.fit < _LEAST_EXCHANGE[mode] or len(ours) != 1 or len(theirs) != 1:
            continue
        name, (index, place) = ours[0], *theirs.items()
        known = forms.known[form_of(name)]
        there = {i for i, _ in inventory.in_sentence[exchange.reference, exchange.their_sentence]}
        inside = name.start <= exchange.start and exchange.end <= name.end
        inside = inside and place.start <= exchange.their_start and exchange.their_end <= place.end
        if not (inside or mode == "parallel") or (known is None and mode == "comparable"):
            continue
        if (known is not None and known in there) or index in forms.present.get(name.sentence, ()):
            continue
        reference = references[exchange.reference].document.text
        place = _whole(place, exchange, references[exchange.reference])
        if not _one_in_other_words(name.words, reference[place.start : place.end]):
            form = _form_there(place, reference, name, text.document.text)
            # Between two translations the frame adds to what is sure already: that both say the same.
            sure = exchange.fit if mode == "comparable" else 0.5 + 0.5 * exchange.fit
            yield name.start, Swap(index, form, place, sure)


def _whole(place: Place, exchange: Exchange, reference: Text) -> Place:
    """Return the place with the capitalised words beside it that were exchanged too: a name that was cut too short."""
    start, end = place.start, place.end
    tokens = [
        t
        for t in tokenize(reference.sentences[exchange.their_sentence])
        if exchange.their_start <= t.start and t.end <= exchange.their_end and t.capital
    ]
    for token in reversed(tokens):
        if token.end < start and reference.document.text[token.end : start] in _JOINTS:
            start = token.start
    for token in tokens:
        if token.start > end and reference.document.text[end : token.start] in _JOINTS:
            end = token.end
    return Place(place.reference, place.sentence, start, end)


def _paired(
    text: Text,
    references: Sequence[Text],
    links: Sequence[Link],
    by_sentence: Mapping[int, Sequence[Name]],
    forms: Forms,
    inventory: Inventory,
) -> Iterator[tuple[int, Swap]]:
    """Yield pairs of what two aligned translations leave over on both sides, best fit first."""
    numbers = {r.document.name: i for i, r in enumerate(references)}
    for link in links:
        if link.confidence < _TRUSTED_LINK:
            continue
        number = numbers.get(link.document, 0)
        ours = [n for i in link.hypothesis for n in by_sentence.get(i, ())]
        theirs = [p for i in link.reference for p in inventory.in_sentence.get((number, i), ())]
        left, right = _left_over(ours, theirs, forms, inventory, references[number].document.text)
        fits = [
            (_fit(n, p, text, references[number], link), -i, -j)
            for i, n in enumerate(left)
            for j, (_, p) in enumerate(right)
        ]
        used: set[tuple[str, int]] = set()
        for fit, i, j in sorted(fits, reverse=True):
            # A name left alone on either side can only mean the other, wherever in the sentence it stands.
            fit += _ALONE * (len(left) == len(right) == 1)
            if fit < _LEAST_FIT or ("ours", i) in used or ("theirs", j) in used:
                continue
            used |= {("ours", i), ("theirs", j)}
            index, place = right[-j]
            sure = 1 / (1 + math.exp(-_SLOPE * (fit - _MIDDLE)))
            form = _form_there(place, references[number].document.text, left[-i], text.document.text)
            yield left[-i].start, Swap(index, form, place, sure)
        for i, name in enumerate(left):
            if ("ours", -i) not in used and _is_stranger(name, inventory):
                yield name.start, Swap(None, "", None, _STRANGER)


def _is_stranger(name: Name, inventory: Inventory) -> bool:
    """Whether a name is certainly one, and none of its words is in any reference."""
    return not name.common and not any(w.isupper() or inventory.knows(w) for w in name.words)


def _form_there(place: Place, reference: str, name: Name, text: str) -> str:
    form = reference[place.start : place.end]
    article = re.search(r"\b[Tt]he $", reference[max(0, place.start - 5) : place.start])
    has_own = re.search(r"\b(?:[Tt]he|[Aa]n?) $", text[max(0, name.start - 5) : name.start])
    return f"the {form}" if article and not has_own else form


def _left_over(
    ours: Sequence[Name], theirs: Sequence[tuple[int, Place]], forms: Forms, inventory: Inventory, reference: str
) -> tuple[list[Name], list[tuple[int, Place]]]:
    """Return the names and places without a partner that is, or may be, the same."""
    there = {index for index, _ in theirs}
    left = []
    partnered: set[int] = set()
    for name in ours:
        known = forms.known[form_of(name)]
        same = known is not None and known in there
        kin = {known} if same else {i for i, p in theirs if _related(name.words, reference[p.start : p.end])}
        if kin:
            partnered |= {index for index in kin if index is not None}
        elif not name.common or name.honorific or not name.opening or len(name.words) > 1:
            left.append(name)
    return left, [(i, p) for i, p in theirs if i not in partnered and _is_name(inventory.entities[i].words)]


def _is_name(words: Sequence[str]) -> bool:
    """Whether words are a name and not an ordinary word with a capital ("the Police Commissioner")."""
    return len(words) > 1 or is_proper(words[0]) or not is_ordinary(words)


def _one_in_other_words(words: Sequence[str], other: str) -> bool:
    """Whether two names may be one: the other shortened, an acronym, a variant, another spelling."""
    theirs = re.findall(r"\w+", other)
    left, right = differing(words, theirs)
    if not left or not right or _said_otherwise(words, other):
        return True
    short = initials(words) in {fold(w) for w in theirs} or initials(theirs) in {fold(w) for w in words}
    begun = any(fold(a).startswith(fold(b)) or fold(b).startswith(fold(a)) for a in left for b in right)
    return short or begun or word_similarity("".join(left), "".join(right)) >= _RELATED


def _related(words: Sequence[str], other: str) -> bool:
    """Whether two names may be one in different words: a part in common, a people and its land, an acronym."""
    theirs = re.findall(r"\w+", other)
    if _said_otherwise(words, other) or fold("".join(words)) == initials(theirs) or initials(words) == fold(other):
        return True
    return any(
        a[:_STEM].lower() == b[:_STEM].lower() or word_similarity(a, b) >= _RELATED
        for a in words
        for b in theirs
        if len(a) >= _STEM and len(b) >= _STEM
    )


def _said_otherwise(words: Sequence[str], other: str) -> bool:
    """Whether two names are variants, or one word of the first is a variant of the other ("American Mint", "U.S.")."""
    return are_variants(words, other.split()) or any(are_variants([word], [other]) for word in words)


def _fit(name: Name, place: Place, text: Text, reference: Text, link: Link) -> float:
    """How well the words around a name, and its place in the sentence, fit those of the other side: 0 to 1."""
    ours = _around(text, link.hypothesis, name.start, name.end)
    theirs = _around(reference, link.reference, place.start, place.end)
    shared = sum(bool(a & b) * len(a & b) for a, b in zip(ours[:2], theirs[:2], strict=True))
    most = sum(min(len(a), len(b)) for a, b in zip(ours[:2], theirs[:2], strict=True))
    return 0.6 * shared / max(most, 1) + 0.4 * (1 - abs(ours[2] - theirs[2]))


def _around(text: Text, sentences: Sequence[int], start: int, end: int) -> tuple[set[str], set[str], float]:
    first, last = text.sentences[sentences[0]].start, text.sentences[sentences[-1]].end
    words = _words(text.document.text[first:last])
    ours = bisect_left(words, (start - first,))
    behind = bisect_left(words, (end - first,))
    before = {word for _, word in words[max(0, ours - _CONTEXT) : ours]}
    after = {word for _, word in words[behind : behind + _CONTEXT]}
    return before, after, ours / max(1, ours + len(words) - behind)


@lru_cache(maxsize=64)
def _words(text: str) -> list[tuple[int, str]]:
    """Return where each word starts, and the word in lower case."""
    return [(m.start(), m.group().lower()) for m in re.finditer(r"\w+", text)]
