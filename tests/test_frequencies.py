"""The tables of word frequencies against the package that they come from, and how they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import wordfreq

from audit import frequencies
from audit.cache.files import CACHE_VARIABLE, prepared


@pytest.mark.parametrize("word", ["the", "haven't", "ukulele", "thylakoid", "zxqvw"])
def test_english_agrees_with_wordfreq(word: str) -> None:
    # wordfreq rounds to two digits.
    assert frequencies.english().get(word, 0.0) == pytest.approx(wordfreq.zipf_frequency(word, "en"), abs=0.006)


def test_foreign_words_have_their_most_frequent_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    codes = ("da", "nb", "sv")
    made = frequencies.foreign(codes)
    assert len(list(tmp_path.iterdir())) == 1
    for words in (made, frequencies.foreign(codes)):
        for word in ("og", "och", "ikke", "inte", "mørk"):
            zipf = {code: wordfreq.zipf_frequency(word, code, "small") for code in codes}
            found = words.find(word)
            assert found is not None
            assert found[0] == pytest.approx(max(zipf.values()), abs=0.006)
            assert zipf[found[1]] == max(zipf.values())
        assert words.find("zxqvw") is None
        assert words.find("\ud800") is None


def test_what_is_prepared_is_made_once_and_again_when_damaged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"table"

    assert prepared("words-1", ".bin", make) == prepared("words-1", ".bin", make) == b"table"
    assert len(made) == 1
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"tabel")
    assert prepared("words-1", ".bin", make) == b"table"
    assert kept.read_bytes() == b"table"
    assert prepared("words-2", ".bin", make) == b"table"
    assert len(made) == 3


def test_nothing_has_to_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv(CACHE_VARIABLE, str(file / "below"))
    assert prepared("words", ".bin", lambda: b"table") == b"table"
