"""Which entity of the references a name of the hypothesis means, decided over the whole document.

Names are gathered into forms; forms that are kin (the surname of a full name, a plural, a drift of each other) share
their evidence. A form that the references know is right; one that differs in case, spacing or spelling, by an acronym
read wrongly, or that takes the first name, the office or the place of an entity is linked to it when the evidence
adds up (see ``evidence``).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from audit.entities import evidence
from audit.entities import gazetteers as gz
from audit.entities.candidates import Candidates, spelling_of
from audit.entities.confusions import Confusions
from audit.entities.counterparts import unlinked_counterparts
from audit.entities.directory import CLOSE, Directory
from audit.entities.disguises import Disguise, find_disguises, named
from audit.entities.doubts import Doubt, find_doubts, strangeness, unheard
from audit.entities.exchanges import find_exchanges
from audit.entities.forms import Form, Forms, form_of, gather, is_acronym, is_ordinary, joined_article, spells
from audit.entities.inventory import Entity, Inventory, Place, take_inventory
from audit.entities.joints import Glued, find_glued
from audit.entities.lexicon import is_common_noun, is_proper
from audit.entities.mentions import Name, find_names
from audit.entities.pivots import guess_pivot
from audit.entities.readings import Reading, Resolution
from audit.entities.reliability import reliability_notes
from audit.entities.segments import segment
from audit.entities.spelling import fold, initials, name_similarity
from audit.entities.swaps import Swap, find_swaps, find_unsaid
from audit.entities.tokens import CaseProfile, tokenize
from audit.records import EntityKind, EntityType, Link, Mode, Severity, Signal, Text

__all__ = ["LINKER", "Survey", "resolve", "survey"]

LINKER = "forms-9"

_THRESHOLD = 0.5
_ALIKE = 0.6
_STYLE_LENGTH = 4
_FIGURES = re.compile(r"\d+")
_DASHES = str.maketrans(dict.fromkeys("‐‑–—", "-"))

Choice = tuple[int, float, tuple[Signal, ...]]
"""The entity that a form means, how probable that is, and what speaks for it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The names of a text and of its references, which no alignment changes.

    ``glued``: words that swallowed a name; ``names``: all others of the text, in order; ``forms``: the same gathered;
    ``directory``: the entities by what forms may share with them.
    """

    inventory: Inventory
    glued: tuple[Glued, ...]
    names: tuple[Name, ...]
    forms: Forms
    directory: Directory


def survey(text: Text, references: Sequence[Text]) -> Survey:
    """Find the names of ``text`` and of the ``references``."""
    theirs = CaseProfile.of(references)
    profile = theirs + CaseProfile.of((text,))
    inventory = take_inventory(references, theirs)
    glued = tuple(find_glued(text, inventory))
    names = tuple(segment(find_names(text, profile), inventory, text, glued))
    forms = gather(names, inventory, text.document.text)
    return Survey(inventory, glued, names, forms, Directory(inventory, forms))


def resolve(
    text: Text,
    references: Sequence[Text],
    links: Sequence[Link],
    confusions: Confusions,
    allow: Collection[str] = (),
    *,
    mode: Mode = "comparable",
    surveyed: Survey | None = None,
) -> Resolution:
    """Read every name of ``text`` against what the ``references`` hold.

    ``links`` (of the last alignment) give the sentences whose left-over names may mean each other. Forms in ``allow``
    are right whatever the references say. ``surveyed``: what ``survey`` returned for the same texts, if it is at hand.
    """
    known = surveyed or survey(text, references)
    inventory, glued, names, forms = known.inventory, known.glued, known.names, known.forms
    if mode == "parallel":
        links = (*links, *unlinked_counterparts(text, references, links))
    exchanges = tuple(find_exchanges(text, references, links))
    candidates = Candidates(text, references, links, known.directory, confusions, exchanges)
    allowed = frozenset(allow)
    chosen = _choose(candidates, forms, allowed)
    own = _own_clusters(forms, chosen)
    readings = [_read(name, forms, chosen, own, inventory, allowed) for name in names]
    swaps = find_swaps(text, references, links, exchanges, names, forms, inventory, mode=mode)
    readings = list(_with_swaps(readings, swaps, text, inventory, allowed))
    readings = _with_doubts(readings, allowed, strangeness(inventory) if references else None)
    meant = named(forms, names, {form: choice[0] for form, choice in chosen.items()})
    hidden = find_disguises(text, references, links, exchanges, names, meant, inventory, confusions)
    readings += [_disguised_reading(d, inventory) for d in hidden]
    readings += [_glued_reading(g, inventory) for g in glued]
    readings.sort(key=lambda r: (r.name.start, r.name.end))
    notes = reliability_notes(known.directory.contradicted, inventory, references)
    unsaid = _unsaid(references, links, readings, inventory) if mode == "parallel" else {}
    return Resolution(tuple(readings), inventory, guess_pivot(readings, confusions), notes, exchanges, unsaid)


def _unsaid(
    references: Sequence[Text], links: Sequence[Link], readings: Sequence[Reading], inventory: Inventory
) -> dict[int, tuple[tuple[int, Place], ...]]:
    meant: defaultdict[int, set[int]] = defaultdict(set)
    names: defaultdict[int, list[Name]] = defaultdict(list)
    for reading in readings:
        names[reading.name.sentence].append(reading.name)
        if reading.entity is not None:
            meant[reading.name.sentence].add(reading.entity)
    return find_unsaid(references, links, meant, names, inventory)


def _choose(candidates: Candidates, forms: Forms, allowed: frozenset[str]) -> dict[Form, Choice]:
    """Return for each form that is not known the entity it means, where the evidence suffices."""
    unknown = [
        form
        for form, index in forms.known.items()
        if index is None and not any(n.surface in allowed for n in forms.members[form])
    ]
    chosen = {}
    for form, options in candidates.weighed(unknown).items():
        rated = []
        for index, features in options.items():
            signals = evidence.weigh(features, candidates.clauses(form, index))
            rated.append((evidence.confidence(signals), candidates.inventory.entities[index].count, -index, signals))
        if rated:
            sure, _, negative, signals = max(rated, key=lambda r: r[:3])
            if sure >= _THRESHOLD:
                chosen[form] = (-negative, sure, signals)
    return chosen


def _own_clusters(forms: Forms, chosen: Mapping[Form, Choice]) -> dict[Form, str]:
    """Name the clusters of forms that no entity explains: a surname goes with its full name."""
    out: dict[Form, str] = {}
    left = [form for form, index in forms.known.items() if index is None and form not in chosen]
    by_last: dict[str, str] = {}
    for form in sorted(left, key=lambda f: (-len(f), f)):
        surface = Counter(n.surface for n in forms.members[form]).most_common(1)[0][0]
        out[form] = by_last.get(form[0], surface) if len(form) == 1 else surface
        if len(form) > 1:
            by_last.setdefault(form[-1], surface)
    return out


def _read(
    name: Name,
    forms: Forms,
    chosen: Mapping[Form, Choice],
    own: Mapping[Form, str],
    inventory: Inventory,
    allowed: frozenset[str],
) -> Reading:
    form = form_of(name)
    index = forms.known[form]
    if index is not None:
        return _known_reading(name, index, inventory, allowed, forms)
    choice = chosen.get(form)
    if choice is None:
        return Reading(name, None, own.get(form, name.surface), name.type)
    index, sure, signals = choice
    entity = inventory.entities[index]
    suggestion, place = _suggest(name, entity)
    severity: Severity = "minor" if fold(name.surface) == fold(suggestion) else "major"
    return Reading(
        name, index, entity.canonical, entity.type, _kind(name, entity, signals), severity, suggestion, sure, True,
        signals, place, _other_forms(index, name, forms),
    )  # fmt: skip


def _known_reading(name: Name, index: int, inventory: Inventory, allowed: frozenset[str], forms: Forms) -> Reading:
    """Read a form that has an entity's letters: right, or wrong in case or spacing."""
    entity = inventory.entities[index]
    right = Reading(name, index, entity.canonical, entity.type, supported=True)
    plain = " ".join(name.surface.split())
    if plain in entity.forms or name.surface in allowed or name.surface.isupper():
        return right
    suggestion = _written_as(entity, name.surface)
    if fold(suggestion) != fold(name.surface) or not _is_damage(plain, suggestion):
        return right
    kind: EntityKind = "casing" if len(plain) == len(suggestion) else "name_variant"
    signal = Signal("case", 4.0, f"the references write it {suggestion}")
    return Reading(
        name, index, entity.canonical, entity.type, kind, "minor", suggestion, 0.97, True, (signal,),
        _place_of(entity, suggestion), _other_forms(index, name, forms),
    )  # fmt: skip


