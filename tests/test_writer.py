"""A folder of results is complete or as it was, whatever happens on the way."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from reporting_examples import example

from audit.errors import OutputError, SettingsError
from audit.reporting import interchange, writer
from audit.reporting.tables import TABLES

LIGHT = ("csv", "json")
NAMES = {*(f"{name}.csv" for name in TABLES), "audit.json", "signature.txt"}


def signed(signature: str):
    return replace(example(), signature=signature)


def state(folder: Path) -> set[str]:
    """The signatures that the files of a folder carry; one when they are of one run."""
    found = {json.loads((folder / "audit.json").read_text("utf-8"))["signature"]}
    return found | {(folder / "signature.txt").read_text().strip()}


def test_every_file_of_the_contract_is_written(tmp_path):
    paths = writer.write(example(), tmp_path / "a" / "b")
    assert paths == sorted(p for p in (tmp_path / "a" / "b").iterdir())
    names = {p.name for p in paths}
    assert names >= NAMES | {"report.html"}
    assert sum(name.endswith(".png") for name in names) >= 2
    assert not list((tmp_path / "a").glob(".*"))


def test_the_same_audit_gives_the_same_bytes(tmp_path):
    formats = writer.FORMATS
    first, second = (writer.write(example(), tmp_path / name, formats) for name in "ab")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_what_audit_json_holds_gives_the_same_bytes_again(tmp_path):
    first = writer.write(example(), tmp_path / "a", writer.FORMATS)
    second = writer.write(interchange.read(tmp_path / "a" / "audit.json"), tmp_path / "b", writer.FORMATS)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


@pytest.mark.parametrize("formats", [("csv",), ("json",), ("html",), ("png",), ("svg",)])
def test_only_what_was_asked_for(tmp_path, formats):
    paths = writer.write(example(), tmp_path / "out", formats)
    suffixes = {p.suffix for p in paths}
    assert suffixes - {".txt"} == {f".{formats[0]}"}


@pytest.mark.parametrize("formats", [(), ("xlsx",), ("csv", "pdf")])
def test_an_unknown_format_is_refused(tmp_path, formats):
    with pytest.raises(SettingsError, match="choose from csv, json, html"):
        writer.write(example(), tmp_path / "out", formats)
    assert not (tmp_path / "out").exists()


def test_other_files_are_kept_and_old_results_replaced(tmp_path):
    out = tmp_path / "out"
    writer.write(signed("old"), out, LIGHT)
    (out / "notes.md").write_text("mine")
    writer.write(signed("new"), out, LIGHT)
    assert state(out) == {"new"}
    assert {p.name for p in out.iterdir()} == NAMES | {"notes.md"}
    assert (out / "notes.md").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("obstacle", ["subfolder", "symlink", "no_exchange", "working_folder", "parent_read_only"])
def test_folders_that_cannot_be_exchanged_are_written_file_by_file(tmp_path, monkeypatch, obstacle):
    out = tmp_path / "out"
    writer.write(signed("old"), out, LIGHT)
    match obstacle:
        case "subfolder":
            (out / "pictures").mkdir()
        case "symlink":
            (out / "link").symlink_to("nowhere")
        case "no_exchange":
            monkeypatch.setattr(writer, "_swap", lambda: None)
        case "working_folder":
            monkeypatch.chdir(out)
        case "parent_read_only":
            access = os.access
            monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path and access(path, mode))
    inode = out.stat().st_ino
    writer.write(signed("new"), out, LIGHT)
    assert state(out) == {"new"}
    assert out.stat().st_ino == inode
    assert not [p for p in (*tmp_path.iterdir(), *out.iterdir()) if p.name.startswith(".")]


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    writer.write(example(), tmp_path / "link", LIGHT)
    assert (tmp_path / "link").is_symlink()
    assert {p.name for p in (tmp_path / "real").iterdir()} == NAMES


def test_a_folder_in_the_place_of_a_file_is_kept(tmp_path):
    out = tmp_path / "out"
    (out / "audit.json").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"audit\.json is a folder"):
        writer.write(example(), out, LIGHT)
    assert [p.name for p in out.iterdir()] == ["audit.json"]


@pytest.mark.parametrize("place", ["file", "file/below", "n" * 300, "nul\0"])
def test_a_place_that_is_no_folder_is_refused_before_the_work(tmp_path, place):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(OutputError, match="Choose another one with -o"):
        writer.check_folder(tmp_path / place)
    assert (tmp_path / "file").read_text() == "kept"


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="no permission"):
        writer.check_folder(tmp_path / "new" / "deep")
    assert not list(tmp_path.iterdir())


def test_checking_makes_nothing(tmp_path):
    writer.check_folder(tmp_path / "new" / "deep")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("there", [True, False])
def test_a_full_disk_changes_nothing(tmp_path, monkeypatch, there):
    out = tmp_path / "deep" / "out"
    if there:
        writer.write(signed("old"), out, LIGHT)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        writer.write(signed("new"), out, LIGHT)
    assert sorted(p.name for p in tmp_path.rglob("*")) == (["deep", "out", *NAMES] if there else []) or there
    assert not list(tmp_path.rglob(".*"))
    assert not there or state(out) == {"old"}


def test_a_second_writer_is_told_to_wait(tmp_path):
    with writer._stage((tmp_path / "out").resolve()), pytest.raises(OutputError, match="another run is writing"):
        writer.write(example(), tmp_path / "out", LIGHT)
    writer.write(example(), tmp_path / "out", LIGHT)
    assert state(tmp_path / "out") == {example().signature}


ASSAULT = """
import os, signal, shutil, sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from reporting_examples import example
from audit.reporting import interchange, writer
from test_writer import LIGHT, signed, state

