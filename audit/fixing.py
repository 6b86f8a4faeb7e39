"""From findings to a corrected text: which corrections can be made safely, and the text with them in place."""

from __future__ import annotations

import os
import tempfile
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.decisions import Decision
from audit.errors import OutputError
from audit.records import ENTITY_KINDS, Finding

__all__ = ["MIN_CONFIDENCE", "Correction", "apply", "check_file", "corrections", "write"]

MIN_CONFIDENCE = 0.5
"""Default: a correction that is rather right than wrong is made."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What stands at ``text[start:end]`` becomes ``replacement``; ``finding`` is the id of the reason."""

    start: int
    end: int
    surface: str
    replacement: str
    finding: str
    confidence: float


def corrections(
    findings: Iterable[Finding],
    *,
    min_confidence: float = MIN_CONFIDENCE,
    decisions: Iterable[Decision] = (),
) -> list[Correction]:
    """Return the corrections that can be made together, in order of their places.

    Made are mangled names, numbers and titles whose right form a reference has, and whatever a reviewer accepted.
    Wording is a reviewer's business: a suggestion for it is a hint, not a text to print. Where two overlap, the
    reviewer's wins, then the surer one, then the longer one.

    Args:
        findings: of one text.
        min_confidence: least confidence of a correction that no reviewer saw, 0 to 1.
        decisions: what a reviewer decided.
    """
    reviewed = {d.id: d for d in decisions}
    candidates = [c for f in findings if (c := _correction(f, reviewed, min_confidence)) is not None]
    candidates.sort(key=lambda c: (c.finding not in reviewed, -c.confidence, c.start - c.end, c.start))
    chosen: list[Correction] = []
    for candidate in candidates:
        place = bisect(chosen, candidate.start, key=lambda c: c.start)
        before_free = place == 0 or chosen[place - 1].end <= candidate.start
        if before_free and (place == len(chosen) or candidate.end <= chosen[place].start):
            chosen.insert(place, candidate)
    return chosen


def apply(text: str, chosen: Sequence[Correction]) -> str:
    """Return ``text`` with ``chosen``, in order and without overlaps, in place; everything else is as it was."""
    pieces, end = [], 0
    for correction in chosen:
        pieces += [text[end : correction.start], correction.replacement]
        end = correction.end
    return "".join([*pieces, text[end:]])


def check_file(path: Path) -> None:
    """Raise ``OutputError`` if ``path`` cannot be written; to be called before the work. Nothing is changed.

    Raises:
        OutputError: it is a folder, or its folder is missing or may not be written to.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a folder; name a file")
    if not path.absolute().parent.is_dir():
        raise OutputError(f"cannot write {path}: there is no folder {path.parent}")
    if not os.access(path.absolute().parent, os.W_OK):
        raise OutputError(f"cannot write {path}: no permission in {path.parent}")


def write(text: str, path: Path) -> None:
    """Write ``text`` to ``path`` as UTF-8, whole or not at all; line ends stay as they are.

    Raises:
        OutputError: the file cannot be written; it is as it was.
    """
    made = None
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        made = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        made.chmod(_mode(path))
        made.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}; it is as it was") from error
    finally:
        if made is not None:
            made.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Return the permissions of the file that is replaced, or those that a new one would have."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _correction(finding: Finding, reviewed: Mapping[str, Decision], min_confidence: float) -> Correction | None:
    decision = reviewed.get(finding.id)
    replacement = finding.suggestion
    if decision is None:
        made = finding.kind in ENTITY_KINDS and finding.supported and finding.confidence >= min_confidence
    else:
        made = decision.decision != "reject"
        replacement = decision.correction if decision.decision == "correct" else replacement
    removed = decision is not None and decision.decision == "correct" and not replacement
    if not made or finding.start == finding.end or not (replacement or removed) or replacement == finding.surface:
        return None
    return Correction(finding.start, finding.end, finding.surface, replacement, finding.id, finding.confidence)
