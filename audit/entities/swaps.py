"""Names that stand where a reference has another: right elsewhere, wrong here ("South Korea" for the North).

In any mode, what stands between the same words of matching sentences (``exchanges``). A translation of the same text
says more: there, whatever two sentences leave over on both sides was exchanged. Comparable accounts name others for
good reasons.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import dropwhile, pairwise

from audit.entities import gazetteers as gz
from audit.entities.candidates import entities_in
from audit.entities.exchanges import Exchange, stands_for
from audit.entities.forms import Forms, expanded, form_of, is_ordinary, spells
from audit.entities.inventory import Entity, Inventory, Place
from audit.entities.lexicon import is_common_noun, is_proper
from audit.entities.mentions import CONNECTORS, OFFICES, Name
from audit.entities.segments import GENERIC
from audit.entities.spelling import fold, initials, word_similarity
from audit.entities.tokens import Token, tokenize
from audit.entities.variants import are_variants, differing
from audit.records import Link, Mode, Text

__all__ = ["Swap", "find_swaps", "find_unsaid"]

_CONTEXT = 5
_STEM = 4
_RELATED = 0.78
_LEAST_FIT = 0.2
_ALONE = 0.25
_TRUSTED_LINK = 0.5
_SLOPE, _MIDDLE = 4.0, 0.05
_STRANGER = 0.6
"""Confidence in a name that a translation of the same text has nothing like."""
_JOINTS = frozenset({" ", "-", "‐", "‑", ". ", " -", " & ", "."})
_HYPHENS = frozenset("-‐‑.")
_QUOTES = frozenset('“"‘«„')
_BREAK = re.compile(r"[,;:()]")
_BODY = re.compile(
    r"\b(?:Ministry|Department|Office|Institute|Bureau|Committee|Commission|Agency|Council|Secretary|Centre|Center)"
    r" (?:of|for) [A-Z]\w+(?: [A-Z]\w+)*(?:, [A-Z]\w+(?: [A-Z]\w+)*)*,? (?:and|&) [A-Z]\w+(?: [A-Z]\w+)*"
)
_SAME_SORT = 0.1
_SMALL_WORDS = 2
_WITHIN_NAMES = frozenset({"of", "for", "the"})
_LONGEST_NAME = 4
_LEAST_EXCHANGE = {"comparable": 0.6, "parallel": 0.3}


@dataclass(frozen=True, slots=True)
class Swap:
    """What a reference has in place of the words from ``start`` to ``end`` of a sentence: its form there (with the
    article that the hypothesis lacks), where, and how probable an error is; no entity, form and place where the
    references name nothing."""

    start: int
    end: int
    sentence: int
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
) -> list[Swap]:
    """Return swaps that do not overlap, in the order of the text."""
    by_sentence: defaultdict[int, list[Name]] = defaultdict(list)
    for name in names:
        by_sentence[name.sentence].append(name)
    found = sorted(
        _exchanged(text, references, exchanges, by_sentence, forms, inventory, mode),
        key=lambda s: (-s.confidence, s.start - s.end, s.start),
    )
    if mode == "parallel":
        found += _paired(text, references, links, by_sentence, forms, inventory, exchanges)
    swaps: list[Swap] = []
    taken: list[tuple[int, int]] = []
    for swap in found:
        at = bisect_left(taken, (swap.start, swap.end))
        if not any(a < swap.end and swap.start < b for a, b in taken[max(0, at - 1) : at + 1]):
            taken.insert(at, (swap.start, swap.end))
            swaps.append(swap)
    return sorted(swaps, key=lambda s: s.start)


def _exchanged(
    text: Text,
    references: Sequence[Text],
    exchanges: Sequence[Exchange],
    by_sentence: Mapping[int, Sequence[Name]],
    forms: Forms,
    inventory: Inventory,
    mode: Mode,
) -> Iterator[Swap]:
    """Yield what stands in place of names between the same words."""
    for exchange in exchanges:
        theirs = _named_there(exchange, references, inventory)
        if exchange.fit < _LEAST_EXCHANGE[mode] or len(theirs) != 1:
            continue
        ((index, place),) = theirs.items()
        reference = references[exchange.reference]
        place = _whole(place, exchange, reference)
        names = by_sentence.get(exchange.sentence, ())
        ours = [n for n in names if n.start < exchange.end and exchange.start < n.end]
        span = _span(exchange, place, ours, text, reference, inventory)
        if span is None and (mode == "comparable" or len(ours) != 1):
            continue
        their_words = {fold(t.text) for t in tokenize(reference.sentences[exchange.their_sentence])}
        start, end, place = span or (*_whole_name(ours[0], exchange, text, their_words), place)
        there = Counter(i for i, _ in inventory.in_sentence[exchange.reference, exchange.their_sentence])
        # Parts of a name ("State" for Kaduna State) are there whether the rest of it is right or wrong.
        whole = [
            (i, n) for n in names if (i := forms.known[form_of(n)]) is not None and _is_whole(n, inventory.entities[i])
        ]
        uses = Counter(i for i, _ in whole)
        known = {i for i, n in whole if n in ours}
        form = inventory.entities[index].canonical
        uses[index] += sum(forms.known[form_of(n)] is None and n not in ours and _related(n.words, form) for n in names)
        # What both sentences name as often only changed places.
        if any(0 < uses[i] <= there[i] for i in known) or 0 < there[index] <= uses[index]:
            continue
        words = tuple(t.text for t in tokenize(text.sentences[exchange.sentence]) if start <= t.start and t.end <= end)
        form = reference.document.text[place.start : place.end]
        misread = spells(words, inventory.entities[index]) and expanded(words, inventory) is None
        if not misread and _one_in_other_words(words, form, known=bool(known)):
            continue
        if mode == "parallel" and (start, end) == (exchange.start, exchange.end):
            # All that stands in place of the name is what it should be, whatever of it has a capital.
            our_words = {fold(t.text) for t in tokenize(text.sentences[exchange.sentence])}
            place = _with_kind(_exactly(start, end, place, text, references, exchange), reference, our_words)
        # Between two translations the frame adds to what is sure already: that both say the same.
        sure = exchange.fit if mode == "comparable" else 0.5 + 0.5 * exchange.fit
        form = _form_there(place, reference.document.text, start, text.document.text)
        yield Swap(start, end, exchange.sentence, index, form, place, sure)


def _named_there(exchange: Exchange, references: Sequence[Text], inventory: Inventory) -> dict[int, Place]:
    """Return the entities that the reference names in the words of an exchange, or whose names they are a part of
    although they were read as an office ("Executive" before Council Meeting)."""
    theirs = entities_in(exchange, inventory)
    if len(theirs) > 1:
        return _as_one(theirs, references[exchange.reference])
    if theirs:
        return theirs
    document = references[exchange.reference].document.text
    words = document[exchange.their_start : exchange.their_end].split()
    if not all(w[0].isupper() and w.isalpha() for w in words):
        return {}
    named = inventory.in_sentence.get((exchange.reference, exchange.their_sentence), ())
    return {
        i: _at(p, exchange.their_start, p.end)
        for i, p in named
        if p.start > exchange.their_end and document[exchange.their_end : p.start] == " "
    }


def _as_one(theirs: dict[int, Place], reference: Text) -> dict[int, Place]:
    """Return the first of several entities with the place of all, where small words alone stand between them
    ("Council" of "Farms" of "Norway"); else all of them."""
    places = sorted(theirs.items(), key=lambda item: item[1].start)
    for (_, before), (_, after) in pairwise(places):
        between = reference.document.text[before.end : after.start]
        if not (between.startswith(" ") and set(between.split()) <= _WITHIN_NAMES):
            return theirs
    index, first = places[0]
    return {index: _at(first, first.start, places[-1][1].end)}


def _is_whole(name: Name, entity: Entity) -> bool:
    """Whether a name is all of one of an entity's forms, and not an ordinary word that is a part of it."""
    letters = fold("".join(name.words))
    whole = letters in {fold(f) for f in entity.forms} or letters.removesuffix("s") == fold(entity.last)
    return whole and not (name.common and len(name.words) == 1 and len(entity.words) > 1)


