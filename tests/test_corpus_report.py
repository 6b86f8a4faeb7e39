"""The report of a corpus: what it counts, that it is safe and whole, and the report of one document on demand."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from audit.cli import run
from audit.corpus import figures, run_corpus
from audit.interruption import Interruption
from audit.reporting import corpus_page
from audit.settings import Settings

REFERENCE = (
    "Angela Merkel met Emmanuel Macron in Berlin on Tuesday. The two leaders spoke about the budget of the European"
    " Union. Macron said that 400 million euros were needed. Merkel agreed with him."
)
HYPOTHESIS = (
    "Angela Merkle has met Emmanuel Makron in Berlin on Tuesday. Both leaders talked about the budget of the European"
    " Union. Makron said 400 million euros were needed. Merkle agreed with him."
)
NASTY = "<script>alert(1)</script>\u202e&\"'"


def document(name: str, **told: object) -> dict[str, object]:
    row = {"document": name, "mean_quality": None, "major": 0, "entities": 0, "sentences": 3, "pivot": "",
           "garbled": None, "garbled_because": None}  # fmt: skip
    return row | told


def entity(document: str, surface: str, name: str = "Merkel", kind: str = "name_variant") -> dict[str, object]:
    return {"document": document, "surface": surface, "entity": name, "kind": kind}


def counted(*shards: dict[str, list]) -> corpus_page.CorpusFigures:
    filled = ({"documents": [], "entities": [], "rejected": []} | shard for shard in shards)
    return figures.count(filled, title="out", signature="model:x", command="audit corpus …")


def test_figures_add_up_over_shards() -> None:
    pivot = json.dumps({"language": "Arabic", "evidence": "…"})
    found = counted(
        {"documents": [document("a", mean_quality=81.0, pivot=pivot), document("b", mean_quality=100.0, major=4)],
         "entities": [entity("a", "Merkle"), entity("a", "Merkle"), entity("a", "Market", kind="name_as_word")]},
        {"documents": [document("c"), document("d", mean_quality=20.0, garbled=0.97, garbled_because="signs"),
                       document("e", garbled=0.1)],
         "entities": [entity("d", "Mirkel"), entity("d", "Parris", "Paris")],
         "rejected": [{"document": f"r{n}", "stage": "read", "reason": f"r{n} has {n} characters"} for n in range(3)]},
    )  # fmt: skip
    assert (found.documents, found.sentences, found.rejected, found.unjudged) == (5, 15, 3, 2)
    assert found.mean_quality == pytest.approx(67.0)
    assert (found.qualities[16], found.qualities[19], found.qualities[4], sum(found.qualities)) == (1, 1, 1, 3)
    assert [d.name for d in found.worst] == ["d", "a", "b"]
    assert [(d.name, d.because) for d in found.garbled] == [("d", "signs")]
    merkel, paris = found.entities
    assert (merkel.name, merkel.mentions, merkel.documents) == ("Merkel", 4, 2)
    assert merkel.forms[0] == ("Merkle", 2)
    assert paris.name == "Paris"
    assert found.kinds == {"Arabic": {"name_variant": 2, "name_as_word": 1}, "not known": {"name_variant": 2}}
    assert found.reasons == [("read", "r0 has 0 characters", 3, "r0")]


def test_entities_are_counted_within_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_HELD", 10)
    rare = [{"entities": [entity("a", "x", f"rare {n}")]} for n in range(50)]
    often = {"entities": [entity("a", "y", "often")] * 9}
    found = counted(often, *rare)
    assert found.entities[0].mentions in (1, 9)
    assert {"often": 9}.items() <= {e.name: e.mentions for e in found.entities}.items()


def test_what_texts_bring_along_stays_text() -> None:
    found = counted(
        {"documents": [document(NASTY, mean_quality=50.0, garbled=0.99, garbled_because=NASTY,
                                pivot=json.dumps({"language": NASTY, "evidence": ""}))],
         "entities": [entity(NASTY, NASTY, NASTY)],
         "rejected": [{"document": NASTY, "stage": "read", "reason": NASTY}]},
    )  # fmt: skip
    page = corpus_page.render(found)
    assert "<script" not in page
    assert "\u202e" not in page
    assert html.escape("<script>alert(1)</script>") in page
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="(?!#|data:,)', page)
    assert " style=" not in page


def test_a_run_without_anything_to_show_has_a_report() -> None:
    page = corpus_page.render(counted())
    assert "No mangled name was found." in page
    assert "No document has a counterpart" in page


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    rows = [{"type": "reference", "id": "news", "text": REFERENCE}]
    rows += [{"id": name, "hypothesis": HYPOTHESIS, "references": ["news"]} for name in ("one", "../two")]
    (folder / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    told = Settings(cache=False, scores=False, wording=False, max_chars=1_000_000)
    run_corpus([folder / "m.jsonl"], folder / "out", told, workers=1)
    return folder


def test_a_run_writes_its_report(finished: Path) -> None:
    page = (finished / "out" / "report.html").read_text("utf-8")
    assert "Angela Merkle" in page
    assert "--document ID" in page
    assert "all-MiniLM-L6-v2@" in page


@pytest.mark.parametrize("name", ["one", "../two"])
def test_a_document_gets_its_own_report(finished: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["corpus", str(finished / "m.jsonl"), "-o", str(finished / "out"), "--only", "entities", "--document", name]
    assert run([*given, "-q"], Interruption()) == 0
    page = Path(capsys.readouterr().out.strip())
    assert page.parent.parent == finished / "out" / "reports"
    assert "Angela Merkle" in page.read_text("utf-8")
    # The dataset is still a dataset, and the run can be continued.
    told = Settings(cache=False, scores=False, wording=False, max_chars=1_000_000)
    assert run_corpus([finished / "m.jsonl"], finished / "out", told).resumed == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "entities", "--document", "three"], "no document of the manifest has the id 'three'"),
        (["--document", "one"], "holds a run that differs: scores was False"),
    ],
)
def test_a_report_of_another_run_is_refused(
    finished: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["corpus", str(finished / "m.jsonl"), "-o", str(finished / "out"), *options], Interruption()) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "signature" not in said
    assert run(["corpus", str(finished / "m.jsonl"), "-o", str(finished / "no"), *options], Interruption()) == 2
    assert "holds no corpus run" in capsys.readouterr().err
