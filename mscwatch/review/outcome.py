"""Which way a study's result points, and by which indicators, from the clauses of its results and conclusion. Pure.

A clause says that something got better, or that it did not. In a study with controls what improved in both groups says
nothing; in one without, differences between kinds of patients say nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mscwatch.review.abstracts import LONGEST_EVIDENCE, Part, Quote, Sentence
from mscwatch.vocabulary import Effect
from mscwatch.vocabulary.patterns import pattern_of

_CLAUSE_END = pattern_of(
    r";\s|,?\s(?:but|while|whereas|although|however|though|despite|except)\s"
    r"|,\sand\s(?=(?:did|was|were|had|has|have|there (?:was|were))?\s?(?:no|not)\s)",
    re.IGNORECASE,
)
_BETTER = pattern_of(
    r"\bsignificant(?:ly)?\b(?:,? \w+){0,2} (?:better|higher|lower|greater|superior|longer|less|increas\w*|decreas\w*"
    r"|reduc\w*|declin\w*|alleviat\w*|elevat\w*|rise|rose|fell|drop\w*|attenuat\w*|recover\w*)|\b(?:increas\w*"
    r"|decreas\w*|reduc\w*|declin\w*|elevat\w*|recover\w*|rose|fell|dropp\w*|higher|lower) (?:\w+ ){0,2}significantly"
    r"|\b(?<!to )improv(?:ed?|es|ing|ements?)\b|\bbetter\b|\bachieved (?:\w+ ){0,3}(?:remission|response)"
    r"|\bresponded\b|\bcomplete resolution\b|\b(?:successful|uneventful|complete) (?:\w+ )?(?:healing|closure"
    r"|union)\b|\bpositive (?:\w+ )?(?:results?|outcomes?)\b|\bsuperior(?:ity)?\b|\bameliorat\w*|\b(?:more |is |are "
    r"|was |were |be |and |an )effective\b|\b(?:complete|partial|overall|clinical) (?:response|remission)s?\b"
    r"|\befficacious\b|\bbenefi\w+|\balleviat\w*|\bregenerated\b|\bencouraging\b|\bpromising\b|\bsatisfactory\b"
    r"|\bfavou?rabl[ey]\b|\bclinical(?:ly)? effective(?:ness)?\b|\b(?:prolong\w*|increased|higher"
    r"|longer) (?:\w+ ){0,3}survival\b|\bpain relief\b|\b(?:higher|lower|greater|longer|shorter|increas\w+|decreas\w+"
    r"|reduc\w+|rose|fell|dropped|declined|recovered)\b[^;]{0,120}?\bp\s?(?:[<=]\s?0?\.0[0-4]|<\s?0?\.05)|\b(?:higher"
    r"|greater|longer) (?:\w+ ){0,3}in (?:the )?(?:\w+[ -]){0,2}(?:cells?|\w*MSCs?|treat\w+|transplant\w*"
    r"|intervention|experimental)[ -]"
    r"|\bsignificantly more (?:[\w()-]+ ){0,5}(?:reduction|gain|improvement|relief|fill|growth|regeneration)\b"
    r"|\b(?:reduc\w+|decreas\w+) (?:\w+ ){0,3}(?:pain|mortality|fibrosis|ascites|defects?)\b",
    re.IGNORECASE,
)
_NOT_BETTER = pattern_of(
    r"^not\b(?! only)|\bno (?:\w+[ -]){0,4}(?:differences?|changes?|improvements?|effects?|benefits?|efficacy|impact"
    r"|evidence of (?:\w+ )?(?:benefit|efficacy|improvement|effect))\b|\b(?:not|nor|n't) (?:\w+ ){0,4}?(?:differ\w*"
    r"|improv\w*|chang\w*|superior|better|significant\w*|effective|affect\w*|advantage\w*|benefi\w*|increas\w*"
    r"|reduc\w*|decreas\w*)|\bfail(?:ed|s|ure)? to\b|\b(?:similar|comparable|equivalent|unchanged|unaltered"
    r"|non-?significant|insignificant)\b|\bneither\b|\bremained (?:stable|the same)\b|\bworsen\w*|\bineffective\b"
    r"|\bno(?:t)? beneficial\b|\bdid not reach\b|\bas (?:effective|good) as\b",
    re.IGNORECASE,
)
_DIFFERS = pattern_of(
    r"\bdifferences?\b[^;]{0,160}?\bp\s?(?:[<=]\s?0?\.0[0-4]|<\s?0?\.05)|\bsignificant differences?\b",
    re.IGNORECASE,
)
_SAFE = pattern_of(
    r"\bsafe(?:ty|ly)?\b|\bwell[- ]tolerated\b|\btolerab\w+|\bfeasib\w+|\b(?:no"
    r"|without) (?:\w+[ -]){0,4}(?:adverse|side|complications?|toxicit\w+|tumou?rs?|reactions?|neoplas\w+)",
    re.IGNORECASE,
)
_OF_SAFETY = pattern_of(
    r"\badverse\b|\bcomplications?\b|\bside[- ]effects?\b|\btumou?r|\bneoplas|\binfections?\b|\btoxic|\bsafety\b"
    r"|\breactions?\b|\bat baseline\b|\bbaseline (?:characteristics|data|values)\b"
    r"|\bdemographic|\bin age\b|\bpre-?treatment\b|\bbefore treatment\b|\bdeteriorat",
    re.IGNORECASE,
)
_IN_BOTH = pattern_of(
    r"\b(?:both|all|each|either)(?: of the)? (?:\w+ ){0,2}(?:groups?|arms?)\b", re.IGNORECASE
)
_OF_CONTROLS_ALONE = pattern_of(
    r"\b(?:in|of|within|for) the (?:control|placebo|sham|saline|standard"
    r"|conventional)\b(?: \w+){0,2} (?:groups?|arms?)\b",
    re.IGNORECASE,
)
_COMPARED = pattern_of(r"\b(?:than|compared)\b", re.IGNORECASE)
_OF_ONE_KIND = pattern_of(
    r"\bthan\b(?! (?:\w+ ){0,2}(?:baseline|before|pre-?treatment)\b)[^.;]*\bgroup"
    r"|\b(?:younger|older) (?:age|patients|than)\b|\bassociated with\b",
    re.IGNORECASE,
)
_BY_THE_CELLS = pattern_of(
    r"\b(?:safe and|(?:cells?|\w*MSCs?|treatment|therapy|injections?|infusions?|transplantation) (?:was|were|is|are))"
    r"\s(?:\w+ )?associated with\b",
    re.IGNORECASE,
)
_TREND = pattern_of(r"\btend(?:ed|ency)\b|\btrends?\b", re.IGNORECASE)
_COMPARES = pattern_of(r"\b(?:than|compared|between|versus|vs|differ\w*|and the)\b", re.IGNORECASE)
_KINDS_OF_PATIENTS = pattern_of(
    r"\b(?:between|among|than)\b|\bgroups?\b|\byounger\b|\bolder\b|\bassociated with\b|\bcorrelat",
    re.IGNORECASE,
)
_TITLE_OF_SAFETY = pattern_of(r"\b(?:safety|complications|tolerability|toxicity|adverse)\b", re.IGNORECASE)
_TITLE_OF_EFFECT = pattern_of(
    r"\b(?:efficacy|effect\w*|outcomes?|results?|improv\w+|benefi\w+)\b", re.IGNORECASE
)
_MEANT = pattern_of(
    r"\b(?:primary|secondary)\b[^.;]{0,40}\b(?:end-?points?|outcomes?|objectives?)\b[^.;]{0,30}\b(?:were|was"
    r"|included?)\b[^.;]*$|\bto (?:assess|evaluate|determine"
    r"|investigate)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Signal:
    """A clause that says something got better (`is_better`), or that it did not."""

    is_better: bool
    quote: Quote

    @property
    def part(self) -> Part:
        return self.quote.sentence.part


def effect(told: Sequence[Sentence], *, is_controlled: bool) -> tuple[Effect, Quote] | None:
    """The direction of the result with the words that decide it; None where no clause says any."""
    signals = [
        signal for sentence in _findings(told) for signal in _signals(sentence, is_controlled=is_controlled)
    ]
    better = [signal for signal in signals if signal.is_better]
    same = [signal for signal in signals if not signal.is_better]
    concluded = [signal.is_better for signal in signals if signal.part is Part.CONCLUSION]
    safe = _safe(told)
    if safe and True not in concluded and (not signals or _is_of_safety(told)):
        return Effect.SAFETY_ONLY, safe
    if not signals:
        return None
    if not better:
        return Effect.NO_DIFFERENCE, same[-1].quote
    if not same:
        return Effect.IMPROVED, better[-1].quote
    weighed, quote = _weighed(better, same, concluded)
    if is_controlled:  # the first finding is that of the primary outcome
        if weighed is Effect.IMPROVED and signals[0] is same[0] and True not in concluded:
            return Effect.MIXED, same[0].quote
        if weighed is Effect.MIXED and signals[0] is better[0] and concluded and all(concluded):
            return Effect.IMPROVED, better[0].quote
    return weighed, quote


def _weighed(better: list[_Signal], same: list[_Signal], concluded: list[bool]) -> tuple[Effect, Quote]:
    """Where some things got better and others did not: the conclusion decides, unless the results weigh against it."""
    found_better = sum(signal.part is Part.RESULTS for signal in better)
    found_same = sum(signal.part is Part.RESULTS for signal in same)
    if concluded and not any(concluded) and found_same >= found_better:
        return Effect.NO_DIFFERENCE, same[-1].quote
    is_concluded = bool(concluded) and all(concluded)
    if found_same > found_better or (found_same == found_better and not is_concluded) or False in concluded:
        return Effect.MIXED, same[0].quote.to(better[0].quote)
    return Effect.IMPROVED, better[-1].quote


def _findings(told: Sequence[Sentence]) -> Iterator[Sentence]:
    return (
        one for one in told if one.part in (Part.RESULTS, Part.CONCLUSION) and not _MEANT.search(one.text)
    )


def _signals(sentence: Sentence, *, is_controlled: bool) -> Iterator[_Signal]:
    for start, end in _clauses(sentence.text):
        clause = sentence.text[start:end]
        if is_controlled and _OF_CONTROLS_ALONE.search(clause) and not _COMPARES.search(clause):
            continue
        if same := _NOT_BETTER.search(clause):
            if _tells_of_cells(clause, is_controlled=is_controlled):
                yield _Signal(False, _widened(sentence, start, end, same))
        elif (better := _better(clause, is_controlled=is_controlled)) and not _says_nothing(
            clause, is_controlled=is_controlled
        ):
            yield _Signal(True, _widened(sentence, start, end, better))


def _better(clause: str, *, is_controlled: bool) -> re.Match[str] | None:
    """The words of what got better; where there is a control, a difference between the groups is one."""
    differs = is_controlled and not _OF_SAFETY.search(clause) and _DIFFERS.search(clause)
    return _BETTER.search(clause) or differs or None


def _tells_of_cells(clause: str, *, is_controlled: bool) -> bool:
    """Whether what did not get better is the disease: not safety, not the baseline, not one kind of patients."""
    return not _OF_SAFETY.search(clause) and (is_controlled or not _KINDS_OF_PATIENTS.search(clause))


def _says_nothing(clause: str, *, is_controlled: bool) -> bool:
    """Whether what got better did so in both groups, in one kind of patients alone, or as a mere trend."""
    if _TREND.search(clause):
        return True
    if is_controlled:
        return bool(_IN_BOTH.search(clause)) and not _COMPARED.search(clause)
    return bool(_OF_ONE_KIND.search(_BY_THE_CELLS.sub("", clause)))


def _clauses(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _CLAUSE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _widened(sentence: Sentence, start: int, end: int, match: re.Match[str]) -> Quote:
    """The clause, or what stands around the words where the clause is long."""
    whole = Quote(sentence, start, end)
    if end - start <= 240:  # noqa: PLR2004  characters that are read at a glance
        return whole
    return Quote(sentence, start + match.start(), min(end, start + match.end() + 120))


def _safe(told: Sequence[Sentence]) -> Quote | None:
    for sentence in reversed(tuple(_findings(told))):
        if match := _SAFE.search(sentence.text):
            start, end = next((a, b) for a, b in _clauses(sentence.text) if a <= match.start() <= b)
            return _widened(sentence, start, end, _SAFE.search(sentence.text[start:end]) or match)
    return None


def _is_of_safety(told: Sequence[Sentence]) -> bool:
    title = told[0].text
    return bool(_TITLE_OF_SAFETY.search(title)) and not _TITLE_OF_EFFECT.search(title)


def indicators(told: Sequence[Sentence]) -> tuple[tuple[str, ...], Quote] | None:
    """The indicators of the finding whose sentence names the most, with its words from the first to the last."""
    named = [(sentence, _named(sentence)) for sentence in _findings(told)]
    sentence, places = max(named, key=lambda pair: len(pair[1]), default=(None, {}))
    if sentence is None or not places:
        return None
    quotes = [Quote(sentence, start, end) for start, end in places.values()]
    first = min(quotes, key=lambda quote: quote.start)
    kept = {
        name: quote
        for name, quote in zip(places, quotes, strict=True)
        if quote.end - first.start <= LONGEST_EVIDENCE
    }
    last = max(kept.values(), key=lambda quote: quote.end)
    return tuple(kept), first.to(last)


def _named(sentence: Sentence) -> dict[str, tuple[int, int]]:
    """Each indicator that a sentence names, in order, with its place."""
    found = {
        name: match.span()
        for name, pattern in _patterns().items()
        if (match := pattern.search(sentence.text))
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = (files("mscwatch.review") / "indicators.toml").read_text("utf-8")
    return {
        name: pattern_of("|".join(rf"\b(?:{pattern})\b" for pattern in patterns), re.IGNORECASE)
        for name, patterns in tomllib.loads(text)["indicators"].items()
    }
