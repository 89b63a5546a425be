"""Settings: where each comes from, and what an unusable one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from mscwatch import settings
from mscwatch.errors import ConfigError


def origins(found):
    return {row.name: (row.value, row.origin) for row in settings.show_settings(found)}


def test_without_anything_the_defaults_of_the_contract_hold(monkeypatch):
    monkeypatch.delenv("MSCWATCH_REPORT")
    found = settings.load_settings()
    assert found.data_dir == Path("warehouse")
    assert found.api_url == "https://clinicaltrials.gov/api/v2"
    assert (found.watch, found.min_interval, found.cron) == ("msc-liver", 1.0, "30 10 * * 1-5")
    assert {origin for _, origin in origins(found).values()} == {"default"}


def test_the_environment_wins_over_the_file(monkeypatch):
    Path("mscwatch.toml").write_text('watch = "from-file"\nmin_interval = 2\n')
    monkeypatch.setenv("MSCWATCH_WATCH", "from-environment")
    found = settings.load_settings()
    assert (found.watch, found.min_interval) == ("from-environment", 2.0)
    shown = origins(found)
    assert shown["MSCWATCH_WATCH"] == ("from-environment", "environment")
    assert shown["MSCWATCH_MIN_INTERVAL"] == ("2.0", "mscwatch.toml")


def test_the_defaults_can_be_had_whatever_the_environment_says(monkeypatch):
    Path("mscwatch.toml").write_text('watch = "from-file"\n')
    monkeypatch.setenv("MSCWATCH_EXPORT_URL", "s3://bucket")
    monkeypatch.setenv("MSCWATCH_MIN_INTERVAL", "soon")
    chosen = settings.default_settings(page_size=7)
    assert (chosen.watch, chosen.min_interval, chosen.page_size) == ("msc-liver", 1.0, 7)
    assert chosen.export_url.get_secret_value() == ""


def test_a_value_outside_a_closed_list_is_refused_with_the_list(monkeypatch):
    monkeypatch.setenv("MSCWATCH_WEEKLY", "someday")
    with pytest.raises(
        ConfigError, match=r"MSCWATCH_WEEKLY \(environment\): must be one of '', 'mon', 'tue'"
    ):
        settings.load_settings()


def test_addresses_may_have_display_names_and_those_may_hold_commas(monkeypatch):
    monkeypatch.setenv("MSCWATCH_EMAIL_FROM", "MSC Watch <m@example.org>")
    monkeypatch.setenv("MSCWATCH_EMAIL_TO", 'Anne <a@example.org>, "Bert, of the ward" <b@example.org>')
    loaded = settings.load_settings()
    assert loaded.email_from == "MSC Watch <m@example.org>"
    assert loaded.email_to == ("Anne <a@example.org>", '"Bert, of the ward" <b@example.org>')


@pytest.mark.parametrize(
    "value", ["anne", "Anne <anne>", "a@example.org>", "A\nB <a@example.org>", "a b@example.org"]
)
def test_what_is_no_mail_address_is_refused(monkeypatch, value):
    monkeypatch.setenv("MSCWATCH_EMAIL_TO", value)
    with pytest.raises(ConfigError, match="must be mail addresses"):
        settings.load_settings()


def test_several_addresses_are_separated_by_commas(monkeypatch):
    monkeypatch.setenv("MSCWATCH_EMAIL_TO", "a@example.org, b@example.org,")
    assert settings.load_settings().email_to == ("a@example.org", "b@example.org")


def test_secrets_are_masked_wherever_settings_are_shown(monkeypatch):
    monkeypatch.setenv("MSCWATCH_SMTP_URL", "smtp://me:hunter2@mail.example.org")
    monkeypatch.setenv("MSCWATCH_SLACK_WEBHOOK_URL", "https://hooks.slack.com/services/T/B/hunter2")
    found = settings.load_settings()
    assert "hunter2" not in repr(found) + str(settings.show_settings(found)) + found.model_dump_json()
    assert origins(found)["MSCWATCH_SMTP_URL"] == ("***", "environment")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MSCWATCH_MIN_INTERVAL", "soon"),
        ("MSCWATCH_MIN_INTERVAL", "-1"),
        ("MSCWATCH_API_URL", "clinicaltrials.gov"),
        ("MSCWATCH_TIMEZONE", "Mars/Olympus"),
        ("MSCWATCH_PAGE_SIZE", "1001"),
        ("MSCWATCH_EMAIL_TO", "anne@example.org, bert"),
        ("MSCWATCH_EMAIL_FROM", "anne@example.org\nBcc: x@example.org"),
    ],
)
def test_an_unusable_setting_is_named_with_its_origin_and_not_quoted(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as error:
        settings.load_settings()
    assert f"{name} (environment)" in str(error.value)
    assert value not in str(error.value).replace(name, "")


def test_a_setting_that_does_not_exist_is_an_error_in_the_file_and_named_by_doctor(monkeypatch):
    monkeypatch.setenv("MSCWATCH_WACTH", "x")
    assert settings.unknown_variables() == ["MSCWATCH_WACTH"]
    Path("mscwatch.toml").write_text('wacth = "x"\n')
    with pytest.raises(ConfigError, match=r"wacth in mscwatch\.toml is not a setting"):
        settings.load_settings()


def test_a_broken_file_is_an_error_that_names_it():
    Path("mscwatch.toml").write_text("watch = ")
    with pytest.raises(ConfigError, match=r"mscwatch\.toml is not valid TOML"):
        settings.load_settings()
