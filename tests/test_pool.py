"""References found in a pool: the right ones, none where there is none, whatever the size, dates and damage."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from audit.corpus import pool as pools
from audit.corpus import run_corpus
from audit.corpus.pool import Part, Pool, PoolBuilder, Query
from audit.corpus.sources import expand
from audit.corpus.traits import NUMBER, Traits, traits
from audit.errors import InputError, MissingExtraError, SettingsError
from audit.records import Document, Text
from audit.sentences import split
from audit.settings import Settings

FAST = Settings(cache=False, scores=False, wording=False)
ACCOUNTS = {
    "flood": "The river Vltava rose by four metres in Prague on Saturday. Mayor Zdenek Hrib closed 14 bridges."
    " More than 3,500 people left their homes, and the metro stood still.",
    "chess": "Magnus Carlsen beat Fabiano Caruana in the final of the rapid chess championship in Warsaw."
    " The Norwegian won 62,500 dollars. Caruana took the second prize.",
    "bank": "The central bank of Ghana raised its key rate to 29.5 percent. Governor Ernest Addison said that inflation"
    " would fall. The cedi gained two percent against the dollar.",
}
GARBLED = {
    "flood": "In Prague the Fltafa river has climbed four meters at Saturday. Mayor Sdenek Rib has shut 14 of bridges."
    " Over 3500 persons went out of their houses and the subway stopped.",
    "chess": "In the final of the championship of fast chess of Warsaw, Magnus Karlson won Fabiano Karuana."
    " The Norwegian got $62,500. The second award went to Karuana.",
}
STRANGER = (
    "Scientists in Chile found a fossil of a small whale in the desert. The bones are seven million years old. The"
    " museum of Santiago will show them next year."
)


def jsonl(path: Path, records: Iterable[dict]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")
    return path


def run(folder: Path, documents: Iterable[dict], pool: list[Path], **told: object) -> dict[str, list[str]]:
    """Audit ``documents`` against ``pool``; return the names of the references that each of them got."""
    listed = jsonl(folder / "documents.jsonl", documents)
    run_corpus([listed], folder / "out", FAST, references=pool, workers=1, **told)
    rows = pq.read_table(folder / "out" / "documents").to_pylist()
    return {row["document"]: [name for name, _ in json.loads(row["retrieved"] or "[]")] for row in rows}


def test_garbled_texts_find_their_accounts_and_strangers_find_none(tmp_path: Path) -> None:
    pool = jsonl(tmp_path / "pool.jsonl", ({"id": k, "text": v} for k, v in ACCOUNTS.items()))
    documents = [{"id": k, "hypothesis": v} for k, v in GARBLED.items()] + [{"id": "stranger", "hypothesis": STRANGER}]
    assert run(tmp_path, documents, [pool]) == {"flood": ["flood"], "chess": ["chess"], "stranger": []}
    names = {row["reference_document"] for row in pq.read_table(tmp_path / "out" / "links").to_pylist()}
    assert names == {"flood (reference)", "chess (reference)"}


def test_a_document_that_names_references_keeps_them_and_the_text_itself_is_none(tmp_path: Path) -> None:
    pool = jsonl(tmp_path / "pool.jsonl", ({"id": k, "text": v} for k, v in ACCOUNTS.items()))
    own = {"id": "own", "hypothesis": GARBLED["chess"], "references": [ACCOUNTS["flood"]]}
    found = run(tmp_path, [own, {"id": "same", "hypothesis": ACCOUNTS["bank"]}], [pool])
    assert found == {"own": [], "same": []}
    rows = {r["document"]: r for r in pq.read_table(tmp_path / "out" / "documents").to_pylist()}
    assert (rows["own"]["references"], rows["own"]["retrieved"]) == (1, None)
    assert (rows["same"]["references"], rows["same"]["retrieved"]) == (0, "[]")


def test_the_number_of_references_has_a_limit(tmp_path: Path) -> None:
    twice = [{"id": f"{k}-{n}", "text": f"{v} Report {n}."} for n in range(3) for k, v in ACCOUNTS.items()]
    pool = jsonl(tmp_path / "pool.jsonl", twice)
    found = run(tmp_path, [{"id": "a", "hypothesis": GARBLED["chess"]}], [pool], references_each=2)
    assert len(found["a"]) == 2
    assert {name[:5] for name in found["a"]} == {"chess"}


def test_dates_far_apart_are_no_counterparts(tmp_path: Path) -> None:
    near, far = ({"text": ACCOUNTS["chess"], "date": day} for day in ("2024-03-09", "2023-03-05T10:00:00"))
    pool = jsonl(tmp_path / "pool.jsonl", [{"id": "near", **near}, {"id": "far", **far}])
    documents = [
        {"id": "dated", "hypothesis": GARBLED["chess"], "date": "2024-03-05"},
        {"id": "undated", "hypothesis": GARBLED["chess"]},
        {"id": "wrong", "hypothesis": GARBLED["chess"], "date": "last week"},
    ]
    found = run(tmp_path, documents, [pool])
    assert found["dated"] == ["near"]
    assert sorted(found["undated"]) == ["far", "near"]
    (rejected,) = pq.read_table(tmp_path / "out" / "rejected.parquet").to_pylist()
    assert (rejected["document"], rejected["stage"]) == ("wrong", "manifest")
    assert "'last week' is no date" in rejected["reason"]


def test_damaged_references_are_named_and_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "chess.txt").write_text(ACCOUNTS["chess"], "utf-8")
    (tmp_path / "texts" / "empty.txt").write_text("", "utf-8")
    pool = jsonl(tmp_path / "pool.jsonl", [{"id": "gone", "text": "gone.txt"}, {"id": 7}, {"text": "no id"}])
    found = run(tmp_path, [{"id": "a", "hypothesis": GARBLED["chess"]}], [pool, tmp_path / "texts"])
    assert found == {"a": ["chess.txt"]}
    unread = json.loads((tmp_path / "out" / "run.json").read_bytes())["unread_references"]
    assert len(unread) == 2
    assert any("gone.txt" in line for line in unread)
    assert any("empty.txt is empty" in line for line in unread)


def test_another_pool_is_another_run(tmp_path: Path) -> None:
    pool = jsonl(tmp_path / "pool.jsonl", [{"id": "a", "text": ACCOUNTS["bank"]}])
    documents = [{"id": "d", "hypothesis": GARBLED["chess"]}]
    assert run(tmp_path, documents, [pool]) == {"d": []}
    jsonl(pool, [{"id": "a", "text": ACCOUNTS["chess"]}])
    with pytest.raises(SettingsError, match="references was"):
        run(tmp_path, documents, [pool])
    assert run(tmp_path, documents, [pool], fresh=True) == {"d": ["a"]}


@pytest.mark.parametrize("content", ["", '{"type": "document", "id": "a", "text": "A text."}\n'])
def test_a_pool_without_references_is_an_error(content: str, tmp_path: Path) -> None:
    (tmp_path / "pool.jsonl").write_text(content, "utf-8")
    with pytest.raises(InputError, match="no reference in"):
        run(tmp_path, [{"id": "d", "hypothesis": GARBLED["chess"]}], [tmp_path / "pool.jsonl"])


def made(folder: Path, number: int) -> tuple[Path, np.ndarray]:
    """Make a pool of ``number`` references with random vectors; a third have dates."""
    rows = [
        {"id": str(n), "text": "A text."} | ({"date": f"2024-01-{n % 28 + 1:02}"} if n % 3 else {})
        for n in range(number)
    ]
    jsonl(folder / "pool.jsonl", rows)
    vectors = np.random.default_rng(5).normal(size=(number, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with PoolBuilder(expand([folder / "pool.jsonl"], "pool"), folder / "pool", 16) as builder:
        for shard in builder.shards(100):
            found = (Traits(vectors[int(name)], np.array([], np.uint64)) for name, _ in shard.items)
            builder.write(Part(shard.number, tuple(found)))
        builder.finish(100)
    return folder / "pool", vectors


def test_an_index_finds_what_comparing_one_by_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if find_spec("faiss") is None:
        pytest.skip("faiss is not installed: pip install 'mt-audit[pool]'")
    monkeypatch.setattr(pools, "_PROBES", 1000)
    answers = []
    for exact in (10_000, 100):
        monkeypatch.setattr(pools, "EXACT", exact)
        (tmp_path / str(exact)).mkdir()
        folder, vectors = made(tmp_path / str(exact), 2000)
        assert (folder / "index.faiss").exists() == (exact == 100)
        queries = [
            Query(Traits(v, np.array([], np.uint64)), 738_890 if n % 2 else None) for n, v in enumerate(vectors[:40])
        ]
        found = Pool(folder, at_most=5, window=3).find(queries, threshold=0.0)
        answers.append([[f.name for f in row] for row in found])
    assert answers[0] == answers[1]
    assert [row[0] for row in answers[0][::2]] == [str(n) for n in range(0, 40, 2)]


def test_a_large_pool_names_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "EXACT", 100)
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'mt-audit\[pool\]'"):
        made(tmp_path, 200)


def test_names_are_known_again_however_they_are_mangled() -> None:
    def keys(written: str) -> tuple[set[int], set[int]]:
        document = Document("", written)
        found = traits(Text(document, split(document)), np.ones((1, 2), np.float32)).keys
        numbers = found[(found & NUMBER).astype(bool)]
        return set(found.tolist()) - set(numbers.tolist()), set(numbers.tolist())

    names, numbers = keys("We met Sam Altman, who paid $18,000.")
    mangled, others = keys("We met Sam Al-Taman, who paid 18 million.")
    assert names & mangled
    assert numbers == others
    assert not keys("We met Ursula Schmidt.")[0] & names
