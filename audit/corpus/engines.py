"""What carries tasks to workers and their outcomes back: the processes of this machine, or a Ray cluster.

A task is a shard of documents, or of a pool's references. Order is not kept. A task whose worker dies is tried again by
itself, then item by item, so that what kills a worker takes nothing else with it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.process import BaseProcess
from typing import Any

from audit.corpus.shards import Options, Outcome, Task, Worker, given_up, joined, singles
from audit.errors import SettingsError
from audit.extras import ray_module
from audit.settings import Settings

__all__ = ["gpu_share", "local", "ray"]

# Tasks that wait at each worker, so that it never idles while results are written.
_AHEAD = 2
_TRIES = 2
_DIED = f"the worker died {_TRIES} times on it (out of memory?); audit it by itself to learn more"


def local(tasks: Iterator[Task], settings: Settings, options: Options, workers: int) -> Iterator[Outcome]:
    """Carry out ``tasks`` on ``workers`` processes."""
    start = (settings, options, _threads(workers))
    while True:
        suspects: list[Task] = []
        others = set(multiprocessing.active_children())
        with _pool(workers, start) as pool:
            yield from _stream(pool, tasks, workers * _AHEAD, suspects)
            if suspects:
                _kill_all_but(others)
        if not suspects:
            return
        with _Patient(start) as patient:
            for task in suspects:
                yield patient.work(task)


def _threads(workers: int) -> int:
    """Return the threads of each worker: its part of the cores, unless the user said how many."""
    told = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(told) if told.isdigit() else (os.cpu_count() or 1) // workers)


def _stream(pool: ProcessPoolExecutor, tasks: Iterator[Task], ahead: int, suspects: list[Task]) -> Iterator[Outcome]:
    """Yield outcomes as they come; if a worker dies, what was under way is left in ``suspects``."""
    running: dict[Future[Outcome], Task] = {}
    try:
        while not suspects:
            while len(running) < ahead and (task := next(tasks, None)) is not None:
                try:
                    running[_submitted(pool, task)] = task
                except BrokenProcessPool:
                    suspects.append(task)
                    break
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                task = running.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    suspects.append(task)
        for future, task in running.items():
            try:
                yield future.result()
            except BrokenProcessPool:
                suspects.append(task)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, task: Task) -> Future[Outcome]:
    """Hand ``task`` to ``pool``.

    Raises:
        BrokenProcessPool: a worker died.
    """
    try:
        return pool.submit(_work, task)
    except OSError as error:
        if error.errno is not None:
            raise
        # The pool, about to find itself broken, has closed the pipe that a new worker would read.
        raise BrokenProcessPool(str(error)) from error


class _Patient:
    """One worker at a time for tasks whose worker died; another one whenever it dies."""

    def __init__(self, start: tuple[Settings, Options, int]) -> None:
        self._start = start
        self._others = set(multiprocessing.active_children())
        self._pool = _pool(1, start)

    def __enter__(self) -> _Patient:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def work(self, task: Task) -> Outcome:
        whole = self._tried(task)
        if whole is not None:
            return whole
        parts = []
        for single in singles(task):
            tries = (self._tried(single) for _ in range(_TRIES))
            parts.append(next((outcome for outcome in tries if outcome is not None), None) or given_up(single, _DIED))
        return joined(parts)

    def _tried(self, task: Task) -> Outcome | None:
        try:
            return _submitted(self._pool, task).result()
        except BrokenProcessPool:
            _kill_all_but(self._others)
            self._pool.shutdown()
            self._pool = _pool(1, self._start)
            return None


def _kill_all_but(others: Collection[BaseProcess]) -> None:
    """Kill the workers of a pool that lost one: the pool would wait for ever for one that is still sending a result."""
    for child in multiprocessing.active_children():
        if child not in others:
            child.kill()


def _pool(workers: int, start: tuple[Settings, Options, int]) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin, initargs=start
    )


_worker: list[Worker] = []
"""The worker of this process, made once when the process starts; a pool offers no other place for it."""


def _begin(settings: Settings, options: Options, threads: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _worker[:] = [Worker(settings, options, threads)]


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _work(task: Task) -> Outcome:
    return _worker[0].work(task)


def ray(
    tasks: Iterator[Task], settings: Settings, options: Options, workers: int, address: str | None
) -> Iterator[Outcome]:
    """Carry out ``tasks`` on ``workers`` actors, each with its model, of the cluster at ``address``.

    An actor has one core, and its part of the cluster's GPUs where there are any. It gets its next task when it has
    finished one, so that slow nodes hold up nobody. Without an address a cluster is started on this machine, and
    stopped at the end.

    Raises:
        MissingExtraError: Ray is not installed.
        SettingsError: no cluster answers at ``address``, or none could be started.
    """
    module = ray_module()
    started = not module.is_initialized()
    if started:
        _connect(module, workers, address)
    try:
        yield from _on_actors(module, tasks, settings, options, workers)
    finally:
        if started:
            module.shutdown()


def _connect(module: Any, workers: int, address: str | None) -> None:
    cores = {} if address else {"num_cpus": workers, "include_dashboard": False}
    try:
        module.init(address=address, log_to_driver=False, logging_level="error", **cores)
    except Exception as error:  # noqa: BLE001 - Ray raises plain ones when its processes take too long to start
        reason = " ".join(str(error).split())
        if address:
            raise SettingsError(f"no Ray cluster answers at {address}; check --ray-address ({reason})") from None
        raise SettingsError(
            f"Ray did not start on this machine; try again when it is less busy, or use --engine local ({reason})"
        ) from None


def gpu_share(gpus: float, workers: int) -> float:
    """Return the GPUs of each of ``workers``, as Ray counts them: whole ones, or a fraction where they share one."""
    share = gpus / workers
    return float(int(share)) if share >= 1 else int(share * 100) / 100


def _on_actors(
    module: Any, tasks: Iterator[Task], settings: Settings, options: Options, workers: int
) -> Iterator[Outcome]:
    gpus = gpu_share(module.cluster_resources().get("GPU", 0.0), workers)
    # An actor that dies is started again and carries out its task again.
    remote = module.remote(num_cpus=1, num_gpus=gpus, max_restarts=-1, max_task_retries=_TRIES - 1)(Worker)
    actors = [remote.remote(settings, options, 1) for _ in range(workers)]
    running: dict[Any, tuple[Any, Task]] = {}
    for actor in actors * _AHEAD:
        _submit(running, actor, next(tasks, None))
    while running:
        (done,), _ = module.wait(list(running), num_returns=1)
        actor, task = running.pop(done)
        _submit(running, actor, next(tasks, None))
        outcome = _outcome(module, done)
        if outcome is None and len(task.items) > 1:
            # It kills its worker: item by item, on this actor alone, in order.
            yield joined([_alone(module, actor, single) for single in singles(task)])
        else:
            yield outcome or given_up(task, _DIED)


def _alone(module: Any, actor: Any, task: Task) -> Outcome:
    return _outcome(module, actor.work.remote(task)) or given_up(task, _DIED)


def _outcome(module: Any, reference: Any) -> Outcome | None:
    try:
        outcome: Outcome = module.get(reference)
    except module.exceptions.RayActorError:
        return None
    return outcome


def _submit(running: dict[Any, tuple[Any, Task]], actor: Any, task: Task | None) -> None:
    if task is not None:
        running[actor.work.remote(task)] = (actor, task)
