"""What goes wrong around a run: a full disk, folders that may not be written, two runs at once, damaged files.

``tests/benchmarks/faults.py`` does the same and more, many times; tests/test_interruption.py stops runs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks import faults

NO_ROOT = os.geteuid() == 0 and shutil.which("setpriv") is None


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def complete(cache: Path) -> dict[str, bytes]:
    return faults.whole(cache)[0]


def survived(*outcomes: faults.Outcome | None) -> None:
    assert [outcome for outcome in outcomes if outcome is not None and outcome.faults] == []


@pytest.mark.parametrize("limit", [1_000, 100_000])
def test_a_disk_that_is_full(limit: int, cache: Path, complete: dict[str, bytes]) -> None:
    survived(faults.full_disk(limit, cache))


@pytest.mark.skipif(NO_ROOT, reason="root may write anywhere, and setpriv is not here")
def test_folders_that_may_not_be_written(cache: Path, complete: dict[str, bytes]) -> None:
    outcomes: Iterator[faults.Outcome] = faults.forbidden(cache)
    survived(*outcomes)


def test_two_runs_into_one_folder(cache: Path, complete: dict[str, bytes]) -> None:
    survived(faults.two_at_once(complete, cache))


@pytest.mark.parametrize("spoil", ["cut", "noise"])
def test_a_damaged_cache_is_as_none(spoil: str, complete: dict[str, bytes]) -> None:
    survived(faults.damaged_cache(complete, spoil))


def test_a_damaged_model_is_said(cache: Path, complete: dict[str, bytes]) -> None:
    survived(faults.damaged_model(cache))