def _place_of(entity: Entity, form: str) -> Place:
    """Return where a form stands first; that of the whole name where it only stands within one."""
    return entity.places.get(form, entity.places[entity.canonical])[0]


def _other_forms(index: int, name: Name, forms: Forms) -> tuple[str, ...]:
    return tuple(sorted(surface for surface in forms.surfaces.get(index, ()) if surface != name.surface))


def _kind(name: Name, entity: Entity, signals: Sequence[Signal]) -> EntityKind:
    if any(s.name == "acronym" and s.weight > 0 for s in signals):
        return "acronym"
    if _only_figures_differ(name.words, entity.words):
        return "number"
    words = joined_article(name.words)
    theirs = {fold(w) for w in entity.words}
    differing = [w for w in words if fold(w) not in theirs] or list(words[-1:])
    if gz.is_place(name.surface) and not name.honorific:
        return "wrong_entity"
    return _kind_of(words, differing, spelling_of(words, entity))


def _only_figures_differ(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two names have the same letters and other figures ("Rho-15", "Rho-17")."""
    mine, other = fold("".join(ours)), fold("".join(theirs))
    return mine != other and _FIGURES.sub("", mine) == _FIGURES.sub("", other) != ""


def _kind_of(words: Sequence[str], differing: Sequence[str], likeness: float) -> EntityKind:
    """Return what became of a name whose words, the ``differing`` ones, are those that the right form lacks."""
    if is_ordinary(differing):
        return "name_as_word"
    if all(_is_word(w) for w in differing):
        return "name_as_word" if likeness >= _ALIKE else "wrong_entity"
    return "name_variant" if likeness >= _ALIKE or any(map(unheard, words)) else "wrong_entity"


def _is_word(word: str) -> bool:
    return is_common_noun(word) or is_proper(word) or gz.is_first_name(word)


def _suggest(name: Name, entity: Entity) -> tuple[str, Place]:
    """Return the form that should stand in place of exactly this span, and where a reference has it."""
    forms = sorted(entity.forms, key=lambda f: (-entity.forms[f], f))
    size = len(joined_article(name.words))
    if spells(name.words, entity):
        wanted = [f for f in forms if is_acronym(f)]
    elif entity.type == "person" and size == 1 and (name.honorific or spelling_of(name.words, entity) >= _ALIKE):
        wanted = [f for f in forms if f == entity.last] or [entity.last]
    elif entity.type == "person":
        wanted = [entity.canonical]
    else:
        wanted = [f for f in forms if name_similarity(name.words, f.split()) >= CLOSE] or forms
        # A form of as many words, where there is one, is the one that is meant.
        wanted = sorted(wanted, key=lambda f: len(f.split()) != size)
    return wanted[0], _place_of(entity, wanted[0])


def _with_swaps(
    readings: Sequence[Reading], swaps: Sequence[Swap], text: Text, inventory: Inventory, allowed: frozenset[str]
) -> Iterator[Reading]:
    """Yield the readings, with a swap in place of those that it covers and that nothing better is known of."""
    ordered = sorted(readings, key=lambda r: r.name.start)
    at = 0
    for swap in swaps:
        while at < len(ordered) and ordered[at].name.end <= swap.start:
            yield ordered[at]
            at += 1
        end = at
        while end < len(ordered) and ordered[end].name.start < swap.end:
            end += 1
        covered = ordered[at:end]
        surface = text.document.text[swap.start : swap.end]
        tokens = [t for t in tokenize(text.sentences[swap.sentence]) if swap.start <= t.start and t.end <= swap.end]
        words = tuple(t.text for t in tokens)
        name = Name(swap.sentence, swap.start, swap.end, surface, words, "", "", False, tokens[0].opening, "other")
        first = covered[0] if covered else Reading(name, None, surface, "other")
        at = end
        if not allowed.isdisjoint((surface, first.name.surface)) or swap.confidence < _THRESHOLD:
            yield from covered
        elif first.kind and first.entity == swap.entity and first.name.end - first.name.start >= len(surface):
            sure = max(first.confidence, swap.confidence)
            alike = name_similarity(first.name.words, first.suggestion.split()) >= _ALIKE
            # A name that is not written like the right one stands for the whole of it.
            right = (first.suggestion, first.place) if alike else (swap.form, swap.place)
            yield replace(first, confidence=sure, suggestion=right[0], place=right[1])
            yield from covered[1:]
        elif any(r.kind is not None and r.confidence >= swap.confidence for r in covered):
            yield from covered
        else:
            name = replace(first.name, start=swap.start, end=swap.end, surface=surface, words=words)
            yield _swapped(replace(first, name=name), swap, inventory)
    yield from ordered[at:]


def _swapped(reading: Reading, swap: Swap, inventory: Inventory) -> Reading:
    """Read a name as the one that the translation has in its place."""
    kind = _swap_kind(reading, swap)
    if swap.place is None:
        signal = Signal("stranger", 0.0, "the matching reference sentence has no such name")
        return replace(reading, kind=kind, confidence=swap.confidence, supported=False, signals=(signal,))
    if swap.entity is None:
        signal = Signal("stranger", 0.0, f"the matching reference sentence has “{swap.form}” between the same words")
        return replace(
            reading, kind=kind, confidence=swap.confidence, suggestion=swap.form, supported=True, signals=(signal,),
            place=swap.place,
        )  # fmt: skip
    entity = inventory.entities[swap.entity]
    signal = Signal("slot", 0.0, f"the matching reference sentence has {swap.form} in its place")
    return Reading(
        reading.name, swap.entity, entity.canonical, entity.type, kind, "major", swap.form, swap.confidence, True,
        (signal,), swap.place,
    )  # fmt: skip


def _swap_kind(reading: Reading, swap: Swap) -> EntityKind:
    words, theirs = reading.name.words, swap.form.split()
    if len(theirs) == 1 and is_acronym(theirs[0]) and len(words) > 1 and initials(words) == fold(theirs[0]):
        return "acronym"
    if _only_figures_differ(words, theirs):
        return "number"
    differing = [w for w in words if fold(w) not in set(map(fold, theirs))]
    known = reading.entity is not None or not differing or not theirs
    # Another place, or a body of another name, is no word that a name was taken for.
    known = known or gz.is_place(reading.name.surface) or not gz.ORGANISATION_SUFFIXES.isdisjoint(map(fold, differing))
    return "wrong_entity" if known else _kind_of(words, differing, name_similarity(words, theirs))


def _with_doubts(readings: Sequence[Reading], allowed: frozenset[str], strange: float | None) -> list[Reading]:
    doubts = find_doubts(
        [r.name for r in readings if r.entity is None],
        allowed,
        mangled=sum(r.kind is not None and r.severity == "major" for r in readings),
        right=sum(r.entity is not None and r.kind is None for r in readings),
        strange=strange,
    )
    return [_doubted(r, doubts) if r.entity is None else r for r in readings]


def _doubted(reading: Reading, doubts: Mapping[str, Doubt]) -> Reading:
    doubt = doubts.get(reading.name.surface)
    if doubt is None:
        return reading
    suggestion, sure, signal = doubt
    severity: Severity = "major" if sure >= _THRESHOLD else "minor"
    return replace(
        reading, kind="name_variant", severity=severity, suggestion=suggestion, confidence=sure, signals=(signal,)
    )


def _disguised_reading(disguise: Disguise, inventory: Inventory) -> Reading:
    token, entity = disguise.token, inventory.entities[disguise.entity]
    name = Name(token.sentence, token.start, token.end, token.text, (token.text,), "", "", True, False, "other")
    form = next(form for form, places in entity.places.items() if disguise.place in places)
    return Reading(
        name, disguise.entity, entity.canonical, entity.type, disguise.kind,
        "minor" if disguise.kind == "casing" else "major", form, disguise.confidence, True,
        (Signal("disguise", 0.0, disguise.reason),), disguise.place,
    )  # fmt: skip


def _glued_reading(glued: Glued, inventory: Inventory) -> Reading:
    token = glued.token
    name = Name(token.sentence, token.start, token.end, token.text, (token.text,), "", "", False, False, "other")
    right = glued.written
    place: Place | None = None
    kind: EntityType = "other"
    if glued.entity is not None:
        entity = inventory.entities[glued.entity]
        same = {fold(f) for f in (*entity.forms, entity.last)}
        right = _written_as(entity, glued.written) if fold(glued.written) in same else glued.written
        place, kind = _place_of(entity, right), entity.type
    canonical = inventory.entities[glued.entity].canonical if glued.entity is not None else glued.written
    signal = Signal("glued", 4.0, f"{right} and the word beside it are written as one")
    return Reading(
        name,
        glued.entity,
        canonical,
        kind,
        "merged",
        "minor" if glued.apart.startswith("{}.") or fold(right) == fold(glued.written) else "major",
        glued.apart.format(right),
        0.9,
        place is not None,
        (signal,),
        place,
    )


def _written_as(entity: Entity, form: str) -> str:
    """Return the references' most frequent way to write a form that has the same letters."""
    same = [f for f in entity.forms if fold(f) == fold(form)]
    return min(same, key=lambda f: (-entity.forms[f], f), default=entity.last)


def _is_damage(form: str, right: str) -> bool:
    """Whether ``form``, which has the letters of ``right``, is a damaged writing of it rather than another style.

    Translation flattens capitals ("Openai", "Ai"), raises small ones ("Mar-A-Lago") and strews spaces; writing longer
    acronyms like words ("Covid", "Nato") and leaving out hyphens or accents are matters of style.
    """
    form, right = form.translate(_DASHES), right.translate(_DASHES)
    if form == right:
        return False
    if "- " in form or " -" in form:
        return True
    if " " in form and form.replace(" ", "").casefold() == right.casefold():
        return True
    if len(form) != len(right) or not form.isascii() or not right.isascii():
        return False
    if right.isupper():
        return len(right) < _STYLE_LENGTH
    differing = [i for i, (a, b) in enumerate(zip(form, right, strict=True)) if a != b]
    flattened = any(right[i].isupper() for i in differing if i)
    raised = differing and all(form[i].isupper() and not form[i - 1].isalpha() for i in differing)
    return form.casefold() == right.casefold() and bool(flattened or (raised and differing != [0]))
