"""The course of a corpus run: manifest → shards → engine → files → the tables over all of them.

Where references are to be found, the pool's traits are gathered first, by the same workers.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any, cast

from audit import pipeline
from audit.corpus import engines, figures, sources
from audit.corpus.dataset import Dataset
from audit.corpus.manifest import Manifest
from audit.corpus.pool import Part, PoolBuilder
from audit.corpus.shards import Options, Outcome, Result, Task, Worker
from audit.embeddings import Encoder
from audit.encoders import load_encoder
from audit.errors import InputError, SettingsError
from audit.extras import pyarrow_module, ray_module
from audit.records import Audit
from audit.reporting import corpus_page
from audit.settings import Settings
from audit.signatures import signature
from audit.version import VERSION

__all__ = [
    "ENGINES",
    "SHARD_SIZE",
    "TIMEOUT",
    "CorpusResult",
    "Progress",
    "TooManyRejectedError",
    "audit_document",
    "run_corpus",
]

ENGINES = ("local", "ray")
SHARD_SIZE = 64
"""Documents a shard: enough to embed together, few enough to lose little when a run is killed."""

TIMEOUT = 600.0
"""Seconds that one document may take."""

_POOL_SHARD = 256
_LONGEST_NAME = 80


class TooManyRejectedError(InputError):
    """More documents were rejected than the run may bear."""


@dataclass(frozen=True, slots=True)
class CorpusResult:
    """How far a run has come. ``documents`` were audited, ``rejected`` not; together they are ``total`` at the end.

    ``resumed`` of the documents and rejected were there from an earlier run. ``seconds`` is the wall time.
    """

    total: int
    documents: int = 0
    sentences: int = 0
    entities: int = 0
    rejected: int = 0
    resumed: int = 0
    seconds: float = 0.0


Progress = Callable[[CorpusResult], None]


def run_corpus(
    manifest: Sequence[str | Path],
    folder: str | Path,
    settings: Settings,
    *,
    references: Sequence[str | Path] = (),
    references_each: int = 3,
    date_window: int = 7,
    verdict: bool = False,
    engine: str = "local",
    workers: int | None = None,
    ray_address: str | None = None,
    fresh: bool = False,
    timeout: float | None = TIMEOUT,
    max_rejected: int | None = None,
    shard_size: int = SHARD_SIZE,
    progress: Progress | None = None,
) -> CorpusResult:
    """Audit the documents of ``manifest`` into ``folder``; a run that was killed goes on where it was.

    Args:
        manifest: files, folders or patterns; see `audit.corpus.manifest`.
        folder: of the Parquet tables documents, sentences, entities and links, of entities.csv, rejected.parquet,
            report.html and run.json.
        settings: of every audit. Embeddings are kept in memory only.
        references: a pool, in which documents that name no references look for some: files, folders or patterns as
            for ``manifest``, whose rows have id, text and perhaps a date; or folders of .txt files.
        references_each: found for one document at most.
        date_window: days between the dates of a document and of a reference found for it, where both have one.
        verdict: judge each document from its text alone too: is it garbled machine translation?
        engine: ``local`` (processes) or ``ray``.
        workers: processes or actors; default: one a core, or the cores of the cluster at ``ray_address``.
        ray_address: of a cluster; default: one on this machine, for this run.
        fresh: an earlier run in ``folder`` is removed first.
        timeout: seconds that one document may take before it is rejected; None: as long as it takes.
        max_rejected: the run ends when more documents than this are rejected; default: never.
        shard_size: documents audited and written together.
        progress: told how far it is, after every shard.

    Raises:
        InputError: the manifest or the pool cannot be read.
        MissingExtraError: an optional package that this run needs is not installed.
        ModelError: the model cannot be used.
        OutputError: the folder cannot be used.
        SettingsError: an argument that makes no sense, or another run's folder.
        TooManyRejectedError: more than ``max_rejected`` documents were rejected; what is finished is kept.
    """
    _check(engine, workers, shard_size, references_each, date_window, timeout, max_rejected)
    pyarrow_module()
    begun = time.monotonic()
    chosen = workers or os.cpu_count() or 1
    dataset = Dataset(Path(folder))
    pool = sources.expand(references, "pool of references", more=(".txt",))
    with Manifest(manifest) as listed:
        options = Options(timeout, verdict, dataset.pool if pool else None, references_each, date_window)
        encoder = load_encoder(settings)
        identity = _identity(listed, pool, settings, options, encoder, shard_size)
        dimension = encoder.dimension
        del encoder  # the driver needs no model, and its memory is the workers'
        dataset.begin(identity, fresh=fresh)
        shards = -(-listed.total // shard_size)
        done: Counter[str] = Counter()
        for number in range(shards):
            if (marker := dataset.counts(number)) is not None:
                done.update(marker["rows"])
        resumed = done["documents"] + done["rejected"]

        def state() -> CorpusResult:
            figures = {key: done[key] for key in ("documents", "sentences", "entities", "rejected")}
            return CorpusResult(listed.total, **figures, resumed=resumed, seconds=time.monotonic() - begun)

        def check() -> None:
            if progress:
                progress(state())
            if max_rejected is not None and done["rejected"] > max_rejected:
                raise TooManyRejectedError(
                    f"{done['rejected']} documents were rejected, more than {max_rejected} (--max-rejected); the"
                    f" reasons are in {dataset.folder / '.rejected'}, finished shards are kept"
                )

        def run(tasks: Iterator[Task], options: Options) -> Generator[Outcome, None, None]:
            return _run(engine, tasks, settings, options, chosen, ray_address)

        check()
        unread = _gather(pool, dataset.pool, dimension, run, timeout) if pool else []
        open_shards = (shard for shard in listed.shards(shard_size) if dataset.counts(shard.number) is None)
        with closing(run(open_shards, options)) as results:
            for result in results:
                done.update(dataset.write_shard(cast(Result, result))["rows"])
                check()
    dataset.merge(shards)
    _report(dataset, manifest, shards, str(identity["signature"]))
    result_of_all = state()
    told = {"identity": identity, "finished": True, "engine": engine, "workers": chosen, "shards": shards}
    dataset.write_run(told | asdict(result_of_all) | ({"unread_references": unread} if pool else {}))
    return result_of_all


def audit_document(
    manifest: Sequence[str | Path],
    folder: str | Path,
    settings: Settings,
    document: str,
    *,
    references: Sequence[str | Path] = (),
    references_each: int = 3,
    date_window: int = 7,
    verdict: bool = False,
    shard_size: int = SHARD_SIZE,
) -> tuple[Audit, Path]:
    """Audit one document of a finished run again, as the run did; return the audit and the folder for its report.

    The arguments are the run's, see `run_corpus`; ``document`` is the id.

    Raises:
        InputError: there is no such document, or it cannot be audited.
        OutputError: the folder holds no run.
        SettingsError: the folder's run was another.
    """
    dataset = Dataset(Path(folder))
    pool = sources.expand(references, "pool of references", more=(".txt",))
    options = Options(None, verdict, dataset.pool if pool else None, references_each, date_window)
    with Manifest(manifest) as listed:
        dataset.check(_identity(listed, pool, settings, options, load_encoder(settings), shard_size))
        shard = listed.find(document)
    name = re.sub(r"[^\w.-]+", "_", document).strip("._")[:_LONGEST_NAME] or "document"
    distinct = hashlib.sha256(document.encode()).hexdigest()[:8]
    audit = Worker(settings, options, os.cpu_count() or 1).single(shard)
    return audit, dataset.folder / "reports" / f"{name}-{distinct}"


def _report(dataset: Dataset, manifest: Sequence[str | Path], shards: int, signature: str) -> None:
    given = " ".join(shlex.quote(str(path)) for path in manifest)
    command = (
        f"audit corpus {given} -o {shlex.quote(str(dataset.folder))} --document ID   # and the run's other options"
    )
    rows = dataset.rows(shards, ("documents", "entities", "rejected"))
    found = figures.count(rows, title=str(dataset.folder), signature=signature, command=command)
    dataset.write_report(corpus_page.render(found))


def _check(
    engine: str,
    workers: int | None,
    shard_size: int,
    references_each: int,
    date_window: int,
    timeout: float | None,
    max_rejected: int | None,
) -> None:
    if engine not in ENGINES:
        raise SettingsError(f"unknown engine {engine!r}; choose one of: {', '.join(ENGINES)}")
    for name, value in {"workers": workers, "shard_size": shard_size, "references_each": references_each}.items():
        if value is not None and value < 1:
            raise SettingsError(f"{name} is {value}; it must be at least 1")
    for name, least in {"date_window": date_window, "max_rejected": max_rejected}.items():
        if least is not None and least < 0:
            raise SettingsError(f"{name} is {least}; it must not be negative")
    if timeout is not None and not timeout > 0:
        raise SettingsError(f"timeout is {timeout:g}; it must be a positive number of seconds")
    if engine == "ray":
        ray_module()


def _run(
    engine: str, tasks: Iterator[Task], settings: Settings, options: Options, workers: int, address: str | None
) -> Generator[Outcome, None, None]:
    # A cluster is started only for work that is left.
    first = next(tasks, None)
    if first is None:
        return
    remaining = (task for part in ((first,), tasks) for task in part)
    if engine == "ray":
        yield from engines.ray(remaining, settings, options, workers, address)
    else:
        yield from engines.local(remaining, settings, options, workers)


def _gather(
    files: Sequence[sources.File],
    folder: Path,
    dimension: int,
    run: Callable[[Iterator[Task], Options], Generator[Outcome, None, None]],
    timeout: float | None,
) -> list[str]:
    """Make the pool's index, unless it is there already; return why references could not be read."""
    with PoolBuilder(files, folder, dimension) as builder:
        if not builder.finished:
            with closing(run(builder.shards(_POOL_SHARD), Options(timeout))) as parts:
                for part in parts:
                    builder.write(cast(Part, part))
            builder.finish(_POOL_SHARD)
        return builder.problems


def _identity(
    manifest: Manifest,
    pool: Sequence[sources.File],
    settings: Settings,
    options: Options,
    encoder: Encoder,
    shard_size: int,
) -> dict[str, Any]:
    """Return what decides what the files hold, as plain JSON values."""
    files = [*settings.confusions, *([settings.decisions] if settings.decisions else [])]
    found: dict[str, Any] = {
        "signature": signature(settings, encoder, pipeline.components(), VERSION),
        "manifest": manifest.digest,
        "shard_size": shard_size,
        **settings.result_fields(),
        "files": {name: _file_digest(name) for name in files},
        "verdict": _data_digest("verdict.json") if options.verdict else None,
    }
    if pool:
        found["references"] = {
            "digest": sources.digest(pool),
            "each": options.references_each,
            "date_window": options.date_window,
            "fitted": _data_digest("retrieval.json"),
        }
    return found


def _data_digest(name: str) -> str:
    return hashlib.sha256(resources.files("audit.corpus").joinpath("data", name).read_bytes()).hexdigest()


def _file_digest(name: str) -> str:
    try:
        return hashlib.sha256(Path(name).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from error
