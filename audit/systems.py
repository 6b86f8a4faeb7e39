"""Whole translations compared: the scores of line-aligned files, with the figures that sacreBLEU gives for a corpus."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import fmean
from typing import TYPE_CHECKING

from audit import scoring
from audit.cells import guard
from audit.errors import InputError
from audit.records import Score
from audit.reporting.console import columns
from audit.signatures import signature
from audit.version import VERSION

if TYPE_CHECKING:
    from audit.auditor import Auditor, Progress

__all__ = ["FORMATS", "Comparison", "SystemScore", "compare", "render"]

FORMATS = ("table", "csv", "json")
_FIGURES = tuple(f.name for f in fields(Score))
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class SystemScore:
    """One translation as a whole.

    ``corpus``: quality, mqm and similarity are means over the segments that can be judged; bleu, chrf and ter are
    sacreBLEU's figures for the corpus, which are no means. ``segments``: one score a line.
    """

    name: str
    corpus: Score
    segments: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Systems in the order given, and the signatures of our figures and of sacreBLEU's for the corpus."""

    systems: tuple[SystemScore, ...]
    signatures: Mapping[str, str]


def compare(
    auditor: Auditor,
    systems: Mapping[str, Sequence[str]],
    references: Sequence[str],
    *,
    progress: Progress | None = None,
) -> Comparison:
    """Score each system's segments against ``references``, line by line, and each system as a whole.

    Raises:
        InputError: a system has another number of segments than the references, or there are none.
    """
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF
    from sacrebleu.metrics.ter import TER

    for name, segments in systems.items():
        if len(segments) != len(references):
            raise InputError(
                f"{name} has {len(segments)} lines but the references have {len(references)};"
                " line n of the one is judged against line n of the other"
            )
    if not references:
        raise InputError("the references have no line")
    metrics = {"bleu": BLEU(), "chrf": CHRF()} | ({"ter": TER()} if auditor.settings.ter else {})
    scored = []
    for name, segments in systems.items():
        found = auditor.scores(segments, references, progress=progress)
        corpus = {key: metric.corpus_score(segments, [references]).score for key, metric in metrics.items()}
        means = {key: _mean(found, key) for key in ("quality", "mqm", "similarity")}
        scored.append(SystemScore(name, Score(**means, **corpus), tuple(found)))
    ours = signature(auditor.settings, auditor.encoder(), {"scorer": scoring.SCORER}, VERSION)
    theirs = {key: str(metric.get_signature()) for key, metric in metrics.items()}
    return Comparison(tuple(scored), {"quality, mqm, similarity": ours, **theirs})


def render(comparison: Comparison, form: str) -> str:
    """Return ``comparison`` as a ``table`` for people (a line a system), ``csv`` (a line a segment) or ``json``."""
    match form:
        case "csv":
            out = io.StringIO(newline="")
            writer = csv.writer(out)
            writer.writerow(("system", "segment", *_FIGURES))
            for system in comparison.systems:
                for number, score in enumerate(system.segments):
                    writer.writerow((guard(system.name), number, *(_rounded(score, key) for key in _FIGURES)))
            return out.getvalue()
        case "json":
            return json.dumps(asdict(comparison), ensure_ascii=False, indent=1) + "\n"
        case _:
            shown = [key for key in _FIGURES if any(getattr(s.corpus, key) is not None for s in comparison.systems)]
            rows = [(s.name, *(_short(s.corpus, key) for key in shown)) for s in comparison.systems]
            signatures = columns(list(comparison.signatures.items()))
            return "\n".join([*columns([("system", *shown), *rows]), "", *signatures]) + "\n"


def _mean(scores: Sequence[Score], key: str) -> float | None:
    values = [value for score in scores if (value := getattr(score, key)) is not None]
    return fmean(values) if values else None


def _rounded(score: Score, key: str) -> float | None:
    value = getattr(score, key)
    return None if value is None else round(value, _DIGITS)


def _short(score: Score, key: str) -> str:
    value = getattr(score, key)
    return "" if value is None else f"{value:.3f}" if key == "similarity" else f"{value:.1f}"
