"""The common style of the plots, and how a figure becomes bytes."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "MANY",
    "SMALL",
    "bare",
    "bars",
    "fonts",
    "grid",
    "label",
    "legend",
    "panels",
    "png",
    "style",
    "svg",
]

COLOURS: Mapping[str, str] = {
    "paper": "#ffffff",
    "ink": "#222222",
    "soft": "#666666",
    "grid": "#e2e2e2",
    "right": "#6f8aa0",
    "wrong": "#a8320a",
    "minor": "#e9b79f",
    "line": "#005f8c",
}
"""All colours of the plots, told apart by colour-blind readers; a page may replace them one by one."""

MANY = 1500
"""More marks than this are drawn as an image within the SVG, which else would grow with every sentence."""

SMALL = 9.5
"""Size of the letters, in points."""

_WIDTH, _RIGHT = 6.6, 0.15
_SIGNATURE_LINES, _SIGNATURE_LETTERS = 3, 170
_FALLBACKS = ("Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans Arabic", "Noto Sans Hebrew")
_DRAWING = Lock()


@contextmanager
def style() -> Iterator[None]:
    """Draw and save within this: some settings are taken from matplotlib's global state alone."""
    import matplotlib as mpl

    with _DRAWING, mpl.rc_context({"svg.hashsalt": "audit", "svg.fonttype": "none", "text.parse_math": False}):
        yield


def panels(
    heights: Sequence[float], *, left: float = 0.75, top: float = 0.35, bottom: float = 0.95
) -> tuple[Figure, list[Axes]]:
    """Return a figure with one panel below the other; all lengths in inches."""
    from matplotlib.figure import Figure

    gap = 0.32
    total = top + sum(heights) + gap * (len(heights) - 1) + bottom
    figure = Figure(figsize=(_WIDTH, total), facecolor=COLOURS["paper"])
    axes, y = [], total - top
    for height in heights:
        y -= height
        box = (left / _WIDTH, y / total, (_WIDTH - left - _RIGHT) / _WIDTH, height / total)
        axes.append(figure.add_axes(box, facecolor=COLOURS["paper"]))
        y -= gap
    return figure, axes


def bars(
    axes: Axes, places: Sequence[int], lengths: Sequence[int], colour: str, *, after: Sequence[int] = (),
    hatch: str = "", name: str = "",
) -> None:  # fmt: skip
    """Draw horizontal bars; ``hatch`` tells them apart where colours fail."""
    axes.barh(
        places, lengths, 0.72, left=after or 0, color=COLOURS[colour], hatch=hatch, edgecolor=COLOURS["paper"],
        linewidth=0.5, label=name,
    )  # fmt: skip


def bare(axes: Axes, *, across: str = "", along: str = "") -> None:
    """Take away the frame; name the axes."""
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=COLOURS["soft"])
    axes.set_xlabel(across, fontsize=SMALL, color=COLOURS["soft"])
    axes.set_ylabel(along, fontsize=SMALL, color=COLOURS["soft"])


def grid(axes: Axes, which: str) -> None:
    """Draw faint lines behind what is shown, along ``x``, ``y`` or ``both``."""
    axes.grid(axis=which, color=COLOURS["grid"], linewidth=0.7)  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def legend(figure: Figure, axes: Axes) -> None:
    """Put the legend in one line under the panels."""
    handles, names = axes.get_legend_handles_labels()
    place = (axes.get_position().x0, 0.3 / figure.get_figheight())
    figure.legend(
        handles, names, loc="lower left", bbox_to_anchor=place, ncols=len(names), frameon=False, fontsize=SMALL,
        labelcolor=COLOURS["ink"], borderaxespad=0, borderpad=0, handletextpad=0.4, columnspacing=1.4,
    )  # fmt: skip


def label(text: str, length: int) -> str:
    """Return ``text`` as a label of at most ``length`` characters, without what steers the direction or the line."""
    visible = "".join(" " if c.isspace() else c if unicodedata.category(c)[0] != "C" else "\ufffd" for c in text)
    flat = " ".join(visible.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


@cache
def fonts() -> list[str]:
    """Return the font that comes with matplotlib, and those of this machine for what it lacks."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _FALLBACKS if name in known)]


def png(figure: Figure, title: str, signature: str) -> bytes:
    """Return the picture as PNG, 150 dots an inch, with its title above and its signature below."""
    heading = figure.text(0.012, 1 - 0.2 / figure.get_figheight(), title, fontsize=11, weight="bold", va="center")
    shown = label(signature, _SIGNATURE_LINES * _SIGNATURE_LETTERS)
    lines = [shown[start : start + _SIGNATURE_LETTERS] for start in range(0, len(shown), _SIGNATURE_LETTERS)]
    below = figure.text(0.012, 0.03 / figure.get_figheight(), "\n".join(lines), fontsize=5, color=COLOURS["soft"])
    out = io.BytesIO()
    _save(figure, out, "png", {"Software": None, "Title": title, "Description": signature})
    heading.remove()
    below.remove()
    return out.getvalue()


def svg(figure: Figure, title: str, signature: str) -> str:
    """Return the picture as SVG, its text as text."""
    out = io.StringIO()
    _save(figure, out, "svg", {"Date": None, "Creator": None, "Title": title, "Description": signature})
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", out.getvalue())


def _save(figure: Figure, out: io.BytesIO | io.StringIO, form: str, metadata: Mapping[str, str | None]) -> None:
    with warnings.catch_warnings():
        # A letter that no font of this machine has is drawn as a box; the page shows it in the reader's fonts.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure.savefig(out, format=form, dpi=150, metadata=metadata)
