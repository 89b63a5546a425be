"""Edits of real records as the registry makes them: each says which events it is, before anything looks at it.

An edit changes a record in place with the help of a random source and returns the events that it makes, as
(kind, field) pairs; None when the record has not what it needs. It knows nothing of the rules under test.
"""

from __future__ import annotations

import re

STATUS = "protocolSection.statusModule"
STATUSES = {
    "COMPLETED": "completed",
    "TERMINATED": "terminated",
    "WITHDRAWN": "withdrawn",
    "SUSPENDED": "suspended",
    "UNKNOWN": "became_unknown",
    "ACTIVE_NOT_RECRUITING": "status_changed",
    "RECRUITING": "status_changed",
    "ENROLLING_BY_INVITATION": "status_changed",
    "A_WORD_OF_NEXT_YEAR": "status_changed",
}
STRUCTS = ("startDateStruct", "primaryCompletionDateStruct", "completionDateStruct")
PRIMARY = [("primary_outcome_changed", "protocolSection.outcomesModule.primaryOutcomes")]
FREE_TEXTS = (
    "briefTitle",
    "officialTitle",
    "briefSummary",
    "detailedDescription",
    "measure",
    "timeFrame",
    "description",
)


def module(one, name):
    return one["protocolSection"].setdefault(name, {})


def outcomes(one, which="primaryOutcomes"):
    return module(one, "outcomesModule").setdefault(which, [])


# --- what is an event -------------------------------------------------------------------------------------------


def status_to(new):
    def edit(one, random):
        found = module(one, "statusModule")
        if found.get("overallStatus") == new:
            return None
        if new == "UNKNOWN":
            found["lastKnownStatus"] = found.get("overallStatus")
        if new in ("TERMINATED", "WITHDRAWN", "SUSPENDED"):
            found["whyStopped"] = random.choice(["No funds", "Slow accrual", "PI left"])
        found["overallStatus"] = new
        return [(STATUSES[new], f"{STATUS}.overallStatus")]

    edit.__name__ = f"status_to_{new.lower()}"
    return edit


def enroll(one, random):
    found = module(one, "designModule").setdefault("enrollmentInfo", {})
    found["count"] = found.get("count", 0) + random.randint(1, 40)
    return [("enrollment_changed", "protocolSection.designModule.enrollmentInfo.count")]


def forget_enrollment(one, random):
    found = module(one, "designModule").get("enrollmentInfo", {})
    if found.get("count") in (None, 99999999):
        return None
    found["count"] = 99999999
    return [("enrollment_changed", "protocolSection.designModule.enrollmentInfo.count")]


def postpone(one, random):
    moved = []
    for struct in random.sample(STRUCTS, random.randint(1, 3)):
        before = module(one, "statusModule").get(struct, {}).get("date", "2020-01")
        after = f"{int(before[:4]) + random.randint(1, 3)}{before[4:]}".replace("-02-29", "-02-28")
        module(one, "statusModule")[struct] = {"date": after, "type": "ESTIMATED"}
        moved.append(("date_changed", f"{STATUS}.{struct}.date"))
    return moved


def slip_by_days(one, random):
    """From a month to a day in the next month, as sponsors do when the day is known at last."""
    dates = module(one, "statusModule")
    months = [
        struct for struct in STRUCTS if re.fullmatch(r"\d{4}-0[1-8]", dates.get(struct, {}).get("date", ""))
    ]
    if not months:
        return None
    before = dates[months[0]]["date"]
    dates[months[0]]["date"] = f"{before[:5]}{int(before[5:]) + 1:02}-09"
    return [("date_changed", f"{STATUS}.{months[0]}.date")]


def post_results(one, random):
    if one.get("hasResults"):
        return None
    one["hasResults"] = True
    one["resultsSection"] = {"moreInfoModule": {"limitationsAndCaveats": {"description": "Few patients"}}}
    module(one, "statusModule")["resultsFirstPostDateStruct"] = {"date": "2022-10-05", "type": "ACTUAL"}
    return [("results_posted", "hasResults")]


def remove_results(one, random):
    if not one.get("hasResults"):
        return None
    one["hasResults"] = False
    one.pop("resultsSection", None)
    module(one, "statusModule").pop("resultsFirstPostDateStruct", None)
    return [("results_removed", "hasResults")]


def link_publications(one, random):
    references = module(one, "referencesModule").setdefault("references", [])
    found = []
    for pmid in map(str, random.sample(range(90_000_000, 99_999_999), random.randint(1, 2))):
        kind = random.choice(["RESULT", "DERIVED"])
        references.insert(0, {"pmid": pmid, "type": kind, "citation": f"New et al. {pmid}."})
        found.append(("publication_linked", f"protocolSection.referencesModule.references[pmid={pmid}]"))
    return found


def add_outcome(one, random):
    outcomes(one).append(
        {"measure": f"Adverse event number {random.randint(1000, 9999)}", "timeFrame": "7 years"}
    )
    return PRIMARY


def drop_outcome(one, random):
    if len({str(item.get("measure")).casefold() for item in outcomes(one)}) < max(2, len(outcomes(one))):
        return None
    outcomes(one).pop(random.randrange(len(outcomes(one))))
    return PRIMARY


def switch_outcomes(one, random):
    secondary = outcomes(one, "secondaryOutcomes")
    if not outcomes(one) or not secondary or secondary[0].get("measure") in str(outcomes(one)):
        return None
    outcomes(one)[0], secondary[0] = secondary[0], outcomes(one)[0]
    return PRIMARY