def _exactly(start: int, end: int, place: Place, text: Text, references: Sequence[Text], exchange: Exchange) -> Place:
    exact = stands_for(text, start, end, references, [exchange])
    return _at(place, exact.their_start, exact.their_end) if exact is not None else place


def _span(
    exchange: Exchange, place: Place, ours: Sequence[Name], text: Text, reference: Text, inventory: Inventory
) -> tuple[int, int, Place] | None:
    """Return the words that stand for a name of the reference and the place of that name, where what was exchanged is
    a part of the name or the whole of it and is written like a name here too; None elsewhere.

    The rest of the name is taken in where both have it. Of a run too long to be one name only what was exchanged is.
    """
    within = place.start <= exchange.their_start and exchange.their_end <= place.end
    tokens = tokenize(text.sentences[exchange.sentence])
    changed = [t for t in tokens if exchange.start <= t.start and t.end <= exchange.end]
    if len(changed) > 1 and fold(changed[0].text) == "the":
        changed = changed[1:]
    inner = all(t.capital or t.text in _WITHIN_NAMES for t in changed[1:-1])
    if not within or not (inner and changed[0].capital and changed[-1].capital):
        return None
    if not ours and (changed[0].opening or any(_is_said(t.text, inventory) for t in changed)):
        return None
    theirs = [t for t in tokenize(reference.sentences[place.sentence]) if place.start <= t.start and t.end <= place.end]
    exchanged = _at(place, exchange.their_start, exchange.their_end)
    one = len(ours) == 1 and ours[0].end >= changed[-1].end
    if len(theirs) > _LONGEST_NAME and not one:
        return exchange.start, exchange.end, exchanged
    before = [t.text for t in theirs if t.end <= exchange.their_start]
    after = [t.text for t in theirs if t.start >= exchange.their_end]
    left = [t for t in tokens if t.end <= exchange.start][-len(before) :] if before else []
    right = [t for t in tokens if t.start >= exchange.end][: len(after)]
    if list(map(_folded, left)) == list(map(fold, before)) and list(map(_folded, right)) == list(map(fold, after)):
        start, end = (left or changed)[0].start, (right or changed)[-1].end
        if not _BREAK.search(text.document.text, start, end):
            return start, end, place
        return exchange.start, exchange.end, exchanged
    if len(ours) == 1:
        return ours[0].start, ours[0].end, _grown(place, reference, set(map(_folded, tokens)))
    return exchange.start, exchange.end, exchanged


