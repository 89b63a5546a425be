"""The words of a title, so that two titles that say the same in other words share them. Pure."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from mscwatch.vocabulary.patterns import pattern_of

GRAM = 4  # letters of a piece of a title
LONGEST_TITLE = 2_000  # characters that are read
STOP_WORDS = frozenset(
    """
    a an and are as at be by can do does during for from had has have in into is it its no not of on or over per
    that the their these this those to under until using versus via vs was were when which who whose will with
    within without
    """.split()  # noqa: SIM905  read as prose
)
WORD = pattern_of(r"[a-z0-9]+")
HYPHENATED = pattern_of(r"\b[a-z0-9]+-[a-z0-9]+\b")
IN_BRACKETS = pattern_of(r"\(([A-Z][A-Za-z0-9-]{1,7})\)")
# Endings, longest first, and what stands for each. Words of a title are short texts: a light stemmer is enough.
ENDINGS = (
    ("isations", "iz"), ("izations", "iz"), ("isation", "iz"), ("ization", "iz"), ("ational", "at"),
    ("ations", "at"), ("ically", "ic"), ("ation", "at"), ("ments", "ment"), ("ities", "iti"), ("ical", "ic"),
    ("ised", "iz"), ("ized", "iz"), ("ies", "i"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("es", ""),
    ("ity", "iti"), ("s", ""), ("e", ""), ("y", "i"),
)  # fmt: skip
BRITISH = (
    ("aemi", "emi"), ("haem", "hem"), ("oedem", "edem"), ("oesoph", "esoph"), ("paed", "ped"), ("tumour", "tumor"),
    ("anaes", "anes"), ("leuk", "leuc"), ("foet", "fet"), ("aetio", "etio"), ("fibre", "fiber"),
)  # fmt: skip


def plain_letters(text: str) -> str:
    """The text in ASCII letters: accents dropped, trade marks removed, ß as ss."""
    text = text[:LONGEST_TITLE].replace("®", "").replace("™", "").replace("ß", "ss")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def words(text: str) -> list[str]:
    """The stems of a title's words in their order, without those that say nothing."""
    return [stem(word) for word in WORD.findall(plain_letters(text).lower()) if word not in STOP_WORDS]


def in_full(text: str, abbreviations: Mapping[str, str]) -> str:
    """A title in plain small letters, followed by what its abbreviations stand for."""
    plain = plain_letters(text).lower()
    joined = [word.replace("-", "") for word in HYPHENATED.findall(plain)]
    known = {word for word in (*WORD.findall(plain), *joined) if word in abbreviations}
    return " ".join((plain, *(abbreviations[word] for word in sorted(known))))


def pieces(text: str) -> list[str]:
    """Every run of `GRAM` letters of a title: they also join words that are spelled differently."""
    line = f" {' '.join(WORD.findall(plain_letters(text).lower()))} "
    return [line[start : start + GRAM] for start in range(len(line) - GRAM + 1)]


@cache
def stem(word: str) -> str:
    """A word without its ending, in American spelling; short words and codes stay as they are."""
    word = _known()[1].get(word, word)
    if len(word) <= 3 or any(letter.isdigit() for letter in word):  # noqa: PLR2004  too short to have an ending
        return word
    for british, american in BRITISH:
        word = word.replace(british, american)
    for ending, rest in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004
            return word[: -len(ending)] + rest
    return word


def abbreviations(titles: Iterable[str]) -> dict[str, str]:
    """What abbreviations stand for: those of the package, and "long form (ABBR)" of these titles, which win."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for title in titles:
        plain = plain_letters(title)
        for match in IN_BRACKETS.finditer(plain):
            if full := _long_form(match[1], plain[: match.start()]):
                seen[match[1].lower().replace("-", "")][full] += 1
    learned = {short: counts.most_common(1)[0][0] for short, counts in seen.items()}
    return _known()[0] | {short: full for short, full in learned.items() if short not in STOP_WORDS}


def _long_form(short: str, before: str) -> str | None:
    """The last words before the brackets whose initials are the abbreviation's letters."""
    letters = [letter.lower() for letter in short if letter.isalpha()]
    capitals = [letter.lower() for letter in short if letter.isupper()]
    preceding = re.findall(r"[A-Za-z]+", before)[-(len(letters) + 3) :]
    for count in range(max(2, len(letters) - 1), len(preceding) + 1):
        chosen = preceding[-count:]
        initials = [word[0].lower() for word in chosen if word.lower() not in STOP_WORDS]
        if len(initials) > 1 and initials in (letters, capitals):
            return " ".join(chosen).lower()
    return None


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """Abbreviations and spellings of the package."""
    tables = tomllib.loads((files("mscwatch.papers") / "words.toml").read_text("utf-8"))
    return tables["abbreviations"], tables["spellings"]
