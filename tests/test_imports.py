"""Importing the package, asking for help and rendering old results load nothing that they do not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "sentence_transformers", "transformers", "pandas", "matplotlib", "onnxruntime", "onnx", "tokenizers",
         "sacrebleu", "wordfreq", "ray", "numpy"}  # fmt: skip


def loaded(code: str) -> set[str]:
    """Run ``code`` in a fresh interpreter and return the top names of all modules that it loaded."""
    listing = "\nimport sys; print('\\n' + ' '.join({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code + listing], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import audit",
        "import audit; audit.__version__, dir(audit), audit.InputError, audit.Settings(), audit.Finding",
        "import audit; audit.Auditor, audit.audit_text, audit.AuditResult",
    ],
)
def test_the_package_is_light(code: str) -> None:
    assert loaded(code) & HEAVY == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["run", "no-such-file"], ["bad"]])
def test_help_and_bad_usage_load_no_library(arguments: list[str]) -> None:
    code = f"""
from audit.cli import run
from audit.interruption import Interruption
run({arguments!r}, Interruption())"""
    assert loaded(code) & HEAVY == set()


def test_importing_the_command_line_sets_up_nothing() -> None:
    code = """
import logging, signal
before = signal.getsignal(signal.SIGTERM), logging.root.handlers[:]
import audit.cli, audit.__main__
assert (signal.getsignal(signal.SIGTERM), logging.root.handlers) == before"""
    loaded(code)
