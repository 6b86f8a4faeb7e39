"""Corpus runs: nothing lost, nothing twice, whatever is killed, damaged or missing."""

from __future__ import annotations

import errno
import gzip
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow.parquet as pq
import pytest

from audit.corpus import TooManyRejectedError, engines, run_corpus
from audit.corpus.engines import gpu_share
from audit.corpus.limits import TimeIsUp, time_limit
from audit.corpus.manifest import Manifest
from audit.corpus.memo import MemoEncoder
from audit.corpus.shards import Options, Shard, Worker
from audit.corpus.sources import Source, read_source
from audit.errors import AuditError, InputError, MissingExtraError, OutputError, SettingsError
from audit.settings import Settings

TABLES = ("documents", "sentences", "entities", "links")
REFERENCE = (
    "Angela Merkel met Emmanuel Macron in Berlin on Tuesday. The two leaders spoke about the budget of the European"
    " Union. Macron said that 400 million euros were needed. Merkel agreed with him."
)
HYPOTHESIS = (
    "Angela Merkle has met Emmanuel Makron in Berlin on Tuesday. Both leaders talked about the budget of the European"
    " Union. Makron said 400 million euros were needed. Merkle agreed with him in visit number {}."
)
FAST = Settings(cache=False, scores=False, wording=False)


def rows(number: int) -> list[dict]:
    reference = {"type": "reference", "id": "news", "text": REFERENCE}
    return [reference] + [
        {"id": f"doc-{i}", "hypothesis": HYPOTHESIS.format(i), "references": ["news"]} for i in range(number)
    ]


def manifest(path: Path, records: Iterable[dict | bytes]) -> Path:
    lines = (r if isinstance(r, bytes) else json.dumps(r).encode() for r in records)
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def tables(folder: Path) -> dict[str, object]:
    """Return all that a run found out: every table, row by row in order, and the two files over all shards."""
    found: dict[str, object] = {name: pq.read_table(folder / name).to_pylist() for name in TABLES}
    return found | {
        "rejected": pq.read_table(folder / "rejected.parquet").to_pylist(),
        "entities.csv": (folder / "entities.csv").read_bytes(),
    }


def command(listed: Path, folder: Path, *options: str) -> list[str]:
    common = ("corpus", str(listed), "-o", str(folder), "--only", "entities")
    return [sys.executable, "-m", "audit", *common, *options]


def called(listed: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(listed, folder, *options), capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return manifest(tmp_path_factory.mktemp("manifest") / "all.jsonl", rows(150))


@pytest.fixture(scope="module")
def single(listed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("single") / "out"
    run = called(listed, folder, "--workers", "1")
    assert run.returncode == 0, run.stderr
    return folder


def test_every_document_is_in_the_tables_once(single: Path) -> None:
    found = tables(single)
    assert [row["document"] for row in found["documents"]] == [f"doc-{i}" for i in range(150)]
    assert found["rejected"] == []
    assert {row["document"] for row in found["links"]} == {f"doc-{i}" for i in range(150)}
    assert {row["document"] for row in found["entities"]} == {f"doc-{i}" for i in range(150)}
    told = json.loads((single / "run.json").read_bytes())
    assert (told["finished"], told["documents"], told["shards"]) == (True, 150, 3)
    assert "all-MiniLM-L6-v2@" in told["identity"]["signature"]


def test_the_tables_are_those_of_single_audits(single: Path) -> None:
    from audit import Auditor
    from audit.reporting.tables import table_rows

    audit = Auditor(FAST).audit_text(HYPOTHESIS.format(7), {"news": REFERENCE})
    columns, expected = table_rows(audit, "sentences")
    shown = [tuple(row[c] for c in columns) for row in tables(single)["sentences"] if row["document"] == "doc-7"]
    assert [row[1:] for row in shown] == [row[1:] for row in expected]


def test_two_workers_find_what_one_finds(listed: Path, single: Path, tmp_path: Path) -> None:
    run = called(listed, tmp_path / "out", "--workers", "2")
    assert run.returncode == 0, run.stderr
    assert tables(tmp_path / "out") == tables(single)


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'mt-audit[ray]'")
def test_ray_finds_what_one_process_finds(listed: Path, single: Path, tmp_path: Path) -> None:
    run = called(listed, tmp_path / "out", "--engine", "ray", "--workers", "2")
    assert run.returncode == 0, run.stderr
    assert tables(tmp_path / "out") == tables(single)


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    named = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in found}
    return [child for child, line in named.items() if b"spawn_main" in line]


def wait_until(condition, process: subprocess.Popen) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.005)


