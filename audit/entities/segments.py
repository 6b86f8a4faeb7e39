"""Names cut to size: runs that hold several names parted, names whose last word lost its capital lengthened."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from audit.entities import gazetteers as gz
from audit.entities.forms import ARTICLES, is_acronym
from audit.entities.inventory import Entity, Inventory
from audit.entities.joints import Glued
from audit.entities.lexicon import is_common_noun
from audit.entities.mentions import Name
from audit.entities.spelling import fold, initials, word_similarity
from audit.entities.tokens import tokenize
from audit.records import Text

__all__ = ["GENERIC", "segment"]

GENERIC = frozenset(
    """village town city district county province prefecture state region river lake island islands mountain mountains
    valley sea bay street road avenue square bridge airport station area coast desert forest hurricane storm government
    administration""".split()
)
"""Kinds of place and body whose capital is a matter of house style ("the Volga river")."""

_ALIKE = 0.7
_NEXT_WORD = re.compile(r" ((?:of )?[a-z]{3,})\b")
_HYPHENED = re.compile(r"-([a-z]{2,})\b")


def segment(names: Iterable[Name], inventory: Inventory, text: Text, glued: Sequence[Glued]) -> list[Name]:
    """Part runs that hold a name the references know beside other words ("Openai Burgua"), and lengthen names whose
    last word lost its capital ("Roosevelt room"). Words glued to a name are read elsewhere."""
    swallowed = {g.token.start for g in glued}
    out: list[Name] = []
    for name in names:
        for part in _parted(name, inventory, text.document.text):
            spans = _word_spans(part, text.document.text)
            if not any(start in swallowed for start, _ in spans):
                out.append(_lengthened(part, inventory, text.document.text))
    return list(_spelt_out(out, inventory, text))


def _spelt_out(names: Sequence[Name], inventory: Inventory, text: Text) -> Iterator[Name]:
    """Yield the names; parts that spell an acronym of the references together, with the capitalised word that opens the
    sentence before them, as one ("Natural Home" and "League" for the NHL)."""
    acronyms = {fold(form) for form in inventory.by_form if is_acronym(form)}
    at = 0
    while at < len(names):
        name, end = names[at], at + 1
        whole = _with_opening(name, acronyms, text)
        while whole is None and end < len(names) and text.document.text[names[end - 1].end : names[end].start] == " ":
            end += 1
            words = tuple(w for n in names[at:end] for w in n.words)
            joined = replace(name, words=words, end=names[end - 1].end, common=all(n.common for n in names[at:end]))
            whole = joined if initials(words) in acronyms else _with_opening(joined, acronyms, text)
        if whole is None:
            yield name
            at += 1
        else:
            yield replace(whole, surface=text.document.text[whole.start : whole.end], type="other")
            at = end


def _with_opening(name: Name, acronyms: Collection[str], text: Text) -> Name | None:
    """Return a name with the word that opens the sentence before it, where they spell an acronym together."""
    opening = tokenize(text.sentences[name.sentence])[0]
    words = (opening.text, *name.words)
    beside = text.document.text[opening.end : name.start] == " "
    if not beside or not opening.capital or initials(words) not in acronyms:
        return None
    return replace(name, words=words, start=opening.start, opening=True)


def _lengthened(name: Name, inventory: Inventory, text: str) -> Name:
    following = _NEXT_WORD.match(text, name.end) or _HYPHENED.match(text, name.end)
    if following is None or following.group(1) in GENERIC:
        return name
    known = fold(name.surface + following.group(1)) in inventory.by_fold
    if not known and not _is_hyphened(name, following.group(), inventory):
        return name
    end = following.end()
    words = (*name.words, *following.group(1).split())
    return replace(name, end=end, surface=text[name.start : end], words=words, common=False)


def _is_hyphened(name: Name, following: str, inventory: Inventory) -> bool:
    """Whether the references join what a name begins with to more by a hyphen, and the word that is joined to it here
    is none of its own ("Wi-fe")."""
    index = inventory.by_part.get(fold("".join(name.words)))
    if index is None or not following.startswith("-") or is_common_noun(following[1:]):
        return False
    return f"{name.words[-1].casefold()}-" in inventory.entities[index].canonical.casefold()


def _parted(name: Name, inventory: Inventory, text: str) -> list[Name]:
    count = len(name.words)
    if count == 1 or fold(name.surface) in inventory.by_fold:
        return [name]
    spans = _word_spans(name, text)
    for size in range(count - 1, 0, -1):
        for at in range(count - size + 1):
            part = name.words[at : at + size]
            folded = fold("".join(part))
            index = inventory.by_fold.get(folded)
            if index is None or not _stands_alone(name, at, size, inventory.entities[index]):
                continue
            piece = _piece(name, spans, at, at + size, text)
            before = _parted(_piece(name, spans, 0, at, text), inventory, text) if at else []
            after = _parted(_piece(name, spans, at + size, count, text), inventory, text) if at + size < count else []
            return [n for n in (*before, piece, *after) if n is piece or not n.common or n.honorific]
    return [name]


def _stands_alone(name: Name, at: int, size: int, entity: Entity) -> bool:
    """Whether part of a run may be cut out: not a bare first name, not the surname of another person's full name."""
    if at and name.words[at - 1].lower() in ARTICLES:
        return False
    if at and at + size == len(name.words) and gz.is_first_name(name.words[0]) and entity.type in ("person", "other"):
        return False
    if at and entity.type == "person" and _alike(name.words[:at], entity.words):
        return False
    longer = not at and size == 1 < len(entity.words) and fold(name.words[0]) == fold(entity.words[0])
    if longer and (entity.type == "person" or _alike(name.words[1:2], entity.words[1:2])):
        return False
    if entity.type == "person" and size == 1 and len(name.words) == 2:
        return gz.zipf(name.words[1 - at].lower()) > 0 and not gz.is_first_name(name.words[0]) and at == 0
    return True


def _alike(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two names have a word in common, or spell one alike: one of them is a drift of the other."""
    return any(word_similarity(word, other) >= _ALIKE for word in words for other in others)


def _word_spans(name: Name, text: str) -> list[tuple[int, int]]:
    spans = []
    at = name.start
    for word in name.words:
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    return spans


def _piece(name: Name, spans: Sequence[tuple[int, int]], at: int, end: int, text: str) -> Name:
    words = name.words[at:end]
    start, stop = spans[at][0], spans[end - 1][1]
    ordinary = all(is_common_noun(w) and not gz.is_place(w) for w in words)
    return replace(
        name,
        start=start,
        end=stop,
        surface=text[start:stop],
        words=words,
        honorific=name.honorific if at == 0 else "",
        office=name.office if at == 0 else "",
        common=ordinary,
        type=name.type if at == 0 and name.honorific else "place" if gz.is_place(text[start:stop]) else "other",
    )
