"""One administration that no number states: on one day, or in an operation (labelling rule)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy.counts import WORD, Count
from mscwatch.therapy.days import follow_up, follows_up, gives, is_first_after_harvest, points
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.words import find, names
from mscwatch.vocabulary.patterns import pattern_of

_MAY = ("day", "week", "month", "hour", "visit", "baseline", "time")  # one of these is in every point in time
_AT = r"(?:\b(?:on|at|in)\s+(?:the\s+)?(?:study\s+)?|[(:]\s*)(?:day|visit|week|month)\s*[-+=(]?\s*"
_NO_LIST = r"\b(?!\s*(?:,|and|&|/|-|to|or|until|through)\s*(?:at\s+|on\s+)?(?:day|week|month|visit)?\s*\d)"
_A_DAY = pattern_of(rf"{_AT}\d{{1,3}}{_NO_LIST}", re.IGNORECASE)
_ONE_DAY = pattern_of(
    rf"{_AT}[01]{_NO_LIST}"
    r"|(?<!\.\d )(?<!\.\d\d )\bat\s+baseline\b"
    r"|\bday[\s-]case\b|\bon\s+the\s+same\s+day\b|\bat\s+(?:one|an?\s+single|one\s+single)\s+time[\s-]?point\b"
    r"|(?<!each\s)(?<!every\s)(?<!first\s)\bday\s+of\s+(?:the\s+)?(?!(?:infusion|injection|administration|treatment|dos\w+|visit|life)\b)[a-z]\w*",
    re.IGNORECASE,
)
_GIVEN = pattern_of(
    r"inject|infus|transplant|implant|administ|given|receiv|appl|deliver|plac|seed|graft|instill|insert|deposit|dose|fill|wrap|augment|spray|introduc|inocul|\bput\b|\bla(?:id|y)|perfus|sutur|infiltrat|\bplus\b|combin|\s\+\s",
    re.IGNORECASE,
)
_BEFORE_OR_AFTER = pattern_of(
    r"\b(?:\d{1,3}|one|two|three|four|five|six|the|a)(?:\s?(?:-|to|or)\s?\d{1,3})?\s*(?:hours?|days?|weeks?|months?)\s+"
    r"(?:after|before|prior\s+to|post|following)\s+(?!(?:the\s+)?(?:first|1st|initial|previous|last|each|every)\b)"
    r"(?!(?:the\s+)?(?:(?:stem|cells?|product|study|[\w-]*(?:SC|MPC)s?(?:-\w+)?)\s+){1,3}(?:infus|inject|admin|treat|implant)\w*(?!\w*\s+(?:of|with)\b))",
    re.IGNORECASE,
)
_AGAIN = pattern_of(
    r"\b(?:repeat\w*|additional|further|booster|followed\s+by\s+(?:an?\s+)?(?:I[TV]\b|intra|inject|infus)|every|each\s+(?:week|month|day)|weekly|monthly|daily|second|again|twice|sessions|several|multiple\s+(?:dose|infusion|injection\s+session)s?|courses|cycles|months?\s+\d|(?:days?|weeks?|months?)\s+later)\b",
    re.IGNORECASE,
)
_FEW_AT_ONCE = pattern_of(  # "no more than one patient is dosed on the same day"
    r"\b(?:no\s+more\s+than|not\s+more\s+than|no|only|at\s+most|maximum\s+of)\s+(?:\w+\s+){0,2}?"
    r"(?:patient|subject|participant)s?\b",
    re.IGNORECASE,
)
_MADE_INTO = pattern_of(  # "60 ml of marrow is aspirated, prepared and injected"
    r"\b(?:marrow|fat|adipose\s+tissue|lipoaspirate|cord\s+blood)\b[^;]{0,150}?\b(?:re-?)?(?:inject|implant|transplant|appli)ed\b",
    re.IGNORECASE,
)
_LATER = pattern_of(
    rf"\b(?:\d{{1,2}}(?:\s?(?:-|to)\s?\d{{1,2}})?|an?|{WORD})\s+(?:days?|weeks?|months?)\s+(?:later|afterwards?|after\s+(?:the\s+)?(?:aspiration|harvest\w*|collection|liposuction|biopsy))\b",
    re.IGNORECASE,
)
_NEAR, _CLAUSE = 60, 200  # letters before an operation
_NOT_NOW = pattern_of(  # an operation that is not that of the product: "after failed surgery", "non-surgical"
    r"\b(?:no|non|not|without|instead\s+of|rather\s+than|after|following|since|failed|previous|prior|past|had|undergone|"
    r"versus|vs|need\w*|cultured|grown|avoid\w*|delay\w*|postpon\w*|scheduled|candidates?|(?:a)?wait\w*|alternative\s+to|"
    r"compared|refus\w*|history)\W+(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)
_TAKEN = pattern_of(  # that in which tissue is taken: "from fat that is harvested in surgery"
    r"\b(?:harvest|obtain|collect|isolat|separat|extract|retriev|deriv|taken|remov|aspirat|procur|recover|cultur|expand|grown)\w*",
    re.IGNORECASE,
)
_FOR_TISSUE = pattern_of(  # "surgically harvested", "liposuction to obtain fat"
    r"\w*\W+(?:\w+\W+){0,2}?(?:harvest|obtain|collect|isolat|extract|retriev|deriv|procur)\w*", re.IGNORECASE
)
_TOGETHER = pattern_of(  # "after surgery with local administration"
    r"\w*\W+(?:with|and|plus)\s+(?:\w+\s+){0,3}?(?:inject|infus|(?:trans|im)plant|administ|appl)\w*",
    re.IGNORECASE,
)
_CARRIER = pattern_of(
    r"\b(?:scaffold|collagen|fibrin|membrane|matri(?:x|ces)\b|hydroxyapat|tri-?calcium|bone\s+substitut|sponge|patch|cell\s+sheet|granules)",
    re.IGNORECASE,
)
_PUT = pattern_of(
    r"\b(?:(?:trans|im)plant(?:s|ed|ing|ation)?|grafted|placed|put|filled|insert\w*|sutured?|fixed|laid|packed|covered|wrapped|sewn|stitched|glued|attached)\b",
    re.IGNORECASE,
)


def day(sentence: Passage) -> Iterator[Count]:
    """One administration, where a sentence gives the product at one point in time and speaks of no other."""
    text = sentence.text
    lower = text.lower()
    if not any(word in lower for word in _MAY) or not _of_product(sentence, "interventions["):
        return
    for pattern, rule in (
        (_ONE_DAY, "one day"),
        (_BEFORE_OR_AFTER, "one point in time"),
        (_A_DAY, "one day"),
    ):
        match = pattern.search(text)
        if (
            match
            and _gives(text)
            and not _FEW_AT_ONCE.search(text)
            and not (follows_up(text[: match.start()]) or _taken(text, match.start()))
        ):
            if pattern is not _A_DAY or (gives(sentence) and len(points((sentence,))) == 1):
                yield Count(1, match[0], sentence.path, rule)
            return


def after_harvest(sentence: Passage) -> Iterator[Count]:
    """One administration, where a sentence takes tissue and gives the cells once, some time later."""
    text = sentence.text
    later = _LATER.search(text)
    if later is None or not _of_product(sentence, "interventions["):
        return
    rest = f"{text[: later.start()]} {text[later.end() :]}"
    taken = _TAKEN.search(text, 0, later.start())
    given = taken and _GIVEN.search(text, taken.end(), later.start())
    if (
        given
        and is_first_after_harvest(text[: later.end()])
        and _gives(rest)
        and not follows_up(text[: later.start()])
    ):
        yield Count(1, later[0], sentence.path, "one point in time")


def operation(sentence: Passage) -> Iterator[Count]:
    """One administration, where a sentence gives the product in an operation, or puts it there on a carrier."""
    text = sentence.text
    if not (_of_product(sentence, "armsInterventionsModule") or _MADE_INTO.search(text)):
        return
    places = ((start, end) for start, end in _sessions(text) if not _is_another(text, start, end))
    place = next(places, None)
    if place and not _AGAIN.search(text) and (_GIVEN.search(text) or _is_of_arm(sentence)):
        yield Count(1, text[slice(*place)], sentence.path, "one session")


def _is_of_arm(sentence: Passage) -> bool:
    """Whether an arm or intervention names the cells, and nothing that is looked at."""
    named = "armsInterventionsModule" in sentence.path and names("product", sentence.text)
    return named and not follow_up(sentence.text)


def _sessions(text: str) -> Iterator[tuple[int, int]]:
    yield from ((one.start, one.end) for one in find("session", text))
    carrier = _CARRIER.search(text)
    if carrier and _PUT.search(text):
        yield carrier.span()


def _is_another(text: str, start: int, end: int) -> bool:
    """Whether an operation from `start` to `end` is not the giving: it came before, or tissue is taken in it."""
    not_now = _NOT_NOW.search(text, max(0, start - _NEAR), start) and not _TOGETHER.match(text, end)
    return bool(not_now or _FOR_TISSUE.match(text, end)) or _taken(text, start)


def _taken(text: str, place: int) -> bool:
    """Whether what is said last before a place is that tissue is taken or cells are made, not given."""
    taken = max((one.end() for one in _TAKEN.finditer(text, max(0, place - _CLAUSE), place)), default=None)
    return taken is not None and not _GIVEN.search(text, taken, place)


def _of_product(sentence: Passage, place: str) -> bool:
    return place in sentence.path or names("product", sentence.text)


def _gives(text: str) -> bool:
    return bool(_GIVEN.search(text)) and not _AGAIN.search(text)
