"""A trial whose therapy is read, told in a few words."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files

from mscwatch.therapy import read_record
from support.records import record


def modules():
    """The modules of the therapy reading."""
    found = sorted(path.name for path in files("mscwatch.therapy").iterdir() if path.name.endswith(".py"))
    return [import_module(f"mscwatch.therapy.{name[:-3]}") for name in found if name != "__init__.py"]


def forget():
    """Empties what is kept of a text for the next question; what is kept of packaged files stays."""
    for module in modules():
        for value in vars(module).values():
            if hasattr(value, "cache_clear") and value.cache_parameters()["maxsize"]:
                value.cache_clear()


def trial(
    title="UC-MSC in Liver Cirrhosis",
    *,
    given="UC-MSC",
    how="",
    arm="",
    conditions=("Liver Cirrhosis",),
    control=None,
    **more,
):
    """A trial's therapy; `control` is a control arm's drug and how it is given."""
    interventions = [{"name": given, "description": how}]
    if control:
        interventions.append({"name": control[0], "description": control[1]})
    return read_record(
        record(
            identificationModule={
                "nctId": "NCT00000001",
                "briefTitle": title,
                "officialTitle": more.get("official", ""),
            },
            conditionsModule={"conditions": list(conditions), "keywords": more.get("keywords", [])},
            armsInterventionsModule={
                "interventions": interventions,
                "armGroups": [{"label": "Treated", "type": "EXPERIMENTAL", "description": arm}],
            },
            descriptionModule={
                "briefSummary": more.get("summary", ""),
                "detailedDescription": more.get("detail", ""),
            },
            eligibilityModule={
                "eligibilityCriteria": more.get("eligibility", ""),
                "maximumAge": more.get("maximum_age"),
            },
            designModule={"studyType": more.get("study", "INTERVENTIONAL")},
        )
    )
