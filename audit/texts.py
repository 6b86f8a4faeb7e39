"""Bytes to documents: decoding, the checks that a text can be audited, and the names that documents carry.

Nothing here changes a text: the byte order mark is no part of it, everything else stays as it came.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from audit.errors import InputError
from audit.records import Document
from audit.settings import MAX_CHARS

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = [
    "STDIN",
    "check_english",
    "decode",
    "encoding_note",
    "expand_references",
    "make_document",
    "read_document",
    "read_lines",
    "unique_names",
]

STDIN = "-"
"""The path that stands for standard input; its document is called ``stdin``."""

_TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
_MAX_BYTES_PER_CHAR = 4

# The longer mark first: UTF-32's little-endian mark begins with UTF-16's.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# One code page a script: the library confuses those that share most of their letters.
_CANDIDATES = (
    "utf_16_le", "utf_16_be", "cp1252", "mac_roman", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256",
    "gb18030", "big5", "cp932", "euc_jp", "cp949", "iso2022_jp",
)  # fmt: skip
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.001
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NON_ASCII = re.compile(rb"[\x80-\xff]")
# Accented letters stand singly in English prose; two in a row, or a capital within a word, speak of another codec.
_NOT_WESTERN = re.compile(r"[^\W\x00-\x7f]{2}|[a-z][À-ÖØ-Þ]")

_LETTERS = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]")
_WORDS = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]+")
# Frequent in any English text and rare as words of other languages in Latin script ("in", "a", "me" are not).
_FUNCTION_WORDS = frozenset({
    "the", "and", "of", "to", "that", "with", "for", "was", "it", "from", "by", "are", "this", "have", "not", "his",
    "they", "been", "would", "which", "their", "were", "has", "will", "but", "who", "said", "its", "about", "into",
    "than", "after", "she", "we", "you", "when", "what", "there", "these", "could", "should",
})  # fmt: skip
_ENGLISH_SHARE = 0.10
_MIN_LATIN_SHARE = 0.5
_MIN_JUDGED_WORDS = 4
_LANGUAGE_SAMPLE = 200_000
_MIN_OTHER_PROBABILITY = 0.9
# Nigerian Pidgin is what the identifier takes English lists of Nigerian places for.
_ENGLISH_CODES = frozenset({"en", "pcm"})


def make_document(text: str, name: str, *, max_chars: int = MAX_CHARS, encoding: str = "utf-8") -> Document:
    """Return ``text`` as a document once it is known to be one that can be audited.

    Raises:
        InputError: ``text`` is empty, blank, longer than ``max_chars`` or holds half of a surrogate pair.
    """
    if not text:
        raise InputError(f"{name} is empty")
    if text.isspace():
        raise InputError(f"{name} holds nothing but blanks")
    if len(text) > max_chars:
        raise InputError(f"{name} has {len(text)} characters, more than the limit of {max_chars}; split it")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{name} holds half of a surrogate pair at character {error.start}; decode the text with errors='strict'"
        ) from None
    return Document(name, text, encoding)


def decode(data: bytes, name: str, *, max_chars: int = MAX_CHARS) -> Document:
    """Decode ``data``: by its byte order mark, else as UTF-8, else as charset-normalizer recognises it.

    ``encoding`` of the result is a codec of Python; `encoding_note` puts it into words.

    Raises:
        InputError: ``data`` is empty, blank, binary, in no encoding that can be told, or too long.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return make_document(
                _strict(data[len(mark) :], encoding, name, len(mark)), name, max_chars=max_chars, encoding=encoding
            )
    try:
        text, encoding = data.decode(), "utf-8"
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(data, error.start, name)
        text, encoding = _recognise(data, name)
    if len(_CONTROLS.findall(text)) > _MAX_CONTROL_SHARE * len(text):
        text, encoding = _recognise(data, name)
    return make_document(text, name, max_chars=max_chars, encoding=encoding)


def _strict(data: bytes, encoding: str, name: str, skipped: int) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} begins with the mark of {encoding.upper()} but is not: byte {error.start + skipped} cannot be"
            " decoded; save it as UTF-8"
        ) from None


def _refuse_damaged_utf8(data: bytes, position: int, name: str) -> None:
    """Refuse what is UTF-8 but for a few bytes; read in another code page it would be mojibake."""
    good = b"".join(_UTF8_SEQUENCE.findall(data))
    if 2 * len(good) > len(_NON_ASCII.findall(data)):
        raise InputError(
            f"{name} is UTF-8 with damage: byte {position} (0x{data[position]:02x}) cannot be decoded; repair it, or"
            " drop such bytes with: iconv -c -f utf-8 -t utf-8"
        )


def _recognise(data: bytes, name: str) -> tuple[str, str]:
    if 0 not in data:
        western = data.decode("cp1252", errors="replace")
        if "\ufffd" not in western and not _NOT_WESTERN.search(western) and not _CONTROLS.search(western):
            return western, "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(data, cp_isolation=list(_CANDIDATES)).best()
    if best is None:
        kind = "is not a text file" if _CONTROLS.search(data.decode("latin-1")) else "is in no known encoding"
        raise InputError(f"{name} {kind}; save it as plain text in UTF-8")
    text = str(best)
    if _CONTROLS.search(text):
        raise InputError(f"{name} is not a text file; save it as plain text in UTF-8")
    return text, best.encoding


