"""All detectors, and the order in which they are asked."""

from __future__ import annotations

from audit.detectors import accounts, casing, damage, names, numbers, quotation, tagger, titles, untranslated, wording
from audit.detectors.case import Case
from audit.entities.confusions import Confusions
from audit.entities.readings import Resolution
from audit.records import Conflict, Finding

__all__ = ["detect"]


def detect(
    case: Case, resolution: Resolution, confusions: Confusions, *, words: bool, encoder: str
) -> tuple[list[Finding], tuple[Conflict, ...]]:
    """Return what all detectors find, unordered and without ids, and the conflicts between sources.

    ``words``: look for errors that are no names. ``encoder``: sha256 of the model's weights; those detectors that read
    its vectors by what they learned are asked only of the model that they were trained on.
    """
    figures, conflicts = numbers.detect(case)
    findings = [
        *names.detect(case, resolution),
        *titles.detect(case, confusions, resolution.exchanges),
        *casing.detect(case),
        *figures,
    ]
    if words:
        findings += [*damage.detect(case), *untranslated.detect(case), *quotation.detect(case)]
        if encoder == tagger.trained_on():
            findings += [*wording.detect(case), *accounts.detect(case)]
    return findings, tuple(conflicts)
