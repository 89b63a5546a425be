"""What kind of paper a paper is, with the reason: from its publication types, abstract, title and reference. Pure.

What a library declared decides first; then a title of a comment or a protocol, and a citation marked as a review; then
the abstract's own words about the study; then whatever else the title says (`kinds.toml`).
A paper that names nothing is `unknown`: a person should look. The kind says what a paper is, not whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from mscwatch.papers import kind_rules
from mscwatch.papers.model import JudgedKind, Paper
from mscwatch.vocabulary import PaperKind
from mscwatch.vocabulary.patterns import pattern_of

LONGEST_TITLE = 500  # characters; what a sponsor typed instead of a title may have no end
KINDS_VERSION = 6  # raise it when a kind moves, so that stored papers are judged anew

_PEOPLE = (
    r"(?:patients?|participants?|subjects?|children|adults|volunteers?|men|women|infants|neonates|newborns|recipients?"
    r"|individuals|cases|people)"
)
_NUMBER = r"(?:\b\d{1,4}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty(?:-\w+)?))"
_PLANNED = pattern_of(
    rf"\b{_PEOPLE}\b,? (?:[^.;]{{0,160}} )?will (?:be|receive|undergo|have)\b"
    r"|\b(?:is|are) going to be\b|\bwe aim to (?:recruit|enrol|include|randomi[sz]e)\b|\bethics and dissemination\b"
    r"|\b(?:findings|results) will be (?:\w+ )?(?:submitted|published|disseminated|presented)\b"
    r"|\b(?:enrolled|randomi[sz]ed|eligible|assigned) (?:[^.;]{0,40} )?will (?:be|receive|undergo|have)\b"
    r"|\bthe results (?:of this study )?will (?:\w+ )?(?:show|tell|provide|help|guide|inform)\b"
    r"|\b(?:will be|are to be|are being) (?:\w+ )?(?:randomi[sz]ed|recruited|enrolled|included|allocated|assigned"
    r"|invited)|\b(?:this|the|our) (?:study|trial|protocol) will|\bwe plan to\b"
    r"|\bwe will (?:conduct|recruit|enrol|randomi[sz]e|include)|^[^.]{0,400}\bthis protocol\b"
)
_COMMENTED = pattern_of(
    r"\b(?:this|the present|our) (?:editorial|commentary|letter|viewpoint|correspondence)\b|\bto the editor\b"
    r"|\bdear (?:sir|madam|editor)|\bread (?:\w+ )?with (?:\w+ )?interest\b"
)
_WRITING = r"(?:article|paper|chapter|manuscript|study|work|perspective|essay)"
_REVIEWED = pattern_of(
    r"\b(?:this|the present|our|the) (?!retrospective|chart|record)(?:[\w-]+ )?review\b(?! (?:board|committee))"
    r"|\b(?:aim|purpose|goal|objective) of (?:this|the present|our) (?:paper|article|review|chapter|manuscript)"
    r" (?:is|was) to (?:\w+ )?(?:summari[sz]e|review|discuss|describe|outline|provide|present|highlight)\b"
    r"|\bliterature review (?:was|is)\b|\bliterature (?:was|were) (?:analy|search)"
    r"|\bin this (?:perspective|overview|chapter)\b|\b(?:studies|trials|literature"
    r"|evidence|advances)\b (?:[^.]{0,60} )?(?:are|is|has been|have been) (?:\w+ )?(?:reviewed|summari[sz]ed"
    r"|discussed)\b|\b(?:provides?|gives?|presents?|offers?|perform) an? (?:\w+ ){0,2}(?:update|overview|summary"
    r"|review)\b"
    rf"|\b(?:this|the|our) (?:present )?{_WRITING} (?:\w+ )?(?:reviews|summari[sz]es|discusses|outlines"
    r"|describes how)\b"
    r"|\bto (?:\w+ )?(?:review|summari[sz]e|examine|analy[sz]e|evaluate) the (?:\w+ ){0,3}(?:literature|trials"
    r"|studies|evidence)\b|\baims? to (?:\w+ )?(?:review|summari[sz]e) (?!\w+ (?:patients|cases|charts|records)\b)"
    r"|\bwe (?:\w+ )?(?:review|reviewed|summari[sz]e|discuss|outline|highlight) (?!\w+ (?:patients|cases"
    r"|charts|records|hips|knees)\b)(?!\d)"
)
_CALLED_A_REVIEW = pattern_of(r"\breview|\bmeta-?analys|\bguideline|\bconsensus\b|\boverview\b")
_LIBRARY = r"(?:pubmed|medline|embase|cochrane|web of science|scopus|cnki|google scholar|prospero|electronic database)"
_STUDIES = r"(?:studies|articles|publications|trials|researches|rcts)"
_SEARCHED = pattern_of(
    r"\b(?:this|the present|our|a) (?:\w+ )?(?:(?:systematic|scoping|literature|narrative) (?:review|search)"
    rf"|meta-?analysis)\b|\b{_LIBRARY}s?\b"
    rf"|\b{_STUDIES} (?:[^.;]{{0,80}} )?(?:were|was) (?:searched|retrieved|screened|reviewed|eligible|identified)\b"
    r"|\b(?:studies|articles|publications) (?:\(n ?= ?\d+\) )?(?:[^.;]{0,60} )?were (?:included|enrolled|analy[sz]ed)\b"
    rf"|\bpooled (?:the )?data (?:of|from) {_NUMBER} (?:\w+ ){{0,3}}{_STUDIES}\b"
)
_NAMES_A_LIBRARY = pattern_of(rf"\b{_LIBRARY}s?\b")
_COUNT = rf"{_NUMBER} (?:[\w/+-]+ ){{0,6}}{_PEOPLE}\b"
_COUNT_OF_PEOPLE = pattern_of(_COUNT)
_COUNTED_STUDIES = pattern_of(
    rf"(?!\b(?:one|two|1|2)\b){_NUMBER} (?:[\w-]+ ){{0,3}}{_STUDIES} (?:\([^)]{{0,60}}\) )?"
    r"(?:with|of|that|which|were|was|described|reported|met|including|involving|comprising|enrolling|on)\b"
)
_COUNTED_PEOPLE = pattern_of(
    rf"{_COUNT} (?!ha(?:ve|s) been\b)(?:\([^)]{{0,200}}\) )?(?:[^.;]{{1,160}} )?"
    r"(?:were (?:\w+ )?(?:enrolled|included|recruited|treated|given|randomi[sz]ed|randomly|assigned|allocated"
    r"|injected|infused|implanted|transplanted|divided|followed)|received|underwent|treated|averaged)\b"
    r"|\b(?:transplanted|implanted|administered|infused|injected|given|treated|enrolled|recruited|reviewed"
    rf"|report|reported|present|presented) (?:\w+ ){{0,4}}{_COUNT}"
    r"|\b(?:report|describe|present)s? (?:(?:on|here) )?(?:an?|one|the) (?:[\w-]+ ){0,3}(?:case|patient)\b"
    r"|\b\d{1,2}[- ](?:years?|months?|days?)[- ]old (?:[\w/-]+ ){0,4}(?:man|woman|boy|girl|male|female|patient)\b"
)
_ANIMALS = (
    r"(?:rats?|mice|mouse|murine|rabbits?|pigs?|minipigs?|swine|porcine|dogs?|canine|sheep|monkeys?|rodents?)"
)
_IN_ANIMALS = pattern_of(
    rf"\b{_ANIMALS} (?:with [^.;]{{1,40}} )?(?:were|was|received|underwent)\b"
    r"|\b(?:in|with) (?:an? |two |three |the )?(?:[\w-]+ )?"
    rf"{_ANIMALS} (?:[\w-]+ )?models?\b|\bmodel was (?:\w+ )?(?:in|with) (?:[\w-]+ ){{0,2}}{_ANIMALS}\b"
    r"|\b(?:in|into|of) (?:[\w-]+ ){0,6}(?:rats|mice|rabbits|minipigs|dogs|sheep|monkeys)\b"
)
_TREATED_ANIMALS = pattern_of(
    rf"\b{_ANIMALS} (?:\([^)]{{1,40}}\) )?(?:were|was) (?:\w+ )?(?:divided|randomi[sz]ed|assigned|allocated|used"
    r"|treated|given|injected|included)\b"
)
_IN_A_DISH = pattern_of(
    r"\b(?:cells?|\w*mscs?) (?:[^.;]{0,80} )?(?:were|and) (?:\w+ )?(?:co-?cultured|cultured|incubated|transfected"
    r"|treated with|examined by flow)\b|\bin vitro (?:study|model)\b"
)
_OF_A_TECHNIQUE = pattern_of(
    r"\b(?:we|this (?:article|paper|report)) (?:describes?|presents?) (?:an?|the|our) (?:[\w-]+ ){0,3}"
    r"(?:technique|procedure)\b"
)
_LONG = 500  # characters of an abstract that would name a study if there were one
_OWN_STUDY = pattern_of(r"\b(?:we|our|was|were|this (?:study|trial)|received|underwent)\b")
_DONE_IN_PEOPLE = pattern_of(
    rf"\b{_PEOPLE}\b (?:\([^)]{{0,200}}\) )?(?:were|received|underwent|completed|had|who received)\b"
    r"|\ban? (?:[\w-]+ ){0,2}patient (?:with [^.;]{1,60} )?(?:was|underwent|received)\b"
)
# What a follow-up says where another paper told of the same patients before.
_FOLLOW_UP = pattern_of(
    r"\bfollow[- ]?up\b|\blong[- ]?term\b|\b(?:years?|months?) after\b"
    r"|\b(?:years?|months?)[- ](?:results|outcomes?|survival)\b"
)
_TOLD_BEFORE = pattern_of(
    r"\b(?:we|our) (?:\w+ ){0,2}(?:previous|previously|earlier|published)\b|\bextension\b|\bpost[- ]?hoc\b|\bpooled\b"
    r"|\bpreviously (?:reported|published|described)\b|\b(?:original|parent) (?:trial|study)\b|\bancillary\b"
    r"|\bfollow[- ]?up (?:\w+ ){0,2}of (?:an?|the|our) (?:\S+ ){0,3}randomi[sz]ed\b|\b(?:secondary|sub-?group) analys"
)
_MARKED_REVIEW = pattern_of(r"\.\s+(Review)\.\s*(?:$|No abstract|[A-Z])")
_JOURNAL_OF_REVIEWS = pattern_of(
    r"\. (Cochrane Database Syst Rev|Nat Rev [A-Z][\w ]*|Curr Opin [A-Z][\w ]*|Annu Rev [A-Z][\w ]*"
    r"|Trends [A-Z][\w ]*)\. (?:19|20)\d\d\b"
)
_JOURNAL_OF_PROTOCOLS = pattern_of(r"\. (Trials|JMIR Res Protoc)\. (?:19|20)\d\d\b")
_OF_FINDINGS = pattern_of(
    r"\b(?:results?|outcomes?|findings|lessons|follow-?up|analys[ie]s)\b", re.IGNORECASE
)


def kind_of(paper: Paper) -> JudgedKind:
    """The kind of a paper that a search found or a person imported."""
    return judge(
        paper.title,
        publication_types=paper.publication_types,
        abstract=paper.abstract,
        corrects=paper.corrects,
    )


def judge(
    title: str,
    *,
    reference_types: Collection[str] = (),
    citation: str = "",
    publication_types: Collection[str] = (),
    abstract: str = "",
    corrects: Sequence[str] = (),
) -> JudgedKind:
    """The kind of a paper, from as much as is known of it.

    `reference_types` are those that records of the registry give it (RESULT, DERIVED, BACKGROUND). `citation` is the
    registry's text, where a review is marked `Review.` behind its pages. `publication_types` are PubMed's or Europe
    PMC's, `corrects` the PMIDs of what it corrects or retracts. Raises nothing: what is not known is `unknown`, with
    that as the reason.
    """
    line = _flat(title[:LONGEST_TITLE])
    by_title, declared = (
        kind_rules.by_title(line, frozenset(reference_types)),
        kind_rules.declared(publication_types),
    )
    if declared and declared.kind is not PaperKind.RESULTS:
        return declared
    if corrects:
        return JudgedKind(
            PaperKind.COMMENT, f"the library calls it the erratum or retraction of PMID {corrects[0]}"
        )
    if by_title.kind in {PaperKind.COMMENT, PaperKind.PROTOCOL}:
        return by_title
    if marked := _MARKED_REVIEW.search(citation) or _JOURNAL_OF_REVIEWS.search(citation):
        return JudgedKind(PaperKind.REVIEW, f'the citation is that of a review: "{marked[1]}"')
    if declared:
        return by_title if by_title.kind is PaperKind.SECONDARY else declared
    if by_abstract := _by_abstract(abstract, by_title, line):
        return by_abstract
    journal = _JOURNAL_OF_PROTOCOLS.search(citation)
    if journal and by_title.kind is PaperKind.RESULTS and not abstract and not _OF_FINDINGS.search(title):
        return JudgedKind(PaperKind.UNKNOWN, f"{journal[1]} prints protocols, and the title names no finding")
    return by_title


def _by_abstract(abstract: str, by_title: JudgedKind, title: str) -> JudgedKind | None:
    """What the abstract says of the study; None where it does not move what the title said."""
    text = _flat(abstract)
    studies = _COUNTED_STUDIES.search(text)
    counted = None if studies else _COUNTED_PEOPLE.search(text)
    done = counted or _DONE_IN_PEOPLE.search(text)
    planned = list(_PLANNED.finditer(text))
    if planned and (not done or (len(planned) > 1 and not counted)):
        return JudgedKind(PaperKind.PROTOCOL, f'the abstract announces a study: "{planned[0][0]}"')
    if by_title.kind is PaperKind.SECONDARY:
        is_first = _FOLLOW_UP.search(title) and not _TOLD_BEFORE.search(f"{title}. {text}")
        return _of_people(done or _COUNT_OF_PEOPLE.search(text)) if is_first else None
    if not counted and (commented := _COMMENTED.search(text)):
        return JudgedKind(PaperKind.COMMENT, f'the abstract calls it a comment: "{commented[0]}"')
    searched = studies or _SEARCHED.search(text)
    if searched and (_NAMES_A_LIBRARY.search(text) or not counted):
        return JudgedKind(PaperKind.REVIEW, f'the abstract searches the literature: "{searched[0]}"')
    reviewed = None if counted else _REVIEWED.search(text)
    if by_title.kind in {PaperKind.REVIEW, PaperKind.PRECLINICAL}:
        return None if searched or _CALLED_A_REVIEW.search(title) else _of_a_field(text, reviewed, counted)
    if reviewed and (by_title.kind is not PaperKind.RESULTS or not done):
        return _called_a_review(reviewed)
    if by_title.kind is PaperKind.RESULTS and done:
        return None
    return _of_people(done) or _of_no_people(text, by_title.kind)


def _of_a_field(
    text: str, reviewed: re.Match[str] | None, counted: re.Match[str] | None
) -> JudgedKind | None:
    """What a study is whose title speaks of a field or of animals; None where only the title says it."""
    if not reviewed and (treated := _TREATED_ANIMALS.search(text)):
        return _of_animals(treated)
    if _IN_ANIMALS.search(text):
        return None
    return _called_a_review(reviewed) or _of_people(counted)


def _of_no_people(text: str, by_title: PaperKind) -> JudgedKind | None:
    """What a study is of which nobody is said to have been treated; None where only the title says it."""
    tested, named = _IN_ANIMALS.search(text) or _IN_A_DISH.search(text), _COUNT_OF_PEOPLE.search(text)
    if not named and not tested and (technique := _OF_A_TECHNIQUE.search(text)):
        return JudgedKind(PaperKind.OTHER, f'the abstract tells of a technique: "{technique[0]}"')
    if tested and not (by_title is PaperKind.RESULTS and named):
        return _of_animals(tested)
    if named and by_title is PaperKind.UNKNOWN:
        return _of_people(named)
    if len(text) > _LONG and not _OWN_STUDY.search(text):
        return JudgedKind(PaperKind.UNKNOWN, "the abstract tells of no study of its own")
    return None


def _of_people(told: re.Match[str] | None) -> JudgedKind | None:
    return JudgedKind(PaperKind.RESULTS, f'the abstract tells of people: "{told[0]}"') if told else None


def _of_animals(told: re.Match[str]) -> JudgedKind:
    return JudgedKind(PaperKind.PRECLINICAL, f'the abstract tells of animals or cells alone: "{told[0]}"')


def _called_a_review(told: re.Match[str] | None) -> JudgedKind | None:
    return JudgedKind(PaperKind.REVIEW, f'the abstract calls it a review: "{told[0]}"') if told else None


def _flat(text: str) -> str:
    """In lower case, with plain hyphens and quotes and single spaces."""
    return " ".join(re.sub(r"[‐‑‒–—]", "-", text).replace("’", "'").lower().split())
