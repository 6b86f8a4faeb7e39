"""One shard audited: the function that every engine runs, on any machine. It writes nothing."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from audit import pipeline, sentences
from audit.corpus.limits import TimeIsUp, time_limit
from audit.corpus.manifest import Item, Shard
from audit.corpus.memo import MemoEncoder
from audit.corpus.pool import Found, Part, Pool, PoolShard, Query
from audit.corpus.sources import Source, read_source
from audit.corpus.traits import Traits, no_traits, traits
from audit.corpus.verdict import Verdict, judge
from audit.encoders import load_encoder
from audit.entities.tokens import tokenize
from audit.errors import AuditError, InputError
from audit.records import ENTITY_KINDS, Audit, Document, Text
from audit.reporting.tables import TABLES, table_rows
from audit.settings import Settings
from audit.texts import encoding_note

__all__ = ["COLUMNS", "Options", "Outcome", "Result", "Task", "Worker", "given_up", "joined", "singles"]

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "documents": {
        "document": "text",
        "references": "integer",
        "retrieved": "text",
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
        "garbled": "real",
        "garbled_because": "text",
        "notes": "text",
    },
    "sentences": TABLES["sentences"],
    "entities": TABLES["entities"],
    "links": {"document": "text", **TABLES["alignment"]},
    "rejected": {"document": "text", "stage": "text", "reason": "text"},
}
"""The columns of every table of a corpus: text, integer, integer? (may be empty) or real."""

Rows = list[tuple[Any, ...]]

_LARGE = 1000
"""Sentences of a text that is embedded by itself, on its own time, rather than with its shard."""


@dataclass(frozen=True, slots=True)
class Options:
    """What workers are told beside the settings of every audit.

    Attributes:
        timeout: seconds for one document; None: as long as it takes.
        verdict: judge each text by itself too.
        pool: the folder of a finished pool, in which documents without references look for some.
        references_each: how many at most.
        date_window: days between the dates of a document and of a reference found for it.
    """

    timeout: float | None = None
    verdict: bool = False
    pool: Path | None = None
    references_each: int = 3
    date_window: int = 7


@dataclass(frozen=True, slots=True)
class Result:
    """A shard's tables, in the order of its documents, and the seconds that it took."""

    number: int
    tables: dict[str, Rows] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    seconds: float = 0.0


Task = Shard | PoolShard
Outcome = Result | Part


@dataclass(slots=True)
class _Case:
    """A document that was read, with its references; ``found``: those from the pool (None: it was not asked)."""

    item: Item
    document: Document
    references: list[Document]
    found: list[Found] | None = None


