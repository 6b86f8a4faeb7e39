"""One shard audited: the function that every engine runs, on any machine. It writes nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit import pipeline, sentences
from audit.corpus.manifest import Item, Shard, Source
from audit.corpus.memo import MemoEncoder
from audit.encoders import load_encoder
from audit.errors import AuditError, InputError
from audit.records import ENTITY_KINDS, Audit, Document
from audit.reporting.tables import TABLES, table_rows
from audit.settings import Settings
from audit.texts import encoding_note, make_document, read_document

__all__ = ["COLUMNS", "Result", "Worker", "rejected_whole"]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "documents": {
        "document": "text",
        "references": "integer",
        "sentences": "integer",
        "audited": "integer",
        "aligned": "integer",
        "mean_quality": "real",
        "findings": "integer",
        "major": "integer",
        "entities": "integer",
        "conflicts": "integer",
        "pivot": "text",
        "verdict": "text",
        "notes": "text",
    },
    "sentences": TABLES["sentences"],
    "entities": TABLES["entities"],
    "links": {"document": "text", **TABLES["alignment"]},
    "rejected": {"document": "text", "stage": "text", "reason": "text"},
}
"""The columns of every table of a corpus: text, integer, integer? (may be empty) or real."""

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Result:
    """A shard's tables, in the order of its documents, and the seconds that it took."""

    number: int
    tables: dict[str, Rows] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    seconds: float = 0.0


class Worker:
    """Audits shards with one model; an embedding that a shard needs twice, or the next one needs too, is made once."""

    def __init__(self, settings: Settings, threads: int) -> None:
        import threadpoolctl

        os.environ["OMP_NUM_THREADS"] = str(threads)
        threadpoolctl.threadpool_limits(threads)
        self._settings = settings
        self._encoder = MemoEncoder(load_encoder(settings))

    def audit(self, shard: Shard) -> Result:
        """Audit every document of ``shard``; one that fails is among the rejected, with the stage and the reason."""
        begun = time.perf_counter()
        result = Result(shard.number)
        read: list[tuple[Item, Document, list[Document]]] = []
        for item in shard.items:
            try:
                read.append((item, *self._read(item, shard.references)))
            except Exception as error:  # noqa: BLE001 - one document must not end a run of millions
                _reject(result, item, "manifest" if item.problem else "read", error)
        self._embed(read)
        for item, document, references in read:
            try:
                notes = [note for note in map(encoding_note, (document, *references)) if note]
                audit = pipeline.audit(document, references, self._settings, self._encoder, notes=notes)
                _add(result, audit)
            except Exception as error:  # noqa: BLE001
                _reject(result, item, "audit", error)
        return Result(shard.number, result.tables, time.perf_counter() - begun)

    def _read(self, item: Item, references: Mapping[str, Source]) -> tuple[Document, list[Document]]:
        if item.problem:
            raise InputError(item.problem)
        document = self._document(item.hypothesis, item.id)
        return document, [self._document(references[name], _apart(name, item.id)) for name in item.references]

    def _document(self, source: Source, name: str) -> Document:
        limit = self._settings.max_chars
        if source.path is not None:
            return read_document(Path(source.path), name=name, max_chars=limit)
        return make_document(source.text or "", name, max_chars=limit)

    def _embed(self, read: list[tuple[Item, Document, list[Document]]]) -> None:
        """Embed the shard's distinct sentences in one go; a text that cannot be fails again where it is audited."""
        with suppress(Exception):
            documents = {d.text: d for _, document, references in read for d in (document, *references)}
            texts = {s.text: None for d in documents.values() for s in sentences.split(d) if s.audited}
            self._encoder.encode(list(texts), tokens=self._settings.scores or self._settings.wording)


def rejected_whole(shard: Shard, reason: str) -> Result:
    """Return the result of a shard that no worker survived."""
    result = Result(shard.number)
    for item in shard.items:
        result.tables["rejected"].append((item.id, "worker", reason))
    return result


def _apart(name: str, document: str) -> str:
    return f"{name} (reference)" if name == document else name


def _add(result: Result, audit: Audit) -> None:
    name, summary = audit.document.name, audit.summary
    figures = (summary[key] for key in ("sentences", "audited", "aligned", "mean_quality", "findings", "major"))
    entities = sum(finding.kind in ENTITY_KINDS for finding in audit.findings)
    pivot = json.dumps(summary["pivot"], ensure_ascii=False) if summary["pivot"] else ""
    # All tables are made before the first is added to, so that a document is in all of them or in none.
    made: dict[str, Rows] = {
        "documents": [
            (name, len(audit.references), *figures, entities, len(audit.conflicts), pivot, summary["verdict"],
             "\n".join(audit.notes))
        ],
        "sentences": table_rows(audit, "sentences")[1],
        "entities": table_rows(audit, "entities")[1],
        "links": [(name, *row) for row in table_rows(audit, "alignment")[1]],
    }  # fmt: skip
    for table, rows in made.items():
        result.tables[table].extend(rows)


def _reject(result: Result, item: Item, stage: str, error: Exception) -> None:
    reason = str(error) if isinstance(error, AuditError) else f"internal error: {type(error).__name__}: {error}"
    plain = (part.encode("utf-8", "replace").decode() for part in (item.id, stage, reason))
    result.tables["rejected"].append(tuple(plain))
