"""All detectors, and the order in which they are asked."""

from __future__ import annotations

from audit.detectors import casing, damage, names, numbers, titles, untranslated
from audit.detectors.case import Case
from audit.entities.confusions import Confusions
from audit.entities.readings import Resolution
from audit.records import Conflict, Finding

__all__ = ["detect"]


def detect(
    case: Case, resolution: Resolution, confusions: Confusions, *, wording: bool
) -> tuple[list[Finding], tuple[Conflict, ...]]:
    """Return what all detectors find, unordered and without ids, and the conflicts between sources."""
    figures, conflicts = numbers.detect(case)
    findings = [
        *names.detect(case, resolution),
        *titles.detect(case, confusions, resolution.exchanges),
        *casing.detect(case),
        *figures,
    ]
    if wording:
        findings += [*damage.detect(case), *untranslated.detect(case)]
    return findings, tuple(conflicts)
