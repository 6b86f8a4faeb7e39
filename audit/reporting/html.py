"""The HTML report: one page that needs nothing but itself, and a compact form of it for notebooks.

The page reads without scripts; its script adds cards, filters and review. Style and script are allowed by their hashes
alone, so that nothing that a text brings along can run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from audit.records import ENTITY_KINDS, Audit, Document, MentionStatus, SentenceResult
from audit.reporting import article, summaries
from audit.reporting.drawing import COLOURS
from audit.reporting.markup import json_block, plain, visible
from audit.reporting.plots import Plot
from audit.reporting.vocabulary import KINDS, confidence_words, quality_words

if TYPE_CHECKING:
    import jinja2

__all__ = ["environment", "notebook_html", "render", "style_hash", "template_source"]

_EXCERPT, _QUOTE = 60, 240
"""Letters shown on either side of the evidence in a reference, in a report with excerpts and in a full one."""

_STRIP = 1000
_WORST_PASSAGES, _NOTEBOOK_ROWS = 3, 12


def render(audit: Audit, *, plots: Mapping[str, Plot], excerpts: bool = False) -> str:
    """Return the page of ``audit`` with ``plots`` in it.

    Args:
        audit: what is shown; nothing else is read and nothing is judged anew.
        plots: as ``plots.render`` returns them.
        excerpts: the references appear only as short excerpts around the evidence.
    """
    templates = environment()
    style, script = template_source("report.css"), template_source("report.js")
    quotes = _quotes(audit, excerpts=excerpts)
    return templates.get_template("report.html.jinja").render(
        audit=audit,
        summary=summaries.complete(audit),
        references=[reference.document.name for reference in audit.references],
        rows=list(article.rows(audit, excerpts=excerpts)),
        quotes=quotes,
        entities=_entities(audit),
        worst_passages=_worst_passages(audit),
        counts=Counter(finding.kind for finding in audit.findings),
        tally=Counter((finding.kind, finding.severity) for finding in audit.findings),
        severities=Counter(finding.severity for finding in audit.findings),
        plots={name: (plot, _inline(name, plot)) for name, plot in plots.items()},
        excerpts=excerpts,
        style=Markup(style),
        script=Markup(script),
        style_hash=style_hash(style),
        script_hash=style_hash(script),
        data=json_block(_data(audit, quotes)),
    )


def notebook_html(audit: Audit) -> str:
    """Return a compact form of ``audit`` for a notebook: the summary and the findings that weigh most."""
    weight = {"major": 0, "minor": 1}
    findings = sorted(audit.findings, key=lambda f: (weight[f.severity], -f.confidence, f.start))
    template = environment().get_template("notebook.html.jinja")
    return template.render(audit=audit, summary=summaries.complete(audit), findings=findings, shown=_NOTEBOOK_ROWS)


def environment() -> jinja2.Environment:
    """Return what renders the templates of all pages, with their filters; everything is escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("audit.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    environment.filters["plain"] = plain
    environment.filters["anchor"] = _anchor
    environment.filters["percent"] = "{:.0%}".format
    environment.filters["quality_words"] = quality_words
    environment.filters["confidence_words"] = confidence_words
    environment.globals["KINDS"] = KINDS
    return environment


def _anchor(key: str) -> str:
    return quote(key, safe="", errors="replace")


def template_source(name: str) -> str:
    """Return the text of a file among the templates."""
    return resources.files("audit.reporting").joinpath("templates", name).read_text("utf-8")


def style_hash(source: str) -> str:
    """Return what a content security policy names a style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode()


# --- what the reference says -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Quote:
    """What stands in a reference around the evidence for a finding."""

    document: str
    before: str
    evidence: str
    after: str


def _quotes(audit: Audit, *, excerpts: bool) -> list[_Quote | None]:
    sources = {reference.document.name: reference for reference in audit.references}
    starts = {name: [s.start for s in source.sentences] for name, source in sources.items()}
    found: list[_Quote | None] = []
    for f in audit.findings:
        name, start, end = f.reference_document, f.reference_start, f.reference_end
        if name is None or start is None or end is None:
            found.append(None)
            continue
        over = sources[name].sentences[max(0, bisect_right(starts[name], start) - 1) : bisect_left(starts[name], end)]
        begin, stop = (min(start, over[0].start), max(end, over[-1].end)) if over else (start, end)
        reach = _EXCERPT if excerpts else _QUOTE
        found.append(_quoted(sources[name].document, max(begin, start - reach), start, end, min(stop, end + reach)))
    return found


def _quoted(document: Document, low: int, start: int, end: int, high: int) -> _Quote:
    """Cut ``low`` to ``high`` out of ``document``, at words."""
    text = document.text
    before, after = text[low:start], text[end:high]
    if low and text[low - 1].strip() and " " in before:
        before = "… " + before.split(" ", 1)[1]
    if high < len(text) and text[high].strip() and " " in after:
        after = after.rsplit(" ", 1)[0] + " …"
    return _Quote(document.name, before, text[start:end], after)


# --- names -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Place:
    """A mention of an entity; ``finding`` is the number of the finding on it."""

    start: int
    sentence: int
    surface: str
    status: MentionStatus
    finding: int | None


@dataclass(slots=True)
class _Entity:
    """A row of the table of names."""

    name: str
    type: str
    places: list[_Place] = field(default_factory=list)
    evidence: str = ""
    wrong: int = 0
    major: int = 0
    forms: Sequence[tuple[str, int, str]] = ()
    strips: Mapping[str, str] = field(default_factory=dict)


def _entities(audit: Audit) -> list[_Entity]:
    """Gather the mentions by entity, those with the most wrong forms first."""
    numbers = {(f.start, f.end): n for n, f in enumerate(audit.findings) if f.kind in ENTITY_KINDS and f.entity}
    found: dict[str, _Entity] = {}
    for m in audit.mentions:
        if m.entity:
            number = numbers.pop((m.start, m.end), None) if m.status == "mangled" else None
            entity = found.setdefault(m.entity, _Entity(m.entity, m.type))
            entity.places.append(_Place(m.start, m.sentence, m.surface, m.status, number))
    for number in numbers.values():
        f = audit.findings[number]
        kind = {"number": "number", "title": "title"}.get(f.kind, "other")
        place = _Place(f.start, f.sentence, f.surface, "mangled", number)
        found.setdefault(f.entity, _Entity(f.entity, kind)).places.append(place)
    for entity in found.values():
        _complete(entity, audit)
    return sorted(found.values(), key=lambda e: (-e.major, -e.wrong, -len(e.places), e.name))


def _complete(entity: _Entity, audit: Audit) -> None:
    entity.places.sort(key=lambda place: place.start)
    forms = Counter((place.surface, place.status) for place in entity.places)
    order = {"mangled": 0, "unknown": 1, "right": 2}
    ranked = sorted(forms.items(), key=lambda item: (order[item[0][1]], -item[1], item[0][0]))
    entity.forms = [(surface, count, status) for (surface, status), count in ranked]
    findings = [audit.findings[place.finding] for place in entity.places if place.finding is not None]
    entity.wrong = sum(place.status == "mangled" for place in entity.places)
    entity.major = sum(finding.severity == "major" for finding in findings)
    entity.evidence = max(findings, key=lambda f: f.confidence).evidence if findings else ""
    entity.strips = _strips(entity.places, len(audit.document.text))


def _strips(places: Sequence[_Place], length: int) -> dict[str, str]:
    """Return for each status the path of its ticks along the text."""
    ticks: dict[str, list[str]] = defaultdict(list)
    for place in places:
        height = 16 if place.status == "mangled" else 7
        ticks[place.status].append(f"M{_STRIP * place.start // max(length, 1)} 16v-{height}")
    return {status: "".join(dict.fromkeys(paths)) for status, paths in ticks.items()}


# --- the rest --------------------------------------------------------------------------------------------------------


def _worst_passages(audit: Audit) -> list[SentenceResult]:
    """Return the sentences with the most major findings, those of least quality first among equals."""
    major = Counter(finding.sentence for finding in audit.findings if finding.severity == "major")
    hit = [result for result in audit.sentences if major[result.sentence.index]]
    quality = {r.sentence.index: r.score.quality if r.score.quality is not None else 100.0 for r in hit}
    hit.sort(key=lambda r: (-major[r.sentence.index], quality[r.sentence.index], r.sentence.index))
    return hit[:_WORST_PASSAGES]


def _data(audit: Audit, quotes: Sequence[_Quote | None]) -> dict[str, Any]:
    """Return what the script needs and cannot read off the page."""
    return {
        "document": audit.document.name,
        "signature": audit.signature,
        "kinds": {kind: asdict(words) for kind, words in KINDS.items()},
        "findings": [
            {
                "id": f.id,
                "sentence": f.sentence,
                "surface": f.surface,
                "suggestion": f.suggestion,
                "kind": f.kind,
                "severity": f.severity,
                "confidence": round(f.confidence, 3),
                "sure": confidence_words(f.confidence),
                "supported": f.supported,
                "evidence": f.evidence,
                "forms": f.forms,
                "signals": [(s.text or s.name, round(s.weight, 2)) for s in f.signals],
                "quote": (q.document, q.before, q.evidence, q.after) if q else None,
            }
            for f, q in zip(audit.findings, quotes, strict=True)
        ],
    }


_DROPPED = re.compile(r"<(metadata|style|title)\b.*?</\1>", re.S)
_TAG = re.compile(r"<[^>]*>")
_STYLE = re.compile(r' style="([^"]*)"')
_NAME = re.compile(r'(\bid="|\burl\(#|href="#)')
_SIZE = re.compile(r' (?:width|height)="[^"]*pt"')


def _inline(name: str, plot: Plot) -> Markup:
    """Return the SVG of ``plot`` as it may stand in the page.

    Its style attributes become attributes of presentation (the policy of the page forbids style within markup), its
    names get a prefix (two plots may use the same), and its colours can be told by the theme of the page.
    """
    body = _DROPPED.sub("", plot.svg[plot.svg.index("<svg") :])
    body = _TAG.sub(lambda tag: _presented(name, tag[0]), body)
    label = Markup(' role="img" aria-label="{}"').format(plain(plot.alt))
    return Markup("<svg") + label + Markup(_SIZE.sub("", body.removeprefix("<svg"), count=2))


def _presented(name: str, tag: str) -> str:
    tag = _STYLE.sub(lambda style: "".join(map(_attribute, style[1].split(";"))), tag)
    for role, colour in COLOURS.items():
        for use in ("fill", "stroke"):
            tag = tag.replace(f'{use}="{colour}"', f'{use}="{colour}" data-{use}="{role}"')
    return _NAME.sub(rf"\g<1>{name}-", tag)


def _attribute(declaration: str) -> str:
    key, _, value = declaration.partition(":")
    return f' {key.strip()}="{value.strip()}"'
