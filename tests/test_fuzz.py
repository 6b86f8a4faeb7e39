"""Whatever the text, the bytes or the file: a result of which everything holds, or a refusal that says why.

``tests/benchmarks/fuzz.py`` runs the same properties for hours, led by coverage.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hostile import ADVERSARIAL, audited, check, check_page, check_places, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reporting_examples import example

import audit
from audit import sentences
from audit.cells import guard, unguard
from audit.decisions import read_decisions
from audit.entities.confusions import load
from audit.errors import AuditError, InputError
from audit.records import Document
from audit.reporting import console, html, interchange, plots
from audit.texts import check_english, decode

SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))
WHOLE = interchange.to_dict(example())


@SLOW
@given(texts(), st.lists(texts(), max_size=2), st.sampled_from(["comparable", "parallel"]))
def test_any_text_gives_an_audit_that_holds(text: str, references: list[str], mode: str) -> None:
    check(text, references, mode=mode)


@SLOW
@given(st.data())
def test_a_text_against_a_version_of_itself(data: st.DataObject) -> None:
    """Most sentences have a counterpart, so that alignment, scores and comparisons are all at work."""
    words = data.draw(texts()).split(" ")
    versions = ([word, word, word, word[:-1], word.upper(), f"{word}s", "7"] for word in words)
    changed = [data.draw(st.sampled_from(version)) for version in versions]
    reference = " ".join(changed)
    if reference.strip():
        check(" ".join(words), [reference], mode=data.draw(st.sampled_from(["comparable", "parallel"])))


@SLOW
@given(st.text(st.characters(), max_size=60))
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        with pytest.raises(InputError):
            audit.audit_text(text)


@SLOW
@given(st.one_of(st.binary(max_size=300), texts().map(lambda t: t.encode("utf-16")), texts().map(str.encode)))
def test_bytes_are_decoded_or_refused(data: bytes) -> None:
    with suppress(InputError):
        document = decode(data, "name")
        document.text.encode()
        check_english(document)


@SLOW
@given(texts())
def test_sentences_cover_all_but_blanks(text: str) -> None:
    end = 0
    for sentence in sentences.split(Document("name", text)):
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        assert not text[end : sentence.start].strip()
        end = sentence.end
    assert not text[end:].strip()


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _places(values: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) within ``values``."""
    inner = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    return [place for key, value in inner for place in ((values, key), *_places(value))]


@SLOW
@given(st.data())
def test_a_crafted_audit_json_is_refused_or_rendered(data: st.DataObject) -> None:
    values = deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        places = _places(values)
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        if data.draw(st.booleans()) and isinstance(container, dict):
            del container[key]
        else:
            container[key] = data.draw(_values)
    try:
        read = interchange.loads(json.dumps(values))
    except InputError:
        return
    check_page(html.render(read, plots=plots.render(read)))
    console.summary(read)
    assert interchange.loads(interchange.dumps(read)) == read


@SLOW
@given(st.one_of(st.binary(max_size=200), _values.map(lambda v: json.dumps(v).encode())))
def test_no_bytes_break_the_reader_of_audit_json(data: bytes) -> None:
    with pytest.raises(InputError):
        interchange.loads(data)


_keys = st.sampled_from(["id", "decision", "correction", "pivot", "kind", "wrong", "right", "note"])
_cells = st.sampled_from(["accept", "reject", "correct", "ar", "name_variant", ""]) | st.text(st.characters())
_rows = st.lists(st.dictionaries(_keys, _cells), max_size=3)
_files = st.one_of(
    st.binary(max_size=200),
    _rows.map(lambda rows: json.dumps({"decisions": rows}).encode()),
    _values.map(lambda values: json.dumps({"decisions": values}).encode()),
    st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=6), max_size=4).map(
        lambda rows: "\r\n".join(["pivot,kind,wrong,right,id,decision", *(",".join(row) for row in rows)]).encode()
    ),
)


@SLOW
@given(_files)
def test_files_of_a_user_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        for reader in (read_decisions, lambda p: load([p]), interchange.read):
            with suppress(AuditError):
                reader(path)


@given(st.text(st.characters()))
def test_a_guarded_cell_runs_nothing_and_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in set("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_one_thing_over_and_over(name: str) -> None:
    text = ADVERSARIAL[name](3_000)
    check(text, [text[: len(text) // 2]])


def test_lines_without_end_of_many_kinds() -> None:
    text = "\n".join(make(1_000) for make in ADVERSARIAL.values())
    check_places(audited(text, [text]))
