"""The cache of embeddings: what it gives is what the model gives, and nothing that happens to it is an error."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from audit import cache
from audit.cache.files import write_atomically
from audit.cache.packing import pack, read_sentence, read_tokens, sentence_bytes, token_bytes, unpack
from audit.cache.store import Store
from audit.embeddings import Embeddings, TokenVectors

DIMENSION = 8


class Counting:
    """An encoder whose vectors follow from the text, and which counts what it has to embed."""

    def __init__(self, digest: str = "0" * 64, name: str = "counting") -> None:
        self.digest = digest
        self.name = name
        self.dimension = DIMENSION
        self.max_tokens = 4
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str], *, tokens: bool = False) -> Embeddings:
        self.seen += texts
        rows = [self._vectors(f"{self.digest}{text}", 1)[0] for text in texts]
        return Embeddings(
            np.array(rows, np.float32).reshape(-1, DIMENSION),
            np.array([len(text) > 20 for text in texts], np.bool_),
            tuple(self._tokens(text) for text in texts) if tokens else (),
        )

    def _tokens(self, text: str) -> TokenVectors:
        number = len(text.split())
        offsets = np.arange(2 * number, dtype=np.int32).reshape(-1, 2)
        return TokenVectors(unpack(pack(self._vectors(text, number))), offsets)

    @staticmethod
    def _vectors(text: str, number: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        seed = int.from_bytes(sha256(text.encode()).digest()[:4], "little")
        rows = np.random.default_rng(seed).normal(size=(number, DIMENSION)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sub" / "embeddings.sqlite"


def assert_same(found: Embeddings, expected: Embeddings) -> None:
    assert np.array_equal(found.vectors, expected.vectors)
    assert found.vectors.dtype == np.float32
    assert np.array_equal(found.truncated, expected.truncated)
    assert found.truncated.dtype == np.bool_
    for mine, other in zip(found.tokens, expected.tokens, strict=True):
        assert np.array_equal(mine.vectors, other.vectors)
        assert np.array_equal(mine.offsets, other.offsets)
        assert mine.offsets.dtype == np.int32


TEXTS = ["one plan", "two plans for the minister", "", "one plan", "😀 three"]


@pytest.mark.parametrize("tokens", [False, True])
def test_what_is_kept_is_what_was_computed(file: Path, tokens: bool) -> None:
    expected = Counting().encode(TEXTS, tokens=tokens)
    inner = Counting()
    encoder = cache.CachedEncoder(inner, file)
    for _ in range(2):
        assert_same(encoder.encode(TEXTS, tokens=tokens), expected)
    assert sorted(inner.seen) == sorted(set(TEXTS))


def test_only_what_is_missing_is_computed(file: Path) -> None:
    cache.CachedEncoder(Counting(), file).encode(TEXTS[:2])
    inner = Counting()
    found = cache.CachedEncoder(inner, file).encode(TEXTS)
    assert inner.seen == ["", "😀 three"]
    assert_same(found, Counting().encode(TEXTS))


def test_tokens_are_added_to_sentences_that_lack_them(file: Path) -> None:
    inner = Counting()
    encoder = cache.CachedEncoder(inner, file)
    encoder.encode(["one plan"])
    assert_same(encoder.encode(["one plan"], tokens=True), Counting().encode(["one plan"], tokens=True))
    assert_same(encoder.encode(["one plan"]), Counting().encode(["one plan"]))
    assert inner.seen == ["one plan"] * 2


@pytest.mark.parametrize("other", [Counting(digest="1" * 64), Counting(name="other")])
def test_another_model_has_entries_of_its_own(file: Path, other: Counting) -> None:
    cache.CachedEncoder(Counting(), file).encode(TEXTS)
    assert_same(cache.CachedEncoder(other, file).encode(TEXTS), other.encode(TEXTS))


def test_no_texts(file: Path) -> None:
    assert cache.CachedEncoder(Counting(), file).encode([], tokens=True).vectors.shape == (0, DIMENSION)
    assert not file.exists()


@pytest.mark.parametrize("column", ["short", "long"])
def test_a_damaged_entry_is_computed_again(file: Path, column: str) -> None:
    expected = Counting().encode(TEXTS, tokens=True)
    cache.CachedEncoder(Counting(), file).encode(TEXTS, tokens=True)
    with sqlite3.connect(file) as connection:
        blob = connection.execute(f"SELECT {column} FROM entries ORDER BY rowid LIMIT 1").fetchone()[0]
        wrong = blob[:-1] + bytes([blob[-1] ^ 1])
        connection.execute(f"UPDATE entries SET {column} = ? WHERE {column} = ?", (wrong, blob))
    inner = Counting()
    encoder = cache.CachedEncoder(inner, file)
    assert_same(encoder.encode(TEXTS, tokens=True), expected)
    assert len(inner.seen) == 1
    encoder.encode(TEXTS, tokens=True)
    assert len(inner.seen) == 1


@pytest.mark.parametrize("content", [b"no database at all " * 400, b"", b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_file_is_made_anew(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    for _ in range(3):
        assert_same(cache.CachedEncoder(Counting(), file).encode(TEXTS), Counting().encode(TEXTS))
    inner = Counting()
    cache.CachedEncoder(inner, file).encode(TEXTS)
    assert inner.seen == []


def test_damage_within_the_file_is_survived(file: Path) -> None:
    encoder = cache.CachedEncoder(Counting(), file)
    texts = [f"plan {number}" for number in range(500)]
    encoder.encode(texts, tokens=True)
    content = bytearray(file.read_bytes())
    for place in range(4096, len(content), 3000):
        content[place] ^= 0xFF
    file.write_bytes(content)
    for _ in range(3):
        assert_same(encoder.encode(texts, tokens=True), Counting().encode(texts, tokens=True))


def test_a_file_of_another_layout_is_done_without(file: Path) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE entries (key BLOB, other TEXT)")
    assert_same(cache.CachedEncoder(Counting(), file).encode(TEXTS), Counting().encode(TEXTS))


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    encoder = cache.CachedEncoder(Counting(), tmp_path / "file" / "embeddings.sqlite")
    assert_same(encoder.encode(TEXTS), Counting().encode(TEXTS))
    folder = cache.CachedEncoder(Counting(), tmp_path)
    assert_same(folder.encode(TEXTS), Counting().encode(TEXTS))


def test_a_locked_file_is_done_without(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.cache.store._WAIT_SECONDS", 0.05)
    encoder = cache.CachedEncoder(Counting(), file)
    encoder.encode(TEXTS)
    with sqlite3.connect(file) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert_same(encoder.encode(TEXTS), Counting().encode(TEXTS))
    assert file.exists()


def test_the_file_stays_within_its_limit_and_drops_the_oldest(file: Path) -> None:
    limit = 400_000
    encoder = cache.CachedEncoder(Counting(), file, limit=limit)
    for begin in range(0, 6000, 200):
        encoder.encode([f"plan {number}" for number in range(begin, begin + 200)], tokens=True)
    assert file.stat().st_size < 1.5 * limit
    inner = Counting()
    cache.CachedEncoder(inner, file).encode(["plan 0", "plan 5999"])
    assert inner.seen == ["plan 0"]


def test_more_than_the_limit_at_once(file: Path) -> None:
    texts = [f"plan {number}" for number in range(3000)]
    encoder = cache.CachedEncoder(Counting(), file, limit=100_000)
    assert_same(encoder.encode(texts), Counting().encode(texts))
    assert file.stat().st_size < 150_000


def test_what_is_used_is_kept_longest(file: Path) -> None:
    store = Store(file, 10**9)
    store.write({b"old": (b"1", None), b"used": (b"2", None)})
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE entries SET used = 0")
    assert store.read([b"used"], long=False) == {b"used": (b"2", None)}
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT key FROM entries ORDER BY used").fetchall()
    assert rows == [(b"old",), (b"used",)]


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_cache import Counting, cache
encoder = cache.CachedEncoder(Counting(), Path(sys.argv[1]))
for number in range(150):
    encoder.encode([f"plan {number}", f"plan {number + 1}"], tokens=True)
"""


