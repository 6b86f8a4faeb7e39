"""The HTML report of a corpus: one page without scripts, in the style of the report of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from audit.reporting.html import environment, style_hash, template_source

__all__ = ["BINS", "BadDocument", "CorpusFigures", "MangledEntity", "render"]

BINS = 20
"""Bars of the distribution of quality, each as wide as the next, from 0 to 100."""


@dataclass(frozen=True, slots=True)
class BadDocument:
    """A document that the page lists; None where nothing is known. ``because``: what speaks for garbling."""

    name: str
    quality: float | None
    major: int
    entities: int
    sentences: int
    garbled: float | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class MangledEntity:
    """An entity with its wrong forms, the most frequent first, over all documents."""

    name: str
    mentions: int
    documents: int
    forms: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class CorpusFigures:
    """All that the page shows.

    Attributes:
        title: the folder of the run.
        signature: of its figures.
        documents, sentences, rejected: their numbers.
        qualities: number of documents in each of ``BINS`` bars of mean quality.
        unjudged: documents without a counterpart, so without quality.
        mean_quality: over the judged documents.
        worst: documents of least quality; ``garbled``: of highest probability, empty when that was not asked.
        entities: the most mangled; ``kinds``: mangled mentions by likely pivot language and kind.
        reasons: rejected documents by stage and reason, with one of them.
        command: writes the report of one document.
    """

    title: str
    signature: str
    documents: int
    sentences: int
    rejected: int
    qualities: Sequence[int]
    unjudged: int
    mean_quality: float | None
    worst: Sequence[BadDocument]
    garbled: Sequence[BadDocument]
    entities: Sequence[MangledEntity]
    kinds: Mapping[str, Mapping[str, int]]
    reasons: Sequence[tuple[str, str, int, str]]
    command: str


def render(figures: CorpusFigures) -> str:
    """Return the page."""
    style = template_source("report.css") + template_source("corpus.css")
    kinds = sorted({kind for counts in figures.kinds.values() for kind in counts})
    return environment().get_template("corpus.html.jinja").render(
        f=figures, kinds=kinds, highest=max(figures.qualities, default=0), style=Markup(style),
        style_hash=style_hash(style),
    )  # fmt: skip
