"""How the names of a hypothesis are read: as right, as an error with its correction, or as unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from audit.entities.exchanges import Exchange
from audit.entities.inventory import Inventory, Place
from audit.entities.mentions import Name
from audit.records import Document, EntityKind, EntityType, Finding, Mention, MentionStatus, Severity, Signal, Text
from audit.spans import Spans

__all__ = ["Pivot", "Reading", "Resolution", "corrected", "mentions"]


@dataclass(frozen=True, slots=True)
class Pivot:
    """The likely language that the text went through, with what speaks for it."""

    language: str
    evidence: str

    def to_json(self) -> dict[str, str]:
        """Return it as plain JSON values."""
        return {"language": self.language, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Reading:
    """How one name of the hypothesis is to be read.

    ``entity`` is None where no entity of the references is meant; ``canonical`` then names the form's own cluster.
    A reading with a ``kind`` is an error. ``place`` is where a reference has the suggested form.
    """

    name: Name
    entity: int | None
    canonical: str
    type: EntityType
    kind: EntityKind | None = None
    severity: Severity = "major"
    suggestion: str = ""
    confidence: float = 1.0
    supported: bool = False
    signals: tuple[Signal, ...] = ()
    place: Place | None = None
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """All names of a hypothesis as read against the inventory of its references.

    ``exchanges``: what matching sentences have in each other's place; ``unsaid``: the entities, with their places, that
    a translation of the same text names where the hypothesis does not, by sentence of the hypothesis.
    """

    readings: tuple[Reading, ...] = ()
    inventory: Inventory = field(default_factory=Inventory)
    pivot: Pivot | None = None
    notes: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    unsaid: dict[int, tuple[tuple[int, Place], ...]] = field(default_factory=dict)

    def typed(self) -> list[Mention]:
        """Return the readings as mentions without a document or status, for their types."""
        return [
            Mention("", r.name.sentence, r.name.start, r.name.end, r.name.surface, r.canonical, r.type, "unknown")
            for r in self.readings
        ]


def corrected(resolution: Resolution, text: Text) -> list[str]:
    """Return the sentences of ``text`` with the suggested names in place, for comparison only."""
    written = [s.text for s in text.sentences]
    by_sentence: defaultdict[int, list[Reading]] = defaultdict(list)
    for reading in resolution.readings:
        if reading.kind and reading.suggestion and reading.supported:
            by_sentence[reading.name.sentence].append(reading)
    for index, readings in by_sentence.items():
        sentence, out = text.sentences[index], written[index]
        for reading in sorted(readings, key=lambda r: -r.name.start):
            a, b = reading.name.start - sentence.start, reading.name.end - sentence.start
            out = out[:a] + reading.suggestion + out[b:]
        written[index] = out
    return written


def mentions(resolution: Resolution, document: Document, findings: Sequence[Finding]) -> tuple[Mention, ...]:
    """Return all names of the document as mentions; what a finding marks is mangled."""
    out: dict[tuple[int, int], Mention] = {}
    found: defaultdict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for finding in findings:
        found[finding.sentence, finding.entity].append((finding.start, finding.end))
    marked = {key: Spans(spans) for key, spans in found.items()}
    for reading in resolution.readings:
        name = reading.name
        status: MentionStatus = "right" if reading.entity is not None or reading.supported else "unknown"
        about = marked.get((name.sentence, reading.canonical))
        if reading.kind and about is not None and about.touch(name.start, name.end):
            status = "mangled"
        out[name.start, name.end] = Mention(
            document.name,
            name.sentence,
            name.start,
            name.end,
            name.surface,
            reading.canonical,
            reading.type,
            status,
        )
    return tuple(out[key] for key in sorted(out))