def test_two_processes_at_once(file: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(file), str(Path(__file__).parent)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in running] == [b""] * 3
    assert [process.returncode for process in running] == [0] * 3
    texts = [f"plan {number}" for number in range(151)]
    inner = Counting()
    assert_same(cache.CachedEncoder(inner, file).encode(texts), Counting().encode(texts))
    assert len(inner.seen) <= 5


def test_info_and_clear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_CACHE", str(tmp_path))
    assert "texts: 0" in cache.info()
    cache.CachedEncoder(Counting()).encode(TEXTS)
    lines = cache.info()
    assert lines[0] == f"file: {next(tmp_path.glob('embeddings-*.sqlite'))}"
    assert "texts: 4" in lines
    (tmp_path / "minilm-1-x.onnx").write_text("the prepared model")
    cache.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["minilm-1-x.onnx"]
    cache.clear()


VECTORS = arrays.arrays(np.float32, st.tuples(st.integers(0, 5), st.just(3)), elements=st.floats(-1, 1, width=32))


@given(VECTORS)
def test_packing_loses_little_and_only_once(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    once = unpack(pack(vectors))
    assert np.abs(once - vectors).max(initial=0) <= 1.6e-5
    assert np.array_equal(unpack(pack(once)), once)


@given(VECTORS, st.booleans())
def test_bytes_round_trip(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]], truncated: bool) -> None:
    rounded = unpack(pack(vectors))
    offsets = np.arange(2 * len(rounded), dtype=np.int32).reshape(-1, 2)
    read = read_tokens(token_bytes(TokenVectors(rounded, offsets)))
    assert read is not None
    assert np.array_equal(read.vectors, rounded)
    assert np.array_equal(read.offsets, offsets)
    for vector in vectors:
        sentence = read_sentence(sentence_bytes(vector, truncated))
        assert sentence is not None
        assert np.array_equal(sentence[0], vector)
        assert sentence[1] is truncated


@given(st.binary())
def test_other_bytes_are_no_entry(data: bytes) -> None:
    assert read_sentence(data) is None
    assert read_tokens(data) is None


def test_the_bundled_model_with_and_without(encoder: Counting, file: Path) -> None:
    texts = ["The plan failed.", "He said “no” in Zürich.", "", "The plan failed."]
    expected = encoder.encode(texts, tokens=True)
    cached = cache.CachedEncoder(encoder, file)
    cached.encode(texts[:1])
    for _ in range(2):
        assert_same(cached.encode(texts, tokens=True), expected)


@pytest.mark.parametrize("stop", [SystemExit, KeyboardInterrupt, OSError])
def test_a_file_that_is_not_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    def stopped(self: Path, target: Path) -> None:
        raise stop

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(stop) if stop is not OSError else nullcontext():
        write_atomically(tmp_path / "file", b"content")
    assert list(tmp_path.iterdir()) == []
