"""What every test may ask for: the shared evaluation data and the real model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from audit.auditor import Auditor
    from audit.embeddings import Encoder

# A busy machine is no fault of the code.
settings.register_profile("project", deadline=None)
settings.load_profile("project")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("AUDIT_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real documents, their gold annotation and the benchmarks, which is no part of the clone.

    On CI its absence is an error: a run that skips the real case would prove nothing.
    """
    if not (SHARED / "seeds").is_dir():
        reason = f"the evaluation data are not here ({SHARED}); set AUDIT_SHARED to their folder"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled model, loaded once; no embedding is cached on disk."""
    from audit.encoders import load_encoder
    from audit.settings import Settings

    return load_encoder(Settings(cache=False))


@pytest.fixture(scope="session")
def auditor() -> Auditor:
    """An auditor with the bundled model; nothing is cached on disk."""
    from audit.auditor import Auditor
    from audit.settings import Settings

    return Auditor(Settings(cache=False))


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests and the processes that they start share a cache of their own, not the user's."""
    os.environ["AUDIT_CACHE"] = str(tmp_path_factory.mktemp("cache"))
