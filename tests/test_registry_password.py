"""A password in the address of the registry is shown nowhere."""

from __future__ import annotations

import pytest

from support.odd import RawRegistry, all_texts, order_in, record, say

SECRETS = ("hunter2", "s3cr3t", "ter2")


def assert_no_secret(*texts):
    for text in texts:
        assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.slow
def test_a_password_in_the_address_of_the_registry_is_shown_nowhere(tmp_path):
    with RawRegistry([[record(1)]]) as registry:
        url = registry.url.replace("http://", "http://reader:hunter2@")
        values = {
            "api_url": url,
            "data_dir": tmp_path / "data",
            "min_interval": 0,
            "retry_budget": 0,
            "report": False,
        }
        order = order_in(tmp_path, registry.url)
        values["watch"] = tmp_path / "watch.toml"
        told = [
            say(*words, folder=tmp_path, **values)
            for words in (("run", "--direct", "--json"), ("doctor",), ("doctor", "--json"), ("preview",))
        ]
        assert told[0].returncode == 0, told[0].stderr
    told.append(say("run", "--direct", "--force", folder=tmp_path, **values))
    assert told[-1].returncode == 4
    for one in told:
        assert_no_secret(one.stdout, one.stderr)
    assert_no_secret(all_texts(order.data_dir.published), all_texts(order.data_dir.working))
