"""What becomes of the words that the network holds for wrong; its judgements are written here by hand.

The tests of the network itself are in test_tagger.py, those of both together in test_wording.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from wording_cases import linked_case

from audit.detectors import accounts, wording
from audit.detectors.features import read
from audit.detectors.pairing import Pair
from audit.detectors.tagger import CLASSES, Limits, Tags
from audit.records import Finding, Link, Mode

BOUNDS = Limits(
    wrong=0.5,
    classes=(0.5, 0.5, 0.5, 0.5),
    named=0.95,
    missing=0.5,
    wrong_curve=((0.0, 1.0), (0.0, 0.8)),
    classes_curve=((0.0, 1.0), (0.0, 0.9)),
    missing_curve=((0.0, 1.0), (0.0, 1.0)),
)
THEIRS = "The mayor opened the small new bridge before the summer."
Judgement = tuple[str, float]


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says what the network finds: word → cause and probability, in each reference its own where several are given."""

    def scripted(*by_reference: dict[str, Judgement], missing: Sequence[str] = ()) -> None:
        def tag(pairs: Sequence[Pair]) -> list[Tags]:
            return [tagged(pair) for pair in pairs]

        def tagged(pair: Pair) -> Tags:
            told = by_reference[min(int(pair.reference.texts[0]), len(by_reference) - 1)]
            wrong = np.zeros(len(pair.hypothesis), np.float32)
            classes = np.zeros((len(pair.hypothesis), len(CLASSES)), np.float32)
            classes[:, 0] = 1
            for i, word in enumerate(pair.hypothesis.words):
                cause, share = told.get(word, ("", 0.0))
                if cause in CLASSES[1:]:
                    classes[i, CLASSES.index(cause)] = share
                    classes[i, 0] = 1 - share
                elif cause:
                    wrong[i] = share
            lacking = np.array([0.9 * (w in missing) for w in pair.reference.words], np.float32)
            return Tags(wrong, classes, lacking, read(pair))

        monkeypatch.setattr(wording, "tag", tag)
        monkeypatch.setattr(wording, "limits", lambda: BOUNDS)
        monkeypatch.setattr(accounts, "tag", tag)

    return scripted


def detected(
    ours: str | Sequence[str], *theirs: str | Sequence[str], mode: Mode = "parallel", sure: float = 0.9, **meanings: str
) -> list[Finding]:
    """Findings where all sentences of the hypothesis are linked to all of each reference."""
    lines, *others = ([text] if isinstance(text, str) else list(text) for text in (ours, *theirs))
    links = tuple(
        Link(tuple(range(len(lines))), tuple(range(len(t))), 0.8, sure, "equivalent", f"reference-{i}")
        for i, t in enumerate(others)
    )
    case = linked_case(lines, *others, links=links, mode=mode, meanings=meanings)
    found = (wording if mode == "parallel" else accounts).detect(case)
    content = "\n".join(lines)
    assert all(content[f.start : f.end] == f.surface for f in found)
    return found


def only(*texts: str | Sequence[str], **meanings: str) -> Finding:
    (finding,) = detected(*texts, **meanings)
    return finding


# What is said of a wrong word


def test_a_word_in_the_place_of_another_has_that_for_its_correction(judge: Callable[..., None]) -> None:
    judge({"window": ("substitution", 0.75)})
    finding = only("The mayor opened the small new window before the summer.", THEIRS)
    assert finding == Finding(
        "", "hypothesis", 0, 31, 37, "window", "bridge", "", "mistranslation", "major", 0.675, True,
        "“window” is not what is meant: the reference (reference-0) has “bridge” in its place.",
        "reference-0", 31, 37,
    )  # fmt: skip


def test_an_opposite_is_named_so(judge: Callable[..., None]) -> None:
    judge({"large": ("opposite", 0.8)})
    finding = only("The mayor opened the large new bridge before the summer.", THEIRS)
    assert (finding.kind, finding.suggestion, finding.severity) == ("mistranslation", "small", "major")
    assert finding.evidence == "“large” is the opposite: the reference (reference-0) has “small” in its place."


def test_what_only_an_expert_would_mark_is_a_mistranslation_too(judge: Callable[..., None]) -> None:
    judge({"window": ("expert", 0.75)})
    finding = only("The mayor opened the small new window before the summer.", THEIRS)
    assert (finding.kind, finding.confidence) == ("mistranslation", 0.6)


