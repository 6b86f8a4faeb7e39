"""The order of the steps of an audit; the only place that knows it.

    Document → sentences → vectors → links → names resolved → (vectors and links again) → findings → scores → Audit

Names come first: mangled names pull a sentence's vector away from its counterpart, so sentences are embedded and
aligned again with the resolved names in place until nothing changes. What is shown is always the text as it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from audit import alignment, scoring, sentences
from audit.decisions import read_decisions
from audit.detectors import registry, senses, tagger
from audit.detectors.case import Case
from audit.detectors.findings import finish
from audit.embeddings import Embeddings, Encoder
from audit.entities import linking, readings
from audit.entities.confusions import Confusions, load
from audit.records import (
    ENTITY_KINDS,
    Audit,
    Conflict,
    Document,
    Finding,
    Link,
    Score,
    SentenceResult,
    Text,
)
from audit.settings import Settings
from audit.signatures import signature
from audit.texts import check_english
from audit.version import VERSION

__all__ = ["Progress", "audit", "components"]

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done and how much there is."""

_ROUNDS = 3
_SURE = 0.9
_WORST = 5


def audit(
    document: Document,
    references: Sequence[Document],
    settings: Settings,
    encoder: Encoder,
    *,
    notes: Sequence[str] = (),
    progress: Progress | None = None,
) -> Audit:
    """Audit ``document`` against ``references`` (none is allowed: then only what the text shows by itself).

    Raises:
        InputError: the text is not English (and ``settings.any_language`` is not set), or cannot be audited.
    """
    if not settings.any_language:
        check_english(document)
    report = progress or (lambda step, done, total: None)
    report("splitting", 0, 1)
    text = _split(document)
    others = tuple(_split(reference) for reference in references)
    report("embedding", 0, 1)
    vectors = _embed(text, encoder, tokens=settings.scores or settings.wording)
    other_vectors = tuple(_embed(other, encoder, tokens=settings.scores or settings.wording) for other in others)
    confusions = load(settings.confusions)
    links, resolution = _align(text, others, vectors, other_vectors, settings, encoder, confusions, report)
    report("detecting", 0, 1)
    case = Case(text, others, links, settings.mode, vectors, other_vectors)
    findings, conflicts = registry.detect(
        case, resolution, confusions, wording=settings.wording, encoder=encoder.digest
    )
    rejected = frozenset(d.id for d in read_decisions(settings.decisions) if d.rejects) if settings.decisions else ()
    finished = finish(findings, document, rejected)
    report("scoring", 0, 1)
    scores = _score(text, others, links, vectors, other_vectors, settings, encoder)
    results = _results(text, links, finished, scores, vectors)
    mentions = readings.mentions(resolution, document, finished)
    return Audit(
        document=document,
        references=others,
        sentences=results,
        links=links,
        mentions=mentions,
        findings=finished,
        conflicts=conflicts,
        signature=signature(settings, encoder, components(), VERSION),
        settings=settings.result_fields(),
        summary=_summarise(results, finished, conflicts, resolution),
        notes=(*notes, *_truncation_notes(vectors, other_vectors), *resolution.notes),
    )


def components() -> dict[str, str]:
    """Return what does the work and its version, for the signature."""
    return {
        "splitter": sentences.SPLITTER,
        "aligner": alignment.ALIGNER,
        "linker": linking.LINKER,
        "tagger": tagger.TAGGER,
        "senses": senses.SENSES,
        "scorer": scoring.SCORER,
    }


def _split(document: Document) -> Text:
    return Text(document, sentences.split(document))


def _embed(text: Text, encoder: Encoder, *, tokens: bool, shown: Sequence[str] | None = None) -> Embeddings:
    """Embed the audited sentences of ``text``; the others have zero vectors and empty tokens."""
    written = shown if shown is not None else [s.text for s in text.sentences]
    blank = ["" if not s.audited else w for s, w in zip(text.sentences, written, strict=True)]
    found = encoder.encode(blank, tokens=tokens)
    audited = np.array([s.audited for s in text.sentences], dtype=bool)
    vectors = np.where(audited[:, None], found.vectors, np.float32(0)).astype(np.float32)
    return Embeddings(vectors, found.truncated & audited, found.tokens)