linux = pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")


@linux
def test_a_killed_run_goes_on_where_it_was(listed: Path, single: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run = subprocess.Popen(command(listed, folder, "--workers", "1"), stderr=subprocess.PIPE)
    wait_until(lambda: list(folder.glob("shards/0*.json")), run)
    workers = children(run.pid)
    run.kill()
    run.communicate()
    first = (folder / "shards" / "000000.json").read_bytes()
    assert not (folder / "entities.csv").exists()
    again = called(listed, folder, "--workers", "1", "--resume")
    assert again.returncode == 0, again.stderr
    assert (folder / "shards" / "000000.json").read_bytes() == first, "a finished shard was audited again"
    assert tables(folder) == tables(single)
    assert workers
    assert not [w for w in workers if Path(f"/proc/{w}").exists()], "a worker outlived its run"


@linux
def test_a_killed_worker_loses_nothing(listed: Path, single: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    run = subprocess.Popen(command(listed, folder, "--workers", "2"), stderr=subprocess.PIPE)
    wait_until(lambda: children(run.pid), run)
    os.kill(children(run.pid)[0], signal.SIGKILL)
    _, said = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert tables(folder) == tables(single)


def test_a_pool_that_is_just_breaking_is_a_broken_pool() -> None:
    """It closes the queue to its workers before it says that it is broken, and a new worker cannot be given it."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool._call_queue._reader.close()  # type: ignore[attr-defined]
        with pytest.raises(BrokenProcessPool, match="handle is closed"):
            engines._submitted(pool, Shard(0, (), {}))


def test_a_system_without_room_for_a_worker_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with ProcessPoolExecutor(1) as pool:
        monkeypatch.setattr(pool, "submit", full)
        with pytest.raises(OSError, match="Cannot allocate memory"):
            engines._submitted(pool, Shard(0, (), {}))


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            None,
            "Ray did not start on this machine; try again when it is less busy, or use --engine local (it timed",
        ),
        ("ray://nowhere:1", "no Ray cluster answers at ray://nowhere:1; check --ray-address (it timed out)"),
    ],
)
def test_a_cluster_that_does_not_answer_is_said(
    address: str | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(**_: object) -> None:
        raise Exception("it\ntimed out")

    silent = SimpleNamespace(is_initialized=lambda: False, init=late)
    monkeypatch.setattr(engines, "ray_module", lambda: silent)
    with pytest.raises(SettingsError, match=re.escape(message)):
        next(engines.ray(iter(()), FAST, Options(), 1, address))


def test_a_shard_that_is_not_whole_is_audited_again(tmp_path: Path) -> None:
    listed = manifest(tmp_path / "m.jsonl", rows(4))
    run_corpus([listed], tmp_path / "out", FAST, workers=1, shard_size=2)
    expected = tables(tmp_path / "out")
    part = tmp_path / "out" / "entities" / "shard=000001" / "part.parquet"
    part.write_bytes(part.read_bytes()[:-10])
    done = run_corpus([listed], tmp_path / "out", FAST, workers=1, shard_size=2)
    assert (done.documents, done.resumed) == (4, 2)
    assert tables(tmp_path / "out") == expected


def test_poisoned_records_are_rejected_with_a_reason_and_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "good.txt").write_text(HYPOTHESIS.format("file"), "utf-8")
    good = {"hypothesis": HYPOTHESIS.format(0), "references": [REFERENCE]}
    polish = "Wczoraj prezydent spotkał się z premierem, aby omówić sprawy budżetu oraz reformę szkolnictwa wyższego."
    poison: list[tuple[dict | bytes, str, str]] = [
        (b"{not json", "manifest", "not JSON"),
        (b"\x00\xff\xfe\x80", "manifest", "not UTF-8"),
        (b"[1, 2]", "manifest", "no object"),
        (b"{}", "manifest", "no id"),
        ({"id": "no-text", "references": []}, "manifest", "no hypothesis"),
        ({**good, "id": "good-0"}, "manifest", "was row"),
        ({**good, "id": "list", "references": {"a": 1}}, "manifest", "list of strings"),
        ({**good, "id": "entry", "references": [3]}, "manifest", "reference 0"),
        ({**good, "id": "gone", "references": ["missing"]}, "manifest", "'missing' is neither"),
        ({**good, "id": "empty", "hypothesis": ""}, "read", "empty"),
        ({**good, "id": "blank", "hypothesis": " \n "}, "read", "blanks"),
        ({**good, "id": "long", "hypothesis": "x y " * 5000}, "read", "limit of 10000"),
        ({**good, "id": "reference", "references": ["a half \ud800 pair"]}, "read", "surrogate"),
        ({**good, "id": "surrogate", "hypothesis": "A \udc00 text"}, "read", "surrogate"),
        ({**good, "id": "no-file", "hypothesis": "nowhere.txt"}, "read", "there is no file"),
        ({**good, "id": "binary", "hypothesis": "binary.txt"}, "read", "not a text"),
        ({**good, "id": "polish", "hypothesis": polish}, "audit", "does not look English"),
    ]
    records: list[dict | bytes] = [{**good, "id": "good-0"}]
    for number, (record, _, _) in enumerate(poison, 1):
        records += [record, {**good, "id": f"good-{number}"}]
    records.append({"id": "file", "hypothesis": "good.txt", "references": []})
    listed = manifest(tmp_path / "m.jsonl", records)
    settings = Settings(cache=False, scores=False, wording=False, max_chars=10_000)
    done = run_corpus([listed], tmp_path / "out", settings, workers=1, shard_size=10)
    rejected = tables(tmp_path / "out")["rejected"]
    by_reason = {want: [r for r in rejected if want in r["reason"]] for _, _, want in poison}
    assert len(rejected) == len(poison)
    for _, stage, want in poison:
        assert [r for r in by_reason[want] if r["stage"] == stage], (want, rejected)
    assert done.documents == len(poison) + 2
    assert not [r for r in rejected if "internal error" in r["reason"]]


def test_max_rejected_ends_a_run_that_goes_wrong(tmp_path: Path) -> None:
    listed = manifest(tmp_path / "m.jsonl", [b"no"] * 4 + rows(2))
    with pytest.raises(TooManyRejectedError, match="2 documents were rejected, more than 1"):
        run_corpus([listed], tmp_path / "out", FAST, workers=1, shard_size=2, max_rejected=1)
    done = run_corpus([listed], tmp_path / "out", FAST, workers=1, shard_size=2, max_rejected=4)
    assert (done.documents, done.rejected) == (2, 4)
    stopped = called(listed, tmp_path / "again", "--workers", "1", "--max-rejected", "3")
    assert (stopped.returncode, "more than 3" in stopped.stderr) == (1, True)


def test_one_in_a_hundred_is_poisoned_and_all_others_are_audited(tmp_path: Path) -> None:
    short = "Angela Merkle has met Emmanuel Makron in Berlin on Tuesday."
    records: list[dict | bytes] = [{**row, "hypothesis": short} if "hypothesis" in row else row for row in rows(792)]
    polish = "Wczoraj prezydent spotkał się z premierem, aby omówić sprawy budżetu oraz reformę szkolnictwa wyższego."
    poison: list[tuple[dict | bytes, str]] = [
        (b'{"id": "cut", "hypothesis": "A text that ends in the', "not JSON"),
        (bytes(range(128, 256)), "not UTF-8"),
        ({"id": "empty", "hypothesis": "", "references": ["news"]}, "is empty"),
        ({"id": "long", "hypothesis": "one word " * 600_000, "references": ["news"]}, "the limit of 1000000"),
        ({"id": "bad", "hypothesis": HYPOTHESIS.format(0), "references": [{"no": "string"}]}, "reference 0"),
        ({"id": "polish", "hypothesis": polish, "references": ["news"]}, "does not look English"),
        ({"id": "half", "hypothesis": "A text with \ud83d in it.", "references": ["news"]}, "surrogate"),
        ({"id": "gone", "hypothesis": "nowhere/to/be/found.txt", "references": ["news"]}, "there is no file"),
    ]
    for number, (record, _) in enumerate(poison):
        records.insert(1 + 99 * number + number, record)
    listed = manifest(tmp_path / "m.jsonl", records)
    settings = Settings(cache=False, scores=False, wording=False, max_chars=1_000_000)
    done = run_corpus([listed], tmp_path / "out", settings, workers=2)
    assert (done.total, done.documents, done.rejected) == (800, 792, 8)
    found = tables(tmp_path / "out")
    assert [row["document"] for row in found["documents"]] == [f"doc-{i}" for i in range(792)]
    for row, (_, reason) in zip(found["rejected"], poison, strict=True):
        assert reason in row["reason"], row


def slow(worker: Worker, seconds: float) -> None:
    """Make the worker's model take so long over texts that ask for it."""
    inner = worker._encoder._inner

    class Slow:
        name, digest, dimension, max_tokens = inner.name, inner.digest, inner.dimension, inner.max_tokens

        def encode(self, texts, *, tokens=False):
            if len(texts) < 20 and any("slowly" in text for text in texts):
                time.sleep(seconds)
            return inner.encode(texts, tokens=tokens)

    worker._encoder = MemoEncoder(Slow())


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system interrupts nothing")
def test_a_document_that_takes_too_long_is_rejected(tmp_path: Path) -> None:
    long = "Nothing happens here, and it happens slowly. " * 1001
    records = [*rows(2), {"id": "slow", "hypothesis": long}]
    listed = manifest(tmp_path / "m.jsonl", records)
    worker = Worker(FAST, Options(timeout=5), 1)
    slow(worker, 60)
    with Manifest([listed]) as opened:
        (shard,) = opened.shards(10)
        result = worker.audit(shard)
    assert [row[0] for row in result.tables["documents"]] == ["doc-0", "doc-1"]
    ((document, stage, reason),) = result.tables["rejected"]
    assert (document, stage) == ("slow", "audit")
    assert "took longer than 5 s" in reason
    assert "--timeout" in reason


def test_time_is_up_where_no_signal_comes_too() -> None:
    def work() -> None:
        try:
            with time_limit(0.01) as check:
                time.sleep(0.05)
                check()
        except TimeIsUp:
            ended.append("in time")

    ended: list[str] = []
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == ["in time"]


DEADLY = """
import os
import re
from audit.corpus import shards

def tables(self, case, check, real=shards.Worker._tables):
    if case.item.id == "doc-3":
        os._exit(9)
    return real(self, case, check)

shards.Worker._tables = tables
"""


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_a_document_that_kills_its_worker_takes_nothing_with_it(engine: str, tmp_path: Path) -> None:
    if engine == "ray" and find_spec("ray") is None:
        pytest.skip("Ray is not installed: pip install 'mt-audit[ray]'")
    listed = manifest(tmp_path / "m.jsonl", rows(9))
    # Every process that Python starts reads this first, the workers of both engines too.
    (tmp_path / "sitecustomize.py").write_text(DEADLY, "utf-8")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    given = command(listed, tmp_path / "out", "--engine", engine, "--workers", "2")
    environment = {**os.environ, "PYTHONPATH": path}
    run = subprocess.run(given, capture_output=True, text=True, timeout=300, env=environment)
    assert run.returncode == 0, run.stderr
    found = tables(tmp_path / "out")
    assert [row["document"] for row in found["documents"]] == [f"doc-{i}" for i in range(9) if i != 3]
    (rejected,) = found["rejected"]
    assert (rejected["document"], rejected["stage"]) == ("doc-3", "worker")
    assert "the worker died" in rejected["reason"]


@pytest.mark.parametrize(("gpus", "workers", "share"), [(0, 4, 0), (1, 4, 0.25), (1, 3, 0.33), (4, 4, 1), (8, 3, 2)])
def test_actors_share_the_gpus(gpus: float, workers: int, share: float) -> None:
    assert gpu_share(gpus, workers) == share


def test_a_manifest_may_lie_elsewhere(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    files.pipe("/bucket/texts/a.txt", b"The text of the file.")
    row = {"id": "a", "hypothesis": "texts/a.txt", "references": ["One account of it."]}
    files.pipe("/bucket/lists/one.jsonl", json.dumps({**row, "id": "b", "hypothesis": "Another text."}).encode())
    files.pipe("/bucket/m.jsonl.gz", gzip.compress(json.dumps(row).encode()))
    with Manifest(["memory://bucket/m.*", "memory://bucket/lists"]) as listed:
        (shard,) = listed.shards(10)
    assert [item.id for item in shard.items] == ["a", "b"]
    assert read_source(shard.items[0].hypothesis, "a", 1000).text == "The text of the file."
    assert read_source(shard.items[1].hypothesis, "b", 1000).text == "Another text."
    with pytest.raises(InputError, match="there is no manifest memory://bucket/other"):
        Manifest(["memory://bucket/other.jsonl"])
    with pytest.raises(InputError, match="there is no file"):
        read_source(Source(path="memory://bucket/gone.txt"), "a", 1000)


def test_an_address_without_a_driver_names_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingExtraError, match="nosuch"):
        Manifest(["nosuch://bucket/m.jsonl"])
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'mt-audit\[corpus\]'"):
        Manifest(["s3://bucket/m.jsonl"])


def test_another_run_is_refused_with_the_difference(tmp_path: Path) -> None:
    listed = manifest(tmp_path / "m.jsonl", rows(1))
    run_corpus([listed], tmp_path / "out", FAST, workers=1)
    with pytest.raises(SettingsError, match="mode was 'comparable', is 'parallel'"):
        run_corpus([listed], tmp_path / "out", Settings(mode="parallel", scores=False, wording=False), workers=1)
    with pytest.raises(SettingsError, match="shard_size was 64, is 2"):
        run_corpus([listed], tmp_path / "out", FAST, workers=1, shard_size=2)
    manifest(listed, rows(2))
    with pytest.raises(SettingsError, match="manifest was"):
        run_corpus([listed], tmp_path / "out", FAST, workers=1)
    assert run_corpus([listed], tmp_path / "out", FAST, workers=1, fresh=True).documents == 2


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    listed = manifest(tmp_path / "m.jsonl", rows(1))
    for fresh in (False, True):
        with pytest.raises(OutputError, match="no corpus run"):
            run_corpus([listed], tmp_path, FAST, workers=1, fresh=fresh)
    assert listed.exists()


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl.gz"])
def test_every_form_of_manifest_says_the_same(form: str, tmp_path: Path) -> None:
    import pandas as pd

    records = [{"id": "a", "hypothesis": "One text.", "references": ["One account.", "Another account."]}]
    path = tmp_path / f"m.{form}"
    match form:
        case "csv":
            pd.DataFrame([{**r, "references": json.dumps(r["references"])} for r in records]).to_csv(path, index=False)
        case "parquet":
            pd.DataFrame(records).to_parquet(path)
        case _:
            path.write_bytes(gzip.compress(json.dumps(records[0]).encode()))
    with Manifest([path]) as listed:
        (shard,) = listed.shards(10)
    (item,) = shard.items
    assert (item.id, item.hypothesis.text) == ("a", "One text.")
    assert [shard.references[name].text for name in item.references] == records[0]["references"]


@pytest.mark.parametrize("paths", [["nowhere.jsonl"], ["*.csv"], []])
def test_a_manifest_without_documents_is_an_error(paths: Sequence[str], tmp_path: Path) -> None:
    with pytest.raises(AuditError):
        run_corpus([tmp_path / p for p in paths], tmp_path / "out", FAST)


def test_a_missing_package_is_named_with_its_install_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = manifest(tmp_path / "m.jsonl", rows(1))
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'mt-audit\[ray\]'"):
        run_corpus([listed], tmp_path / "out", FAST, engine="ray")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'mt-audit\[corpus\]'"):
        run_corpus([listed], tmp_path / "out", FAST)


def test_a_text_is_embedded_once(encoder) -> None:
    asked: list[str] = []

    class Counting:
        name, digest, dimension, max_tokens = encoder.name, encoder.digest, encoder.dimension, encoder.max_tokens

        def encode(self, texts, *, tokens=False):
            asked.extend(texts)
            return encoder.encode(texts, tokens=tokens)

    memo = MemoEncoder(Counting())
    texts = ["One text.", "Another text.", "One text."]
    plain, first = encoder.encode(texts, tokens=True), memo.encode(texts, tokens=True)
    second = memo.encode(texts[:1])
    assert asked == texts[:2]
    assert second.tokens == ()
    assert np.array_equal(first.vectors, plain.vectors)
    assert all(np.array_equal(a.vectors, b.vectors) for a, b in zip(first.tokens, plain.tokens, strict=True))


@pytest.mark.parametrize("limits", [{"limit": 3 * 4 * 384}, {"texts": 3}])
def test_what_is_remembered_has_a_limit(encoder, limits) -> None:
    memo = MemoEncoder(encoder, **limits)
    memo.encode([f"Text number {n}." for n in range(10)])
    assert len(memo._entries) == 3