def _whole_name(name: Name, exchange: Exchange, text: Text, their_words: Collection[str]) -> tuple[int, int]:
    """Return the name with what belongs to it among the words that were exchanged."""
    tokens = tokenize(text.sentences[name.sentence])
    changed = [t for t in tokens if exchange.start <= t.start and t.end <= exchange.end]
    start, end = _stretched(name.start, name.end, changed, text.document.text, frozenset())
    noun = _with_noun(name, text, their_words)
    return start, noun if end < noun == exchange.end else end


def _folded(token: Token) -> str:
    return fold(token.text)


def _is_said(word: str, inventory: Inventory) -> bool:
    """Whether a word may stand for a name by way of style: an office, or a word of the references."""
    return word.lower() in OFFICES or inventory.knows(word) or inventory.knows(word.lower())


def _at(place: Place, start: int, end: int) -> Place:
    return Place(place.reference, place.sentence, start, end)


def _whole(place: Place, exchange: Exchange, reference: Text) -> Place:
    """Return the place with the capitalised words beside it that were exchanged too: a name that was cut too short."""
    tokens = [
        t
        for t in tokenize(reference.sentences[exchange.their_sentence])
        if exchange.their_start <= t.start and t.end <= exchange.their_end
    ]
    start, end = _stretched(place.start, place.end, tokens, reference.document.text, frozenset())
    return _at(place, start, end)


def _stretched(start: int, end: int, tokens: Sequence[Token], text: str, stops: Collection[str]) -> tuple[int, int]:
    """Return the span of a name with what is beside it that belongs to it: words with a capital ("Queen Elizabeth"),
    further ones behind small words ("Battle of the Falklands"), and what a hyphen joins ("COVID-19").

    ``tokens`` are the words that may belong to it; those of ``stops`` (folded) end it, and where there are any an
    ordinary word that opens the sentence does not belong to it either.
    """

    def quoted(token: Token) -> bool:
        return text[token.start - 1 : token.start] in _QUOTES

    before = [t for t in tokens if t.end <= start][::-1]
    after = [t for t in tokens if t.start >= end]
    start = _reach(start, before, lambda token, edge: text[token.end : edge], lambda t: t.start, stops, quoted)
    end = _reach(end, after, lambda token, edge: text[edge : token.start], lambda t: t.end, stops, quoted)
    return start, end