def _align(
    text: Text,
    others: Sequence[Text],
    vectors: Embeddings,
    other_vectors: Sequence[Embeddings],
    settings: Settings,
    encoder: Encoder,
    confusions: Confusions,
    report: Progress,
) -> tuple[tuple[Link, ...], readings.Resolution]:
    """Align and resolve names in turn until the names no longer change."""
    shown = [s.text for s in text.sentences]
    current = vectors
    links: tuple[Link, ...] = ()
    resolution = readings.Resolution()
    surveyed = linking.survey(text, others)
    for turn in range(_ROUNDS):
        report("aligning", turn, _ROUNDS)
        links = _links(shown, current, others, other_vectors, settings, encoder)
        resolution = linking.resolve(
            text, others, links, confusions, settings.allow, mode=settings.mode, surveyed=surveyed
        )
        corrected = readings.corrected(resolution, text)
        settled = _settled(links, others)
        changed = [i for i, (a, b) in enumerate(zip(shown, corrected, strict=True)) if a != b and i not in settled]
        if not settings.realign or not changed:
            break
        for i in changed:
            shown[i] = corrected[i]
        current = _replaced(current, changed, encoder.encode([shown[i] for i in changed], tokens=bool(vectors.tokens)))
    return links, resolution


def _settled(links: Sequence[Link], others: Sequence[Text]) -> set[int]:
    """Return the sentences whose counterpart in every reference is sure, whatever their names are."""
    sure = {(i, link.document) for link in links if link.confidence >= _SURE for i in link.hypothesis}
    return {i for i, _ in sure if all((i, other.document.name) in sure for other in others)}


def _replaced(vectors: Embeddings, rows: Sequence[int], fresh: Embeddings) -> Embeddings:
    """Return ``vectors`` with ``fresh`` in ``rows``."""
    changed = vectors.vectors.copy()
    changed[rows] = fresh.vectors
    tokens = list(vectors.tokens)
    for row, token in zip(rows if tokens else (), fresh.tokens, strict=True):
        tokens[row] = token
    return Embeddings(changed, vectors.truncated, tuple(tokens))


def _links(
    shown: Sequence[str],
    vectors: Embeddings,
    others: Sequence[Text],
    other_vectors: Sequence[Embeddings],
    settings: Settings,
    encoder: Encoder,
) -> tuple[Link, ...]:
    found = []
    for other, theirs in zip(others, other_vectors, strict=True):
        their_sentences = [s.text for s in other.sentences]
        for link in alignment.align(
            shown,
            their_sentences,
            vectors.vectors,
            theirs.vectors,
            mode=settings.mode,
            hypothesis_tokens=vectors.tokens,
            reference_tokens=theirs.tokens,
        ):
            name = other.document.name
            found.append(Link(link.hypothesis, link.reference, link.similarity, link.confidence, link.relation, name))
    return tuple(found)


def _score(
    text: Text,
    others: Sequence[Text],
    links: Sequence[Link],
    vectors: Embeddings,
    other_vectors: Sequence[Embeddings],
    settings: Settings,
    encoder: Encoder,
) -> dict[int, Score]:
    """Score each linked sentence against its surest counterpart; both sides of a link are joined as they stand."""
    best: dict[int, Link] = {}
    for link in sorted(links, key=lambda k: (-k.confidence, -k.similarity, k.document, k.reference)):
        for index in link.hypothesis:
            best.setdefault(index, link)
    if not best:
        return {}
    if not settings.scores:
        return {index: Score(similarity=link.similarity) for index, link in best.items()}
    by_name = {o.document.name: (o, v) for o, v in zip(others, other_vectors, strict=True)}
    wanted = sorted({(k.hypothesis, k.document, k.reference) for k in best.values()})
    sides = [(_side(text, vectors, h, encoder), _side(*by_name[d], r, encoder)) for h, d, r in wanted]
    scores = scoring.score(
        [ours[0] for ours, _ in sides],
        [theirs[0] for _, theirs in sides],
        _stack([ours[1] for ours, _ in sides]),
        _stack([theirs[1] for _, theirs in sides]),
        ter=settings.ter,
        account=settings.mode == "comparable",
    )
    by_pair = dict(zip(wanted, scores, strict=True))
    return {index: by_pair[k.hypothesis, k.document, k.reference] for index, k in best.items()}


