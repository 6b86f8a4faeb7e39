"""A run that is stopped, at any moment and in any way, leaves the output folder as it was or complete."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from audit.demo import demonstration
from audit.interruption import Interruption

HYPOTHESIS, REFERENCES = demonstration()
MOMENTS = int(os.environ.get("AUDIT_KILLS", "4"))
# Before our own first line and while Python takes itself down, a signal ends the process as it ends any other; a shell
# sees the same code.
CODES = {
    signal.SIGINT: {130, -signal.SIGINT},
    signal.SIGTERM: {143, -signal.SIGTERM},
    signal.SIGKILL: {-signal.SIGKILL},
}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def start(output: Path, temporary: Path) -> subprocess.Popen[bytes]:
    references = [part for path in REFERENCES for part in ("-r", str(path))]
    command = [sys.executable, "-m", "audit", "run", str(HYPOTHESIS), *references, "-o", str(output)]
    environment = os.environ | {"TMPDIR": str(temporary)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """What an undisturbed run writes, and the seconds that it takes."""
    folder = tmp_path_factory.mktemp("whole")
    took = 0.0
    for _ in range(2):  # the second one finds model and embeddings prepared, as the disturbed ones do
        begin = time.monotonic()
        with start(folder / "out", folder) as process:
            assert process.wait() == 0, process.stderr.read()
        took = time.monotonic() - begin
    return contents(folder / "out"), took


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder of results of another run, with a file of someone's own."""
    folder = tmp_path / "results" / "out"
    folder.mkdir(parents=True)
    for name in ("audit.json", "entities.csv", "report.html", "my-notes.txt"):
        (folder / name).write_text(f"old {name}")
    (tmp_path / "tmp").mkdir()
    return folder


@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("how", CODES, ids=lambda how: how.name)
def test_a_stopped_run(
    how: signal.Signals, moment: int, old: Path, tmp_path: Path, whole: tuple[dict[str, bytes], float]
) -> None:
    complete, took = whole
    before = contents(old)
    with start(old, tmp_path / "tmp") as process:
        time.sleep(took * (moment + 0.5) / MOMENTS)
        process.send_signal(how)
        code, err = process.wait(timeout=600), process.stderr.read().decode()
    after = contents(old)
    assert after in (before, complete | {"my-notes.txt": before["my-notes.txt"]})
    assert "Traceback" not in err
    assert code in CODES[how] or (code == 0 and after != before), err
    if how is not signal.SIGKILL:
        assert [path.name for path in old.parent.iterdir()] == ["out"]
        assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("how", CODES, ids=lambda how: how.name)
def test_stopped_while_it_writes(
    how: signal.Signals, old: Path, tmp_path: Path, whole: tuple[dict[str, bytes], float]
) -> None:
    complete, _ = whole
    before = contents(old)
    with start(old, tmp_path / "tmp") as process:
        while process.poll() is None and len(list(old.parent.iterdir())) == 1:
            time.sleep(0.0005)
        process.send_signal(how)
        process.wait(timeout=600)
    assert contents(old) in (before, complete | {"my-notes.txt": before["my-notes.txt"]})
    with start(old, tmp_path / "tmp") as process:
        assert process.wait() == 0
    assert contents(old) == complete | {"my-notes.txt": before["my-notes.txt"]}
    assert [path.name for path in old.parent.iterdir()] == ["out"]


def test_a_lost_signal_is_heard_at_the_next_step() -> None:
    """Python swallows what a handler raises within a destructor."""
    code = """
import os, signal
from audit.interruption import Interruption
interruption = Interruption()
interruption.install()
class Noisy:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
noise = Noisy()
del noise
print("still here", flush=True)
interruption.check()
print("not here")"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (143, "still here\n", "")


def test_what_else_is_lost_in_a_destructor_is_said() -> None:
    code = """
from audit.interruption import Interruption
Interruption().install()
class Odd:
    def __del__(self):
        raise ValueError("odd")
odd = Odd()
del odd"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ValueError: odd" in done.stderr


def test_a_second_signal_kills() -> None:
    code = """
import os, signal
from audit.interruption import Interruption
Interruption().install()
try:
    os.kill(os.getpid(), signal.SIGINT)
finally:
    os.kill(os.getpid(), signal.SIGINT)"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGINT


def test_without_a_signal_nothing_happens() -> None:
    Interruption().check()
