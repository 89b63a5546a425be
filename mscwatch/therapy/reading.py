"""From a record to its therapy. Pure: the vocabulary and the corrections are read once from the package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mscwatch.model import Issue, Record
from mscwatch.record import record_nct_id
from mscwatch.therapy import area, bounds, disease, infusions, overrides, passages, terms
from mscwatch.therapy.counts import Count
from mscwatch.therapy.doses import Unread, read_doses
from mscwatch.therapy.model import NOT_STATED, DoseLevel, Evidence, Therapy
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.words import names
from mscwatch.vocabulary import (
    Aetiology,
    Area,
    CellSource,
    CellType,
    Confidence,
    Donor,
    DoseUnit,
    IndicationGroup,
    Modification,
    ProductForm,
    Route,
)

_CELL_FREE = {ProductForm.EXOSOME, ProductForm.CONDITIONED_MEDIUM}
_TABLE = "Clinical trials of mesenchymal stem cells in liver disease"  # what the review's Table 2 lists
_COUNTED = {
    "hepatocyte": frozenset({"hepatocyte"}),
    "haematopoietic": frozenset({"cd34", "cd133", "nucleated", "tnc"}),
    "mononuclear": frozenset({"cd34", "cd133", "nucleated", "tnc", "mononuclear"}),
    "immune": frozenset({"t cell", "treg", "nk", "tcell"}),
}  # fmt: skip


def read_record(record: Record) -> Therapy:
    """The therapy of a registry record; a person's corrections win over the reading.

    Of texts beyond `bounds` the beginning is read, with an issue. Raises `ConfigError` where a packaged vocabulary or
    correction has an unknown word.
    """
    short, cut = bounds.within(record)
    therapy = _read(record_nct_id(record) or "", passages.of_record(short))
    return overrides.of_record(replace(therapy, issues=(*therapy.issues, *cut)))


def indication_group(record: Record) -> IndicationGroup:
    """The indication group alone, the same as in the whole therapy. Raises as `read_record` does."""
    short, _ = bounds.within(record)
    group, _, _ = disease.indication(passages.of_record(short))
    therapy = Therapy(record_nct_id(record) or "", indication_group=IndicationGroup(group))
    return overrides.of_record(therapy).indication_group


def read_printed(source: str, route: str, dose: str, disease: str, row: int | None = None) -> Therapy:
    """The therapy of a row of the review's Table 2, from its cells as printed; `row` finds its corrections."""
    printed = Passages(
        titles=(Passage("disease_as_printed", disease),),
        product=(
            Passage("source_as_printed", source),
            Passage("route_as_printed", route),
            Passage("dose_as_printed", dose),
        ),
        keywords=(Passage("table", _TABLE),),
    )
    return overrides.of_row(_read("", printed), row)


def _read(trial: str, told: Passages) -> Therapy:
    cell = terms.cell_type(told)
    group, group_confidence, group_evidence = disease.indication(told)
    causes, cause_confidence, cause_evidence = disease.aetiology(told)
    if group == "none":
        causes, cause_evidence = (NOT_STATED,), ()
    patients = Therapy(
        trial,
        indication_group=IndicationGroup(group),
        aetiology=tuple(map(Aetiology, causes)),
        evidence={
            name: seen
            for name, seen in (("indication_group", group_evidence), ("aetiology", cause_evidence))
            if seen
        },
        confidences={
            name: sure
            for name, sure, seen in (
                ("indication_group", group_confidence, group_evidence),
                ("aetiology", cause_confidence, cause_evidence),
            )
            if seen
        },
    )
    return _with_product(patients, told, cell) if cell.values else patients


