"""What findings about figures say, how sure they are and where they stand; which figure answers to which."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from audit.detectors.case import Case
from audit.detectors.figures import MAX_FIGURES, Use, agreement, likeness, match, pair_rest, stem, uses
from audit.detectors.numbers import detect
from audit.embeddings import Embeddings
from audit.records import Conflict, Document, Finding, Link, Mode, Sentence, Signal, Statement, Text

NO_VECTORS = Embeddings(np.zeros((0, 2), np.float32), np.zeros(0, bool))


def text(name: str, lines: str | Sequence[str], audited: bool = True) -> Text:
    """One line a sentence."""
    parts = [lines] if isinstance(lines, str) else list(lines)
    starts = [sum(len(p) + 1 for p in parts[:i]) for i in range(len(parts))]
    made = [Sentence(name, i, s, s + len(p), p, audited) for i, (s, p) in enumerate(zip(starts, parts, strict=True))]
    return Text(Document(name, "\n".join(parts)), tuple(made))


def link(ours: int = 0, theirs: int = 0, document: str = "r0", sure: float = 1.0, relation: str = "equivalent") -> Link:
    return Link((ours,), (theirs,), 0.8, sure, relation, document)  # type: ignore[arg-type]


def run(
    ours: str | Sequence[str], *theirs: str | Sequence[str], links: Sequence[Link] | None = None,
    mode: Mode = "parallel", sure: float = 1.0,
) -> tuple[list[Finding], list[Conflict]]:  # fmt: skip
    """Audit figures; the first sentence is linked to the first of each reference unless ``links`` says otherwise."""
    others = tuple(text(f"r{i}", t) for i, t in enumerate(theirs))
    known = [link(document=t.document.name, sure=sure) for t in others] if links is None else links
    return detect(Case(text("h", ours), others, tuple(known), mode, NO_VECTORS, (NO_VECTORS,) * len(others)))


def only(
    *texts: str | Sequence[str], links: Sequence[Link] | None = None, mode: Mode = "parallel", sure: float = 1.0
) -> Finding:
    (finding,), conflicts = run(*texts, links=links, mode=mode, sure=sure)
    assert conflicts == []
    return finding


def weighed(confidence: float, reason: str) -> tuple[Signal, ...]:
    return (Signal("figure", round(math.log(confidence / (1 - confidence)), 3), reason),)


# Translations of one text


def test_a_changed_figure_says_what_the_reference_has_and_where() -> None:
    ours, theirs = ["Snow fell.", "The firm sold 12 cars in May."], ["It was cold.", "So the firm sold 15 cars in May."]
    reason = "the reference says “15” where this says “12”"
    assert only(ours, theirs, links=[link(1, 1)]) == Finding(
        "", "h", 1, 25, 27, "12", "15", "15", "number", "major", 0.96, True,
        "The reference says “15” where this says “12”.", "r0", 30, 32, weighed(0.96, reason),
    )  # fmt: skip


def test_the_whole_quantity_is_what_is_stated() -> None:
    finding = only("It cost $12 million to build.", "It cost $15 million to build.")
    assert (finding.surface, finding.suggestion, finding.entity) == ("12", "15", "$15 million")
    assert finding.evidence == "The reference says “$15 million” where this says “$12 million”."
    assert (finding.reference_start, finding.reference_end) == (8, 19)


def test_a_name_with_a_figure_stands_for_itself() -> None:
    finding = only("Traffic on the A3 road stopped.", "Traffic on the A4 road stopped.")
    assert (finding.suggestion, finding.entity, finding.reference_start, finding.reference_end) == ("A4", "4", 16, 17)


@pytest.mark.parametrize(("sure", "confidence"), [(1.0, 0.96), (0.5, 0.72), (0.0, 0.48), (1.5, 0.96), (-1.0, 0.48)])
def test_a_finding_is_as_sure_as_its_link(sure: float, confidence: float) -> None:
    finding = only("The firm sold 12 cars in May.", "The firm sold 15 cars in May.", sure=sure)
    assert finding.confidence == confidence
    assert finding.signals == weighed(confidence, finding.signals[0].text)


def test_figures_in_other_surroundings_are_less_sure() -> None:
    finding = only(
        "They sold 12 cars.", "In all the firm, as it told reporters last week, exported 15 lorries to Peru."
    )
    assert finding.confidence == 0.7


def test_figures_with_nothing_in_common_are_about_other_things() -> None:
    assert (
        run("12 cars were sold.", "In all the firm, as it told the reporters last week, exported lorries to 15.")[0]
        == []
    )


def test_of_several_linked_sentences_the_most_alike_counts() -> None:
    alike, other = "The firm sold 15 cars in May.", "It lost 17 cars."
    for order in (alike, other), (other, alike):
        finding = only("The firm sold 12 cars in May.", *order)
        assert (finding.suggestion, finding.reference_document) == ("15", f"r{order.index(alike)}")


@pytest.mark.parametrize("near", [0, 2])
def test_a_figure_of_a_neighbouring_sentence_is_no_error(near: int) -> None:
    theirs = ["It rained.", "The firm sold 15 cars in May.", "It rained."]
    ours = "The firm sold 12 cars in May."
    assert len(run(ours, theirs, links=[link(0, 1)])[0]) == 1
    theirs[near] = "Twelve of them were cars."
    assert run(ours, theirs, links=[link(0, 1)])[0] == []
    far = [*theirs[:1], "It rained.", *theirs[1:], "It rained.", theirs[near]]
    far[0] = far[3] = "It rained."
    assert len(run(ours, far, links=[link(0, 2)])[0]) == 1


def test_a_sentence_beside_the_end_of_the_other_text_is_none() -> None:
    """The sentence before the first is not the last."""
    ours = "The firm sold 12 cars in May."
    theirs = ["The firm sold 15 cars in May.", "It rained.", "Twelve of them were cars."]
    assert len(run(ours, theirs)[0]) == 1


def test_findings_do_not_overlap_and_are_in_order() -> None:
    found, _ = run("On May 3 the firm sold 12 of 40 cars.", "On June 4 the firm sold 15 of 50 cars.")
    changes = [("May", "June"), ("3", "4"), ("12", "15"), ("40", "50")]
    assert [(f.surface, f.suggestion) for f in found] == changes
    assert [f.start for f in found] == sorted(f.start for f in found)
    found, _ = run("On May 31 in June 31 it fell from 20 to 20.", "On May 31 in June 30 it fell from 20 to 20.")
    assert [(f.surface, f.start) for f in found] == [("31", 18), ("20", 40)]


def test_what_is_not_audited_has_no_figures() -> None:
    ours, theirs = text("h", "It sold 12 cars and $ million.", audited=False), text("r0", "It sold 15 cars.")
    case = Case(ours, (theirs,), (link(),), "parallel", NO_VECTORS, (NO_VECTORS,))
    assert detect(case) == ([], [])


# Other accounts


def account(ours: str, *theirs: str, sure: float = 1.0) -> Finding:
    return only(ours, *theirs, mode="comparable", sure=sure)


@pytest.mark.parametrize(
    ("ours", "theirs", "damage"),
    [
        ("It paid $80 million for the mine.", "It paid $80 billion for the mine.", "the factor is another"),
        ("In Peru prices rose 43 percent.", "In Peru prices rose 4.3 percent.", "the decimal point was lost"),
        ("The mine employs 19 workers.", "The mine employs 19,500 workers.", "digits were lost"),
        ("The mine employs 1,900 workers.", "The mine employs 19 workers.", "a zero was added"),
        ("The mine employs 91 workers.", "The mine employs 19 workers.", "digits were swapped"),
    ],
)
def test_the_evidence_says_what_the_damage_is(ours: str, theirs: str, damage: str) -> None:
    finding = account(ours, theirs)
    stated = finding.entity, finding.surface
    expected = f"{damage}: r0 says “{stated[0]}” where this says “{stated[1]}”"
    assert finding.evidence == f"{expected[0].upper()}{expected[1:]}."
    assert finding.signals == weighed(0.96, expected)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The mine employs 17 workers.", "The mine employs 19 workers."),
        ("The mine employs 194 workers.", "The mine employs 19 workers."),
        ("It paid $90 million for the mine.", "It paid $80 billion for the mine."),
        ("The mine opened on Monday.", "The mine opened on Tuesday."),
        ("The mine opened in May.", "The mine opened in June."),
    ],
)
def test_another_figure_may_be_right(ours: str, theirs: str) -> None:
    assert run(ours, theirs, mode="comparable")[0] == []


def test_a_day_is_damaged_only_beside_the_same_month() -> None:
    assert account("The mine opened on March 1.", "The mine opened on March 18.").suggestion == "March 18"
    assert run("The mine opened on March 1.", "The mine opened on May 18.", mode="comparable")[0] == []


def test_alike_surroundings_make_it_surer() -> None:
    assert account("The mine employs 19 workers.", "The mine employs 19,500 workers.").confidence == 0.96
    assert account("The mine employs 19 workers.", "The mine employs 19,500 workers.", sure=0.5).confidence == 0.72
    vague = account("The mine employs 19 workers.", "For years 19,500 workers lived in the far north without any road.")
    assert vague.confidence == 0.7


def test_accounts_that_agree_are_counted() -> None:
    accounts = ["The fire killed 36 people in the mine.", "In the mine the fire killed 36 people."]
    finding = account("The fire killed 52 people in the mine.", *accounts)
    assert finding.evidence == "2 accounts say “36” where this says “52”."
    twice = [accounts[0], accounts[1]]
    links = [link(), link(0, 1)]
    assert run("The fire killed 52 people in the mine.", twice, links=links, mode="comparable")[0] == []


def test_what_another_place_confirms_is_no_error() -> None:
    """A reference that is not linked has our figure, in surroundings like ours."""
    ours, theirs = "The mine employs 19 workers.", "The mine employs 19,500 workers."
    assert run(ours, theirs, ["It rained.", "The mine employs 19 workers."], links=[link()], mode="comparable")[0] == []
    assert len(run(ours, theirs, ["It rained.", "Of 19 who swam one sank."], links=[link()], mode="comparable")[0]) == 1


def test_a_conflict_has_both_statements_and_their_topic() -> None:
    ours = ["It rained.", "Last week he gave $250 million to the museum in Oslo."]
    found, conflicts = run(
        ours, ["Then.", "He gave $210 million to the museum in Oslo."], links=[link(1, 1)], mode="comparable"
    )
    assert found == []
    assert conflicts == [
        Conflict(
            "number", "gave museum Oslo", Statement("h", 1, 29, 41, "$250 million"),
            Statement("r0", 1, 14, 26, "$210 million"),
        )
    ]  # fmt: skip


def test_dates_in_conflict_are_dates() -> None:
    found, (conflict,) = run(
        "The mine opened on May 3 in Oslo.", "The mine opened on May 7 in Oslo.", mode="comparable"
    )
    assert found == []
    assert (conflict.type, conflict.topic) == ("date", "mine opened Oslo")
    assert (conflict.first.surface, conflict.second.surface) == ("May 3", "May 7")


def test_a_figure_is_in_conflict_once_with_each_account() -> None:
    said = ["The mine employs 17 workers.", "The mine employs 23 workers."]
    _, conflicts = run(
        "The mine employs 14 workers.", [said[0], said[0]], said[1], mode="comparable",
        links=[link(), link(0, 1), link(0, 0, "r1")],
    )  # fmt: skip
    assert [(c.second.document, c.second.sentence, c.second.surface) for c in conflicts] == [
        ("r0", 0, "17"),
        ("r1", 0, "23"),
    ]


def test_a_figure_that_an_account_confirms_is_in_no_conflict() -> None:
    assert run(
        "The mine employs 14 workers.",
        "The mine employs 17 workers.",
        "The mine employs 14 workers.",
        mode="comparable",
    ) == ([], [])


# Broken by itself


@pytest.mark.parametrize(
    ("written", "surface", "suggestion", "severity", "reason"),
    [
        ("It paid 0 billion there.", "0 billion", "", "major", "“0 billion” states no amount, its figure was lost"),
        ("It paid $ million there.", "$ million", "", "major", "“$ million” states no amount, its figure was lost"),
        ("It lost €thousand there.", "€thousand", "", "major", "“€thousand” states no amount, its figure was lost"),
        ("It cost hundred of thousands.", "hundred", "hundreds", "minor", "“hundred of” lacks its plural ending"),
        ("It cost Ten of millions.", "Ten", "Tens", "minor", "“Ten of” lacks its plural ending"),
        ("It began on June 31 there.", "June 31", "", "major", "“June 31” is a day that the month does not have"),
        ("It began on June 114.", "June 114", "", "major", "“June 114” is a day that the month does not have"),
        ("It grew from 20 to 20 there.", "20", "", "major", "the range ends where it begins (“20 to 20”)"),
        ("It grew between 20 and 20.", "20", "", "major", "the range ends where it begins (“20 and 20”)"),
    ],
)
def test_what_is_broken_says_so(written: str, surface: str, suggestion: str, severity: str, reason: str) -> None:
    finding = only(["Snow fell.", written], mode="comparable")
    start = written.rindex(surface) + 11
    assert finding == Finding(
        "", "h", 1, start, start + len(surface), surface, suggestion, "", "number", severity, 0.7, False,  # type: ignore[arg-type]
        f"{reason[0].upper()}{reason[1:]}.", signals=weighed(0.7, reason),
    )  # fmt: skip


@pytest.mark.parametrize(
    "right",
    [
        "It grew to 20 from 20 there.",
        "From today on 20 to 20 there.",
        "It grew from 20 percent of 20 there.",
        "It paid 100 billion, 3.0 million and 1,0 billion.",
        "A million of them and ten of us.",
        "It began on February 29.",
        "It began on June 114 ships had left, and in June 120, all told.",
        "They met between May 3 and May 3, 2001.",
    ],
)
def test_what_is_not_broken(right: str) -> None:
    assert run(right, mode="comparable") == ([], [])


@pytest.mark.parametrize(
    ("mode", "surface", "suggestion"), [("parallel", "31", "30"), ("comparable", "June 31", "June 30")]
)
def test_a_day_that_is_none_is_repaired_from_the_linked_sentence(mode: Mode, surface: str, suggestion: str) -> None:
    found, _ = run("The mine opened on June 31.", "The mine opened on June 30.", mode=mode, sure=0.5)
    (finding,) = found
    assert (finding.surface, finding.suggestion, finding.entity) == (surface, suggestion, "June 30")
    assert (finding.supported, finding.reference_start, finding.reference_end) == (True, 19, 26)
    assert finding.confidence == 0.72
    assert finding.evidence == "“June 31” is a day that the month does not have."


def test_the_most_alike_sentence_repairs_a_day() -> None:
    alike, other = "The mine in Oslo opened on June 30.", "On the shore rain fell all through June 12."
    for order in (alike, other), (other, alike):
        found, _ = run("The mine in Oslo opened on June 31.", *order, mode="comparable")
        assert [f.suggestion for f in found] == ["June 30"]


def test_a_lost_amount_comes_from_the_linked_sentence_with_its_place() -> None:
    finding = only(
        ["Snow fell.", "It paid 0 billion there."], ["It rained.", "For 3 million it sold, and it paid $14 billion."],
        links=[link(1, 1)], mode="comparable",
    )  # fmt: skip
    assert finding == Finding(
        "", "h", 1, 19, 28, "0 billion", "$14 billion", "$14 billion", "number", "major", 0.96, True,
        "“0 billion” states no amount, its figure was lost.", "r0", 46, 57,
        weighed(0.96, "“0 billion” states no amount, its figure was lost"),
    )  # fmt: skip


@pytest.mark.parametrize("theirs", ["It paid $0 billion there.", "It paid $14 million there.", "It paid 14 there."])
def test_a_lost_amount_is_not_made_up(theirs: str) -> None:
    found, _ = run("It paid 0 billion there.", theirs, mode="comparable")
    assert [(f.suggestion, f.confidence, f.supported) for f in found] == [("", 0.7, False)]


# Which figures answer to which


def use(sentence: str, which: int = 0, at: int = 0) -> Use:
    return uses(Sentence("d", 0, at, at + len(sentence), sentence))[which]


def test_a_figure_knows_its_surroundings() -> None:
    found = use("In the late winter of last year the old firm sold 12 red cars to the three heirs of a duke.", 0, at=5)
    assert (found.start, found.end, found.surface, found.role, found.value, found.scale) == (
        55,
        57,
        "12",
        "number",
        12,
        1,
    )
    assert found.near == {"last", "year", "old", "firm", "sold", "red", "cars", "three", "heirs", "duke"}
    assert found.head == {"red", "cars"}
    assert found.position == pytest.approx(50 / 90, abs=0.02)
    assert found.name == ""
    assert found.unit == ""


def test_a_figure_of_a_name_knows_it() -> None:
    found = use("Take the A31 road.")
    assert (found.role, found.value, found.scale, found.quantity, found.name) == ("code", 31, 1, None, "a0")
    assert found.unit == ""
    assert use("It cost $3 million.").unit == "USD"
    assert use("It cost $3 million.").scale == 1e6


def test_words_are_compared_by_their_beginnings() -> None:
    assert (stem("Élections"), stem("elect"), stem("ox")) == ("elect", "elect", "ox")


@pytest.mark.parametrize(("count", "found"), [(MAX_FIGURES, MAX_FIGURES), (MAX_FIGURES + 1, 0), (0, 0)])
def test_a_table_has_no_figures(count: int, found: int) -> None:
    sentence = " cars, ".join(str(1000 + 7 * i) for i in range(count))
    assert len(uses(Sentence("d", 0, 0, len(sentence), sentence))) == found


@pytest.mark.parametrize(
    ("a", "b", "level"),
    [
        ("They sold 12 cars.", "They sold twelve cars.", 3),
        ("It weighs 12 kilograms.", "They sold 12 cars.", 2),
        ("It was the 3rd time.", "They sold 3 cars.", 2),
        ("They sold 12 cars.", "They sold 13 cars.", 0),
        ("Take the A3 road.", "Take the A3 road.", 3),
        ("Take the A3 road.", "Take the A4 road.", 0),
        ("Take the A3 road.", "They sold 3 cars.", 0),
        ("It flew on Merlin 2.", "It flew on Merlin-2.", 3),
        ("It flew on Merlin 2.", "It flew on Merlyn-2.", 3),
        ("It flew on Merlin 2.", "It flew on Kestrel-2.", 0),
        ("It flew with Merlin at 2.", "It flew on Merlin-2.", 0),
        ("They met at 8:30 p.m.", "They met at 20:30.", 3),
        ("They met at 8 o'clock.", "They sold 8 cars.", 2),
        ("They met at 8:30.", "They sold 8.30 cars.", 2),
        ("They met at 0:00.", "They sold 24 cars.", 2),
        ("They met at 8:30.", "They sold 9 cars.", 0),
        ("About 4 million people fled.", "In all 4,178,027 people fled.", 1),
        ("The pipe is 10 kilometres long.", "The pipe is 6.2 miles long.", 1),
        ("They came on the 3rd of May.", "They came on the 4th of May.", 0),
        ("They came in May.", "They came in June.", 0),
        ("They came on Monday.", "They came on Tuesday.", 0),
    ],
)
def test_how_far_two_figures_agree(a: str, b: str, level: int) -> None:
    assert agreement(use(a), use(b)) == level
    assert agreement(use(b), use(a)) == level


def test_likeness_adds_up() -> None:
    same = use("They sold 12 cars.")
    assert likeness(same, same) == pytest.approx(1.0)
    assert likeness(use("12 cars"), use("Then 12")) == pytest.approx(0.2 * (1 - 5 / 7), abs=0.01)
    assert likeness(use("12 cars"), use("12 red cars")) == pytest.approx(0.5 * 2 / 3 + 0.3 + 0.2)
    assert likeness(use("$12"), use("$14")) == pytest.approx(0.3 + 0.2)  # the same unit
    assert likeness(use("12 million"), use("14 million")) == pytest.approx(0.3 + 0.2)  # the same scale
    assert likeness(use("12"), use("14")) == pytest.approx(0.2)


def surfaces(found: Sequence[Use]) -> list[str]:
    return [f.surface for f in found]


def figures(sentence: str) -> list[Use]:
    return uses(Sentence("d", 0, 0, len(sentence), sentence))


def test_every_figure_answers_to_one_at_most() -> None:
    left, right = match(figures("Of 12 cars 12 were red, 7 blue."), figures("In all 12 cars, 9 of them grey, 7 blue."))
    assert (surfaces(left), surfaces(right)) == (["12"], ["9"])
    assert left[0].start == 11, "the one that is less alike is left"


def test_what_agrees_more_goes_first() -> None:
    left, right = match(figures("They sold 12 kilograms."), figures("They sold 12 kilograms and 12 cars."))
    assert (surfaces(left), surfaces(right)) == ([], ["12"])
    assert right[0].start == 27


@pytest.mark.parametrize(
    ("ours", "theirs", "kinship"),
    [
        ("12 cars", "15 cars", 1.0),
        ("$12", "$15", 1.0),
        ("12 cars", "$15", 0.7),
        ("12 kilograms", "$15", 0.0),
        ("the 3rd car", "the 4th car", 1.0),
        ("the third car", "the fourth car", 0.7),
        ("the third car", "the 4th car", 1.0),
        ("12 cars", "the 15th car", 0.6),
        ("in 1987 cars", "17 cars", 0.6),
        ("on Monday", "17 cars", 0.0),
        ("the A3 road", "the A4 road", 1.0),
        ("the A3 road", "the B4 road", 0.0),
        ("the A3 road", "17 cars", 0.0),
        ("17 cars", "the A3 road", 0.0),
        ("the Merlin 2 rocket", "the Merlyn-3 rocket", 1.0),
        ("the Merlin-3 rocket", "the Merlin 2 rocket", 1.0),
        ("the Merlin-3 rocket", "the Kestrel 2 rocket", 0.0),
        ("12 cars", "dozens of cars", 0.0),
        ("millions of cars", "12 cars", 0.0),
    ],
)
def test_only_figures_of_a_kind_are_paired(ours: str, theirs: str, kinship: float) -> None:
    a, b = figures(ours)[:1], figures(theirs)[:1]
    expected = [(a[0], b[0], pytest.approx(kinship * likeness(a[0], b[0])))] if kinship else []
    assert pair_rest(a, b) == expected


@pytest.mark.parametrize(("theirs", "left"), [("It ran 12 kilograms short.", []), ("It ran 13 times.", ["12"])])
def test_one_value_of_two_kinds_agrees(theirs: str, left: list[str]) -> None:
    assert surfaces(match(figures("They sold 12 cars."), figures(theirs))[0]) == left


def test_a_neighbour_with_the_value_alone_is_enough() -> None:
    theirs = ["The firm sold 15 cars in May.", "It was the 12th year."]
    assert run("The firm sold 12 cars in May.", theirs)[0] == []


def test_nought_is_a_figure_like_others() -> None:
    found, conflicts = run("The mine employs 14 workers.", "The mine employs 0 workers.", mode="comparable")
    assert found == []
    assert [c.second.surface for c in conflicts] == ["0"]


def test_figures_of_other_things_are_in_no_conflict() -> None:
    """Their words lie near each other, but nothing that follows the figures is the same, and no unit."""
    ours, theirs = "In the old Oslo mine there are 14 lamps.", "In the old Oslo mine there are 17 doors."
    assert run(ours, theirs, mode="comparable") == ([], [])


def test_figures_in_words_lose_their_digits_too() -> None:
    assert account("The mine employs three workers.", "The mine employs 3,500 workers.").evidence.startswith(
        "Digits were lost"
    )
    assert account(
        "It is two and a half times as much as in the mine.", "It is 25 times as much as in the mine."
    ).evidence.startswith("The decimal point was lost")