def test_a_word_like_nothing_in_the_reference_has_no_correction(judge: Callable[..., None]) -> None:
    judge({"lava": ("substitution", 0.8)})
    finding = only("Yesterday lava closed many schools.", "Nobody came to church in May.")
    assert (finding.suggestion, finding.supported, finding.reference_document) == ("", False, None)
    assert finding.evidence == "“lava” does not fit here, and the reference has nothing like it."


@pytest.mark.parametrize(
    ("text", "surface", "severity"),
    [
        ("The mayor opened the small new bridge at the summer.", "at", "minor"),
        ("The mayor opened the small new bridge beneath the summer.", "beneath", "major"),
    ],
)
def test_words_of_little_meaning_make_minor_errors(
    judge: Callable[..., None], text: str, surface: str, severity: str
) -> None:
    judge({surface: ("substitution", 0.8)})
    assert only(text, THEIRS).severity == severity
    judge({surface: ("opposite", 0.5)})
    assert only(text, THEIRS).severity == "major"
    judge({surface: ("negation", 0.5)})
    assert {f.severity for f in detected(text, THEIRS)} == {"major"}


# Which words are one finding


def test_neighbours_of_one_cause_are_one_finding(judge: Callable[..., None]) -> None:
    judge({"tiny": ("substitution", 0.6), "window": ("substitution", 0.9)})
    theirs = "The mayor opened the bridge before the summer."
    finding = only("The mayor opened the tiny window before the summer.", theirs, window="bridge")
    assert (finding.surface, finding.suggestion, finding.confidence) == ("tiny window", "bridge", 0.81)


def test_neighbours_of_different_causes_are_two(judge: Callable[..., None]) -> None:
    judge({"large": ("opposite", 0.8), "fresh": ("substitution", 0.8)})
    found = detected("The mayor opened the large fresh bridge before the summer.", THEIRS)
    assert [(f.surface, f.suggestion) for f in found] == [("large", "small"), ("fresh", "new")]


def test_marks_are_no_words(judge: Callable[..., None]) -> None:
    judge({",": ("substitution", 0.9), "fresh": ("substitution", 0.9)})
    found = detected("The mayor opened the small, fresh bridge before the summer.", THEIRS)
    assert [f.surface for f in found] == ["fresh"]


def test_a_finding_ends_with_its_sentence(judge: Callable[..., None]) -> None:
    judge({"window": ("substitution", 0.9), "Rain": ("substitution", 0.9)})
    found = detected(["The mayor opened the window", "Rain came before the summer."], THEIRS)
    assert [(f.sentence, f.surface) for f in found] == [(0, "window"), (1, "Rain")]


def test_findings_stand_where_their_sentence_stands(judge: Callable[..., None]) -> None:
    judge({"window": ("substitution", 0.9)})
    finding = only(["Snow fell.", "The mayor opened the window."], ["It snowed.", THEIRS])
    assert (finding.sentence, finding.start, finding.end) == (1, 32, 38)


# A word and what belongs to it


@pytest.mark.parametrize(
    ("text", "marked", "surface"),
    [
        ("The mayor did not open the bridge.", {"not"}, "did not open"),
        ("The mayor Did not open the bridge.", {"not"}, "Did not open"),
        ("The mayor has not opened the bridge.", {"not"}, "not opened"),
        ("The mayor never opened the bridge.", {"never"}, "never opened"),
        ("The mayor didn't open the bridge.", {"didn't"}, "didn't open"),
        ("The mayor don’t open the bridge.", {"don’t"}, "don’t open"),
        ("The mayor wasn't near the bridge.", {"wasn't"}, "wasn't"),
        ("The mayor cannot open the bridge.", {"cannot"}, "cannot"),
        ("The mayor opened it not, they said.", {"not"}, "not"),
        ("Not one opened it.", {"Not"}, "Not one"),
        ("The mayor did open the bridge.", {"open"}, "open"),
        ("They opened it not", {"not"}, "not"),
    ],
)
def test_a_negation_takes_in_its_verb(judge: Callable[..., None], text: str, marked: set[str], surface: str) -> None:
    judge(dict.fromkeys(marked, ("negation", 0.9)))
    finding = only(text, "The mayor opened the bridge.")
    assert (finding.kind, finding.surface, finding.severity) == ("negation", surface, "major")
    assert finding.evidence.startswith(f"“{surface}” turns the statement round: ")


