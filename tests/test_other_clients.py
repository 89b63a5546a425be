"""Someone else's client works on the embedded registry unchanged: only its base address is set."""

from __future__ import annotations

import pytest
from pytrials.client import ClinicalTrials

from mscwatch.replica import Replica
from mscwatch.replica.demo import demo_nights


@pytest.fixture
def pytrials(monkeypatch):
    with Replica(demo_nights()) as registry:
        monkeypatch.setattr(ClinicalTrials, "_BASE_URL", f"{registry.url}/")
        yield ClinicalTrials()


def test_pytrials_reads_the_version_and_whole_studies(pytrials):
    assert pytrials.api_info == ("2.0.5", "2022-10-10T09:00:05")
    found = pytrials.get_full_studies("mesenchymal AND cirrhosis", max_studies=5, fmt="json")
    assert len(found["studies"]) == 5
    assert all(
        study["protocolSection"]["identificationModule"]["nctId"].startswith("NCT")
        for study in found["studies"]
    )


def test_pytrials_reads_chosen_fields(pytrials):
    found = pytrials.get_study_fields("NCT02223897", fields=["NCTId", "Condition"], fmt="json")
    (study,) = found["studies"]
    assert study["protocolSection"]["identificationModule"] == {"nctId": "NCT02223897"}
    assert study["protocolSection"].keys() == {"identificationModule", "conditionsModule"}
