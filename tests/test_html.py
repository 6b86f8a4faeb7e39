"""The page without a browser: what it holds, that nothing in a text becomes markup, and what excerpts leave out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting_examples import HOSTILE, example, hostile

from audit.records import Audit, Document, Finding, Score, Sentence, SentenceResult
from audit.reporting import article, html, plots
from audit.reporting.diff import compare
from audit.reporting.markup import json_block, visible


class Page(HTMLParser):
    """Elements with their attributes and texts, as a parser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[int, str] = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.elements.append((f"/{tag}", {}))

    def handle_data(self, data):
        place = len(self.elements) - 1
        self.texts[place] = self.texts.get(place, "") + data

    def find(self, tag: str, **attributes: str) -> list[tuple[int, dict[str, str | None]]]:
        wanted = {key.replace("_", "-"): value for key, value in attributes.items()}
        return [
            (place, a) for place, (name, a) in enumerate(self.elements)
            if name == tag and all(a.get(key) == value for key, value in wanted.items())
        ]  # fmt: skip

    @property
    def data(self):
        ((place, _),) = self.find("script", id="data")
        return json.loads(self.texts[place])


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {
        "example": html.render(example(), plots=plots.render(example())),
        "hostile": html.render(hostile(), plots=plots.render(hostile())),
        "excerpts": html.render(example(), plots={}, excerpts=True),
    }


def test_the_policy_allows_just_our_script_and_style(pages):
    for page in pages.values():
        parsed = Page(page)
        ((_, meta),) = parsed.find("meta", http_equiv="Content-Security-Policy")
        policy = dict(part.strip().split(" ", 1) for part in meta["content"].split(";"))
        assert policy["default-src"] == "'none'"
        assert "unsafe" not in meta["content"]
        scripts = [place for place, a in parsed.find("script") if a.get("type") != "application/json"]
        for tag, places in (("script", scripts), ("style", [place for place, _ in parsed.find("style")])):
            (source,) = [parsed.texts[place] for place in places]
            digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
            assert policy[f"{tag}-src"] == f"'sha256-{digest}'"


def test_nothing_is_fetched_and_nothing_runs_from_markup(pages):
    for page in pages.values():
        for tag, attributes in Page(page).elements:
            assert tag not in ("iframe", "object", "embed", "base", "form[action]")
            assert not [name for name in attributes if name.startswith("on") or name == "style"]
            for name in ("src", "href", "xlink:href", "action"):
                assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)


def test_hostile_texts_add_no_element(pages):
    calm, taken = Page(pages["example"]), Page(pages["hostile"])
    assert {tag for tag, _ in taken.elements} <= {tag for tag, _ in calm.elements} | {"small", "image"}
    for tag in ("script", "style", "title", "meta", "main"):
        assert len(taken.find(tag)) == len(calm.find(tag))
    assert {f["evidence"] for f in taken.data["findings"]} == {HOSTILE}
    assert "\u202e" not in re.sub(r"<script type.*?</script>", "", pages["hostile"], flags=re.S)
    assert 'title="Right-To-Left Override">RLO</span>dlrow' in pages["hostile"]


def test_a_script_block_cannot_be_left():
    block = json_block({"x": "</script><!--\u2028"})
    assert json.loads(block) == {"x": "</script><!--\u2028"}
    assert not re.search("[<>&\u2028]", block)


@given(st.text())
def test_visible_text_is_text(text):
    parser = HTMLParser(convert_charrefs=True)
    seen = []
    parser.handle_data = seen.append
    parser.feed(str(visible(text.replace("\r", ""))))
    parser.close()
    kept = [c for c in text if c.isprintable()]
    assert [c for c in "".join(seen) if c in kept][: len(kept)] == kept or set(kept) <= set("".join(seen))
    assert not set("".join(seen)) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")


def test_every_finding_has_its_mark_its_row_and_its_link(pages):
    page = Page(pages["example"])
    marks = [a for _, a in page.find("a") if a.get("id", "").startswith("f-")]
    assert [a["id"] for a in sorted(marks, key=lambda a: int(a["data-f"]))] == [f"f-{f.id}" for f in example().findings]
    assert all(a["href"] == f"#{a['id']}" for a in marks)
    assert len(page.find("li", data_f="0")) == 1
    first = next(a for a in marks if a["data-f"] == "0")
    assert first["class"] == "mark names major"
    assert first["aria-description"] == "Name turned into a word, major"


def test_no_name_is_used_twice(pages):
    for page in pages.values():
        names = [a["id"] for _, a in Page(page).elements if "id" in a]
        assert len(names) == len(set(names))


def shown(audit: Audit) -> str:
    return "".join(
        s.gap + "".join(segment.text for segment in s.segments) for row in article.rows(audit) for s in row.sentences
    )