def test_a_negation_that_has_a_counterpart_shows_it(judge: Callable[..., None]) -> None:
    judge({"never": ("negation", 0.9)})
    finding = only("The mayor never shut the bridge.", "The mayor opened the bridge.", shut="open", opened="open")
    assert finding.evidence == "“never shut” turns the statement round: the reference (reference-0) has “opened”."
    assert finding.suggestion == "opened"
    bare = only("The mayor never swam.", "The mayor opened the bridge.")
    assert bare.evidence == "“never swam” turns the statement round: the reference says the reverse."
    assert (bare.suggestion, bare.supported) == ("", False)


@pytest.mark.parametrize(
    ("text", "theirs", "marked", "suggestion"),
    [
        ("The mayor never opened the bridge.", "The mayor opened the bridge.", {"never"}, "opened"),
        ("The mayor did not opened the bridge.", "The mayor opened the bridge.", {"not"}, "opened"),
        ("The mayor wasn't near the bridge.", "The mayor opened the bridge.", {"wasn't"}, ""),
        ("The mayor opened it never not, they said.", "The mayor opened it not.", {"never", "not"}, ""),
        ("The mayor will opened the bridge.", "The mayor never opened the bridge.", {"will", "opened"}, "never opened"),
    ],
)
def test_what_is_denied_stands_for_itself(
    judge: Callable[..., None], text: str, theirs: str, marked: set[str], suggestion: str
) -> None:
    judge(dict.fromkeys(marked, ("negation", 0.9)))
    assert only(text, theirs).suggestion == suggestion


def test_an_added_word_is_shown_with_the_one_that_stays(judge: Callable[..., None]) -> None:
    judge({"purple": ("addition", 0.8)})
    finding = only("The mayor opened the purple bridge.", "The mayor opened the bridge.")
    assert (finding.kind, finding.surface, finding.suggestion) == ("addition", "purple bridge", "bridge")
    assert finding.evidence == "Nothing in the reference corresponds to “purple bridge” in full."
    judge({"purple": ("addition", 0.8)})
    last = only("They opened it purple", "They opened it.")
    assert (last.surface, last.suggestion, last.supported) == ("purple", "", False)  # and not the full stop


def test_an_addition_that_has_a_counterpart_shows_it(judge: Callable[..., None]) -> None:
    judge({"big": ("addition", 0.8)})
    finding = only("The mayor opened the big house.", "The mayor opened the villa.", house="villa")
    assert (finding.surface, finding.suggestion) == ("big house", "villa")
    assert (
        finding.evidence
        == "Nothing in the reference corresponds to “big house”; the reference (reference-0) has “villa”."
    )


def test_a_word_in_the_place_of_one_that_nothing_stands_for_was_not_added(judge: Callable[..., None]) -> None:
    judge({"big": ("addition", 0.8)})
    finding = only("The mayor opened the big bridge.", "The mayor opened the narrow bridge.")
    assert (finding.kind, finding.surface, finding.suggestion) == ("mistranslation", "big", "narrow")


def test_a_negation_that_one_side_has_alone_needs_no_network(judge: Callable[..., None]) -> None:
    judge({})
    added = only("The mayor did not open the bridge.", "The mayor opened the bridge.")
    assert (added.kind, added.surface, added.severity, added.confidence) == ("negation", "did not open", "major", 0.9)
    lost = only("The mayor could open the bridge.", "The mayor could not open the bridge.")
    assert (lost.kind, lost.surface) == ("negation", "could")
    assert detected("The mayor did not open the bridge.", "The mayor opened the bridge.", "It was not opened.") == []


def test_the_rule_says_nothing_of_the_words_beside_a_negation(judge: Callable[..., None]) -> None:
    judge({"purple": ("substitution", 0.6), "also": ("substitution", 0.6)})
    found = detected("The purple mayor is also not tired.", "The mayor is also tired.")
    assert {f.confidence for f in found if f.kind != "negation"} == {0.54}


def test_a_mistranslation_takes_in_nothing(judge: Callable[..., None]) -> None:
    judge({"not": ("substitution", 0.9)})
    assert only("The mayor did not open the bridge.", "The mayor did hardly open the bridge.").surface == "not"


# What stands in its place