def _side(text: Text, vectors: Embeddings, indices: Sequence[int], encoder: Encoder) -> tuple[str, Embeddings]:
    if len(indices) == 1:
        only = indices[0]
        return text.sentences[only].text, Embeddings(
            vectors.vectors[[only]], vectors.truncated[[only]], vectors.tokens[only : only + 1]
        )
    joined = " ".join(text.sentences[i].text for i in indices)
    return joined, encoder.encode([joined], tokens=True)


def _stack(parts: Sequence[Embeddings]) -> Embeddings:
    return Embeddings(
        np.concatenate([p.vectors for p in parts]),
        np.concatenate([p.truncated for p in parts]),
        tuple(tokens for p in parts for tokens in p.tokens),
    )


def _results(
    text: Text,
    links: Sequence[Link],
    findings: Sequence[Finding],
    scores: dict[int, Score],
    vectors: Embeddings,
) -> tuple[SentenceResult, ...]:
    aligned = {i for link in links for i in link.hypothesis}
    counted = Counter(f.sentence for f in findings)
    return tuple(
        SentenceResult(
            s,
            "not_audited" if not s.audited else "aligned" if s.index in aligned else "unaligned",
            scores.get(s.index, Score()),
            counted[s.index],
            bool(cut),
        )
        for s, cut in zip(text.sentences, vectors.truncated, strict=True)
    )


def _truncation_notes(vectors: Embeddings, other_vectors: Sequence[Embeddings]) -> tuple[str, ...]:
    notes = []
    for whose, cut in (
        ("", int(vectors.truncated.sum())),
        (" of the references", sum(int(v.truncated.sum()) for v in other_vectors)),
    ):
        if cut:
            which = f"{cut} sentence{'s' if cut > 1 else ''}{whose} {'are' if cut > 1 else 'is'}"
            notes.append(f"{which} longer than the model reads; similarity and scores there rest on the beginning")
    return tuple(notes)


def _summarise(
    results: Sequence[SentenceResult],
    findings: Sequence[Finding],
    conflicts: Sequence[Conflict],
    resolution: readings.Resolution,
) -> dict[str, Any]:
    """Gather what a person acts on, as plain JSON values."""
    qualities = [r.score.quality for r in results if r.score.quality is not None]
    kinds: dict[str, dict[str, int]] = defaultdict(lambda: {"minor": 0, "major": 0})
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    major: Counter[str] = Counter()
    for finding in findings:
        kinds[finding.kind][finding.severity] += 1
        if finding.kind in ENTITY_KINDS and finding.entity:
            forms[finding.entity][finding.surface] += 1
            major[finding.entity] += finding.severity == "major"
    worst = sorted(forms, key=lambda e: (-major[e], -forms[e].total(), e))[:_WORST]
    types = {m.entity: m.type for m in resolution.typed()}
    return {
        "sentences": len(results),
        "audited": sum(r.status != "not_audited" for r in results),
        "aligned": sum(r.status == "aligned" for r in results),
        "mean_quality": sum(qualities) / len(qualities) if qualities else None,
        "findings": len(findings),
        "major": sum(f.severity == "major" for f in findings),
        "by_kind": {kind: dict(kinds[kind]) for kind in sorted(kinds)},
        "conflicts": len(conflicts),
        "worst_entities": [
            {
                "entity": name,
                "type": types.get(name, "other"),
                "findings": forms[name].total(),
                "major": major[name],
                "forms": dict(sorted(forms[name].items(), key=lambda item: (-item[1], item[0]))),
            }
            for name in worst
        ],
        "pivot": resolution.pivot.to_json() if resolution.pivot else None,
        "verdict": _verdict(results, findings),
    }


def _verdict(results: Sequence[SentenceResult], findings: Sequence[Finding]) -> str:
    """Say in one sentence whether the text can be trusted."""
    audited = sum(r.status != "not_audited" for r in results)
    major = sum(f.severity == "major" for f in findings)
    hit = len({f.sentence for f in findings if f.severity == "major"})
    if not findings:
        return "No error was found; what has no counterpart in a reference could not be compared."
    if not major:
        return f"Only minor errors were found ({len(findings)}); the names and figures compared are right."
    share = hit / max(audited, 1)
    trust = "Do not use this text unedited" if share > 0.1 else "Correct this text before use"
    return f"{trust}: {major} major error{'s' if major > 1 else ''} in {hit} of {audited} sentences."
