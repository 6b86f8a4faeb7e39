"""Plots say in shape what they say in colour, are the same for the same audit, and leave matplotlib as it was."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from reporting_examples import HOSTILE, example, hostile, large

from audit.records import Audit
from audit.reporting import plots
from audit.reporting.drawing import label


def words(svg: str) -> str:
    return " ".join("".join(e.itertext()) for e in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


@pytest.fixture(scope="module")
def drawn() -> dict[str, plots.Plot]:
    return plots.render(example())


def test_all_four_are_drawn(drawn):
    assert list(drawn) == ["forms", "findings", "quality", "alignment"]
    for plot in drawn.values():
        width, height = struct.unpack(">II", plot.png[16:24])
        assert plot.png.startswith(b"\x89PNG")
        assert width > 900
        assert 150 < height < 3000


def test_the_same_audit_gives_the_same_bytes(drawn):
    assert plots.render(example()) == drawn


def test_the_signature_travels_with_each_picture(drawn):
    for plot in drawn.values():
        assert example().signature.encode() in plot.png
        assert example().signature in plot.svg


def test_labels_are_text_and_name_what_is_shown(drawn):
    assert all(form in words(drawn["forms"].svg) for form in ("Pieter Boomgaard", "Orchard", "Linda Berri", "right"))
    assert "Name turned into a word" in words(drawn["findings"].svg)
    assert "harbour.txt" in words(drawn["alignment"].svg)


def test_the_words_hold_the_figures(drawn):
    assert "Pieter Boomgaard as Orchard (1), Garden (1), Apfelgarten (1)" in drawn["forms"].alt
    assert "Misspelt name: 2 major, 0 minor" in drawn["findings"].alt
    assert "6 sentences that could be judged" in drawn["quality"].alt
    assert "lowest 31 (sentence 7), highest 97" in drawn["quality"].alt
    assert "6 of 12 sentences" in drawn["alignment"].alt


def test_minor_and_right_are_hatched(drawn):
    assert "<pattern" in drawn["findings"].svg
    assert "<pattern" in drawn["forms"].svg


def test_nothing_to_draw_gives_nothing():
    empty = replace(example(), sentences=(), links=(), mentions=(), findings=())
    assert plots.render(empty) == {}


@pytest.mark.parametrize(
    "audit",
    [
        hostile(),
        replace(example(), references=example().references[:1], links=example().links[:1]),
        replace(
            example(),
            mentions=tuple(replace(m, surface="$x^2$ \\frac", entity="渡し船 مرحبا") for m in example().mentions),
        ),
        replace(example(), signature="long|" * 200),
    ],
)
def test_odd_audits_are_drawn_without_a_warning(audit: Audit):
    for plot in plots.render(audit).values():
        ElementTree.fromstring(plot.svg)


def test_dollars_are_no_formulas():
    mentions = tuple(replace(m, surface="$4 to $5 million") for m in example().mentions)
    assert "$4 to $5 million" in words(plots.render(replace(example(), mentions=mentions))["forms"].svg)


def test_labels_hide_nothing():
    assert label("a\u202eb\nc", 40) == "a\ufffdb c"
    assert label("x" * 50, 10) == "x" * 9 + "…"
    assert "\u202e" not in label(HOSTILE, 1000)


def test_a_long_text_does_not_grow_the_pictures():
    drawn = plots.render(large(5000, 3000))
    assert sum(len(plot.svg) for plot in drawn.values()) < 600_000


def test_global_settings_of_matplotlib_stay_as_they_were():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plots.render(example())
    assert dict(mpl.rcParams) == before


def test_no_window_system_is_touched():
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from reporting_examples import example; from audit.reporting import plots\n"
        "plots.render(example()); sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pngs_open():
    from PIL import Image

    for plot in plots.render(example()).values():
        with Image.open(io.BytesIO(plot.png)) as picture:
            assert picture.text["Title"] == plot.title