def test_a_correction_may_be_a_few_words_longer(judge: Callable[..., None]) -> None:
    judge({"small": ("substitution", 0.9), "gate": ("substitution", 0.9)})
    near = only("They saw small gate here.", "They saw the tiny old bridge here.", small="tiny", gate="bridge")
    assert near.suggestion == "tiny old bridge"
    four = only("They saw small gate here.", "They saw tiny old wet bridge here.", small="tiny", gate="bridge")
    assert four.suggestion == "tiny old wet bridge"
    far = only("They saw small gate here.", "They saw tiny old wet red bridge here.", small="tiny", gate="bridge")
    assert far.suggestion == "tiny"


def test_a_correction_lies_in_one_sentence(judge: Callable[..., None]) -> None:
    judge({"small": ("substitution", 0.9), "gate": ("substitution", 0.9)})
    finding = only("They saw small gate here.", ["They saw tiny", "bridge here."], small="tiny", gate="bridge")
    assert (finding.suggestion, finding.reference_start) == ("tiny", 9)


def test_the_same_words_are_no_correction(judge: Callable[..., None]) -> None:
    judge({"small": ("substitution", 0.9)})
    finding = only("They saw small gates here.", "They saw Small gates here.")
    assert (finding.suggestion, finding.supported) == ("", False)


# Several references


def test_a_word_that_one_reference_supports_is_right(judge: Callable[..., None]) -> None:
    text = "The mayor opened the small new window before the summer."
    for scripts in ({"window": ("substitution", 0.9)}, {}), ({}, {"window": ("substitution", 0.9)}):
        judge(*scripts)
        assert detected(text, THEIRS, THEIRS) == []
    judge({"window": ("substitution", 0.9)}, {"window": ("substitution", 0.6)})
    assert only(text, THEIRS, THEIRS).reference_document == "reference-1"


def test_what_is_left_out_is_named_beside_what_is_wrong(judge: Callable[..., None]) -> None:
    judge({"window": ("substitution", 0.9)}, missing=["small"])
    found = detected("The mayor opened the new window before the summer.", THEIRS)
    assert [(f.kind, f.suggestion) for f in found] == [("omission", "small"), ("mistranslation", "bridge")]


def test_accounts_of_the_same_events_are_not_compared_word_by_word(judge: Callable[..., None]) -> None:
    judge({"window": ("substitution", 0.9)})
    link = Link((0,), (0,), 0.8, 0.9, "equivalent", "reference-0")
    assert wording.detect(linked_case(["A window."], ["A bridge."], links=(link,))) == []


# Other accounts

ACCOUNT = "The council will build a new library beside the station next spring."


def told(
    text: str | Sequence[str], *references: str | Sequence[str], sure: float = 0.9, **meanings: str
) -> list[Finding]:
    return detected(text, *references, mode="comparable", sure=sure, **meanings)


def test_a_word_whose_neighbours_frame_another_is_doubtful() -> None:
    (finding,) = told(ACCOUNT.replace("library", "bookcase"), ACCOUNT)
    assert finding == Finding(
        "", "hypothesis", 0, 29, 37, "bookcase", "library", "", "mistranslation", "minor", 0.45, True,
        "No reference uses “bookcase”; the sentence that tells the same (reference-0) has “library” in its place.",
        "reference-0", 29, 36,
    )  # fmt: skip


def test_a_word_that_nothing_is_near_is_doubtful() -> None:
    (finding,) = told(
        "The council will vaccinate it beside a station.", "Beside the station it stands, the council said."
    )
    assert (finding.surface, finding.suggestion, finding.supported) == ("vaccinate", "", False)
    assert finding.reference_document is None
    assert finding.evidence == (
        "No reference uses “vaccinate”; the sentence that tells the same (reference-0) has nothing like it."
    )


