"""Reading: what is decoded, what is refused and how, and the names that documents get."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import InputError
from audit.records import Document
from audit.texts import (
    check_english,
    decode,
    encoding_note,
    expand_references,
    make_document,
    read_document,
    read_lines,
    unique_names,
)

PROSE = "He said “it’s a café” – and left.\r\nThe naïve plan was rejected by the board in Zürich."
PLAIN_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(
    lambda text: bool(text.strip()) and not text.startswith("\ufeff")
)


@given(PLAIN_TEXT)
def test_utf8_is_read_as_written(text: str) -> None:
    assert decode(text.encode(), "a.txt") == Document("a.txt", text, "utf-8")


@given(PLAIN_TEXT, st.sampled_from(["utf-8-sig", "utf-16", "utf-32"]))
def test_the_byte_order_mark_is_no_part_of_the_text(text: str, codec: str) -> None:
    assert decode(text.encode(codec), "a.txt").text == text


def test_line_ends_stay(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"One.\r\nTwo.\rThree.\n")
    assert read_document(tmp_path / "a.txt").text == "One.\r\nTwo.\rThree.\n"


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (PROSE, "cp1252"),
        ("It’s over.", "cp1252"),
        ("The naïve plan", "latin-1"),
        (PROSE, "mac-roman"),
        (PROSE, "utf-16-le"),
        (PROSE, "utf-16-be"),
        ("The firm said it was over. Президент сказал, что проект будет закрыт.", "cp1251"),
        ("他说 the project is dead. 人工智能需要大量的电力，总统在大会上说。", "gb18030"),
        ("大統領は計画を発表した。これはテストです。", "cp932"),
    ],
)
def test_other_encodings_are_recognised_and_said(text: str, codec: str) -> None:
    document = decode(text.encode(codec), "a.txt")
    assert document.text == text
    note = encoding_note(document)
    assert note is not None
    assert "a.txt" in note
    assert document.encoding.replace("_", "-") in note


def test_utf8_needs_no_note() -> None:
    assert encoding_note(decode(b"\xef\xbb\xbfHello there.", "a.txt")) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b" \r\n\t\n", "nothing but blanks"),
        (bytes(range(256)) * 20, "not a text file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not a text file"),
        (b"Hello \x00\x01\x02 there", "not a text file"),
        (bytes(range(0x80, 0x100)) * 10, "no known encoding"),
        ("Café – naïve “quote”".encode() + b"\xff and on", "byte 28 (0xff)"),
        (b"\xff\xfe\x00\xd8A\x00", "UTF-16-LE"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(data, "a.txt")
    assert message in str(caught.value)
    assert "a.txt" in str(caught.value)


@given(st.binary())
def test_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        document = decode(data, "a.txt")
    except InputError:
        return
    assert document.text.strip()
    document.text.encode()


def test_missing_folder_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        read_document(tmp_path / "none.txt")
    with pytest.raises(InputError, match="is a folder"):
        read_document(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_document("a\x00b")


def test_too_long_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("word " * 20)
    assert read_document(tmp_path / "a.txt", max_chars=100).text
    with pytest.raises(InputError, match="limit of 99"):
        read_document(tmp_path / "a.txt", max_chars=99)
    with pytest.raises(InputError, match="limit of 5"):
        read_document(tmp_path / "a.txt", max_chars=5)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Café.".encode())))
    assert read_document("-") == Document("stdin", "Café.")


def test_text_of_the_library_with_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InputError, match="character 3"):
        make_document("abc\ud800", "reference-0")


def test_lines_end_only_at_newlines(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("one\u2028still\r\n\ntwo\x0cstill\x85still\nthree\rstill".encode())
    assert read_lines(path) == ["one\u2028still", "", "two\x0cstill\x85still", "three\rstill"]


@given(st.lists(PLAIN_TEXT, min_size=1), st.booleans())
def test_lines_round_trip(tmp_path_factory: pytest.TempPathFactory, lines: list[str], ended: bool) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.txt"
    path.write_bytes(("\n".join(lines) + ("\n" if ended else "")).encode())
    assert read_lines(path) == lines


@pytest.mark.parametrize(
    "text",
    [
        "Stargit partners rode convoy.",
        "Altman outfoxes Musk in Washington",
        "Profits rise 3 %",
        "Hi",
        "12:30 – 15:00",
        "Mr. Sun said that 人工智能需要大量的电力 and قال الرئيس إن المشروع in the same breath.",
        "To attend the party of the after in the gold company he was them electricity of weak twice the.",
    ],
)
def test_english_good_or_bad_passes(text: str) -> None:
    check_english(Document("a.txt", text))


@pytest.mark.parametrize(
    "text",
    [
        "Die Regierung hat am Montag einen Plan vorgestellt, der in der Hauptstadt auf Kritik stieß.",
        "Le gouvernement a présenté lundi un plan qui a été critiqué dans la capitale.",
        "El gobierno presentó el lunes un plan que fue criticado en la capital por la oposición.",
        "De regering heeft maandag een plan gepresenteerd dat in de hoofdstad op kritiek stuitte.",
        "Regeringen præsenterede mandag en plan, som blev kritiseret i hovedstaden af oppositionen.",
        "Il governo ha presentato lunedì un piano che è stato criticato nella capitale.",
        "Hükümet pazartesi günü başkentte eleştirilen bir plan sundu ve muhalefet tepki gösterdi.",
        "Rząd przedstawił w poniedziałek plan, który spotkał się z krytyką w stolicy.",
        "Dies ist ein deutscher Text.",
        "政府在星期一提出了一项计划。",
        "قدمت الحكومة يوم الاثنين خطة.",
        "Правительство представило план.",
    ],
)
def test_other_languages_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="does not look English"):
        check_english(Document("a.txt", text))


def test_a_folder_gives_its_text_files_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden.txt", "README.md", "picture.png", "c.TXT"):
        (tmp_path / name).write_text("x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "d.txt").write_text("x")
    names = [path.name for path in expand_references([tmp_path / "sub" / "d.txt", tmp_path, tmp_path / "b.txt"])]
    assert names == ["d.txt", "a.txt", "b.txt", "c.TXT"]
    assert [path.name for path in expand_references([tmp_path], exclude=tmp_path / "a.txt")] == ["b.txt", "c.TXT"]


def test_references_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        expand_references([tmp_path / "none.txt"])
    with pytest.raises(InputError, match="holds no reference"):
        expand_references([tmp_path])


def test_names_carry_folders_only_where_they_must() -> None:
    assert unique_names(["p/a/x.txt", "p/b/x.txt", "q/y.txt"]) == ["a/x.txt", "b/x.txt", "y.txt"]
    assert unique_names(["p/a/x.txt", "q/a/x.txt", "x.txt"]) != unique_names(["x.txt"] * 3)
    assert unique_names(["-", "p/y.txt"]) == ["stdin", "y.txt"]


@given(st.lists(st.text("ab/", min_size=1, max_size=5).map(lambda path: f"/r/{path}/x.txt"), unique=True))
def test_names_differ_where_files_do(paths: list[str]) -> None:
    files = {str(Path(path)) for path in paths}
    names = unique_names(paths)
    assert len(set(names)) == len(files)


def test_the_real_documents_are_english(shared: Path) -> None:
    for path in sorted((shared / "seeds").glob("*.txt")):
        document = read_document(path)
        assert document.text == path.read_bytes().decode()
        check_english(document)
