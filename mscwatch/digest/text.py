"""How things are put into words: what comes from outside made harmless, kinds, and a product in a line."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from urllib.parse import quote

from mscwatch.model import Product
from mscwatch.vocabulary import UNSAID

KIND_WORDS = {"new_trial": "new", "entered_watch": "entered the watch", "left_watch": "left the watch"}
INSTEAD = {"Cc": " ", "Cf": "", "Cs": "\N{REPLACEMENT CHARACTER}"}  # Unicode's categories of what acts

# Values of the vocabulary (contract, section 5) that do not read as they are written; the others do without "_".
DISEASE = {"transplant": "liver transplantation", "other_liver": "other liver disease"}
CAUSE = {"wilson": "Wilson's disease", "nash": "NASH", "ischaemic_biliary": "ischaemic biliary lesions",
    "mixed": "mixed causes"}  # fmt: skip
CELLS = {"msc": "MSC", "hepatocyte": "hepatocytes", "haematopoietic": "haematopoietic stem cells",
    "mononuclear": "mononuclear cells", "immune": "immune cells",
    "endothelial_progenitor": "endothelial progenitor cells", "other": "cells"}  # fmt: skip
FORM = {"exosome": "exosomes", "hepatocyte_like": "hepatocyte-like cells", "other": "product"}
TREATED = {"pretreated": "pretreated", "gene_modified": "gene-modified"}
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(text: str, limit: int) -> str:
    """`text` on one line of at most `limit` characters, without anything that acts instead of being read.

    Control characters and line ends become spaces; direction overrides, zero-width and tag characters
    vanish (Unicode's Cf, apart from the two joiners that scripts need); half surrogates, which cannot be
    encoded, become U+FFFD.
    """
    return shorten(" ".join("".join(map(_harmless, text)).split()), limit)


def shorten(text: str, limit: int) -> str:
    """`text`, or its beginning and an ellipsis where it has more than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def heading(kind: str) -> str:
    """The words above events of one kind: "New trial", "Results posted"."""
    return "New trial" if kind == "new_trial" else words(kind).capitalize()


def words(kind: str) -> str:
    """A kind within a sentence: "new", "results posted"."""
    return KIND_WORDS.get(kind, kind.replace("_", " "))


def study_url(nct_id: str) -> str:
    return "https://clinicaltrials.gov/study/" + quote(plain(nct_id, 20), safe="")


def several(values: Sequence[str], most: int, limit: int) -> str:
    """The first `most` different values, each of at most `limit` characters, and how many more there are."""
    different = list(dict.fromkeys(values))
    shown = [plain(value, limit) for value in different[:most]]
    rest = len(different) - len(shown)
    return ", ".join(filter(None, shown)) + (f" and {rest} more" if rest else "")


def disease(product: Product) -> str:
    """`cirrhosis (HBV, alcohol)`; empty where the group is none."""
    if product.indication_group == "none":
        return ""
    group = _said(product.indication_group, DISEASE)
    causes = ", ".join(_said(cause, CAUSE) for cause in product.aetiology if cause not in UNSAID)
    return f"{group} ({causes})" if causes else group


def therapy(product: Product) -> tuple[str, ...]:
    """What was given, how, and how much; empty where no cells were read at all.

    E.g. `allogeneic umbilical cord MSC`, `peripheral vein`, `1×10⁶ cells/kg, up to 3 times`.
    """
    if product.cell_type == "none":
        return ()
    routes = " or ".join(_said(route, {"other": "another route"}) for route in product.route)
    dosing = _dosing(product)
    if routes == "not stated":
        unsaid = dosing.startswith("dose not stated")
        return (
            (_cells(product), f"route and {dosing}")
            if unsaid
            else (_cells(product), "route not stated", dosing)
        )
    return (_cells(product), routes, dosing)


def span(low: float, high: float) -> str:
    """`5×10⁷`, `0.5–1×10⁶`, or `1×10⁶ to 2×10⁸` where the ends are far apart."""
    if low == high:
        return _number(high)
    if low > 0 and high >= 1_000 and high / low < 100:  # noqa: PLR2004  # beyond that one power reads badly
        power = math.floor(math.log10(high))
        return f"{low / 10**power:.3g}–{_number(high)}"
    return f"{_number(low)} to {_number(high)}"


def _harmless(character: str) -> str:
    if character in "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}":
        return character
    return INSTEAD.get(unicodedata.category(character), character)


def _said(value: str, differently: dict[str, str]) -> str:
    return differently.get(value, value.replace("_", " "))


def _cells(product: Product) -> str:
    sources = " and ".join(_said(one, {}) for one in product.cell_source if one not in UNSAID)
    donors = " and ".join(one for one in product.donor if one not in UNSAID)
    named = " ".join(
        filter(None, [TREATED.get(product.modification), donors, sources, CELLS[product.cell_type]])
    )
    made = "" if product.product_form == "cells" else f"{_said(product.product_form, FORM)} of "
    return made + named + ("" if sources else ", source not stated")


def _dosing(product: Product) -> str:
    often = {None: "", 1: ", once"}.get(product.infusions_max, f", up to {product.infusions_max} times")
    if product.dose_low is None or product.dose_high is None:
        return "dose not stated" + often
    unit = "(another unit)" if product.dose_unit == "other" else product.dose_unit or ""
    return f"{span(product.dose_low, product.dose_high)} {unit}".rstrip() + often


def _number(value: float) -> str:
    if value < 1_000:  # noqa: PLR2004  # shorter as it is
        return f"{value:g}"
    power = math.floor(math.log10(value))
    return f"{value / 10**power:.3g}×10{str(power).translate(SUPERSCRIPT)}"
