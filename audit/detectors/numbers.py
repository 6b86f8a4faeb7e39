"""Wrong figures: numbers, money, percentages, measures, dates and times.

In a translation of the same text (*parallel*) a figure that the reference lacks, while a figure of the reference is
left over, is an error. Accounts of the same events (*comparable*) differ in their figures without anyone being wrong:
there an error is what damage looks like (a lost digit or factor, a swap) or what several accounts deny; everything
else on which aligned sentences disagree is a conflict. What is broken by itself ("0 billion") needs no reference.

The similarity of two vectors does not see a changed figure, so that nothing of it enters here but the links.
"""

from __future__ import annotations

import calendar
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from audit.detectors.case import Case
from audit.detectors.figures import Use, agreement, likeness, match, pair_rest, stem, uses
from audit.detectors.rewriting import correct_figure, correct_quantity, day_span
from audit.entities.counterparts import unlinked_counterparts
from audit.records import Conflict, EntityType, Finding, Link, Sentence, Severity, Signal, Statement

__all__ = ["detect"]

_LEAST_LIKE = 0.15  # figures less alike in their surroundings are about different things
_ALONE = 0.1  # figures left alone of their kind by two translations can only mean each other, wherever they stand
_SAME_THING = 0.4  # from here on figures in accounts of the same events are about one thing
_SURE = 0.96
_DOUBTFUL = 0.7
_MOST_COMPARED = 50
_LEAP_YEAR = 2000
_TOPIC_WORDS = 3
_OPENING = 16  # letters that hold "between" and the blanks behind it
_ACCOUNTS = 2  # so many accounts that agree outweigh one text

