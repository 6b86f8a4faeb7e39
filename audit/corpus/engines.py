"""What carries shards to workers and back: the processes of this machine, or a Ray cluster. Order is not kept."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from typing import Any

from audit.corpus.extras import ray_module
from audit.corpus.manifest import Shard
from audit.corpus.shards import Result, Worker, rejected_whole
from audit.settings import Settings

__all__ = ["local", "ray"]

# Shards that wait at each worker, so that it never idles while results are written.
_AHEAD = 2
_DEATHS = 2
_DIED = "the worker that audited its shard died {} times (out of memory?); audit it by itself to learn more"


def local(shards: Iterator[Shard], settings: Settings, workers: int) -> Iterator[Result]:
    """Audit ``shards`` on ``workers`` processes. A shard whose worker dies is audited again, then by itself."""
    waiting = deque[Shard]()
    while True:
        suspects: list[Shard] = []
        others = set(multiprocessing.active_children())
        with _pool(settings, workers) as pool:
            yield from _stream(pool, shards, workers * _AHEAD, suspects)
            if suspects:
                _kill_all_but(others)
        if not suspects:
            return
        waiting.extend(suspects)
        while waiting:
            yield _alone(waiting.popleft(), settings, workers)


def _stream(pool: ProcessPoolExecutor, shards: Iterator[Shard], ahead: int, suspects: list[Shard]) -> Iterator[Result]:
    """Yield results as they come; if a worker dies, what was under way is left in ``suspects``."""
    running: dict[Future[Result], Shard] = {}
    try:
        while not suspects:
            while len(running) < ahead and (shard := next(shards, None)) is not None:
                try:
                    running[pool.submit(_audit, shard)] = shard
                except BrokenProcessPool:
                    suspects.append(shard)
                    break
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                shard = running.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    suspects.append(shard)
        for future, shard in running.items():
            try:
                yield future.result()
            except BrokenProcessPool:
                suspects.append(shard)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _alone(shard: Shard, settings: Settings, workers: int) -> Result:
    for _ in range(_DEATHS):
        others = set(multiprocessing.active_children())
        with _pool(settings, 1, of=workers) as pool:
            try:
                return pool.submit(_audit, shard).result()
            except BrokenProcessPool:
                _kill_all_but(others)
    return rejected_whole(shard, _DIED.format(_DEATHS + 1))


def _kill_all_but(others: Collection[BaseProcess]) -> None:
    """Kill the workers of a pool that lost one: the pool would wait for ever for one that is still sending a result."""
    for child in multiprocessing.active_children():
        if child not in others:
            child.kill()


def _pool(settings: Settings, workers: int, *, of: int | None = None) -> ProcessPoolExecutor:
    told = os.environ.get("OMP_NUM_THREADS", "")
    threads = max(1, int(told) if told.isdigit() else (os.cpu_count() or 1) // (of or workers))
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(settings, threads),
    )


_worker: list[Worker] = []
"""The worker of this process, made once when the process starts; a pool offers no other place for it."""


def _start(settings: Settings, threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _worker[:] = [Worker(settings, threads)]


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _audit(shard: Shard) -> Result:
    return _worker[0].audit(shard)


def ray(shards: Iterator[Shard], settings: Settings, workers: int, address: str | None) -> Iterator[Result]:
    """Audit ``shards`` on ``workers`` actors, each with its model and one core, of the cluster at ``address``.

    Without an address a cluster is started on this machine, and stopped at the end. An actor that dies is started
    again and its shard is audited again.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    module = ray_module()
    started = not module.is_initialized()
    if started:
        cores = {} if address else {"num_cpus": workers, "include_dashboard": False}
        module.init(address=address, log_to_driver=False, logging_level="error", **cores)
    try:
        yield from _on_actors(module, shards, settings, workers)
    finally:
        if started:
            module.shutdown()


def _on_actors(module: Any, shards: Iterator[Shard], settings: Settings, workers: int) -> Iterator[Result]:
    remote = module.remote(num_cpus=1, max_restarts=-1, max_task_retries=_DEATHS)(Worker)
    actors = [remote.remote(settings, 1) for _ in range(workers)]
    running: dict[Any, tuple[Any, Shard]] = {}
    for actor in actors * _AHEAD:
        _submit(running, actor, shards)
    while running:
        (done,), _ = module.wait(list(running), num_returns=1)
        actor, shard = running.pop(done)
        _submit(running, actor, shards)
        try:
            yield module.get(done)
        except module.exceptions.RayActorError:
            yield rejected_whole(shard, _DIED.format(_DEATHS + 1))


def _submit(running: dict[Any, tuple[Any, Shard]], actor: Any, shards: Iterator[Shard]) -> None:
    if (shard := next(shards, None)) is not None:
        running[actor.audit.remote(shard)] = (actor, shard)