def another_time_frame(one, random):
    if not outcomes(one):
        return None
    outcomes(one)[0]["timeFrame"] = f"{random.randint(1000, 9999)} days"
    return PRIMARY


def another_measure(one, random):
    if not outcomes(one):
        return None
    outcomes(one)[0]["measure"] = (
        f"{outcomes(one)[0].get('measure', '')} by method {random.randint(1000, 9999)}"
    )
    return PRIMARY


def lose_outcomes(one, random):
    if not outcomes(one):
        return None
    one["protocolSection"].pop("outcomesModule")
    return PRIMARY


def complete_with_results(one, random):
    if one.get("hasResults") or one["protocolSection"]["statusModule"].get("overallStatus") == "COMPLETED":
        return None
    return status_to("COMPLETED")(one, random) + post_results(one, random) + enroll(one, random)


EDITS = (
    *(status_to(new) for new in STATUSES),
    *(enroll, forget_enrollment, postpone, slip_by_days, post_results, remove_results, link_publications),
    *(add_outcome, drop_outcome, switch_outcomes, another_time_frame, another_measure, lose_outcomes),
    complete_with_results,
)  # fmt: skip


# --- what is none -----------------------------------------------------------------------------------------------


def reorder(one, random):
    """Every list of the record in another order, lists within lists too."""

    def shuffle(value):
        if isinstance(value, dict):
            for item in value.values():
                shuffle(item)
        elif isinstance(value, list):
            random.shuffle(value)
            for item in value:
                shuffle(item)

    shuffle(one)


def escape(one, random):
    """The markup of free texts written otherwise: escapes, white space, upper case."""

    def rewrite(text):
        text = re.sub(r"(?<!\\)([\-<>().*&])", r"\\\1" if random.random() < 0.5 else r"\1", text)
        return re.sub(r"\s+", random.choice([" ", "  ", "\r\n"]), text)

    def walk(value):
        if isinstance(value, dict):
            for key, item in value.items():
                if key in FREE_TEXTS and isinstance(item, str):
                    value[key] = rewrite(item)
                else:
                    walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(one["protocolSection"])


def reindex(one, random):
    terms = [{"id": f"D{random.randint(1, 99999):06}", "term": "Liver Diseases"}]
    one.setdefault("derivedSection", {})["conditionBrowseModule"] = {"meshes": terms, "ancestors": terms}
    one["derivedSection"].setdefault("miscInfoModule", {})["removedCountries"] = ["Turkey"]


def refresh(one, random):
    day = f"2022-11-{random.randint(1, 28):02}"
    one.setdefault("derivedSection", {}).setdefault("miscInfoModule", {})["versionHolder"] = day


SAME_MATTER = (reorder, escape, reindex, refresh)  # not even material


def retype(one, random):
    for struct in STRUCTS:
        if "date" in module(one, "statusModule").get(struct, {}):
            module(one, "statusModule")[struct]["type"] = random.choice(["ACTUAL", "ESTIMATED"])
    if "count" in module(one, "designModule").get("enrollmentInfo", {}):
        module(one, "designModule")["enrollmentInfo"]["type"] = random.choice(["ACTUAL", "ESTIMATED"])


def reprecise(one, random):
    for struct in STRUCTS:
        found = module(one, "statusModule").get(struct, {})
        if date := found.get("date"):
            found["date"] = (
                date[:7] if len(date) == len("2020-05-17") else f"{date[:7]}-17" if date[4:] else date
            )


def verify(one, random):
    module(one, "statusModule")["statusVerifiedDate"] = f"2022-{random.randint(1, 12):02}"
    day = f"2022-10-{random.randint(1, 28):02}"
    module(one, "statusModule")["lastUpdateSubmitDate"] = day
    module(one, "statusModule")["lastUpdatePostDateStruct"] = {"date": day, "type": "ACTUAL"}


def rename_sponsor(one, random):
    lead = module(one, "sponsorCollaboratorsModule").setdefault("leadSponsor", {"class": "OTHER"})
    lead["name"] = f"Hospital No. {random.randint(1, 999)}"


def move_sites(one, random):
    for site in module(one, "contactsLocationsModule").get("locations", []):
        site["geoPoint"] = {"lat": random.randint(0, 60) + 0.5, "lon": random.randint(0, 120) + 0.5}
    if random.random() < 0.5:
        sites = module(one, "contactsLocationsModule").setdefault("locations", [])
        sites.append({"facility": "Site", "city": f"City {random.randint(1, 99)}", "country": "China"})


def call_sites(one, random):
    found = module(one, "contactsLocationsModule")
    found["centralContacts"] = [{"name": f"Dr. {random.randint(1, 99)}", "phone": "1"}]
    for site in found.get("locations", []):
        site["contacts"] = [{"name": f"Dr. {random.randint(1, 99)}", "email": "a@example.org"}]


def rewrite_the_rest(one, random):
    module(one, "eligibilityModule")["eligibilityCriteria"] = f"Adults, revision {random.randint(1, 999)}"
    outcomes(one, "secondaryOutcomes").append({"measure": f"Quality of life {random.randint(1, 999)}"})
    for number, outcome in enumerate(
        outcomes(one)
    ):  # never two alike: the second would be a repetition of the first
        outcome["description"] = f"Revised {random.randint(1, 999)}, of outcome {number}"
    references = module(one, "referencesModule").setdefault("references", [])
    references.append({"pmid": str(random.randint(1, 999)), "type": "BACKGROUND", "citation": "Old et al."})


NOISE = (*SAME_MATTER, retype, reprecise, verify, rename_sponsor, move_sites, call_sites, rewrite_the_rest)
