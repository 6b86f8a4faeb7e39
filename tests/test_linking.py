"""Each way of mangling a name, on texts of our own: found, corrected, and given its kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from entity_texts import CLEAN, as_text, errors, read, reading
from hypothesis import given
from hypothesis import strategies as st

from audit.entities.confusions import load
from audit.entities.linking import resolve
from audit.entities.mentions import Name
from audit.entities.readings import Reading, Resolution, mentions
from audit.records import Document, Finding, Link, Mode


def test_a_clean_text_has_no_errors() -> None:
    assert errors(read(CLEAN, CLEAN)) == {}


@pytest.mark.parametrize(
    ("sentence", "surface", "suggestion", "kind"),
    [
        ("Harald Vendrick spoke for NordKraft.", "Harald Vendrick", "Harald Wendrik", "name_variant"),
        ("The town thanked Mr. Wendrick again.", "Wendrick", "Wendrik", "name_variant"),
        ("Mr. Al-Kessani was there.", "Al-Kessani", "Kessani", "name_variant"),
        ("Mr. Al -Kesani was there.", "Al -Kesani", "Kessani", "name_variant"),
        ("Turbines of Nordkraft stood still.", "Nordkraft", "NordKraft", "casing"),
        ("The report came from NordKraftAnd it was short.", "NordKraftAnd", "NordKraft. And", "merged"),
        ("A letter reached townKessani on Monday.", "townKessani", "town Kessani", "merged"),
        ("They were of the Wind RegistryThe mayor was not.", "RegistryThe", "Registry. The", "merged"),
        ("They asked our mayorLena Osterfeld about it.", "mayorLena", "mayor Lena", "merged"),
        ("Harald German, CEO of NordKraft, met the press.", "Harald German", "Harald Wendrik", "name_as_word"),
        ("They met in Port mallow yesterday.", "Port mallow", "Port Mallow", "casing"),
        ("They bought Veg-fy for the pier.", "Veg-fy", "Veg-Fi", "name_variant"),
        ("They bought Veg-fi for the pier.", "Veg-fi", "Veg-Fi", "casing"),
    ],
)
def test_a_mangled_name_is_found_and_corrected(sentence: str, surface: str, suggestion: str, kind: str) -> None:
    assert errors(read(sentence, f"{CLEAN}\nOn the pier they have Veg-Fi, and Veg-Fi is free.")).get(surface) == (
        suggestion,
        kind,
    )


def test_a_surname_that_became_a_word_is_found_by_its_kin() -> None:
    text = "Harald Sailor, the chief executive of NordKraft, came. Mr. Sailor spoke. Mr. Sailors left the hall."
    found = errors(read(text, CLEAN))
    assert found["Sailor"] == ("Wendrik", "name_as_word")
    assert found["Sailors"] == ("Wendrik", "name_as_word")


def test_an_honorific_alone_does_not_make_an_error_of_a_stranger() -> None:
    assert errors(read("Mr. Brewer and Mr. Hollis of Lowfield were not asked.", CLEAN)) == {}


def test_an_acronym_is_not_blamed_for_its_own_expansion() -> None:
    assert "International Wind Registry" not in errors(read("The International Wind Registry wrote it.", CLEAN))


def test_an_acronym_read_as_another_body_is_found() -> None:
    reference = "The plan needs AI. Engineers say AI will help, and AI is cheap."
    found = errors(read("The plan needs Amnesty International, they say.", reference))
    assert found["Amnesty International"] == ("AI", "acronym")


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Nigerian wins the prize. A Norwegian came second.", set()),
        ("She is to have the Order of the Falcon.", set()),
        ("She is to have the Order of the Falkons.", {"Falkons"}),
        ("Bill Gate was there.", {"Bill Gate"}),
    ],
)
def test_a_people_and_a_plural_are_no_errors_but_in_a_person_s_name(sentence: str, wrong: set[str]) -> None:
    reference = "Nigeria Mourning, the paper, has it from Norway. Bill Gates and the Order of the Falcons were there."
    assert set(errors(read(sentence, reference))) == wrong


def test_letter_case_of_a_style_is_no_error() -> None:
    reference = "The COVID wave and NASA were topics. BASEL II was not."
    assert errors(read("The Covid wave and Nasa were topics.", reference)) == {}


def test_a_table_of_the_user_s_own_links_what_nothing_else_does(tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("pivot,kind,wrong,right\n,name_as_word,Quarry,Osterfeld\n", encoding="utf-8")
    for own, found in (((), {}), ((table,), {"Quarry": ("Osterfeld", "name_as_word")})):
        resolution = resolve(as_text("Later Mr. Quarry went home."), [as_text(CLEAN, "r")], (), load(own))
        assert errors(resolution) == found


def test_one_and_several_of_a_people_are_the_same_people() -> None:
    link = Link((0,), (0,), 0.9, 0.95, "equivalent", "reference-0")
    assert errors(read("All Norwegians won.", "All Norwegian won.", links=(link,))) == {}


def test_a_dash_of_another_kind_is_no_error_and_a_stray_space_is() -> None:
    reference = "The Falk – Brecken line is shut, and the Falk – Brecken line is wet. Veg-Fi is free, Veg-Fi is old."
    assert errors(read("They like the Falk - Brecken line.", reference)) == {}
    assert errors(read("They like the Veg -Fi.", reference)) == {"Veg -Fi": ("Veg-Fi", "name_variant")}


def test_a_form_with_more_capitals_than_the_reference_is_no_error() -> None:
    assert errors(read("NordKraft built it.", "The firm Nordkraft built it, and Nordkraft paid.")) == {}


def test_a_surname_that_only_full_names_hold_is_corrected_where_they_stand() -> None:
    resolution = read("The mayor thanked Mr. Oster Feld for it.", "On Tuesday Lena Osterfeld met the mayor.")
    assert errors(resolution) == {"Oster Feld": ("Osterfeld", "name_variant")}
    assert reading(resolution, "Oster Feld").place is not None


def test_allowed_forms_are_never_flagged() -> None:
    assert "Wendrick" not in errors(read("Mr. Wendrick spoke.", CLEAN, allow=("Wendrick",)))


def test_the_suggestion_replaces_exactly_the_span() -> None:
    resolution = read("Mr. Wendrick met Lena Osterfelt.", CLEAN)
    assert reading(resolution, "Wendrick").suggestion == "Wendrik"
    assert reading(resolution, "Lena Osterfelt").suggestion == "Lena Osterfeld"


def test_evidence_names_the_reference() -> None:
    found = reading(read("Mr. Wendrick spoke.", CLEAN), "Wendrick")
    assert found.place is not None
    assert CLEAN[found.place.start : found.place.end] == "Wendrik"
    assert found.supported
    assert any(s.name == "spelling" and s.weight > 0 for s in found.signals)


@pytest.mark.parametrize(
    ("form", "near"),
    [("Wendrick", True), ("Fendrik", True), ("Hendrik", False), ("Venrick", False), ("Wendri5", False)],
)
def test_a_form_that_nobody_has_is_nearer_to_a_name_by_one_letter(form: str, near: bool) -> None:
    found = [s for r in read(f"Then {form} of NordKraft spoke.", CLEAN).readings for s in r.signals]
    assert any(s.name == "near_miss" and s.weight > 0 for s in found) is near


def test_the_entity_of_a_right_mention_is_the_full_name() -> None:
    resolution = read("Wendrik paused.", CLEAN)
    assert [(r.canonical, r.type, r.kind) for r in resolution.readings] == [("Harald Wendrik", "person", None)]


def test_a_reference_that_may_be_garbled_weighs_less() -> None:
    once = read("Mr. Wendrick spoke.", "Mr. Wendrik spoke first.")
    often = read("Mr. Wendrick spoke.", CLEAN)
    sure = reading(often, "Wendrick").confidence
    doubted = [r.confidence for r in once.readings if r.name.surface == "Wendrick" and r.kind and r.supported]
    assert all(c < sure for c in doubted)


def test_two_forms_of_one_name_are_inconsistent_without_any_reference() -> None:
    resolution = read("Peter Hollinger came. Mr. Hollinger sat. Later Mr. Hollingar left.")
    found = reading(resolution, "Hollingar")
    assert (found.kind, found.supported, found.suggestion) == ("name_variant", False, "Hollinger")


def test_what_two_aligned_sentences_leave_over_is_evidence() -> None:
    hypothesis = "The turbines near Port Willow cost much."
    reference = "The turbines near Port Mallow cost much. Port Mallow is small."
    link = Link((0,), (0,), 0.9, 0.95, "equivalent", "reference-0")
    assert errors(read(hypothesis, reference, links=(link,))).get("Port Willow", ("",))[0] == "Port Mallow"


def test_a_name_that_became_a_word_in_lower_case_is_found_where_the_reference_has_it() -> None:
    reference = "Lee praised Kenji Son, the investor. Son bought the port in May."
    link = Link((0,), (1,), 0.8, 0.9, "equivalent", "reference-0")
    found = errors(read("His son bought the port in May.", reference, links=(link,)))
    assert found["son"] == ("Son", "name_as_word")
    assert errors(read("His son bought the port in May.", reference)) == {}


def wrong_names(hypothesis: str, reference: str, mode: Mode = "comparable") -> dict[str, tuple[str, str | None]]:
    """What is read as an error where the two texts are one linked sentence each; the rest of the reference is not."""
    ours, theirs = as_text(hypothesis), as_text(reference, "r")
    link = Link((0,), (0,), 0.9, 0.95, "equivalent", "r")
    return errors(resolve(ours, [theirs], [link], load(), mode=mode))


def test_a_translation_that_has_another_name_makes_a_wrong_entity_and_a_free_account_does_not() -> None:
    hypothesis, reference = "A plane came down in Sochi by noon.", "The jet landed at Asmara around midday on Monday."
    assert wrong_names(hypothesis, reference, "parallel") == {"Sochi": ("Asmara", "wrong_entity")}
    assert wrong_names(hypothesis, reference) == {}


def test_a_known_name_between_the_words_of_another_is_wrong_in_any_mode() -> None:
    hypothesis = "The ferry from North Haven to the old port was late again on Monday."
    reference = "The ferry from South Haven to the old port was late again on Monday. Few boats go to North Haven."
    assert wrong_names(hypothesis, reference) == {"North Haven": ("South Haven", "wrong_entity")}
    shortened = "The ferry from Haven to the old port was late again on Monday."
    assert wrong_names(shortened, reference) == {}


FRAMED = [
    # A form that nobody has, between the words of a name.
    ("The bridge at Morvane opened to all on Monday.", "The bridge at Kelstad opened to all on Monday.",
     "Morvane", "Kelstad"),
    # Only a part of the name differs; the rest of it belongs to the correction.
    ("The Harl Emerald Council met again on Friday.", "The Harl Eminent Council met again on Friday.",
     "Harl Emerald Council", "Harl Eminent Council"),
    # The surname of the right name, and what is like its other words, is no name of its own.
    ("Today Osmund Einal Dathason spoke to the press.", "Today Osmund Einar Dathason spoke to the press.",
     "Osmund Einal Dathason", "Osmund Einar Dathason"),
    # A surname that was taken for a function word keeps its capital.
    ("Then Pedro Since thanked all the nurses there.", "Then Pedro Sandoval thanked all the nurses there.",
     "Pedro Since", "Pedro Sandoval"),
    # A word that opens the sentence and is like the name.
    ("Mill says that the lake will be open tomorrow.", "Kamilla says that the lake will be open tomorrow.",
     "Mill", "Kamilla"),
    # The other words of the name are right, and do not say that it is.
    ("Two men of the Torvik State came to the hall.", "Two men of the Kelvad State came to the hall.",
     "Torvik State", "Kelvad State"),
    ("A man of the National Assembly came. All the Black cats slept.",
     "A man of the Black National Guard came. All the Black cats slept.",
     "National Assembly", "Black National Guard"),
    # A first word that may be an office is a part of the name.
    ("He told the European Council of it at noon.", "He told the Executive Council Meeting of it at noon.",
     "European Council", "Executive Council Meeting"),
    # A middle name is a name.
    ("Then Ole Konnar Solvad thanked all the nurses.", "Then Ole Gunnar Solvad thanked all the nurses. Solvad left.",
     "Ole Konnar Solvad", "Ole Gunnar Solvad"),
    # The first name alone does not say who is meant.
    ("Then Tobiash Thomas thanked all the nurses.", "Then Tobiash Thomsen thanked all the nurses. Tobiash left.",
     "Tobiash Thomas", "Tobiash Thomsen"),
    # Words that are common elsewhere are part of what an acronym was read as; so is one that opens the sentence.
    ("He played in the Natural Home League for years.", "He played in the NHL for years. A league came home.",
     "Natural Home League", "NHL"),
    ("Allied Financial Party reporters left the town early.", "AFP reporters left the town early. It was a party.",
     "Allied Financial Party", "AFP"),
    # Names joined by "&" are one.
    ("They sold it to Brack & Tollo after three years.", "They sold it to Westmoor Tollo after three years.",
     "Brack & Tollo", "Westmoor Tollo"),
]  # fmt: skip


@pytest.mark.parametrize(("hypothesis", "reference", "surface", "suggestion"), FRAMED)
def test_what_stands_between_the_words_of_a_name_is_that_name(
    hypothesis: str, reference: str, surface: str, suggestion: str
) -> None:
    assert wrong_names(hypothesis, reference)[surface][0] == suggestion


@pytest.mark.parametrize(
    ("hypothesis", "reference"),
    [
        (
            "On Monday the President thanked all of the nurses there.",
            "On Monday the Kelstad thanked all of the nurses.",
        ),
        ("In northern Kelstad boats were late on Monday.", "In north Kelstad boats were late on Monday."),
        ("The German boats were late again on Monday.", "The Germany boats were late again on Monday."),
    ],
)
def test_style_between_the_same_words_is_no_error(hypothesis: str, reference: str) -> None:
    assert wrong_names(hypothesis, reference) == {}


@pytest.mark.parametrize(
    ("hypothesis", "reference", "surface", "suggestion", "kind"),
    [
        (
            "The Ministry of the Interior paid less for masks than the Ministry of the Interior.",
            "The Ministry of the Interior paid less for masks than the Ministry of Health.",
            "Ministry of the Interior", "Ministry of Health", "wrong_entity",
        ),
        (
            "Spain is seen in Australia as one of the lands for which no tests are needed in Austria.",
            "Spain is seen in Austria as one of the lands for which no tests are needed in Austria.",
            "Australia", "Austria", "wrong_entity",
        ),
        (
            "He planted the seeds that he got from the European Council on his farm.",
            "He planted the seeds that he got from the Council of Herring Fishers of Norway on his farm.",
            "European Council", "Council of Herring Fishers of Norway", "name_as_word",
        ),
        (
            "The Council of Herring Fishers of Norway has counted the boats for Friday.",
            "The Norway Centre has counted the boats for Friday.",
            "Council of Herring Fishers of Norway", "Norway Centre", "wrong_entity",
        ),
        (
            "According to the Novi agency, the Ministry of Finance reports it on.",
            "According to the Novi agency, the Ship Intelligence of the Ministry of Defense of Norway reports it on.",
            "Ministry of Finance", "Ministry of Defense of Norway", "name_as_word",
        ),
    ],
)  # fmt: skip
def test_another_body_or_place_between_the_same_words_is_wrong_in_any_mode(
    hypothesis: str, reference: str, surface: str, suggestion: str, kind: str
) -> None:
    assert wrong_names(hypothesis, reference) == {surface: (suggestion, kind)}


def test_names_that_changed_places_are_right_however_often_they_stand() -> None:
    hypothesis = "In Austria and in Spain they asked whether Spain or Austria pays."
    reference = "In Spain and in Austria they asked whether Austria or Spain pays."
    assert wrong_names(hypothesis, reference) == {}


def test_a_garbled_name_is_not_missed_where_another_stands_in_the_other_place() -> None:
    hypothesis = "At the show Antiki, president of Nordkrift, showed the new Nordkraft engine of his house."
    reference = "At the show Nordkraft president Sato Iwara showed the new Nordkraft engine of his house."
    assert wrong_names(hypothesis, reference).get("Antiki", ("",))[0] != "Nordkraft"


def test_another_people_s_land_is_another_name() -> None:
    hypothesis, reference = "All banks of Africa were strong on Monday.", "All European banks were strong on Monday."
    assert wrong_names(hypothesis, reference, "parallel")["Africa"][0] == "European"


@pytest.mark.parametrize(
    ("hypothesis", "reference", "surface", "suggestion"),
    [
        ("The Battle of the Ridge hurt his arm that day.", "Edda Veguil hurt his arm that day.",
         "Battle of the Ridge", "Edda Veguil"),
        ("They lost many friends to Gunther Merl last year.", "They lost many friends to VARID-19 last year.",
         "Gunther Merl", "VARID-19"),
        ("They saw Cooler Master in the port on Monday.", "They saw John Lewis in the port on Monday.",
         "Cooler Master", "John Lewis"),
        ("They saw the Korean peninsula there on Monday.", "They saw the Aurora borealis there on Monday.",
         "Korean peninsula", "Aurora borealis"),
        ("Then Kelvik said that no house was lost.", "Then the Northern Harl river office said that no house was lost.",
         "Kelvik", "the Northern Harl river office"),
        ("He wrote a book for Kelvik.", "At the Ministry of Trade, Labour and Transport he wrote a book.",
         "Kelvik", "the Ministry of Trade, Labour and Transport"),
        ("Despite the rain in Edda Veguil, they lit fires.", "Despite Harl prefecture's rain, they lit fires.",
         "Edda Veguil", "Harl prefecture"),
        ("On Monday the Kelvik subtropical storm has formed in the Atlantic.",
         "On Monday, Subtropical Storm Jella formed in the Atlantic.", "Kelvik", "Jella"),
        ("He marched in the Kelvik demonstration in Harl.", "In Harl he was at a “Green Lives Matter” demonstration.",
         "Kelvik", "Green Lives Matter"),
        ("Kelvik said on Monday that the sale was off.", "The sale is off, as Harlworth.com told us.",
         "Kelvik", "Harlworth.com"),
    ],
)  # fmt: skip
def test_a_name_of_a_translation_is_taken_whole_on_both_sides(
    hypothesis: str, reference: str, surface: str, suggestion: str
) -> None:
    assert wrong_names(hypothesis, reference, "parallel")[surface][0] == suggestion


def test_a_name_that_stands_once_too_often_in_a_translation_stands_for_the_one_that_is_missing() -> None:
    hypothesis = "For Sweden it is hard that so many live in Sweden."
    reference = "For Norway it is hard that so many live in Sweden."
    assert wrong_names(hypothesis, reference, "parallel")["Sweden"][0] == "Norway"
    assert wrong_names(hypothesis, hypothesis, "parallel") == {}


def test_a_name_is_not_one_too_many_where_the_reference_joins_it_to_another() -> None:
    hypothesis = "The East Norway Post wrote that the EU called the ties between Norway and the EU old."
    assert (
        wrong_names(hypothesis, "The East Norway Post wrote that the EU called Norway-EU ties old.", "parallel") == {}
    )


def test_of_a_name_that_stands_twice_the_one_that_fits_the_missing_one_is_wrong() -> None:
    hypothesis = "It was quick, says Graf Harlan, who rides for the Graf Harlan racing team."
    reference = "It was quick, says Zimmerholt, who rides for the Graf Harlan racing team."
    ours, theirs = as_text(hypothesis), as_text(reference, "r")
    link = Link((0,), (0,), 0.9, 0.95, "equivalent", "r")
    found = [r for r in resolve(ours, [theirs], [link], load(), mode="parallel").readings if r.kind]
    assert [(r.name.start, r.suggestion) for r in found] == [(hypothesis.index("Graf"), "Zimmerholt")]


@pytest.mark.parametrize(
    ("hypothesis", "reference", "suggestion"),
    [
        ("Soon the new Qarvelin also left the old town.", "Soon the new Pope left the old town.", "Pope"),
        ("Then the German Qarvelin, with its boats, left.", "Then the German navy, with its boats, left.", "navy"),
        ("Then the Qarvelin left the old town at noon.", "Then she left the old town at noon.", ""),
    ],
)
def test_a_stranger_stands_for_what_the_reference_has_between_the_same_words(
    hypothesis: str, reference: str, suggestion: str
) -> None:
    assert wrong_names(hypothesis, reference, "parallel")["Qarvelin"][0] == suggestion


def test_news_is_not_the_plural_of_a_new_town() -> None:
    found = read("The News ended late.", "They live in New Cologne and like New Cologne.")
    assert [r.entity for r in found.readings] == [None]


def test_contractions_and_degrees_are_no_names() -> None:
    hypothesis = "It was 30 degrees Celsius, and I'm glad of it."
    assert wrong_names(hypothesis, "At 30 degrees they were glad of it.", "parallel") == {}


def test_a_list_of_names_is_no_headline() -> None:
    hypothesis = "Cases in other states: Harl 36; Morv 25; Balls 14; Ogun 14; Kano 4."
    reference = "Cases in other states: Harl 36; Morv 25; Balsa 14; Ogun 14; Kano 4."
    assert wrong_names(hypothesis, reference)["Balls"][0] == "Balsa"


def test_a_translation_that_has_no_such_name_makes_it_suspicious() -> None:
    hypothesis = "The new ferry to Qarvelin was late, he said."
    reference = "He said that the new ferry to the west came late."
    assert wrong_names(hypothesis, reference, "parallel") == {"Qarvelin": ("", "wrong_entity")}
    assert wrong_names(hypothesis, "He said that the new ferry to Qarvelin came late.", "parallel") == {}


def test_an_unheard_word_that_opens_its_sentence_may_be_any_word() -> None:
    reference = "He said that the new ferry to the west came late."
    assert wrong_names("Beffoer the new ferry was late, he said.", reference, "parallel") == {}
    assert "Ravenna" in wrong_names("Ravenna had the new ferry late, he said.", reference, "parallel")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("American Mint", "U.S. Mint"), ("Colour Guild", "Color Guild"), ("Andriy Wendel", "Andrey Wendel")],
)
def test_another_way_to_write_the_same_is_right(ours: str, theirs: str) -> None:
    hypothesis, reference = f"On Monday the {ours} left the old town.", f"On Monday the {theirs} left the old town."
    assert wrong_names(hypothesis, reference) == {}
    assert wrong_names(hypothesis, reference, "parallel") == {}


def test_a_spelled_out_acronym_is_right_only_where_the_references_tell_of_what_it_says() -> None:
    reference = "The KFD will look into the fires of June. The KFD has few forest rangers."
    right = "The Karst Forest District will look into the fires of June."
    wrong = "The Kingdom Finance Department will look into the fires of June."
    assert wrong_names(right, reference) == {}
    assert wrong_names(wrong, reference) == {"Kingdom Finance Department": ("KFD", "acronym")}


def test_a_small_acronym_between_the_same_words_lost_its_capitals() -> None:
    hypothesis = "Reports say that us authorities knew of the leak in May."
    reference = "Reports say that US authorities knew of the leak in May."
    assert wrong_names(hypothesis, reference) == {"us": ("US", "casing")}
    assert wrong_names("They told us of the leak in May.", "The US embassy told them of the leak in May.") == {}


def test_a_place_that_good_accounts_spell_in_two_ways_is_right_in_both() -> None:
    hypothesis = "The train to Kiev left the old station late on Monday."
    assert wrong_names(hypothesis, "The train to Kyiv left the old station late on Monday.") == {}


def test_a_spelling_that_other_references_contradict_is_said_and_not_followed() -> None:
    clean = "Harald Wendrik met Lena Osterfeld. Wendrik and Osterfeld shook hands."
    other = "Mayor Lena Osterfeld met Harald Wendrik. Osterfeld smiled."
    garbled = "Lena Osterfelt came too."
    resolution = read("Lena Osterfeldt came.", clean, other, garbled)
    assert errors(resolution)["Lena Osterfeldt"][0] == "Lena Osterfeld"
    assert any("Lena Osterfelt" in note and "reference-2" in note for note in resolution.notes)


def test_the_pivot_is_named_only_with_evidence() -> None:
    assert read(CLEAN, CLEAN).pivot is None
    text = "Mr. Al-Kessani met Mr. Al-Wendrik and Mr. Al-Osterfeld."
    pivot = read(text, CLEAN).pivot
    assert pivot is not None
    assert pivot.language == "Arabic"


places = st.tuples(st.integers(0, 1), st.integers(0, 12), st.integers(0, 4), st.sampled_from("ab"))


@given(st.lists(places, max_size=6, unique_by=lambda p: (p[1], p[2])), st.lists(places, max_size=6))
def test_a_name_is_mangled_where_a_finding_about_it_marks_a_part_of_it(
    names: list[tuple[int, int, int, str]], marks: list[tuple[int, int, int, str]]
) -> None:
    readings = tuple(
        Reading(Name(s, at, at + n, "", (), "", "", False, False, "person"), None, who, "person", "merged")
        for s, at, n, who in names
    )
    findings = [
        Finding("", "d", s, at, at + n, "", "", who, "merged", "major", 1.0, False, "") for s, at, n, who in marks
    ]
    for mention in mentions(Resolution(readings), Document("d", ""), findings):
        touching = any(
            (s, who) == (mention.sentence, mention.entity) and at < mention.end and mention.start < at + n
            for s, at, n, who in marks
        )
        assert mention.status == ("mangled" if touching else "unknown")