def _with_product(patients: Therapy, told: Passages, cell: terms.Told) -> Therapy:
    source = terms.cell_source(told, cell.values[0])
    donor = terms.donor(told, source.values)
    form, modified, route = terms.product_form(told), terms.modification(told), terms.route(told)
    doses, dose_confidence, unread = _doses(told, _COUNTED.get(cell.values[0], frozenset()))
    count, count_confidence = _infusions(told)
    treated = area.area(told, of_liver=patients.indication_group is not IndicationGroup.NONE)
    worded = {
        "area": treated,
        "cell_type": cell,
        "cell_source": source,
        "donor": donor,
        "product_form": form,
        "modification": modified,
        "route": route,
    }
    evidence = {name: one.evidence for name, one in worded.items() if one.values}
    confidence = {name: one.confidence for name, one in worded.items() if one.values}
    if doses:
        evidence["doses"] = tuple(
            Evidence(one.path, one.evidence, "an amount of the product") for one in doses
        )
        confidence["doses"] = dose_confidence
    if count:
        evidence["infusions_max"] = (Evidence(count.path, count.span, count.rule),)
        confidence["infusions_max"] = count_confidence
    shape = ProductForm(form.values[0]) if form.values else ProductForm.CELLS
    changed = Modification(modified.values[0]) if modified.values else Modification.NONE_STATED
    return replace(
        patients,
        cell_type=CellType(cell.values[0]),
        cell_types=(CellType(cell.values[0]),),
        cell_source=tuple(map(CellSource, source.values)) or (CellSource.NOT_STATED,),
        donor=tuple(map(Donor, donor.values)) or (Donor.NOT_STATED,),
        product_form=shape,
        product_forms=(shape,),
        modification=Modification.CELL_FREE if shape in _CELL_FREE else changed,
        route=tuple(map(Route, route.values)) or (Route.NOT_STATED,),
        doses=tuple(_of_form(one, shape) for one in doses),
        infusions_max=count.number if count else None,
        area=Area(treated.values[0]),
        evidence={**patients.evidence, **evidence},
        confidences={**patients.confidences, **confidence},
        issues=tuple(Issue(patients.nct_id, one.path, one.value, one.message) for one in unread),
    )


def _doses(told: Passages, counted: frozenset[str]) -> tuple[tuple[DoseLevel, ...], Confidence, list[Unread]]:
    """The dose levels of the first tier that has any; unread amounts only where no tier has one."""
    tiers: tuple[tuple[Confidence, bool, Iterable[Passage]], ...] = (
        (Confidence.HIGH, True, terms.about_product(told.product, told.brands)),
        (Confidence.HIGH, True, told.titles),
        (Confidence.MEDIUM, False, terms.own_sentences(told.summary, told.brands)),
        (Confidence.MEDIUM, False, terms.own_sentences(told.description, told.brands)),
    )
    missed: list[Unread] = []
    for confidence, bare, sentences in tiers:
        levels, unread = read_doses(sentences, bare=bare, counted=counted)
        missed += unread
        if levels:
            return tuple(levels), confidence, []
    return (), Confidence.LOW, missed


def _of_form(dose: DoseLevel, shape: ProductForm) -> DoseLevel:
    """The dose; a number of an exosome product that names no cells counts particles."""
    bare = dose.unit is DoseUnit.CELLS and not names("product", dose.evidence)
    return replace(dose, unit=DoseUnit.PARTICLES) if bare and shape is ProductForm.EXOSOME else dose


def _infusions(told: Passages) -> tuple[Count | None, Confidence]:
    """The largest planned number of administrations: stated, else listed, else a frequency times a duration."""
    product = list(terms.about_product(told.product, told.brands))
    own = list(terms.own_sentences((*told.summary, *told.description), told.brands))
    count, scheduled = infusions.most_told(product), infusions.most_scheduled(product)
    if count and scheduled and count.number == 1:  # a single dose first, and then repeated
        return max(count, scheduled, key=lambda one: one.number), Confidence.MEDIUM
    for confidence, found in (
        (Confidence.HIGH, count),
        (Confidence.MEDIUM, infusions.most_told(own)),
        (Confidence.MEDIUM, infusions.most_told(told.titles)),
        (Confidence.MEDIUM, scheduled),
        (Confidence.LOW, infusions.most_scheduled(own)),
        (Confidence.LOW, infusions.most_scheduled(terms.treatment_sentences(told))),
    ):
        if found:
            return found, confidence
    return None, Confidence.LOW