_LOST = re.compile(
    r"[$€£¥]\s?(?:hundred|thousand|[mb]illion|trillion)\b|(?<![\d.,])0 ?(?:hundred|thousand|[mb]illion|trillion)\b",
    re.IGNORECASE,
)
_TORN_PLURAL = re.compile(r"\b(hundred|thousand|ten|million)(?= of (?:thousand|million|billion)s\b)", re.IGNORECASE)
_JOINT = re.compile(r"\s*(?:-|–|to|and|until|till)\s*")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A figure of the hypothesis, the figure of a reference that may stand behind it, and how alike they are."""

    ours: Use
    theirs: Use
    like: float
    link: Link


def detect(case: Case) -> tuple[list[Finding], list[Conflict]]:
    """Return the wrong figures of the hypothesis (kind number, without ids) and the figures on which sources differ."""
    figures = _Figures(case)
    broken = list(figures.broken())
    found, conflicts = figures.parallel() if case.mode == "parallel" else figures.comparable()
    return _without_overlaps([*broken, *found]), conflicts


class _Figures:
    """The figures of a case, sentence by sentence, and what the references say where the hypothesis says them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.ours = {s.index: uses(s) for s in case.hypothesis.sentences if s.audited}
        self.theirs = {r.document.name: [uses(s) for s in r.sentences] for r in case.references}
        self.known: dict[tuple[str, str, str, float], list[Use]] = defaultdict(list)
        for use in (use for sentences in self.theirs.values() for s in sentences for use in s):
            self.known[_key(use)].append(use)
        self.linked: dict[int, list[Link]] = defaultdict(list)
        self.pairs: dict[int, list[_Pair]] = defaultdict(list)  # by the start of our figure
        self.confirmed: set[int] = set()
        links = case.links
        if case.mode == "parallel":
            # A wrong figure too can pull a sentence away from its own translation.
            links += tuple(unlinked_counterparts(case.hypothesis, case.references, links))
        for link in links:
            self._compare(link)
            for i in link.hypothesis:
                self.linked[i].append(link)

    def _compare(self, link: Link) -> None:
        ours = [use for i in link.hypothesis for use in self.ours.get(i, ())]
        theirs = [use for j in link.reference for use in self.theirs[link.document][j]]
        if not ours:
            return
        left, rest = match(ours, theirs)
        self.confirmed.update(use.start for use in ours if use not in left)
        whole = self.case.mode == "parallel" and link.relation == "equivalent"
        for use, other, like in pair_rest(left, rest):
            like += _ALONE * (whole and _alone(use, left) and _alone(other, rest))
            if like >= _LEAST_LIKE:
                self.pairs[use.start].append(_Pair(use, other, like, link))

    # -- a translation of the same text ------------------------------------------------------------------------------

    def parallel(self) -> tuple[list[Finding], list[Conflict]]:
        findings: dict[tuple[int, int], Finding] = {}
        for start, pairs in self.pairs.items():
            best = max(pairs, key=lambda pair: pair.like)
            if start in self.confirmed or self._said_next_to(best):
                continue
            span = correct_figure(best.ours, best.theirs)
            confidence = (_SURE if best.like >= 2 * _LEAST_LIKE else _DOUBTFUL) * _trust(best.link)
            reason = f"the reference says “{_stated(best.theirs)}” where this says “{_stated(best.ours)}”"
            finding = self._finding(best, span, confidence, reason)
            findings.setdefault((finding.start, finding.end), finding)
        return list(findings.values()), []

    def _said_next_to(self, pair: _Pair) -> bool:
        """Whether a neighbour of the linked sentences of the reference has our figure: the text was split otherwise."""
        sentences = self.theirs[pair.link.document]
        around = (pair.link.reference[0] - 1, pair.link.reference[-1] + 1)
        near = [use for j in around if 0 <= j < len(sentences) for use in sentences[j]]
        return any(agreement(pair.ours, use) >= 2 for use in near)

    # -- accounts of the same events ---------------------------------------------------------------------------------

    def comparable(self) -> tuple[list[Finding], list[Conflict]]:
        findings: dict[tuple[int, int], Finding] = {}
        conflicts: dict[tuple[int, str], Conflict] = {}
        for start, pairs in self.pairs.items():
            like = [p for p in pairs if _of_one_kind(p.ours, p.theirs)]
            same = [p for p in like if p.like >= (2 * _LEAST_LIKE if _lost(p.theirs) else _SAME_THING)]
            if not same or start in self.confirmed:
                continue
            best = max((p for p in same if not _lost(p.theirs)), key=lambda p: p.like, default=None)
            reason = best and self._error(best, same)
            if best and reason and not self._known(best.ours):
                finding = self._finding(best, correct_quantity(best.ours, best.theirs), self._confidence(best), reason)
                findings.setdefault((finding.start, finding.end), finding)
                continue
            for pair in same:
                if pair.ours.head & pair.theirs.head or pair.ours.unit:
                    conflicts.setdefault((pair.ours.start, pair.link.document), _conflict(pair))
        return list(findings.values()), list(conflicts.values())

    def _known(self, ours: Use) -> bool:
        """Whether a reference has our figure in surroundings like ours."""
        same = self.known.get(_key(ours), [])[:_MOST_COMPARED]
        return any(likeness(ours, use) >= _SAME_THING for use in same)

    def _error(self, pair: _Pair, all_pairs: Sequence[_Pair]) -> str:
        """Say why our figure is wrong and not merely another one; empty when it may be right."""
        stated = f"“{_stated(pair.theirs)}” where this says “{_stated(pair.ours)}”"
        if damage := _damage(pair.ours, pair.theirs):
            return f"{damage}: {pair.link.document} says {stated}"
        agreeing = {p.link.document for p in all_pairs if agreement(p.theirs, pair.theirs) >= 2}
        if len(agreeing) >= _ACCOUNTS and any(p.link.relation == "equivalent" for p in all_pairs):
            return f"{len(agreeing)} accounts say {stated}"
        return ""

    def _confidence(self, pair: _Pair) -> float:
        return (_SURE if pair.like >= 1.5 * _SAME_THING else _DOUBTFUL) * _trust(pair.link)

    # -- what is broken by itself ------------------------------------------------------------------------------------

    def broken(self) -> Iterator[Finding]:
        """Yield amounts without a figure ("0 billion", "$ million"), torn idioms, ranges that end where they begin."""
        for sentence in self.case.hypothesis.sentences:
            if not sentence.audited:
                continue
            for found in _LOST.finditer(sentence.text):
                yield self._lost_amount(sentence, found)
            for found in _TORN_PLURAL.finditer(sentence.text):
                start, end = sentence.start + found.start(), sentence.start + found.end()
                reason = f"“{found.group()} of” lacks its plural ending"
                yield _bare(sentence, start, end, f"{found.group()}s", "minor", _DOUBTFUL, reason)
            for use in self.ours.get(sentence.index, ()):
                if use.role == "day" and use.value > _days(use):
                    reason = f"“{_stated(use)}” is a day that the month does not have"
                    yield self._repaired(_bare(sentence, *day_span(use), "", "major", _DOUBTFUL, reason), use)
            for one, other in pairwise(self.ours.get(sentence.index, ())):
                between = sentence.text[one.end - sentence.start : other.start - sentence.start]
                before = sentence.text[max(0, one.start - sentence.start - _OPENING) : one.start - sentence.start]
                opened = before.rstrip().lower().endswith(("from", "between"))
                if opened and one.value == other.value and one.role == other.role and _JOINT.fullmatch(between):
                    reason = f"the range ends where it begins (“{one.surface}{between}{other.surface}”)"
                    yield _bare(sentence, other.start, other.end, "", "major", _DOUBTFUL, reason)

    def _repaired(self, finding: Finding, use: Use) -> Finding:
        """Add what a linked sentence says in its place, where there is such a one."""
        pairs = [pair for pair in self.pairs.get(use.start, ()) if pair.theirs.role == use.role]
        if not pairs:
            return finding
        best = max(pairs, key=lambda pair: pair.like)
        correct = correct_figure if self.case.mode == "parallel" else correct_quantity
        sure = _SURE * _trust(best.link)
        return self._finding(best, correct(use, best.theirs), sure, finding.evidence.rstrip("."))

    def _lost_amount(self, sentence: Sentence, found: re.Match[str]) -> Finding:
        start, end = sentence.start + found.start(), sentence.start + found.end()
        reason = f"“{found.group()}” states no amount, its figure was lost"
        word = found.group().split()[-1].lower().lstrip("$€£¥0")
        for use in (
            use for link in self.linked[sentence.index] for j in link.reference for use in self.theirs[link.document][j]
        ):
            if use.quantity and word in use.quantity.surface.lower() and not _lost(use):
                return self._refer(_bare(sentence, start, end, use.quantity.surface, "major", _SURE, reason), use)
        return _bare(sentence, start, end, "", "major", _DOUBTFUL, reason)

    # -- findings ----------------------------------------------------------------------------------------------------

    def _finding(self, pair: _Pair, span: tuple[int, int, str], confidence: float, reason: str) -> Finding:
        start, end, suggestion = span
        bare = _bare(pair.ours.sentence, start, end, suggestion, "major", confidence, reason)
        return self._refer(bare, pair.theirs)

    def _refer(self, finding: Finding, theirs: Use) -> Finding:
        """Add to a finding where the reference has the right figure."""
        start, end = _place(theirs)
        return replace(
            finding, entity=_stated(theirs), supported=True,
            reference_document=theirs.sentence.document, reference_start=start, reference_end=end,
        )  # fmt: skip


