"""A reviewer's decisions are read from what a report exports, and from nothing else."""

from __future__ import annotations

import pytest

from audit.decisions import Decision, read_decisions
from audit.errors import InputError

WANTED = [Decision("a1", "accept"), Decision("b2", "reject"), Decision("c3", "correct", "=right, “so”\r\nso")]


def test_json_and_csv_say_the_same(tmp_path):
    (tmp_path / "d.json").write_text(
        '{"document": "x.txt", "decisions": [{"id": "a1", "decision": "accept", "surface": "German"},'
        '{"id": "b2", "decision": "reject", "correction": null},'
        '{"id": "c3", "decision": "correct", "correction": "=right, “so”\\r\\nso"}]}',
        encoding="utf-8",
    )
    (tmp_path / "d.csv").write_bytes(
        "\ufeffid,decision,correction,surface\r\na1,accept,,German\r\nb2,reject,,\r\n"
        'c3,correct,"\'=right, “so”\r\nso",\r\n'.encode()
    )
    assert read_decisions(tmp_path / "d.json") == read_decisions(tmp_path / "d.csv") == WANTED


def test_the_last_decision_holds_and_a_correction_belongs_to_correct(tmp_path):
    (tmp_path / "d.csv").write_text("decision,id,correction\naccept,a,\nreject,b,left over\nreject,a,\n")
    assert read_decisions(tmp_path / "d.csv") == [Decision("a", "reject"), Decision("b", "reject")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b'{"decisions": 3}',
        b'{"decisions": ["a"]}',
        b'{"decisions": [{"decision": "accept"}]}',
        b'{"decisions": [{"id": "a", "decision": "maybe"}]}',
        b'{"decisions": [{"id": "a", "decision": ["accept"]}]}',
        b'{"decisions": [{"id": "a", "decision": "correct", "correction": 4}]}',
        b"[" * 100_000,
        b"id,what\na,accept\n",
        b"id,decision\na,\n",
    ],
)
def test_anything_else_is_refused(tmp_path, content):
    (tmp_path / "d").write_bytes(content)
    with pytest.raises(InputError, match="no file of decisions"):
        read_decisions(tmp_path / "d")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        read_decisions(tmp_path / "d")
