"""What the report of a corpus shows, counted from the tables of its shards, one shard in memory at a time."""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from audit.reporting.corpus_page import BINS, BadDocument, CorpusFigures, MangledEntity

__all__ = ["Tables", "count"]

Tables = Mapping[str, list[dict[str, Any]]]
"""The rows of one shard by table: documents, entities, rejected."""

_LISTED = 25
_FORMS = 6
_REASONS = 40
_HELD = 200_000
"""So many entities are counted at once; beyond, the rarest half is forgotten, so that memory has a limit."""
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")
_UNKNOWN = "not known"


class _Entities:
    """Counts entities, their documents and their forms."""

    def __init__(self) -> None:
        self.mentions: Counter[str] = Counter()
        self.documents: Counter[str] = Counter()
        self.forms: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        seen: set[tuple[str, str]] = set()
        for row in rows:
            name = row["entity"]
            if not name:
                continue
            self.mentions[name] += 1
            self.forms[name][row["surface"]] += 1
            if (row["document"], name) not in seen:
                seen.add((row["document"], name))
                self.documents[name] += 1
        if len(self.mentions) > _HELD:
            for name, _ in sorted(self.mentions.items(), key=lambda item: (item[1], item[0]))[: _HELD // 2]:
                del self.mentions[name], self.documents[name], self.forms[name]

    def worst(self) -> list[MangledEntity]:
        """Return the entities mangled in the most documents."""
        ranked = sorted(self.mentions, key=lambda name: (-self.documents[name], -self.mentions[name], name))
        return [
            MangledEntity(
                name, self.mentions[name], self.documents[name],
                sorted(self.forms[name].items(), key=lambda item: (-item[1], item[0]))[:_FORMS],
            )
            for name in ranked[:_LISTED]
        ]  # fmt: skip


def count(shards: Iterator[Tables], *, title: str, signature: str, command: str) -> CorpusFigures:
    """Count over all ``shards``; ``command`` is shown as the one that writes the report of a document."""
    bins = [0] * BINS
    total: Counter[str] = Counter()
    quality = 0.0
    entities = _Entities()
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    reasons: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], tuple[str, str]] = {}
    worst: list[BadDocument] = []
    garbled: list[BadDocument] = []
    for tables in shards:
        pivots = {}
        for row in tables["documents"]:
            total["documents"] += 1
            total["sentences"] += row["sentences"]
            pivots[row["document"]] = json.loads(row["pivot"])["language"] if row["pivot"] else _UNKNOWN
            if row["mean_quality"] is None:
                total["unjudged"] += 1
            else:
                quality += row["mean_quality"]
                bins[min(int(row["mean_quality"] * BINS / 100), BINS - 1)] += 1
        listed = [_document(row) for row in tables["documents"]]
        worst = heapq.nsmallest(
            _LISTED, [*worst, *(d for d in listed if d.quality is not None)],
            key=lambda d: (d.quality or 0.0, -d.major, d.name),
        )  # fmt: skip
        garbled = heapq.nsmallest(
            _LISTED, [*garbled, *(d for d in listed if d.garbled is not None and d.garbled > 0.5)],
            key=lambda d: (-(d.garbled or 0.0), d.name),
        )  # fmt: skip
        entities.add(tables["entities"])
        for row in tables["entities"]:
            kinds[pivots.get(row["document"], _UNKNOWN)][row["kind"]] += 1
        for row in tables["rejected"]:
            total["rejected"] += 1
            key = (row["stage"], _VARYING.sub("…", row["reason"].replace(row["document"], "…")))
            if key in examples or len(examples) < _REASONS:
                reasons[key] += 1
                examples.setdefault(key, (row["reason"], row["document"]))
    judged = total["documents"] - total["unjudged"]
    return CorpusFigures(
        title=title,
        signature=signature,
        documents=total["documents"],
        sentences=total["sentences"],
        rejected=total["rejected"],
        qualities=bins,
        unjudged=total["unjudged"],
        mean_quality=quality / judged if judged else None,
        worst=worst,
        garbled=garbled,
        entities=entities.worst(),
        kinds={pivot: kinds[pivot] for pivot in sorted(kinds, key=lambda p: (-kinds[p].total(), p))},
        reasons=[(stage, examples[stage, r][0], n, examples[stage, r][1]) for (stage, r), n in reasons.most_common()],
        command=command,
    )


def _document(row: Mapping[str, Any]) -> BadDocument:
    return BadDocument(
        row["document"], row["mean_quality"], row["major"], row["entities"], row["sentences"], row["garbled"],
        row["garbled_because"] or "",
    )  # fmt: skip