def _reach(
    edge: int,
    tokens: Sequence[Token],
    gap: Callable[[Token, int], str],
    far: Callable[[Token], int],
    stops: Collection[str],
    quoted: Callable[[Token], bool],
) -> int:
    """Return how far a name reaches from ``edge`` over ``tokens``, nearest first."""
    inner = edge
    small = 0
    for token in tokens:
        joint = gap(token, inner)
        joining = token.text in CONNECTORS or token.text == "the"
        if joint not in _JOINTS or (not joining and fold(token.text) in stops):
            break
        ordinary = token.text.lower() in OFFICES or (stops and is_common_noun(token.text))
        titled = token.opening and not small and ordinary and not quoted(token)
        named = token.capital and not titled
        if named or joint in _HYPHENS:
            edge, small = far(token), 0
        elif joining:
            small += 1
        else:
            break
        if small > _SMALL_WORDS:
            break
        inner = far(token)
    return edge


def _paired(
    text: Text,
    references: Sequence[Text],
    links: Sequence[Link],
    by_sentence: Mapping[int, Sequence[Name]],
    forms: Forms,
    inventory: Inventory,
    exchanges: Sequence[Exchange],
) -> Iterator[Swap]:
    """Yield pairs of what two aligned translations leave over on both sides, best fit first."""
    numbers = {r.document.name: i for i, r in enumerate(references)}
    by_place: defaultdict[int, list[Exchange]] = defaultdict(list)
    for exchange in exchanges:
        by_place[exchange.sentence].append(exchange)
    for link in links:
        if link.confidence < _TRUSTED_LINK:
            continue
        number = numbers.get(link.document, 0)
        reference = references[number]
        ours = [n for i in link.hypothesis for n in by_sentence.get(i, ())]
        theirs = [p for i in link.reference for p in inventory.in_sentence.get((number, i), ())]
        their_words = {fold(t.text) for i in link.reference for t in tokenize(reference.sentences[i])}
        left, right = _left_over(ours, theirs, forms, inventory, reference, text, their_words)
        left = _joined(left, text, their_words)
        our_words = {fold(t.text) for i in link.hypothesis for t in tokenize(text.sentences[i])}
        right = [(i, _trimmed(_grown(p, reference, our_words), reference, our_words)) for i, p in right]
        fits = [
            (_fit(n, p, text, reference, link), -i, -j) for i, n in enumerate(left) for j, (_, p) in enumerate(right)
        ]
        used: set[tuple[str, int]] = set()
        for fit, i, j in sorted(fits, reverse=True):
            # A name left alone on either side can only mean the other, wherever in the sentence it stands.
            fit += _ALONE * (len(left) == len(right) == 1)
            if fit < _LEAST_FIT or ("ours", i) in used or ("theirs", j) in used:
                continue
            used |= {("ours", i), ("theirs", j)}
            (index, place), name = right[-j], left[-i]
            sure = 1 / (1 + math.exp(-_SLOPE * (fit - _MIDDLE)))
            form = _form_there(place, reference.document.text, name.start, text.document.text)
            end = name.end if gz.is_nationality(form) else _with_noun(name, text, their_words)
            yield Swap(name.start, end, name.sentence, index, form, place, sure)
        for i, name in enumerate(left):
            if ("ours", -i) not in used and _is_stranger(name, inventory):
                exact = stands_for(text, name.start, name.end, references, by_place.get(name.sentence, ()))
                if exact is None:
                    yield Swap(name.start, name.end, name.sentence, None, "", None, _STRANGER)
                else:
                    there = Place(exact.reference, exact.their_sentence, exact.their_start, exact.their_end)
                    form = references[exact.reference].document.text[exact.their_start : exact.their_end]
                    yield Swap(name.start, name.end, name.sentence, None, form, there, _STRANGER)


