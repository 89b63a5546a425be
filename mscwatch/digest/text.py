"""Values as text: foreign text made harmless, kinds of event, diseases, therapies and doses in words."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import quote

from mscwatch.model import Product
from mscwatch.vocabulary import UNSAID

KIND_WORDS = {"new_trial": "new", "entered_watch": "entered the watch", "left_watch": "left the watch"}
# What replaces control and format characters and lone surrogates (Unicode's general categories).
INSTEAD = {"Cc": " ", "Cf": "", "Cs": "\N{REPLACEMENT CHARACTER}"}

# Values of contract, section 5, whose words differ from their name. The others are shown with spaces for "_".
DISEASE = {"transplant": "liver transplantation", "other_liver": "other liver disease"}
CAUSE = {"wilson": "Wilson's disease", "nash": "NASH", "ischaemic_biliary": "ischaemic biliary lesions",
    "mixed": "mixed causes"}  # fmt: skip
CELLS = {"msc": "MSC", "hepatocyte": "hepatocytes", "haematopoietic": "haematopoietic stem cells",
    "mononuclear": "mononuclear cells", "immune": "immune cells",
    "endothelial_progenitor": "endothelial progenitor cells", "other": "cells"}  # fmt: skip
FORM = {"exosome": "exosomes", "hepatocyte_like": "hepatocyte-like cells", "other": "product"}
TREATED = {"pretreated": "pretreated", "gene_modified": "gene-modified"}
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

# Of Markdown's punctuation, what means something within a line, in an address without brackets, or where a line begins.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>|~$&@#]|(?<=:)//|(?<=www)\.|^(?:[-+=]|\d{1,9}[.)])", re.IGNORECASE)


def plain(text: str, limit: int) -> str:
    """`text` on one line of at most `limit` characters, without control and format characters.

    Control characters and line ends become spaces. Direction overrides, zero-width and tag characters are removed
    (Unicode's Cf, except the two joiners that some scripts need). Lone surrogates, which cannot be encoded, become
    U+FFFD.
    """
    harmless = text if text.isprintable() else "".join(map(_harmless, text))  # such a text has none of these
    return shorten(" ".join(harmless.split()), limit)


def printable(text: str) -> str:
    """`text` with its lines and tabs, without what acts on a terminal or hides: other control and format characters.

    A carriage return, alone or before a line feed, becomes a line feed.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if lines.replace("\n", "").replace("\t", "").isprintable():
        return lines
    return "".join(letter if letter in "\n\t" else _harmless(letter) for letter in lines)


def shorten(text: str, limit: int) -> str:
    """`text`, cut to `limit` characters with an ellipsis at the end if it is longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def markdown_escaped(text: str) -> str:
    """`text` as one line that Markdown (GFM) shows literally.

    It becomes no markup, table, link, image, mention, reference, formula or HTML, and begins no list or heading.
    """
    return _MARKDOWN.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", " ".join(text.split()))


def heading(kind: str) -> str:
    """The heading of one kind of event: "New trial", "Results posted"."""
    return "New trial" if kind == "new_trial" else words(kind).capitalize()


def words(value: str) -> str:
    """A kind of event, or another value of a vocabulary, within a sentence: "new", "results posted"."""
    return KIND_WORDS.get(value, value.replace("_", " "))


def study_url(nct_id: str) -> str:
    return "https://clinicaltrials.gov/study/" + quote(plain(nct_id, 20), safe="")


def several(values: Sequence[str], most: int, limit: int) -> str:
    """The first `most` distinct values, each of at most `limit` characters, and how many more there are."""
    different = list(dict.fromkeys(values))
    shown = [plain(value, limit) for value in different[:most]]
    rest = len(different) - len(shown)
    return ", ".join(filter(None, shown)) + (f" and {rest} more" if rest else "")


def disease(product: Product) -> str:
    """`cirrhosis (HBV, alcohol)`; empty when the indication group is none."""
    if product.indication_group == "none":
        return ""
    group = _label(product.indication_group, DISEASE)
    causes = ", ".join(_label(cause, CAUSE) for cause in product.aetiology if cause not in UNSAID)
    return f"{group} ({causes})" if causes else group


def therapy(product: Product) -> tuple[str, ...]:
    """Cells, route and dose as short texts; empty when no cells were read.

    E.g. `allogeneic umbilical cord MSC`, `peripheral vein`, `1×10⁶ cells/kg, up to 3 times`.
    """
    if product.cell_type == "none":
        return ()
    routes = " or ".join(_label(route, {"other": "another route"}) for route in product.route)
    dosing = _dosing(product)
    if routes != "not stated":
        return (_cells(product), routes, dosing)
    if dosing.startswith("dose not stated"):
        return (_cells(product), f"route and {dosing}")
    return (_cells(product), "route not stated", dosing)


def span(low: float, high: float) -> str:
    """`5×10⁷`, `0.5–1×10⁶`, or `1×10⁶ to 2×10⁸` when the ends are far apart."""
    if low == high:
        return _number(high)
    if low > 0 and high >= 1_000 and high / low < 100:  # noqa: PLR2004  # farther apart, a shared power of ten is hard to read
        power = math.floor(math.log10(high))
        return f"{low / 10**power:.3g}–{_number(high)}"
    return f"{_number(low)} to {_number(high)}"


def _harmless(character: str) -> str:
    if character in "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}":
        return character
    return INSTEAD.get(unicodedata.category(character), character)


def _label(value: str, exceptions: dict[str, str]) -> str:
    return exceptions.get(value, value.replace("_", " "))


def _cells(product: Product) -> str:
    sources = " and ".join(_label(source, {}) for source in product.cell_source if source not in UNSAID)
    donors = " and ".join(donor for donor in product.donor if donor not in UNSAID)
    named = " ".join(
        filter(None, [TREATED.get(product.modification), donors, sources, CELLS[product.cell_type]])
    )
    made = "" if product.product_form == "cells" else f"{_label(product.product_form, FORM)} of "
    return made + named + ("" if sources else ", source not stated")


def _dosing(product: Product) -> str:
    often = {None: "", 1: ", once"}.get(product.infusions_max, f", up to {product.infusions_max} times")
    if product.dose_low is None or product.dose_high is None:
        return "dose not stated" + often
    unit = "(another unit)" if product.dose_unit == "other" else product.dose_unit or ""
    return f"{span(product.dose_low, product.dose_high)} {unit}".rstrip() + often


def _number(value: float) -> str:
    if value < 1_000:  # noqa: PLR2004  # shorter without a power of ten
        return f"{value:g}"
    power = math.floor(math.log10(value))
    return f"{value / 10**power:.3g}×10{str(power).translate(SUPERSCRIPT)}"
