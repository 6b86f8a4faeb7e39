"""All detectors, and the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from threadpoolctl import threadpool_limits

from audit.detectors import accounts, casing, damage, names, numbers, quotation, senses, tagger, titles, untranslated
from audit.detectors import wording as parallel
from audit.detectors.case import Case
from audit.entities.confusions import Confusions
from audit.entities.exchanges import stands_for
from audit.entities.inventory import Place
from audit.entities.mentions import CONNECTORS
from audit.entities.readings import Resolution
from audit.records import Conflict, Finding
from audit.spans import Spans

__all__ = ["detect"]


def detect(
    case: Case, resolution: Resolution, confusions: Confusions, *, wording: bool, encoder: str = ""
) -> tuple[list[Finding], tuple[Conflict, ...]]:
    """Return what all detectors find, unordered and without ids, and the conflicts between sources.

    ``wording``: look for errors that are no names. ``encoder``: sha256 of the model's weights; the detectors that read
    its vectors by what they learned are asked only where it is the model that they were trained on.
    """
    figures, conflicts = numbers.detect(case)
    findings = [
        *_but_figures(names.detect(case, resolution), figures),
        *titles.detect(case, confusions, resolution.exchanges),
        *casing.detect(case),
        *figures,
    ]
    if wording:
        findings += [*damage.detect(case), *untranslated.detect(case), *quotation.detect(case)]
        findings += senses.detect(case, resolution.pivot.language if resolution.pivot else "")
        if encoder == tagger.trained_on():
            # Products of one sentence are too small to share: threads that wait for each other cost four times more.
            with threadpool_limits(1, user_api="blas"):
                findings += [*_as_names(parallel.detect(case), resolution, case), *accounts.detect(case)]
        claimed = list(untranslated.claim(findings, case))
        findings = list(untranslated.corrected(claimed, resolution.exchanges, case.references))
    return findings, tuple(conflicts)


def _but_figures(findings: Iterable[Finding], figures: Iterable[Finding]) -> list[Finding]:
    """Return the findings about names but those of which the wrong figure is known more exactly."""
    places = Spans((f.start, f.end) for f in figures)
    return [f for f in findings if f.kind != "number" or not places.touch(f.start, f.end)]


def _as_names(findings: Iterable[Finding], resolution: Resolution, case: Case) -> Iterator[Finding]:
    """Yield ``findings``; a wrong word that is a name which no reference has is a wrong entity, and so is one with a
    capital where the reference names somebody whom the sentence does not name."""
    unknown = {
        r.name.start: r.name.end
        for r in resolution.readings
        if r.entity is None and not (r.name.opening and r.name.common)
    }
    wrong = Spans((r.name.start, r.name.end) for r in resolution.readings if r.kind and r.supported)
    for finding in findings:
        end = unknown.get(finding.start)
        named = end is not None and 0 <= finding.end - end <= len("’s")
        unsaid = resolution.unsaid.get(finding.sentence, ())
        capitals = bool(finding.surface) and all(w[0].isupper() or w in CONNECTORS for w in finding.surface.split())
        if finding.kind != "mistranslation" or not (named or (unsaid and capitals)):
            yield finding
        elif not wrong.touch(finding.start, finding.end):
            # What was read as another name says more: which one.
            yield _instead(finding, _place_of(finding, unsaid, resolution, case), case)


def _place_of(
    finding: Finding, unsaid: Sequence[tuple[int, Place]], resolution: Resolution, case: Case
) -> Place | None:
    """Return where the reference has what should stand there: between the same words, or the only name left over."""
    beside = (e for e in resolution.exchanges if e.sentence == finding.sentence)
    exact = stands_for(case.hypothesis, finding.start, finding.end, case.references, beside)
    if exact is not None:
        return Place(exact.reference, exact.their_sentence, exact.their_start, exact.their_end)
    return unsaid[0][1] if len(unsaid) == 1 else None


def _instead(finding: Finding, place: Place | None, case: Case) -> Finding:
    """Return the finding as a wrong entity, with what the reference has in its place, where that is known."""
    wrong = replace(finding, kind="wrong_entity", severity="major")
    if place is None:
        return wrong
    reference = case.references[place.reference].document
    form = reference.text[place.start : place.end]
    return replace(
        wrong, suggestion=form, entity=form, supported=True, reference_document=reference.name,
        reference_start=place.start, reference_end=place.end,
        evidence=f"“{finding.surface}” does not fit here; the reference ({reference.name}) names {form} instead.",
    )  # fmt: skip
