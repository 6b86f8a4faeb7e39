"""How the right figure is written in place of the wrong one, and what a finding says of where it stands."""

from __future__ import annotations

import pytest
from wording_cases import as_text, bare_case

from audit.detectors import damage, untranslated
from audit.detectors.figures import Use, agreement, likeness, uses
from audit.detectors.findings import finish
from audit.detectors.foreign import script
from audit.detectors.marks import mark, part_of_address, reference_words
from audit.detectors.rewriting import correct_figure, correct_quantity, day_span, restyle
from audit.records import Document, Finding, Sentence


def use(text: str, which: int = 0) -> Use:
    """A figure of a sentence that begins at 7."""
    return uses(Sentence("d", 0, 7, 7 + len(text), text))[which]


def applied(text: str, change: tuple[int, int, str]) -> str:
    start, end, written = change
    return text[: start - 7] + written + text[end - 7 :]


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("They sold 12 cars.", "They sold 15 cars.", "They sold 15 cars."),
        ("They sold twelve cars.", "They sold 15 cars.", "They sold fifteen cars."),
        ("Twelve cars were sold.", "15 cars were sold.", "Fifteen cars were sold."),
        ("They sold twelve cars.", "They sold 42 cars.", "They sold forty-two cars."),
        ("They sold twelve cars.", "They sold 40 cars.", "They sold forty cars."),
        ("They sold 12 cars.", "They sold forty-two cars.", "They sold 42 cars."),
        ("They sold 12 cars.", "They sold 12,500 cars.", "They sold 12,500 cars."),
        ("They sold 1200 cars.", "They sold fifteen cars.", "They sold 15 cars."),
        ("It was the 12th time.", "It was the 22nd time.", "It was the 22nd time."),
        ("It was the 12th time.", "It was the third time.", "It was the 3rd time."),
        ("It was the third time.", "It was the 11th time.", "It was the eleventh time."),
        ("It grew by 12%.", "It grew by 15 percent.", "It grew by 15%."),
        ("It cost $12 million.", "It cost $15 million.", "It cost $15 million."),
        ("It cost $12 million.", "It cost $15 billion.", "It cost $15 billion."),
        ("It cost $12 million.", "It cost 15 million euros.", "It cost 15 million euros."),
        ("They came on May 3.", "They came on May 13.", "They came on May 13."),
        ("They came on May 3.", "They came on June 3.", "They came on June 3."),
        ("They came on 3 May.", "They came on June 4.", "They came on 4 June."),
        ("They came on May 3rd.", "They came on May 22.", "They came on May 22nd."),
        ("They met at 9:30 a.m. there.", "They met at 10:45 a.m. there.", "They met at 10:45 a.m. there."),
        ("They met at 9.30 p.m. there.", "They met at 20:15 there.", "They met at 8.15 p.m. there."),
        ("They met at 9 p.m. there.", "They met at 10:15 p.m. there.", "They met at 10:15 p.m. there."),
        ("They met at 9 p.m. there.", "They met at 22:00 there.", "They met at 10 p.m. there."),
        ("They met at 9 p.m. there.", "They met at 12:05 p.m. there.", "They met at 12:05 p.m. there."),
        ("They met at 9 a.m. there.", "They met at 0:05 there.", "They met at 12:05 a.m. there."),
        ("They met at 9 a.m. there.", "They met at 9 p.m. there.", "They met at 9 p.m. there."),  # the other half
        ("They met at 9 AM there.", "They met at 21:00 there.", "They met at 21:00 there."),
        ("They met at 21:30 there.", "They met at 8:15 p.m. there.", "They met at 20:15 there."),
        ("They met at 21:30 there.", "They met at 9:30 a.m. there.", "They met at 9:30 there."),
        ("They met at 21.30 there.", "They met at 0:15 there.", "They met at 0.15 there."),
        ("They met at 9 o'clock there.", "They met at 20:00 there.", "They met at 20 o'clock there."),
        ("They met at 9 o'clock there.", "They met at 21:30 there.", "They met at 9:30 o'clock there."),
        ("They sold twelve cars.", "They sold 0 cars.", "They sold zero cars."),
        ("They sold twelve cars.", "They sold 19 cars.", "They sold nineteen cars."),
        ("They sold twelve cars.", "They sold 20 cars.", "They sold twenty cars."),
        ("They sold twelve cars.", "They sold 99 cars.", "They sold ninety-nine cars."),
        ("They sold twelve cars.", "They sold 100 cars.", "They sold 100 cars."),
        ("They sold twelve cars.", "They sold 2.5 cars.", "They sold 2.5 cars."),
        ("They sold 12 cars.", "They sold 2,5 cars.", "They sold 2.5 cars."),
        ("They sold 12 cars.", "They sold 9,999 cars.", "They sold 9,999 cars."),
        ("They sold 12 cars.", "They sold the 15th car.", "They sold 15 cars."),
        ("They sold 4-6 cars.", "They sold 3-6 cars.", "They sold 3-6 cars."),
        ("In 1987 it rained.", "In 2012 it rained.", "In 2012 it rained."),
        ("It was the 12th car.", "It was 2.5 cars.", "It was the 2.5 car."),
        ("It was the 12th car.", "It was 15 cars.", "It was the 15th car."),
        ("It was the third car.", "It was the 21st car.", "It was the twenty-first car."),
        ("It was the third car.", "It was the 40th car.", "It was the fortieth car."),
        ("It was the third car.", "It was the 112th car.", "It was the 112th car."),
        ("It was the 12th car.", "It was the 13th car.", "It was the 13th car."),
        ("It was the 12th car.", "It was the third car.", "It was the 3rd car."),
        ("It was the 12th car.", "It was the second car.", "It was the 2nd car."),
        ("It was the 12th car.", "It was the thirteenth car.", "It was the 13th car."),
        ("It was the 12th car.", "It was the ninth car.", "It was the 9th car."),
        ("Take the A31 road.", "Take the A4 road.", "Take the A4 road."),
        ("On Monday it rained.", "On Tuesday it rained.", "On Tuesday it rained."),
        ("It was 12 kilometres.", "It was 15 miles.", "It was 15 miles."),
        ("It was 12 km.", "It was 15 km.", "It was 15 km."),
        ("It was $12.5 million.", "It was $15 million.", "It was $15 million."),
        ("It was $12 then.", "It was $15 then.", "It was $15 then."),
        ("It was minus 12 degrees.", "It was minus 15 degrees.", "It was minus 15 degrees."),
        ("It cost twelve dollars.", "It cost 15 million dollars.", "It cost 15 million dollars."),
        ("It cost twelve million dollars.", "It cost 15 million dollars.", "It cost fifteen million dollars."),
        ("in the 1990s it rained.", "in 1980 it rained.", "in the 1980s it rained."),
        ("They came on the third of May.", "They came on 22 June.", "They came on the twenty-second of June."),
        ("They came on May third.", "They came on May 22.", "They came on May twenty-second."),
        ("They came on 3 May 2001.", "They came on 4 May 2002.", "They came on 4 May 2001."),
        ("They came on Friday, May 3.", "They came on Monday, June 4.", "They came on Monday, May 3."),
        ("They came on MAY 3.", "They came on June 3.", "They came on June 3."),
        ("They came on the 3rd of May.", "They came on the 4th.", "They came on the 4th of May."),
    ],
)
def test_a_quantity_is_written_as_the_wrong_one_was(wrong: str, right: str, expected: str) -> None:
    assert applied(wrong, correct_quantity(use(wrong), use(right))) == expected


