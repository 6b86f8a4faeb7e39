"""audit.json: there and back, valid by its own schema, and damaged files refused in one clear message."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting_examples import example

from audit.errors import InputError
from audit.records import SCHEMA_VERSION, Audit, Score
from audit.reporting.interchange import dumps, from_dict, loads, read, schema, to_dict


def test_there_and_back():
    assert from_dict(to_dict(example())) == example()
    assert loads(dumps(example())) == example()
    assert loads(dumps(example()).encode()) == example()


def test_the_schema_is_one_and_describes_what_is_written():
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(to_dict(example()), schema(), jsonschema.Draft202012Validator)
    assert set(schema()["properties"]) == {"schema_version", *(f.name for f in fields(Audit))}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("findings", 0, "kind"), "typo"),
        (("findings", 0, "start"), "3"),
        (("findings", 0, "confidence"), None),
        (("document", "text"), 7),
        (("sentences", 0, "status"), "fine"),
        (("links", 0, "hypothesis"), [0.5]),
        (("references",), {}),
        (("schema_version",), 999),
        (("schema_version",), None),
    ],
)
def test_the_schema_and_the_reader_refuse_the_same(path, value):
    values = to_dict(example())
    place = values
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(values))
    with pytest.raises(InputError):
        from_dict(values)


@pytest.mark.parametrize("key", ["schema_version", "document", "references", "sentences", "findings", "signature"])
def test_a_missing_part_is_named(key):
    values = to_dict(example())
    del values[key]
    with pytest.raises(InputError, match=key):
        from_dict(values)


def change(audit: Audit, **parts: dict[str, object]) -> Audit:
    """The audit with the first item of each named part changed."""
    items = {name: (replace(getattr(audit, name)[0], **new), *getattr(audit, name)[1:]) for name, new in parts.items()}
    return replace(audit, **items)


@pytest.mark.parametrize(
    "damaged",
    [
        change(example(), findings={"start": 0}),
        change(example(), findings={"sentence": 99}),
        change(example(), findings={"sentence": -1}),
        change(example(), findings={"confidence": 1.5}),
        change(example(), findings={"reference_document": "nowhere.txt"}),
        change(example(), findings={"reference_end": None}),
        change(example(), findings={"reference_start": 5000, "reference_end": 5000}),
        change(example(), mentions={"end": 10**6}),
        change(example(), links={"reference": (99,)}),
        change(example(), links={"hypothesis": ()}),
        change(example(), links={"document": "nowhere.txt"}),
        change(example(), sentences={"sentence": replace(example().sentences[0].sentence, start=1)}),
        change(example(), conflicts={"first": replace(example().conflicts[0].first, surface="else")}),
        replace(example(), references=example().references[:1] * 2),
    ],
)
def test_places_that_do_not_exist_are_refused(damaged):
    with pytest.raises(InputError, match="damaged"):
        from_dict(to_dict(damaged))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "not JSON",
        '{"schema_version": 1}',
        dumps(example())[:-200],
        "[" * 100_000,
        '{"a":' * 100_000,
        b"\xff\xfe\xfa",
        "\x00" * 8,
        dumps(example()).replace('"similarity": 0.81', '"similarity": NaN'),
        dumps(example()).replace('"similarity": 0.81', '"similarity": 1e999'),
    ],
)
def test_damaged_files_are_refused(text):
    with pytest.raises(InputError) as caught:
        loads(text)
    assert str(caught.value).count("\n") < 3


def test_the_path_is_in_the_message(tmp_path):
    (tmp_path / "old.json").write_text('{"schema_version": 0}')
    with pytest.raises(InputError, match=r"old\.json.*schema_version 0"):
        read(tmp_path / "old.json")
    with pytest.raises(InputError, match=r"gone\.json"):
        read(tmp_path / "gone.json")


def test_what_json_cannot_hold_becomes_what_it_can():
    audit = replace(example(), notes=("a\ud800b",), summary={"mean_quality": float("nan"), "deep": [float("inf")]})
    audit = change(audit, sentences={"score": Score(quality=float("nan"), mqm=0.0)})
    text = dumps(audit)
    assert "NaN" not in text
    assert "Infinity" not in text
    values = json.loads(text.encode("utf-8"))
    assert values["notes"] == ["a?b"]
    assert values["summary"] == {"mean_quality": None, "deep": [None]}
    assert values["sentences"][0]["score"]["quality"] is None
    assert loads(text).sentences[0].score.mqm == 0.0


@settings(max_examples=50)
@given(st.text(), st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_any_text_gives_json_that_reads_back(text, value):
    audit = change(replace(example(), summary={text: value}), findings={"evidence": text, "suggestion": text})
    again = loads(dumps(audit).encode("utf-8"))
    assert loads(dumps(again)) == again
    assert len(again.findings[0].evidence) == len(text)


def test_text_stays_readable_and_the_version_leads():
    text = dumps(replace(example(), notes=("Überfahrt 渡し船",)))
    assert "Überfahrt 渡し船" in text
    assert text.startswith(f'{{\n "schema_version": {SCHEMA_VERSION},')
