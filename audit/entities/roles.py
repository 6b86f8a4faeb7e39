"""Who is called what: offices that a sentence gives to a person, with the body that they belong to.

"Sam Smith, the chief executive of Acme", "Acme CEO Sam Smith" and "Acme's chief executive, Sam Smith" all give
(Sam Smith, ceo, Acme).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.entities.mentions import Name
from audit.letters import lowered

__all__ = ["Role", "find_roles"]

_CANON = {
    "who runs": "ceo", "who heads": "ceo", "who leads": "ceo", "who founded": "founder", "who chairs": "chairman",
    "who governs": "governor", "head": "ceo", "boss": "ceo", "chief executive officer": "ceo",
    "chief executive": "ceo", "executive director": "ceo", "ceo": "ceo", "managing director": "ceo",
    "chief operating officer": "coo", "chief operating official": "coo", "coo": "coo", "operations director": "coo",
    "chief financial officer": "cfo", "cfo": "cfo", "financial director": "cfo", "chief technology officer": "cto",
    "cto": "cto", "co-founder": "founder", "co -founder": "founder", "cofounder": "founder", "founder": "founder",
    "chairman": "chairman", "chairwoman": "chairman", "chairperson": "chairman", "board chair": "chairman",
    "president": "president", "vice president": "vice president", "prime minister": "prime minister",
    "premier": "prime minister", "minister": "minister", "secretary": "minister", "governor": "governor",
    "mayor": "mayor", "senator": "senator", "spokesman": "spokesperson", "spokeswoman": "spokesperson",
    "spokesperson": "spokesperson", "director": "director", "analyst": "analyst", "professor": "professor",
    "coach": "coach", "striker": "player", "player": "player", "ambassador": "ambassador", "owner": "owner",
    "editor": "editor", "candidate": "candidate", "leader": "leader", "general manager": "manager",
    "manager": "manager", "commander": "commander", "king": "king",
}  # fmt: skip
_ROLE = re.compile(
    r"\b(" + "|".join(re.escape(r) for r in sorted(_CANON, key=len, reverse=True)) + r")s?\b", re.IGNORECASE
)
_AFTER = 60
_BEFORE = 45
_BETWEEN_BODY_AND_ROLE = 16
_STOP = re.compile(r"[.;:!?“”\"]|\b(?:and|but|said|told|met|who|with|as|after|before|when|while)\b")


@dataclass(frozen=True, slots=True)
class Role:
    """``person`` and ``body`` are positions in the list of names given; ``body`` is None where none is named."""

    person: int
    office: str
    body: int | None


def find_roles(names: Sequence[Name], text: str) -> Iterator[Role]:
    """Yield the offices given to the names of one document, in order.

    ``names`` are all names of the document in order, ``text`` its whole text.
    """
    for index, name in enumerate(names):
        if name.type in ("place", "organisation") and len(name.words) == 1:
            continue
        yield from _after(index, names, text)
        yield from _before(index, names, text)


def _after(index: int, names: Sequence[Name], text: str) -> Iterator[Role]:
    name = names[index]
    window = text[name.end : name.end + _AFTER]
    if not window.lstrip(" ").startswith((",", "(", "–", "—", "-")):
        return
    match = _ROLE.search(window)
    if not match or _STOP.search(window[: match.start()]):
        return
    yield Role(index, _CANON[lowered(match.group(1))], _body(index, names, text, name.end, name.end + match.start(),
                                                           name.end + match.end()))  # fmt: skip


def _before(index: int, names: Sequence[Name], text: str) -> Iterator[Role]:
    name = names[index]
    begin = max(0, name.start - _BEFORE)
    window = text[begin : name.start]
    found = list(_ROLE.finditer(window))
    if not found or _STOP.search(window[found[-1].end() :].rstrip(" ,")):
        return
    last = found[-1]
    gap = window[last.end() :].strip(" ,")
    if gap and not gap.lower().startswith(("of", "at", "for", "in")):
        return
    yield Role(index, _CANON[lowered(last.group(1))], _body(index, names, text, begin, begin + last.start(),
                                                          begin + last.end()))  # fmt: skip


def _body(index: int, names: Sequence[Name], text: str, begin: int, role_start: int, role_end: int) -> int | None:
    """Return the name that the role belongs to: "Acme CEO", "Acme's CEO" or "CEO of (the company) Acme"."""
    for near in (index - 2, index - 1, index + 1, index + 2):
        if not 0 <= near < len(names):
            continue
        other = names[near]
        if begin - _BEFORE <= other.end <= role_start and role_start - other.end <= _BETWEEN_BODY_AND_ROLE:
            gap = text[other.end : role_start]
            if not _STOP.search(gap) and "," not in gap:
                return near
        gap = text[role_end : other.start]
        if role_end <= other.start and len(gap) <= 2 * _BETWEEN_BODY_AND_ROLE:
            genitive = text[other.end : other.end + 2] in ("’s", "'s")
            verb = text[role_start:role_end].lower().startswith("who ") and gap.strip() in ("", "the")
            if (verb or re.match(r"\s*(?:of|at|for|in)\b", gap)) and not _STOP.search(gap) and not genitive:
                return near
    return None