@pytest.mark.parametrize(
    ("wrong", "right", "span", "written"),
    [
        ("It sold 4,178,137 cars.", "It sold 4,178,027 cars.", "137", "027"),
        ("It sold 4,178,137 cars.", "It sold 4,171,027 cars.", "4,178,137", "4,171,027"),
        ("It sold 12.5 cars.", "It sold 12.7 cars.", "5", "7"),
        ("It weighs 800kg.", "It weighs 900kg.", "800kg", "900kg"),
        ("It cost $12 million.", "It cost $12 billion.", "$12 million", "$12 billion"),
    ],
)
def test_only_the_group_that_differs_is_replaced(wrong: str, right: str, span: str, written: str) -> None:
    start, end, suggestion = correct_figure(use(wrong), use(right))
    assert (wrong[start - 7 : end - 7], suggestion) == (span, written)


@pytest.mark.parametrize(
    ("wrong", "right", "written"),
    [
        ("In 12 days", "In 9999.5 days", "9999.5"),
        ("In 12 days", "In 10000 days", "10000"),
        ("In 12,000 days", "In 9999 days", "9,999"),
        ("In twelve days", "In 10000 days", "10000"),
        ("in the 1990s", "in the 1980s", "1980s"),
        ("at 9:30", "In 12 days", "12"),
        ("In 9,999 days", "In 12 days", "12"),
    ],
)
def test_figures_keep_their_style(wrong: str, right: str, written: str) -> None:
    assert restyle(use(wrong), use(right)) == written


def test_day_and_month_are_one_span() -> None:
    text = "They came on 30 February 2024."
    start, end = day_span(use(text))
    assert text[start - 7 : end - 7] == "30 February"


def test_figures_agree_in_value_or_in_kind() -> None:
    assert agreement(use("They sold 12 cars."), use("They sold twelve cars.")) == 3
    assert agreement(use("They sold 12 cars."), use("They sold 13 cars.")) < 2
    assert agreement(use("They came on May 3."), use("They came on May 3.")) >= 2
    one, same, other = (use(t) for t in ("They sold 12 cars.", "They sold 13 cars.", "Rain fell for 13 hours."))
    assert 0 <= likeness(one, other) < likeness(one, same) <= 1


