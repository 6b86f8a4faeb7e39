"""The forms that an entity takes when machine translation goes wrong: one function for each way of going wrong.

Each returns the wrong forms of one document, the most frequent first, or none where that damage cannot befall the name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler, Levenshtein
from wordfreq import top_n_list, zipf_frequency

from benchmarks.clean_entities import BODY_WORDS, CITIES, COUNTRIES, DEMONYMS, TABLES, is_name

__all__ = ["as_word", "drifted", "misread_acronym", "other_entity", "recased", "taken_literally", "wrong_number"]


def drifted(name: str, pivot: str, rng: Random) -> list[str]:
    """Up to three transliterations of the name on its way through ``pivot``."""
    words = name.split()
    targets = [i for i, w in enumerate(words) if len(w) >= 4 and w[0].isupper() and (len(words) == 1 or is_name(w))]
    if not targets or re.search(r"\d", name):
        return []
    forms: list[str] = []
    for _ in range(12):
        changed = list(words)
        hit = rng.choice(targets)
        for i in targets:
            if i == hit or rng.random() < 0.4:
                changed[i] = _drift_word(words[i], pivot, rng)
        form = " ".join(changed)
        if form != name and form not in forms:
            forms.append(form)
    return forms[: rng.choice([1, 2, 2, 3])]


def _drift_word(word: str, pivot: str, rng: Random) -> str:
    lower = word.lower()
    for _ in range(20):
        changed = lower
        for _ in range(rng.choice([1, 2]) if len(word) < 7 else rng.choice([1, 2, 2, 3])):
            changed = _apply_rule(changed, TABLES["drifts"][pivot] if rng.random() < 0.6 else TABLES["vowels"], rng)
        near = JaroWinkler.normalized_similarity(lower, changed) >= 0.7 and 0.6 <= len(changed) / len(word) <= 1.6
        if changed != lower and near and re.search("[aeiouy]", changed):
            return _articled(word, changed, rng) if pivot == "ar" else _like(word, changed)
    return word


def _apply_rule(word: str, rules: Sequence[tuple[str, str]], rng: Random) -> str:
    matches = [(m, new) for pattern, new in rules for m in re.finditer(pattern, word)]
    if not matches:
        return word
    m, new = rng.choice(matches)
    return word[: m.start()] + m.expand(new) + word[m.end() :]


def _articled(word: str, changed: str, rng: Random) -> str:
    """A name that begins like the Arabic article is parted there; now and then another gains one."""
    if re.match(r"[aei]l[bcdfghjkmnpqrstvwz]", word.lower()):
        stem = re.sub(r"^[aeiou]?l?", "", changed)
        return rng.choice(["Al-", "Al -", "Al ", ""]) + _like(word, stem if len(stem) > 2 else changed)
    return ("Al-" if rng.random() < 0.06 else "") + _like(word, changed)


def as_word(name: str, type_: str, rng: Random) -> list[str]:
    """The name as a word, or as a commoner name: translated where it is a word, else what sounds like it."""
    words = name.split()
    names = [w for w in words if w in TABLES["translated"] or len(words) == 1 or is_name(w)]
    if not names:
        return []
    word = max(names, key=lambda w: (w in TABLES["translated"], len(w)))
    choices = TABLES["translated"].get(word) or [w.capitalize() for w in _sounding_like(word)[:3]]
    if not choices or len(word) < 3:
        return []
    main = rng.choice(choices)
    if len(words) == 1 and type_ in ("organisation", "other") and rng.random() < 0.3:
        main = main.lower()
    plural = type_ == "person" and not main.endswith("s") and rng.random() < 0.3
    return [name.replace(word, form) for form in ([main, f"{main}s"] if plural else [main])]


@lru_cache(maxsize=4096)
def _sounding_like(word: str) -> tuple[str, ...]:
    """Frequent words and common names near to ``word`` in spelling and sound, best first."""
    lower = word.lower()
    similar = Levenshtein.normalized_similarity

    def nearness(other: str) -> float:
        spelling, sound = JaroWinkler.normalized_similarity(lower, other), similar(_skeleton(lower), _skeleton(other))
        return float((spelling + sound) / 2 + 0.02 * zipf_frequency(other, "en"))

    near = [w for w, _, _ in process.extract(lower, _frequent_words(), scorer=similar, limit=60, score_cutoff=0.5)]
    inflected = {w for w in near if w.rstrip("s") == lower.rstrip("s") or abs(len(w) - len(lower)) > 3}
    ranked = sorted(((nearness(w), w) for w in near if w not in inflected), reverse=True)
    return tuple(w for score, w in ranked if score >= 0.82)


def _skeleton(word: str) -> str:
    """Consonants in classes that drift into one another."""
    word = re.sub("ph", "f", re.sub("ck|q", "k", word))
    return re.sub(r"[aeiouyhw]|(.)(?=\1)", "", word).translate(str.maketrans("pvgczrd", "bfjkslt"))


@lru_cache(maxsize=1)
def _frequent_words() -> tuple[str, ...]:
    coarse = re.compile("nigg|fuck|shit|cunt|bitch|whore|slut|rape|rapist")
    return tuple(w for w in top_n_list("en", 15000) if re.fullmatch("[a-z]{3,}", w) and not coarse.search(w))


def other_entity(name: str, type_: str, others: Sequence[str], rng: Random) -> list[str]:
    """Another entity of the same type: one of ``others``, one that shares a word, or one that is spelled alike."""
    if type_ == "person":
        surnames = sorted({o.split()[-1] for o in others if " " in o} - {name})
        return [rng.choice(surnames)] if surnames and rng.random() < 0.5 else []
    if type_ == "organisation":
        pool: Sequence[str] = sorted({*TABLES["organisations"], *others})
    else:
        pool = next((p for p in (COUNTRIES, CITIES) if name in p), ())
    pool = [o for o in pool if name not in o and o not in name]
    near = [o for o in pool if set(o.split()) & set(name.split()) - {"of", "the", "and"}]
    if not near and type_ != "organisation":
        similar = JaroWinkler.normalized_similarity
        near = [o for o, _, _ in process.extract(name, pool, scorer=similar, limit=3, score_cutoff=0.7)]
    return [rng.choice(near)] if near else []


def misread_acronym(name: str, pivot: str, rng: Random) -> list[str]:
    """Another expansion, the acronym of the pivot language, or a word that looks like it."""
    tables = TABLES["acronyms"]
    if known := [*tables.get(pivot, {}).get(name, ()), *tables["any"].get(name, ())]:
        return [rng.choice(known)]
    if not re.fullmatch("[A-Z]{2,4}", name) or name[-1] not in TABLES["bodies"]:
        return []
    first = [rng.choice(TABLES["initials"][letter].split()) for letter in name[:-1]]
    return [" ".join([*first, rng.choice(TABLES["bodies"][name[-1]].split())])]


def recased(name: str, rng: Random) -> list[str]:
    """Capitals lost or gained; a plain name falls to small letters only now and then."""
    words = name.split()
    if len(words) == 1 and re.search("[a-z][A-Z]", name):
        return [name[0] + name[1:].lower()]
    if name in DEMONYMS:
        return [name.lower()]
    if re.fullmatch("[A-Z]{2,3}", name):
        return [name.capitalize()]
    if re.search("-[a-z]+-[A-Z]", name):
        return [re.sub("-([a-z])", lambda m: f"-{m.group(1).upper()}", name)]
    if len(words) > 1 and words[-1] in BODY_WORDS:
        return [" ".join([*words[:-1], words[-1].lower()])]
    return [name.lower()] if rng.random() < 0.1 and re.fullmatch("[A-Z][a-z]+", name) else []


def taken_literally(title: str, rng: Random) -> list[str]:
    """A title or office translated word by word."""
    forms = [_like(title, form) for form in TABLES["titles"].get(title.lower(), ())]
    rng.shuffle(forms)
    return forms


_FACTORS = {"thousand": "million", "million": "billion", "billion": "million", "trillion": "billion"}


def wrong_number(amount: str, rng: Random) -> list[str]:
    """A lost digit group, another factor, a lost point, two digits swapped or a digit lost; years stay."""
    m = re.search(r"\d[\d,.]*\d|\d", amount)
    if m is None or re.fullmatch(r"(?:19|20)\d\d|\d", amount) or (amount.isdigit() and rng.random() < 0.5):
        return []
    digits = m.group()
    wrong = [digits.rsplit(",", 1)[0], digits.replace(".", "")]
    if digits.isdigit() and len(digits) > 1:
        i = rng.randrange(len(digits) - 1)
        wrong += [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :], digits[:-1]]
    elif digits.isdigit():
        wrong.append(f"{digits}0")
    forms = [amount[: m.start()] + w + amount[m.end() :] for w in wrong if w != digits and not re.match(r"0\d", w)]
    unit = amount.split()[-1]
    if unit in _FACTORS:
        forms.append(amount.replace(unit, _FACTORS[unit]))
    return [rng.choice(forms)] if forms else []


def _like(model: str, form: str) -> str:
    """``form`` with the capitals of ``model``."""
    if model.isupper() and len(model) > 1:
        return form.title() if " " in form else form.upper()
    if not model[0].isupper():
        return form
    if " " in model and model.istitle():
        return re.sub(r"\b(?!of\b|the\b)\w", lambda m: m.group().upper(), form)
    return form[0].upper() + form[1:]