os.fsync = lambda handle: None  # no step on the file system that another process could see
NAMES = {"audit.json", "signature.txt"}
writer._contents = lambda audit, *_: {
    "audit.json": ('{"signature": "%s"}' % audit.signature).encode(), "signature.txt": audit.signature.encode()
}
home, shape, how = Path(sys.argv[2]), sys.argv[3], sys.argv[4]
out = home / "out"
swap = writer._swap

def prepared():
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    writer._swap = swap
    if shape != "absent":
        writer.write(signed("old"), out, LIGHT)
        (out / "notes.md").write_text("mine")
    if shape == "each":
        writer._swap = lambda: None

def child(stop):
    seen = 0
    def hook(event, _):
        nonlocal seen
        if not event.startswith(("os.", "open", "shutil.", "fcntl.")):
            return
        seen += 1
        if seen == stop:
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise KeyboardInterrupt
    sys.addaudithook(hook)
    try:
        writer.write(signed("new"), out, LIGHT)
    except KeyboardInterrupt:
        os._exit(3)
    os._exit(0)

stop, states = 0, []
while True:
    stop += 1
    prepared()
    pid = os.fork()
    if pid == 0:
        child(stop)
    _, status = os.waitpid(pid, 0)
    found = state(out) if out.exists() else {"absent"}
    assert len(found) == 1 or (shape, how) == ("each", "kill"), (stop, found)
    assert shape == "absent" or (out / "notes.md").read_text() == "mine", stop
    assert not out.exists() or {p.name for p in out.iterdir()} - {"notes.md"} == NAMES, (stop, os.listdir(out))
    states.append(found)
    if how == "interrupt":
        assert not list(home.glob(".*")), (stop, list(home.iterdir()))
    writer.write(signed("last"), out, LIGHT)
    assert state(out) == {"last"}
    assert {p.name for p in home.iterdir()} == {"out"}, stop
    if os.waitstatus_to_exitcode(status) == 0:
        break
assert len(states) > 10 and states[0] != states[-1] == {"new"}, states
print(len(states), "places")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="exchanging folders in one step is Linux's")
@pytest.mark.parametrize("how", ["kill", "interrupt"])
@pytest.mark.parametrize("shape", ["absent", "whole", "each"])
def test_stopped_at_any_moment_the_folder_is_as_before_or_complete(tmp_path, shape, how):
    """A process is stopped at its first, second, third … step on the file system."""
    here = Path(__file__).parent
    command = [sys.executable, "-c", ASSAULT, str(here), str(tmp_path / "home"), shape, how]
    done = subprocess.run(command, cwd=here.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("inside", ["", "before", "copies"])
def test_a_link_laid_beside_the_folder_is_not_followed(tmp_path, inside):
    """Where the files are made is known beforehand; whoever laid a link there must not have others' files removed."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "diary.txt").write_text("mine")
    stage = tmp_path / "out" / ".." / ".results.partial"
    (tmp_path / "out").mkdir()
    if inside:
        stage.mkdir()
        (stage / inside).symlink_to(precious)
    else:
        stage.symlink_to(precious)
    writer.write(example(), tmp_path / "results", LIGHT)
    assert (precious / "diary.txt").read_text() == "mine"
    assert {p.name for p in (tmp_path / "results").iterdir()} == NAMES
    assert not stage.is_symlink()
    assert not stage.exists()


@pytest.mark.parametrize("swapped", [True, False])
def test_links_within_the_folder_are_replaced_not_followed(tmp_path, monkeypatch, swapped):
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "audit.json").symlink_to(precious)
    (out / "entities.csv").symlink_to(tmp_path / "nowhere.txt")
    if not swapped:
        monkeypatch.setattr(writer, "_swap", lambda: None)
    writer.write(example(), out, LIGHT)
    assert precious.read_text() == "mine"
    assert not (tmp_path / "nowhere.txt").exists()
    assert not (out / "audit.json").is_symlink()
    assert not (out / "entities.csv").is_symlink()


def test_links_are_back_where_writing_failed(tmp_path, monkeypatch):
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "audit.json").symlink_to(precious)
    monkeypatch.setattr(writer, "_swap", lambda: None)
    replace_, moved = Path.replace, []

    def failing(self, target):
        if self.name == "signature.txt":
            raise OSError(errno.ENOSPC, "No space left on device")
        moved.append(self.name)
        return replace_(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OutputError, match="No space left"):
        writer.write(example(), out, LIGHT)
    assert "audit.json" in moved
    assert (out / "audit.json").is_symlink()
    assert precious.read_text() == "mine"
    assert [p.name for p in out.iterdir()] == ["audit.json"]