@pytest.mark.parametrize(
    ("ours", "references", "meanings"),
    [
        (ACCOUNT, [ACCOUNT], {}),
        (ACCOUNT.replace("library", "libraries"), [ACCOUNT], {}),  # a form of it
        (ACCOUNT.replace("build", "construct"), [ACCOUNT], {}),  # a synonym
        (ACCOUNT.replace("library", "bookcase"), [ACCOUNT, "A bookcase fell."], {}),  # another account has it
        (ACCOUNT.replace("library", "bookcase"), [ACCOUNT, ACCOUNT.replace("library", "bookcases")], {}),
        (ACCOUNT.replace("library", "Bookcase"), [ACCOUNT], {}),  # names have detectors of their own
        (ACCOUNT.replace("library", "x-ray"), [ACCOUNT], {}),
        (ACCOUNT.replace("library", "zq"), [ACCOUNT], {}),
        (ACCOUNT.replace("beside", "near"), [ACCOUNT], {}),  # what only joins
        (ACCOUNT.replace("a new", "seven new"), [ACCOUNT], {}),  # figures have their own
        (ACCOUNT.replace("will", "have"), [ACCOUNT], {}),  # carries no meaning
        ("They bought one bookcase there.", ["In the end it was a library."], {"bookcase": "library"}),  # near
    ],
)
def test_what_is_not_doubtful(ours: str, references: list[str], meanings: dict[str, str]) -> None:
    assert "bookcase" not in [f.surface for f in told(ours, *references, **meanings)]
    if not meanings:
        assert told(ours, *references) == []


def test_a_word_near_in_meaning_is_doubtful_where_its_neighbours_frame_another() -> None:
    assert [f.surface for f in told(ACCOUNT.replace("library", "bookcase"), ACCOUNT, bookcase="books", library="books")]


def test_what_every_equivalent_sentence_leaves_doubtful_is_shown_with_the_best() -> None:
    ours = ACCOUNT.replace("library", "bookcase")
    other = "The council will build, beside the station, a large library next spring."
    for order in (ACCOUNT, other), (other, ACCOUNT):
        (finding,) = told(ours, *order)
        assert (finding.suggestion, finding.reference_document) == ("library", f"reference-{order.index(ACCOUNT)}")
    assert told(ours, ACCOUNT, "They call it a collection.", bookcase="collection")
    (finding,) = told(["It snowed.", ours], ["It snowed.", ACCOUNT])
    assert (finding.sentence, finding.start, finding.reference_start) == (1, 40, 40)


DENIED = "The court ruled that the company must not pay the workers in full."
STATED = DENIED.replace("not ", "")


def negations(text: str, *references: str, sure: float = 0.9) -> list[Finding]:
    return [f for f in told(text, *references, sure=sure) if f.kind == "negation"]


def test_a_negation_that_the_surest_account_has_not(judge: Callable[..., None]) -> None:
    judge({"not": ("negation", 0.9)})
    (finding,) = negations(DENIED, STATED)
    assert (finding.surface, finding.start, finding.end, finding.severity) == ("not", 38, 41, "major")
    assert finding.confidence == 0.81
    assert finding.evidence == (
        "“not” turns the statement round: the sentence that tells the same (reference-0) has no negation."
    )


@pytest.mark.parametrize(
    ("text", "reference", "share", "sure"),
    [
        (DENIED, STATED, 0.79, 0.9),  # the network is not sure
        (DENIED, STATED, 0.9, 0.79),  # the aligner is not
        (DENIED, STATED.replace("full", "full, nobody said"), 0.9, 0.9),  # the account denies something too
        (DENIED, STATED.replace("pay", "feed"), 0.9, 0.9),  # it has not the word that is denied
        (DENIED.replace("pay the workers in full.", ""), STATED, 0.9, 0.9),  # nothing is denied
        (STATED, STATED, 0.9, 0.9),
    ],
)
def test_a_negation_is_doubted_only_where_all_is_sure(
    judge: Callable[..., None], text: str, reference: str, share: float, sure: float
) -> None:
    judge({"not": ("negation", share), "must": ("negation", 0.9), "pay": ("negation", 0.9)})
    assert negations(text.strip(), reference, sure=sure) == []


def test_thresholds_of_a_negation_count_as_reached(judge: Callable[..., None]) -> None:
    judge({"not": ("negation", 0.8125)})
    assert len(negations(DENIED, STATED, sure=0.8)) == 1
    assert negations(DENIED, STATED, sure=0.8)[0].confidence == 0.65


def test_the_surest_link_decides_on_a_negation(judge: Callable[..., None]) -> None:
    judge({"not": ("negation", 0.9)})
    for sure in (0.85, 0.95), (0.95, 0.85):
        links = tuple(Link((0,), (0,), 0.8, c, "equivalent", f"reference-{i}") for i, c in enumerate(sure))
        case = linked_case([DENIED], [STATED], [DENIED], links=links)
        assert [f.kind for f in accounts.detect(case)] == ["negation"] * (sure[0] > sure[1])
