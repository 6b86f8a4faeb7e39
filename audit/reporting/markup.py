"""Text as HTML: escaped, with nothing in it that could steer the reader's eye unseen.

Characters that turn the direction of text or are invisible controls are shown by name, because a report on a text must
not look other than the text is (compare "Trojan Source", Boucher and Anderson 2021).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from markupsafe import Markup, escape

__all__ = ["json_block", "plain", "visible"]

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SHORT = {
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}


def visible(text: str) -> Markup:
    """Return ``text`` escaped, its controls shown by name."""
    return Markup(_CONTROLS.sub(_named, str(escape(text))))


def plain(text: str) -> str:
    """Return ``text`` for a place that takes no markup, such as a title: controls become the replacement character."""
    return _CONTROLS.sub("\ufffd", text)


def json_block(values: Any) -> Markup:
    """Return ``values`` as JSON that may stand within a script element."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _named(match: re.Match[str]) -> str:
    code = ord(match[0])
    name = _SHORT.get(match[0]) or f"U+{code:04X}"
    title = unicodedata.name(match[0], f"CONTROL U+{code:04X}").title()
    return f'<span class="control" title="{title}">{name}</span>'
