"""A season of nights over real records: stories that run over several nights, random edits, and noise every night.

The script edits the records and writes down which events that is; it asks the code under test nothing but which
records are off the topic.
"""

from __future__ import annotations

import copy
from datetime import date, datetime, timedelta

import orjson

from mscwatch.record import record_nct_id
from mscwatch.replica import Snapshot
from support.season.edits import (
    EDITS,
    NOISE,
    SAME_MATTER,
    STATUS,
    complete_with_results,
    link_publications,
    lose_outcomes,
    module,
    post_results,
    postpone,
    refresh,
    reindex,
    remove_results,
    status_to,
    verify,
)

FIRST = date(2022, 10, 6)
MEMBERSHIP = "protocolSection.identificationModule.nctId"
FIRST_POSTED = f"{STATUS}.studyFirstPostDateStruct.date"
POSTED = f"{STATUS}.lastUpdatePostDateStruct.date"
UNDATED = {"status_to_unknown", "link_publications"}  # the registry does these by itself


class Season:
    """The registry as it moves from night to night, and what each night is expected to tell."""

    def __init__(self, world, reserve, off_topic, random):
        self.world = {record_nct_id(one): one for one in world}
        self.reserve = list(reserve)
        self.off_topic = list(off_topic)
        self.random = random
        self.aliases = {}
        self.busy = set()  # in a story: only noise that says the same is made there
        self.expected = []
        self.taken_back = []  # (trial, kinds) that a retraction took back
        self.number = 0
        self.stories = []

    @property
    def day(self):
        """Nights are on weekdays."""
        weeks, days = divmod(FIRST.weekday() + self.number, 5)
        return FIRST - timedelta(days=FIRST.weekday()) + timedelta(weeks=weeks, days=days)

    def next(self, *, starting=(), edits=4, noises=20):
        """The registry one refresh later; `starting` are stories that begin."""
        self.number += 1
        self.stories += [story(self) for story in starting]
        self.stories = [story for story in self.stories if next(story, "over") != "over"]
        free = [one for one in self.world if one not in self.busy]
        for one in self.random.sample(sorted(free), edits):
            self.make(one, self.random.choice(EDITS))
        for one in self.random.sample(sorted(self.world), noises):
            kinds = SAME_MATTER if one in self.busy else NOISE
            for noise in self.random.sample(kinds, 2):
                noise(self.world[one], self.random)
                if noise is verify:
                    self.update(one)
        if self.number % 5 == 0:  # the registry's own campaigns
            for one in self.world.values():
                self.random.choice([reindex, *SAME_MATTER])(one, self.random)
        return self.tonight()

    def tonight(self):
        for one in self.world.values():
            refresh(one, self.random)
        stamp = datetime.combine(self.day, datetime.min.time().replace(hour=9, second=5))
        return Snapshot(stamp.isoformat(), orjson.loads(orjson.dumps(self.world)), dict(self.aliases))

    def make(self, one, edit, *, dated=None):
        """Make an edit and expect its events."""
        found = edit(self.world[one], self.random)
        for kind, field in found or ():
            self.expect(one, kind, field)
        if found and (edit.__name__ not in UNDATED if dated is None else dated):
            self.update(one)
        return [kind for kind, _ in found or ()]

    def update(self, one):
        module(self.world[one], "statusModule")["lastUpdatePostDateStruct"] = {"date": self.day.isoformat()}

    def expect(self, one, kind, field=MEMBERSHIP):
        self.expected.append((self.number, one, kind, field))

    def take(self, fits=lambda one: True):
        """A trial for a story of its own."""
        free = sorted(one for one in self.world if one not in self.busy and fits(self.world[one]))
        chosen = self.random.choice(free)
        self.busy.add(chosen)
        return chosen

    def arrive(self, one):
        """A record that was not there; on its first night nothing else happens to it."""
        self.world[record_nct_id(one)] = one
        self.busy.add(record_nct_id(one))
        return record_nct_id(one)

    def release(self, one):
        self.busy.discard(one)


def recruits(one):
    return module(one, "statusModule").get("overallStatus") == "RECRUITING"


def has_outcomes(one):
    return bool(one["protocolSection"].get("outcomesModule", {}).get("primaryOutcomes"))


# --- stories: each `yield` is a night -----------------------------------------------------------------------------


def is_registered(season):
    fresh = season.reserve.pop()
    module(fresh, "statusModule")["studyFirstPostDateStruct"] = {
        "date": season.day.isoformat(),
        "type": "ACTUAL",
    }
    one = season.arrive(fresh)
    season.expect(one, "new_trial", FIRST_POSTED)
    yield
    season.release(one)


def enters(season):
    old = season.reserve.pop()
    module(old, "statusModule")["studyFirstPostDateStruct"] = {"date": "2015-03-02"}
    one = season.arrive(old)
    season.expect(one, "entered_watch", FIRST_POSTED)
    yield
    season.release(one)


def leaves_and_returns_changed(season):
    one = season.take(recruits)
    module(season.world[one], "designModule")["studyType"] = "OBSERVATIONAL"
    season.update(one)
    season.expect(one, "left_watch")
    yield
    yield
    module(season.world[one], "designModule")["studyType"] = "INTERVENTIONAL"
    season.expect(one, "returned")
    season.make(one, status_to("COMPLETED"))
    yield
    season.release(one)