class Worker:
    """Audits shards with one model; an embedding that a shard needs twice, or the next one needs too, is made once."""

    def __init__(self, settings: Settings, options: Options, threads: int) -> None:
        import threadpoolctl

        os.environ["OMP_NUM_THREADS"] = str(threads)
        threadpoolctl.threadpool_limits(threads)
        self._settings = settings
        self._options = options
        self._encoder = MemoEncoder(load_encoder(settings))
        self._pool: Pool | None = None

    def work(self, task: Task) -> Outcome:
        """Audit the documents of a shard, or find the traits of a pool's references."""
        return self.traits(task) if isinstance(task, PoolShard) else self.audit(task)

    def audit(self, shard: Shard) -> Result:
        """Audit every document of ``shard``; one that fails is among the rejected, with the stage and the reason."""
        begun = time.perf_counter()
        result = Result(shard.number)
        cases: list[_Case] = []
        for item in shard.items:
            try:
                with time_limit(self._options.timeout):
                    cases.append(_Case(item, *self._read(item, shard.references)))
            except (Exception, TimeIsUp) as error:  # noqa: BLE001 - one document must not end a run of millions
                self._reject(result, item, "manifest" if item.problem else "read", error)
        self._embed([d for case in cases for d in (case.document, *case.references)])
        if self._options.pool is not None:
            cases = self._retrieve(cases, result)
        for case in cases:
            try:
                with time_limit(self._options.timeout) as check:
                    made = self._tables(case, check)
            except (Exception, TimeIsUp) as error:  # noqa: BLE001
                self._reject(result, case.item, "audit", error)
                continue
            for table, rows in made.items():
                result.tables[table].extend(rows)
        tokenize.cache_clear()  # sized for one long document; the sentences of the next shard are others
        return Result(shard.number, result.tables, time.perf_counter() - begun)

    def single(self, shard: Shard) -> Audit:
        """Return the audit of a shard's only document, which `audit` puts into tables.

        Raises:
            AuditError: it cannot be audited.
        """
        (item,) = shard.items
        case = _Case(item, *self._read(item, shard.references))
        if self._options.pool is not None:
            self._retrieve([case], Result(shard.number))
        return self._audit(case, lambda: None)

    def traits(self, shard: PoolShard) -> Part:
        """Find the traits of references; what cannot be read or embedded has none."""
        documents: list[Document | None] = []
        problems: list[str] = []
        for name, source in shard.items:
            try:
                with time_limit(self._options.timeout):
                    documents.append(read_source(source, name, self._settings.max_chars))
            except (Exception, TimeIsUp) as error:  # noqa: BLE001
                documents.append(None)
                problems.append(self._reason(error))
        self._embed([document for document in documents if document], tokens=False)
        found = []
        for document in documents:
            made = no_traits()
            if document is not None:
                try:
                    with time_limit(self._options.timeout):
                        made = self._traits(document)
                except (Exception, TimeIsUp) as error:  # noqa: BLE001
                    problems.append(f"{document.name}: {self._reason(error)}")
            found.append(made)
        return Part(shard.number, tuple(found), tuple(problems))

    def _read(self, item: Item, references: Mapping[str, Source]) -> tuple[Document, list[Document]]:
        if item.problem:
            raise InputError(item.problem)
        limit = self._settings.max_chars
        document = read_source(item.hypothesis, item.id, limit)
        return document, [read_source(references[n], _apart(n, item.id), limit) for n in item.references]

    def _embed(self, documents: Sequence[Document], *, tokens: bool | None = None) -> None:
        """Embed the distinct sentences of texts in one go; a text that cannot be fails again where it is audited."""
        with_tokens = self._settings.scores or self._settings.wording if tokens is None else tokens
        with suppress(Exception):
            split = [sentences.split(d) for d in {d.text: d for d in documents}.values()]
            texts = {s.text: None for found in split if len(found) <= _LARGE for s in found if s.audited}
            self._encoder.encode(list(texts), tokens=with_tokens)

    def _retrieve(self, cases: Sequence[_Case], result: Result) -> list[_Case]:
        """Give the documents without references those that the pool has for them."""
        if self._pool is None and self._options.pool is not None:
            told = self._options
            # One more, because the text itself may be in the pool.
            self._pool = Pool(self._options.pool, at_most=told.references_each + 1, window=told.date_window)
        asking: list[tuple[_Case, Query]] = []
        left: list[_Case] = []
        for case in cases:
            try:
                if not case.references:
                    with time_limit(self._options.timeout):
                        query = Query(self._traits(case.document), case.item.day)
                    asking.append((case, query))
                left.append(case)
            except (Exception, TimeIsUp) as error:  # noqa: BLE001
                self._reject(result, case.item, "retrieval", error)
        answers = self._pool.find([query for _, query in asking]) if self._pool is not None else []
        for (case, _), found in zip(asking, answers, strict=True):
            case.found = []
            for answer in found:
                # A reference that cannot be read has no vector, and so is never found; a file may have gone since.
                with suppress(AuditError):
                    name = _apart(answer.name, case.item.id)
                    reference = read_source(answer.source, name, self._settings.max_chars)
                    if reference.text != case.document.text and len(case.found) < self._options.references_each:
                        case.references.append(reference)
                        case.found.append(answer)
        self._embed([d for case, _ in asking for d in case.references])
        return left

    def _traits(self, document: Document) -> Traits:
        text = Text(document, sentences.split(document))
        audited = [s.text for s in text.sentences if s.audited]
        return traits(text, self._encoder.encode(audited).vectors) if audited else no_traits()

    def _audit(self, case: _Case, check: Callable[[], None]) -> Audit:
        notes = [note for note in map(encoding_note, (case.document, *case.references)) if note]
        return pipeline.audit(
            case.document, case.references, self._settings, self._encoder, notes=notes,
            progress=lambda step, done, total: check(),
        )  # fmt: skip

    def _tables(self, case: _Case, check: Callable[[], None]) -> dict[str, Rows]:
        audit = self._audit(case, check)
        verdict = judge(case.document, self._settings) if self._options.verdict else None
        # All tables are made before the first is added to, so that a document is in all of them or in none.
        return {
            "documents": [_document_row(audit, case.found, verdict)],
            "sentences": table_rows(audit, "sentences")[1],
            "entities": table_rows(audit, "entities")[1],
            "links": [(case.document.name, *row) for row in table_rows(audit, "alignment")[1]],
        }

    def _reject(self, result: Result, item: Item, stage: str, error: BaseException) -> None:
        plain = (part.encode("utf-8", "replace").decode() for part in (item.id, stage, self._reason(error)))
        result.tables["rejected"].append(tuple(plain))

    def _reason(self, error: BaseException) -> str:
        if isinstance(error, TimeIsUp):
            return f"it took longer than {self._options.timeout:g} s; split it, or allow more with --timeout"
        if isinstance(error, MemoryError):
            return "there is not enough memory for this text; split it"
        return str(error) if isinstance(error, AuditError) else f"internal error: {type(error).__name__}: {error}"


