"""A warehouse to report on: the demo's three nights, with a trial among them whose every text is hostile."""

from __future__ import annotations

import copy

from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.replica.demo import INVENTED_TRIAL, demo_nights
from mscwatch.settings import Settings
from mscwatch.watches import load_watch

HOSTILE = "NCT77777777"
TITLE = "Mesenchymal stem cells in cirrhosis </script><script>window.broken=1</script><!-- {{ 7*7 }}"
SPONSOR = '"><img src=x onerror="window.broken=2">'
COUNTRY = '"onmouseover="window.broken=3'
WATCH = 'name = "all"\ntitle = "All of it"\nbanner = "DEMO: invented."\n[query]\nterm = "ALL"\n[relevance]\nrules = "msc-liver"\n[review]\ntable = true\n'


def nights():
    """Records of each night, by id; the hostile trial is there from the first on."""
    found = demo_nights()
    hostile = copy.deepcopy(found[-1].records[INVENTED_TRIAL])
    protocol = hostile["protocolSection"]
    protocol["identificationModule"] |= {"nctId": HOSTILE, "briefTitle": TITLE}
    protocol["sponsorCollaboratorsModule"]["leadSponsor"]["name"] = SPONSOR
    protocol["statusModule"] |= {"overallStatus": "TERMINATED", "whyStopped": SPONSOR}
    protocol["contactsLocationsModule"] = {
        "locations": [{"facility": TITLE, "city": "x", "country": COUNTRY}]
    }
    return [Snapshot(night.data_timestamp, {**night.records, HOSTILE: hostile}) for night in found]


def order(folder, url, **values):
    watch = folder / "all.toml"
    watch.write_text(WATCH)
    usual = {"data_dir": folder, "min_interval": 0, "retry_budget": 0, "api_url": url, "report": True}
    settings = Settings(**(usual | values))
    return RunOrder(settings, load_watch(str(watch)))


def run_nights(folder):
    """Run them all in this data directory."""
    with Replica(nights()) as registry:
        for _ in range(3):
            result = run_watch(order(folder, registry.url))
            assert (result.error, result.warnings) == (None, [])
            registry.advance()