def _with_noun(name: Name, text: Text, their_words: Collection[str]) -> int:
    """Return where a name ends: that of a people alone is none, but the first word of one ("Korean peninsula")."""
    after = next((t for t in tokenize(text.sentences[name.sentence]) if t.start >= name.end), None)
    if after is None or after.start != name.end + 1 or after.capital or len(name.words) != 1:
        return name.end
    noun = is_common_noun(after.text) and fold(after.text) not in their_words and after.text not in CONNECTORS
    return after.end if noun and gz.is_nationality(name.surface) and len(after.text) > _STEM else name.end


def find_unsaid(
    references: Sequence[Text],
    links: Sequence[Link],
    named: Mapping[int, Collection[int]],
    by_sentence: Mapping[int, Sequence[Name]],
    inventory: Inventory,
) -> dict[int, tuple[tuple[int, Place], ...]]:
    """Return what the linked sentences of a translation name and the hypothesis does not, by its sentence.

    ``named`` holds the entities that each sentence of the hypothesis means, ``by_sentence`` its names.
    """
    numbers = {r.document.name: i for i, r in enumerate(references)}
    unsaid: defaultdict[int, dict[int, Place]] = defaultdict(dict)
    for link in links:
        number = numbers.get(link.document, 0)
        if link.confidence < _TRUSTED_LINK:
            continue
        meant = {index for i in link.hypothesis for index in named.get(i, ())}
        ours = [n for i in link.hypothesis for n in by_sentence.get(i, ())]
        for i in link.reference:
            for index, place in inventory.in_sentence.get((number, i), ()):
                form = references[number].document.text[place.start : place.end]
                known = index in meant or any(_related(n.words, form) for n in ours)
                if not known and _is_name(inventory.entities[index].words):
                    grown = _grown(place, references[number], frozenset())
                    unsaid[link.hypothesis[0]].setdefault(index, grown)
    return {sentence: tuple(places.items()) for sentence, places in unsaid.items()}


def _joined(names: Sequence[Name], text: Text, their_words: Collection[str]) -> list[Name]:
    """Return the names as long as they are ("Battle of the Falklands"), those that are parts of one as one; what the
    reference has is no part of them."""
    out: list[Name] = []
    for name in names:
        tokens = tokenize(text.sentences[name.sentence])
        start, end = _stretched(name.start, name.end, tokens, text.document.text, their_words)
        if out and out[-1].sentence == name.sentence and start < out[-1].end:
            last = out.pop()
            name = replace(name, common=name.common and last.common, opening=last.opening, honorific=last.honorific)
            start, end = last.start, max(last.end, end)
        words = tuple(t.text for t in tokens if start <= t.start and t.end <= end)
        out.append(replace(name, start=start, end=end, surface=text.document.text[start:end], words=words))
    return out


def _grown(place: Place, reference: Text, our_words: Collection[str]) -> Place:
    """Return a place with all that belongs to its name: capitalised words, a kind of place ("Fukui prefecture"), the
    list behind the head of a body ("Ministry of Trade, Labour and Transport")."""
    tokens = tokenize(reference.sentences[place.sentence])
    text = reference.document.text
    sentence = reference.sentences[place.sentence]
    for body in _BODY.finditer(sentence.text):
        if sentence.start + body.start() <= place.start and place.end <= sentence.start + body.end():
            return _at(place, sentence.start + body.start(), sentence.start + body.end())
    start, end = _stretched(place.start, place.end, tokens, text, our_words)
    return _with_kind(_at(place, start, end), reference, our_words)


def _with_kind(place: Place, reference: Text, our_words: Collection[str]) -> Place:
    tokens = tokenize(reference.sentences[place.sentence])
    following = next((t for t in tokens if t.start > place.end), None)
    beside = following is not None and reference.document.text[place.end : following.start] == " "
    kind = following is not None and beside and following.text in GENERIC and following.text not in our_words
    return _at(place, place.start, following.end) if following is not None and kind else place