def _alone(use: Use, others: Sequence[Use]) -> bool:
    """Whether no other figure of ``others`` is of the role and unit of ``use``."""
    return sum(_of_one_kind(use, other) for other in others) == 1


def _without_overlaps(findings: Sequence[Finding]) -> list[Finding]:
    """Keep of findings that overlap the first to begin; of two at one place the first given."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: f.start):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    return kept


def _bare(
    sentence: Sentence, start: int, end: int, suggestion: str, severity: Severity, confidence: float, reason: str
) -> Finding:
    surface = sentence.text[start - sentence.start : end - sentence.start]
    weight = round(math.log(confidence / (1 - confidence)), 3)
    return Finding(
        id="", document=sentence.document, sentence=sentence.index, start=start, end=end, surface=surface,
        suggestion=suggestion, entity="", kind="number", severity=severity, confidence=round(confidence, 4),
        supported=False, evidence=f"{reason[:1].upper()}{reason[1:]}.", signals=(Signal("figure", weight, reason),),
    )  # fmt: skip


def _trust(link: Link) -> float:
    """How much of a finding's confidence the link leaves it."""
    return 0.5 + 0.5 * min(1.0, max(0.0, link.confidence))


def _lost(use: Use) -> bool:
    """Whether the figure is nothing of something: "0 billion"."""
    return use.value == 0 and use.scale > 1