def is_merged(season):
    one, target = season.take(), season.arrive(season.reserve.pop())
    del season.world[one]
    season.aliases[one] = target
    season.expect(one, "merged")  # and no entered_watch of the target
    yield
    season.release(target)


def is_withheld_and_returns(season):
    one = season.take()
    before = season.world[one]
    season.world[one] = {
        "protocolSection": {
            "identificationModule": {"nctId": one, "briefTitle": "[Redacted]"},
            "statusModule": {"overallStatus": "WITHHELD"},
        },
        "derivedSection": {"miscInfoModule": {}},
        "hasResults": False,
    }
    season.expect(one, "withheld")
    yield
    season.world[one] = before
    season.expect(one, "returned")
    yield
    season.release(one)


def is_removed_and_returns(season):
    one = season.take()
    before = season.world.pop(one)
    yield
    season.expect(one, "removed")
    yield
    season.world[one] = before
    season.expect(one, "returned")
    yield
    season.release(one)


def is_not_found_once(season):
    one = season.take()
    before = season.world.pop(one)
    yield
    season.world[one] = before
    yield
    season.release(one)


def becomes_relevant(season):
    one = season.take(lambda found: record_nct_id(found) in season.off_topic)
    season.off_topic.remove(one)
    module(season.world[one], "identificationModule")["briefTitle"] = (
        "Mesenchymal stem cells in liver cirrhosis"
    )
    module(season.world[one], "conditionsModule")["conditions"] = ["Liver Cirrhosis"]
    season.update(one)
    season.expect(one, "became_relevant", "protocolSection")
    yield
    module(season.world[one], "identificationModule")["briefTitle"] = "Stem cells for the knee"
    module(season.world[one], "conditionsModule").pop("conditions")
    season.update(one)
    yield
    season.release(one)


def taken_back(*edits, fits=lambda one: True):
    def is_taken_back(season):
        one = season.take(fits)
        before = copy.deepcopy(season.world[one])
        kinds = [
            kind for edit in edits for kind in season.make(one, edit, dated=season.random.random() < 0.5)
        ]
        yield
        yield
        season.world[one] = before
        season.expect(one, "retracted", POSTED)
        season.taken_back.append((one, sorted(kinds)))
        yield
        season.release(one)

    return is_taken_back


def goes_back_and_forth(season):
    """A→B→A→B, each time by an update."""
    one = season.take(recruits)
    recruiting = copy.deepcopy(season.world[one])
    season.make(one, status_to("SUSPENDED"))
    yield
    suspended = copy.deepcopy(season.world[one])
    for content, kind in ((recruiting, "status_changed"), (suspended, "suspended")):
        season.world[one] = copy.deepcopy(content)
        season.update(one)
        season.expect(one, kind, f"{STATUS}.overallStatus")
        yield
    season.release(one)


def flickers(season):
    """A→B→A→B without an update: said, taken back, said again."""
    one = season.take(recruits)
    before = copy.deepcopy(season.world[one])
    kinds = season.make(one, status_to("UNKNOWN"))
    after = copy.deepcopy(season.world[one])
    yield
    season.world[one] = copy.deepcopy(before)
    season.expect(one, "retracted", POSTED)
    season.taken_back.append((one, kinds))
    yield
    season.world[one] = after
    season.expect(one, "became_unknown", f"{STATUS}.overallStatus")
    yield
    season.release(one)


def becomes_unknown_twice(season):
    one = season.take(recruits)
    season.make(one, status_to("UNKNOWN"))
    yield
    unknown = copy.deepcopy(season.world[one])
    module(season.world[one], "statusModule").pop("lastKnownStatus")
    season.make(one, status_to("RECRUITING"))
    posted = module(season.world[one], "statusModule")["lastUpdatePostDateStruct"]
    yield
    season.world[one] = unknown
    module(unknown, "statusModule")["lastUpdatePostDateStruct"] = posted
    season.expect(one, "became_unknown", f"{STATUS}.overallStatus")
    yield
    season.release(one)


def shows_results_and_takes_them_down(season):
    one = season.take(lambda found: not found.get("hasResults"))
    season.make(one, post_results)
    yield
    season.make(one, remove_results)
    yield
    season.release(one)


def once(edit, fits=lambda one: True):
    def happens(season):
        one = season.take(fits)
        assert season.make(one, edit), edit.__name__
        yield
        season.release(one)

    return happens


STORIES = (
    is_registered,
    enters,
    leaves_and_returns_changed,
    is_merged,
    is_withheld_and_returns,
    is_removed_and_returns,
    is_not_found_once,
    becomes_relevant,
    taken_back(status_to("COMPLETED"), link_publications, fits=recruits),
    taken_back(lose_outcomes, postpone, fits=has_outcomes),
    goes_back_and_forth,
    flickers,
    becomes_unknown_twice,
    shows_results_and_takes_them_down,
    once(complete_with_results, fits=lambda one: recruits(one) and not one.get("hasResults")),
    once(status_to("TERMINATED"), fits=recruits),
    once(status_to("WITHDRAWN"), fits=recruits),
)