def test_a_mark_says_where_it_stands() -> None:
    sentence = Sentence("d", 3, 10, 25, "The goverment x")
    found = mark(
        sentence, 4, 13, "damage", "Why.", confidence=0.123456, severity="minor", suggestion="government",
        supported=True, place=("r", 5, 6),
    )  # fmt: skip
    assert found == Finding(
        "", "d", 3, 14, 23, "goverment", "government", "", "damage", "minor", 0.1235, True, "Why.", "r", 5, 6
    )
    bare = mark(sentence, 0, 3, "damage", "Why.", confidence=0.5, severity="major")
    assert (bare.reference_document, bare.reference_start, bare.reference_end) == (None, None, None)
    assert (bare.suggestion, bare.supported, bare.severity) == ("", False, "major")


@pytest.mark.parametrize(
    ("text", "word", "part"),
    [
        ("see @name here", "name", True),
        ("see #name here", "name", True),
        ("see /name here", "name", True),
        ("see _name here", "name", True),
        ("see name@x here", "name", True),
        ("see name/x here", "name", True),
        ("see name_x here", "name", True),
        ("see name.org here", "name", True),
        ("see a.name here", "name", True),
        ("see name. Here", "name", False),
        ("see .name here", "name", False),
        ("see x name y", "name", False),
        ("name here", "name", False),
        ("see name", "name", False),
    ],
)
def test_what_belongs_to_an_address(text: str, word: str, part: bool) -> None:
    start = text.index(word)
    assert part_of_address(text, start, start + len(word)) is part


def test_words_of_references_have_their_first_place() -> None:
    texts = [as_text("a", "The well-known ship. A ship."), as_text("b", "Ship and crew.")]
    found = reference_words(texts)
    assert found["ship"] == ("a", 15, 19)
    assert found["crew"] == ("b", 9, 13)
    assert found["well"] == found["known"] == found["well-known"] == ("a", 4, 14)


@pytest.mark.parametrize(
    ("letter", "name"),
    [("a", ""), ("é", ""), ("1", ""), ("．", ""), ("ａ", ""), ("ʰ", ""), ("µ", ""), ("Ж", "Cyrillic"),
     ("漢", "Chinese"),
     ("か", "Japanese"), ("한", "Korean"), ("ע", "Hebrew"), ("ም", "Ethiopic")],
)  # fmt: skip
def test_scripts_go_by_the_names_that_people_use(letter: str, name: str) -> None:
    assert script(letter) == name


def test_damage_and_foreign_words_say_why() -> None:
    def said(text: str, *references: str) -> list[tuple[str, str, str]]:
        case = bare_case(text, *references)
        return [(f.kind, f.surface, f.evidence) for f in (*damage.detect(case), *untranslated.detect(case))]

    assert said("The goverment spoke.") == [("damage", "goverment", "“goverment” is no word; “government” is meant.")]
    assert said("The goverment spoke.", "A government.") == [
        ("damage", "goverment", "“goverment” is no word; “government” is meant, as the reference writes.")
    ]
    assert said("The cafÃ© closed.")[0][2] == "These characters were decoded wrongly: “é” is meant."
    assert said("The house \ufffd closed.")[0][2] == "These characters were decoded wrongly."
    assert said("They came,. and left.") == [("damage", ",.", "The marks “,.” don't go together.")]
    assert said("They saw the, and left.") == [("damage", "the,", "A word is missing after “the”.")]
    assert said("The report says книга now.")[0] == ("untranslated", "книга", "“книга” was left in Cyrillic script.")
    assert said("They said zzyxqqy again.") == [
        ("untranslated", "zzyxqqy", "“zzyxqqy” is in no English dictionary and in no reference.")
    ]


def test_an_id_follows_from_the_words_around() -> None:
    text = "Alpha beta gamma delta epsilon goverment zeta eta theta iota kappa."
    start = text.index("goverment")

    def identified(content: str, kind: str = "damage", suggestion: str = "", length: int = 9) -> str:
        at = content.index("goverment")
        surface = content[at : at + length]
        found = Finding("", "d", 0, at, at + length, surface, suggestion, "", kind, "minor", 0.5, False, "Why.")  # type: ignore[arg-type]
        return finish([found], Document("d", content))[0].id

    one = identified(text)
    assert one == identified(f"Other words before. {text} Other words behind.")
    assert one == identified(text, suggestion="government")
    assert one != identified(text, kind="casing")
    assert one != identified(text.replace("epsilon", "omega"))
    assert one != identified(text.replace("zeta", "omega"))
    assert one != identified(text.replace("delta", "omega"))
    gap, other = (identified(text, "omission", suggestion, 0) for suggestion in ("a", "b"))
    assert gap != other
    assert one == "".join(one.split())
    assert len(one) == 12
    assert start == 31
