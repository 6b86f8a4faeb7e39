"""The report in a real Chromium: it opens from disk, asks no one for anything, and does what it says."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reporting_examples import HOSTILE, example, hostile, large

from audit import fixing, pipeline
from audit.decisions import Decision, read_decisions
from audit.demo import demonstration
from audit.records import Audit, Document, Sentence, SentenceResult
from audit.reporting import html, plots
from audit.settings import Settings
from audit.texts import make_document

pytestmark = pytest.mark.browser

CHROMIUM = Path(os.environ.get("AUDIT_CHROMIUM", "/usr/bin/chromium"))
AXE = [
    Path(p) for p in (os.environ.get("AUDIT_AXE", ""), "node_modules/axe-core/axe.min.js") if p and Path(p).is_file()
]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 380, "height": 800}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.is_file():
        pytest.skip(f"no Chromium at {CHROMIUM}: install Debian's chromium, or name another in AUDIT_CHROMIUM")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the report of one of the example audits as a file."""
    folder = tmp_path_factory.mktemp("reports")
    right_to_left = "افتتح السيد بستان خط العبارة يوم الثلاثاء."
    line = Sentence("rtl.txt", 0, 0, len(right_to_left), right_to_left)
    made: dict[str, Callable[[], Audit]] = {
        "example": example,
        "hostile": hostile,
        "large": lambda: large(600, 300),
        "rtl": lambda: replace(
            example(), document=Document("rtl.txt", right_to_left), links=(), mentions=(), findings=(),
            sentences=(SentenceResult(line, "unaligned", example().sentences[5].score, 0),),
        ),
    }  # fmt: skip

    def file(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            audit = made[name]()
            path.write_bytes(html.render(audit, plots=plots.render(audit)).encode("utf-8", "replace"))
        return path

    return file


@pytest.fixture
def opened(browser: Any, files: Callable[[str], Path]) -> Iterator[Callable[..., Any]]:
    """Open a report; at the end nothing may have been complained of or asked for."""
    trouble: list[str] = []
    contexts = []

    def open_page(name: str = "example", hash_: str = "", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": WIDE, "accept_downloads": True, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        address = files(name).as_uri()
        page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else trouble.append(r.url))
        page.goto(address + hash_)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def mark(page: Any, number: int) -> Any:
    return page.locator(f'#article .mark[id][data-f="{number}"]')


def number_of(kind: str) -> int:
    return next(n for n, f in enumerate(example().findings) if f.kind == kind)


@pytest.mark.parametrize("name", ["example", "hostile", "large", "rtl"])
@pytest.mark.parametrize("options", [{"viewport": WIDE}, {"viewport": NARROW}])
def test_it_opens_from_disk_and_fits_the_screen(opened, name, options):
    page = opened(name, **options)
    assert page.locator("#article .row").count() > 0
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    page.keyboard.press("j")


def test_it_reads_without_scripts(opened):
    page = opened(java_script_enabled=False)
    assert page.locator("#list li").count() == len(example().findings)
    assert page.locator("#filters").is_hidden()
    assert 'link "Orchard Boomgaard"' in page.locator("#article").aria_snapshot()


def test_hovering_shows_what_is_wrong_and_why(opened):
    page = opened()
    finding = example().findings[number_of("number")]
    mark(page, number_of("number")).hover()
    card = page.locator("#card")
    card.wait_for(state="visible")
    said = card.inner_text()
    assert all(part in said for part in (finding.surface, finding.suggestion, finding.evidence, "almost certain (92%)"))
    assert "The town contributes $40 million, Boomgaard said." in said
    assert card.locator("blockquote mark").inner_text() == "$40 million"
    card.hover()
    page.wait_for_timeout(400)
    assert card.is_visible()
    page.mouse.move(5, 5)
    card.wait_for(state="hidden")


def test_a_tap_shows_the_card(opened):
    page = opened(viewport=NARROW, has_touch=True, is_mobile=True)
    for number in (0, number_of("untranslated")):
        mark(page, number).tap()
        page.locator("#card").wait_for(state="visible")
        assert page.locator("#card .is").inner_text() == example().findings[number].suggestion
        box, card = mark(page, number).bounding_box(), page.locator("#card").bounding_box()
        assert 0 <= box["y"] < box["y"] + box["height"] <= card["y"], "the card hides what it speaks of"
        page.mouse.click(5, 5)


def test_all_is_reached_by_keyboard(opened):
    page = opened()
    mark(page, 0).focus()
    assert page.locator("#card").is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent").startswith("Accept")
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    assert page.evaluate("document.activeElement.dataset.f") == "0"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#keys").is_hidden()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "name-search"


def test_filters_change_text_and_list_alike(opened):
    page, findings = opened(), example().findings

    def shown() -> list[int]:
        visible = page.eval_on_selector_all("#list li", "all => all.filter(e => !e.hidden).map(e => +e.dataset.f)")
        marked = page.eval_on_selector_all("#article .mark[id]:not(.off)", "all => all.map(e => +e.dataset.f)")
        assert sorted(marked) == visible
        assert page.locator("#shown").inner_text() == f"{len(visible)} of {len(findings)} shown"
        return visible

    page.locator('[name="severity"][value="minor"]').uncheck()
    assert shown() == [n for n, f in enumerate(findings) if f.severity == "major"]
    page.locator('[name="supported"]').check()
    assert shown() == [n for n, f in enumerate(findings) if f.severity == "major" and f.supported]
    page.locator("#all").click()
    page.locator('[name="kind"][value="name_as_word"]').uncheck()
    assert shown() == [n for n, f in enumerate(findings) if f.kind != "name_as_word"]
    page.locator("#all").click()
    page.locator('[name="confidence"]').fill("80")
    assert shown() == [n for n, f in enumerate(findings) if f.confidence >= 0.8]
    page.keyboard.press("j")
    assert page.locator(".mark.current").first.get_attribute("data-f") in map(str, shown())
    for box in page.locator('[name="kind"]').all():
        box.uncheck()
    assert shown() == []
    assert page.locator("#none").is_visible()


def test_the_side_can_show_less(opened):
    page = opened()
    assert page.locator(".notes del").first.is_visible()
    page.locator('[name="beside"]').select_option("plain")
    assert page.locator(".notes del").first.is_hidden()
    page.locator('[name="beside"]').select_option("none")
    assert page.locator(".notes").first.is_hidden()
    page.locator('[name="fixes"]').uncheck()
    assert mark(page, 0).locator(".fix").is_hidden()


def test_names_are_searched_filtered_and_sorted(opened):
    page = opened()

    def names() -> list[str]:
        return page.eval_on_selector_all(
            "#name-table tbody tr", "all => all.filter(e => !e.hidden).map(e => e.querySelector('th').innerText)"
        )

    assert names()[0] == "Pieter Boomgaard"
    page.locator("#name-search").fill("berri")
    assert names() == ["Linda Berry"]
    page.locator("#name-search").fill("")
    page.locator("#name-table th button", has_text="Right name").click()
    assert names() == sorted(names())
    page.locator("#name-table th button", has_text="Right name").click()
    assert names() == sorted(names(), reverse=True)
    page.locator("#name-table th button", has_text="All").click()
    assert names()[0] == "Pieter Boomgaard"
    page.locator("#name-type").select_option("number")
    assert names() == ["$40 million"]
    row = page.locator('#name-table tr[data-type="number"]')
    row.locator("summary").click()
    row.locator(".places a").first.click()
    assert page.locator("#card .is").inner_text() == "$40 million"


def review(page: Any) -> dict[str, Decision]:
    """Accept the first finding of the text, reject the second, correct the third; return what should come out."""
    order = page.eval_on_selector_all("#article .mark[id]", "all => all.map(e => +e.dataset.f)")
    first, second, third = (example().findings[n].id for n in order[:3])
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.press("r")
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type('=Boom, "so"')
    page.keyboard.press("Enter")
    assert page.locator("#progress").inner_text() == f"3 of {len(example().findings)} reviewed"
    wanted = (Decision(first, "accept"), Decision(second, "reject"), Decision(third, "correct", '=Boom, "so"'))
    return {decision.id: decision for decision in wanted}


def download(page: Any, button: str, folder: Path) -> Path:
    page.locator(".menu > summary").click()
    with page.expect_download() as waiting:
        page.locator(button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_decisions_are_made_by_keys_kept_and_exported(opened, tmp_path):
    page = opened()
    wanted = review(page)
    page.reload()
    assert page.locator("#progress").inner_text() == f"3 of {len(example().findings)} reviewed"
    as_json = download(page, "#export-json", tmp_path)
    assert as_json.name == "ferry.txt-decisions.json"
    page.keyboard.press("Escape")
    page.mouse.click(5, 5)
    as_csv = download(page, "#export-csv", tmp_path)
    for path in (as_json, as_csv):
        assert {d.id: d for d in read_decisions(path)} == wanted
    with as_csv.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["correction"] for row in rows} == {"", '\'=Boom, "so"'}


def test_the_exported_decisions_are_what_audit_fix_takes(opened, tmp_path):
    page = opened()
    wanted = review(page)
    decisions = read_decisions(download(page, "#export-json", tmp_path))
    findings = [f for f in example().findings if f.id in wanted]
    made = {c.start: c.replacement for c in fixing.corrections(findings, min_confidence=1.0, decisions=decisions)}
    by_id = {f.id: f for f in findings}
    expected = {
        by_id[d.id].start: d.correction or by_id[d.id].suggestion
        for d in wanted.values() if d.decision != "reject"
    }  # fmt: skip
    assert made == expected


def test_a_review_of_the_demonstration_goes_into_the_next_run_and_into_the_text(browser, encoder, tmp_path):
    hypothesis, references = demonstration()
    document, *sources = (make_document(path.read_text("utf-8"), path.name) for path in (hypothesis, *references))
    settings = Settings(scores=False, wording=False)
    audit = pipeline.audit(document, sources, settings, encoder)
    report = tmp_path / "report.html"
    report.write_text(html.render(audit, plots={}), "utf-8")
    page = browser.new_page(viewport=WIDE, accept_downloads=True)
    page.goto(report.as_uri())
    supported = [n for n, f in enumerate(audit.findings) if f.supported and f.kind == "name_as_word"]
    rejected, corrected = (audit.findings[n] for n in supported[:2])
    for finding, key in ((rejected, "r"), (corrected, "e")):
        page.keyboard.press("Escape")
        page.locator(f'.mark[id="f-{finding.id}"]').click()
        page.keyboard.press(key)
    page.locator("#card input").fill("Corrected by hand")
    page.keyboard.press("Enter")
    decisions = download(page, "#export-json", tmp_path)
    page.close()

    again = pipeline.audit(document, sources, replace(settings, decisions=str(decisions)), encoder)
    assert {f.id for f in audit.findings} - {f.id for f in again.findings} == {rejected.id}
    made = fixing.corrections(again.findings, decisions=read_decisions(decisions))
    fixed = fixing.apply(document.text, made)
    assert "Corrected by hand" in fixed
    assert rejected.surface in fixed


def test_decisions_show_and_can_be_taken_back(opened):
    page = opened()
    number = number_of("name_as_word")
    mark(page, number).click()
    page.locator("#card button", has_text="Reject").click()
    assert "rejected" in mark(page, number).get_attribute("class")
    assert mark(page, number).locator(".fix").is_hidden()
    assert page.locator(f'#list li[data-f="{number}"] .state').inner_text() == "rejected"
    mark(page, number).click()
    page.keyboard.press("u")
    assert "rejected" not in mark(page, number).get_attribute("class")
    assert page.locator("#progress").inner_text().startswith("0 of")


def test_decisions_of_another_browser_come_in(opened, tmp_path):
    path = tmp_path / "d.json"
    first = example().findings[0]
    path.write_text(
        json.dumps({"decisions": [{"id": first.id, "decision": "correct", "correction": "Bongerd"}, {"id": 3}]})
    )
    page = opened()
    page.locator("#import").set_input_files(path)
    page.wait_for_function("document.getElementById('progress').textContent.startsWith('1 of')")
    assert "Bongerd" in mark(page, 0).inner_text()
    page.locator(".menu > summary").click()
    page.locator("#forget").click()
    assert "Boomgaard" in mark(page, 0).inner_text()


def test_a_permalink_opens_its_finding(opened):
    finding = example().findings[number_of("negation")]
    page = opened(hash_=f"#f-{finding.id}")
    assert page.locator("#card .is").inner_text() == finding.suggestion
    assert mark(page, number_of("negation")).is_visible()
    page.keyboard.press("j")
    there = page.evaluate("location.hash")  # page.url hears of it later
    assert there.startswith("#f-")
    assert there != f"#f-{finding.id}"


def test_a_permalink_to_a_sentence_shows_it(opened):
    page = opened("large", hash_="#s590")
    assert page.evaluate(
        "(({ top }) => 0 < top && top < innerHeight)(document.getElementById('s590').getBoundingClientRect())"
    )


def test_hostile_texts_are_shown_as_texts(opened):
    page = opened("hostile")
    page.keyboard.press("j")
    page.wait_for_timeout(100)
    assert page.evaluate("window.taken") is None
    visible = (
        HOSTILE.replace("\u202e", "RLO").replace("\u2066", "LRI").replace("\x00", "U+0000").replace("\x07", "U+0007")
    )
    in_card = HOSTILE
    for character in "\u202e\u2066\x00\x07":
        in_card = in_card.replace(character, f"U+{ord(character):04X}")
    for place in (
        ".verdict",
        ".worst .name",
        ".note",
        "#name-table tbody th",
        "#list .is",
        ".conflicts .is",
        ".signature",
    ):
        assert page.locator(place).first.text_content() in (visible, f"{visible} One."), place
    assert page.locator("#card .is").text_content() == in_card
    assert page.locator("img").count() == 0


def test_right_to_left_text_runs_right_to_left(opened):
    page = opened("rtl")
    assert page.eval_on_selector("#article .row p", "e => getComputedStyle(e).direction") == "rtl"


def test_the_theme_changes_and_stays(opened):
    page = opened(color_scheme="light")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.locator("#theme").click()
    dark = page.evaluate(colour)
    assert dark != light
    page.reload()
    assert page.evaluate(colour) == dark
    page.emulate_media(media="print")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    assert page.locator(".bar").is_hidden()


@pytest.mark.parametrize(
    ("name", "scheme", "viewport"),
    [("example", "light", WIDE), ("example", "dark", WIDE), ("example", "light", NARROW), ("hostile", "dark", WIDE)],
)
def test_axe_finds_nothing(opened, scheme, viewport, name):
    if not AXE:
        pytest.skip("no axe-core: `npm install axe-core` here, or name its axe.min.js in AUDIT_AXE")
    page = opened(name, color_scheme=scheme, viewport=viewport, bypass_csp=True)
    page.evaluate(AXE[0].read_text("utf-8"))
    run = "async () => (await axe.run()).violations.map(v => [v.id, v.nodes.map(n => n.html + n.failureSummary)])"
    assert page.evaluate(run) == []
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.locator(".menu > summary").evaluate("e => e.parentElement.open = true")
    assert page.evaluate(run) == []
