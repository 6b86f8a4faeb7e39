"""The data that flows through an audit: frozen dataclasses of the standard library, nothing else.

Offsets are code points into ``Document.text``, half-open: ``text[start:end] == surface``. Sentences and
documents are counted from 0. ``None`` means "not known" or "not judged"; 0 is a value.

Vocabulary (the field's own terms): *hypothesis*, the machine-translated text under audit; *reference*, a clean
account of the same events; *mention*, a span that names an entity; *link*, a pairing of sentences;
*finding*, an error with its span, kind (a refinement of MQM's categories) and severity (MQM: minor, major).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

__all__ = [
    "ENTITY_KINDS",
    "ENTITY_TYPES",
    "FINDING_KINDS",
    "SCHEMA_VERSION",
    "Audit",
    "Conflict",
    "Document",
    "EntityKind",
    "EntityType",
    "Finding",
    "FindingKind",
    "Link",
    "Mention",
    "MentionStatus",
    "Mode",
    "Relation",
    "Score",
    "Sentence",
    "SentenceResult",
    "SentenceStatus",
    "Severity",
    "Signal",
    "Statement",
    "Text",
]

SCHEMA_VERSION = 1
"""Version of the layout of audit.json; raised when a reader of the old layout would misread the new one."""

Mode = Literal["comparable", "parallel"]
Relation = Literal["equivalent", "partial"]
Severity = Literal["minor", "major"]
SentenceStatus = Literal["aligned", "unaligned", "not_audited"]
EntityType = Literal["person", "organisation", "place", "product", "title", "number", "date", "other"]
MentionStatus = Literal["right", "mangled", "unknown"]
EntityKind = Literal["name_variant", "name_as_word", "wrong_entity", "acronym", "casing", "number", "title", "merged"]
FindingKind = Literal[
    "name_variant", "name_as_word", "wrong_entity", "acronym", "casing", "number", "title", "merged",
    "mistranslation", "untranslated", "omission", "addition", "negation", "quotation", "damage",
]  # fmt: skip

ENTITY_KINDS: tuple[EntityKind, ...] = get_args(EntityKind)
FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)


@dataclass(frozen=True, slots=True)
class Document:
    """A text as decoded, byte order mark taken off and line ends as they were.

    ``name`` is the file name without folders, or ``reference-0`` … for texts given as a sequence. ``encoding``
    is the codec that decoded it (``utf-8`` for texts that came as ``str``).
    """

    name: str
    text: str
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a document. ``audited`` is false for lines of page markup, which no step looks at."""

    document: str
    index: int
    start: int
    end: int
    text: str
    audited: bool = True


@dataclass(frozen=True, slots=True)
class Text:
    """A document with its sentences, in order of their offsets."""

    document: Document
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Sentences of the hypothesis paired with sentences of one reference.

    ``hypothesis`` and ``reference`` are non-empty ascending indices. ``similarity`` is the cosine of the two
    sides (-1 to 1), ``confidence`` the calibrated probability that the link is right (0 to 1). ``document``
    names the reference; it is empty where only one was given as a list of sentences.
    """

    hypothesis: tuple[int, ...]
    reference: tuple[int, ...]
    similarity: float
    confidence: float
    relation: Relation
    document: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """How good a hypothesis is against a reference. Higher is better but for ``mqm`` and ``ter``.

    ``quality`` 0–100; ``mqm`` the predicted penalty of an expert (0 = faultless; major 5, minor 1);
    ``similarity`` cosine -1–1; ``bleu``, ``chrf`` 0–100 and ``ter`` 0 upwards as sacreBLEU gives them.
    """

    quality: float | None = None
    mqm: float | None = None
    similarity: float | None = None
    bleu: float | None = None
    chrf: float | None = None
    ter: float | None = None


@dataclass(frozen=True, slots=True)
class SentenceResult:
    """What the audit says of one sentence of the hypothesis (a row of sentences.csv).

    ``truncated``: the sentence is longer than the model reads, so that its vector covers only its beginning.
    """

    sentence: Sentence
    status: SentenceStatus
    score: Score
    findings: int
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of the hypothesis that names an entity; ``entity`` is the canonical name, empty when unknown."""

    document: str
    sentence: int
    start: int
    end: int
    surface: str
    entity: str
    type: EntityType
    status: MentionStatus


@dataclass(frozen=True, slots=True)
class Signal:
    """One piece of evidence: its name, its weight in log-odds (positive speaks for the finding) and a clause
    for people."""

    name: str
    weight: float
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """An error with its place, its correction and its evidence (a row of findings.csv).

    ``confidence`` is a calibrated probability (0 to 1). ``supported`` is true when a reference has the suggested
    form. ``evidence`` is one sentence for people; ``signals`` and ``forms`` (the other forms that the entity takes
    in the hypothesis) hold it in full. An omission has ``start == end`` and an empty surface.
    """

    id: str
    document: str
    sentence: int
    start: int
    end: int
    surface: str
    suggestion: str
    entity: str
    kind: FindingKind
    severity: Severity
    confidence: float
    supported: bool
    evidence: str
    reference_document: str | None = None
    reference_start: int | None = None
    reference_end: int | None = None
    signals: tuple[Signal, ...] = ()
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A span of any document that states something."""

    document: str
    sentence: int
    start: int
    end: int
    surface: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two sources that state one thing differently without anyone being wrong."""

    type: EntityType
    topic: str
    first: Statement
    second: Statement


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything that an audit found out. Reporting reads it and computes nothing.

    ``summary`` holds plain JSON values (see ``pipeline.summarise``), ``notes`` one-line remarks on the input
    for people (an encoding that had to be recognised, sentences longer than the model reads, a reference that looks
    machine-translated). ``settings`` are those that change results.
    """

    document: Document
    references: tuple[Text, ...]
    sentences: tuple[SentenceResult, ...]
    links: tuple[Link, ...]
    mentions: tuple[Mention, ...]
    findings: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...]
    signature: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
