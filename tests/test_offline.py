"""Nothing is sent or fetched: a whole run opens no connection."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from audit.demo import demonstration

HYPOTHESIS, REFERENCES = demonstration()

# Python itself reports these events, whoever causes them, before they happen.
GUARDED = """
import sys
def guard(event, details):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"):
        print("NETWORK", event, details[-1], file=sys.stderr)
        raise PermissionError("no network here")
sys.addaudithook(guard)
sys.argv[1:] = {arguments!r}
from audit.__main__ import main
main()
"""


def guarded(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = GUARDED.format(arguments=list(arguments))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_guard_sees_a_connection() -> None:
    code = GUARDED.format(arguments=[]).replace("from audit.__main__ import main\nmain()", "")
    code += "import socket; socket.create_connection(('localhost', 9))"
    assert "NETWORK" in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr


def test_a_whole_run_opens_no_connection(tmp_path: Path) -> None:
    references = [part for path in REFERENCES for part in ("-r", str(path))]
    done = guarded("run", str(HYPOTHESIS), *references, "-o", str(tmp_path / "out"), "--no-cache")
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stderr


@pytest.mark.parametrize("name", ["no-such/model", "all-MiniLM-L6-v2"])
def test_a_model_that_is_not_here_is_not_looked_for_elsewhere(name: str, tmp_path: Path) -> None:
    done = guarded("run", str(HYPOTHESIS), "--model", name, "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "NETWORK" not in done.stderr
    assert name in done.stderr
    assert "--download" in done.stderr
    assert len(done.stderr.splitlines()) <= 3
    assert not (tmp_path / "out").exists()
