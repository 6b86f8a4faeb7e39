"""Tests of audit.entities.confusions: the package's tables, look-ups, and the user's own files."""

from __future__ import annotations

import contextlib
import csv
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entities.confusions import PIVOTS, Confusions, Entry, load
from audit.errors import InputError
from audit.records import EntityKind

HEADER = "pivot,kind,wrong,right,note,source\n"


@pytest.fixture(scope="module")
def known() -> Confusions:
    return load()


def rows(name: str) -> list[dict[str, str]]:
    text = files("audit.entities").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_entry_of_the_package_is_complete(known: Confusions) -> None:
    seen = set()
    for entry in known.entries:
        assert entry.pivot in ("", *PIVOTS)
        assert entry.kind in get_args(EntityKind)
        assert entry.wrong.strip() == entry.wrong != ""
        assert entry.right.strip() == entry.right != ""
        assert entry.wrong != entry.right
        assert len(entry.source) > 20
        key = (entry.pivot, entry.kind, entry.wrong, entry.right)
        assert key not in seen
        seen.add(key)


def test_every_pivot_has_entries_and_drifts_with_sources(known: Confusions) -> None:
    assert {entry.pivot for entry in known.entries} == {"", *PIVOTS}
    drifts = rows("drifts.csv")
    assert {row["pivot"] for row in drifts} == set(PIVOTS)
    for row in drifts:
        assert row["from"] != row["to"]
        assert row["from"].isalpha()
        assert row["to"].isalpha()
        assert len(row["source"]) > 10


@pytest.mark.parametrize(
    ("wrong", "right", "pivot"),
    [
        ("married", "Casado", "es"),
        ("musk", "Musk", ""),
        ("Doors", "Gates", ""),
        ("Sun", "Son", "ar"),
        ("amnesty  international", "AI", ""),
        ("who", "WHO", ""),
        ("Mask", "Musk", "ru"),
        ("BM", "UN", "tr"),
        ("OTAN", "NATO", "fr"),
        ("millet", "Xiaomi", "zh"),
        ("Sahin Falcon", "", ""),
    ],
)
def test_lookup_by_wrong_form(known: Confusions, wrong: str, right: str, pivot: str) -> None:
    found = {(entry.right, entry.pivot) for entry in known.lookup(wrong)}
    assert ((right, pivot) in found) == bool(right)


def test_lookup_leaves_out_what_would_change_nothing(known: Confusions) -> None:
    assert all(entry.right != "Musk" for entry in known.lookup("Musk"))


def test_lookup_by_right_form(known: Confusions) -> None:
    assert {"musk", "Mask"} <= {entry.wrong for entry in known.lookup_right("musk")}


def test_titles_are_equivalent_through_the_right_one(known: Confusions) -> None:
    assert {"Commerce Secretary", "Trade Minister"} <= known.title_equivalents("minister of trade")
    assert "Trade Minister" in known.title_equivalents("Commerce Secretary")
    assert "president-elect" in known.title_equivalents("elected president")
    assert known.title_equivalents("window cleaner") == set()


def test_a_title_is_no_equivalent_of_itself(known: Confusions) -> None:
    assert "chief executive" not in known.title_equivalents("Chief Executive")


def test_drifts_by_pivot_and_of_all_of_them(known: Confusions) -> None:
    assert ("p", "b") in known.drift_cost("ar")
    assert ("p", "b") not in known.drift_cost("ru")
    assert ("l", "r") in known.drift_cost("ja")
    assert set(known.drift_cost("ar")) < set(known.drift_cost())
    assert all(0 < cost < 1 for cost in known.drift_cost().values())


def test_own_files_come_first(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("\ufeffwrong,right,kind,pivot\nmusk,Moshus,name_as_word,de\n", "utf-8")
    assert [entry.right for entry in load([path]).lookup("MUSK")][:2] == ["Moshus", "Musk"]


def test_own_entries_may_leave_out_note_and_source(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(HEADER + 'uk,name_as_word,mountain,Hora,"steep, high",\n,casing,acme,ACME\n', "utf-8")
    own = load([path]).entries[:2]
    assert own == (Entry("uk", "name_as_word", "mountain", "Hora", "steep, high"), Entry("", "casing", "acme", "ACME"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"line 1: the header lacks pivot, kind, wrong, right"),
        ("pivot,kind,wrong\n", r"line 1: the header lacks right"),
        ("pivot,kind,wrong,right,what\n", r"line 1: the header has 'what'"),
        ("pivot,kind,wrong,right,right\n", r"line 1: the header has"),
        (HEADER + "xx,title,a,b,,\n", r"line 2: unknown pivot 'xx'"),
        (HEADER + "ar,nonsense,a,b,,\n", r"line 2: unknown kind 'nonsense'"),
        (HEADER + "ar,title,,b,,\n", r"line 2: wrong and right must both be filled in"),
        (HEADER + "ar,title,b,b,,\n", r"line 2: wrong and right are the same"),
        (HEADER + "ar,title,a,b,,\nar,title,a,b,,,,\n", r"line 3: the number of cells"),
        (HEADER + 'ar,title,"a,b\n', r"line 2: no valid CSV"),
    ],
)
def test_bad_files_are_refused_with_place_and_reason(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message) as error:
        load([path])
    assert str(path) in str(error.value)
    assert str(error.value).count("\n") <= 2


def test_missing_and_undecodable_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't read the confusions"):
        load([tmp_path / "none.csv"])
    path = tmp_path / "latin.csv"
    path.write_bytes(HEADER.encode() + b"es,title,\xf1,n,,\n")
    with pytest.raises(InputError, match="no UTF-8"):
        load([path])


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("c") / "any.csv"
    path.write_bytes(HEADER.encode() + data)
    with contextlib.suppress(InputError):
        assert load([path]).entries


def test_entries_of_one_wrong_form_are_all_given() -> None:
    made = Confusions([Entry("ar", "name_as_word", "lion", "Assad"), Entry("he", "name_as_word", "Lion", "Ari")])
    assert [entry.right for entry in made.lookup("lion")] == ["Assad", "Ari"]
