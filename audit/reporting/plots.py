"""The plots of a report, as PNG and as SVG.

The same audit gives the same bytes. Severity and relation are told by shape and hatching as well as by colour, so that
the plots survive a black-and-white printer.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from audit.records import Audit, Link
from audit.reporting.drawing import (
    COLOURS,
    MANY,
    SMALL,
    bare,
    bars,
    fonts,
    grid,
    label,
    legend,
    panels,
    png,
    style,
    svg,
)
from audit.reporting.vocabulary import KINDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Plot", "render"]

_ENTITIES, _FORMS, _REFERENCES, _NAMED, _SCALE = 6, 5, 6, 5, 5


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture: its title, PNG bytes, SVG text, and ``alt``, the same in words."""

    title: str
    png: bytes
    svg: str
    alt: str


@dataclass(frozen=True, slots=True)
class _Drawing:
    figure: Figure
    title: str
    alt: str


def render(audit: Audit) -> dict[str, Plot]:
    """Return the plots of ``audit`` by the name of their file; what would be empty is left out."""
    drawers = {"forms": _forms, "findings": _findings, "quality": _quality, "alignment": _alignment}
    plots = {}
    with style():
        for name, draw in drawers.items():
            if drawing := draw(audit):
                figure, title = drawing.figure, drawing.title
                pictures = png(figure, title, audit.signature), svg(figure, title, audit.signature)
                plots[name] = Plot(title, *pictures, drawing.alt)
    return plots


def _forms(audit: Audit) -> _Drawing | None:
    """A group of bars an entity: how often each form of its name stands in the text, right and wrong."""
    wrong: dict[str, Counter[str]] = defaultdict(Counter)
    right: Counter[str] = Counter()
    for mention in audit.mentions:
        if mention.status == "mangled" and mention.entity:
            wrong[mention.entity][mention.surface] += 1
        right[mention.entity] += mention.status == "right"
    if not wrong:
        return None
    entities = sorted(wrong, key=lambda entity: (-wrong[entity].total(), entity))
    rows = [row for entity in entities[:_ENTITIES] for row in _rows(entity, wrong[entity], right[entity])]
    widest = max(_SCALE, *(count for _, count, _ in rows))
    figure, (axes,) = panels([0.24 * len(rows)], left=2.4, bottom=0.35)
    for kind, hatch in (("wrong", ""), ("right", "////")):
        places = [y for y, row in enumerate(rows) if row[2] == kind]
        bars(axes, places, [rows[y][1] for y in places], kind, hatch=hatch)
    for y, (text, count, kind) in enumerate(rows):
        weight = "normal" if kind else "bold"
        axes.text(-widest / 60, y, label(text, 28), ha="right", va="center", size=SMALL, weight=weight, family=fonts())
        if kind:
            axes.text(count + widest / 80, y, str(count), va="center", size=SMALL)
    axes.set(xlim=(0, widest * 1.06), ylim=(len(rows) - 0.4, -0.6), xticks=[], yticks=[])
    bare(axes)
    named = (f"{e} as {', '.join(f'{f} ({n})' for f, n in wrong[e].most_common(_FORMS))}" for e in entities[:_NAMED])
    alt = f"Wrong forms: {'; '.join(named)}.{_more(len(entities) - _NAMED, 'names')}"
    return _Drawing(figure, "How often each form of a name stands in the text", alt)


def _rows(entity: str, wrong: Counter[str], right: int) -> Iterable[tuple[str, int, str]]:
    """Yield label, count and kind of the bars of one entity; the first has no bar but its name."""
    forms = wrong.most_common()
    yield entity, 0, ""
    yield from ((form, count, "wrong") for form, count in forms[:_FORMS])
    if rest := forms[_FORMS:]:
        yield f"{len(rest)} further {'forms' if len(rest) > 1 else 'form'}", sum(count for _, count in rest), "wrong"
    if right:
        yield "right", right, "right"


def _findings(audit: Audit) -> _Drawing | None:
    """A bar a kind, major and minor findings end to end."""
    counts = Counter((finding.kind, finding.severity) for finding in audit.findings)
    total = {kind: counts[kind, "major"] + counts[kind, "minor"] for kind in KINDS}
    kinds = sorted((kind for kind in KINDS if total[kind]), key=lambda kind: -total[kind])
    if not kinds:
        return None
    figure, (axes,) = panels([0.3 * len(kinds)], left=2.0, bottom=0.6)
    places, widest = range(len(kinds)), max(_SCALE, *total.values())
    major, minor = ([counts[kind, severity] for kind in kinds] for severity in ("major", "minor"))
    bars(axes, places, major, "wrong", name="major: misleads the reader")
    bars(axes, places, minor, "minor", after=major, hatch="////", name="minor: disturbs the reader")
    for y, kind in enumerate(kinds):
        axes.text(total[kind] + widest / 80, y, str(total[kind]), va="center", size=SMALL)
    axes.set(xlim=(0, widest * 1.06), ylim=(len(kinds) - 0.4, -0.6), xticks=[])
    axes.set_yticks(places, [KINDS[kind].label for kind in kinds])
    bare(axes)
    axes.tick_params(axis="y", labelcolor=COLOURS["ink"])
    legend(figure, axes)
    said = (f"{KINDS[k].label}: {counts[k, 'major']} major, {counts[k, 'minor']} minor" for k in kinds)
    return _Drawing(figure, "Findings by kind and severity", f"Number of findings. {'; '.join(said)}.")


