"""The course of a corpus run: manifest → shards → engine → files → the tables over all of them."""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from audit import pipeline
from audit.corpus import engines
from audit.corpus.dataset import Dataset
from audit.corpus.extras import ray_module
from audit.corpus.manifest import Manifest, Shard
from audit.corpus.shards import Result
from audit.encoders import load_encoder
from audit.errors import InputError, SettingsError
from audit.settings import Settings
from audit.signatures import signature
from audit.version import VERSION

__all__ = ["ENGINES", "SHARD_SIZE", "CorpusResult", "Progress", "run_corpus"]

ENGINES = ("local", "ray")
SHARD_SIZE = 64
"""Documents a shard: enough to embed together, few enough to lose little when a run is killed."""


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
    engine: str = "local",
    workers: int | None = None,
    ray_address: str | None = None,
    fresh: bool = False,
    max_rejected: int | None = None,
    shard_size: int = SHARD_SIZE,
    progress: Progress | None = None,
) -> CorpusResult:
    """Audit the documents of ``manifest`` into ``folder``; a run that was killed goes on where it was.

    Args:
        manifest: files, folders or patterns; see `audit.corpus.manifest`.
        folder: of the Parquet tables documents, sentences, entities and links, of entities.csv, rejected.parquet and
            run.json.
        settings: of every audit. Embeddings are kept in memory only.
        engine: ``local`` (processes) or ``ray``.
        workers: processes or actors; default: one a core, or the cores of the cluster at ``ray_address``.
        ray_address: of a cluster; default: one on this machine, for this run.
        fresh: an earlier run in ``folder`` is removed first.
        max_rejected: the run ends when more documents than this are rejected; default: never.
        shard_size: documents audited and written together.
        progress: told how far it is, after every shard.

    Raises:
        InputError: the manifest cannot be read, or more than ``max_rejected`` documents were rejected.
        MissingExtraError: pyarrow, or Ray for ``ray``, is not installed.
        ModelError: the model cannot be used.
        OutputError: the folder cannot be used.
        SettingsError: an argument that makes no sense, or another run's folder.
    """
    if engine not in ENGINES:
        raise SettingsError(f"unknown engine {engine!r}; choose one of: {', '.join(ENGINES)}")
    for name, value in {"workers": workers, "shard_size": shard_size}.items():
        if value is not None and value < 1:
            raise SettingsError(f"{name} is {value}; it must be at least 1")
    if engine == "ray":
        ray_module()
    begun = time.monotonic()
    chosen = workers or os.cpu_count() or 1
    dataset = Dataset(Path(folder))
    with Manifest(manifest) as listed:
        identity = _identity(listed, settings, shard_size)
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
                raise InputError(
                    f"{done['rejected']} documents were rejected, more than {max_rejected} (--max-rejected); the"
                    f" reasons are in {dataset.folder / '.rejected'}, finished shards are kept"
                )

        check()
        open_shards = (shard for shard in listed.shards(shard_size) if dataset.counts(shard.number) is None)
        with closing(_run(engine, open_shards, settings, chosen, ray_address)) as results:
            for result in results:
                done.update(dataset.write_shard(result)["rows"])
                check()
    dataset.merge(shards)
    result_of_all = state()
    dataset.write_run(
        {"identity": identity, "finished": True, "engine": engine, "workers": chosen, "shards": shards}
        | asdict(result_of_all)
    )
    return result_of_all


def _run(
    engine: str, shards: Iterator[Shard], settings: Settings, workers: int, address: str | None
) -> Generator[Result, None, None]:
    # A cluster is started only for work that is left.
    first = next(shards, None)
    if first is None:
        return
    remaining = (shard for part in ((first,), shards) for shard in part)
    if engine == "ray":
        yield from engines.ray(remaining, settings, workers, address)
    else:
        yield from engines.local(remaining, settings, workers)


def _identity(manifest: Manifest, settings: Settings, shard_size: int) -> dict[str, object]:
    """Return everything that decides what the files hold, as plain JSON values."""
    encoder = load_encoder(settings)
    files = [*settings.confusions, *([settings.decisions] if settings.decisions else [])]
    return {
        "signature": signature(settings, encoder, pipeline.components(), VERSION),
        "manifest": manifest.digest,
        "shard_size": shard_size,
        **settings.result_fields(),
        "files": {name: _file_digest(name) for name in files},
    }


def _file_digest(name: str) -> str:
    try:
        return hashlib.sha256(Path(name).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from error
