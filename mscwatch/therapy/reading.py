"""From a record to its therapy. Pure: the vocabulary and the corrections are read once from the package."""

from __future__ import annotations

from dataclasses import replace

from mscwatch.model import Issue, Record
from mscwatch.record import record_nct_id
from mscwatch.therapy import (
    area,
    bounds,
    disease,
    doses,
    form,
    origin,
    overrides,
    passages,
    plausible,
    product,
    route,
    schedule,
    tiers,
)
from mscwatch.therapy.model import Therapy, Unread
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import Told
from mscwatch.vocabulary import (
    Aetiology,
    Area,
    CellSource,
    CellType,
    Donor,
    IndicationGroup,
    Modification,
    ProductForm,
    Route,
)

_TABLE = "Clinical trials of mesenchymal stem cells in liver disease"  # what the review's Table 2 lists


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
    group = disease.indication(passages.of_record(short)).values
    therapy = Therapy(record_nct_id(record) or "", indication_group=IndicationGroup(*group or ("none",)))
    return overrides.of_record(therapy).indication_group


def read_printed(source: str, route: str, dose: str, disease: str, row: int | None = None) -> Therapy:
    """The therapy of a row of the review's Table 2, from its cells as printed; `row` finds its corrections."""
    cells = (
        Passage("source_as_printed", source),
        Passage("route_as_printed", route),
        Passage("dose_as_printed", dose),
    )
    printed = Passages(
        titles=(Passage("disease_as_printed", disease),),
        product=cells,
        interventions=(cells,),
        keywords=(Passage("table", _TABLE),),
    )
    return overrides.of_row(_read("", printed), row)


def _read(trial: str, told: Passages) -> Therapy:
    cells, group = product.cell_types(told), disease.indication(told)
    patients = {"indication_group": group}
    if group:
        patients["aetiology"] = disease.aetiology(told)
    therapy = _evident(
        Therapy(
            trial,
            indication_group=IndicationGroup(*group.values or ("none",)),
            aetiology=tuple(map(Aetiology, patients.get("aetiology", Told()).values))
            or (Aetiology.NOT_STATED,),
        ),
        patients,
    )
    return _with_product(therapy, told, cells) if cells else therapy


def _with_product(patients: Therapy, told: Passages, cells: Told) -> Therapy:
    kind, *kinds = map(CellType, cells.values)
    source, forms, way = origin.cell_source(told, kind), form.forms(told), route.route(told)
    donor = origin.donor(told, source.values, kind)
    shapes = tuple(map(ProductForm, forms.values)) or (ProductForm.CELLS,)
    modified = _modified(told, forms, is_shed=set(shapes) <= form.SHED)
    amounts = doses.read(told, kind, shapes)
    taken = cells.evidence if kind is CellType.MIXED and donor.values == (Donor.AUTOLOGOUS,) and way else ()
    given = schedule.read(told, len(amounts.levels), local=set(way.values) <= {Route.OTHER}, taken=taken)
    infusions = int(given.count.values[0]) if given.count else None
    amounts = doses.each_time(amounts, told, infusions or 1)
    worded = {
        "cell_type": replace(cells, values=cells.values[:1]),
        "cell_source": source,
        "donor": donor,
        "product_form": replace(forms, values=shapes),
        "modification": modified,
        "route": way,
        "area": area.area(told, of_liver=patients.indication_group is not IndicationGroup.NONE),
        "doses": amounts.told,
        "infusions_max": given.count,
        "interval_days": given.interval,
    }
    therapy = replace(
        patients,
        cell_type=kind,
        cell_types=tuple(kinds),
        cell_source=tuple(map(CellSource, source.values)) or (CellSource.NOT_STATED,),
        donor=tuple(map(Donor, donor.values)) or (Donor.NOT_STATED,),
        product_form=shapes[0],
        product_forms=shapes,
        modification=Modification(modified.values[0]),
        route=tuple(map(Route, way.values)) or (Route.NOT_STATED,),
        doses=amounts.levels,
        infusions_max=infusions,
        interval_days=float(given.interval.values[0]) if given.interval else None,
        area=Area(worded["area"].values[0]),
        issues=_issues(patients.nct_id, (*amounts.unread, *given.unread)),
    )
    return plausible.checked(_evident(therapy, worded), told)


def _issues(trial: str, unread: tuple[Unread, ...]) -> tuple[Issue, ...]:
    return tuple(Issue(trial, one.path, one.value, one.message) for one in unread)


def _modified(told: Passages, forms: Told, *, is_shed: bool) -> Told:
    """What was done to the cells; `is_shed`: only what they shed is given, without them."""
    if is_shed:
        return replace(forms, values=(Modification.CELL_FREE,), tier="cell free")
    modified = form.modification(told)
    return replace(modified, values=modified.values[:1] or (Modification.NONE_STATED,))


def _evident(therapy: Therapy, read: dict[str, Told]) -> Therapy:
    """The therapy with the words and the measured confidence of fields that have a value."""
    stated = {name: one for name, one in read.items() if one}
    found = {name: tiers.tier(name, one) for name, one in stated.items()}
    return replace(
        therapy,
        tiers={**therapy.tiers, **found},
        evidence={**therapy.evidence, **{name: one.evidence for name, one in stated.items() if one.evidence}},
        confidences={
            **therapy.confidences,
            **{name: tiers.confidence(name, one) for name, one in found.items()},
        },
    )