def _quality(audit: Audit) -> _Drawing | None:
    """A dot a sentence that could be judged, the running median, and where the major findings stand."""
    judged = [(r.sentence.index + 1, r.score.quality) for r in audit.sentences if r.score.quality is not None]
    if not judged:
        return None
    places, figures = [place for place, _ in judged], [quality for _, quality in judged]
    alone = [r.sentence.index + 1 for r in audit.sentences if r.status == "unaligned"]
    hit = sorted({f.sentence + 1 for f in audit.findings if f.severity == "major"})
    figure, (axes,) = panels([2.4])
    many = len(audit.sentences) > MANY
    _marks(axes, places, figures, "o", "right", "a sentence", 2.5 if many else 4.5)
    if len(figures) >= 8:
        half = max(2, len(figures) // 24)
        middle = [statistics.median(figures[max(0, i - half) : i + half + 1]) for i in range(len(figures))]
        axes.plot(places, middle, color=COLOURS["line"], linewidth=1.8, label="running median")
    _marks(axes, hit, [107] * len(hit), "v", "wrong", "major error", 4.5)
    _marks(axes, alone, [-6] * len(alone), "|", "soft", "not compared", 5)
    axes.set(xlim=(0, len(audit.sentences) + 1), ylim=(-10, 111), yticks=range(0, 101, 20))
    axes.locator_params(axis="x", integer=True)
    grid(axes, "y")
    bare(axes, across="sentence of the text", along="quality (100 is best)")
    legend(figure, axes)
    worst = min(judged, key=lambda pair: pair[1])
    alt = (
        f"Quality of the {len(judged)} sentences that could be judged, in the order of the text: median "
        f"{statistics.median(figures):.0f} of 100, lowest {worst[1]:.0f} (sentence {worst[0]}), highest "
        f"{max(figures):.0f}. {len(alone)} sentences have no counterpart, {len(hit)} hold a major error."
    )
    return _Drawing(figure, "Quality along the text", alt)


def _alignment(audit: Audit) -> _Drawing | None:
    """A panel a reference: which of its sentences pair with which of the text."""
    links: dict[str, list[Link]] = defaultdict(list)
    for link in audit.links:
        links[link.document].append(link)
    if not links:
        return None
    sizes = {text.document.name: len(text.sentences) for text in audit.references}
    names = sorted(links, key=lambda name: (-len(links[name]), name))[:_REFERENCES]
    count = len(audit.sentences)
    figure, all_axes = panels([min(3.2, max(0.8, 4 * sizes[name] / count)) for name in names], top=0.6)
    for name, axes in zip(names, all_axes, strict=True):
        for relation, marker, colour in (("equivalent", "o", "line"), ("partial", "D", "paper")):
            chosen = [link for link in links[name] if link.relation == relation]
            pairs = [(h + 1, r + 1) for link in chosen for h in link.hypothesis for r in link.reference]
            said = {"equivalent": "says the same", "partial": "shares a fact"}[relation]
            _marks(axes, [h for h, _ in pairs], [r for _, r in pairs], marker, colour, said, 3.6)
        axes.set(xlim=(0, count + 1), ylim=(sizes[name] + 1, 0))
        axes.locator_params(axis="x", integer=True)
        axes.locator_params(axis="y", nbins=4, integer=True)
        axes.set_title(label(name, 70), loc="left", size=SMALL, pad=4, family=fonts())
        axes.tick_params(labelbottom=name == names[-1])
        grid(axes, "both")
        bare(axes, across="sentence of the text" if name == names[-1] else "", along="its sentence")
    legend(figure, all_axes[-1])
    paired = len({h for group in links.values() for link in group for h in link.hypothesis})
    said = "; ".join(f"{name}: {len(links[name])}" for name in names)
    alt = (
        f"{paired} of {count} sentences of the text have a counterpart. Links by reference: {said}."
        f"{_more(len(links) - len(names), 'references')} {_order(links[names[0]])}"
    )
    return _Drawing(figure, "Which sentence has its counterpart where", alt)


def _order(links: Iterable[Link]) -> str:
    starts = [link.reference[0] for link in sorted(links, key=lambda link: link.hypothesis)]
    kept = sum(a <= b for a, b in pairwise(starts))
    return "The order is mostly the same." if kept >= 0.8 * (len(starts) - 1) else "The order differs."


def _marks(
    axes: Axes, across: list[int], along: list[float] | list[int], marker: str, colour: str, name: str, size: float
) -> None:
    """Draw marks of one shape; ``paper`` makes hollow ones."""
    hollow = colour == "paper"
    axes.plot(
        across, along, linestyle="", marker=marker, markersize=size, color=COLOURS[colour], label=name, clip_on=False,
        markeredgecolor=COLOURS["wrong" if hollow else colour], markeredgewidth=0.9 if hollow or marker == "|" else 0,
        rasterized=len(across) > MANY,
    )  # fmt: skip


def _more(count: int, what: str) -> str:
    return f" {count} further {what} are not listed." if count > 0 else ""
