"""The plots of a report, as PNG and as SVG with the same content.

Drawn with matplotlib's object interface, on no shared state. The same audit gives the same bytes.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.records import Audit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Plot", "render"]


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture: PNG bytes, SVG text, a title, and ``alt``, the same in words."""

    title: str
    png: bytes
    svg: str
    alt: str


def render(audit: Audit) -> dict[str, Plot]:
    """Return the plots of ``audit`` by the name of their file; a plot that would be empty is left out."""
    from matplotlib.figure import Figure

    plots = {}
    scored = [(r.sentence.index + 1, r.score.quality) for r in audit.sentences if r.score.quality is not None]
    if scored:
        figure = Figure(figsize=(8, 3), layout="constrained")
        axes = figure.subplots()
        axes.plot(*zip(*scored, strict=True), ".")
        axes.set(xlabel="sentence", ylabel="quality")
        plots["quality"] = _saved(figure, "Quality along the text", f"{len(scored)} sentences have a quality.")
    forms = Counter((m.entity, m.surface) for m in audit.mentions if m.entity and m.status == "mangled")
    if forms:
        figure = Figure(figsize=(8, 4), layout="constrained")
        axes = figure.subplots()
        rows = forms.most_common(20)
        axes.barh(range(len(rows)), [n for _, n in rows])
        axes.set_yticks(range(len(rows)), [f"{e}: {s}" for (e, s), _ in rows], parse_math=False)
        plots["forms"] = _saved(figure, "Forms of each entity", f"{len(forms)} wrong forms.")
    return plots


def _saved(figure: Figure, title: str, alt: str) -> Plot:
    import matplotlib as mpl

    png, svg = io.BytesIO(), io.StringIO()
    figure.savefig(png, format="png", dpi=150, metadata={"Software": None})
    with mpl.rc_context({"svg.hashsalt": "audit", "svg.fonttype": "none"}):
        figure.savefig(svg, format="svg", metadata={"Date": None})
    return Plot(title, png.getvalue(), svg.getvalue(), alt)