def encoding_note(document: Document) -> str | None:
    """Return one line for people when ``document`` was not UTF-8, else None."""
    if document.encoding == "utf-8":
        return None
    how = "read" if document.encoding.startswith(("utf-16", "utf-32")) else "recognised and read"
    return f"{document.name}: {how} as {document.encoding.replace('_', '-')}, not UTF-8"


def read_document(path: Path | str, *, name: str | None = None, max_chars: int = MAX_CHARS) -> Document:
    """Read a file, or standard input for ``-``.

    Args:
        path: the file.
        name: the document's name; by default the file's without folders (``stdin`` for standard input).
        max_chars: the longest text accepted, in code points.

    Raises:
        InputError: there is no such file, or what `decode` says.
    """
    if str(path) == STDIN:
        name = name or "stdin"
        return decode(sys.stdin.buffer.read(_MAX_BYTES_PER_CHAR * max_chars + len(_MARKS[1][0]) + 1), name,
                      max_chars=max_chars)  # fmt: skip
    path = Path(path)
    name = name or path.name
    return decode(_read_bytes(path, max_chars), name, max_chars=max_chars)


def _read_bytes(path: Path, max_chars: int) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; name a text file")
        if path.stat().st_size > _MAX_BYTES_PER_CHAR * (max_chars + 1):
            raise InputError(f"{path} is longer than the limit of {max_chars} characters; split it")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def read_lines(path: Path | str, *, max_chars: int = MAX_CHARS) -> list[str]:
    r"""Read a line-aligned file: one segment a line, empty ones kept.

    Only ``\n`` and ``\r\n`` end a line; U+2028, form feed and their like stand inside a segment.
    """
    lines = read_document(path, max_chars=max_chars).text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def check_english(document: Document) -> None:
    """Refuse a text that is not English. Other scripts within an English text are normal, and so is bad English.

    The share of English function words decides; where it is low, a language identifier has to be sure of
    another language. What is too short to be judged passes.

    Raises:
        InputError: the text looks like another language.
    """
    sample = document.text[:_LANGUAGE_SAMPLE]
    letters, latin = len(_LETTERS.findall(sample)), len(_LATIN.findall(sample))
    if latin < _MIN_LATIN_SHARE * letters:
        raise InputError(_not_english(document.name, f"{latin} of its {letters} letters are Latin"))
    words = [word.lower() for word in _WORDS.findall(sample)]
    if len(words) < _MIN_JUDGED_WORDS:
        return
    if sum(word in _FUNCTION_WORDS for word in words) >= _ENGLISH_SHARE * len(words):
        return
    language, probability = _identify(" ".join(words))
    if language not in _ENGLISH_CODES and probability >= _MIN_OTHER_PROBABILITY:
        raise InputError(_not_english(document.name, f"it looks like language code {language!r}"))


def _not_english(name: str, reason: str) -> str:
    return f"{name} does not look English ({reason}); --any-language audits it all the same"


def _identify(text: str) -> tuple[str, float]:
    language, probability = _identifier().classify(text)
    return language, float(probability)


@cache
def _identifier() -> LanguageIdentifier:
    """Load the identifier, which takes a second: only where function words leave a doubt, and once."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def expand_references(paths: Iterable[Path | str], *, exclude: Path | str | None = None) -> list[Path]:
    """Return the reference files in the order given; a folder gives its text files, sorted by name.

    Hidden files, READMEs and subfolders of a folder are left out, and so is ``exclude``, the text under audit.
    A file named twice is taken once.

    Raises:
        InputError: a path does not exist, or a folder holds no text file.
    """
    found: dict[Path, Path] = {}
    for path in map(Path, paths):
        files = _text_files(path, exclude) if path.is_dir() else [path]
        for file in files:
            if str(file) != STDIN and not file.exists():
                raise InputError(f"there is no file {file}")
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _text_files(folder: Path, exclude: Path | str | None) -> list[Path]:
    left_out = Path(exclude).resolve() if exclude is not None else None
    try:
        files = sorted(file for file in folder.iterdir() if _is_text_file(file) and file.resolve() != left_out)
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}") from None
    if not files:
        raise InputError(f"folder {folder} holds no reference; text files end in {', '.join(sorted(_TEXT_SUFFIXES))}")
    return files


def _is_text_file(path: Path) -> bool:
    visible = not path.name.startswith(".") and path.stem.lower() != "readme"
    return visible and path.suffix.lower() in _TEXT_SUFFIXES and path.is_file()


def unique_names(paths: Sequence[Path | str]) -> list[str]:
    """Return a name a path: the file name, and as many of its folders as tell it from the others.

    ``a/x.txt, b/x.txt, y.txt`` give ``a/x.txt, b/x.txt, y.txt``; ``a/x.txt, b/y.txt`` give ``x.txt, y.txt``.
    """
    parts = [("stdin",) if str(path) == STDIN else PurePath(Path(path).absolute()).parts[1:] for path in paths]
    depths = [1] * len(parts)
    while True:
        names = ["/".join(part[-depth:]) for part, depth in zip(parts, depths, strict=True)]
        deeper = [
            min(depth + (names.count(name) > 1), len(part))
            for name, part, depth in zip(names, parts, depths, strict=True)
        ]
        if deeper == depths:
            return names
        depths = deeper