def _days(use: Use) -> int:
    month = use.quantity.parts.get("month", 1) if use.quantity else 1
    return calendar.monthrange(_LEAP_YEAR, int(month))[1]


def _of_one_kind(ours: Use, theirs: Use) -> bool:
    return ours.role == theirs.role and ours.unit == theirs.unit


def _key(use: Use) -> tuple[str, str, str, float]:
    return (use.role, use.unit, use.name, use.value)


def _stated(use: Use) -> str:
    """The whole quantity, or the name, that the figure is part of."""
    return use.quantity.surface if use.quantity else use.surface


def _place(use: Use) -> tuple[int, int]:
    if use.quantity is None:
        return use.start, use.end
    return use.sentence.start + use.quantity.start, use.sentence.start + use.quantity.end


def _damage(ours: Use, theirs: Use) -> str:
    """Say in what way our figure looks like a damaged form of theirs; empty when it is just another figure."""
    if not _of_one_kind(ours, theirs) or ours.role in ("month", "weekday"):
        return ""
    if ours.role == "day" and not _shares_a_part(ours, theirs):
        return ""
    mine, other = _digits(ours), _digits(theirs)
    if mine == other:
        return "the factor is another" if ours.scale != theirs.scale else "the decimal point was lost"
    if ours.scale != theirs.scale:
        return ""
    if other.startswith(mine):
        return "digits were lost"
    if mine.startswith(other) and not mine[len(other) :].strip("0"):
        return "a zero was added"
    if sorted(mine) == sorted(other):
        return "digits were swapped"
    return ""


def _shares_a_part(ours: Use, theirs: Use) -> bool:
    """Whether the dates that two figures belong to agree in another part: a month, a weekday, a year."""
    if ours.quantity is None or theirs.quantity is None:
        return False
    return bool(ours.quantity.parts.items() & theirs.quantity.parts.items())


def _digits(use: Use) -> str:
    return re.sub(r"\D", "", use.surface) or f"{use.value / use.scale:.10g}".replace(".", "")


def _conflict(pair: _Pair) -> Conflict:
    type_: EntityType = "number" if pair.ours.role in ("number", "ordinal", "code") else "date"
    return Conflict(type_, _topic(pair), _statement(pair.ours), _statement(pair.theirs))


def _statement(use: Use) -> Statement:
    start, end = _place(use)
    return Statement(use.sentence.document, use.sentence.index, start, end, _stated(use))


def _topic(pair: _Pair) -> str:
    """What the figures are about: the nearest words that stand near both, as ours has them, else the unit."""
    text, at = pair.ours.sentence.text, pair.ours.start - pair.ours.sentence.start
    shared = [m for m in re.finditer(r"[^\W\d_]+", text) if stem(m.group()) in pair.ours.near & pair.theirs.near]
    nearest = sorted(shared, key=lambda m: abs(m.start() - at))[:_TOPIC_WORDS]
    words = dict.fromkeys(m.group() for m in sorted(nearest, key=lambda m: m.start()))
    return " ".join(words) or pair.ours.unit or pair.ours.role