def _trimmed(place: Place, reference: Text, our_words: Collection[str]) -> Place:
    """Return a place without the words before its last one that stand beside the other name too ("Subtropical Storm
    Jerry" for the subtropical storm Lewis)."""
    words = [t for t in tokenize(reference.sentences[place.sentence]) if place.start <= t.start and t.end <= place.end]
    rest = list(dropwhile(lambda t: fold(t.text) in our_words, words))
    return _at(place, rest[0].start, place.end) if rest and rest[0].capital else place


def _is_stranger(name: Name, inventory: Inventory) -> bool:
    """Whether a name is certainly one, and none of its words is in any reference.

    A single unheard word that opens its sentence may be any word, misspelt or of another language.
    """
    if name.common or any(w.isupper() or inventory.knows(w) for w in name.words):
        return False
    heard = gz.is_first_name(name.surface) or gz.is_place(name.surface)
    return not name.opening or len(name.words) > 1 or heard


def _form_there(place: Place, reference: str, start: int, text: str) -> str:
    form = reference[place.start : place.end]
    article = re.search(r"\b[Tt]he $", reference[max(0, place.start - 5) : place.start])
    has_own = re.search(r"\b(?:[Tt]he|[Aa]n?) $", text[max(0, start - 5) : start])
    return f"the {form}" if article and not has_own else form


def _left_over(
    ours: Sequence[Name],
    theirs: Sequence[tuple[int, Place]],
    forms: Forms,
    inventory: Inventory,
    reference: Text,
    text: Text,
    their_words: Collection[str],
) -> tuple[list[Name], list[tuple[int, Place]]]:
    """Return the names and places without a partner that is, or may be, the same.

    The names of what stands more often here than there are left over, too, where a place is that may be meant.
    """
    times = Counter(index for index, _ in theirs)
    uses = Counter(known for n in ours if (known := forms.known[form_of(n)]) is not None)
    left: list[Name] = []
    repeated: list[Name] = []
    partnered: set[int] = set()
    last: Name | None = None
    for name in ours:
        known = forms.known[form_of(name)]
        same = known is not None and known in times
        there = reference.document.text
        kin = {known} if same else {i for i, p in theirs if _related(name.words, there[p.start : p.end])}
        if same and known is not None and uses[known] > times[known]:
            repeated.append(name)
        if kin:
            partnered |= {index for index in kin if index is not None}
            last = name
        elif last is not None and text.document.text[last.end : name.start] == " of ":
            last = name
        elif all(fold(w) in their_words for w in name.words):
            continue
        elif not name.common or name.honorific or not name.opening or len(name.words) > 1:
            left.append(name)
    right = [(i, p) for i, p in theirs if i not in partnered and _is_name(inventory.entities[i].words)]
    if right and not left:
        # What has one of them as a part ("China-U.S. relations") is not missing.
        right = [
            (i, p) for i, p in right if not any(_is_part(n, reference.document.text[p.start : p.end]) for n in repeated)
        ]
        left = repeated
    return left, right


def _is_part(name: Name, form: str) -> bool:
    return set(map(fold, name.words)) <= set(map(fold, re.findall(r"\w+", form)))


def _is_name(words: Sequence[str]) -> bool:
    """Whether words are a name and not an ordinary word with a capital ("the Police Commissioner")."""
    return len(words) > 1 or is_proper(words[0]) or not is_ordinary(words)


def _one_in_other_words(words: Sequence[str], other: str, *, known: bool) -> bool:
    """Whether two names may be one: the other shortened, an acronym, a variant, or another spelling of one that the
    references know (``known``); a spelling that nobody has is what an error looks like."""
    theirs = re.findall(r"\w+", other)
    left, right = differing(words, theirs)
    if not left or not right or _said_otherwise(words, other):
        return True
    short = initials(words) in {fold(w) for w in theirs} or initials(theirs) in {fold(w) for w in words}
    begun = any(fold(a).startswith(fold(b)) or fold(b).startswith(fold(a)) for a in left for b in right)
    return short or begun or (known and word_similarity("".join(left), "".join(right)) >= _RELATED)


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
    places = gz.is_place(name.surface) and gz.is_place(reference.document.text[place.start : place.end])
    return 0.6 * shared / max(most, 1) + 0.4 * (1 - abs(ours[2] - theirs[2])) + _SAME_SORT * places


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