def _document_row(audit: Audit, found: Sequence[Found] | None, verdict: Verdict | None) -> tuple[Any, ...]:
    summary = audit.summary
    figures = (summary[key] for key in ("sentences", "audited", "aligned", "mean_quality", "findings", "major"))
    retrieved = None if found is None else json.dumps([[f.name, round(f.confidence, 3)] for f in found])
    pivot = json.dumps(summary["pivot"], ensure_ascii=False) if summary["pivot"] else ""
    return (
        audit.document.name, len(audit.references), retrieved, *figures,
        sum(finding.kind in ENTITY_KINDS for finding in audit.findings), len(audit.conflicts), pivot,
        summary["verdict"], verdict.garbled if verdict else None, verdict.because if verdict else None,
        "\n".join(audit.notes),
    )  # fmt: skip


def singles(task: Task) -> list[Task]:
    """Return a task's documents or references each by itself, under the task's number."""
    return [replace(task, items=(item,)) for item in task.items]  # type: ignore[arg-type]


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Return what the `singles` of one task came to, as one outcome."""
    first = outcomes[0]
    if isinstance(first, Part):
        parts = [o for o in outcomes if isinstance(o, Part)]
        found = tuple(t for part in parts for t in part.traits)
        return Part(first.number, found, tuple(p for part in parts for p in part.problems))
    results = [o for o in outcomes if isinstance(o, Result)]
    tables = {name: [row for r in results for row in r.tables[name]] for name in COLUMNS}
    return Result(first.number, tables, sum(r.seconds for r in results))


def given_up(task: Task, reason: str) -> Outcome:
    """Return the outcome of a task that no worker survived."""
    if isinstance(task, PoolShard):
        return Part(task.number, tuple(no_traits() for _ in task.items), tuple(f"{n}: {reason}" for n, _ in task.items))
    result = Result(task.number)
    result.tables["rejected"].extend((item.id, "worker", reason) for item in task.items)
    return result


def _apart(name: str, document: str) -> str:
    return f"{name} (reference)" if name == document else name