def test_the_article_shows_the_text_whole():
    assert shown(example()).split() == example().document.text.split()


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), max_size=8)


@settings(max_examples=200)
@given(SPANS)
def test_findings_that_overlap_all_show_and_lose_no_letter(spans):
    text = "abcdefghij klmnopqrst uvwxyz.."
    like = example().findings[0]
    findings = tuple(
        replace(like, id=str(n), sentence=0, start=a, end=b, surface=text[a:b]) for n, (a, b) in enumerate(spans)
    )
    sentence = SentenceResult(Sentence("d", 0, 0, len(text), text), "unaligned", Score(), len(findings))
    audit = replace(example(), document=Document("d", text), sentences=(sentence,), findings=findings, links=())
    (row,) = article.rows(audit)
    segments = row.sentences[0].segments
    assert "".join(s.text for s in segments) == text
    assert sorted(s.finding for s in segments if s.first) == list(range(len(spans)))
    place = 0
    for segment in segments:
        if segment.finding is not None and segment.text:
            finding: Finding = findings[segment.finding]
            assert finding.start <= place <= place + len(segment.text) <= finding.end
        place += len(segment.text)


@given(st.text("ab’' .,;1A", max_size=40), st.text("ab’' .,;1A", max_size=40))
def test_a_comparison_holds_both_texts(before, after):
    pieces = list(compare(before, after))
    assert "".join(text for kind, _, text in pieces if kind != "gone").split() == after.split()
    assert sum(len(t.split()) for kind, _, t in pieces if kind != "new") == len(before.split())


def test_a_comparison_puts_what_went_before_what_came():
    assert list(compare("He paid $4 million to Berri.", "He paid $40 million to Berry.")) == [
        ("same", False, "He paid "), ("gone", True, "$4 "), ("new", True, "$40 "), ("same", False, "million to "),
        ("gone", True, "Berri. "), ("new", True, "Berry. "),
    ]  # fmt: skip


def test_a_comparison_of_text_without_spaces_goes_by_letters():
    assert list(compare("火曜日", "水曜日")) == [("gone", False, "火"), ("new", False, "水"), ("same", False, "曜日")]


def test_texts_too_long_to_compare_are_shown_whole():
    long = "word " * 3000
    assert list(compare(long, long)) == [("gone", False, long + " "), ("new", False, long)]


def test_excerpts_hold_no_more_of_a_reference_than_the_evidence_needs(pages):
    audit = example()
    long = "An outlook that nobody needs for any finding fills the rest of this very long sentence, " * 4
    source = audit.references[0]
    sentence = source.sentences[0]
    text = sentence.text + " " + long.strip()
    changed = replace(
        source,
        document=Document(source.document.name, text),
        sentences=(Sentence(source.document.name, 0, 0, len(text), text),),
    )
    finding = replace(audit.findings[0], reference_start=49, reference_end=58)
    audit = replace(
        audit,
        references=(changed,),
        links=(replace(audit.links[0], reference=(0,)),),
        findings=(finding,),
        conflicts=(),
    )
    full, cut = html.render(audit, plots={}), html.render(audit, plots={}, excerpts=True)
    assert "Boomgaard</mark>" in full
    assert "Boomgaard</mark>" in cut
    assert full.count("nobody") > 2
    assert cut.count("nobody") <= 2
    assert "very long sentence" in full
    assert "very long sentence" not in cut
    assert "references shown as excerpts" in cut


def test_an_audit_without_anything_is_a_page_too():
    audit = Audit(Document("x", ""), (), (), (), (), (), (), "s")
    page = html.render(audit, plots={})
    assert "without a reference" in page
    assert "No error was found." in page
    assert "nothing could be compared" in page
    assert "<td>" not in html.notebook_html(audit)


def test_quality_nought_is_a_figure():
    page = html.render(replace(example(), summary={**example().summary, "mean_quality": 0.0}), plots={})
    assert "<strong>0</strong> of 100" in page
    assert "poor" in page


def test_the_notebook_form_is_short_and_safe():
    tags = {tag.removeprefix("/") for tag, _ in Page(html.notebook_html(hostile())).elements}
    assert tags <= set("div p strong bdi table thead tbody tr th td code small span".split())
    assert len(html.notebook_html(example())) < 12_000
    assert "5 more" in html.notebook_html(example())


def test_one_audit_gives_one_page(pages):
    assert html.render(example(), plots=plots.render(example())) == pages["example"]
    assert example().signature in pages["example"]


def test_sentences_without_a_counterpart_are_spoken_of_where_there_are_any() -> None:
    some = example()
    everywhere = replace(some, summary={**some.summary, "aligned": some.summary["audited"]})
    assert some.summary["aligned"] < some.summary["audited"]
    assert "the others could be checked" in html.render(some, plots={})
    assert "the others could be checked" not in html.render(everywhere, plots={})
